from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest

from bot.errors import (
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from bot.grok import replies
from bot.grok.client import GrokClient
from bot.grok.http import Timing
from bot.grok.types import (
    ChatEvent,
    ChatMessage,
    ChatParameters,
    ChatRequest,
    Finished,
    InlineImage,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from tests.grok.scripted import ASK, KEY, STOP, Body, Server, chunk, reply, sse


async def listen(client: GrokClient, request: ChatRequest = ASK) -> list[ChatEvent]:
    async with aclosing(client.stream_chat(request)) as events:
        return [event async for event in events]


def text_of(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thought_of(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


# what is sent


async def test_a_request_says_whether_it_streams_and_nothing_that_was_not_set() -> None:
    server = Server(
        reply(sse("ok", STOP)), reply({"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]})
    )
    await listen(server.client())
    await server.client().chat(ASK)
    messages = [{"role": "user", "content": "hi"}]
    assert server.sent(0) == {"model": "grok-4", "messages": messages, "stream": True}
    assert server.sent(1) == {"model": "grok-4", "messages": messages, "stream": False}
    assert server.requests[0].url == "https://grok.example.org/grok/v1/chat/completions"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.requests[0].headers["content-type"] == "application/json"


async def test_every_parameter_that_was_set_is_sent() -> None:
    server = Server(reply(sse("ok", STOP)))
    parameters = ChatParameters(
        temperature=0.0,
        top_p=0.5,
        max_tokens=10,
        frequency_penalty=0.1,
        presence_penalty=0.2,
        stop=("a", "b"),
        n=1,
        user="7",
        response_format="json_object",
        reasoning_effort="none",
    )
    await listen(server.client(), ChatRequest("m", ASK.messages, parameters))
    sent = server.sent()
    del sent["model"], sent["messages"], sent["stream"]
    assert sent == {
        "temperature": 0.0,
        "top_p": 0.5,
        "max_tokens": 10,
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "stop": ["a", "b"],
        "n": 1,
        "user": "7",
        "response_format": {"type": "json_object"},
        "reasoning_effort": "none",
    }


async def test_pictures_go_along_as_data_and_blank_messages_stay_out() -> None:
    server = Server(reply(sse("ok", STOP)))
    picture = InlineImage(b"\x89PNG", "image/png")
    messages = (
        ChatMessage("system", "  "),
        ChatMessage("user", "look", (picture,)),
        ChatMessage("user", " ", (picture,)),
    )
    await listen(server.client(), ChatRequest("m", messages))
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}
    assert server.sent()["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "look"}, url]},
        {"role": "user", "content": [url]},
    ]


async def test_without_a_key_none_is_sent() -> None:
    server = Server(reply(sse("ok", STOP)))
    await listen(server.client(key=""))
    assert "authorization" not in server.requests[0].headers


# what is read

STREAMS: dict[str, tuple[str, str, str]] = {
    "proxy": (sse(chunk("", role="assistant"), "Hel", "lo", STOP), "Hello", ""),
    "inline thinking": (sse("<think>\n", "hmm", "\n</think>\n", "yes", STOP), "yes", "hmm\n"),
    "thinking split anywhere": (sse("<th", "ink>h", "mm</thi", "nk>yes", STOP), "yes", "hmm"),
    "reasoning_content": (sse(chunk(reasoning_content="hmm"), chunk("yes"), STOP), "yes", "hmm"),
    "reasoning": (sse(chunk("", reasoning="hmm"), chunk("yes", reasoning=None), STOP), "yes", "hmm"),
    "both reasoning fields": (sse(chunk(reasoning="a", reasoning_content="a"), "b", STOP), "b", "a"),
    "xai": (
        sse(
            {"choices": [{"index": 0, "delta": {"content": "Olá", "role": "assistant"}}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            {"choices": [], "usage": {"prompt_tokens": 3}},
        ),
        "Olá",
        "",
    ),
    "choices null or missing": (sse({"choices": None}, {}, {"id": "x"}, "ok", STOP), "ok", ""),
    "delta null or missing": (
        sse({"choices": [{"delta": None}, {}]}, {"choices": [{"index": None}]}, "ok", STOP),
        "ok",
        "",
    ),
    "content null": (sse({"choices": [{"index": 0, "delta": {"content": None}}]}, "ok", STOP), "ok", ""),
    "content in parts": (
        sse(
            {
                "choices": [
                    {"delta": {"content": [{"type": "text", "text": "a"}, {"type": "thinking", "thinking": "t"}]}}
                ]
            },
            "b",
            STOP,
        ),
        "ab",
        "t",
    ),
    "choices of wrong types": (sse({"choices": "no"}, {"choices": [7, {"delta": 7}]}, [1], 7, "ok", STOP), "ok", ""),
    "several answers": (
        sse(chunk("a"), chunk("X", index=1), chunk("b"), chunk(finish="stop", index=1), STOP),
        "ab",
        "",
    ),
    "finish twice": (sse("a", STOP, {**chunk("", finish="stop"), "usage": {"prompt_tokens": 1}}), "a", ""),
    "no DONE": (sse("a", STOP, done=False), "a", ""),
    "no finish": (sse("a"), "a", ""),
    "no last blank line": (sse("a", STOP, done=False) + "data: [DONE]", "a", ""),
    "broken JSON between": (sse("a", done=False) + 'data: {"choices": [{\n\n' + sse("b", STOP), "ab", ""),
    "comments": (": PROCESSING\n\n:\n\n" + sse("a", STOP), "a", ""),
    "CRLF without spaces": (sse("a b", STOP).replace("data: ", "data:").replace("\n", "\r\n"), "a b", ""),
    "line separators": (sse("a\u2028b\x85c", STOP), "a\u2028b\x85c", ""),
    "half a surrogate": ('data: {"choices":[{"delta":{"content":"a\\ud83c"}}]}\n\n' + sse(STOP), "a\ufffd", ""),
    "refusal": (sse(chunk(None, refusal="I will not."), STOP), "I will not.", ""),
    "extra keys": (sse({**chunk("a"), "timings": {"x": 1}, "x_groq": {}, "error": None}, STOP), "a", ""),
}


@pytest.mark.parametrize(("stream", "text", "thought"), STREAMS.values(), ids=STREAMS.keys())
async def test_every_shape_of_stream_is_read(stream: str, text: str, thought: str) -> None:
    whole = await listen(Server(reply(stream)).client())
    bytewise = await listen(Server(reply([bytes([byte]) for byte in stream.encode()])).client())
    for events in (whole, bytewise):
        assert text_of(events) == text
        assert thought_of(events) == thought
        assert isinstance(events[-1], Finished)
        assert events[-1].reason == "stop"


async def test_text_is_told_as_it_comes() -> None:
    events = await listen(Server(reply(sse("a", "b", STOP))).client())
    assert events == [TextDelta("a"), TextDelta("b"), Finished("stop")]


async def test_counts_and_sources_come_with_the_end() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 9}}
    stream = sse(
        chunk("a", annotations=[{"type": "url_citation", "url_citation": {"url": "https://a.example"}}]),
        STOP,
        {"choices": [], "usage": usage, "citations": ["https://b.example", "javascript:x", "https://a.example"]},
    )
    events = await listen(Server(reply(stream)).client())
    assert events[-1] == Finished("stop", Usage(3, 2, 9), ("https://a.example", "https://b.example"))


@pytest.mark.parametrize(
    ("sent", "told"),
    [("length", "length"), ("function_call", "tool_calls"), ("content_filter", "content_filter"), ("eos", "other")],
)
async def test_the_reason_of_the_end_is_told_in_our_words(sent: str, told: str) -> None:
    events = await listen(Server(reply(sse("a", chunk(finish=sent)))).client())
    assert events[-1] == Finished(told)  # type: ignore[arg-type]  # a Literal by the table


async def test_only_reasoning_is_a_complete_reply_without_text() -> None:
    events = await listen(Server(reply(sse("<think>\nhm", "\n</think>\n", STOP))).client())
    assert [type(event) for event in events] == [ReasoningDelta, ReasoningDelta, Finished]


WHOLE: dict[str, object] = {
    "id": "",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hi", "refusal": None}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0},
}


async def test_a_whole_reply_is_read_whether_streamed_or_not() -> None:
    server = Server(reply(WHOLE), reply(sse("H", "i", STOP)), reply(WHOLE), reply(sse("H", "i", STOP)))
    for _ in range(2):
        answer = await server.client().chat(ASK)
        assert (answer.text, answer.reasoning, answer.finish) == ("Hi", "", Finished("stop"))
    for _ in range(2):
        assert text_of(await listen(server.client())) == "Hi"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/octet-stream"])
async def test_without_a_telling_label_the_body_tells(kind: str) -> None:
    server = Server(
        reply(sse("Hi", STOP), kind=kind), reply([b" \n", b'{"choices":[{"message":{"content":"Hi"}}]}'], kind=kind)
    )
    assert text_of(await listen(server.client())) == "Hi"
    assert text_of(await listen(server.client())) == "Hi"


async def test_a_compressed_stream_is_read() -> None:
    body = gzip.compress(sse("Hi", STOP).encode())
    server = Server(reply([body[:20], body[20:]], content_encoding="gzip"))
    assert text_of(await listen(server.client())) == "Hi"
    assert server.requests[0].headers["accept-encoding"] == "identity"


# what goes wrong


async def fails(*replies: httpx.Response | Exception) -> tuple[UpstreamError, Server]:
    server = Server(*replies)
    with pytest.raises(UpstreamError) as caught:
        await listen(server.client())
    assert not server.replies, "it gave up early"
    return caught.value, server


async def test_a_stream_that_stops_keeps_what_was_shown_and_says_so() -> None:
    async with aclosing(Server(reply(sse("This is", " cut <", done=False))).client().stream_chat(ASK)) as events:
        shown = [await anext(events) for _ in range(3)]
        with pytest.raises(UpstreamInterrupted):
            await anext(events)
    assert text_of(shown) == "This is cut <"


@pytest.mark.parametrize(
    "broken", [httpx.RemoteProtocolError("cut"), httpx.ReadError("reset"), httpx.ReadTimeout("silent")]
)
async def test_a_broken_connection_after_text_is_an_interruption(broken: Exception) -> None:
    error, _ = await fails(reply([sse("a", done=False).encode(), broken]))
    assert isinstance(error, UpstreamInterrupted)


async def test_a_broken_connection_after_the_finish_reason_does_no_harm() -> None:
    events = await listen(Server(reply([sse("a", STOP, done=False).encode(), httpx.ReadError("reset")])).client())
    assert events == [TextDelta("a"), Finished("stop")]


async def test_nothing_at_all_is_tried_once_more() -> None:
    error, server = await fails(reply(b""), reply(b""))
    assert isinstance(error, UpstreamEmpty)
    assert len(server.requests) == 2
    events = await listen(Server(reply(b""), reply(sse("ok", STOP))).client())
    assert text_of(events) == "ok"


@pytest.mark.parametrize("stream", [sse(chunk("", role="assistant"), STOP), sse(STOP), sse("\n ", STOP), sse()])
async def test_an_empty_answer_is_a_failure(stream: str) -> None:
    error, _ = await fails(reply(stream), reply(stream))
    assert isinstance(error, UpstreamEmpty)


async def test_a_stream_that_breaks_before_any_text_is_tried_once_more() -> None:
    begun = sse(chunk("", role="assistant"), done=False)
    events = await listen(Server(reply(begun), reply(sse("ok", STOP))).client())
    assert text_of(events) == "ok"
    error, _ = await fails(reply(begun), reply([begun.encode(), httpx.ReadError("reset")]))
    assert isinstance(error, UpstreamInterrupted)


async def test_reasoning_that_was_shown_is_not_shown_twice() -> None:
    error, _ = await fails(reply(sse(chunk(reasoning_content="hm"), done=False)))
    assert isinstance(error, UpstreamInterrupted)


ERROR_EVENTS = {
    "event": 'event: error\ndata: {"error":{"message":"No available tokens","code":"x"}}\n\ndata: [DONE]\n\n',
    "object": 'data: {"error":{"message":"No available tokens"}}\n\ndata: [DONE]\n\n',
    "string": 'data: {"error":"No available tokens"}\n\n',
    "typed": 'data: {"type":"error","error":{"message":"No available tokens"}}\n\n',
    "field": 'error: {"message":"No available tokens","code":500}\n\n',
    "number": 'data: {"object":"error","message":"No available tokens","code":429}\n\n',
    "beside choices": 'data: {"error":{"message":"No available tokens"},"choices":[{"finish_reason":"error"}]}\n\n',
    "whole": '{"error":{"message":"No available tokens"}}',
}


@pytest.mark.parametrize("body", ERROR_EVENTS.values(), ids=ERROR_EVENTS.keys())
async def test_an_error_inside_a_reply_is_an_error(body: str) -> None:
    error, server = await fails(reply(body), reply(body), reply(body))
    assert isinstance(error, UpstreamRateLimited)
    assert error.message == "No available tokens"
    assert server.time.slept == [0.5, 1.0]


async def test_an_error_after_text_says_that_it_interrupted() -> None:
    error, _ = await fails(reply(sse("a", {"error": {"message": "Upstream request failed", "code": "upstream_error"}})))
    assert isinstance(error, UpstreamInterrupted)
    assert (error.message, error.code) == ("Upstream request failed", "upstream_error")


async def test_a_finish_reason_of_error_is_an_error() -> None:
    error, _ = await fails(*[reply(sse(chunk(finish="error"))) for _ in range(3)])
    assert isinstance(error, UpstreamUnavailable)


async def test_an_answer_that_was_filtered_away_is_blocked() -> None:
    error, _ = await fails(reply(sse(chunk(finish="content_filter"))))
    assert isinstance(error, UpstreamBlocked)


async def test_a_gateway_page_is_no_answer_and_is_never_shown() -> None:
    page = "<!DOCTYPE html><html><h1>502 Bad Gateway</h1></html>"
    error, _ = await fails(*[reply(page, kind="text/html") for _ in range(3)])
    assert isinstance(error, UpstreamUnavailable)
    assert error.message == ""
    error, _ = await fails(*[reply(page, kind="text/html", status=502) for _ in range(3)])
    assert (error.message, error.status) == ("", 502)


async def test_a_refused_key_is_told_at_once() -> None:
    error, server = await fails(reply({"error": {"message": f"Invalid token {KEY}"}}, status=401))
    assert isinstance(error, UpstreamKeyRefused)
    assert KEY not in error.message
    assert server.time.slept == []


async def test_a_busy_server_is_asked_again_when_it_says() -> None:
    busy: dict[str, object] = {"error": {"message": "slow down"}}
    server = Server(reply(busy, status=429, retry_after="7"), reply(busy, status=503), reply(sse("ok", STOP)))
    assert text_of(await listen(server.client())) == "ok"
    assert server.time.slept == [pytest.approx(7.35), 1.0]


async def test_a_longer_wait_is_left_to_people() -> None:
    error, server = await fails(reply({"error": "later"}, status=429, retry_after="600"))
    assert error.retry_after_s == 600
    assert server.time.slept == []


async def test_connecting_is_tried_three_times() -> None:
    error, server = await fails(*[httpx.ConnectError("refused by 10.0.0.7") for _ in range(3)])
    assert isinstance(error, UpstreamUnavailable)
    assert error.message == ""
    assert len(server.requests) == 3


async def test_silence_is_waited_out_only_once() -> None:
    error, _ = await fails(httpx.ReadTimeout("silent"))
    assert isinstance(error, UpstreamTimeout)


async def test_a_redirect_is_refused_and_the_key_goes_nowhere() -> None:
    error, server = await fails(reply(b"", status=307, location="https://evil.example/v1/chat/completions"))
    assert isinstance(error, UpstreamRefused)
    assert "redirects" in error.message
    assert len(server.requests) == 1


async def test_an_answer_has_a_deadline_even_while_it_goes_on() -> None:
    server = Server()

    class Endless(Body):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                server.time.now += 1
                yield sse("a", done=False).encode()

    server.replies.append(httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Endless([])))
    with pytest.raises(UpstreamInterrupted):
        await listen(server.client(timing=Timing(chat_deadline_s=200)))


async def test_leaving_early_closes_the_connection() -> None:
    body = Body([sse("a", done=False).encode(), sse("b", STOP).encode()])
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    async with aclosing(Server(response).client().stream_chat(ASK)) as events:
        assert await anext(events) == TextDelta("a")
    assert body.is_closed


async def test_no_attempt_is_made_that_the_deadline_would_cut_off() -> None:
    server = Server(reply({"error": "busy"}, status=503, retry_after="8"), reply(sse("ok", STOP)))
    with pytest.raises(UpstreamUnavailable):
        await listen(server.client(timing=Timing(chat_deadline_s=5)))
    assert server.time.slept == []


async def test_a_reply_without_bounds_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "MAX_JSON_BYTES", 1000)
    error, _ = await fails(reply([b'{"x":"', *[bytes(400)] * 10]))
    assert error.code == "reply_too_large"


async def test_an_unknown_model_is_answered_with_the_nearest_that_exist() -> None:
    unknown = {"error": {"message": "The model `grok-3-fast` does not exist", "code": "model_not_found"}}
    names = {"data": [{"id": "grok-3"}, {"id": "grok-3-mini-fast"}, {"id": "whisper"}]}
    server = Server(reply(unknown, status=400), reply(names))
    with pytest.raises(UpstreamModelUnknown) as caught:
        await server.client().chat(ChatRequest("grok-3-fast", ASK.messages))
    assert (caught.value.model, caught.value.nearest) == ("grok-3-fast", ("grok-3-mini-fast", "grok-3"))
    assert server.paths == ["/chat/completions", "/models"]


async def test_an_unknown_model_is_told_also_where_nobody_lists_any() -> None:
    unknown = {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}
    with pytest.raises(UpstreamModelUnknown) as caught:
        await Server(reply(unknown, status=400), httpx.ConnectError("away")).client().chat(ASK)
    assert caught.value.nearest == ()
