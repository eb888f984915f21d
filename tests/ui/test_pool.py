"""The list of accounts as owners read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.grok.pool_tokens import PoolToken
from bot.ui.pool import pool_page

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


def test_nothing_is_left_where_nothing_is_active() -> None:
    assert head(80, None, status="cooling") == "**2 accounts** · 0 active · 0 uses left"
