"""Fences around code: how they begin and end in Markdown, and how Discord wants them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.ui.markdown.spans import OPEN, Close, Rendered, Span, atom

FENCE = "```"
_OPENING = re.compile(r"([ \t]*(?:>[ \t]?)?[ \t]*)(?P<run>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_LATE_OPENING = re.compile(
    r"(?P<before>[^`]*(?:(?<!`)(`{1,2})(?!`)[^`]+\2(?!`)[^`]*)*)(?P<run>`{3,})(?P<info>[\w+#.\-]*)[ \t]*$"
)
_LANGUAGE = re.compile(r"[A-Za-z0-9_+\-.#]{1,32}")  # what Discord takes for one
_RUN = re.compile("`{3,}")
_QUOTE = re.compile(r"[ \t]{0,3}>[ \t]?")


@dataclass(frozen=True, slots=True)
class Fence:
    """An open fence. run: its characters; indent: of its line; prefix: "> " in a quote, else empty."""

    run: str
    language: str
    indent: int
    prefix: str

    @property
    def opening(self) -> str:
        """What opens it in a message."""
        return f"{self.prefix}{FENCE}{self.language}\n{self.prefix}"

    def is_closed_by(self, line: str) -> bool:
        """Whether a whole line ends the block."""
        bare = self.bare(line).strip()
        return len(bare) >= len(self.run) and not bare.strip(self.run[0])

    def is_left_by(self, line: str) -> bool:
        """Whether a line stands outside the quote that the fence stands in."""
        return bool(self.prefix) and not _QUOTE.match(line)

    def bare(self, line: str) -> str:
        """Return a line of code without the quote's mark."""
        return line[found.end() :] if self.prefix and (found := _QUOTE.match(line)) else line

    def dedented(self, line: str) -> str:
        """Return a line of code without the quote's mark and the fence's own indent."""
        bare = self.bare(line)
        return bare[min(self.indent, len(bare) - len(bare.lstrip(" \t"))) :]

    def begin(self) -> Rendered:
        """Return the opening line, whose span stays open."""
        text = f"{self.prefix}{FENCE}{self.language}\n"
        return Rendered(text, (Span(0, len(text), OPEN, OPEN, self.opening, f"\n{self.prefix}{FENCE}", "fence"),))

    def code(self, line: str, *, is_line_start: bool) -> Rendered:
        """Return a line of code, kept from ending the block."""
        if not is_line_start:
            return Rendered(harmless(line))
        text = f"{self.prefix}{harmless(self.dedented(line))}"
        return Rendered(text, (atom(-1, len(self.prefix)),) if self.prefix else ())

    def end(self, *, has_newline: bool = True) -> Rendered:
        """Return the closing line."""
        text = f"{self.prefix}{FENCE}"
        return Rendered(text + "\n" * has_newline, (), (Close(self.opening, -1, len(text)),))


def opening(line: str) -> Fence | None:
    """Return the fence that a line opens, if any."""
    found = _OPENING.match(line.rstrip("\r\n"))
    if found is None:
        return None
    lead = found[1]
    return Fence(found["run"], _language(found["info"]), len(lead) - lead.rfind(">") - 1, "> " if ">" in lead else "")


def late_opening(line: str) -> tuple[str, Fence] | None:
    """Return a fence that a line opens after words, as Discord reads it, with the words."""
    if FENCE not in line:
        return None
    found = _LATE_OPENING.match(line.rstrip("\r\n"))
    if (
        found is None
        or not found["before"].strip()
        or found["before"].startswith((">", "    "))
        or found["before"].endswith("\\")
    ):
        return None
    return found["before"], Fence(found["run"], _language(found["info"]), 0, "")


def may_become_fence(line: str) -> bool:
    """Whether an unfinished line may still begin or end a block of code."""
    bare = line.lstrip(" \t>")
    return bool(bare) and (not bare.strip("`") or not bare.strip("~") or bool(opening(line) or late_opening(line)))


def _language(info: str) -> str:
    words = info.strip().strip("{}").split()
    language = words[0].lstrip(".") if words else ""
    return language if _LANGUAGE.fullmatch(language) else ""


def harmless(code: str) -> str:
    """Return code in which no fence is seen: a zero-width space stands behind each backtick of a run."""
    return _RUN.sub(lambda run: "`\u200b" * len(run[0]), code)
