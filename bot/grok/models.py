"""The list of models. Only the id of a row can be relied on."""

from __future__ import annotations

import msgspec

from bot.errors import UpstreamUnavailable, UpstreamUnsupported
from bot.grok.failures import error_from_event
from bot.grok.types import Model
from bot.grok.wording import is_page


def parse_models(body: bytes) -> tuple[Model, ...]:
    """Read the body of `/models`: {"data": rows}, {"models": rows} or just rows; a row is an object or an id."""
    try:
        payload = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        # A website answers any path with a page: then the address is that of something else.
        kind = UpstreamUnsupported if is_page(body.decode("utf-8", "replace")) else UpstreamUnavailable
        raise kind("the address answers with something that is no list of models") from broken
    rows = payload.get("data", payload.get("models")) if isinstance(payload, dict) else payload
    if not isinstance(rows, list):
        raise error_from_event(payload)
    return tuple(model for model in map(_model, rows) if model)


def _model(row: object) -> Model | None:
    if isinstance(row, str):
        return Model(row) if row else None
    if not isinstance(row, dict):
        return None
    name, owner = row.get("id"), row.get("owned_by")
    if not (isinstance(name, str) and name):
        return None
    return Model(name, owner if isinstance(owner, str) else "")
