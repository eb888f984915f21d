from __future__ import annotations

from typing import Any

import discord
import httpx
import pytest
from simcord import InteractionResult, MemberActor

from bot.errors import InputError
from bot.services.preferences import PRESETS
from bot.services.prompts import JSON_PROMPT, STYLES
from bot.ui import text
from bot.ui.sentences import preferences as sentences
from tests.cogs.world import World, labels
from tests.grok.scripted import reply


@pytest.fixture
def keeper(world: World) -> MemberActor:
    """Somebody who may change the channel."""
    return world.newcomer("keeper", manage_channels=True)


def system(world: World) -> str:
    """Return what the model was told before everything else."""
    messages = world.grok.sent()["messages"]
    assert isinstance(messages, list)
    return str(messages[0]["content"])


def listing(*names: str) -> httpx.Response:
    return reply({"data": [{"id": name} for name in names]})


def fields(shown: InteractionResult) -> dict[str, dict[str, Any]]:
    """Return the fields of a form by their custom ids."""
    assert shown.modal is not None
    return {label["component"]["custom_id"]: label["component"] for label in shown.modal["components"]}


# persona


async def test_a_preset_holds_for_the_next_question_and_is_told_to_everybody(world: World, keeper: MemberActor) -> None:
    world.answers("Arr.")
    await keeper.slash(world.channel, "persona set", preset="Pirate")
    assert world.shown == ["-# **keeper** gave me another persona: Pirate. `/persona show` shows it."]
    await world.ask("Who are you?")
    assert PRESETS["Pirate"] in system(world)


async def test_a_preset_with_words_of_ones_own_holds_both(world: World, keeper: MemberActor) -> None:
    world.answers("Arr.")
    await keeper.slash(world.channel, "persona set", preset="Pirate", text="Your name is Jo.")
    await world.ask("Who are you?")
    assert f"{PRESETS['Pirate']}\n\nYour name is Jo." in system(world)


async def test_without_words_a_form_with_the_present_persona_opens(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "persona set", text="Be kind.")
    shown = await keeper.slash(world.channel, "persona set")
    assert fields(shown)["persona"]["value"] == "Be kind."
    world.answers("Hello.")
    await keeper.submit_modal(shown, {"persona": "Be strict."})
    await world.ask("Who are you?")
    assert "Be strict." in system(world)
    assert "Be kind." not in system(world)


async def test_show_tells_who_changed_what_privately(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "persona set", text="Be *kind*.\n@everyone")
    await world.ann.slash(world.channel, "persona show")
    [told] = world.whispered(world.ann)
    assert told.startswith("**Persona here**\n> Be \\*kind\\*.\n> @\u200beveryone\n-# <t:")
    assert "**keeper**: persona, Be \\*kind" in told


async def test_show_without_a_persona_says_so(world: World) -> None:
    await world.ann.slash(world.channel, "persona show")
    assert world.whispered(world.ann) == [f"{sentences.persona_none()}\n-# {sentences.NO_CHANGES}"]


async def test_a_persona_of_the_longest_kind_can_be_shown(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "persona set", text="*Be* kind. " * 360)
    await world.ann.slash(world.channel, "persona show")
    assert len(world.whispered(world.ann)[0]) <= 2000


async def test_reset_takes_the_persona_away(world: World, keeper: MemberActor) -> None:
    world.answers("Hello.")
    await keeper.slash(world.channel, "persona set", text="Be kind.")
    await keeper.slash(world.channel, "persona reset")
    assert world.shown[-1] == "-# **keeper** took my persona away."
    await world.ask("Who are you?")
    assert "Be kind." not in system(world)


async def test_a_persona_that_was_just_set_is_not_said_to_be_nobodys(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "persona set", text="Be kind.")
    assert world.whispered(keeper) == ["**Persona here**\n> Be kind."]


async def test_a_persona_too_long_is_refused_with_figures(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "persona set", text="x" * 6000)
    assert world.whispered(keeper) == ["That persona has 6,000 characters; I can take 4,000. Please shorten it."]
    world.error(InputError)
    assert world.shown == []


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("persona set", {"text": "x"}),
        ("persona set", {}),
        ("persona reset", {}),
        ("model", {"name": "x"}),
        ("tune", {}),
    ],
    ids=["set", "form", "reset", "model", "tune"],
)
async def test_who_may_not_change_the_channel_is_refused(world: World, command: str, options: dict[str, str]) -> None:
    await world.ann.slash(world.channel, command, **options)
    assert world.whispered(world.ann) == [sentences.INPUT["needs_manage_channels"]]
    world.error(InputError)


async def test_in_a_direct_message_everybody_may(world: World) -> None:
    world.answers("Hello.")
    await world.ann.user.slash("persona set", text="Be kind.")
    await world.ann.user.slash("ask", prompt="Who are you?")
    assert "Be kind." in system(world)


# model


async def test_a_chosen_model_answers_from_then_on(world: World, keeper: MemberActor) -> None:
    world.says(listing("grok-3", "grok-4"))
    world.answers("Hello.")
    await keeper.slash(world.channel, "model", name="grok-4")
    assert world.shown == ["-# **keeper** chose the model `grok-4`."]
    await world.ask("Who are you?")
    assert world.grok.sent()["model"] == "grok-4"


async def test_default_goes_back_to_the_usual_model(world: World, keeper: MemberActor) -> None:
    world.says(listing("grok-3", "grok-4"))
    world.answers("Hello.")
    await keeper.slash(world.channel, "model", name="grok-4")
    await keeper.slash(world.channel, "model", name="default")
    await world.ask("Who are you?")
    assert world.grok.sent()["model"] == "grok-3"


