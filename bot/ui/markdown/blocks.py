"""Markdown, line by line, as Discord shows it. Only the block that is still open is ever rendered again.

The text is read in lines, long ones in stretches; where they end depends on the text alone, never on how it arrived.
"""

from __future__ import annotations

import copy
import re

from bot.ui.markdown import fences, holding, lines
from bot.ui.markdown.characters import whole_before
from bot.ui.markdown.fences import Fence
from bot.ui.markdown.formulae import FORMULA_MOST_CHARS, find_text
from bot.ui.markdown.inline import quiet_end, render_inline
from bot.ui.markdown.spans import OPEN, Close, Rendered, Span
from bot.ui.markdown.tables import Table, may_become_delimiter, table_of
from bot.ui.markdown.tokens import Unmatched, escaped
from bot.ui.markdown.waiting import LEAST_STRETCH_CHARS, MOST_WAITING_CHARS, STRETCH_CHARS, decided_end, forced_end

ROW_MOST_CHARS = 2000  # a longer line is no row of a table
_DISPLAY = re.compile(r"[ \t]{0,6}(?:(\$\$)|(\\\[)|\\begin\{([a-z]+\*?)\})")
_COMMENT = re.compile(r"[ \t]{0,3}<!--")
COMMENT_MOST_CHARS = 4000


