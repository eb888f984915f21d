"""Checks what a person filled into a command, as Discord's client does before it sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.people.refusal import Refused
from sandbox.people.resolve import Resolved
from sandbox.shapes import Json

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
MAX_STRING_CHARS = 6000


def fill(spec: Sequence[Json], given: object, resolved: Resolved) -> list[Json]:
    """Return the options as they go to the bot. Raises Refused with a sentence for the first thing wrong."""
    known, entries = {option["name"]: option for option in spec}, _entries(given)
    for option in spec:
        if option.get("required") and option["name"] not in entries:
            raise Refused(f"The option {option['name']} is required.")
    _check_one_branch(spec, entries)
    return [_fill_one(_known(known, name), entry, resolved) for name, entry in entries.items()]


def partial(spec: Sequence[Json], given: object) -> list[Json]:
    """Return the options typed so far, for an autocomplete: unchecked, but with Discord's types."""
    known = {option["name"]: option for option in spec}
    return [_partial_one(_known(known, name), entry) for name, entry in _entries(given).items()]


def focused(options: Sequence[Json]) -> bool:
    """Return whether one option is marked as being typed in."""
    return any(option.get("focused") or focused(option.get("options") or ()) for option in options)


def _entries(given: object) -> dict[str, Json]:
    listed = given if isinstance(given, list) else []
    return {str(entry.get("name")): entry for entry in listed if isinstance(entry, dict)}


def _known(known: Mapping[str, Json], name: str) -> Json:
    if name not in known:
        raise Refused(f"There is no option {name}.")
    return known[name]


def _check_one_branch(spec: Sequence[Json], entries: Mapping[str, Json]) -> None:
    """Refuse anything but exactly one part of a command that has parts."""
    if any(option["type"] in {SUBCOMMAND, GROUP} for option in spec) and len(entries) != 1:
        raise Refused("Choose one of the command's parts.")


def _partial_one(option: Json, entry: Json) -> Json:
    shape = {"name": option["name"], "type": option["type"]}
    if option["type"] in {SUBCOMMAND, GROUP}:
        return {**shape, "options": partial(option.get("options") or (), entry.get("options"))}
    value = entry.get("value", "")
    shape["value"] = value if isinstance(value, (bool, int, float)) else str(value)
    return {**shape, "focused": True} if entry.get("focused") else shape


def _fill_one(option: Json, entry: Json, resolved: Resolved) -> Json:
    shape = {"name": option["name"], "type": option["type"]}
    if option["type"] in {SUBCOMMAND, GROUP}:
        return {**shape, "options": fill(option.get("options") or (), entry.get("options"), resolved)}
    value = _value(option, entry.get("value"), resolved)
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise Refused(f"{option['name']} must be one of the choices.")
    return {**shape, "value": value}


def _value(option: Json, given: object, resolved: Resolved) -> object:
    match option["type"]:
        case 3:
            return _string(option, given)
        case 4 | 10:
            return _number(option, given)
        case 5:
            if not isinstance(given, bool):
                raise Refused(f"{option['name']} must be true or false.")
            return given
        case 6:
            return resolved.user(given)
        case 7:
            return resolved.channel(given, option.get("channel_types") or ())
        case 8:
            return resolved.role(given)
        case 9:
            return resolved.mentionable(given)
        case _:
            return resolved.attachment(given)


def _string(option: Json, given: object) -> str:
    text = str(given if given is not None else "")
    low, high = option.get("min_length") or 0, option.get("max_length") or MAX_STRING_CHARS
    if option.get("required") and not text:
        raise Refused(f"The option {option['name']} is required.")
    if not low <= len(text) <= high:
        raise Refused(f"{option['name']} must be {low} to {high} characters long; it has {len(text)}.")
    return text


def _number(option: Json, given: object) -> int | float:
    name, is_whole = option["name"], option["type"] == INTEGER
    try:
        number: int | float = int(str(given)) if is_whole else float(str(given))
    except ValueError:
        raise Refused(f"{name} must be a {'whole ' if is_whole else ''}number.") from None
    low, high = option.get("min_value"), option.get("max_value")
    if (low is not None and number < low) or (high is not None and number > high):
        raise Refused(
            f"{name} must be within {low if low is not None else '-∞'} and {high if high is not None else '∞'}."
        )
    return number
