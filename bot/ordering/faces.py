"""What the card of an order shows, told from the order and from what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bot.services.failures import unpacked
from bot.services.kept import Ended, KeptFile
from bot.services.orders import Order
from bot.services.staging import Delivery
from bot.ui import text
from bot.ui.face import Upload
from bot.ui.order_card import CardState
from bot.ui.sentences import orders as sentences

LINKS_LIVE = "about a day"  # xAI: 24 h; proxies keep as much as fits

_NAMES = {"picture": "Picture", "clip": "Clip"}


def first_state(order: Order) -> CardState:
    """Return the card of an order that nothing else is known of."""
    went_on = sentences.RESUMED if order.state != "queued" else ""
    return CardState(str(order.id), order.kind, order.prompt, wishes_of(order), sentence=went_on)


def wishes_of(order: Order) -> str:
    """Return what was wished for beside the prompt, as small print."""
    amount = f"{order.amount} pictures" if order.amount > 1 else ""
    seconds = f"{order.seconds} s" if order.seconds else ""
    return " · ".join(filter(None, (order.model, amount, order.aspect, seconds, order.quality)))


def delivered_state(state: CardState, order: Order, delivery: Delivery) -> CardState:
    """Return the finished card: what fits is attached, what does not is linked."""
    fitted = delivery.fitted
    media = uploads_of(order, delivery)
    links = [file.link for file in (*fitted.unfit, *fitted.files) if file.link]
    is_linked = bool(fitted.unfit) and bool(links)
    return replace(
        state,
        phase="done",
        place=None,
        sentence=_missing(order, delivery, is_linked=is_linked),
        media=media,
        poster=poster_of(delivery) if order.kind == "clip" else None,
        link=links[0] if is_linked else "",
        link_dies=LINKS_LIVE if is_linked else "",
        facts=_facts(delivery),
        is_cancelling=False,
        can_resend=any(file.path for file in (*fitted.files, *fitted.unfit)),
    )


def ended_state(state: CardState, ended: Ended, *, is_kept: bool) -> CardState:
    """Return the card of an order that came to nothing."""
    sentence = text.sentence(unpacked(ended.failure)) if ended.failure else ""
    return replace(
        state,
        phase=ended.state,
        place=None,
        eta_s=None,
        sentence=sentence,
        media=(),
        poster=None,
        link=ended.link,
        link_dies=LINKS_LIVE if ended.link else "",
        is_cancelling=False,
        can_resend=is_kept,
    )


def uploads_of(order: Order, delivery: Delivery) -> tuple[Upload, ...]:
    """Return the files to be attached, under names that tell the order."""
    files = delivery.fitted.files
    alt = text.cut(f"{_NAMES[order.kind]} made by Grok: {' '.join(order.prompt.split())}", 1000)
    names = _numbered(order, files)
    return tuple(Upload(delivery.folder / file.path, name, alt) for file, name in zip(files, names, strict=True))


def poster_of(delivery: Delivery) -> Upload | None:
    """Return the poster of a clip to be attached."""
    poster = delivery.fitted.poster
    if poster is None:
        return None
    return Upload(delivery.folder / poster.path, f"poster{Path(poster.path).suffix}", "Poster of the clip")


def file_stem(order: Order) -> str:
    """Return how the names of an order's files begin, by which a delivery is known again."""
    return f"grok-{order.id}"


def _numbered(order: Order, files: Iterable[KeptFile]) -> list[str]:
    listed = list(files)
    if len(listed) == 1:
        return [f"{file_stem(order)}.{listed[0].extension}"]
    return [f"{file_stem(order)}-{number}.{file.extension}" for number, file in enumerate(listed, 1)]


def _missing(order: Order, delivery: Delivery, *, is_linked: bool) -> str:
    """Return what did not come, or not as a file."""
    fitted = delivery.fitted
    said = []
    large = [file for file in fitted.unfit if file.path]
    if large:
        limit = text.size(order.limit_bytes)
        said.append(sentences.too_large(order.kind, text.size(large[0].size_bytes), limit, has_link=is_linked))
    elif fitted.unfit and fitted.failure:
        said.append(text.sentence(unpacked(fitted.failure)))
    if fitted.missing:
        said.append(sentences.missing(fitted.missing))
    return "\n".join(said)


def _facts(delivery: Delivery) -> str:
    files = delivery.fitted.files
    facts = [text.duration(delivery.took_s)]
    if files:
        facts.append(text.size(sum(file.size_bytes for file in files)))
    before = sum(file.original_bytes for file in files if file.original)
    if before:
        facts.append(sentences.made_smaller(text.size(before)))
    return " · ".join(facts)
