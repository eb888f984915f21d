"""Limits of message components, old and new, and of modals.

Source: https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.errors import Problems
from sandbox.shapes import Json
from sandbox.validate.fields import Path, check_choice, check_int, check_list, check_text

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23
IN_MODAL_LABEL = SELECTS | {TEXT_INPUT, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX}
_TOP_V2 = frozenset({ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER})
_IN_CONTAINER = _TOP_V2 - {CONTAINER}
_LINK, _PREMIUM = 5, 6
# What Discord fills in when it answers with a component.
_MEDIA_DEFAULTS: Json = {"description": None, "spoiler": False}
_DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    THUMBNAIL: _MEDIA_DEFAULTS,
    FILE: {"name": None, "size": None, "spoiler": False},
    SEPARATOR: {"divider": True, "spacing": 1},
    CONTAINER: {"accent_color": None, "spoiler": False},
}
MAX_ROWS, ROW_WIDTH, MAX_V2, MAX_V2_CHARS = 5, 5, 40, 4000


def walk(components: list[Json] | tuple[Json, ...]) -> Iterator[Json]:
    """Yield every component, outer before inner."""
    for component in components:
        yield component
        inner = component.get("components") or []
        for single in ("accessory", "component"):
            if isinstance(component.get(single), dict):
                inner = [*inner, component[single]]
        yield from walk(inner)


def check_components(problems: Problems, components: object, *, is_v2: bool) -> tuple[Json, ...]:
    """Return a message's components with ids filled in, noting what Discord would refuse."""
    given = check_list(problems, ("components",), components, MAX_V2 if is_v2 else MAX_ROWS)
    allowed = _TOP_V2 if is_v2 else frozenset({ROW})
    kept = _check_each(problems, ("components",), given, allowed)
    if problems:
        return ()
    _check_unique(problems, kept)
    if is_v2:
        _check_totals(problems, kept)
    _number(kept)
    return tuple(kept)


def _check_each(problems: Problems, path: Path, given: list[object], allowed: frozenset[int]) -> list[Json]:
    kept = []
    for index, component in enumerate(given):
        if not isinstance(component, dict):
            problems.add((*path, index), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        elif check_choice(problems, (*path, index, "type"), component.get("type"), sorted(allowed)):
            kept.append(_check_one(problems, (*path, index), component))
    return kept


def _check_one(problems: Problems, path: Path, component: Json) -> Json:
    """Return a copy of one component after checking it and what it contains."""
    kind = component["type"]
    copy = {**_DEFAULTS.get(kind, {}), **component}
    if kind == ROW:
        copy["components"] = _check_row(problems, (*path, "components"), component.get("components"))
    elif kind == BUTTON:
        _check_button(problems, path, component)
    elif kind in SELECTS:
        check_select(problems, path, component)
    elif kind == SECTION:
        inner = check_list(problems, (*path, "components"), component.get("components"), 3, low=1)
        copy["components"] = _check_each(problems, (*path, "components"), inner, frozenset({TEXT_DISPLAY}))
        copy["accessory"] = _check_accessory(problems, (*path, "accessory"), component.get("accessory"))
    elif kind == CONTAINER:
        inner = check_list(problems, (*path, "components"), component.get("components"), MAX_V2)
        copy["components"] = _check_each(problems, (*path, "components"), inner, _IN_CONTAINER)
    elif kind == TEXT_DISPLAY:
        check_text(problems, (*path, "content"), component.get("content"), MAX_V2_CHARS, low=1, required=True)
    elif kind == GALLERY:
        items = check_list(problems, (*path, "items"), component.get("items"), 10, low=1)
        copy["items"] = [{**_MEDIA_DEFAULTS, **item} for item in items if isinstance(item, dict)]
    return copy


def _check_row(problems: Problems, path: Path, given: object) -> list[Json]:
    inner = check_list(problems, path, given, ROW_WIDTH, low=1)
    kept = _check_each(problems, path, inner, SELECTS | {BUTTON})
    if len(kept) > 1 and any(component["type"] in SELECTS for component in kept):
        message = f"The specified component exceeds the maximum width of {ROW_WIDTH}"
        problems.add((*path, 1), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    return kept


def _check_accessory(problems: Problems, path: Path, given: object) -> Json | None:
    if not isinstance(given, dict):
        problems.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        return None
    check_choice(problems, (*path, "type"), given.get("type"), (BUTTON, THUMBNAIL))
    return _check_one(problems, path, given) if given.get("type") else None


def _check_button(problems: Problems, path: Path, button: Json) -> None:
    if not check_choice(problems, (*path, "style"), button.get("style"), range(1, 7)):
        return
    check_text(problems, (*path, "label"), button.get("label"), 80)
    if button["style"] == _LINK:
        check_text(problems, (*path, "url"), button.get("url"), 512, required=True)
        if button.get("custom_id"):
            message = "A custom id and url cannot both be specified"
            problems.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif button["style"] != _PREMIUM:
        check_text(problems, (*path, "custom_id"), button.get("custom_id"), 100, low=1, required=True)
        if not button.get("label") and not button.get("emoji"):
            problems.add((*path, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required")


def check_select(problems: Problems, path: Path, select: Json) -> None:
    """Note what is wrong with a select of any kind."""
    check_text(problems, (*path, "custom_id"), select.get("custom_id"), 100, low=1, required=True)
    check_text(problems, (*path, "placeholder"), select.get("placeholder"), 150)
    check_int(problems, (*path, "min_values"), select.get("min_values"), 0, 25)
    check_int(problems, (*path, "max_values"), select.get("max_values"), 1, 25)
    if select["type"] == STRING_SELECT:
        check_options(problems, (*path, "options"), select.get("options"), 25)


def check_options(problems: Problems, path: Path, given: object, high: int) -> None:
    """Note what is wrong with the options of a select, radio group or checkbox group."""
    seen: set[object] = set()
    for index, option in enumerate(check_list(problems, path, given, high, low=1)):
        if not isinstance(option, dict):
            problems.add((*path, index), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        for name in ("label", "value"):
            check_text(problems, (*path, index, name), option.get(name), 100, low=1, required=True)
        check_text(problems, (*path, index, "description"), option.get("description"), 100)
        if option.get("value") in seen:
            message = "The specified option value is already used"
            problems.add((*path, index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(option.get("value"))


def _check_unique(problems: Problems, components: list[Json]) -> None:
    seen: set[object] = set()
    for index, top in enumerate(components):
        for component in walk([top]):
            custom_id = component.get("custom_id")
            if custom_id is not None and custom_id in seen:
                message = "Component custom id cannot be duplicated"
                problems.add(("components", index), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            seen.add(custom_id)


def _check_totals(problems: Problems, components: list[Json]) -> None:
    every = list(walk(components))
    if len(every) > MAX_V2:
        problems.add(("components",), "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_V2} or fewer in length.")
    if sum(len(c.get("content") or "") for c in every if c["type"] == TEXT_DISPLAY) > MAX_V2_CHARS:
        message = f"The total displayable text size exceeds maximum size of {MAX_V2_CHARS}"
        problems.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _number(components: list[Json]) -> None:
    """Give every component an id of its own, as Discord does for those the bot left out."""
    taken = {component["id"] for component in walk(components) if component.get("id")}
    free = (number for number in range(1, 10_000) if number not in taken)
    for component in walk(components):
        if not component.get("id"):
            component["id"] = next(free)
