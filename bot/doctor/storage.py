"""The checks of what the bot keeps: the database, and room on the disk."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bot.config import Settings
from bot.doctor.findings import Finding, failed, ok, skipped
from bot.errors import StoreAway, StoreError
from bot.store.address import read_address
from bot.store.looking import Stand, look
from bot.store.migrations import HEAD

DATABASE, SCHEMA, DISK = "database writable", "database schema", "disk"
LEAST_FREE_BYTES = 1024**3
_GIB = 1024**3


async def database_findings(url: str) -> list[Finding]:
    """Return whether the database can be written and has the newest schema. It is not upgraded."""
    try:
        stand = await look(url)
    except StoreAway as away:
        remedy = "Start the server, and check the host, name and password in DATABASE_URL."
        found = failed(DATABASE, str(away), remedy)
    except StoreError as refused:
        remedy = "Check that DATABASE_URL names the bot's own file, and that this user may write it and its folder."
        found = failed(DATABASE, str(refused), remedy)
    else:
        if stand.is_there:
            return [ok(DATABASE, "there, and it can be written"), schema_finding(stand)]
        found = _folder_finding(url)
    return [found, skipped(SCHEMA, "needs the database first")]


def schema_finding(stand: Stand) -> Finding:
    """Return whether a schema is the newest."""
    if not stand.revision:
        return ok(SCHEMA, "no tables yet: the first start creates them")
    if stand.revision == HEAD:
        return ok(SCHEMA, f"{HEAD}, the newest")
    if stand.revision > HEAD:
        return failed(SCHEMA, f"{stand.revision}, newer than this program's {HEAD}", "Install the newer version again.")
    remedy = "Run `grokcord db upgrade`, or start the bot, which does the same."
    return failed(SCHEMA, f"{stand.revision}, and the newest is {HEAD}", remedy)


def _folder_finding(url: str) -> Finding:
    place = read_address(url)
    folder = place.parent if isinstance(place, Path) else Path()
    refusal = _refusal(folder)
    if refusal:
        return failed(DATABASE, refusal, f"Let this user write to {folder}, or name another file in DATABASE_URL.")
    return ok(DATABASE, "not there yet: the first start creates it")


def disk_findings(settings: Settings) -> list[Finding]:
    """Return whether there is room where results are kept, and where the database is."""
    folders = {"MEDIA_DIR": Path(settings.media_dir)}
    if settings.database_url.startswith("sqlite"):
        place = read_address(settings.database_url)
        folders["DATABASE_URL"] = place.parent if isinstance(place, Path) else Path()
    return [_disk_finding(setting, folder) for setting, folder in folders.items()]


def _disk_finding(setting: str, folder: Path) -> Finding:
    check = f"{DISK}, {setting}"
    if refusal := _refusal(folder):
        return failed(check, refusal, f"Let this user write to {folder}, or set {setting} to another place.")
    free = shutil.disk_usage(_standing(folder)).free
    line = f"{free / _GIB:.1f} GiB free at {folder}"
    if free < LEAST_FREE_BYTES:
        return failed(check, line, f"Make room there, or set {setting} to another place: clips need a GiB at times.")
    return ok(check, line)


def _refusal(folder: Path) -> str:
    """Return why a folder cannot be written to, or created; "" where it can. Nothing is left behind."""
    stands = _standing(folder)
    try:
        with tempfile.TemporaryFile(dir=stands):
            return ""
    except OSError as refused:
        return f"{stands} cannot be written to: {refused.strerror}"


def _standing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that there is."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if _is_there(each))


def _is_there(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:  # a name too long, a folder that may not be looked into
        return False
