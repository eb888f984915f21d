"""Cut rendered text into messages: what is open at a message's end is closed there and opened again in the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.ui.markdown.characters import is_blank, is_joined
from bot.ui.markdown.spans import OPEN, Close, Rendered, Span

_BLANK_LINES = re.compile(r"(?:[ \t]*\n)+")
_PARAGRAPH = re.compile(r"\n[ \t]*\n+")
_LINE = re.compile(r"\n(?!\n)(?:[ \t]{0,3}(?:>[ \t]?){1,3})?")
_SENTENCE = re.compile(r"[.!?…。！？]+[\s\"')\]]*\s|[。！？]")
_SPACE = re.compile(r"\s+")
_HEADING_END = re.compile(r"(?:\A|\n)[ \t>]*(?:#{1,3} [^\n]*|\*\*[^\n]*\*\*)\s*\Z")
_HEADING_REACH = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's part of a rendered answer.

    raw: the part itself. opening, closing: what is shown around it.
    lead, trail: how many blank characters at its ends are not shown.
    """

    raw: str
    opening: str = ""
    closing: str = ""
    lead: int = 0
    trail: int = 0

    @property
    def shown(self) -> str:
        """The message's text."""
        return f"{self.opening}{self.raw[self.lead : len(self.raw) - self.trail]}{self.closing}"


