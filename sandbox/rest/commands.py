"""Routes of application commands, global and of one guild.

Source: https://discord.com/developers/docs/interactions/application-commands#endpoints
"""

from __future__ import annotations

from sandbox.errors import ApiError, Problems, invalid, missing_access, unknown
from sandbox.model import Command
from sandbox.rest.call import Call, Created, Reply, Route, rule
from sandbox.shapes import Json
from sandbox.validate.commands import CHAT_INPUT, MAX_PER_TYPE, check_command, check_commands
from sandbox.world import World

_WRITE = rule("commands write", limit=5, window_s=20)
_OVERWRITE = rule("commands overwrite", limit=5, window_s=60)
_READ = rule("commands read")
_KEPT = (
    "name_localizations", "description_localizations", "options", "default_member_permissions", "integration_types",
    "contexts", "nsfw", "dm_permission", "handler",
)  # fmt: skip


class CommandRoutes:
    """Handlers for `/applications/{application}/commands` and the same below `/guilds/{guild}`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the routes."""
        routes = []
        for place in ("/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"):
            one = place + "/{command}"
            routes += [
                Route("GET", place, self.index, _READ),
                Route("PUT", place, self.overwrite, _OVERWRITE),
                Route("POST", place, self.create, _WRITE),
                Route("GET", one, self.get, _READ),
                Route("PATCH", one, self.edit, _WRITE),
                Route("DELETE", one, self.delete, _WRITE),
            ]
        return routes

    def index(self, call: Call) -> Reply:
        """Return the commands of the place."""
        return [command.shape for command in self._own(self._place(call))]

    def overwrite(self, call: Call) -> Reply:
        """Replace all commands of the place; those that keep type and name keep their id."""
        place = self._place(call)
        given = call.form.value
        if not isinstance(given, list):
            raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        problems = Problems()
        check_commands(problems, given)
        problems.check()
        old = {(command.type, command.name): command for command in self._own(place)}
        fresh = []
        for form in given:
            known = old.get((form.get("type", CHAT_INPUT), form["name"]))
            fresh.append(self._made(form, place, known))
        self._world.set_commands(fresh, replacing=[command.id for command in old.values()])
        return [command.shape for command in fresh]

    def create(self, call: Call) -> Reply:
        """Add one command, or replace the one with its type and name."""
        place, form = self._place(call), call.body
        problems = Problems()
        check_command(problems, (), form)
        problems.check()
        kind = form.get("type", CHAT_INPUT)
        same = [command for command in self._own(place) if command.type == kind]
        known = next((command for command in same if command.name == form["name"]), None)
        if known is None and len(same) >= MAX_PER_TYPE[kind]:
            raise ApiError(400, 30032, f"Maximum number of application commands reached ({MAX_PER_TYPE[kind]}).")
        command = self._made(form, place, known)
        self._world.set_commands([command])
        return command.shape if known else Created(command.shape)

    def get(self, call: Call) -> Reply:
        """Return one command."""
        return self._find(call).shape

    def edit(self, call: Call) -> Reply:
        """Change some fields of one command."""
        known = self._find(call)
        form = {**known.shape, **call.body, "type": known.type}
        problems = Problems()
        check_command(problems, (), form)
        problems.check()
        command = self._made(form, known.guild_id, known)
        self._world.set_commands([command])
        return command.shape

    def delete(self, call: Call) -> Reply:
        """Remove one command."""
        self._world.set_commands([], replacing=[self._find(call).id])
        return None

    def _place(self, call: Call) -> int | None:
        """Return the guild whose commands are meant, None for the global ones."""
        if call.id("application") != self._world.bot.id:
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
        if "guild" not in call.params:
            return None
        if call.id("guild") not in self._world.guilds:
            raise missing_access()
        return call.id("guild")

    def _own(self, place: int | None) -> list[Command]:
        return [command for command in self._world.commands.values() if command.guild_id == place]

    def _find(self, call: Call) -> Command:
        place = self._place(call)
        command = self._world.commands.get(call.id("command"))
        if command is None or command.guild_id != place:
            raise unknown("application command")
        return command

    def _made(self, form: Json, guild_id: int | None, known: Command | None) -> Command:
        """Return a command; its version is new only if it differs from the known one."""
        kind = form.get("type", CHAT_INPUT)
        command_id = known.id if known else self._world.ids.next()
        shape: Json = {
            "id": str(command_id),
            "application_id": str(self._world.bot.id),
            "type": kind,
            "name": form["name"],
            "description": form.get("description") or "",
            "default_member_permissions": None,
            "nsfw": False,
            "name_localizations": None,
            "description_localizations": None,
            "integration_types": [0],
            "contexts": None,
            **{name: form[name] for name in _KEPT if form.get(name) is not None},
        }
        if guild_id is not None:
            shape["guild_id"] = str(guild_id)
        if known and {**known.shape, "version": None} == {**shape, "version": None}:
            return known
        return Command(command_id, guild_id, kind, form["name"], {**shape, "version": str(self._world.ids.next())})
