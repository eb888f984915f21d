"""What of a rendered text belongs together: the values that the renderer hands to the pager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OPEN = 1 << 60  # the end of a span whose end has not come

SpanKind = Literal["mark", "fence", "quote", "indent", "atom"]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, by character positions: marker, inside, marker.

    opening, closing: what makes the inside read the same when it is cut and goes on in another message.
    An "atom" has no inside: it is not cut at all.
    """

    start: int
    inner_start: int
    inner_end: int
    end: int
    opening: str = ""
    closing: str = ""
    kind: SpanKind = "atom"

    def moved(self, by: int) -> Span:
        """Return the span of a text that stands `by` characters further on."""
        inner_end = self.inner_end if self.inner_end == OPEN else self.inner_end + by
        end = self.end if self.end == OPEN else self.end + by
        return Span(self.start + by, self.inner_start + by, inner_end, end, self.opening, self.closing, self.kind)


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a span that an earlier text left open. opening: which one; positions are of the text it stands in."""

    opening: str
    inner_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A stretch of text as Discord gets it, the spans in it, and the ends of spans begun before it."""

    text: str
    spans: tuple[Span, ...] = ()
    closes: tuple[Close, ...] = ()


def atom(start: int, end: int) -> Span:
    """Return the span of what is never cut."""
    return Span(start, end, end, end)
