"""What a line of Markdown begins, and how Discord wants it written."""

from __future__ import annotations

import re

from bot.ui.markdown.inline import plain
from bot.ui.markdown.links import FOOTNOTE_TEXT, footnote_mark

RULE = "─" * 20
_TASK = re.compile(r"(\s*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[([ xX])\](?=[ \t])")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+(\S[^\n]*?)[ \t]*#*[ \t]*(\n?)")
_RULE = re.compile(r"[ \t]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})(\n?)")
_QUOTE = re.compile(r"[ \t]{0,3}(>>> ?|(?:>[ \t]?){1,3})(?!>)")
_EMPTY_QUOTE = re.compile(r"[ \t]{0,3}>[ \t]*(\n?)")
_TALL_HEADINGS = 3  # Discord shows three sizes


def quote_of(line: str) -> str:
    """Return the quote's mark at the start of a line, "" if there is none."""
    found = _QUOTE.match(line)
    return found[0] if found else ""


def begins_block(line: str) -> bool:
    """Whether a line never continues the paragraph before it."""
    bare = line[len(quote_of(line)) :]
    return bool(
        _HEADING.fullmatch(bare) or _RULE.fullmatch(bare) or _ITEM.match(bare) or FOOTNOTE_TEXT.match(bare)
        or not bare.strip()
    )  # fmt: skip


def is_single(line: str) -> bool:
    """Whether a line is a block of its own: a heading or a rule."""
    bare = line[len(quote_of(line)) :]
    return bool(_HEADING.fullmatch(bare) or _RULE.fullmatch(bare))


def is_item(line: str) -> bool:
    """Whether a line begins an item of a list."""
    return bool(_ITEM.match(line[len(quote_of(line)) :]))


def item_indent(line: str) -> str:
    """Return the spaces under which the text of an item goes on; "" for other lines."""
    found = _ITEM.match(line)
    return " " * len(found[0].expandtabs(4)) if found and not _RULE.fullmatch(line) else ""


def rewritten(block: str) -> str:
    """Return a block whose first line Discord cannot show, in a form that it can."""
    quote = quote_of(block)
    first, newline, rest = block[len(quote) :].partition("\n")
    if not first.strip() and quote.strip() == ">":
        return f"> {newline}{rest}"
    return f"{quote}{_first_line(first + newline)}{rest}"


def _first_line(line: str) -> str:
    if rule := _RULE.fullmatch(line):
        return f"{RULE}{rule[1]}"
    heading = _HEADING.fullmatch(line)
    if heading and len(heading[1]) > _TALL_HEADINGS:
        return f"**{plain(heading[2])}**{heading[3]}"
    if note := FOOTNOTE_TEXT.match(line):
        return f"-# {footnote_mark(note[1])} {line[note.end() :]}"
    return _TASK.sub(lambda task: f"{task[1]}{'☐' if task[2] == ' ' else '☑'}", line, count=1)
