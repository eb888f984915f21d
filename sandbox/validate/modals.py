"""Limits of modals.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal
"""

from __future__ import annotations

from sandbox.errors import Problems
from sandbox.shapes import Json
from sandbox.validate.components import (
    CHECKBOX_GROUP,
    IN_MODAL_LABEL,
    LABEL,
    RADIO_GROUP,
    ROW,
    SELECTS,
    TEXT_DISPLAY,
    TEXT_INPUT,
    check_options,
    check_select,
    walk,
)
from sandbox.validate.fields import Path, check_choice, check_int, check_list, check_text

MAX_ITEMS = 5
MAX_INPUT_CHARS = 4000


def check_modal(problems: Problems, data: Json) -> None:
    """Note what is wrong with a modal, and give its components ids."""
    check_text(problems, ("data", "title"), data.get("title"), 45, low=1, required=True)
    check_text(problems, ("data", "custom_id"), data.get("custom_id"), 100, low=1, required=True)
    path: Path = ("data", "components")
    items = check_list(problems, path, data.get("components"), MAX_ITEMS, low=1)
    for index, item in enumerate(items):
        if isinstance(item, dict) and check_choice(
            problems, (*path, index, "type"), item.get("type"), (ROW, TEXT_DISPLAY, LABEL)
        ):
            _check_item(problems, (*path, index), item)
    for number, component in enumerate(walk([item for item in items if isinstance(item, dict)]), start=1):
        component.setdefault("id", number)


def _check_item(problems: Problems, path: Path, item: Json) -> None:
    if item["type"] == ROW:
        for index, inner in enumerate(check_list(problems, (*path, "components"), item.get("components"), 1, low=1)):
            if isinstance(inner, dict):
                _check_input(problems, (*path, "components", index), inner)
    elif item["type"] == LABEL:
        check_text(problems, (*path, "label"), item.get("label"), 45, low=1, required=True)
        check_text(problems, (*path, "description"), item.get("description"), 100)
        inner = item.get("component")
        if not isinstance(inner, dict):
            problems.add((*path, "component"), "BASE_TYPE_REQUIRED", "This field is required")
        elif check_choice(problems, (*path, "component", "type"), inner.get("type"), sorted(IN_MODAL_LABEL)):
            _check_input(problems, (*path, "component"), inner)


def _check_input(problems: Problems, path: Path, inner: Json) -> None:
    kind = inner.get("type")
    check_text(problems, (*path, "custom_id"), inner.get("custom_id"), 100, low=1, required=True)
    if kind == TEXT_INPUT:
        check_choice(problems, (*path, "style"), inner.get("style"), (1, 2))
        check_text(problems, (*path, "placeholder"), inner.get("placeholder"), 100)
        check_text(problems, (*path, "value"), inner.get("value"), MAX_INPUT_CHARS)
        check_int(problems, (*path, "min_length"), inner.get("min_length"), 0, MAX_INPUT_CHARS)
        check_int(problems, (*path, "max_length"), inner.get("max_length"), 1, MAX_INPUT_CHARS)
    elif kind in SELECTS:
        check_select(problems, path, inner)
    elif kind in {RADIO_GROUP, CHECKBOX_GROUP}:
        check_options(problems, (*path, "options"), inner.get("options"), 10)
