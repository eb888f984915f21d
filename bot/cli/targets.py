"""Where results go: names that are chosen for people, and never over a file that is there."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InputError

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a result is to be: `path`, or stdout where it is None. has_name: somebody chose the name."""

    path: Path | None
    has_name: bool
    is_forced: bool = False

    @property
    def folder(self) -> Path:
        """The folder of the file; the current one for stdout."""
        return self.path.parent if self.path else Path()

    def place(self, file: Path, extension: str, number: int = 1) -> Path:
        """Give a finished file of the target's folder its name, with a number if that is taken. Return it.

        number: which of several results it is.
        """
        if self.path is None:
            raise ValueError("stdout has no name")
        name = self.path if self.path.suffix and self.has_name else self.path.with_suffix(f".{extension}")
        if self.is_forced:
            return file.replace(name if number == 1 else _with_number(name, number))
        for free in _numbered(name):
            try:
                os.close(os.open(free, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            except FileExistsError:
                continue
            return file.replace(free)
        raise AssertionError("counting does not end")


def find_target(given: str | None, default: str, *, is_json: bool, is_forced: bool) -> Target:
    """Return where a result goes. Raise InputError before anything is paid for. default: a name without extension."""
    if given == STDOUT:
        if is_json:
            raise InputError("bytes_and_json")
        if sys.stdout.isatty():
            raise InputError("bytes_on_screen")
        return Target(None, has_name=True)
    path = Path(given) if given else Path(default)
    has_name = given is not None
    if given and (given.endswith(os.sep) or path.is_dir()):
        path, has_name = path / default, False
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError("no_folder", name=str(path.parent))
    return Target(path, has_name, is_forced)


def to_stdout(file: Path) -> None:
    """Write a file's bytes to stdout."""
    with file.open("rb") as source:
        shutil.copyfileobj(source, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _numbered(name: Path) -> itertools.chain[Path]:
    others = (_with_number(name, number) for number in itertools.count(2))
    return itertools.chain([name], others)


def _with_number(name: Path, number: int) -> Path:
    return name.with_name(f"{name.stem}-{number}{name.suffix}")
