from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UpstreamError
from bot.grok.sse import Event, SSEDecoder

FRAME = (
    b"\xef\xbb\xbf: hello\r\n"
    b"event: chat.completion.chunk\r\n"
    b'data: {"a":"\xe2\x80\xa8 \xc2\x85 \xf0\x9f\x8c\x8a"}\r\n\r\n'
    b"data:one\rdata: two\r\r"
    b"id: 7\nretry: 10\nwhatever\ndata\ndata:  x\n\n"
    b"event: lonely\n\n"
    b"data: after\n\n"
    b'error: {"code":500}\n\n'
    b"data: [DONE]"
)
EVENTS = [
    Event('{"a":"\u2028 \x85 \U0001f30a"}'.encode(), "chat.completion.chunk"),
    Event(b"one\ntwo"),
    Event(b"\n x"),
    Event(b"after"),
    Event(b'{"code":500}', "error"),
    Event(b"[DONE]"),
]


def decode(*chunks: bytes) -> list[Event]:
    decoder = SSEDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()


@pytest.mark.parametrize("cut", range(len(FRAME) + 1))
def test_the_decoder_does_not_care_where_the_network_cuts(cut: int) -> None:
    assert decode(FRAME[:cut], FRAME[cut:]) == EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_the_decoder_does_not_care_how_small_the_pieces_are(size: int) -> None:
    assert decode(*(FRAME[at : at + size] for at in range(0, len(FRAME), size))) == EVENTS


@given(
    body=st.lists(
        st.sampled_from([b"\r", b"\n", b"data:", b" ", b"x", b":", b"event: e", b"\xef\xbb\xbf", b"\xc3\xa9"])
    ),
    cuts=st.lists(st.integers(0, 60)),
)
def test_any_cuts_of_any_stream_give_the_same_events(body: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(body)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[left:right] for left, right in pairwise(edges)]
    assert decode(*pieces) == decode(whole)


def test_an_event_is_told_at_its_blank_line_and_not_later() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: x\r\n\r") == [Event(b"x")]
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"data: y\n\n") == [Event(b"y")]


def test_comments_are_counted_and_make_no_events() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b": OPENROUTER PROCESSING\n\n:\n\n") == []
    assert decoder.comments == 2


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_only_cr_and_lf_end_a_line(separator: str) -> None:
    assert decode(f"data: a{separator}b\n\n".encode()) == [Event(f"a{separator}b".encode())]


def test_nothing_at_all_is_no_event() -> None:
    assert decode() == []
    assert decode(b"", b"\xef\xbb") == []


@pytest.mark.parametrize("endless", [b"x" * 60, b"data: x\n"])
def test_an_event_without_end_is_refused(endless: bytes) -> None:
    decoder = SSEDecoder(max_event_bytes=1000)
    with pytest.raises(UpstreamError, match="too large"):
        sum(len(decoder.feed(endless)) for _ in range(1000))


def test_many_small_events_are_never_too_large_together() -> None:
    decoder = SSEDecoder(max_event_bytes=100)
    assert len(decoder.feed(b"data: 0123456789\n\n" * 1000)) == 1000
    assert all(len(decoder.feed(b"data: 0123456789\n\n")) == 1 for _ in range(1000))
