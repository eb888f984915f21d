"""Rate limits: fixed windows per bucket and a sliding second for the whole bot. Pure; the time is handed in.

Discord publishes none of the numbers. Message creates and edits and interaction webhooks are what users measured
(Discord.Net #2375, discord-api-docs #2701, #7243); the global 50 a second is documented.
Source: https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field

GLOBAL_PER_S = 50
_SWEEP_EVERY = 5000


@dataclass(frozen=True, slots=True)
class Rule:
    """`limit` requests per `window_s`, counted separately for each value of a path's `major` parameters.

    is_global: whether these requests count towards the bot's 50 a second.
    """

    name: str
    limit: int
    window_s: float
    major: tuple[str, ...] = ()
    is_global: bool = True
    hash: str = field(init=False, default="")

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:32]
        object.__setattr__(self, "hash", digest)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a request fares. reset_after_s: until the window ends. scope: "user" or "global" when refused."""

    is_allowed: bool
    limit: int
    remaining: int
    reset_after_s: float
    retry_after_s: float = 0.0
    scope: str = "user"


@dataclass(slots=True)
class _Window:
    ends_at: float
    used: int = 0


class Limits:
    """Counts requests. is_enforced: False tells the numbers but refuses nothing."""

    def __init__(self, *, is_enforced: bool = True, global_per_s: int = GLOBAL_PER_S) -> None:
        self._is_enforced = is_enforced
        self._global_per_s = global_per_s
        self._windows: dict[tuple[str, ...], _Window] = {}
        self._recent: deque[float] = deque()
        self._taken = 0

    def take(self, rule: Rule, major: tuple[str, ...], now: float) -> Verdict:
        """Count one request, unless it is refused. major: the values of the rule's major parameters."""
        if rule.is_global and self._is_enforced and (wait := self._global_wait(now)) > 0:
            return Verdict(False, rule.limit, 0, wait, wait, "global")
        window = self._window(rule, major, now)
        reset_after = window.ends_at - now
        if window.used >= rule.limit and self._is_enforced:
            return Verdict(False, rule.limit, 0, reset_after, reset_after)
        window.used += 1
        if rule.is_global:
            self._recent.append(now)
        return Verdict(True, rule.limit, max(0, rule.limit - window.used), reset_after)

    def _global_wait(self, now: float) -> float:
        """Return how long until the last second has room for one more."""
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        return 0.0 if len(self._recent) < self._global_per_s else self._recent[0] + 1 - now

    def _window(self, rule: Rule, major: tuple[str, ...], now: float) -> _Window:
        """Return the bucket's window, a new one from now on if the last has ended."""
        self._taken += 1
        if self._taken % _SWEEP_EVERY == 0:
            self._windows = {key: window for key, window in self._windows.items() if window.ends_at > now}
            self._recent = deque(at for at in self._recent if at > now - 1)
        key = (rule.name, *major)
        window = self._windows.get(key)
        if window is None or window.ends_at <= now:
            window = self._windows[key] = _Window(now + rule.window_s)
        return window
