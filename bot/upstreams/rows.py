"""Reads the file that lists several Grok servers. Every mistake is one sentence that names the place."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from bot.config import DIALECTS, header_value, web_address
from bot.errors import SettingError
from bot.grok.types import CallKind
from bot.secret import Secret

SETTING = "GROK_UPSTREAMS"
MOST_BYTES = 1024 * 1024

log = logging.getLogger(__name__)

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[upstream]]`. Its key is in a variable, in a file, or (not wise) in `key`; a server may need none."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    base_url: str
    key_env: str = ""
    key_file: str = ""
    key: str = ""
    dialect: str = "auto"
    order: int = 0
    weight: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)] = 1.0
    kinds: tuple[Literal["chat", "image", "video"], ...] = ("chat", "image", "video")
    models: tuple[Word, ...] = ()
    names: dict[Word, Word] = {}
    at_once: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    per_minute: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class Listed(msgspec.Struct, frozen=True):
    """A row that was checked, and its key."""

    row: Row
    key: Secret

    @property
    def kinds(self) -> frozenset[CallKind]:
        """What the server is asked for."""
        return frozenset(self.row.kinds)


def read_rows(path: Path, environment: Mapping[str, str]) -> list[Listed]:
    """Return the servers that a file lists, in its order. Raises SettingError for the first mistake.

    environment: where the variables of `key_env` are looked up. Other paths are relative to the file's folder.
    """
    try:
        with path.open("rb") as file:
            content = tomllib.loads(file.read(MOST_BYTES).decode("utf-8-sig"))
    except tomllib.TOMLDecodeError as bad:
        raise _mistake(path, f"is no TOML: {_wordless(str(bad))}") from None
    except (OSError, ValueError) as failed:
        raise _mistake(path, f"cannot be read ({type(failed).__name__})") from None
    tables = content.get("upstream")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise _mistake(path, "must list at least one [[upstream]]")
    if stray := next((name for name in content if name != "upstream"), None):
        raise _mistake(path, f"has {stray!r}, which is not known; it may only list [[upstream]]")
    listed = [_listed(path, number, table, environment) for number, table in enumerate(tables, 1)]
    _check_names(path, listed)
    return listed


# Any: a table of TOML, checked here.
def _listed(path: Path, number: int, table: dict[str, Any], environment: Mapping[str, str]) -> Listed:
    name = table.get("name")
    where = f'upstream {number} ("{name}")' if isinstance(name, str) and name.isprintable() else f"upstream {number}"
    try:
        row = msgspec.convert(table, Row)
        row = msgspec.structs.replace(row, base_url=_field("base_url", web_address, row.base_url))
        if row.dialect not in DIALECTS:
            raise ValueError(f"dialect: must be one of {', '.join(DIALECTS)}")
        if not row.kinds:
            raise ValueError("kinds: must name at least one of chat, image, video")
        return Listed(row, _key(path, row, where, environment))
    except msgspec.ValidationError as bad:
        raise _mistake(path, f"{where}: {_told(str(bad))}") from None
    except ValueError as bad:
        raise _mistake(path, f"{where}: {bad}") from None


def _key(path: Path, row: Row, where: str, environment: Mapping[str, str]) -> Secret:
    given = [field for field in ("key_env", "key_file", "key") if getattr(row, field)]
    if len(given) > 1:
        raise ValueError(f"{given[1]}: the key is named by {given[0]} already; leave one of them out")
    if not given:
        return Secret("")
    if row.key:
        log.warning("%s: %s: a key stands in the file itself; key_env or key_file keep it apart", path.name, where)
    raw = {"key_env": environment.get(row.key_env, ""), "key_file": "", "key": row.key}[given[0]]
    if row.key_file:
        try:
            raw = (path.parent / row.key_file).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as failed:
            raise ValueError(f"key_file: cannot be read ({type(failed).__name__})") from None
    if not raw.strip():
        said = "names a variable that is not set" if row.key_env else "is empty"
        raise ValueError(f"{given[0]}: {said}")
    return Secret(_field(given[0], header_value, raw.strip()))


def _field(name: str, parse: Any, raw: str) -> str:  # Any: a parser of `bot.config`, given a text
    try:
        parsed: str = parse(raw)
    except ValueError as bad:
        raise ValueError(f"{name}: {bad}") from None
    return parsed


def _check_names(path: Path, listed: list[Listed]) -> None:
    seen: dict[str, int] = {}
    for number, each in enumerate(listed, 1):
        if each.row.name in seen:
            raise _mistake(
                path, f'upstream {number} ("{each.row.name}"): name: upstream {seen[each.row.name]} has it already'
            )
        seen[each.row.name] = number


def _told(message: str) -> str:
    """Return msgspec's sentence with the field first, as ours have it."""
    if found := re.fullmatch(r"(.*?) - at `\$\.?(.*?)`", message):
        return f"{found[2]}: {found[1][0].lower()}{found[1][1:]}"
    if found := re.fullmatch(r"Object missing required field `(\w+)`", message):
        return f"{found[1]}: is missing"
    if found := re.fullmatch(r"Object contains unknown field `(.*)`", message):
        return f"{found[1]}: is no field of an upstream"
    return message


def _wordless(message: str) -> str:
    """Return where TOML is broken, without any of its text: that may be a key."""
    found = re.search(r"\(at line \d+, column \d+\)|\(at end of document\)", message)
    return found[0].strip("()") if found else "it breaks off"


def _mistake(path: Path, problem: str) -> SettingError:
    return SettingError(SETTING, f"{path.name}: {problem}")
