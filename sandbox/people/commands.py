"""Starts commands and autocompletes for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox import permissions
from sandbox.interactions import Interaction, Kind, Start, find_locale
from sandbox.model import Channel, Command
from sandbox.people.options import fill, focused, partial
from sandbox.people.refusal import Refused
from sandbox.people.resolve import Resolved, Sight
from sandbox.shapes import Json
from sandbox.uploads import Upload
from sandbox.validate.commands import CHAT_INPUT, USER

_GUILD_CONTEXT, _BOT_DM_CONTEXT = 0, 1


class Commands:
    """Turns what a person typed into an interaction."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def use(self, user_id: int, channel: Channel, form: Json, uploads: Sequence[Upload]) -> Interaction:
        """Start a slash command or context-menu command."""
        command = self._find(user_id, channel, form)
        resolved = Resolved(self._sight, user_id, channel, uploads)
        data = _data(command)
        metadata: Json = {}
        if command.type == CHAT_INPUT:
            data["options"] = fill(command.shape.get("options") or (), form.get("options"), resolved)
        elif command.type == USER:
            data["target_id"] = resolved.user(form.get("target_id"))
            metadata["target_user"] = resolved.shape["users"][data["target_id"]]
        else:
            data["target_id"] = resolved.message(form.get("target_id"))
            metadata["target_message_id"] = data["target_id"]
        if resolved.shape:
            data["resolved"] = resolved.shape
        name = _full_name(command.name, data.get("options") or ())
        is_menu = command.type != CHAT_INPUT
        start = Start(
            Kind.COMMAND, user_id, channel, data, name, form.get("nonce"), None, metadata, is_menu,
            locale=find_locale(form.get("locale")),
        )  # fmt: skip
        return self._sight.interactions.begin(start)

    def complete(self, user_id: int, channel: Channel, form: Json, on_choices: Callable[[list[Json]], None]) -> None:
        """Ask the bot what could go into the option that is being typed."""
        command = self._find(user_id, channel, form)
        data = _data(command)
        data["options"] = partial(command.shape.get("options") or (), form.get("options"))
        if not focused(data["options"]):
            raise Refused("No option is being typed in.")
        start = Start(
            Kind.AUTOCOMPLETE,
            user_id,
            channel,
            data,
            command.name,
            on_choices=on_choices,
            locale=find_locale(form.get("locale")),
        )
        self._sight.interactions.begin(start)

    def _find(self, user_id: int, channel: Channel, form: Json) -> Command:
        """Return the command that is meant here: a guild's own goes before a global one of the same name."""
        kind = form.get("type", CHAT_INPUT)
        same = [c for c in self._sight.world.commands.values() if c.name == form.get("name") and c.type == kind]
        here = [c for c in same if c.guild_id in {None, channel.guild_id}]
        if not here:
            raise Refused("There is no such command.")
        command = max(here, key=lambda each: each.guild_id is not None)
        if not self._may_use(command, user_id, channel):
            raise Refused("You cannot use this command here.", 403)
        return command

    def _may_use(self, command: Command, user_id: int, channel: Channel) -> bool:
        contexts = command.shape.get("contexts")
        context = _BOT_DM_CONTEXT if channel.guild_id is None else _GUILD_CONTEXT
        if channel.guild_id is None and self._sight.world.bot.id not in channel.recipient_ids:
            return False
        if contexts is not None and context not in contexts:
            return False
        needed = command.shape.get("default_member_permissions")
        granted = self._sight.world.may(user_id, channel)
        if needed is not None and channel.guild_id is not None:
            wanted = int(needed) or permissions.ADMINISTRATOR
            if granted & wanted != wanted:
                return False
        return self._sight.interactions.may_use(user_id, channel)


def _data(command: Command) -> Json:
    data: Json = {"id": str(command.id), "name": command.name, "type": command.type}
    return data if command.guild_id is None else {**data, "guild_id": str(command.guild_id)}


def _full_name(name: str, options: Sequence[Json]) -> str:
    """Return "memory show" for the subcommand show of memory."""
    for option in options:
        if option["type"] in {1, 2}:
            return _full_name(f"{name} {option['name']}", option.get("options") or ())
    return name