class Renderer:
    """Reads lines and gives what is decided; its state is values, so a copy can try out an unfinished end.

    table_chars: about how long a stretch of a table gets, before its header is repeated.
    """

    def __init__(self, table_chars: int) -> None:
        self._table_chars = table_chars
        self._block = ""
        self._carried: tuple[str, ...] = ()
        self._quote = ""
        self._indent = ""
        self._is_open = False
        self._has_begun = False  # something of the open block was given out
        self._has_item = False
        self._is_quoted_to_end = False
        self._is_verbatim = False
        self._fence: Fence | None = None
        self._table: Table | None = None
        self._display = ""
        self._display_end = ""
        self._comment = ""
        self._was_whole = True
        self._out: list[Rendered] = []

    def copy(self) -> Renderer:
        """Return a renderer that goes on from here on its own."""
        twin = copy.copy(self)
        twin._out = []
        return twin

    def stretch(self, pending: str, at: int = 0) -> int:
        """Return where the next stretch of `pending` from `at` ends, `at` if more text is needed."""
        end = pending.find("\n", at, at + ROW_MOST_CHARS)
        if 0 <= end < at + STRETCH_CHARS:
            return end + 1
        if end < 0 and len(pending) - at < STRETCH_CHARS + 64:
            return at
        if self._is_row(pending, at):
            if end >= 0:
                return end + 1
            return at if len(pending) - at < ROW_MOST_CHARS else at + ROW_MOST_CHARS
        space = pending.rfind(" ", at + LEAST_STRETCH_CHARS, at + STRETCH_CHARS)
        return space + 1 if space > 0 else whole_before(pending, at + STRETCH_CHARS)

    def _is_row(self, pending: str, at: int) -> bool:
        if not self._was_whole or self._fence is not None:
            return False
        return pending.startswith("|", at) or (self._table is not None and "|" in pending[at : at + STRETCH_CHARS])

    def take(self, line: str) -> list[Rendered]:
        """Read one stretch; return what is decided by it."""
        is_start, self._was_whole = self._was_whole, line.endswith("\n")
        if line.endswith("\r\n"):
            line = f"{line[:-2]}\n"
        if self._fence is not None:
            self._read_code(line, self._fence, is_start=is_start)
        elif self._comment:
            self._read_comment(line)
        elif self._display:
            self._read_display(line)
        elif self._table is not None:
            self._read_row(line, self._table)
        else:
            self._read_text(line, is_start=is_start)
        return self._taken()

    def finish(self, partial: str, *, is_complete: bool) -> list[Rendered]:
        """Return what is shown of the open block and the unfinished line after it. The renderer is used up."""
        decided: list[Rendered] = []
        if not is_complete and self._was_whole and self._is_held(partial):
            partial = ""
        is_in_text = self._fence is None and not self._display and not self._comment and self._table is None
        if not is_complete and is_in_text:
            self._block = self._without_header(partial)
            end = holding.shown_end(self._block + partial)
            partial = partial[: max(0, end - len(self._block))]
            self._block = self._block[:end]
        if partial:
            decided = self.take(partial)
        if is_complete:
            self._read_again(self._display or self._comment)
        if self._table is not None:
            self._end_table(self._table)
        self._end_block("open")
        return [*decided, *self._taken()]

    def _taken(self) -> list[Rendered]:
        taken, self._out = [part for part in self._out if part.text or part.spans or part.closes], []
        return taken

    def _is_held(self, partial: str) -> bool:
        if self._fence is not None:
            return bool(partial) and fences.may_become_fence(self._fence.bare(partial).strip() or "`")
        return holding.is_held_line(partial) or (self._table is not None and "|" in partial)

    def _without_header(self, partial: str) -> str:
        """Return the open block without a last line that may still prove to be the header of a table."""
        before, _, last = self._block.rstrip("\n").rpartition("\n")
        is_header = self._block.endswith("\n") and last.lstrip(" \t>").startswith("|") and may_become_delimiter(partial)
        return (f"{before}\n" if before else "") if is_header and len(last) <= holding.LINE_HELD_CHARS else self._block

    def _read_text(self, line: str, *, is_start: bool) -> None:
        if not is_start:
            self._block += line
        elif not line.strip():
            self._end_block("literal")
            self._out.append(Rendered(line))
        elif not self._begin_special(line):
            self._add_line(line)
        self._commit()

    def _begin_special(self, line: str) -> bool:
        """Begin a block of another kind than text if the line does."""
        if fence := fences.opening(line):
            self._begin_fence(fence)
        elif late := fences.late_opening(line):
            self._add_line(late[0])
            self._end_block("literal")
            self._begin_fence(late[1])
        elif table := self._table_here(line):
            self._end_block("literal")
            self._table = table
        elif _COMMENT.match(line):
            self._end_block("literal")
            self._read_comment(line)
        elif (found := _DISPLAY.match(line)) and not lines.quote_of(line):
            self._end_block("literal")
            self._display_end = "$$" if found[1] else "\\]" if found[2] else f"\\end{{{found[3]}}}"
            self._read_display(line)
        else:
            return False
        return True

    def _add_line(self, line: str) -> None:
        quote = lines.quote_of(line)
        if lines.begins_block(line) or bool(quote) != bool(self._quote):
            self._end_block("literal")
        if self._is_open:
            self._block += line
            return
        self._is_open = True
        self._is_verbatim = line.startswith(("    ", "\t")) and not self._has_item
        self._has_item = lines.is_item(line) or (self._has_item and line.startswith((" ", "\t")))
        self._quote, self._indent = quote, lines.item_indent(line)
        self._block = line if self._is_verbatim else lines.rewritten(line)
        if line.endswith("\n") and (self._is_verbatim or lines.is_single(line)):
            self._end_block("literal")

    def _commit(self) -> None:
        """Give out the first part of a long block, where no mark is open if such a place is near."""
        while len(self._block) > STRETCH_CHARS and not self._is_verbatim:
            most = decided_end(self._block)
            at = quiet_end(self._block, most, self._carried, is_quote=bool(self._quote))
            unmatched: Unmatched = "literal"
            if at < LEAST_STRETCH_CHARS:
                if len(self._block) < MOST_WAITING_CHARS:
                    return
                at, unmatched = forced_end(self._block, most), "open"
            chunk, self._block = self._block[:at], self._block[at:]
            self._give(chunk, unmatched)

    def _give(self, chunk: str, unmatched: Unmatched) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._begin_spans()
        if self._is_verbatim:
            self._out.append(Rendered(fences.harmless(chunk)))
            return
        inline = render_inline(
            chunk, carried=self._carried, unmatched=unmatched, is_quote=bool(self._quote), indent=self._indent
        )
        self._carried = inline.open_markers
        self._out.append(inline.rendered)

    def _begin_spans(self) -> None:
        quote, indent = self._quote, self._indent
        if quote == ">>> " and not self._is_quoted_to_end:
            self._is_quoted_to_end = True
            self._out.append(Rendered("", (Span(0, len(quote), OPEN, OPEN, quote, "", "quote"),)))
        elif quote and quote != ">>> ":
            self._out.append(Rendered("", (Span(0, len(quote), OPEN, OPEN, f"{quote.rstrip()} ", "", "quote"),)))
        if indent:
            self._out.append(Rendered("", (Span(0, len(indent), OPEN, OPEN, indent, "", "indent"),)))

    def _end_block(self, unmatched: Unmatched) -> None:
        if not self._is_open:
            return
        self._give(self._block, unmatched)
        if unmatched == "literal":
            kept = "" if self._quote == ">>> " else f"{self._quote.rstrip()} " if self._quote else ""
            self._out += [Rendered("", (), (Close(opening, 0, 0),)) for opening in (self._indent, kept) if opening]
        self._block, self._carried, self._quote, self._indent = "", (), "", ""
        self._is_open = self._has_begun = self._is_verbatim = False

    def _begin_fence(self, fence: Fence) -> None:
        self._end_block("literal")
        self._fence = fence
        self._out.append(fence.begin())

    def _read_code(self, line: str, fence: Fence, *, is_start: bool) -> None:
        has_newline = line.endswith("\n")
        if is_start and fence.is_left_by(line):
            self._fence = None
            self._out.append(fence.end())
            self._read_text(line, is_start=True)
        elif is_start and fence.is_closed_by(line):
            self._fence = None
            self._out.append(fence.end(has_newline=has_newline))
        else:
            self._out.append(fence.code(line, is_line_start=is_start))

    def _table_here(self, line: str) -> Table | None:
        """Return the table that begins when this line stands under the last one; that one leaves the block."""
        if not self._block.endswith("\n"):
            return None
        before, newline, header = self._block[:-1].rpartition("\n")
        table = table_of(header, line) if newline or not self._has_begun else None  # else: the rest of a long line
        if table is not None:
            self._block = before + newline
            self._is_open = bool(newline)
        return table

    def _read_row(self, line: str, table: Table) -> None:
        is_row = "|" in line and bool(lines.quote_of(line)) == bool(table.prefix) and not lines.begins_block(line)
        if not is_row or fences.opening(line):
            self._end_table(table)
            self._read_text(line, is_start=True)
            return
        grown = table.with_row(line)
        if len(grown.rows) > 1 and sum(len(part.text) for part in grown.parts()) > self._table_chars:
            self._end_table(table)
            grown = table.only(grown.rows[-1:])
        self._table = grown

    def _end_table(self, table: Table) -> None:
        self._table = None
        self._out += table.parts()

    def _read_display(self, line: str) -> None:
        self._display += line
        found = _DISPLAY.match(self._display)
        start = found.end() if found is not None else 0
        inside, end, after = self._display[start:].partition(self._display_end)
        if end and not after.strip():
            whole, self._display = self._display, ""
            text = find_text(whole if self._display_end.startswith("\\end") else inside)
            self._out.append(Rendered(whole if text is None else f"{escaped(text)}\n"))
        elif end or not line.strip() or len(self._display) > FORMULA_MOST_CHARS:
            self._read_again(self._display)

    def _read_again(self, text: str) -> None:
        """Take for text what began like a formula or a comment and was none."""
        self._display = self._comment = ""
        for line in re.findall(r"[^\n]*\n|[^\n]+", text):
            if line.strip():
                self._add_line(line)
            else:
                self._end_block("literal")
                self._out.append(Rendered(line))

    def _read_comment(self, line: str) -> None:
        self._comment += line
        _, end, after = self._comment.partition("-->")
        if end:
            self._comment = ""
            if after.strip():
                self._read_text(after.lstrip(" "), is_start=True)
        elif len(self._comment) > COMMENT_MOST_CHARS:
            self._read_again(self._comment)