async def test_without_a_name_the_model_is_shown_with_its_source_and_a_way_to_tune(world: World) -> None:
    await world.ann.slash(world.channel, "model")
    [message] = [each for each in world.channel.history(viewer=world.ann) if each.flags.ephemeral]
    assert message.content.startswith("Questions here are answered by `grok-3` (the usual one")
    assert labels(message) == ["Tune"]


async def test_an_unknown_model_is_refused_with_the_nearest(world: World, keeper: MemberActor) -> None:
    world.says(listing("grok-3", "grok-4"))
    await keeper.slash(world.channel, "model", name="grok-44")
    assert world.whispered(keeper) == ["The Grok server has no model `grok-44`. The nearest it has: grok-4, grok-3."]
    world.error(InputError)


async def test_the_models_are_offered_while_one_types(world: World) -> None:
    world.says(listing("grok-3", "grok-4", "other"))
    offered = await world.ann.autocomplete(world.channel, "model", "name", "")
    assert [choice["value"] for choice in offered] == ["default", "grok-3", "grok-4", "other"]
    offered = await world.ann.autocomplete(world.channel, "model", "name", "GROK")
    assert [choice["value"] for choice in offered] == ["grok-3", "grok-4"]


async def test_nothing_but_default_is_offered_while_the_server_is_away(world: World) -> None:
    world.says(reply({"error": {"message": "no"}}, status=400))
    offered = await world.ann.autocomplete(world.channel, "model", "name", "d")
    assert [choice["value"] for choice in offered] == ["default"]
    assert await world.ann.autocomplete(world.channel, "model", "name", "grok") == []


# tuning


async def test_tuning_holds_for_the_next_question_and_is_shown_in_the_form(world: World, keeper: MemberActor) -> None:
    shown = await keeper.slash(world.channel, "tune")
    filled = {"temperature": "0,5", "length": "800", "style": "brief", "json": True}
    await keeper.submit_modal(shown, filled)
    said = "temperature 0.5, at most 800 tokens, style brief, JSON"
    assert world.shown == [f"-# **keeper** tuned my answers: {said}."]
    world.answers("{}")
    await world.ask("Who are you?")
    sent = world.grok.sent()
    assert (sent["temperature"], sent["max_tokens"], sent["response_format"]) == (0.5, 800, {"type": "json_object"})
    assert STYLES["brief"] in system(world)
    assert JSON_PROMPT in system(world)
    now = fields(await keeper.slash(world.channel, "tune"))
    assert (now["temperature"]["value"], now["length"]["value"], now["json"]["default"]) == ("0.5", "800", True)
    assert [option["value"] for option in now["style"]["options"] if option.get("default")] == ["brief"]


@pytest.mark.parametrize(
    ("filled", "code"),
    [({"temperature": "hot"}, "temperature_range"), ({"length": "0"}, "length_range")],
    ids=["temperature", "length"],
)
async def test_a_number_outside_its_range_is_refused(
    world: World, keeper: MemberActor, filled: dict[str, str], code: str
) -> None:
    shown = await keeper.slash(world.channel, "tune")
    await keeper.submit_modal(shown, {"style": "normal", **filled})
    assert world.whispered(keeper) == [
        text.sentence(InputError(code, most={"temperature_range": 2.0}.get(code, 10**6)))
    ]
    assert world.shown == []


async def test_the_tune_button_and_its_form_work_after_a_restart(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "model")
    [message] = [each for each in world.channel.history(viewer=keeper) if each.flags.ephemeral]
    await world.restart()
    shown = await keeper.click(message, label="Tune")
    await world.restart()
    await keeper.submit_modal(shown, {"style": "thorough"})
    world.answers("Hello.")
    await world.ask("Who are you?")
    assert STYLES["thorough"] in system(world)


async def test_the_tune_button_refuses_who_may_not_change_the_channel(world: World) -> None:
    await world.ann.slash(world.channel, "model")
    [message] = [each for each in world.channel.history(viewer=world.ann) if each.flags.ephemeral]
    await world.ann.click(message, label="Tune")
    assert world.whispered(world.ann)[-1] == sentences.INPUT["needs_manage_channels"]


@pytest.mark.parametrize("key", ["1", "forged", "", "9" * 80], ids=["another channel's", "forged", "empty", "huge"])
async def test_a_forged_tune_button_gets_one_sentence(world: World, keeper: MemberActor, key: str) -> None:
    button: discord.ui.Button[discord.ui.View] = discord.ui.Button(label="x", custom_id=f"grokcord:tune:2:{key}")
    view = discord.ui.View(timeout=None).add_item(button)
    sent = await world.bot.get_partial_messageable(world.channel.id).send("old", view=view)
    await keeper.click(sent, label="x")
    assert world.whispered(keeper) == [sentences.INPUT["old_tune_form"]]


async def test_a_thread_shows_that_its_persona_is_its_channels(world: World, keeper: MemberActor) -> None:
    await keeper.slash(world.channel, "persona set", text="Be kind.")
    world.env.backend.create_thread(world.channel.id, "inside", world.ann.id)
    [thread] = world.threads()
    await world.ann.slash(thread, "persona show")
    [message] = [each for each in thread.history(viewer=world.ann) if each.flags.ephemeral]
    assert message.content.startswith("**Persona of this thread's channel**\n> Be kind.")
