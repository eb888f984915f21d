from __future__ import annotations

import base64
from collections.abc import Callable

import httpx
import pytest

from bot.errors import (
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamModelUnknown,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)
from bot.grok.types import ImageRequest, InlineImage, MediaRef
from tests.grok.scripted import STOP, Server, chunk, reply, sse

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
PNG64 = base64.b64encode(PNG).decode()
FILES = "https://grok.example.org/grok/v1/files/image"
APPLE = ImageRequest("grok-imagine-1.0", "an apple")
THREE = ImageRequest("grok-imagine-1.0", "an apple", count=3)
SOURCE = InlineImage(PNG, "image/png")
EDIT = ImageRequest("grok-imagine-1.0-edit", "make it gold", source=SOURCE)
NO_PATH = {"detail": "Not Found"}
DONE_TEXT = f"![image]({FILES}/a-final.jpg)"


def stage(name: str, index: int = 0, finish: str | None = None) -> str:
    """Write an event of the image dialect, whose content replaces the one before."""
    content = f"![image]({FILES}/{name})" if name else ""
    body = chunk(content, index=index, finish=finish, role="assistant")
    return "event: chat.completion.chunk\n" + sse(body, done=False)


STAGES = stage("a-preview.png") + stage("a-medium.png") + stage("a-final.jpg", finish="stop")
ROW = {"url": f"{FILES}/a.jpg"}


async def test_one_picture_is_ordered_by_chat_and_its_last_stage_counts() -> None:
    server = Server(reply(STAGES))
    assert await server.client().generate_images(APPLE) == (MediaRef(f"{FILES}/a-final.jpg"),)
    assert server.paths == ["/chat/completions"]
    assert server.sent() == {
        "model": "grok-imagine-1.0",
        "messages": [{"role": "user", "content": "an apple"}],
        "stream": True,
    }


async def test_previews_are_told_as_they_come() -> None:
    previews: list[MediaRef] = []

    async def keep(preview: MediaRef) -> None:
        previews.append(preview)

    await Server(reply(STAGES)).client().generate_images(APPLE, on_preview=keep)
    assert previews == [MediaRef(f"{FILES}/a-preview.png"), MediaRef(f"{FILES}/a-medium.png")]


async def test_each_stage_replaces_the_one_before() -> None:
    stages = [chunk(f"{FILES}/a-{number}.png") for number in (1, 2)]
    events = "".join("event: chat.completion.chunk\n" + sse(body, done=False) for body in [*stages, STOP])
    assert await Server(reply(events)).client().generate_images(APPLE) == (MediaRef(f"{FILES}/a-2.png"),)


async def test_the_form_is_asked_for_by_its_size() -> None:
    server = Server(reply(STAGES))
    await server.client().generate_images(ImageRequest("m", "p", aspect="16:9"))
    assert server.sent()["image_config"] == {"n": 1, "size": "1280x720"}


async def test_a_picture_to_be_changed_goes_along_as_data() -> None:
    server = Server(reply(STAGES))
    await server.client().generate_images(EDIT)
    assert server.sent()["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "make it gold"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG64}"}},
            ],
        }
    ]


