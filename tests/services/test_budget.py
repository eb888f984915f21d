from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.budget import estimated_tokens, fitted


@dataclass(frozen=True, slots=True)
class Said:
    exchange_id: int
    text: str


TEXTS = st.text(max_size=60)


@st.composite
def conversations(draw: st.DrawFn) -> list[Said]:
    """Draw question and answer of up to a dozen exchanges, oldest first."""
    pairs = draw(st.lists(st.tuples(TEXTS, TEXTS), max_size=12))
    return [Said(number, text) for number, pair in enumerate(pairs) for text in pair]


def cost(turns: list[Said] | tuple[Said, ...]) -> int:
    return sum(estimated_tokens(turn.text) for turn in turns)


@given(conversations(), st.integers(-10, 400))
def test_what_is_kept_fits_the_budget(turns: list[Said], budget: int) -> None:
    assert cost(fitted(turns, budget)) <= max(budget, 0)


@given(conversations(), st.integers(-10, 400))
def test_what_is_kept_are_the_newest_whole_exchanges(turns: list[Said], budget: int) -> None:
    kept = fitted(turns, budget)
    dropped = turns[: len(turns) - len(kept)]
    assert [*dropped, *kept] == turns
    assert not {turn.exchange_id for turn in dropped} & {turn.exchange_id for turn in kept}


@given(conversations(), st.integers(-10, 400))
def test_no_exchange_is_dropped_that_would_still_fit(turns: list[Said], budget: int) -> None:
    kept = fitted(turns, budget)
    if len(kept) < len(turns):
        next_older = [turn for turn in turns if turn.exchange_id == turns[len(turns) - len(kept) - 1].exchange_id]
        assert cost(kept) + cost(next_older) > budget


def test_a_new_exchange_too_large_for_the_budget_is_not_jumped_over() -> None:
    turns = [Said(1, "old"), Said(1, "old"), Said(2, "x" * 4000), Said(2, "y")]
    assert fitted(turns, 100) == ()


@given(TEXTS, TEXTS)
def test_more_text_is_never_estimated_as_fewer_tokens(text: str, more: str) -> None:
    assert estimated_tokens(text + more) >= estimated_tokens(text)


def test_scripts_that_are_not_latin_count_by_the_character() -> None:
    assert estimated_tokens("生成视频") - estimated_tokens("abcd") == 3


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("The quick brown fox jumps over the lazy dog. " * 10, 90, 130),
        ("for (int i = 0; i < n; ++i) { sum += a[i] * b[i]; }\n" * 10, 170, 300),
        ("Быстрая коричневая лиса прыгает через ленивую собаку. " * 10, 120, 300),
        ("敏捷的棕色狐狸跳过了懒狗。" * 10, 80, 200),
        ("तेज़ भूरी लोमड़ी आलसी कुत्ते के ऊपर कूदती है। " * 10, 150, 480),
        ("😀👍🎉🌱" * 10, 40, 130),
        ("\ud800" * 8, 8, 20),
    ],
    ids=["English", "C", "Russian", "Chinese", "Hindi", "emoji", "half a character"],
)
def test_the_estimate_lies_where_tokenizers_do(text: str, least: int, most: int) -> None:
    assert least <= estimated_tokens(text) <= most
