"""Settings from the environment and `.env`, each validated at start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from bot.errors import SettingError
from bot.secret import Secret

DISCORD_API_URL = "https://discord.com/api/v10"
GROK_BASE_URL = "https://mc.agaii.org/grok/v1"  # the hosted proxy of the API notes
DIALECTS = ("auto", "grok2api", "grok2api-jobs", "grok2api-go", "xai", "openai")  # see bot.grok.dialects
SECRETS = frozenset({"DISCORD_TOKEN", "GROK_API_KEY"})  # what a running bot cannot do without
NO_SECRET = Secret("")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. The fields are named as the variables are, in small letters."""

    discord_token: Secret
    grok_api_key: Secret
    grok_base_url: str = GROK_BASE_URL
    grok_dialect: str = "auto"
    grok_upstreams: str = ""
    grok_admin_key: Secret = NO_SECRET
    grok_model: str = "grok-3"
    grok_fast_model: str = ""
    grok_vision_model: str = ""
    grok_image_model: str = "grok-imagine-1.0"
    grok_image_edit_model: str = "grok-imagine-1.0-edit"
    grok_video_model: str = "grok-imagine-1.0-video"
    database_url: str = field(default="sqlite:///data/grokcord.db", repr=False)  # it may hold a password
    discord_api_url: str = DISCORD_API_URL
    context_tokens: int = 131_072
    memory_tokens: int = 16_000
    chat_at_once: int = 50
    chat_per_channel: int = 5
    max_file_mb: int = 500
    media_dir: str = "data/media"
    media_keep_hours: int = 24
    orders_at_once: int = 8
    orders_per_person: int = 2
    orders_per_minute: int = 0
    slots: int = 1
    shards: int = 0
    owner_ids: tuple[int, ...] = ()
    pool_low_quota: int = 0
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    log_level: str = "INFO"
    log_format: str = "text"


def load_settings(environment: Mapping[str, str], *, needed: frozenset[str] = SECRETS) -> Settings:
    """Return the settings in `environment` (real variables over `.env`). Raises SettingError for the first bad one.

    needed: the secrets that must be set; the others may be empty. With GROK_UPSTREAMS its file names the keys.
    """
    settings, problems = read_settings(environment, needed=needed)
    if problems:
        raise problems[0] from None
    return settings


def read_settings(
    environment: Mapping[str, str], *, needed: frozenset[str] = SECRETS
) -> tuple[Settings, list[SettingError]]:
    """Return the settings as `load_settings` does, and all that is wrong with them: a bad one has its default."""
    if environment.get("GROK_UPSTREAMS", "").strip():
        needed -= {"GROK_API_KEY"}
    read = _Reader(environment, needed)
    settings = Settings(
        discord_token=read.secret("DISCORD_TOKEN", _discord_token),
        grok_api_key=read.secret("GROK_API_KEY", header_value),
        grok_base_url=read.value("GROK_BASE_URL", GROK_BASE_URL, web_address),
        grok_dialect=read.value("GROK_DIALECT", "auto", _one_of(DIALECTS, str.lower)),
        grok_upstreams=read.value("GROK_UPSTREAMS", "", _file),
        grok_admin_key=read.secret("GROK_ADMIN_KEY", header_value),
        grok_model=read.value("GROK_MODEL", "grok-3", _name),
        grok_fast_model=read.value("GROK_FAST_MODEL", "", _name),
        grok_vision_model=read.value("GROK_VISION_MODEL", "", _name),
        grok_image_model=read.value("GROK_IMAGE_MODEL", "grok-imagine-1.0", _name),
        grok_image_edit_model=read.value("GROK_IMAGE_EDIT_MODEL", "grok-imagine-1.0-edit", _name),
        grok_video_model=read.value("GROK_VIDEO_MODEL", "grok-imagine-1.0-video", _name),
        database_url=read.value("DATABASE_URL", "sqlite:///data/grokcord.db", _database_url),
        discord_api_url=read.value("DISCORD_API_URL", DISCORD_API_URL, web_address),
        context_tokens=read.value("CONTEXT_TOKENS", "131072", _whole_number(2000, 10_000_000)),
        memory_tokens=read.value("MEMORY_TOKENS", "16000", _whole_number(200, 1_000_000)),
        chat_at_once=read.value("CHAT_AT_ONCE", "50", _whole_number(1, 1000)),
        chat_per_channel=read.value("CHAT_PER_CHANNEL", "5", _whole_number(1, 1000)),
        max_file_mb=read.value("MAX_FILE_MB", "500", _whole_number(1, 2000)),
        media_dir=read.value("MEDIA_DIR", "data/media", _folder),
        media_keep_hours=read.value("MEDIA_KEEP_HOURS", "24", _whole_number(1, 24 * 365)),
        orders_at_once=read.value("ORDERS_AT_ONCE", "8", _whole_number(1, 1000)),
        orders_per_person=read.value("ORDERS_PER_PERSON", "2", _whole_number(1, 100)),
        orders_per_minute=read.value("ORDERS_PER_MINUTE", "0", _whole_number(0, 100_000)),
        slots=read.value("SLOTS", "1", _whole_number(1, 1000)),
        shards=read.value("SHARDS", "0", _whole_number(0, 100_000)),
        owner_ids=read.value("OWNER_IDS", "", _ids),
        pool_low_quota=read.value("POOL_LOW_QUOTA", "0", _whole_number(0, 10_000_000)),
        metrics_port=read.value("METRICS_PORT", "0", _whole_number(0, 65_535)),
        metrics_host=read.value("METRICS_HOST", "127.0.0.1", _host),
        log_level=_log_level(read),
        log_format=read.value("LOG_FORMAT", "text", _one_of(("text", "json"), str.lower)),
    )
    names_server = bool(environment.get("GROK_BASE_URL", "").strip())
    return settings, [*read.problems, *_slot_problems(settings), *_admin_problems(settings, names_server=names_server)]


