"""What an order gave, as text that outlives the process: what the server named, and what lies on disk."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from bot.services.failures import packed
from bot.store.order_values import Order

__all__ = [
    "Delivered",
    "Ended",
    "Fitted",
    "Gone",
    "Kept",
    "KeptFile",
    "Made",
    "Outcome",
    "Submitted",
    "end_of",
    "kept_of",
    "packed",
    "written",
]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A result. path: below the media folder, "" when only the link is left. link: its public address, "" for none.

    original: the path of what this was made from to fit a limit, "" when it is the original itself.
    """

    path: str
    size_bytes: int = 0
    mime: str = ""
    extension: str = ""
    link: str = ""
    original: str = ""
    original_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """The server is done. urls: of pictures or the clip; poster: of its poster, "" for none.

    files: results that came as bytes and lie in the folder of the order. missing: how many pictures did not come.
    poster_file: a poster that lies there already.
    """

    urls: tuple[str, ...] = ()
    files: tuple[KeptFile, ...] = ()
    poster: str = ""
    missing: int = 0
    poster_file: KeptFile | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The server works on it under a name of its own, by which it can be asked later."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The order came to nothing. failure: a packed error, "" for the other ends.

    link: where a result stands that could not be fetched, "" for none.
    """

    state: Literal["failed", "cancelled", "interrupted"]
    failure: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The results on disk. failure: why the files of some could not be had, a packed error."""

    files: tuple[KeptFile, ...]
    poster: KeptFile | None = None
    missing: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is to be delivered. unfit: results that Discord cannot be given; their links are told."""

    files: tuple[KeptFile, ...]
    unfit: tuple[KeptFile, ...] = ()
    poster: KeptFile | None = None
    missing: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The files are no longer on this disk: they have to be fetched again."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a delivery.

    card: it stands on the card. direct: the asker has it as a direct message. waiting: it is shown when they press
    Show. too_large: nothing was delivered, for Discord took less than it had said. lost: there is no way to the asker.
    """

    how: Literal["card", "direct", "waiting", "too_large", "lost"]


Outcome = Made | Submitted | Ended | Kept | Fitted | Gone | Delivered

_KINDS: dict[str, type[Outcome]] = {
    kind.__name__: kind for kind in (Made, Submitted, Ended, Kept, Fitted, Gone, Delivered)
}
_FILES = ("files", "unfit")


def written(outcome: Outcome) -> str:
    """Return what a step came to as JSON."""
    return json.dumps({"kind": type(outcome).__name__, **asdict(outcome)})


def kept_of(text: str) -> Outcome:
    """Return what `written` wrote; what a later version adds is left out, and what it alone knows counts as gone."""
    facts: dict[str, Any] = json.loads(text)  # any value: of the dataclasses above
    kind = _KINDS.get(facts.pop("kind"), Gone)
    for name in _FILES:
        if name in facts:
            facts[name] = tuple(KeptFile(**_known(KeptFile, each)) for each in facts[name])
    for name in ("poster", "poster_file"):
        if isinstance(facts.get(name), dict):
            facts[name] = KeptFile(**_known(KeptFile, facts[name]))
    if "urls" in facts:
        facts["urls"] = tuple(facts["urls"])
    return kind(**_known(kind, facts))


def _known(kind: type[Outcome | KeptFile], facts: dict[str, Any]) -> dict[str, Any]:  # any value: as above
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in facts.items() if name in names}


def end_of(order: Order) -> Ended | None:
    """Return how an order ended that came to nothing; None for every other."""
    match order.state:
        case "failed" | "cancelled" | "interrupted":
            return Ended(order.state, order.failure)
        case _:
            return None
