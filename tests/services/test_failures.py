"""What went wrong with an order can be told by another process, and by another version."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.errors import (
    CannotFit,
    FitFailure,
    GrokBotError,
    InputError,
    MediaError,
    SettingError,
    SlotLostError,
    UnforeseenError,
    UpstreamError,
    UpstreamModelUnknown,
    UpstreamRateLimited,
)
from bot.services.failures import packed, unpacked
from bot.ui import text

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GrokBotError)]
PLAIN = [kind for kind in KINDS if issubclass(kind, UpstreamError) and kind is not MediaError]
OTHERS: list[GrokBotError] = [
    GrokBotError("x"),
    SettingError("SLOTS", "is no number"),
    SlotLostError(3),
    *map(CannotFit, get_args(FitFailure)),
    *[kind() for kind in KINDS if kind.__init__ is GrokBotError.__init__],
]
ANYTHING = st.none() | st.integers() | st.text(max_size=20) | st.binary(max_size=5)


def facts_of(error: GrokBotError) -> dict[str, object]:
    return {**vars(error), "said": str(error), "kind": type(error)}


def test_the_nearest_models_are_told_by_the_next_process() -> None:
    error = UpstreamModelUnknown("no")
    error.model, error.nearest = "grok-9", ("grok-4", "grok-3")
    assert text.sentence(unpacked(packed(error))) == text.sentence(error)
    assert "`grok-9`" in text.sentence(error)
    assert "grok-4, grok-3" in text.sentence(error)


@pytest.mark.parametrize("kind", PLAIN)
@given(
    message=st.text(max_size=300),
    status=st.none() | st.integers(100, 599),
    code=st.text(max_size=20),
    retry_after_s=st.none() | st.floats(0, 1e6),
)
def test_an_error_of_the_server_is_told_by_the_next_process(
    kind: type[UpstreamError], message: str, status: int | None, code: str, retry_after_s: float | None
) -> None:
    error = kind(message, status=status, code=code, retry_after_s=retry_after_s)
    told = unpacked(packed(error))
    assert (type(told), told.message, told.status) == (kind, message, status)  # type: ignore[attr-defined]  # of that kind
    assert (told.code, told.retry_after_s) == (code, retry_after_s)  # type: ignore[attr-defined]  # as above
    assert text.sentence(told) == text.sentence(error)


@pytest.mark.parametrize(
    "reason", ["address", "private", "size", "type", "gone", "network", "slow", "cut", "disk", "?"]
)
def test_why_a_file_cannot_be_had_is_told_by_the_next_process(reason: str) -> None:
    error = MediaError(reason, "no such file", status=404)
    told = unpacked(packed(error))
    assert facts_of(told) == facts_of(error)
    assert text.sentence(told) == text.sentence(error)


@given(code=st.text(max_size=20), facts=st.dictionaries(st.text(max_size=10), ANYTHING, max_size=4))
def test_what_somebody_got_wrong_is_told_whatever_its_facts_are_called(code: str, facts: dict[str, object]) -> None:
    error = InputError(code)
    error.facts = facts
    told = unpacked(packed(error))
    assert isinstance(told, InputError)
    assert (told.code, told.facts) == (code, {name: str(value) for name, value in facts.items()})


def test_an_incident_keeps_its_number() -> None:
    told = unpacked(packed(UnforeseenError("a1b2")))
    assert isinstance(told, UnforeseenError)
    assert told.incident == "a1b2"


@pytest.mark.parametrize("error", OTHERS, ids=lambda error: f"{type(error).__name__} {error}")
def test_every_other_error_is_told_as_something_that_can_be_worded(error: GrokBotError) -> None:
    told = unpacked(packed(error))
    assert isinstance(told, GrokBotError)
    assert text.sentence(told)


def test_no_error_was_forgotten_here() -> None:
    known = {*PLAIN, MediaError, InputError, UnforeseenError, *map(type, OTHERS)}
    assert set(KINDS) - known == set()


def test_an_error_of_a_later_version_is_a_plain_one() -> None:
    told = unpacked('{"error": "UpstreamAsleep", "until": "noon"}')
    assert (type(told), str(told)) == (GrokBotError, "UpstreamAsleep")


def test_facts_of_a_later_version_are_left_out_and_those_of_an_earlier_one_missing() -> None:
    facts = json.loads(packed(UpstreamRateLimited("busy", retry_after_s=7.0)))
    told = unpacked(json.dumps({**facts, "until": "noon"}))
    assert (type(told), told.retry_after_s) == (UpstreamRateLimited, 7.0)  # type: ignore[attr-defined]  # of that kind
    told = unpacked('{"error": "UpstreamRateLimited", "message": "busy"}')
    assert (type(told), told.retry_after_s) == (UpstreamRateLimited, None)  # type: ignore[attr-defined]  # as above
