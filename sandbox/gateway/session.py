"""A bot's gateway session: it outlives its socket, so that a lost connection is resumed without losing events."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.snowflake import shard_of

BACKLOG_EVENTS = 2000
RESUMABLE_S = 120.0


@dataclass(frozen=True, slots=True)
class Hangup:
    """The last word to a socket. code: the close code."""

    code: int
    reason: str = ""


Outlet = Callable[[str | Hangup], None]


@dataclass(slots=True)
class Session:
    """One shard's stream of numbered events. outlet: writes to its socket, None while it has none."""

    id: str
    shard: int
    shard_count: int
    intents: int
    outlet: Outlet | None = None
    detached_at_s: float = 0.0
    sequence: int = 0
    backlog: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=BACKLOG_EVENTS))

    def hears(self, guild_id: int | None, intent: int) -> bool:
        """Return whether events of this guild (None: direct messages) and group belong to this session."""
        is_asked_for = intent == 0 or bool(self.intents & intent)
        return is_asked_for and shard_of(guild_id, self.shard_count) == self.shard

    def send(self, name: str, data: str) -> None:
        """Send one event, or keep it for a resume. data: its JSON."""
        self.sequence += 1
        frame = f'{{"t":"{name}","s":{self.sequence},"op":0,"d":{data}}}'
        self.backlog.append((self.sequence, frame))
        if self.outlet is not None:
            self.outlet(frame)

    def replay(self, seen: int) -> bool:
        """Send again what came after event number `seen`; False if that is no longer, or not yet, known."""
        oldest = self.backlog[0][0] if self.backlog else self.sequence + 1
        if self.outlet is None or not oldest - 1 <= seen <= self.sequence:
            return False
        for sequence, frame in self.backlog:
            if sequence > seen:
                self.outlet(frame)
        return True

    def hang_up(self, code: int, reason: str = "") -> None:
        """Close the socket, if there is one."""
        if self.outlet is not None:
            self.outlet(Hangup(code, reason))

    def invalidate(self) -> None:
        """Tell the bot to begin anew."""
        if self.outlet is not None:
            self.outlet('{"op":9,"d":false,"s":null,"t":null}')
