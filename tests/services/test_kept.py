"""What steps came to is read as it was written, by other versions too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.kept import (
    Delivered,
    Ended,
    Fitted,
    Gone,
    Kept,
    KeptFile,
    Made,
    Outcome,
    Submitted,
    kept_of,
    written,
)

TEXT = st.text(max_size=20)
FILE = st.builds(KeptFile, TEXT, st.integers(0), TEXT, TEXT, TEXT, TEXT, st.integers(0))
FILES = st.lists(FILE, max_size=3).map(tuple)
OUTCOME: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Made, st.lists(TEXT, max_size=3).map(tuple), FILES, TEXT, st.integers(0, 9)),
    st.builds(Submitted, TEXT),
    st.builds(Ended, st.sampled_from(("failed", "cancelled", "interrupted")), TEXT, TEXT),
    st.builds(Kept, FILES, st.none() | FILE, st.integers(0, 9), TEXT),
    st.builds(Fitted, FILES, FILES, st.none() | FILE, st.integers(0, 9), TEXT),
    st.just(Gone()),
    st.builds(Delivered, st.sampled_from(("card", "direct", "waiting", "too_large", "lost"))),
)


@given(OUTCOME)
def test_what_is_written_is_read_again(outcome: Outcome) -> None:
    assert kept_of(written(outcome)) == outcome


@given(OUTCOME)
def test_what_a_later_version_adds_is_left_out(outcome: Outcome) -> None:
    def later(facts: Any) -> Any:  # any JSON
        if isinstance(facts, list):
            return [later(each) for each in facts]
        return (
            {**{name: later(each) for name, each in facts.items()}, "added": [1]} if isinstance(facts, dict) else facts
        )

    assert kept_of(json.dumps(later(json.loads(written(outcome))))) == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('{"kind": "Made", "urls": ["u"]}', Made(("u",))),
        ('{"kind": "Kept", "files": [{"path": "1/a.png"}]}', Kept((KeptFile("1/a.png"),))),
        ('{"kind": "Fitted", "files": []}', Fitted(())),
        ('{"kind": "Ended", "state": "failed"}', Ended("failed")),
    ],
)
def test_what_an_earlier_version_did_not_know_is_left_empty(text: str, outcome: Outcome) -> None:
    assert kept_of(text) == outcome


def test_what_only_a_later_version_knows_is_gone() -> None:
    assert kept_of('{"kind": "Painted", "colour": "teal"}') == Gone()