FORMS: dict[str, tuple[Callable[[], httpx.Response], MediaRef]] = {
    "markdown in one delta": (lambda: reply(sse(DONE_TEXT, STOP)), MediaRef(f"{FILES}/a-final.jpg")),
    "markdown in small deltas": (lambda: reply(sse(*DONE_TEXT, STOP)), MediaRef(f"{FILES}/a-final.jpg")),
    "after reasoning": (
        lambda: reply(sse(chunk(reasoning_content="正在生成 50%"), "<think>\n9%\n</think>\n", DONE_TEXT, STOP)),
        MediaRef(f"{FILES}/a-final.jpg"),
    ),
    "img tag": (lambda: reply(sse(f"<img src='{FILES}/a.jpg?x=1&amp;y=2'>", STOP)), MediaRef(f"{FILES}/a.jpg?x=1&y=2")),
    "only the final chunk": (lambda: reply(sse(chunk(DONE_TEXT, finish="stop"))), MediaRef(f"{FILES}/a-final.jpg")),
    "JSON": (lambda: reply({"choices": [{"message": {"content": f"{FILES}/a.jpg"}}]}), MediaRef(f"{FILES}/a.jpg")),
    "JSON, relative": (
        lambda: reply({"choices": [{"message": {"content": "/v1/files/image/a.jpg"}}]}),
        MediaRef(f"{FILES}/a.jpg"),
    ),
    "JSON, base64": (lambda: reply({"choices": [{"message": {"content": PNG64}}]}), MediaRef(data=PNG)),
    "parts": (
        lambda: reply(sse({"choices": [{"delta": {"content": [{"type": "image_url", "image_url": ROW}]}}]}, STOP)),
        MediaRef(f"{FILES}/a.jpg"),
    ),
    "rows": (lambda: reply({"data": [ROW]}), MediaRef(f"{FILES}/a.jpg")),
    "row of base64": (lambda: reply({"data": [{"b64_json": PNG64}]}), MediaRef(data=PNG)),
    "row of prefixed base64": (
        lambda: reply({"data": [{"b64_json": f"data:image/jpeg;base64,{PNG64}"}]}),
        MediaRef(data=PNG),
    ),
}


@pytest.mark.parametrize(("answer", "ref"), FORMS.values(), ids=FORMS.keys())
async def test_a_picture_is_found_in_every_form(answer: Callable[[], httpx.Response], ref: MediaRef) -> None:
    assert await Server(answer()).client().generate_images(APPLE) == (ref,)


# several


async def test_several_are_ordered_at_once_and_those_that_failed_are_left_out() -> None:
    server = Server(reply({"data": [ROW, {"url": "error"}, {"b64_json": PNG64}]}))
    assert await server.client().generate_images(THREE) == (MediaRef(f"{FILES}/a.jpg"), MediaRef(data=PNG))
    assert server.paths == ["/images/generations"]
    assert server.sent() == {"model": "grok-imagine-1.0", "prompt": "an apple", "n": 3, "stream": False}


async def test_several_may_come_as_events() -> None:
    stages = [("partial_image", "a0", 0), ("partial_image", "b0", 1), ("completed", "b", 1), ("completed", "a", 0)]
    events = "".join(
        f"event: image_generation.{kind}\n"
        + sse({"type": f"image_generation.{kind}", "url": f"{FILES}/{name}", "index": at}, done=False)
        for kind, name, at in stages
    )
    refs = await Server(reply(events)).client().generate_images(ImageRequest("m", "p", count=2))
    assert refs == (MediaRef(f"{FILES}/a"), MediaRef(f"{FILES}/b"))


async def test_fields_that_a_server_objects_to_are_left_out() -> None:
    server = Server(
        reply({"code": "c", "error": "Argument not supported: size"}, status=400),
        reply({"detail": [{"loc": ["body", "stream"], "msg": "extra field"}]}, status=422),
        reply({"data": [ROW, ROW]}),
    )
    await server.client().generate_images(ImageRequest("m", "p", count=2, aspect="3:2"))
    assert server.sent(0) == {
        "model": "m",
        "prompt": "p",
        "n": 2,
        "stream": False,
        "size": "1792x1024",
        "aspect_ratio": "3:2",
    }
    assert server.sent(2) == {"model": "m", "prompt": "p", "n": 2, "aspect_ratio": "3:2"}


async def test_where_several_cannot_be_ordered_each_is_ordered_by_itself() -> None:
    server = Server(reply(NO_PATH, status=404), reply(STAGES), reply({"error": "moderated"}, status=400), reply(STAGES))
    refs = await server.client().generate_images(THREE)
    assert refs == (MediaRef(f"{FILES}/a-final.jpg"),) * 2
    assert server.paths == ["/images/generations", *["/chat/completions"] * 3]


async def test_when_all_fail_the_better_explanation_is_told() -> None:
    unknown = {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}
    server = Server(*[reply(unknown, status=400) for _ in range(1 + 2 * 2)], reply({"data": []}))
    with pytest.raises(UpstreamModelUnknown):
        await server.client().generate_images(ImageRequest("x", "p", count=2))


# other forms