class Pager:
    """Takes rendered text and seals a message as soon as it is full. Its state is values: see `copy`.

    most: messages after which nothing more is taken; None for any number.
    """

    def __init__(self, limit: int, first_limit: int, *, most: int | None = None, last_limit: int | None = None) -> None:
        self._limit = limit
        self._first_limit = first_limit
        self._most = most
        self._last_limit = limit if last_limit is None else last_limit
        self._sealed: tuple[Piece, ...] = ()
        self._opening = ""
        self._tail = ""
        self._spans: tuple[Span, ...] = ()

    def copy(self) -> Pager:
        """Return a pager that goes on from here on its own."""
        twin = Pager(self._limit, self._first_limit, most=self._most, last_limit=self._last_limit)
        twin._sealed, twin._opening = self._sealed, self._opening
        twin._tail, twin._spans = self._tail, self._spans
        return twin

    @property
    def is_full(self) -> bool:
        """Whether there is text beyond the last message."""
        return self._most is not None and len(self._sealed) >= self._most

    @property
    def sealed(self) -> tuple[Piece, ...]:
        """The messages that no longer change."""
        return self._sealed

    def add(self, part: Rendered, *, seals: bool = True) -> None:
        """Take rendered text. seals: whether messages that are full by it are finished."""
        if self.is_full:
            return
        at = len(self._tail)
        self._tail += part.text
        self._spans = tuple(_closed([*self._spans, *(span.moved(at) for span in part.spans)], part.closes, at))
        while seals and not self.is_full and not self._fits(len(self._tail)):
            self._seal()

    def last(self) -> Piece | None:
        """Return the message after the sealed ones, cut to its room; None if nothing of it can be seen."""
        if self.is_full:
            return None
        end = len(self._tail) if self._fits(len(self._tail)) else self._cut()
        piece = self._piece(end)
        return None if is_blank(piece.raw) else piece

    def _room(self) -> int:
        count = len(self._sealed)
        if self._most is not None and count == self._most - 1:
            return min(self._last_limit, self._first_limit) if count == 0 else self._last_limit
        return self._limit if count else self._first_limit

    def _seal(self) -> None:
        at = self._cut()
        piece = self._piece(at)
        if not is_blank(piece.raw):
            self._sealed = (*self._sealed, piece)
        self._opening = "".join(self._reopened(span, at) for span in self._open_at(at))
        self._tail = self._tail[at:]
        self._spans = tuple(span.moved(-at) for span in self._spans if span.end > at)

    def _reopened(self, span: Span, at: int) -> str:
        return "" if span.kind == "indent" and self._tail[at - 1] == "\n" else span.opening

    def _open_at(self, at: int) -> list[Span]:
        found = [span for span in self._spans if span.start < at < span.end and span.kind != "atom"]
        if at >= len(self._tail):
            found = [span for span in found if span.end == OPEN]
        return found

    def _piece(self, at: int) -> Piece:
        raw, open_spans = self._tail[:at], self._open_at(at)
        lead = self._lead()
        trail = min(_trail(raw, open_spans), len(raw) - min(lead, len(raw)))
        closing = "".join(span.closing for span in reversed(open_spans))
        return Piece(raw, self._opening, closing, min(lead, len(raw)), trail)

    def _lead(self) -> int:
        """Return how much of the tail's beginning is blank lines that are not shown."""
        if any(span.kind == "fence" and span.start < 0 for span in self._spans):
            return 0
        found = _BLANK_LINES.match(self._tail)
        return found.end() if found else 0

    def _fits(self, at: int) -> bool:
        return len(self._piece(at).shown) <= self._room()

    def _cut(self) -> int:
        """Return where to end the message that the tail begins with."""
        room = self._lead() + self._room() - len(self._opening)
        window = self._tail[: room + 1]
        blocked, hard, code = self._maps(len(window))
        for pattern, least, allowed in (
            (_PARAGRAPH, 0.6, hard),
            (_LINE, 0.5, hard),
            (_SENTENCE, 0.5, hard),
            (_LINE, 0.3, blocked),
            (_SPACE, 0.5, hard),
            (_SENTENCE, 0.3, code),
            (_SPACE, 0.1, code),
            (_SPACE, 0.1, blocked),
        ):
            for at in _ends(pattern, window, int(room * least)):
                if not allowed[at] and not blocked[at] and not self._leaves_heading(at) and self._fits(at):
                    return self._past_blank(at)
        return self._hard_cut(blocked)

    def _leaves_heading(self, at: int) -> bool:
        return bool(_HEADING_END.search(self._tail, max(0, at - _HEADING_REACH), at))

    def _past_blank(self, at: int) -> int:
        """Return `at` moved past blank lines, which need not be shown, unless they are code."""
        found = _BLANK_LINES.match(self._tail, at)
        return found.end() if found and not self._open_at(at) and self._tail[at - 1] == "\n" else at

    def _hard_cut(self, blocked: bytearray) -> int:
        """Cut where no good place exists: not through a mark, a run of backticks, or a composed character."""
        most = len(blocked) - 1
        while most > 1 and not self._fits(most):
            most -= 1
        for at in range(most, max(1, most // 2), -1):
            if not blocked[at] and not is_joined(self._tail, at) and self._tail[at - 1 : at + 1] != "``":
                return at
        for at in range(most, max(1, most - 64), -1):
            if not is_joined(self._tail, at) and self._tail[at - 1 : at + 1] != "``":
                return at
        return max(most, 1)

    def _maps(self, length: int) -> tuple[bytearray, bytearray, bytearray]:
        """Return, for each place, whether a cut there breaks a mark, cuts anything, or cuts code."""
        blocked, hard, code = bytearray(length + 1), bytearray(length + 1), bytearray(length + 1)
        for span in self._spans:
            start, end = max(span.start + 1, 0), min(span.end, length + 1)
            if start >= end:
                continue
            _fill(blocked, start, min(span.inner_start + 1, end))
            _fill(blocked, max(span.inner_end, start), end)
            if span.kind in {"mark", "fence", "atom"}:
                _fill(hard, start, end)
            if span.kind == "fence" or span.opening.startswith("`"):
                _fill(code, start, end)
        blocked[0] = 1
        return blocked, hard, code


def _fill(places: bytearray, start: int, end: int) -> None:
    if 0 <= start < end:
        places[start:end] = b"\1" * (end - start)


def _closed(spans: list[Span], closes: tuple[Close, ...], at: int) -> list[Span]:
    for close in closes:
        for index in range(len(spans) - 1, -1, -1):
            if spans[index].end == OPEN and spans[index].opening == close.opening:
                spans[index] = replace(spans[index], inner_end=close.inner_end + at, end=close.end + at)
                break
    return spans


def _trail(raw: str, open_spans: list[Span]) -> int:
    """Return how many characters at the end of a message's part are not shown."""
    if any(span.kind == "fence" for span in open_spans):
        prefix = next(span.opening.rpartition("\n")[2] for span in open_spans if span.kind == "fence")
        bare = raw.removesuffix(prefix) if prefix and raw.endswith(f"\n{prefix}") else raw
        return len(raw) - len(bare.removesuffix("\n"))
    bare = raw.rstrip()
    if any(span.kind == "quote" for span in open_spans):
        line = bare.rpartition("\n")[2]
        above = bare[: len(bare) - len(line)].rstrip()
        if above and line and not line.strip("> \t"):
            bare = above
    return len(raw) - len(bare)


def _ends(pattern: re.Pattern[str], window: str, least: int) -> Iterator[int]:
    """Yield where matches end, from the last on, no sooner than `least`."""
    return iter([found.end() for found in pattern.finditer(window, least)][::-1])
