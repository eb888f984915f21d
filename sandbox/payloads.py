"""How the world looks in Discord's JSON."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.entities import emoji_shape, member_shape, user_shape
from sandbox.model import Attachment, Channel, ChannelType, Guild, Message, MessageType, ThreadState, User
from sandbox.shapes import Json
from sandbox.validate.components import FILE
from sandbox.world import World

# Where an attachment's bytes can be fetched.
Links = Callable[[Attachment], str]


_COMMAND_INTERACTION = 2


class Payloads:
    """Writes users, guilds, channels and messages as Discord v10 does."""

    def __init__(self, world: World, link: Links) -> None:
        self._world = world
        self._link = link
        self._users: dict[User, Json] = {}

    def user(self, user_id: int) -> Json:
        """Return a user; the object is shared, so callers must not change it."""
        user = self._world.users[user_id]
        if user not in self._users:
            self._users[user] = user_shape(user)
        return self._users[user]

    def member(self, guild: Guild, user_id: int, *, with_user: bool = True) -> Json:
        """Return a member of a guild."""
        shape = member_shape(guild.members[user_id])
        return {**shape, "user": self.user(user_id)} if with_user else shape

    def channel(self, channel: Channel, viewer_id: int) -> Json:
        """Return a channel as one user sees it (a direct message shows the other end)."""
        if channel.type is ChannelType.DM:
            others = [self.user(end) for end in channel.recipient_ids if end != viewer_id]
            return {**_base_channel(channel), "recipients": others}
        if channel.thread is not None:
            return self._thread(channel, channel.thread, viewer_id)
        return {
            **_base_channel(channel),
            "guild_id": str(channel.guild_id),
            "name": channel.name,
            "topic": channel.topic,
            "position": channel.position,
            "parent_id": None if channel.parent_id is None else str(channel.parent_id),
            "nsfw": False,
            "rate_limit_per_user": 0,
            "permission_overwrites": [
                {"id": str(target), "type": int(o.is_member), "allow": str(o.allow), "deny": str(o.deny)}
                for target, o in channel.overwrites.items()
            ],
        }

    def _thread(self, channel: Channel, state: ThreadState, viewer_id: int) -> Json:
        shape = {
            **_base_channel(channel),
            "guild_id": str(channel.guild_id),
            "name": channel.name,
            "parent_id": str(channel.parent_id),
            "owner_id": str(state.owner_id),
            "rate_limit_per_user": 0,
            "message_count": max(0, len(channel.message_ids) - (state.starter_id is not None)),
            "total_message_sent": state.sent_count,
            "member_count": len(state.member_ids),
            "thread_metadata": {
                "archived": state.is_archived,
                "auto_archive_duration": state.auto_archive_min,
                "archive_timestamp": state.created_at,
                "create_timestamp": state.created_at,
                "locked": state.is_locked,
            },
        }
        if viewer_id in state.member_ids:
            joined = {"id": str(channel.id), "user_id": str(viewer_id), "join_timestamp": state.created_at, "flags": 0}
            shape["member"] = joined
        return shape

    def attachment(self, attachment: Attachment) -> Json:
        """Return a file with a fresh link."""
        url = self._link(attachment)
        shape: Json = {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": len(attachment.data),
            "url": url,
            "proxy_url": url,
            "content_type": attachment.content_type,
            "content_scan_version": 0,
        }
        if attachment.width is not None:
            shape |= {"width": attachment.width, "height": attachment.height}
        if attachment.description:
            shape["description"] = attachment.description
        if attachment.is_temporary:
            shape["ephemeral"] = True
        return shape

    def new_message(self, message: Message) -> Json:
        """Return a message as it is told when it appears: with its sender's nonce."""
        shape = self.message(message)
        return shape if message.nonce is None else {**shape, "nonce": message.nonce}

    def message(self, message: Message, *, depth: int = 1) -> Json:
        """Return a whole message as REST shows it. depth: how many replied-to messages deep."""
        body = message.body
        files = {f"attachment://{a.filename}": a for a in body.attachments}
        embedded = {file.id for embed in body.embeds for file in _files_shown(embed, files)}
        shape: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel_id),
            "type": int(message.type),
            "author": self.user(message.author_id),
            "content": body.content,
            "timestamp": message.created_at,
            "edited_timestamp": message.edited_at,
            "tts": False,
            "mention_everyone": body.mentions.everyone,
            "mentions": [self.user(user_id) for user_id in body.mentions.user_ids],
            "mention_roles": [str(role_id) for role_id in body.mentions.role_ids],
            "attachments": [self.attachment(a) for a in body.attachments if a.id not in embedded],
            "embeds": [self._unfurl(embed, files) if files else embed for embed in body.embeds],
            "components": [self._unfurl(c, files, with_id=True) if files else c for c in body.components],
            "pinned": message.is_pinned,
            "flags": body.flags,
        }
        if message.reactions:
            shape["reactions"] = [self._reaction(emoji, users) for emoji, users in message.reactions.items()]
        self._add_relations(shape, message, depth)
        return shape

    def _add_relations(self, shape: Json, message: Message, depth: int) -> None:
        world = self._world
        if message.stamp is not None:
            stamp, user = message.stamp, self.user(message.stamp.user_id)
            shape["application_id"] = shape["webhook_id"] = str(world.bot.id)
            shape["interaction_metadata"] = {**stamp.metadata, "user": user}
            if stamp.type == _COMMAND_INTERACTION:
                shape["interaction"] = {"id": str(stamp.id), "type": stamp.type, "name": stamp.name, "user": user}
        if message.thread_id is not None and (thread := world.channels.get(message.thread_id)):
            shape["thread"] = self.channel(thread, world.bot.id)
        if message.reply_to is not None:
            self._add_reference(shape, message, message.reply_to, depth)

    def _add_reference(self, shape: Json, message: Message, reply_to: tuple[int, int], depth: int) -> None:
        channel_id, message_id = reply_to
        reference: Json = {"type": 0, "channel_id": str(channel_id)}
        guild_id = self._world.channels[message.channel_id].guild_id
        if guild_id is not None:
            reference["guild_id"] = str(guild_id)
        shape["message_reference"] = reference
        if message.type is MessageType.THREAD_CREATED:
            return
        reference["message_id"] = str(message_id)
        if depth:
            target = self._world.messages.get(message_id)
            shape["referenced_message"] = self.message(target, depth=depth - 1) if target else None

    def _reaction(self, emoji: str, users: list[int]) -> Json:
        counts = {"burst": 0, "normal": len(users)}
        bot_reacted = self._world.bot.id in users
        shape = {"count": len(users), "count_details": counts, "me": bot_reacted, "me_burst": False}
        return {**shape, "emoji": emoji_shape(emoji), "burst_colors": []}

    def _unfurl(self, node: Json, files: dict[str, Attachment], *, with_id: bool = False) -> Json:
        """Return an embed or component with what it says of the message's own files made into links."""
        fresh: Json = {}
        for key, value in node.items():
            if isinstance(value, dict):
                fresh[key] = self._unfurl(value, files, with_id=with_id)
            elif isinstance(value, list):
                fresh[key] = [self._unfurl(v, files, with_id=with_id) if isinstance(v, dict) else v for v in value]
            else:
                fresh[key] = value
        if (file := files.get(node.get("url", ""))) is not None:
            url = self._link(file)
            fresh |= {"url": url, "proxy_url": url, "width": file.width, "height": file.height}
            if with_id:
                ids = {"id": str(file.id), "attachment_id": str(file.id)}
                fresh |= {**ids, "content_type": file.content_type, "loading_state": 2}
        if with_id and node.get("type") == FILE and (shown := files.get(node["file"]["url"])):
            fresh |= {"name": shown.filename, "size": len(shown.data)}
        return fresh


def _files_shown(embed: Json, files: dict[str, Attachment]) -> list[Attachment]:
    """Return the message's files that an embed shows; they are not listed a second time as attachments."""
    urls = [
        str(embed[place].get("url")) for place in ("image", "thumbnail", "video") if isinstance(embed.get(place), dict)
    ]
    urls += [str(embed[place].get("icon_url")) for place in ("author", "footer") if isinstance(embed.get(place), dict)]
    return [files[url] for url in urls if url in files]


def _base_channel(channel: Channel) -> Json:
    last = str(channel.message_ids[-1]) if channel.message_ids else None
    return {"id": str(channel.id), "type": int(channel.type), "last_message_id": last, "flags": 0}
