"""Sentences about what people attach."""

from __future__ import annotations

from collections.abc import Iterable

INPUT: dict[str, str] = {
    "file_count": "That is {count} files; I can take {limit} with one question. Please attach fewer.",
    "file_size": "`{name}` is {size}; I can take files up to {limit}. Please attach a smaller one, or a part of it.",
    "file_gone": "I could not fetch `{name}` from Discord. Please attach it again.",
    "file_empty": "`{name}` is empty. Please attach it again, with something in it.",
    "file_kind": "`{name}` is something I cannot read. I read pictures, text, source code, CSV, JSON and PDF.",
    "file_encoding": "`{name}` looks like text in an encoding that I do not know. Please save it as UTF-8.",
    "file_broken": "`{name}` is damaged, incomplete or very unusual, so I cannot read it. "
    "Please save it anew and attach it again.",
    "file_heavy": "Reading `{name}` takes more time or memory than I may spend on one file. "
    "Please attach a smaller or simpler one.",
    "picture_pixels": "`{name}` has {width:,} × {height:,} pixels; I can take up to {megapixels} million of that kind. "
    "Please attach a smaller one.",
    "pdf_locked": "`{name}` is locked with a password. Please attach it without one.",
}


def read_in_part(parts: Iterable[tuple[str, str]]) -> str:
    """Return the line that tells what was read of files. parts: name, fit to stand in backticks, and what was read."""
    said = "; ".join(f"`{name}`: {what}" for name, what in parts)
    return f"-# Read {said}" if said else ""
