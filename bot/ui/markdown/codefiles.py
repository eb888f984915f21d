"""Long code blocks of an answer as files of their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bot.ui.markdown import fences
from bot.ui.markdown.characters import sendable
from bot.ui.markdown.languages import WHOLE_NAMES, extension_of

FILE_LEAST_LINES = 60  # a block longer than this comes as a file too
FILE_LEAST_CHARS = 1800  # or than this: about what one message holds
_STEM = "code"


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file made of an answer. text: what it holds, to be encoded as UTF-8."""

    filename: str
    text: str


def code_files(markdown: str, min_lines: int, min_chars: int) -> list[CodeFile]:
    """Return the code blocks of more than so many lines or characters as files, numbered where names would repeat."""
    long = [
        (_filename(language), text)
        for language, text in _blocks(markdown)
        if text.count("\n") > min_lines or len(text) > min_chars
    ]
    counts = Counter(name for name, _ in long)
    numbers: Counter[str] = Counter()
    files = []
    for name, text in long:
        numbers[name] += 1
        files.append(CodeFile(_numbered(name, numbers[name]) if counts[name] > 1 else name, sendable(text)))
    return files


def _blocks(markdown: str) -> list[tuple[str, str]]:
    """Return language and text of each fenced block; the last one may be unfinished."""
    found: list[tuple[str, str]] = []
    fence: fences.Fence | None = None
    code: list[str] = []
    for line in markdown.split("\n"):
        line = line.removesuffix("\r")
        if fence is None:
            late = fences.late_opening(line)
            fence, code = fences.opening(line) or (late[1] if late else None), []
        elif fence.is_closed_by(line) or fence.is_left_by(line):
            found.append((fence.language, "".join(code)))
            fence = None
        else:
            code.append(f"{fence.dedented(line)}\n")
    return [*found, (fence.language, "".join(code))] if fence is not None else found


def _filename(language: str) -> str:
    whole = WHOLE_NAMES.get(language.lower())
    return whole or f"{_STEM}.{extension_of(language)}"


def _numbered(name: str, number: int) -> str:
    stem, dot, extension = name.partition(".")
    return f"{stem}-{number}{dot}{extension}"
