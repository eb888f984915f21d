"""What is registered with Discord: nothing that the Grok server lacks."""

from __future__ import annotations

from typing import Any

import pytest

from bot.grok.capabilities import EVERYTHING, Capabilities
from bot.grok.dialects import DIALECTS
from bot.shown_options import fitted
from tests.cogs.world import World

Commands = dict[str, dict[str, Any]]  # Any: JSON as Discord wants it


@pytest.fixture
def payload(world: World) -> list[dict[str, Any]]:  # Any: as above
    """Return the commands of the real bot."""
    return [command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()]


def shown(payload: list[dict[str, Any]], able: Capabilities) -> Commands:  # Any: as above
    return {row["name"]: {option["name"]: option for option in row.get("options", [])} for row in fitted(payload, able)}


def values(option: dict[str, Any]) -> list[object]:  # Any: as above
    return [choice["value"] for choice in option["choices"]]


def test_a_server_that_can_do_everything_changes_nothing_that_people_see(payload: list[dict[str, Any]]) -> None:
    assert shown(payload, EVERYTHING).keys() == {row["name"] for row in payload}
    before, after = {row["name"]: row for row in payload}["imagine"], shown(payload, EVERYTHING)["imagine"]
    assert list(after) == [option["name"] for option in before["options"]]


HIDDEN = [
    (Capabilities(video=False), "video", None),
    (Capabilities(images_at_once=0, image_edit=False), "imagine", None),
    (Capabilities(video_qualities=()), "video", "quality"),
    (Capabilities(video_aspects=()), "video", "aspect"),
    (Capabilities(video_seconds=()), "video", "seconds"),
    (Capabilities(video_from_image=False), "video", "image"),
    (Capabilities(image_edit=False), "imagine", "image"),
    (Capabilities(images_at_once=1), "imagine", "count"),
    (Capabilities(image_aspects=()), "imagine", "aspect"),
]


@pytest.mark.parametrize(("able", "command", "option"), HIDDEN)
def test_what_is_lacking_is_hidden(
    payload: list[dict[str, Any]], able: Capabilities, command: str, option: str | None
) -> None:
    commands = shown(payload, able)
    if option is None:
        assert command not in commands
        assert "ask" in commands
        return
    everything = shown(payload, EVERYTHING)
    assert everything[command].keys() - commands[command].keys() == {option}


def test_choices_are_those_that_the_server_takes(payload: list[dict[str, Any]]) -> None:
    commands = shown(payload, DIALECTS["grok2api-jobs"].capabilities)
    assert values(commands["video"]["seconds"]) == [6, 10, 12, 16, 20]
    assert "max_value" not in commands["video"]["seconds"]
    assert values(commands["video"]["aspect"]) == ["1:1", "16:9", "9:16"]
    seconds = shown(payload, DIALECTS["xai"].capabilities)["video"]["seconds"]
    assert (seconds["min_value"], seconds["max_value"]) == (1, 15)
    assert shown(payload, Capabilities(images_at_once=2))["imagine"]["count"]["max_value"] == 2


def test_where_nothing_can_be_drawn_anew_a_picture_must_be_given(payload: list[dict[str, Any]]) -> None:
    options = shown(payload, Capabilities(images_at_once=0))["imagine"]
    assert options["image"]["required"]
    required = [bool(option.get("required")) for option in options.values()]
    assert required == sorted(required, reverse=True)  # Discord refuses any other order
