"""Render the words and marks of one chunk of a block, keeping track of what may not be cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.ui.markdown.spans import OPEN, Close, Rendered, Span, atom
from bot.ui.markdown.tokens import CODE, Token, Tokenizer, Unmatched

_BLANK = re.compile(r"\s+")
_FORMULA_WHOLE_CHARS = 80  # a longer replacement may be cut at its spaces


@dataclass(frozen=True, slots=True)
class Inline:
    """A rendered chunk, and the marks it leaves open for the next one, outermost first."""

    rendered: Rendered
    open_markers: tuple[str, ...]


def render_inline(
    raw: str,
    *,
    carried: tuple[str, ...] = (),
    unmatched: Unmatched = "literal",
    is_quote: bool = False,
    indent: str = "",
) -> Inline:
    """Render one chunk; see `Tokenizer` for `carried` and `unmatched`."""
    body = raw.rstrip()
    tokenizer = Tokenizer(body, carried, unmatched, is_quote=is_quote, indent=indent)
    tokenizer.run()
    rendered = _emitted(tokenizer.tokens, set(tokenizer.open_markers))
    return Inline(Rendered(rendered.text + raw[len(body) :], rendered.spans, rendered.closes), tokenizer.open_markers)


def plain(raw: str) -> str:
    """Return the words of a line without their marks, links without their addresses."""
    tokenizer = Tokenizer(raw, (), "literal", is_quote=False, is_linked=True)
    tokenizer.run()
    return "".join(_plain(token) for token in tokenizer.tokens)


def quiet_end(raw: str, most: int, carried: tuple[str, ...], *, is_quote: bool = False) -> int:
    """Return the last place after a space, at most `most`, at which no mark is open; 0 if there is none."""
    if carried:
        return 0
    tokenizer = Tokenizer(raw, (), "open", is_quote=is_quote)
    tokenizer.run()
    found = depth = 0
    for token in tokenizer.tokens:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if token.kind == "text" and depth == 0:
            for space in _BLANK.finditer(token.text):
                at = token.raw_at + space.end()
                found = at if at <= most else found
    return found


def _plain(token: Token) -> str:
    if token.kind in {"open", "close"}:
        return ""
    if token.kind == "atom" and token.text.startswith("\\") and len(token.text) == 2:
        return token.text[1]
    if token.kind == "atom" and (link := re.fullmatch(r"\[([^\]]*)\]\([^)]*\)", token.text)):
        return link[1]
    return re.sub(r"\\([*_~|`\[\]])", r"\1", token.text) if token.kind == "atom" else token.text


def _emitted(tokens: list[Token], still_open: set[str]) -> Rendered:
    parts: list[str] = []
    spans: list[Span] = []
    closes: list[Close] = []
    opened: dict[int, tuple[int, int]] = {}
    at = 0
    for index, token in enumerate(tokens):
        text = token.text
        if token.kind == "stray" and (len(text) > 1 or text == CODE):
            text = "".join(f"\\{character}" for character in text)
        end = at + len(text)
        if token.kind == "open":
            opened[index] = at, end
            if token.partner is None:
                spans.append(Span(at, end, OPEN, OPEN, token.marker, token.marker, "mark"))
        elif token.kind == "close" and token.partner == -1:
            closes.append(Close(token.marker, at, end))
        elif token.kind == "close" and token.partner is not None:
            start, inner = opened[token.partner]
            spans.append(Span(start, inner, at, end, token.marker, text, "mark"))
        elif token.kind in {"atom", "stray"} and len(text) > 1 and not _is_long_formula(token):
            spans.append(atom(at, end))
        parts.append(text)
        at = end
    return Rendered("".join(parts), tuple(sorted(spans, key=lambda span: (span.start, -span.end))), tuple(closes))


def _is_long_formula(token: Token) -> bool:
    return len(token.text) > _FORMULA_WHOLE_CHARS and " " in token.text
