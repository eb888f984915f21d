"""Whether a failed order may have generated something: what decides between a free retry and a person's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from bot.errors import MediaError, UpstreamError
from bot.grok.client import GrokClient
from bot.grok.types import ImageRequest
from tests.grok.scripted import STOP, Server, reply, sse
from tests.grok.test_video import CAT, NO_PATH, film

HTML = "<html><h1>Bad Gateway</h1></html>"
NO_TOKENS = {"error": {"message": "No available tokens. Please try again later.", "code": "rate_limit_exceeded"}}
BROKE = {"error": {"message": "generation failed", "type": "server_error", "code": "internal"}}

# Each with whether something may have been generated, and how often the order is sent.
FAILURES: dict[str, tuple[Callable[[], httpx.Response | Exception], bool, int]] = {
    "no connection": (lambda: httpx.ConnectError("away"), False, 3),
    "429": (lambda: reply(NO_TOKENS, status=429), False, 3),
    "429 of which the stream speaks first": (lambda: reply(sse(NO_TOKENS)), False, 3),
    "503": (lambda: reply(b"", status=503), False, 3),
    "key": (lambda: reply({"error": "no"}, status=401), False, 1),
    "prompt refused": (lambda: reply({"error": {"message": "content policy"}}, status=400), False, 1),
    "500": (lambda: reply({"error": "broken"}, status=500), True, 1),
    "502": (lambda: reply(HTML, status=502, kind="text/html"), True, 1),
    "a page": (lambda: reply(HTML, kind="text/html"), True, 1),
    "silence": (lambda: httpx.ReadTimeout("silent"), True, 1),
    "cut before the answer": (lambda: httpx.RemoteProtocolError("cut"), True, 1),
    "an error event": (lambda: reply(sse(BROKE)), True, 1),
    "429 after a sign of life": (lambda: reply(sse("", NO_TOKENS)), True, 1),
    "no bytes": (lambda: reply(b""), True, 1),
    "nothing": (lambda: reply(sse(STOP)), True, 1),
    "words": (lambda: reply(sse("I will not.", STOP)), True, 1),
    "cut": (lambda: reply(sse("25%\n", done=False)), True, 1),
}


async def draw(client: GrokClient) -> None:
    await client.generate_images(ImageRequest("m", "a cat"))


@pytest.mark.parametrize(("answer", "begun", "sent"), FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("order", [film, draw])
async def test_a_failure_tells_whether_anything_may_have_been_made(
    order: Callable[[GrokClient], Awaitable[object]],
    answer: Callable[[], httpx.Response | Exception],
    begun: bool,
    sent: int,
) -> None:
    server = Server(*[answer() for _ in range(sent)])
    with pytest.raises(UpstreamError) as caught:
        await order(server.client())
    assert caught.value.may_have_generated is begun
    assert len(server.requests) == sent


async def test_a_job_that_was_not_taken_has_not_begun() -> None:
    server = Server(reply(NO_PATH, status=404), *[reply(NO_TOKENS, status=429) for _ in range(3)])
    with pytest.raises(UpstreamError) as caught:
        await film(server.client(), CAT)
    assert not caught.value.may_have_generated


async def test_a_job_whose_answer_was_lost_may_have_begun() -> None:
    server = Server(reply(NO_PATH, status=404), httpx.ReadError("cut"))
    with pytest.raises(UpstreamError) as caught:
        await film(server.client(), CAT)
    assert caught.value.may_have_generated


async def test_of_several_pictures_one_that_may_have_been_made_is_enough() -> None:
    answers = [reply(NO_PATH, status=404), reply({"error": "no"}, status=401), reply({"error": "broken"}, status=500)]
    with pytest.raises(UpstreamError) as caught:
        await Server(*answers).client().generate_images(ImageRequest("m", "a cat", 2))
    assert caught.value.may_have_generated


def test_a_file_that_cannot_be_had_was_made() -> None:
    assert MediaError("network").may_have_generated
