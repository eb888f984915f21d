"""Routes of channels and threads.

Source: https://discord.com/developers/docs/resources/channel
"""

from __future__ import annotations

from sandbox import errors, permissions
from sandbox.errors import ApiError, Problems
from sandbox.model import Channel, ThreadState
from sandbox.payloads import Payloads
from sandbox.rest.access import Access
from sandbox.rest.call import Call, Created, Reply, Route, rule
from sandbox.shapes import Json
from sandbox.validate.fields import check_choice, check_text
from sandbox.world import World

_READ = rule("channel read", "channel")
_WRITE = rule("channel write", "channel", limit=10, window_s=15)
_THREADS = rule("thread create", "channel")
_MEMBERS = rule("thread members", "channel")
_PRIVATE_THREAD = 12
_ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


class ChannelRoutes:
    """Handlers for `/channels/{channel}` and threads."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world = world
        self._payloads = payloads
        self._access = Access(world)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("GET", "/channels/{channel}", self.get, _READ),
            Route("PATCH", "/channels/{channel}", self.edit, _WRITE),
            Route("DELETE", "/channels/{channel}", self.delete, _WRITE),
            Route("POST", "/channels/{channel}/messages/{message}/threads", self.start_on_message, _THREADS),
            Route("POST", "/channels/{channel}/threads", self.start, _THREADS),
            Route("PUT", "/channels/{channel}/thread-members/{user}", self.join, _MEMBERS),
            Route("DELETE", "/channels/{channel}/thread-members/{user}", self.leave, _MEMBERS),
        ]

    def get(self, call: Call) -> Reply:
        """Return a channel."""
        return self._shape(self._access.channel(call))

    def edit(self, call: Call) -> Reply:
        """Change a channel's name or topic, or a thread's state."""
        channel = self._access.channel(call)
        is_own = channel.thread is not None and channel.thread.owner_id == self._world.bot.id
        needed = permissions.MANAGE_THREADS if channel.thread else permissions.MANAGE_CHANNELS
        if not is_own and not self._access.granted(channel) & needed:
            raise errors.missing_permissions()
        form = call.body
        problems = Problems()
        check_text(problems, ("name",), form.get("name"), 100, low=1)
        check_text(problems, ("topic",), form.get("topic"), 1024)
        problems.check()
        channel.name = form.get("name") or channel.name
        channel.topic = form.get("topic", channel.topic)
        if channel.thread is not None:
            _edit_thread(channel.thread, form)
        self._world.change_channel(channel)
        return self._shape(channel)

    def delete(self, call: Call) -> Reply:
        """Delete a channel or thread; a direct message is only closed."""
        channel = self._access.channel(call)
        shape = self._shape(channel)
        if channel.guild_id is not None:
            needed = permissions.MANAGE_THREADS if channel.thread else permissions.MANAGE_CHANNELS
            if not self._access.granted(channel) & needed:
                raise errors.missing_permissions()
            self._world.delete_channel(channel)
        return shape

    def start_on_message(self, call: Call) -> Reply:
        """Start a public thread on a message."""
        channel = self._access.text_channel(call, permissions.CREATE_PUBLIC_THREADS)
        message = self._access.message(call, channel)
        if message.thread_id is not None:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        name = self._thread_name(channel, call.body)
        return Created(self._shape(self._world.start_thread(channel, name, self._world.bot.id, starter=message)))

    def start(self, call: Call) -> Reply:
        """Start a thread of its own."""
        is_private = call.body.get("type", _PRIVATE_THREAD) == _PRIVATE_THREAD
        needed = permissions.CREATE_PRIVATE_THREADS if is_private else permissions.CREATE_PUBLIC_THREADS
        channel = self._access.text_channel(call, needed)
        name = self._thread_name(channel, call.body)
        return Created(self._shape(self._world.start_thread(channel, name, self._world.bot.id, is_private=is_private)))

    def _thread_name(self, parent: Channel, form: Json) -> str:
        if parent.guild_id is None or parent.thread:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        problems = Problems()
        check_text(problems, ("name",), form.get("name"), 100, low=1, required=True)
        if form.get("auto_archive_duration") is not None:
            check_choice(problems, ("auto_archive_duration",), form["auto_archive_duration"], _ARCHIVE_MINUTES)
        problems.check()
        return str(form["name"])

    def join(self, call: Call) -> Reply:
        """Add the bot or somebody else to a thread."""
        thread, user_id = self._thread_and_user(call)
        if user_id not in thread.member_ids:
            thread.member_ids.append(user_id)
            self._world.change_channel(self._access.channel(call))
        return None

    def leave(self, call: Call) -> Reply:
        """Remove the bot or somebody else from a thread."""
        thread, user_id = self._thread_and_user(call)
        if user_id in thread.member_ids:
            thread.member_ids.remove(user_id)
        return None

    def _thread_and_user(self, call: Call) -> tuple[ThreadState, int]:
        channel = self._access.channel(call)
        if channel.thread is None:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        user_id = self._world.bot.id if call.params["user"] == "@me" else call.id("user")
        if user_id not in self._world.users:
            raise errors.unknown("User")
        return channel.thread, user_id

    def _shape(self, channel: Channel) -> Json:
        return self._payloads.channel(channel, self._world.bot.id)


def _edit_thread(thread: ThreadState, form: Json) -> None:
    thread.is_archived = bool(form.get("archived", thread.is_archived))
    thread.is_locked = bool(form.get("locked", thread.is_locked))
    thread.auto_archive_min = int(form.get("auto_archive_duration") or thread.auto_archive_min)
