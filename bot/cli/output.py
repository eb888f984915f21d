"""What a command says and where: results to stdout, notes and errors to stderr; one JSON document instead if asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

# What a terminal would take for an order: all control characters but the line end and the tabulator.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Format(StrEnum):
    """How a command says its result."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--output", help="text, or one JSON document on stdout, for errors too.", show_choices=True)
]


class Output:
    """The two ways out of a command. Programs that read stdout get nothing but the result."""

    def __init__(self, form: Format = Format.TEXT) -> None:
        self.is_json = form is Format.JSON

    def line(self, text: str) -> None:
        """Write a line of the result; nothing where JSON was asked for."""
        self.piece(f"{text}\n")

    def piece(self, text: str) -> None:
        """Write a piece of the result at once, without a line end; nothing where JSON was asked for."""
        if not self.is_json:
            _write(text)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows in columns that line up; nothing where JSON was asked for."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            self.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def document(self, value: object) -> None:
        """Write the result as JSON; nothing where text was asked for. value: what msgspec can encode."""
        if self.is_json:
            _write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")

    def note(self, text: str) -> None:
        """Say something that is no result on stderr."""
        sys.stderr.write(f"{plain(text)}\n")
        sys.stderr.flush()

    def fail(self, code: str, sentence: str, **facts: object) -> None:
        """Say in one sentence what went wrong. code: for programs; facts: what else they may want to know."""
        self.note(f"grokcord: {sentence}")
        try:
            self.document({"error": {"code": code, "message": sentence, **facts}})
        except BrokenPipeError:
            raise
        except OSError:  # stdout itself is what failed, which stderr has told
            return


def plain(text: str) -> str:
    """Return foreign text without anything that a terminal would obey."""
    return _CONTROL.sub("", text)


def _write(text: str) -> None:
    sys.stdout.write(plain(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()
