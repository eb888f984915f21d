"""Cut documents to a budget of characters, and say what was cut."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from bot.files.content import Document


def share(lengths: Sequence[int], budget: int) -> tuple[int, ...]:
    """Return how many characters each text may have: what short ones leave over goes to the long ones."""
    shares = [0] * len(lengths)
    left = budget
    for rank, index in enumerate(sorted(range(len(lengths)), key=lambda each: lengths[each])):
        shares[index] = min(lengths[index], left // (len(lengths) - rank))
        left -= shares[index]
    return tuple(shares)


def fit(document: Document, limit_chars: int) -> tuple[str, str]:
    """Return the beginning of a document that fits, and a note of what was cut, "" if nothing was."""
    if document.unit == "rows":
        return _fit_rows(document, limit_chars)
    text = cut_at_line(document.text, limit_chars)
    if document.unit == "pages":
        return text, _pages_note(document, len(text))
    if document.unit == "scan":
        return text, _scan_note(document)
    if document.unit == "laid_out":
        return text, f"first {len(text):,} characters, laid out in lines, of a file of {document.total:,}"
    return text, f"first {len(text):,} of {document.total:,} characters" if len(text) < document.total else ""


def cut_at_line(text: str, limit_chars: int) -> str:
    """Return the whole lines of a text that fit; a part of one where whole ones would waste half of the room."""
    if len(text) <= limit_chars:
        return text
    end = text.rfind("\n", 0, limit_chars) + 1
    return text[: end if end * 2 > limit_chars else limit_chars]


def _fit_rows(table: Document, limit_chars: int) -> tuple[str, str]:
    """Cut between rows, for a cell may hold lines."""
    whole = bisect_right(table.ends, limit_chars)
    shown = max(0, whole - 1)
    if shown == table.total:
        return table.text, ""
    size = f"{table.total:,} rows, {table.columns:,} columns"
    if whole:
        return table.text[: table.ends[whole - 1]], f"first {shown:,} of {size}"
    return table.text[:limit_chars], f"a part of the header of {size}"


def _pages_note(document: Document, length: int) -> str:
    whole = bisect_right(document.ends, length)
    if whole == document.total:
        return ""
    is_cut = length > (document.ends[whole - 1] if whole else 0)
    if not whole:
        return f"the beginning of page 1 of {document.total:,}"
    partly = ", the last of them in part" if is_cut else ""
    return f"pages 1 to {whole + is_cut:,} of {document.total:,}{partly}"


def _scan_note(document: Document) -> str:
    of = f"of {document.total:,}"
    if document.shown == 1:
        return f"no text in it, page 1 {of} is attached as a picture"
    return f"no text in it, pages 1 to {document.shown} {of} are attached as pictures"