async def test_where_chat_draws_nothing_the_images_api_is_asked() -> None:
    server = Server(
        reply({"error": {"message": "x", "code": "unsupported_parameter"}}, status=400), reply({"data": [ROW]})
    )
    assert await server.client().generate_images(APPLE) == (MediaRef(f"{FILES}/a.jpg"),)
    assert server.paths == ["/chat/completions", "/images/generations"]


async def test_where_chat_edits_nothing_the_edits_api_is_asked() -> None:
    server = Server(reply(NO_PATH, status=404), reply({"data": [ROW]}))
    await server.client().generate_images(EDIT)
    assert server.paths == ["/chat/completions", "/images/edits"]
    assert server.sent()["image"] == {"url": f"data:image/png;base64,{PNG64}", "type": "image_url"}


async def test_a_server_that_knows_neither_is_told_by_its_first_answer() -> None:
    unknown = {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}
    server = Server(reply(unknown, status=400), reply(NO_PATH, status=404), reply(NO_PATH, status=404))
    with pytest.raises(UpstreamModelUnknown, match="does not exist"):
        await server.client().generate_images(APPLE)


# failures

FAILURES: dict[str, tuple[Callable[[], httpx.Response | Exception], type[UpstreamError], str]] = {
    "error as content": (lambda: reply({"choices": [{"message": {"content": "error"}}]}), UpstreamEmpty, ""),
    "error as address": (lambda: reply({"data": [{"url": "error"}]}), UpstreamEmpty, ""),
    "no rows": (lambda: reply({"data": []}), UpstreamEmpty, ""),
    "no bytes": (lambda: reply(b""), UpstreamEmpty, ""),
    "only blanks, no finish": (lambda: reply(stage("") + stage("")), UpstreamEmpty, ""),
    "cut after a preview": (lambda: reply(stage("a-preview.png")), UpstreamInterrupted, ""),
    "broken after a preview": (
        lambda: reply([stage("a-preview.png").encode(), httpx.ReadError("reset")]),
        UpstreamInterrupted,
        "",
    ),
    "silent": (lambda: reply([stage("a").encode(), httpx.ReadTimeout("silent")]), UpstreamTimeout, ""),
    "refusal": (lambda: reply(sse("I cannot draw **that**.", STOP)), UpstreamBlocked, "I cannot draw that."),
    "withheld": (lambda: reply({"data": [{"url": "", "respect_moderation": False}]}), UpstreamBlocked, ""),
    "blocked": (
        lambda: reply('event: error\ndata: {"error":{"code":"blocked","message":"blocked_no_final_image"}}\n\n'),
        UpstreamBlocked,
        "blocked_no_final_image",
    ),
    "502": (lambda: reply({"error": {"message": "no results"}}, status=502), UpstreamUnavailable, "no results"),
    "bad prompt": (lambda: reply({"error": {"message": "too long"}}, status=400), UpstreamRefused, "too long"),
    "event": (
        lambda: reply('event: error\ndata: {"error":{"message":"generation failed","code":"internal"}}\n\n'),
        UpstreamUnavailable,
        "generation failed",
    ),
}


@pytest.mark.parametrize(("answer", "kind", "message"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failure_is_told_and_never_paid_for_twice(
    answer: Callable[[], httpx.Response | Exception], kind: type[UpstreamError], message: str
) -> None:
    server = Server(answer())
    with pytest.raises(UpstreamError) as caught:
        await server.client().generate_images(APPLE)
    assert type(caught.value) is kind
    assert caught.value.message == message
    assert len(server.requests) == 1


async def test_an_order_that_never_began_is_sent_again() -> None:
    busy = {"error": {"message": "No available tokens"}}
    server = Server(httpx.ConnectError("no"), reply(busy, status=429), reply(STAGES))
    await server.client().generate_images(APPLE)
    assert len(server.requests) == 3
    server = Server(*[reply(busy, status=429) for _ in range(3)])
    with pytest.raises(UpstreamRateLimited):
        await server.client().generate_images(APPLE)


async def test_a_server_without_any_path_cannot_draw() -> None:
    server = Server(reply(NO_PATH, status=404), reply(NO_PATH, status=404))
    with pytest.raises(UpstreamUnsupported):
        await server.client().generate_images(APPLE)
