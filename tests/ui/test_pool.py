"""The list of accounts as owners read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.grok.pool_tokens import PoolToken
from bot.ui.pool import choice_name, pool_page

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def head(*quotas: int | None, status: str = "active") -> str:
    tokens = [PoolToken(f"{number:06}", "ssoBasic", "beef", status, quota) for number, quota in enumerate(quotas)]
    return pool_page(tokens, 0, NOW).partition("\n")[0]


@pytest.mark.parametrize(
    ("quotas", "said"),
    [
        ((80, 1500), "**2 accounts** · 2 active · 1,580 uses left"),
        ((80, None), "**2 accounts** · 2 active · 80 uses left"),
        ((0,), "**1 account** · 1 active · 0 uses left"),
        ((None,), "**1 account** · 1 active · uses left unknown"),
    ],
)
def test_what_is_left_is_said_as_far_as_the_server_tells(quotas: tuple[int | None, ...], said: str) -> None:
    assert head(*quotas) == said


def test_the_name_of_a_choice_is_as_short_as_discord_wants_it() -> None:
    assert choice_name(PoolToken("abc123", "ssoBasic", "beef", "active")) == "abc123 …beef ssoBasic active"
    assert len(choice_name(PoolToken("abc123", "p" * 300, "beef", "active"))) == 100


def test_nothing_is_left_where_nothing_is_active() -> None:
    assert head(80, None, status="cooling") == "**2 accounts** · 0 active · 0 uses left"
