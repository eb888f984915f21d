from __future__ import annotations

import pytest

from sandbox.errors import ApiError, Problems
from sandbox.validate.commands import check_command, check_commands
from sandbox.validate.components import check_components
from sandbox.validate.embeds import check_embeds
from sandbox.validate.modals import check_modal
from tests.sandbox.play import Json


def codes(problems: Problems) -> dict[str, str]:
    """Return each problem's path and code."""
    found: dict[str, str] = {}

    def walk(node: Json, path: str) -> None:
        for key, value in node.items():
            if key == "_errors":
                found[path] = value[0]["code"]
            else:
                walk(value, f"{path}.{key}".lstrip("."))

    if problems:
        with pytest.raises(ApiError, match="Invalid Form Body") as raised:
            problems.check()
        walk(raised.value.errors or {}, "")
    return found


def button(custom_id: str = "a", **fields: object) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **fields}


def row(*inner: Json) -> Json:
    return {"type": 1, "components": list(inner)}


def text(content: str) -> Json:
    return {"type": 10, "content": content}


OLD_COMPONENTS: list[tuple[list[Json], dict[str, str]]] = [
    ([row(button())], {}),
    ([row(*(button(str(n)) for n in range(5))) for _ in range(1)], {}),
    ([row(button(f"{n}")) for n in range(6)], {"components": "BASE_TYPE_MAX_LENGTH"}),
    ([row(*(button(str(n)) for n in range(6)))], {"components.0.components": "BASE_TYPE_BAD_LENGTH"}),
    ([row()], {"components.0.components": "BASE_TYPE_BAD_LENGTH"}),
    ([row(button(label="x" * 81))], {"components.0.components.0.label": "BASE_TYPE_MAX_LENGTH"}),
    ([row(button("x" * 101))], {"components.0.components.0.custom_id": "BASE_TYPE_BAD_LENGTH"}),
    ([row(button()), row(button())], {"components.1": "COMPONENT_CUSTOM_ID_DUPLICATED"}),
    ([button()], {"components.0.type": "BASE_TYPE_CHOICES"}),
    ([text("V2 only")], {"components.0.type": "BASE_TYPE_CHOICES"}),
    (
        [row(button(style=5))],
        {
            "components.0.components.0.url": "BASE_TYPE_REQUIRED",
            "components.0.components.0.custom_id": "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        },
    ),
    (
        [row({"type": 3, "custom_id": "s", "options": [{"label": "x", "value": "x"}] * 2})],
        {"components.0.components.0.options.1.value": "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
    ),
    (
        [row({"type": 5, "custom_id": "s"}, button())],
        {"components.0.components.1": "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
    ),
]


@pytest.mark.parametrize(("components", "expected"), OLD_COMPONENTS)
def test_rows_of_buttons_and_selects_have_their_limits(components: list[Json], expected: dict[str, str]) -> None:
    problems = Problems()
    check_components(problems, components, is_v2=False)
    assert codes(problems) == expected


V2_COMPONENTS: list[tuple[list[Json], dict[str, str]]] = [
    ([{"type": 17, "components": [text("a"), row(button())]}], {}),
    ([text("x" * 2000), text("x" * 2000)], {}),
    ([text("x" * 2000), text("x" * 2001)], {"components": "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"}),
    ([text("x")] * 40, {}),
    ([{"type": 17, "components": [text("x")] * 40}], {"components": "BASE_TYPE_MAX_LENGTH"}),
    ([{"type": 9, "components": [text("x")]}], {"components.0.accessory": "BASE_TYPE_REQUIRED"}),
    ([{"type": 12, "items": [{"media": {"url": "https://a"}}] * 11}], {"components.0.items": "BASE_TYPE_BAD_LENGTH"}),
    (
        [{"type": 17, "components": [{"type": 17, "components": []}]}],
        {"components.0.components.0.type": "BASE_TYPE_CHOICES"},
    ),
]


@pytest.mark.parametrize(("components", "expected"), V2_COMPONENTS)
def test_new_components_have_their_limits(components: list[Json], expected: dict[str, str]) -> None:
    problems = Problems()
    check_components(problems, components, is_v2=True)
    assert codes(problems) == expected


def test_components_get_ids_that_keep_those_given() -> None:
    kept = check_components(Problems(), [row(button(id=1), button("b"))], is_v2=False)
    assert (kept[0]["id"], [inner["id"] for inner in kept[0]["components"]]) == (2, [1, 3])


EMBEDS: list[tuple[list[Json], dict[str, str]]] = [
    ([{"title": "x" * 256, "description": "x" * 4096}], {}),
    ([{"title": "x" * 257}], {"embeds.0.title": "BASE_TYPE_MAX_LENGTH"}),
    ([{"description": "x" * 3001}, {"description": "x" * 3000}], {"embeds": "MAX_EMBED_SIZE_EXCEEDED"}),
    ([{"title": "x"}] * 11, {"embeds": "BASE_TYPE_MAX_LENGTH"}),
    ([{"fields": [{"name": "", "value": "x"}]}], {"embeds.0.fields.0.name": "BASE_TYPE_REQUIRED"}),
    ([{"image": {"url": "file:///etc"}}], {"embeds.0.image.url": "URL_TYPE_INVALID_SCHEME"}),
    ([{"footer": "x"}], {"embeds.0.footer": "DICT_TYPE_CONVERT"}),
    ([{"author": [], "image": "x"}], {"embeds.0.author": "DICT_TYPE_CONVERT", "embeds.0.image": "DICT_TYPE_CONVERT"}),
    ([{"fields": "x"}], {"embeds.0.fields": "LIST_TYPE_CONVERT"}),
]


@pytest.mark.parametrize(("embeds", "expected"), EMBEDS)
def test_embeds_have_their_limits(embeds: list[Json], expected: dict[str, str]) -> None:
    problems = Problems()
    check_embeds(problems, embeds)
    assert codes(problems) == expected


def command(**fields: object) -> Json:
    return {"name": "ask", "description": "Ask", **fields}


def opt(name: str = "a", kind: int = 3, **fields: object) -> Json:
    return {"name": name, "type": kind, "description": "x", **fields}


COMMANDS: list[tuple[Json, dict[str, str]]] = [
    (command(options=[opt()]), {}),
    (command(name="Ask"), {"name": "APPLICATION_COMMAND_INVALID_NAME"}),
    (command(name="a b"), {"name": "APPLICATION_COMMAND_INVALID_NAME"}),
    (command(name="größe"), {}),
    (command(description="x" * 101), {"description": "BASE_TYPE_BAD_LENGTH"}),
    (command(description=None), {"description": "BASE_TYPE_REQUIRED"}),
    (command(options=[opt(f"o{n}") for n in range(26)]), {"options": "BASE_TYPE_MAX_LENGTH"}),
    (command(options=[opt(), opt("b", required=True)]), {"options.1": "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"}),
    (command(options=[opt(), opt()]), {"options.1": "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"}),
    (command(options=[opt("g", 2, options=[opt("s", 1, options=[opt()])])]), {}),
    (
        command(options=[opt("g", 2, options=[opt("h", 2)])]),
        {"options.0.options.0.type": "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
    ),
    (command(type=3, name="Explain this", description=""), {}),
    (command(type=3, name="Explain"), {"description": "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"}),
    (
        command(options=[opt(f"o{n}", choices=[{"name": "x" * 100, "value": "y" * 100}] * 25) for n in range(2)]),
        {"": "APPLICATION_COMMAND_TOO_LARGE"},
    ),
]


@pytest.mark.parametrize(("form", "expected"), COMMANDS)
def test_commands_have_their_limits(form: Json, expected: dict[str, str]) -> None:
    problems = Problems()
    check_command(problems, (), form)
    assert codes(problems) == expected


def test_two_commands_of_one_name_are_refused() -> None:
    problems = Problems()
    check_commands(problems, [command(), command()])
    assert codes(problems) == {"1": "APPLICATION_COMMANDS_DUPLICATE_NAME"}


def label(inner: Json) -> Json:
    return {"type": 18, "label": "Name", "component": inner}


FIELD: Json = {"type": 4, "custom_id": "a", "style": 1}
MODALS: list[tuple[Json, dict[str, str]]] = [
    ({"title": "T", "custom_id": "m", "components": [label(FIELD)]}, {}),
    ({"title": "", "custom_id": "m", "components": [label(FIELD)]}, {"data.title": "BASE_TYPE_REQUIRED"}),
    ({"title": "x" * 46, "custom_id": "m", "components": [label(FIELD)]}, {"data.title": "BASE_TYPE_BAD_LENGTH"}),
    ({"title": "T", "custom_id": "m", "components": []}, {"data.components": "BASE_TYPE_BAD_LENGTH"}),
    (
        {"title": "T", "custom_id": "m", "components": [label({**FIELD, "style": 3})]},
        {"data.components.0.component.style": "BASE_TYPE_CHOICES"},
    ),
    (
        {"title": "T", "custom_id": "m", "components": [label(button())]},
        {"data.components.0.component.type": "BASE_TYPE_CHOICES"},
    ),
]


@pytest.mark.parametrize(("modal", "expected"), MODALS)
def test_modals_have_their_limits(modal: Json, expected: dict[str, str]) -> None:
    problems = Problems()
    check_modal(problems, modal)
    assert codes(problems) == expected
