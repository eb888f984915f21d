"""The person API: what a page may ask for and do, under `/<secret>/as/<user>/`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox import permissions
from sandbox.compose import Writer
from sandbox.errors import ApiError
from sandbox.interactions import Interaction, Timing
from sandbox.mentions import Allowed
from sandbox.model import Channel, Message, MessageType
from sandbox.people.commands import Commands
from sandbox.people.components import Components
from sandbox.people.live import Live
from sandbox.people.refusal import Refused
from sandbox.people.resolve import Sight
from sandbox.people.view import View
from sandbox.rest.access import sending
from sandbox.shapes import Json, to_text
from sandbox.uploads import Form, read_form

Act = Callable[[web.Request, int], Awaitable[web.StreamResponse]]


class PersonRoutes:
    """Handlers of the person API."""

    def __init__(self, sight: Sight, view: View, live: Live, timing: Timing, *, max_file_bytes: int) -> None:
        self._sight = sight
        self._world = sight.world
        self._view = view
        self._live = live
        self._timing = timing
        self._max_file_bytes = max_file_bytes
        self._commands = Commands(sight)
        self._components = Components(sight)

    def mount(self, app: web.Application, prefix: str) -> None:
        """Add the routes below `/<secret>`."""
        place = f"{prefix}/as/{{user}}"
        app.router.add_get(f"{prefix}/people", self._list_people)
        for method, path, act in (
            ("GET", "state", self._state),
            ("GET", "live", self._live.serve),
            ("GET", "channels/{channel}/messages", self._history),
            ("POST", "channels/{channel}/messages", self._post),
            ("PATCH", "channels/{channel}/messages/{message}", self._edit),
            ("DELETE", "channels/{channel}/messages/{message}", self._delete),
            ("POST", "channels/{channel}/threads", self._start_thread),
            ("POST", "dms", self._open_dm),
            ("POST", "interactions/command", self._use_command),
            ("POST", "interactions/autocomplete", self._complete),
            ("POST", "interactions/component", self._press),
            ("POST", "interactions/modal", self._submit_modal),
            ("POST", "interactions/modal/cancel", self._cancel_modal),
        ):
            app.router.add_route(method, f"{place}/{path}", self._as_person(act))

    def _as_person(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                user_id = _number(request.match_info["user"])
                if user_id not in self._world.people:
                    raise Refused("There is no such person.", 404)
                return await act(request, user_id)
            except Refused as refused:
                return reply({"message": refused.message}, refused.status)
            except ApiError as error:
                return reply(error.body(), error.status)

        return handle

    async def _list_people(self, _request: web.Request) -> web.Response:
        return reply({"people": self._view.people()})

    async def _state(self, _request: web.Request, user_id: int) -> web.Response:
        return reply(self._view.state(user_id))

    # Messages

    async def _history(self, request: web.Request, user_id: int) -> web.Response:
        channel = self._channel(request.match_info["channel"], user_id)
        limit = max(1, min(100, _number(request.query.get("limit", "50"))))
        before = _number(request.query["before"]) if "before" in request.query else None
        return reply(self._view.history(channel, user_id, limit=limit, before=before))

    async def _post(self, request: web.Request, user_id: int) -> web.Response:
        channel = self._channel(request.match_info["channel"], user_id)
        form, given = await self._form(request)
        granted = self._world.may(user_id, channel)
        needed = sending(channel) | (permissions.ATTACH_FILES if form.files else 0)
        if granted & needed != needed:
            raise Refused("You may not write here.", 403)
        target = self._message(given["reply_to"], channel, user_id) if given.get("reply_to") else None
        allowed = Allowed(replied_user=bool(given.get("ping_reply", True)))
        kept: Json = {name: given[name] for name in ("content", "attachments") if name in given}
        body = self._sight.composer.new(kept, form.files, channel, Writer(granted, allowed, target))
        message = self._world.post(
            channel,
            user_id,
            body,
            type_=MessageType.REPLY if target else MessageType.DEFAULT,
            reply_to=(channel.id, target.id) if target else None,
            nonce=given.get("nonce"),
        )
        return reply(self._view.message(message, is_new=True))

    async def _edit(self, request: web.Request, user_id: int) -> web.Response:
        channel = self._channel(request.match_info["channel"], user_id)
        message = self._message(request.match_info["message"], channel, user_id)
        if message.author_id != user_id:
            raise Refused("Only its author may edit a message.", 403)
        form, given = await self._form(request)
        writer = Writer(self._world.may(user_id, channel))
        body = self._sight.composer.edited({"content": given.get("content")}, form.files, message, writer)
        return reply(self._view.message(self._world.edit(message, body)))

    async def _delete(self, request: web.Request, user_id: int) -> web.Response:
        channel = self._channel(request.match_info["channel"], user_id)
        message = self._message(request.match_info["message"], channel, user_id)
        if message.only_for is not None:
            self._world.dismiss(message)
        elif message.author_id == user_id or self._world.may(user_id, channel) & permissions.MANAGE_MESSAGES:
            self._world.delete(channel, [message])
        else:
            raise Refused("You may not delete this message.", 403)
        return web.Response(status=204)

    async def _start_thread(self, request: web.Request, user_id: int) -> web.Response:
        channel = self._channel(request.match_info["channel"], user_id)
        _, given = await self._form(request)
        name = str(given.get("name") or "").strip()
        starter = self._message(given["message_id"], channel, user_id) if given.get("message_id") else None
        if not 1 <= len(name) <= 100:
            raise Refused("A thread needs a name of 1 to 100 characters.")
        if channel.guild_id is None or channel.thread or (starter and starter.thread_id):
            raise Refused("No thread can be started here.")
        if not self._world.may(user_id, channel) & permissions.CREATE_PUBLIC_THREADS:
            raise Refused("You may not start threads here.", 403)
        return reply(self._view.channel(self._world.start_thread(channel, name, user_id, starter=starter), user_id))

    async def _open_dm(self, request: web.Request, user_id: int) -> web.Response:
        _, given = await self._form(request)
        recipient_id = _number(given.get("recipient_id"))
        if recipient_id not in self._world.users or recipient_id == user_id:
            raise Refused("There is nobody to write to.", 404)
        return reply(self._view.channel(self._world.open_dm(user_id, recipient_id), user_id))

    # Interactions

    async def _use_command(self, request: web.Request, user_id: int) -> web.Response:
        form, given = await self._form(request)
        channel = self._channel(given.get("channel_id"), user_id)
        return _accepted(self._commands.use(user_id, channel, given, form.files))

    async def _complete(self, request: web.Request, user_id: int) -> web.Response:
        _, given = await self._form(request)
        channel = self._channel(given.get("channel_id"), user_id)
        answered: asyncio.Future[list[Json]] = asyncio.get_running_loop().create_future()
        self._commands.complete(
            user_id, channel, given, lambda found: None if answered.done() else answered.set_result(found)
        )
        try:
            choices = await asyncio.wait_for(answered, self._timing.first_reply_s + 1)
        except TimeoutError:
            choices = []
        return reply({"choices": choices})

    async def _press(self, request: web.Request, user_id: int) -> web.Response:
        _, given = await self._form(request)
        channel = self._channel(given.get("channel_id"), user_id)
        message = self._message(given.get("message_id"), channel, user_id)
        return _accepted(self._components.press(user_id, channel, message, given))

    async def _submit_modal(self, request: web.Request, user_id: int) -> web.Response:
        form, given = await self._form(request)
        return _accepted(self._components.submit(user_id, given, form.files))

    async def _cancel_modal(self, request: web.Request, user_id: int) -> web.Response:
        _, given = await self._form(request)
        self._components.cancel(user_id, given)
        return web.Response(status=204)

    # What requests name

    async def _form(self, request: web.Request) -> tuple[Form, Json]:
        form = await read_form(request, max_file_bytes=self._max_file_bytes)
        given = {} if form.value is None else form.value
        if not isinstance(given, dict):
            raise Refused("A JSON object was expected.")
        return form, given

    def _channel(self, given: object, user_id: int) -> Channel:
        channel = self._world.channels.get(_number(given))
        if channel is None or not self._world.sees(user_id, channel):
            raise Refused("There is no such channel.", 404)
        return channel

    def _message(self, given: object, channel: Channel, user_id: int) -> Message:
        message = self._world.messages.get(_number(given))
        if message is None or message.channel_id != channel.id or not self._world.sees_message(user_id, message):
            raise Refused("There is no such message.", 404)
        return message


def reply(body: object, status: int = 200) -> web.Response:
    """Return JSON."""
    return web.Response(status=status, body=to_text(body).encode(), content_type="application/json")


def _accepted(interaction: Interaction) -> web.Response:
    return reply({"interaction_id": str(interaction.id)}, 202)


def _number(given: object) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() else 0
