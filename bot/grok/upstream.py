"""One of several upstreams: its client, what is asked of it, and which of its limits are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import get_args

import httpx

from bot.grok.client import GrokClient
from bot.grok.types import CallKind, Model

EVERY_KIND: frozenset[CallKind] = frozenset(get_args(CallKind))
MAIN = "main"  # the name of the only upstream where no file lists several


@dataclass(frozen=True, slots=True)
class Upstream:
    """A Grok server in a pool. name: within the pool, without a slash.

    client: asks again by itself; hasty: the same server, each request sent once, for where another upstream can take
    over. order: the lowest is asked first; weight: its share among those of the same order. models: patterns of the
    names it is asked for, () for all; names: what it calls the models that others call otherwise. at_once, per_minute:
    requests that it may be sent, 0 for any number. identity: what it takes for this to be the same server as before.
    """

    name: str
    client: GrokClient
    hasty: GrokClient
    base_url: str
    order: int = 0
    weight: float = 1.0
    kinds: frozenset[CallKind] = EVERY_KIND
    models: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    at_once: int = 0
    per_minute: int = 0
    identity: str = ""

    def serves(self, kind: CallKind, model: str) -> bool:
        """Tell whether it is asked for such a thing."""
        return kind in self.kinds and self.has(model)

    def has(self, model: str) -> bool:
        """Tell whether it is asked for a model."""
        return not self.models or model in self.names or any(fnmatchcase(model, glob) for glob in self.models)

    def own_name(self, model: str) -> str:
        """Return what the server calls a model."""
        return self.names.get(model, model)

    def listed(self, rows: Sequence[Model]) -> list[Model]:
        """Return what can be asked for of what the server lists: by everybody's names."""
        own = {row.id: row for row in rows}
        plain = [row for row in rows if self.has(row.id) and row.id not in self.names]
        return plain + [Model(name, own[its].owned_by) for name, its in self.names.items() if its in own]

    @property
    def site(self) -> tuple[str, str, int | None]:
        """Scheme, host and port: files from there are fetched with its key, and with no other."""
        url = httpx.URL(self.base_url)
        return url.scheme, url.host.lower(), url.port or (443 if url.scheme == "https" else 80)
