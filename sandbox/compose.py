"""Makes a message's body out of what a bot or person sent, refusing what Discord would refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sandbox import permissions
from sandbox.cdn import content_type
from sandbox.errors import Problems, empty_message
from sandbox.images import find_size
from sandbox.mentions import EVERYTHING, Allowed, find_mentions, read_allowed, texts_of
from sandbox.model import Attachment, Body, Channel, Mentions, Message, MessageFlag
from sandbox.shapes import Json
from sandbox.uploads import Upload
from sandbox.validate.components import FILE, GALLERY, THUMBNAIL, check_components, walk
from sandbox.validate.embeds import check_embeds
from sandbox.validate.fields import check_int, check_list, check_text
from sandbox.world import World

MAX_CONTENT_CHARS = 2000
MAX_ATTACHMENTS = 10
_SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.VOICE_MESSAGE
_EDITABLE = MessageFlag.SUPPRESS_EMBEDS
_OLD_FIELDS = ("content", "embeds", "poll", "sticker_ids")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes and how. replied_to: the message that is replied to; granted: the writer's permissions there."""

    granted: int
    allowed: Allowed = EVERYTHING
    replied_to: Message | None = None


class Composer:
    """Writes bodies for the channels of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new(self, form: Json, uploads: Sequence[Upload], channel: Channel, writer: Writer) -> Body:
        """Return the body of a new message. Raises 50035 or, with nothing in it, 50006."""
        flags = read_flags(form) & (_SETTABLE | MessageFlag.COMPONENTS_V2)
        return self._write(form, uploads, channel, writer, Body(flags=flags))

    def edited(self, form: Json, uploads: Sequence[Upload], message: Message, writer: Writer) -> Body:
        """Return a message's body after an edit: fields that are not in the form stay as they are."""
        old = message.body
        flags = old.flags & ~MessageFlag.LOADING
        if form.get("flags") is not None:
            asked = read_flags(form)
            flags = flags & ~_EDITABLE | asked & _EDITABLE | asked & MessageFlag.COMPONENTS_V2
        target = self._world.messages.get(message.reply_to[1]) if message.reply_to else None
        if target is not None and target.author_id in old.mentions.user_ids:
            writer = replace(writer, replied_to=target)  # an edit does not take back the ping of a reply
        channel = self._world.channels[message.channel_id]
        return self._write(form, uploads, channel, writer, replace(old, flags=flags))

    def _write(self, form: Json, uploads: Sequence[Upload], channel: Channel, writer: Writer, old: Body) -> Body:
        problems = Problems()
        is_v2 = bool(old.flags & MessageFlag.COMPONENTS_V2)
        if is_v2:
            _check_no_old_fields(problems, form)
        body = old
        if "content" in form:
            check_text(problems, ("content",), form["content"], MAX_CONTENT_CHARS)
            body = replace(body, content=str(form["content"] or "").strip())
        if "embeds" in form:
            body = replace(body, embeds=check_embeds(problems, form["embeds"]))
        if "components" in form:
            body = replace(body, components=check_components(problems, form["components"], is_v2=is_v2))
        attachments = self._attachments(problems, form, uploads, channel, old)
        body = replace(body, attachments=attachments)
        _check_references(problems, body)
        problems.check()
        if not (body.content or body.embeds or body.components or body.attachments):
            raise empty_message()
        return replace(body, mentions=self._mentions(form, body, channel, writer))

    def _attachments(
        self, problems: Problems, form: Json, uploads: Sequence[Upload], channel: Channel, old: Body
    ) -> tuple[Attachment, ...]:
        """Return the files kept and added: a list in the form says which of the old ones stay."""
        listed = form.get("attachments")
        entries = [entry for entry in check_list(problems, ("attachments",), listed, 25) if isinstance(entry, dict)]
        notes = {str(entry.get("id")): entry for entry in entries}
        kept = [_renoted(a, notes[str(a.id)]) for a in old.attachments if str(a.id) in notes]
        if listed is None:
            kept = list(old.attachments) if "attachments" not in form else []
        added = [self.attach(upload, channel.id, notes.get(str(upload.index), {})) for upload in uploads]
        for index, entry in enumerate(entries):
            check_text(problems, ("attachments", index, "description"), entry.get("description"), 1024)
        if len(kept) + len(added) > MAX_ATTACHMENTS:
            problems.add(("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_ATTACHMENTS} or fewer in length.")
        return (*kept, *added)

    def attach(self, upload: Upload, channel_id: int, note: Json, *, is_temporary: bool = False) -> Attachment:
        """Return an upload as an attachment with an id. note: its entry in the form's `attachments`."""
        width, height = find_size(upload.data) or (None, None)
        filename = str(note.get("filename") or upload.filename)
        return Attachment(
            self._world.ids.next(),
            channel_id,
            filename,
            content_type(filename),
            upload.data,
            width,
            height,
            note.get("description"),
            is_temporary,
        )

    def _mentions(self, form: Json, body: Body, channel: Channel, writer: Writer) -> Mentions:
        guild = self._world.guilds.get(channel.guild_id or 0)
        target = writer.replied_to
        # A reply to an interaction's answer does not mention the bot: that answer is a webhook's message.
        pinged = None if target is None or target.stamp is not None else target.author_id
        return find_mentions(
            "\n".join((body.content, *texts_of(body.components))),
            read_allowed(form.get("allowed_mentions"), writer.allowed),
            users=self._world.users,
            roles=guild.roles if guild else (),
            may_ping_everyone=bool(writer.granted & permissions.MENTION_EVERYONE),
            replied_to=pinged,
        )


def read_flags(form: Json) -> int:
    """Return the `flags` of a form, 0 if it has none. Raises 50035."""
    problems = Problems()
    check_int(problems, ("flags",), form.get("flags"), 0, 1 << 31)
    problems.check()
    return int(form.get("flags") or 0)


def _renoted(attachment: Attachment, note: Json) -> Attachment:
    return replace(attachment, description=note["description"]) if "description" in note else attachment


def _check_no_old_fields(problems: Problems, form: Json) -> None:
    for name in _OLD_FIELDS:
        if form.get(name):
            message = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.add((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_references(problems: Problems, body: Body) -> None:
    """Note components that show a file which is not attached."""
    names = {f"attachment://{attachment.filename}" for attachment in body.attachments}
    for component in walk(body.components):
        if component["type"] == GALLERY:
            media = [item.get("media") for item in component.get("items") or ()]
        else:
            media = [component.get({FILE: "file", THUMBNAIL: "media"}.get(component["type"], ""))]
        for item in media:
            url = str(item.get("url")) if isinstance(item, dict) else ""
            if url.startswith("attachment://") and url not in names:
                message = "The specified attachment could not be found"
                path = ("components",)
                problems.add(path, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
