"""The list of models. Only the id of a row can be relied on; who owns the rows tells what kind of server it is."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.errors import UNREADABLE_JSON, UpstreamUnavailable, UpstreamUnsupported
from bot.grok.failures import error_from_event
from bot.grok.types import Model
from bot.grok.wording import is_page


@dataclass(frozen=True, slots=True)
class Listing:
    """What `/models` answered. owners: of the rows; fields: those that any row has. is_dated: `created` is no zero."""

    models: tuple[Model, ...] = ()
    owners: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    is_dated: bool = False

    @property
    def signature(self) -> str:
        """What stays the same as long as the server does, whatever models come and go."""
        return f"{','.join(sorted(self.owners))}|{','.join(sorted(self.fields))}|{int(self.is_dated)}"


def parse_models(body: bytes) -> tuple[Model, ...]:
    """Read the body of `/models`: see `parse_listing`."""
    return parse_listing(body).models


def parse_listing(body: bytes) -> Listing:
    """Read the body of `/models`: {"data": rows}, {"models": rows} or just rows; a row is an object or an id."""
    try:
        payload = msgspec.json.decode(body)
    except UNREADABLE_JSON as broken:
        # A website answers any path with a page: then the address is that of something else.
        kind = UpstreamUnsupported if is_page(body.decode("utf-8", "replace")) else UpstreamUnavailable
        raise kind("the address answers with something that is no list of models") from broken
    rows = payload.get("data", payload.get("models")) if isinstance(payload, dict) else payload
    if not isinstance(rows, list):
        raise error_from_event(payload)
    objects = [row for row in rows if isinstance(row, dict)]
    dates = [row.get("created") for row in objects]
    return Listing(
        models=tuple(model for model in map(_model, rows) if model),
        owners=frozenset(owner for row in objects if isinstance(owner := row.get("owned_by"), str)),
        fields=frozenset(str(field) for row in objects for field in row),
        is_dated=any(isinstance(date, int | float) and date > 0 for date in dates),
    )


def _model(row: object) -> Model | None:
    if isinstance(row, str):
        return Model(row) if row else None
    if not isinstance(row, dict):
        return None
    name, owner = row.get("id"), row.get("owned_by")
    if not (isinstance(name, str) and name):
        return None
    return Model(name, owner if isinstance(owner, str) else "")
