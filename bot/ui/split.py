"""Cut a growing answer into messages: joined, the pieces are the answer; alone, each reads well.

A code fence that is open at the end of a message is closed there and opened again, with its language, in the next.
Links, bold, inline code and the like are not cut through, list items and paragraphs are kept whole where they fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from bot.ui.face import MESSAGE_LIMIT_CHARS

FENCE = "```"
_CLOSING = "\n" + FENCE
_FENCE = re.compile(r"```(?:([A-Za-z0-9_+\-.#]{1,32})(?=\n))?")
# Spans that lose their meaning when cut; the last alternatives are ones whose end has not arrived yet.
_SPAN = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)"  # [text](address)
    r"|<?https?://[^\s>]+>?"
    r"|(?<!`)`[^`\n]+`"
    r"|\*\*[^*\n]+\*\*|__[^_\n]+__|~~[^~\n]+~~|\|\|[^|\n]+\|\|"
    r"|!?\[[^\]\n]*\]\([^)\n]*\Z"
    r"|!?\[[^\]\n]*\]?\Z"
    r"|(?<!`)`[^`\n]+\Z"
    r"|\*\*[^*\n]*\*?\Z|__[^_\n]*_?\Z|~~[^~\n]*~?\Z|\|\|[^|\n]*\|?\Z"
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n+")
_LINE = re.compile(r"\n(?!\n)")
_SENTENCE = re.compile(r"[.!?…。！？]+[\s\"')\]]*\s|[。！？]")
_SPACE = re.compile(r"\s+")
# A skin tone or a tag changes the emoji before it; a zero-width joiner binds both its neighbours.
_JOINED_TO_BEFORE = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u200d]")
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")  # two make a flag


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's part of an answer. raw: the part itself; opening, closing: what is shown around it."""

    raw: str
    opening: str = ""
    closing: str = ""

    @property
    def shown(self) -> str:
        """The message's text."""
        return f"{self.opening}{self.raw}{self.closing}"


class Pages:
    """An answer that grows at its end; pieces that are full no longer change.

    limit: characters of one message. first_limit: of the first one, where something else stands above it.
    """

    def __init__(self, limit: int = MESSAGE_LIMIT_CHARS, *, first_limit: int | None = None) -> None:
        self._limit = limit
        self._first_limit = limit if first_limit is None else first_limit
        self._sealed: list[Piece] = []
        self._opening = ""
        self._tail: list[str] = []

    def append(self, delta: str) -> None:
        """Add text at the end. Cheap: nothing is cut before `pieces` is asked for."""
        self._tail.append(delta)

    @property
    def text(self) -> str:
        """The whole answer so far."""
        return "".join(piece.raw for piece in self._sealed) + "".join(self._tail)

    def pieces(self, *, is_complete: bool = False) -> list[Piece]:
        """Return the messages to show now; with `is_complete`, nothing is held back at the end."""
        rest = "".join(self._tail)
        while len(self._opening) + len(rest) + len(_closing(self._opening, rest)) > self._room():
            cut = _cut(self._opening, rest, self._room())
            self._sealed.append(_piece(self._opening, rest[:cut]))
            self._opening = _reopening(self._opening, rest[:cut])
            rest = rest[cut:]
        self._tail = [rest]
        if not is_complete:
            rest = rest[: len(rest) - _held_back(rest)]
        return [*self._sealed, _piece(self._opening, rest)] if rest or not self._sealed else list(self._sealed)

    def _room(self) -> int:
        return self._limit if self._sealed else self._first_limit


def split(text: str, limit: int = MESSAGE_LIMIT_CHARS) -> list[Piece]:
    """Cut a complete text."""
    pages = Pages(limit)
    pages.append(text)
    return pages.pieces(is_complete=True)


def _held_back(text: str) -> int:
    """Return how many characters at the end may still become a fence and would flicker until then."""
    bare = text.rstrip("`")
    return len(text) - len(bare) if 0 < len(text) - len(bare) < len(FENCE) else 0


def _fences(opening: str, raw: str) -> Iterator[tuple[int, str]]:
    """Yield where the fence state changes in `raw`, with the reopening line that holds from there ("": outside)."""
    state = opening
    for match in _FENCE.finditer(raw):
        state = "" if state else f"{FENCE}{match[1] or ''}\n"
        yield match.start(), state


def _reopening(opening: str, raw: str) -> str:
    return deque((state for _, state in _fences(opening, raw)), maxlen=1)[-1] if FENCE in raw else opening


def _closing(opening: str, raw: str) -> str:
    if not _reopening(opening, raw):
        return ""
    return FENCE if raw.endswith("\n") or not raw else _CLOSING


def _piece(opening: str, raw: str) -> Piece:
    return Piece(raw, opening, _closing(opening, raw))


def _cut(opening: str, rest: str, limit: int) -> int:
    """Return where to end the first message of `rest`, which is too long for one."""
    room = limit - len(opening) - len(_CLOSING)
    window = rest[:room]
    fences = list(_fences(opening, window))
    whole = [span.span() for span in _SPAN.finditer(rest[: room + limit]) if len(span[0]) < room // 2]
    starts = [at for at, state in fences if state]
    headers = [(at, at + len(state)) for at, state in fences if state]

    def is_inside_fence(at: int) -> bool:
        state = opening
        for position, changed in fences:
            if position >= at:
                break
            state = changed
        return bool(state)

    def is_allowed(at: int) -> bool:
        cuts_span = any(start < at < end for start, end in whole)
        leaves_bare_fence = any(start < at and not window[start:at].strip("`").partition("\n")[2] for start in starts)
        if not 0 < at <= room or leaves_bare_fence:
            return False
        return not rest.startswith(FENCE, at) if is_inside_fence(at) else not cuts_span

    def last(pattern: re.Pattern[str], least: float, *, outside: bool) -> int | None:
        for match in reversed(list(pattern.finditer(window, int(room * least)))):
            at = match.end()
            if is_allowed(at) and not (outside and is_inside_fence(at)):
                return at
        return None

    before_fence = next((at for at in reversed(starts) if at >= room * 0.5 and is_allowed(at)), None)
    for found in (
        last(_PARAGRAPH, 0.6, outside=True),
        before_fence,
        last(_LINE, 0.5, outside=True),
        last(_LINE, 0.3, outside=False),
        last(_SENTENCE, 0.3, outside=False),
        last(_SPACE, 0.1, outside=False),
    ):
        if found is not None:
            return found
    return _hard_cut(rest, [*whole, *headers], room)


def _hard_cut(text: str, whole: list[tuple[int, int]], room: int) -> int:
    """Cut where no good place exists: not through a short span, a run of backticks, or a composed character."""
    at = min(room, len(text))
    for start, end in sorted(whole, reverse=True):
        if start < at < end and start > 0:
            at = start
    floor = max(1, at - 64)
    while at > floor and (_is_joined(text, at) or (text[at - 1] == "`" and text[at : at + 1] in {"`", ""})):
        at -= 1
    return at if at > floor else min(room, len(text))


def _is_joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` belong together."""
    before, after = text[at - 1], text[at : at + 1]
    if not after or before == "\u200d":
        return True  # what comes after is not known yet, or bound to what is before
    if unicodedata.category(after).startswith("M") or _JOINED_TO_BEFORE.match(after):
        return True
    letters = _FLAG_LETTERS.search(text, 0, at)
    return letters is not None and len(letters[0]) % 2 == 1 and _FLAG_LETTERS.match(after) is not None
