"""What somebody pressed or filled in, told by custom ids: also what a process before this one had sent to Discord."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord


def custom_id_of(interaction: discord.Interaction[Any]) -> str:  # Any: whichever client
    """Return the custom id of what was pressed or sent, "" for a command."""
    return str(_data(interaction).get("custom_id", ""))


def chosen_in(interaction: discord.Interaction[Any]) -> list[str]:  # Any: as above
    """Return what was chosen in the select that was used."""
    return [str(value) for value in _data(interaction).get("values") or ()]


def filled_in(interaction: discord.Interaction[Any]) -> dict[str, object]:  # Any: as above
    """Return what was filled into the form that was sent, by the fields' custom ids; of a select, the first choice."""
    return fields_of(_data(interaction).get("components"))


def fields_of(components: object) -> dict[str, object]:
    """Return the fields inside components, as Discord sends them with a form."""
    return dict(_fields(components))


def _data(interaction: discord.Interaction[Any]) -> dict[str, Any]:  # Any: Discord's JSON
    return dict(interaction.data or {})


def _fields(components: object) -> Iterator[tuple[str, object]]:
    for component in components if isinstance(components, list) else ():
        yield from _fields([component["component"]] if "component" in component else component.get("components"))
        if "custom_id" not in component:
            continue
        if "value" in component:
            yield str(component["custom_id"]), component["value"]
        elif component.get("values"):
            yield str(component["custom_id"]), component["values"][0]
