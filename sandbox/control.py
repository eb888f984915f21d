"""Handles for tests, benchmarks and demos, under `/<secret>/control/`: look inside, break things, add to the world."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.gateway.hub import Hub
from sandbox.model import Overwrite
from sandbox.payloads import Payloads
from sandbox.people.refusal import Refused
from sandbox.people.routes import reply
from sandbox.rest.faults import Fault
from sandbox.rest.gate import Gate
from sandbox.rest.record import Record
from sandbox.shapes import Json
from sandbox.uploads import read_form
from sandbox.world import World

Act = Callable[[web.Request, Json], web.Response]


class Control:
    """Handlers of the control API."""

    def __init__(self, world: World, payloads: Payloads, hub: Hub, record: Record, gate: Gate) -> None:
        self._world = world
        self._payloads = payloads
        self._hub = hub
        self._record = record
        self._faults = gate.faults
        self._gate = gate

    def mount(self, app: web.Application, prefix: str) -> None:
        """Add the routes below `/<secret>`."""
        for method, path, act in (
            ("GET", "requests", self._requests),
            ("GET", "messages/{message}/versions", self._versions),
            ("POST", "permissions", self._set_permissions),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("POST", "gateway/drop", self._drop),
            ("POST", "guilds", self._add_guild),
            ("POST", "guilds/{guild}/channels", self._add_channels),
            ("POST", "people", self._add_person),
            ("DELETE", "guilds/{guild}/members/{person}", self._remove_person),
            ("DELETE", "channels/{channel}", self._delete_channel),
            ("POST", "channels/{channel}/purge", self._purge),
            ("POST", "limits", self._set_limits),
        ):
            app.router.add_route(method, f"{prefix}/control/{path}", _handling(act))

    def _requests(self, request: web.Request, _form: Json) -> web.Response:
        return reply({"requests": self._record.since(int(request.query.get("since", "0")))})

    def _versions(self, request: web.Request, _form: Json) -> web.Response:
        message = self._world.messages.get(int(request.match_info["message"]))
        if message is None:
            raise Refused("There is no such message.", 404)
        versions = [
            {"at": v.at, "content": v.content, "attachments": list(v.filenames), "components": list(v.components)}
            for v in message.versions
        ]
        return reply({"versions": versions})

    def _set_permissions(self, _request: web.Request, form: Json) -> web.Response:
        channel = self._world.channels.get(int(form["channel_id"]))
        if channel is None:
            raise Refused("There is no such channel.", 404)
        overwrite = Overwrite(int(form.get("allow") or 0), int(form.get("deny") or 0), is_member=True)
        self._world.set_overwrite(channel, self._world.bot.id, overwrite)
        return reply(self._payloads.channel(channel, self._world.bot.id))

    def _add_fault(self, _request: web.Request, form: Json) -> web.Response:
        status = form.get("status")
        fault = Fault(
            str(form.get("method") or "*").upper(),
            re.compile(str(form.get("path") or "")),
            None if status is None else int(status),
            form.get("body"),
            {str(name): str(value) for name, value in (form.get("headers") or {}).items()},
            int(form.get("times") or 1),
            float(form.get("delay_s") or 0),
            float(form.get("reply_delay_s") or 0),
        )
        self._faults.add(fault)
        return reply({})

    def _clear_faults(self, _request: web.Request, _form: Json) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)

    def _drop(self, _request: web.Request, form: Json) -> web.Response:
        shard = form.get("shard") or 0
        code = form.get("code")
        dropped = self._hub.drop(shard, is_resumable=form.get("resumable", True), code=code)
        return reply({"dropped": dropped})

    def _add_guild(self, _request: web.Request, form: Json) -> web.Response:
        owner = self._world.users[self._world.people[0]]
        guild = self._world.add_guild(str(form["name"]), owner)
        return reply({"id": str(guild.id), "name": guild.name})

    def _add_channels(self, request: web.Request, form: Json) -> web.Response:
        guild = self._world.guilds.get(int(request.match_info["guild"]))
        if guild is None:
            raise Refused("There is no such guild.", 404)
        count, name = int(form.get("count") or 1), str(form["name"])
        names = [name] if count == 1 else [f"{name}-{number}" for number in range(1, count + 1)]
        made = [self._world.add_channel(guild, each) for each in names]
        return reply([self._payloads.channel(channel, self._world.bot.id) for channel in made])

    def _add_person(self, _request: web.Request, form: Json) -> web.Response:
        person = self._world.add_person(str(form["name"]), str(form.get("display") or ""))
        return reply(self._payloads.user(person.id))

    def _remove_person(self, request: web.Request, _form: Json) -> web.Response:
        """Let somebody leave a server."""
        guild = self._world.guilds.get(int(request.match_info["guild"]))
        person = int(request.match_info["person"])
        if guild is None or person not in guild.members:
            raise Refused("There is no such member.", 404)
        self._world.leave(guild, self._world.users[person])
        return web.Response(status=204)

    def _delete_channel(self, request: web.Request, _form: Json) -> web.Response:
        channel = self._world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Refused("There is no such channel.", 404)
        self._world.delete_channel(channel)
        return web.Response(status=204)

    def _set_limits(self, _request: web.Request, form: Json) -> web.Response:
        """Take smaller files, or larger ones, than bots are told."""
        self._gate.max_file_bytes = int(form["max_file_bytes"])
        return reply({"max_file_bytes": self._gate.max_file_bytes})

    def _purge(self, request: web.Request, form: Json) -> web.Response:
        """Delete messages in one go, as only another bot could."""
        channel = self._world.channels.get(int(request.match_info["channel"]))
        wanted = {int(each) for each in form["messages"]}
        found = [self._world.messages[i] for i in channel.message_ids if i in wanted] if channel else []
        if channel is None or not found:
            raise Refused("There are no such messages.", 404)
        self._world.delete(channel, found, is_bulk=True)
        return reply({"deleted": len(found)})


def _handling(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            form = (await read_form(request, max_file_bytes=0)).value
            return act(request, form if isinstance(form, dict) else {})
        except Refused as refused:
            return reply({"message": refused.message}, refused.status)
        except ApiError as error:
            return reply(error.body(), error.status)
        except (KeyError, ValueError, re.error) as wrong:
            return reply({"message": f"wrong or missing: {wrong}"}, 400)

    return handle
