"""Where PostgreSQL's programs are on this machine, and as whom they run."""

from __future__ import annotations

import os
import pwd
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("initdb", "postgres")
DEBIAN = Path("/usr/lib/postgresql")  # Debian keeps the server's programs out of PATH: /usr/lib/postgresql/15/bin
HOW_TO_INSTALL = "PostgreSQL is not installed here: apt-get install postgresql, or put initdb and postgres on PATH"
_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that the programs run as, because PostgreSQL refuses root."""

    user_id: int
    group_id: int


def find_programs(debian: Path = DEBIAN) -> Path | None:
    """Return the folder with PostgreSQL's server programs: that of PATH, else the newest of Debian's."""
    for name in NEEDED:
        if found := shutil.which(name):
            folder = Path(found).resolve().parent
            if _has_all(folder):
                return folder
    installed = [folder for folder in debian.glob("*/bin") if _has_all(folder)]
    return max(installed, key=_version, default=None)


def find_account() -> Account | None:
    """Return whom to run PostgreSQL as when this process is root; None if it may run as whoever this is."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return None


def _has_all(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]
