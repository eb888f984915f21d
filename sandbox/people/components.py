"""Starts the interactions of buttons, selects and modals."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.interactions import Interaction, Kind, Start, find_locale
from sandbox.model import Channel, Message
from sandbox.people.refusal import Refused
from sandbox.people.resolve import Resolved, Sight
from sandbox.shapes import Json
from sandbox.uploads import Upload
from sandbox.validate.components import (
    BUTTON,
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    RADIO_GROUP,
    ROW,
    TEXT_INPUT,
    walk,
)


class Components:
    """Turns a click or a filled-in form into an interaction."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def press(self, user_id: int, channel: Channel, message: Message, form: Json) -> Interaction:
        """Start a button's or select's interaction. Raises Refused for one that is absent or disabled."""
        kind, custom_id = form.get("component_type"), form.get("custom_id")
        every = [c for c in walk(message.body.components) if c.get("custom_id") == custom_id is not None]
        component = next((c for c in every if c["type"] == kind), None)
        if component is None or component.get("disabled"):
            raise Refused("This control cannot be used.")
        if message.author_id != self._sight.world.bot.id:
            raise Refused("This control belongs to nobody.")
        resolved = Resolved(self._sight, user_id, channel)
        data: Json = {"custom_id": custom_id, "component_type": kind, "id": component["id"]}
        if kind != BUTTON:
            data["values"] = _chosen(component, form.get("values"), resolved)
        if resolved.shape:
            data["resolved"] = resolved.shape
        metadata = {"interacted_message_id": str(message.id)}
        name = str(component.get("label") or component.get("placeholder") or custom_id)
        start = Start(
            Kind.COMPONENT, user_id, channel, data, name, form.get("nonce"), message, metadata,
            locale=find_locale(form.get("locale")),
        )  # fmt: skip
        return self._sight.interactions.begin(start)

    def submit(self, user_id: int, form: Json, uploads: Sequence[Upload]) -> Interaction:
        """Start a modal's interaction from what was filled in."""
        opener = self._opener(user_id, form)
        origin, modal = opener.start, opener.modal or {}
        resolved = Resolved(self._sight, user_id, origin.channel, uploads)
        listed = form.get("components")
        entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        values = {entry["custom_id"]: entry for entry in walk(entries) if "custom_id" in entry}
        data: Json = {
            "custom_id": modal["custom_id"],
            "components": [_submitted(item, values, resolved) for item in modal["components"]],
        }
        if resolved.shape:
            data["resolved"] = resolved.shape
        opener.modal = None
        trigger = {**opener.stamp.metadata, "user": self._sight.payloads.user(user_id)}
        metadata = {"triggering_interaction_metadata": trigger}
        start = Start(
            Kind.MODAL, user_id, origin.channel, data, origin.name, form.get("nonce"), origin.source, metadata,
            locale=find_locale(form.get("locale")),
        )  # fmt: skip
        return self._sight.interactions.begin(start)

    def cancel(self, user_id: int, form: Json) -> None:
        """Close a modal without an answer; the bot is not told, as on Discord."""
        self._opener(user_id, form).modal = None

    def _opener(self, user_id: int, form: Json) -> Interaction:
        text = str(form.get("interaction_id", ""))
        opener = self._sight.interactions.find(int(text) if text.isdecimal() else 0)
        if opener is None or opener.modal is None or opener.start.user_id != user_id:
            raise Refused("This form is no longer open.")
        return opener


def _chosen(component: Json, given: object, resolved: Resolved) -> list[str]:
    """Return a select's values after checking how many there are and that they exist."""
    values = [str(value) for value in given] if isinstance(given, list) else []
    low, high = component.get("min_values"), component.get("max_values")
    low = 1 if low is None else low
    if (values or component.get("required", True)) and not low <= len(values) <= (high or 1):
        raise Refused(f"Choose {low} to {high or 1}.")
    match component["type"]:
        case 5:
            return [resolved.user(value) for value in values]
        case 6:
            return [resolved.role(value) for value in values]
        case 7:
            return [resolved.mentionable(value) for value in values]
        case 8:
            return [resolved.channel(value, component.get("channel_types") or ()) for value in values]
        case _:
            offered = {option["value"] for option in component.get("options") or ()}
            if not offered.issuperset(values):
                raise Refused("That is not one of the choices.")
            return values


def _submitted(item: Json, values: dict[str, Json], resolved: Resolved) -> Json:
    """Return one item of a modal as it is submitted, from what the bot asked and the person gave."""
    shape: Json = {"type": item["type"], "id": item["id"]}
    if item["type"] == ROW:
        inner = [_filled(component, values, resolved) for component in item["components"]]
        return {**shape, "components": inner}
    if item["type"] == LABEL:
        return {**shape, "component": _filled(item["component"], values, resolved)}
    return shape


def _filled(component: Json, values: dict[str, Json], resolved: Resolved) -> Json:
    kind, custom_id = component["type"], component["custom_id"]
    given = values.get(custom_id, {})
    shape: Json = {"type": kind, "id": component["id"], "custom_id": custom_id}
    if kind == TEXT_INPUT:
        return {**shape, "value": _text(component, given.get("value"))}
    if kind == CHECKBOX:
        return {**shape, "value": bool(given.get("value"))}
    if kind == RADIO_GROUP:
        chosen = [] if given.get("value") is None else [given["value"]]
        return {**shape, "value": next(iter(_chosen(component, chosen, resolved)), None)}
    if kind == FILE_UPLOAD:
        indices = _counted(component, given.get("values"), 1)
        return {**shape, "values": [resolved.attachment(index) for index in indices]}
    if kind == CHECKBOX_GROUP:
        offered = component.get("options") or ()
        component = {**component, "max_values": component.get("max_values") or len(offered)}
    return {**shape, "values": _chosen(component, given.get("values"), resolved)}


def _text(component: Json, given: object) -> str:
    text = str(given or "")
    low, high = component.get("min_length") or 0, component.get("max_length") or 4000
    if not text and component.get("required", True):
        raise Refused("A field that must be filled in is empty.")
    if text and not low <= len(text) <= high:
        raise Refused(f"A field takes {low} to {high} characters; it has {len(text)}.")
    return text


def _counted(component: Json, given: object, default: int) -> list[object]:
    values = list(given) if isinstance(given, list) else []
    low = component.get("min_values")
    low, high = default if low is None else low, component.get("max_values") or default
    if (values or component.get("required", True)) and not low <= len(values) <= high:
        raise Refused(f"Choose {low} to {high} files.")
    return values