def read_log_level(environment: Mapping[str, str]) -> str:
    """Return LOG_LEVEL alone, which may change while the bot runs. Raises SettingError."""
    read = _Reader(environment, frozenset())
    level = _log_level(read)
    if read.problems:
        raise read.problems[0]
    return level


def _log_level(read: _Reader) -> str:
    return read.value("LOG_LEVEL", "INFO", _one_of(LOG_LEVELS, str.upper))


def _slot_problems(settings: Settings) -> Iterator[SettingError]:
    if settings.slots > 1 and not is_postgresql(settings.database_url):
        yield SettingError("SLOTS", "more than 1 needs a DATABASE_URL that begins with postgresql://")
    if 0 < settings.shards < settings.slots:
        yield SettingError("SHARDS", "must be at least as many as SLOTS, or 0 for what Discord recommends")


def _admin_problems(settings: Settings, *, names_server: bool) -> Iterator[SettingError]:
    """Let no admin key go to a server that nobody named: one of many is administered, and the file has no such key."""
    if settings.grok_admin_key and settings.grok_upstreams and not names_server:
        yield SettingError(
            "GROK_BASE_URL", "must name the server that GROK_ADMIN_KEY belongs to, because GROK_UPSTREAMS lists several"
        )


def is_postgresql(database_url: str) -> bool:
    """Return whether an address is that of a PostgreSQL database, which several processes may share."""
    return database_url.partition(":")[0].partition("+")[0] in {"postgresql", "postgres"}


class _Reader:
    """Looks a setting up, under its name or, for secrets, in the file that `NAME_FILE` points to.

    problems: what was wrong so far.
    """

    def __init__(self, environment: Mapping[str, str], needed: frozenset[str]) -> None:
        self._environment = environment
        self._needed = needed
        self.problems: list[SettingError] = []

    def value(self, name: str, default: str, parse: Callable[[str], T]) -> T:
        raw = self._environment.get(name, "").strip() or default
        try:
            return parse(raw)
        except ValueError as problem:
            self.problems.append(SettingError(name, str(problem)))
            return parse(default)

    def secret(self, name: str, parse: Callable[[str], str]) -> Secret:
        try:
            raw = self._environment.get(name, "").strip() or self._from_file(f"{name}_FILE")
            if raw:
                return Secret(parse(raw))
            if name in self._needed:
                raise ValueError(f"is not set; write it into .env or the environment, or set {name}_FILE")
        except SettingError as unreadable:
            self.problems.append(unreadable)
        except ValueError as problem:
            self.problems.append(SettingError(name, str(problem)))
        return NO_SECRET

    def _from_file(self, name: str) -> str:
        path = self._environment.get(name, "").strip()
        if not path:
            return ""
        try:
            return Path(path).read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as failed:  # ValueError: no UTF-8, or no path at all
            raise SettingError(name, f"cannot be read ({type(failed).__name__})") from None


def header_value(raw: str) -> str:
    """Return a key as it may stand in a header. Raises ValueError with what it must be."""
    if not re.fullmatch(r"[\x21-\x7e]+", raw) or {'"', "'"} & {raw[0], raw[-1]}:
        raise ValueError("must be one word of plain characters, without quotes or line breaks")
    return raw


def _discord_token(raw: str) -> str:
    if raw.lower().startswith("bot "):
        raise ValueError("must be the token alone, without the word Bot before it")
    return header_value(raw)


def web_address(raw: str) -> str:
    """Return an address without its last slash. Raises ValueError with what it must be."""
    try:
        parts = urlsplit(raw)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_good = False
    if not is_good or parts.query or parts.fragment or "@" in parts.netloc or not _is_one_word(raw):
        raise ValueError("must be a web address such as https://example.org/v1")
    return raw.rstrip("/")


def _name(raw: str) -> str:
    if not _is_one_word(raw) or len(raw) > 100:
        raise ValueError("must be a model name without spaces")
    return raw


def _folder(raw: str) -> str:
    if not raw.isprintable():
        raise ValueError("must be the name of a folder")
    return raw


def _file(raw: str) -> str:
    if not raw.isprintable():
        raise ValueError("must be the name of a file")
    return raw


def _host(raw: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", raw):
        raise ValueError("must be an address of this machine, such as 127.0.0.1 or 0.0.0.0")
    return raw


def _ids(raw: str) -> tuple[int, ...]:
    words = raw.replace(",", " ").split()
    if not all(word.isdecimal() and len(word) <= 20 for word in words):
        raise ValueError("must be user ids (numbers), separated by commas")
    return tuple(map(int, words))


def _is_one_word(raw: str) -> bool:
    return raw.isprintable() and " " not in raw


def _database_url(raw: str) -> str:
    if raw.startswith(("postgresql://", "postgres://")):
        return _server_address(raw)
    path = raw.removeprefix("sqlite:///")
    if path in {raw, "", ":memory:"} or "?" in path:
        raise ValueError("must be sqlite:/// and the name of a file, or postgresql://user:password@host/name")
    return raw


def _server_address(raw: str) -> str:
    try:
        parts = urlsplit(raw)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ValueError("has a host or a port that cannot be") from None
    if not parts.path.strip("/"):
        raise ValueError("names no database: postgresql://user:password@host/name")
    return raw


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not raw.isdecimal() or len(raw) > len(str(most)) or not least <= int(raw) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(raw)

    return parse


def _one_of(choices: tuple[str, ...], fold: Callable[[str], str]) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if fold(raw) not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return fold(raw)

    return parse
