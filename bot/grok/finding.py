"""Which dialect a server speaks: set, remembered, or found out once; asked again when the server seems another one."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import msgspec

from bot.errors import UNREADABLE_JSON, SettingError, StoreError, UpstreamError, UpstreamRefused, UpstreamUnsupported
from bot.grok.attempts import Patience
from bot.grok.dialects import ADAPTIVE, AUTO, DIALECTS, Dialect
from bot.grok.http import Call, Wire
from bot.grok.models import Listing, parse_listing
from bot.grok.probing import Found, probed

NOTE = "dialect of "

_LOOK_S = 10.0
_QUIET_S = 30.0  # after a failed look: orders do not wait for a server that does not answer
_DOUBT_S = 600.0  # how soon a dialect may be doubted once more

log = logging.getLogger(__name__)


class NoteBook(Protocol):
    """Where what was found is kept across restarts."""

    async def get(self, key: str) -> str | None:
        """Return a value, None when there is none."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Store a value."""
        ...


class _Note(msgspec.Struct):
    dialect: str
    signature: str
    lacks: list[str] = []


class Finder:
    """Knows the dialect of one server. name: one of `DIALECTS`, or AUTO. notes: None remembers for the process only."""

    def __init__(self, wire: Wire, patience: Patience, name: str, notes: NoteBook | None) -> None:
        if name != AUTO and name not in DIALECTS:
            raise SettingError("GROK_DIALECT", f"must be one of {AUTO}, {', '.join(DIALECTS)}")
        self._set = None if name == AUTO else Found(DIALECTS[name])
        self._wire = wire
        self._patience = patience
        self._notes = notes
        self._found: Found | None = None
        self._listing: Listing | None = None
        self._has_read_note = notes is None
        self._finding = asyncio.Lock()
        self._failure: UpstreamError | None = None
        self._failed_at = self._found_at = float("-inf")

    async def find(self) -> Dialect:
        """Return the dialect, as far as it is known: where it is not, the one that tries everything."""
        try:
            return (await self.found()).dialect
        except UpstreamError:
            return ADAPTIVE

    async def found(self) -> Found:
        """Return what is known of the server, having asked it if need be. Raise UpstreamError where it is away."""
        if self._set is not None:
            return self._set
        if self._found is not None:
            return self._found
        async with self._finding:
            await self._read_note()
            found = self._found = self._found or await self._ask()
            return found

    async def saw(self, listing: Listing) -> None:
        """Take note of a list of models that was asked for anyway: it may come from another kind of server by now."""
        if self._set is not None:
            return
        async with self._finding:
            await self._read_note()
            self._failure = None
            self._listing = listing
            if self._found is not None and self._found.signature != listing.signature:
                log.info("the Grok server seems another one, looking again how it speaks")
                self._found = None

    def doubt(self, dialect: Dialect) -> None:
        """Look again before the next order: the server refused a form of `dialect` and took one of another."""
        log.info("the Grok server took an order only in another form than dialect=%s has", dialect.name)
        is_due = self._patience.clock() - self._found_at >= _DOUBT_S
        if self._found is not None and self._found.dialect is dialect and is_due:
            self._found = self._listing = None

    async def _ask(self) -> Found:
        if self._failure is not None and self._patience.clock() - self._failed_at < _QUIET_S:
            raise self._failure
        try:
            found = await probed(self._wire, self._listing or await self._list())
        except UpstreamError as away:
            self._failure, self._failed_at = away, self._patience.clock()
            raise
        self._failure, self._listing = None, None
        self._found_at = self._patience.clock()
        log.info("found out how the Grok server speaks dialect=%s", found.dialect.name)
        await self._keep(found)
        return found

    async def _list(self) -> Listing:
        try:
            return parse_listing(await self._wire.fetch(Call("models", read_s=_LOOK_S)))
        except UpstreamRefused as no_list:
            if isinstance(no_list, UpstreamUnsupported) or no_list.status in (400, 404, 405):
                return Listing()
            raise

    async def _read_note(self) -> None:
        """Take what a process before this one found."""
        if self._has_read_note or self._notes is None:
            return
        self._has_read_note = True
        try:
            written = await self._notes.get(self._key)
        except StoreError as failed:
            log.warning("how the Grok server speaks could not be looked up error=%s", type(failed).__name__)
            return
        note = _read(written) if written else None
        if note is not None and note.dialect in DIALECTS:
            self._found = Found(DIALECTS[note.dialect], note.signature, frozenset(note.lacks))

    async def _keep(self, found: Found) -> None:
        if self._notes is None:
            return
        note = _Note(found.dialect.name, found.signature, sorted(found.lacks))
        try:
            await self._notes.set(self._key, msgspec.json.encode(note).decode())
        except StoreError as failed:
            log.warning("how the Grok server speaks was not noted error=%s", type(failed).__name__)

    @property
    def _key(self) -> str:
        return NOTE + self._wire.endpoint.base


def _read(written: str) -> _Note | None:
    try:
        return msgspec.json.decode(written, type=_Note)
    except UNREADABLE_JSON:
        return None
