"""The text of one block as tokens: words, marks that pair, and things that stand for themselves."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.ui.markdown import links
from bot.ui.markdown.formulae import find_text

Unmatched = Literal["literal", "open"]
TokenKind = Literal["text", "atom", "open", "close", "stray"]
CODE = "`"
_BLOCK_RUN = 3  # backticks that Discord takes for a block of code wherever they stand
_TOKEN = re.compile(
    r"(?P<code>`+)"
    r"|(?P<round>\\\((?P<r>[^\n]{1,400}?)\\\))"
    r"|(?P<square>\\\[(?P<s>[^\0]{1,1000}?)\\\])"
    r"|(?P<dollars>\$\$(?P<d>[^$]{1,1000}?)\$\$)"
    r"|(?P<dollar>(?<![\\$\w])\$(?P<m>[^\s$](?:[^$\n]{0,300}?[^\s$\\])?)\$(?![\w$]))"
    r"|(?P<comment><!--[^\0]{0,2000}?-->)"
    r"|(?P<escape>\\[!-/:-@\[-`{-~])"
    rf"|(?P<url>{links.URL})"
    r"|(?P<bracket>!?\[)"
    r"|(?P<br>[ ]?<br\s*/?>[ ]?)"
    rf"|(?P<tag>{links.DISCORD_TAG})"
    r"|(?P<mark>\*+|_+|~~+|\|\|+)"
    r"|(?P<line>\n(?:[ \t]*(?:>[ \t]?){1,3})?)",
    re.ASCII,
)
_SPECIAL = re.compile(r"([*_~|`\[\]])")
_MONEY = re.compile(
    r"(?!\d+(?:\.\d+)?\Z)[\d.,\s]+(?:[A-Za-z]{2,}\b.*)?|[\d.,]+[ \w]* (?:and|or|to|und|oder) .*", re.DOTALL
)
_FORMULA = re.compile(r"[\\^_={}<>+*/]|^[A-Za-z]$|^-?[\w.]+(?:\([\w, ]+\))?'*$|^[\w ]*[-(),|!][\w (),|!]*$")


@dataclass(slots=True)
class Token:
    """One token. raw_at, raw_end: where it stands in what was written. marker: of marks, what opens or closes."""

    kind: TokenKind
    text: str
    raw_at: int
    raw_end: int
    marker: str = ""
    partner: int | None = None  # of a mark that is closed or closes: where the other is; -1: in an earlier chunk


class Tokenizer:
    """Turns one chunk of a block into tokens whose marks are paired.

    carried: marks that an earlier chunk of the block left open, outermost first.
    indent: what stands before the lines of a list's item.
    unmatched: marks without an end are "literal" or stay "open".
    """

    def __init__(
        self,
        raw: str,
        carried: tuple[str, ...],
        unmatched: Unmatched,
        *,
        is_quote: bool,
        is_linked: bool = False,
        indent: str = "",
    ) -> None:
        self.tokens: list[Token] = []
        self._raw = raw
        self._unmatched = unmatched
        self._is_quote = is_quote
        self._is_linked = is_linked
        self._indent = indent
        self._stack: list[tuple[str, int]] = [(marker, -1) for marker in carried]  # marker, index of its token

    @property
    def open_markers(self) -> tuple[str, ...]:
        """Marks that are open at the end, outermost first."""
        return tuple(marker for marker, _ in self._stack)

    def run(self) -> None:
        """Fill `tokens`."""
        at = 0
        if self._stack and self._stack[-1][0].startswith(CODE):
            at = self._go_on_in_code()
        while at < len(self._raw):
            found = _TOKEN.search(self._raw, at)
            if found is None:
                self._add("text", at, len(self._raw))
                break
            if found.start() > at:
                self._add("text", at, found.start())
            at = self._take(found)
        self._settle()

    def _add(self, kind: TokenKind, start: int, end: int, text: str | None = None, marker: str = "") -> int:
        self.tokens.append(Token(kind, self._raw[start:end] if text is None else text, start, end, marker))
        return end

    def _take(self, found: re.Match[str]) -> int:
        start, end = found.span()
        match found.lastgroup:
            case "code":
                return self._code(start, end)
            case "mark":
                self._marks(start, end)
            case "bracket":
                return self._bracket(start, end)
            case "comment":
                self._add("atom", start, end, "")
            case "br":
                self._add("atom", start, end, "\n> " if self._is_quote else f"\n{self._indent}")
            case "line":
                if not self._is_quote:  # what looks like the mark of a quote is text
                    return self._add("text", start, start + 1)
                self._add("atom", start, end)
            case "url":
                return self._add("atom", start, start + len(links.trimmed_url(found[0])))
            case "escape" | "tag":
                self._add("atom", start, end)
            case _:
                return self._formula(found)
        return end

    def _code(self, start: int, end: int) -> int:
        marker = self._raw[start:end]
        closing = re.compile(rf"(?<!`){marker}(?!`)").search(self._raw, end)
        inside = self._raw[end : closing.start() if closing else None]
        if len(marker) > 2 and "``" in inside:  # Discord would see the end of the block there
            return self._add("stray", start, end)
        if closing is not None:
            opened = self._open(marker, start, end)
            self._words(end, closing.start())
            self._close(opened, closing.start(), closing.end())
            return closing.end()
        if self._unmatched == "literal" or not inside or inside.endswith(CODE) or len(marker) > _BLOCK_RUN:
            return self._add("stray", start, end)
        self._open(marker, start, end)
        self._words(end, len(self._raw))
        return len(self._raw)

    def _go_on_in_code(self) -> int:
        marker = self._stack[-1][0]
        closing = re.compile(rf"(?<!`){marker}(?!`)").search(self._raw)
        if closing is None:
            self._words(0, len(self._raw))
            return len(self._raw)
        self._words(0, closing.start())
        self._close(len(self._stack) - 1, closing.start(), closing.end())
        return closing.end()

    def _words(self, start: int, end: int) -> None:
        """Add what is not read for marks; lines of a quote keep theirs."""
        lines = re.compile(r"\n[ \t]*(?:>[ \t]?){1,3}") if self._is_quote else re.compile(r"(?!)")
        for line in lines.finditer(self._raw, start, end):
            self._add("text", start, line.start())
            start = self._add("atom", line.start(), line.end())
        if end > start:
            self._add("text", start, end)

    def _open(self, marker: str, start: int, end: int) -> int:
        """Return the place on the stack."""
        self._stack.append((marker, len(self.tokens)))
        self._add("open", start, end, marker=marker)
        return len(self._stack) - 1

    def _close(self, place: int, start: int, end: int) -> None:
        """Close the mark at a place on the stack; those above it were none, or end with it."""
        while len(self._stack) > place + 1:
            marker, index = self._stack.pop()
            if index < 0:
                self._add("close", start, start, "", marker)
                self.tokens[-1].text, self.tokens[-1].partner = marker, -1
            else:
                self.tokens[index].kind = "stray"
        marker, index = self._stack.pop()
        if index >= 0:
            self.tokens[index].partner = len(self.tokens)
        self._add("close", start, end, marker=marker)
        self.tokens[-1].partner = index

    def _marks(self, start: int, end: int) -> None:
        """Read a run of one kind of mark, by the rules of CommonMark for what may open and close."""
        kind, before, after = self._raw[start], self._raw[start - 1 : start] or " ", self._raw[end : end + 1] or " "
        can_open, can_close = _flanks(kind, before, after)
        while start < end:
            size = end - start
            place = next(
                (p for p in range(len(self._stack) - 1, -1, -1) if _is_of(self._stack[p][0], kind, size)), None
            )
            if can_close and place is not None:
                marker = self._stack[place][0]
                self._close(place, start, start + len(marker))
                start += len(marker)
                continue
            width = 1 if size == 1 or (size == 3 and kind in "*_") else 2
            marker = kind * width
            if can_open and size <= 3 and (width == 2 or kind in "*_") and not self._is_open(marker):
                self._open(marker, start, start + width)
            else:
                self._add("stray", start, start + width)
            start += width

    def _is_open(self, marker: str) -> bool:
        return any(marker == other for other, _ in self._stack)

    def _bracket(self, start: int, end: int) -> int:
        found = links.LINK.match(self._raw, start)
        if found is not None:
            self._link(found)
            return found.end()
        note = links.FOOTNOTE.match(self._raw, start)
        if note is not None:
            return self._add("atom", start, note.end(), links.footnote_mark(note[1]))
        return self._add("text", start, end)

    def _link(self, found: re.Match[str]) -> None:
        start, end, address = found.start(), found.end(), found["address"]
        if found["bang"]:
            self._add("atom", start, end, links.picture_text(found["text"], address, is_linked=self._is_linked))
        elif not found["text"].strip() or len(address) > links.LINK_MOST_CHARS or self._is_linked:
            self._add("atom", start, end)
        else:
            opened = self._open("[", start, start + 1)
            inner = Tokenizer(found["text"], (), "literal", is_quote=self._is_quote, is_linked=True)
            inner.run()
            shift = len(self.tokens)
            for token in inner.tokens:
                partner = None if token.partner is None else token.partner + shift
                token.raw_at, token.raw_end, token.partner = (
                    token.raw_at + start + 1,
                    token.raw_end + start + 1,
                    partner,
                )
                self.tokens.append(token)
            self._close(opened, start + 1 + len(found["text"]), end)

    def _formula(self, found: re.Match[str]) -> int:
        start, end = found.span()
        inside = found["r"] or found["s"] or found["d"] or found["m"]
        is_meant = not found["m"] or (bool(_FORMULA.search(inside)) and not _MONEY.fullmatch(inside))
        text = find_text(inside) if is_meant else None
        if text is None and (not is_meant or CODE in inside):
            return self._add("text", start, start + 1)
        if text is None:
            return self._add("atom", start, end)
        shown = escaped(text if found["s"] or found["d"] else text.replace("\n", "; "))
        if (found["s"] or found["d"]) and not self._is_quote:
            shown = f"{self._line_before(start)}{shown}{self._line_after(end)}"
            end += len(self._raw[end:]) - len(self._raw[end:].lstrip(" "))
        return self._add("atom", start, end, shown)

    def _line_before(self, at: int) -> str:
        return "\n" if self._raw[:at].rpartition("\n")[2].strip() else ""

    def _line_after(self, at: int) -> str:
        return "\n" if self._raw[at:].partition("\n")[0].strip() else ""

    def _settle(self) -> None:
        """Decide what marks without an end are."""
        if self._unmatched == "open":
            return
        for marker, index in reversed(self._stack):
            if index >= 0:
                self.tokens[index].kind = "stray"
            else:
                end = len(self._raw)
                self._add("close", end, end, marker, marker)
                self.tokens[-1].partner = -1
        self._stack = []


def escaped(text: str) -> str:
    """Return a text with a backslash before each character that Discord reads as a mark."""
    return _SPECIAL.sub(r"\\\1", text)


def _is_of(marker: str, kind: str, most: int) -> bool:
    return marker[0] == kind and len(marker) <= most


def _flanks(kind: str, before: str, after: str) -> tuple[bool, bool]:
    """Return whether a run of marks between these characters may open, and whether it may close."""
    spaces = before.isspace(), after.isspace()
    signs = _is_sign(before), _is_sign(after)
    left = not spaces[1] and (not signs[1] or spaces[0] or signs[0])
    right = not spaces[0] and (not signs[0] or spaces[1] or signs[1])
    if kind == "_":
        return left and (not right or signs[0]), right and (not left or signs[1])
    if kind == "|":
        return not spaces[1], not spaces[0] or not spaces[1]
    return left, right


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
