"""From settings to the pool of upstreams, at the start and when the list is read again."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from bot.config import Settings
from bot.grok.breakers import RestBook
from bot.grok.client import GrokClient
from bot.grok.finding import NoteBook
from bot.grok.pool import Pool
from bot.grok.upstream import MAIN, Upstream
from bot.secret import Secret
from bot.upstreams.rows import Listed, Row, read_rows

log = logging.getLogger(__name__)


class Upstreams:
    """Makes the pool. http: shared by all of them, closed by the caller. environment: read again at each reading."""

    def __init__(
        self,
        settings: Settings,
        http: httpx.AsyncClient,
        environment: Callable[[], Mapping[str, str]],
        book: RestBook | None = None,
        notes: NoteBook | None = None,
    ) -> None:
        self._notes = notes
        self._settings = settings
        self._http = http
        self._environment = environment
        self.pool = Pool(self._read(), book=book)

    def reread(self) -> None:
        """Read the file again, where there is one. Raises SettingError, and then nothing was changed."""
        if self._settings.grok_upstreams:
            self.pool.replace(self._read())
            log.info("upstreams: %s", ", ".join(each.name for each in self.pool.upstreams))

    def _read(self) -> list[Upstream]:
        return [self._made(each) for each in listed(self._settings, self._environment())]

    def _made(self, each: Listed) -> Upstream:
        row = each.row
        return Upstream(
            name=row.name,
            client=self._client(each, None),
            hasty=self._client(each, 1),
            base_url=row.base_url,
            order=row.order,
            weight=row.weight,
            kinds=each.kinds,
            models=row.models,
            names=row.names,
            at_once=row.at_once,
            per_minute=row.per_minute,
            identity=_identity(row.base_url, each.key),
        )

    def _client(self, each: Listed, most_attempts: int | None) -> GrokClient:
        return GrokClient(
            self._http,
            base_url=each.row.base_url,
            api_key=each.key,
            dialect=each.row.dialect,
            notes=self._notes,
            most_attempts=most_attempts,
        )


def listed(settings: Settings, environment: Mapping[str, str]) -> list[Listed]:
    """Return the servers of the file that GROK_UPSTREAMS names; without it, the one of the settings.

    Raises SettingError for the first mistake.
    """
    if settings.grok_upstreams:
        return read_rows(Path(settings.grok_upstreams), environment)
    only = Row(name=MAIN, base_url=settings.grok_base_url, dialect=settings.grok_dialect)
    return [Listed(only, settings.grok_api_key)]


def _identity(base_url: str, key: Secret) -> str:
    """Return what changes when the server or the key does: then what was known of it is of no use."""
    return hashlib.sha256(f"{base_url}\n{key.reveal()}".encode()).hexdigest()
