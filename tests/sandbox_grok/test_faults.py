"""Every fault in a chat stream and in a whole reply: the shape that a client has to survive."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from itertools import pairwise

import httpx
import pytest

from sandbox.grok.catalogue import FAULTS
from tests.sandbox_grok.serving import QUESTION, DemoClient, contents, finishes, parse_events, stream, whole_text


def last_event(body: str) -> str:
    return parse_events(body)[-1].data


def errors(body: str) -> list[object]:
    chunks = [event.json for event in parse_events(body) if event.data != "[DONE]"]
    return [chunk["error"] for chunk in chunks if "error" in chunk]


# Reply instead of an answer: fault, status, what the body holds.
WHOLE = [
    ("notokens", 429, '"code":"rate_limit_exceeded"'),
    ("status500", 500, '"code":"internal_error"'),
    ("status503", 503, '"error":{'),
    ("status401", 401, '"code":"invalid_api_key"'),
    ("status429", 429, "No available tokens"),
    ("credits", 429, "used all available credits"),
    ("error_string", 400, '"error":"The request'),
    ("badkey400", 400, "Incorrect API key provided"),
    ("detail422", 422, '"detail":[{"loc":'),
    ("model404", 404, "does not exist"),
    ("html502", 502, "<html>"),
    ("html200", 200, "<!doctype html>"),
]


@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize(("fault", "status", "holds"), WHOLE)
async def test_the_whole_reply_is_replaced(
    demo: DemoClient, fault: str, status: int, holds: str, is_stream: bool
) -> None:
    answer = await demo.chat(f"[[{fault}]] hi", stream=is_stream)
    assert answer.status_code == status
    assert holds in answer.text
    assert ("html" in answer.headers["content-type"]) is fault.startswith("html")


async def test_retry_after_is_a_header(demo: DemoClient) -> None:
    answer = await demo.chat("[[notokens retry_after=7]] hi")
    assert answer.headers["retry-after"] == "7"


# 200 streams that hold an error and no answer: fault, the error's code.
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("notokens_sse", "rate_limit_exceeded"),
        ("notokens g2", "rate_limit_exceeded"),
        ("error_event", "upstream_error"),
        ("http429 g2", "upstream_error"),
    ],
)
async def test_an_error_event_stands_alone(demo: DemoClient, fault: str, code: str) -> None:
    first, last = parse_events(await stream(demo, fault))
    assert first.name == "error"
    assert first.json["error"]["code"] == code
    assert last.data == "[DONE]"


@pytest.mark.parametrize(
    ("fault", "status"), [("notokens_sse", 429), ("error_event", 502), ("http429 g2", 502), ("cut g2", 502)]
)
async def test_the_same_without_a_stream_is_a_status(demo: DemoClient, fault: str, status: int) -> None:
    assert (await demo.chat(f"[[{fault}]] hi", stream=False)).status_code == status


@pytest.mark.parametrize("fault", ["empty", "nothing", "apierror", "http503", "cut", "stall=0", "drop"])
async def test_without_a_stream_failure_looks_like_an_empty_success(demo: DemoClient, fault: str) -> None:
    answer = (await demo.chat(f"[[{fault}]] hi", stream=False)).json()
    choice = answer["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("", "stop")


async def test_nothing_at_all_comes_from_a_failed_upstream(demo: DemoClient) -> None:
    assert await stream(demo, "http503") == ""


@pytest.mark.parametrize(("fault", "events"), [("empty", 3), ("apierror", 3), ("nothing", 2)])
async def test_an_empty_answer_has_only_its_frame(demo: DemoClient, fault: str, events: int) -> None:
    body = await stream(demo, fault)
    assert contents(body) == []
    assert finishes(body) == ["stop"]
    assert len(parse_events(body)) == events


# The answer breaks in its middle: fault, what the rest of the body is like.
BROKEN: list[tuple[str, Callable[[str], bool]]] = [
    ("cut", lambda body: not errors(body) and not body.endswith("[DONE]\n\n")),
    ("stall=0.05", lambda body: not errors(body) and not body.endswith("[DONE]\n\n")),
    ("cut g2", lambda body: "curl: (18)" in str(errors(body)) and last_event(body) == "[DONE]"),
    ("stall=0.05 g2", lambda body: "idle timeout" in str(errors(body)) and last_event(body) == "[DONE]"),
    ("error_mid", lambda body: parse_events(body)[-2].name == "error" and last_event(body) == "[DONE]"),
    ("error_typed", lambda body: parse_events(body)[-2].json["type"] == "error" and last_event(body) == "[DONE]"),
    ("error_number", lambda body: parse_events(body)[-2].json["error"]["code"] == 500),
    ("error_finish", lambda body: parse_events(body)[-1].json["choices"][0]["finish_reason"] == "error"),
    ("error_field", lambda body: body.split("\n\n")[-2].startswith('error: {"code":500')),
]


@pytest.mark.parametrize(("fault", "is_right"), BROKEN, ids=[row[0] for row in BROKEN])
async def test_half_of_the_answer_and_then_a_break(
    demo: DemoClient, fault: str, is_right: Callable[[str], bool]
) -> None:
    body, whole = await stream(demo, fault), await whole_text(demo)
    shown = "".join(contents(body))
    assert 0 < len(shown) < len(whole)
    assert whole.startswith(shown)
    assert "stop" not in finishes(body)
    assert is_right(body)


async def test_a_dropped_connection_is_no_clean_end(demo: DemoClient) -> None:
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await stream(demo, "drop")


@pytest.mark.parametrize(
    ("fault", "has_finish", "has_done"),
    [("nodone", False, False), ("nofinish", False, True), ("onlyfinish", True, False)],
)
async def test_the_whole_answer_without_its_ending(
    demo: DemoClient, fault: str, has_finish: bool, has_done: bool
) -> None:
    body = await stream(demo, fault)
    assert "".join(contents(body)) == await whole_text(demo)
    assert bool(finishes(body)) is has_finish
    assert body.endswith("data: [DONE]\n\n") is has_done


@pytest.mark.parametrize(("fault", "reason"), [("length", "length"), ("filter", "content_filter")])
async def test_the_finish_reason_can_be_another(demo: DemoClient, fault: str, reason: str) -> None:
    assert finishes(await stream(demo, fault)) == [reason]
    assert (await demo.chat(f"[[{fault}]] hi", stream=False)).json()["choices"][0]["finish_reason"] == reason


async def test_comments_come_between_events(demo: DemoClient) -> None:
    body = await stream(demo, "comments")
    assert "\n\n: OPENROUTER PROCESSING\n\n:\n\n" in body
    assert "".join(contents(body)) == await whole_text(demo)


async def test_one_event_is_no_json(demo: DemoClient) -> None:
    broken = [event.data for event in parse_events(await stream(demo, "bad_json")) if not is_json(event.data)]
    assert broken == ['{"choices":[{"index":0,"delta":{"content":"los', "[DONE]"]


def is_json(data: str) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


async def test_odd_chunks_come_in_the_middle(demo: DemoClient) -> None:
    data = [event.data for event in parse_events(await stream(demo, "odd_chunks"))]
    for odd in ("{}", '{"choices":null}', '{"choices":[]}', '{"choices":[{}]}', "[]", "null"):
        assert odd in data


@pytest.mark.parametrize(("fault", "end"), [("crlf", b"\r\n"), ("cr", b"\r")])
async def test_lines_can_end_otherwise(demo: DemoClient, fault: str, end: bytes) -> None:
    raw = (await demo.chat(f"[[{fault}]] {QUESTION}")).content
    assert raw.endswith(b"data: [DONE]" + end * 2)
    assert raw.replace(end, b"").find(b"\n") == -1
    plain = raw.replace(end, b"\n").decode()
    assert "".join(contents(plain)) == await whole_text(demo)


async def test_the_space_after_the_colon_can_be_missing(demo: DemoClient) -> None:
    body = await stream(demo, "nospace")
    assert "data: " not in body
    assert "".join(contents(body.replace("data:", "data: "))) == await whole_text(demo)


async def test_every_byte_can_travel_alone(demo: DemoClient) -> None:
    body = {"model": "grok-3", "stream": True, "messages": [{"role": "user", "content": "[[split_utf8]] été 🌊"}]}
    async with demo.http.stream("POST", "/v1/chat/completions", json=body) as answer:
        parts = [part async for part in answer.aiter_raw()]
    assert max(map(len, parts)) == 1
    assert "été 🌊" in "".join(contents(b"".join(parts).decode()))


async def test_false_line_ends_stand_raw_in_the_stream(demo: DemoClient) -> None:
    raw = (await demo.chat("[[u2028]] hi")).content.decode()
    assert "\u2028" in raw
    assert "\x85" in raw


@pytest.mark.parametrize("fault", ["sse_for_json", "json_for_sse"])
async def test_the_form_can_be_the_other_one(demo: DemoClient, fault: str) -> None:
    is_stream = fault == "json_for_sse"
    answer = await demo.chat(f"[[{fault}]] hi", stream=is_stream)
    assert answer.headers["content-type"].startswith("application/json" if is_stream else "text/event-stream")


async def test_the_first_token_can_be_late(demo: DemoClient) -> None:
    for fault in ("first=0.1", "slow_first=0.1", "silent_0.1"):
        start = time.monotonic()
        await stream(demo, fault)
        assert time.monotonic() - start >= 0.1


async def test_silence_comes_in_the_middle(demo: DemoClient) -> None:
    answer = await demo.chat(f"[[silent_0.2]] {QUESTION}")
    told = (await demo.http.get(f"/control/emissions/{answer.headers['x-demo-request']}")).json()["tokens"]
    gaps = [later["at"] - one["at"] for one, later in pairwise(told)]
    longest = gaps.index(max(gaps))
    assert max(gaps) >= 0.2
    assert len(gaps) * 0.3 < longest < len(gaps) * 0.7


async def test_a_stalled_stream_ends_when_its_reader_leaves(demo: DemoClient) -> None:
    body = {"model": "grok-3", "stream": True, "messages": [{"role": "user", "content": "[[stall=300]] hi"}]}
    async with demo.http.stream("POST", "/v1/chat/completions", json=body) as answer:
        number = answer.headers["x-demo-request"]
        async for _ in answer.aiter_raw():
            break
    async with asyncio.timeout(5):
        while (await demo.http.get(f"/control/emissions/{number}")).json()["finished_at"] is None:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "name", [name for name in FAULTS if name not in ("stall", "video_stall", "slow_first", "drop")]
)
@pytest.mark.parametrize("is_stream", [True, False])
async def test_no_fault_makes_the_server_itself_fail(
    demo: DemoClient, name: str, is_stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    glued = {"http": "http503", "status": "status500", "silent": "silent_0"}
    quick = {"tokens": "tokens=5", "first": "first=0", "rate": "rate=9000", "retry_after": "retry_after=1"}
    answer = await demo.chat(f"[[{(glued | quick).get(name, name)}]] hi", stream=is_stream)
    assert answer.status_code < 600
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
