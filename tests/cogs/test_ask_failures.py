from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from bot.ui import text
from bot.ui.sentences import controls as sentences
from tests.cogs.world import World, labels
from tests.grok.scripted import reply, sse


def refusal(status: int, message: str, code: str = "") -> Callable[[], httpx.Response]:
    return lambda: reply({"error": {"message": message, "code": code}}, status=status)


# What the server does, as often as the client tries, and what people read.
SENTENCES: dict[str, tuple[Callable[[], httpx.Response | Exception], str]] = {
    "no account free": (
        refusal(429, "No available tokens. Please try again later."),
        "Grok is busy: its pool is cooling, no account is free. Please try again in a few minutes.",
    ),
    "no account free, in an event": (
        lambda: reply('event: error\ndata: {"error":{"message":"No available tokens."}}\n\ndata: [DONE]\n\n'),
        "Grok is busy: its pool is cooling, no account is free. Please try again in a few minutes.",
    ),
    "busy for a known time": (
        lambda: reply({"error": "rate limit"}, status=429, retry_after="90"),
        "Grok is busy: its pool is cooling, no account is free. Please try again in about 1 min 30 s.",
    ),
    "no credits": (
        refusal(429, "Your team used all available credits"),
        "The Grok account has used up its credits. Only the bot's owner can mend that.",
    ),
    "bad key": (
        refusal(401, "Invalid authentication token", "invalid_api_key"),
        "Grok refuses the bot's key. Only the bot's owner can mend that.",
    ),
    "bad key at xAI": (
        lambda: reply({"code": "invalid", "error": "Incorrect API key provided: xa***"}, status=400),
        "Grok refuses the bot's key. Only the bot's owner can mend that.",
    ),
    "unknown model": (
        refusal(400, "The model `grok-3` does not exist or you do not have access to it.", "model_not_found"),
        "The Grok server does not know that model. `/models` lists the ones it has.",
    ),
    "no such path": (
        lambda: reply({"detail": "Not Found"}, status=404),
        "This Grok server cannot do that. It says: “Not Found”",
    ),
    "refused": (
        refusal(400, "Field required"),
        "Grok did not accept the request; sending it again as it is will not help. It says: “Field required”",
    ),
    "blocked": (
        refusal(403, "Content violates safety policy"),
        "Grok withheld the result. Another wording may help. It says: “Content violates safety policy”",
    ),
    "server error": (
        refusal(500, "Internal server error"),
        "Grok cannot be reached right now. Please try again in a minute. It says: “Internal server error”",
    ),
    "a gateway's page": (
        lambda: reply("<html><body>502 Bad Gateway nginx</body></html>", status=502, kind="text/html"),
        "Grok cannot be reached right now. Please try again in a minute.",
    ),
    "no connection": (
        lambda: httpx.ConnectError("no route to 10.0.0.7"),
        "Grok cannot be reached right now. Please try again in a minute.",
    ),
    "silence": (
        lambda: httpx.ReadTimeout("silent"),
        "Grok did not answer in time. Please try again in a minute.",
    ),
    "a body of nothing": (lambda: reply(b""), text.EMPTY_ANSWER),
}


@pytest.mark.parametrize(("fail", "sentence"), SENTENCES.values(), ids=SENTENCES.keys())
async def test_every_failure_has_its_sentence(
    world: World, fail: Callable[[], httpx.Response | Exception], sentence: str
) -> None:
    world.says(*(fail() for _ in range(3)))
    await world.ask()
    assert world.shown == [sentence]
    assert "Retry" in labels(world.messages[0])


CUTS: dict[str, Callable[[], httpx.Response]] = {
    "the body just ends": lambda: reply(sse("Half an ans", done=False)),
    "the connection breaks": lambda: reply([sse("Half an ans", done=False).encode(), httpx.ReadError("reset")]),
    "silence": lambda: reply([sse("Half an ans", done=False).encode(), httpx.ReadTimeout("silent")]),
    "an error event": lambda: reply(
        sse("Half an ans", done=False) + 'event: error\ndata: {"error":{"message":"Upstream request failed"}}\n\n'
    ),
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
async def test_an_interrupted_answer_keeps_its_text_and_says_so(
    world: World, cut: Callable[[], httpx.Response]
) -> None:
    world.says(cut())
    await world.ask()
    assert world.shown == [f"Half an ans\n-# {sentences.INTERRUPTED}"]
    assert len(world.grok.requests) == 1


async def test_an_interrupted_answer_is_remembered_with_its_question(world: World) -> None:
    world.says(reply(sse("Half an ans", done=False)))
    world.answers("The rest.")
    await world.ask("tell me")
    await world.ask("go on")
    assert world.heard() == [("user", "tell me"), ("assistant", "Half an ans"), ("user", "go on")]


async def test_a_failed_question_is_not_remembered(world: World) -> None:
    world.says(refusal(400, "Field required")())
    world.answers("Fine.")
    await world.ask("first")
    await world.ask("second")
    assert world.heard() == [("user", "second")]


async def test_what_the_server_says_cannot_ping_or_format(world: World) -> None:
    world.says(refusal(400, "@everyone **look** <@1> `x`")())
    await world.ask()
    [sentence] = world.shown
    assert "@everyone" not in sentence
    assert "<@1>" not in sentence
    assert "**look**" not in sentence


async def test_the_key_is_never_shown(world: World) -> None:
    world.says(refusal(400, "Field required: api-key-example is no field")())
    await world.ask()
    assert "api-key-example" not in world.shown[0]
