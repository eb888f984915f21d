"""Pipe tables as blocks of equal-width letters, or as lists where they are too wide for a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Literal

from wcwidth import wcswidth

from bot.ui.markdown.fences import FENCE
from bot.ui.markdown.inline import plain, render_inline
from bot.ui.markdown.spans import Rendered, Span

TABLE_MOST_COLUMNS = 60  # what a phone shows of a code block without scrolling is about half; two lines are readable
Alignment = Literal["left", "right", "center"]
_DELIMITER = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_BREAK = re.compile(r"\s*<br\s*/?>\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(`+)(?:(?!\1).)*\1")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a part of one: every row has as many cells as the header. prefix: "> " in a quote."""

    header: tuple[str, ...]
    alignments: tuple[Alignment, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    prefix: str = ""

    def with_row(self, line: str) -> Table:
        """Return the table with one more row, cut or filled to the header's cells."""
        cells = cells_of(line)
        row = tuple([*cells, *[""] * len(self.header)][: len(self.header)])
        return Table(self.header, self.alignments, (*self.rows, row), self.prefix)

    def only(self, rows: tuple[tuple[str, ...], ...]) -> Table:
        """Return the table with other rows."""
        return Table(self.header, self.alignments, rows, self.prefix)

    def parts(self) -> list[Rendered]:
        """Return the table as Discord shows it: a block, or a list where that is too wide."""
        block = self.block()
        if block is None:
            return [render_inline(entry, is_quote=bool(self.prefix)).rendered for entry in self.entries()]
        opening, closing = f"{self.prefix}{FENCE}\n", f"{self.prefix}{FENCE}"
        inner_end = len(opening) + len(block) - 1
        end = inner_end + 1 + len(closing)
        span = Span(0, len(opening), inner_end, end, opening + self.prefix, f"\n{closing}", "fence")
        return [Rendered(f"{opening}{block}{closing}\n", (span,))]

    def block(self) -> str | None:
        """Return the aligned block without fences; None when it is too wide."""
        texts = [[_cell(cell) for cell in row] for row in (self.header, *self.rows)]
        widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
        if sum(widths) + 3 * (len(widths) - 1) > TABLE_MOST_COLUMNS:
            return None
        lines = [self._line(row, widths) for row in texts]
        lines.insert(1, "─┼─".join("─" * width for width in widths))
        return "".join(f"{self.prefix}{line}\n" for line in lines)

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = zip(row, widths, self.alignments, strict=True)
        return " │ ".join(_padded(text, width, alignment) for text, width, alignment in cells).rstrip()

    def entries(self) -> list[str]:
        """Return the lines of the list that stands for a wide table; marks in cells still stand."""
        if not self.rows:
            return [f"{self.prefix}{', '.join(self.header)}\n"]
        lines = []
        for number, (first, *others) in enumerate(self.rows, 1):
            title = plain(_BREAK.sub(" ", first)).strip() or f"{number}"
            named = [
                (plain(name).strip(), _BREAK.sub(" ", text)) for name, text in zip_longest(self.header[1:], others)
            ]
            given = [f"{name}: {text}" if name else text for name, text in named if text.strip()]
            if len(self.header) == 2:
                lines.append(f"**{title}**: {named[0][1]}\n" if given else f"**{title}**\n")
            else:
                lines += ["\n"] * bool(lines) + [f"**{title}**\n", *[f"- {entry}\n" for entry in given]]
        return [f"{self.prefix}{line}" for line in lines]


def table_of(header: str, delimiter: str) -> Table | None:
    """Return the table that two lines begin, if they do."""
    if "|" not in header or "|" not in delimiter or not _DELIMITER.fullmatch(delimiter.rstrip()):
        return None
    names, marks = cells_of(header), cells_of(delimiter)
    if len(names) != len(marks):
        return None
    prefix = "> " if header.lstrip().startswith(">") else ""
    return Table(tuple(names), tuple(_alignment(mark) for mark in marks), (), prefix)


def may_become_delimiter(line: str) -> bool:
    """Whether an unfinished line may become the one under a table's header."""
    return not line.strip(" \t>|:-")


def cells_of(line: str) -> list[str]:
    """Return the cells of a row as written, without the escapes of its bars."""
    inner = line.strip().removeprefix(">").strip().removeprefix("|")
    kept = _CODE.sub(lambda code: code[0].replace("|", "\\|") if "\\|" not in code[0] else code[0], inner)
    cells = [cell.strip().replace("\\|", "|") for cell in _CELL_END.split(kept)]
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells


def _alignment(mark: str) -> Alignment:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left"


@lru_cache(maxsize=1024)  # a growing table is laid out again at every row and every edit
def _cell(cell: str) -> str:
    text = " ".join(plain(_BREAK.sub(" ", cell)).split())
    return text.replace(FENCE, "'''")


def _width(text: str) -> int:
    return max(wcswidth(text), 0) if text.isprintable() else len(text)


def _padded(text: str, width: int, alignment: Alignment) -> str:
    space = width - _width(text)
    if alignment == "right":
        return " " * space + text
    left = space // 2 if alignment == "center" else 0
    return " " * left + text + " " * (space - left)
