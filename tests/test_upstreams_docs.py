"""The table of what each dialect can do is the code's."""

from __future__ import annotations

from pathlib import Path

from bot.config import DIALECTS as SETTINGS
from bot.grok.capabilities import EVERY_ASPECT, EVERYTHING, Capabilities
from bot.grok.dialects import ADAPTIVE, AUTO, DIALECTS, Dialect

DOCUMENT = Path(__file__).parents[1] / "docs" / "upstreams.md"


def table() -> str:
    """Return the table as it must stand in the document."""
    rows = [
        "| | pictures at once | their aspects | changes | clips | from a picture | their aspects | seconds | qualities |",  # noqa: E501
        "|---|---|---|---|---|---|---|---|---|",
        *map(row, DIALECTS.values()),
    ]
    return "\n".join(rows)


def row(dialect: Dialect) -> str:
    able = dialect.capabilities
    cells = (
        f"`{dialect.name}`",
        f"up to {able.images_at_once}" if able.images_at_once else "no",
        aspects(able.image_aspects),
        yes(able.image_edit),
        yes(able.video),
        yes(able.video_from_image),
        aspects(able.video_aspects),
        seconds(able.video_seconds),
        ", ".join(able.video_qualities) or "not to be chosen",
    )
    return f"| {' | '.join(cells)} |"


def yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def aspects(some: tuple[str, ...]) -> str:
    return "all" if some == EVERY_ASPECT else ", ".join(some) or "not to be chosen"


def seconds(some: tuple[int, ...]) -> str:
    is_range = len(some) > 1 and some == tuple(range(some[0], some[-1] + 1))
    return f"{some[0]} to {some[-1]}" if is_range else ", ".join(map(str, some)) or "not to be chosen"


def test_the_table_of_what_each_can_do_is_the_code_s() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8")


def test_every_dialect_that_can_be_set_is_there_and_told() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert set(SETTINGS) == (DIALECTS.keys() - {ADAPTIVE.name}) | {AUTO}
    assert all(f"| `{name}` |" in text for name in SETTINGS)


def test_a_dialect_has_a_form_for_all_that_it_says_it_can() -> None:
    for dialect in DIALECTS.values():
        able = dialect.capabilities
        assert bool(dialect.picture) == (able.images_at_once > 0), dialect.name
        assert bool(dialect.edit) == able.image_edit, dialect.name
        assert bool(dialect.clip) == able.video, dialect.name


def test_what_is_told_of_nothing_is_not_everything() -> None:
    assert row(Dialect("x", Capabilities(images_at_once=0, image_edit=False))) != row(Dialect("x", EVERYTHING))
