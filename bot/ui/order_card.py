"""The card of an order: one message from its place in line to the finished pictures or clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import discord

from bot.ui import text
from bot.ui.face import ALT_TEXT_LIMIT_CHARS, Face, Upload
from bot.ui.order_controls import OrderAction, OrderButtons, button_link, is_link
from bot.ui.progress import bar, moving_bar
from bot.ui.sentences import orders as sentences

Phase = Literal[
    "queued",
    "cooling",
    "generating",
    "upscaling",
    "fetching",
    "fitting",
    "uploading",
    "done",
    "failed",
    "cancelled",
    "interrupted",
    "continued",
    "ready",
]
Kind = Literal["picture", "clip"]

PROMPT_SHOWN_CHARS = 200
PROMPT_BESIDE_CHARS = 120  # beside a poster there is less room
WISHES_SHOWN_CHARS = 120
SENTENCE_SHOWN_CHARS = 1200
FACTS_SHOWN_CHARS = 300
LINK_SHOWN_CHARS = 1200
MOST_MEDIA = 10  # Discord: items of a media gallery
COLOURS: dict[Phase, int] = {
    "queued": 0x8A93A6,
    "cooling": 0xD9A441,
    "generating": 0x5B8DEF,
    "upscaling": 0x8A6FE8,
    "fetching": 0x3FA7A0,
    "fitting": 0x3FA7A0,
    "uploading": 0x3FA7A0,
    "done": 0x43A25A,
    "failed": 0xD9534F,
    "cancelled": 0x8A93A6,
    "interrupted": 0xD9A441,
    "continued": 0x5B8DEF,
    "ready": 0x43A25A,
}
WAITING: frozenset[Phase] = frozenset({"queued", "cooling"})
ENDED: frozenset[Phase] = frozenset({"done", "failed", "cancelled", "interrupted"})
PARTED: frozenset[Phase] = frozenset({"continued", "ready"})  # to be seen elsewhere, by pressing Show
_USUAL: dict[Phase, str] = {
    "failed": sentences.FAILED,
    "cancelled": sentences.CANCELLED,
    "interrupted": sentences.INTERRUPTED,
    "continued": sentences.CONTINUED,
    "ready": sentences.READY,
}


@dataclass(frozen=True, slots=True)
class CardState:
    """What is known of an order.

    key: its number in the store, in digits; "" while it has none, and no buttons. wishes: small print under the prompt.
    place: in line, 1 is next. eta_s: what is probably left, while it waits until it begins; None when nobody knows.
    percent: None when nobody knows. sentence: why it ended or waits, or what else there is to know.
    media: previews, and in the end the result. poster: of a clip, large while there is no clip, then beside it.
    link: where the original can be fetched; link_dies: "about 24 h", "" when unknown. facts: small print at the end.
    is_cancelling: Cancel was pressed and the order has not ended yet.
    """

    key: str
    kind: Kind
    prompt: str
    wishes: str = ""
    phase: Phase = "queued"
    place: int | None = None
    eta_s: float | None = None
    percent: int | None = None
    elapsed_s: float = 0.0
    sentence: str = ""
    media: tuple[Upload, ...] = ()
    poster: Upload | None = None
    link: str = ""
    link_dies: str = ""
    facts: str = ""
    is_cancelling: bool = False
    can_cancel: bool = True
    can_retry: bool = True
    can_resend: bool = False


@dataclass(frozen=True, slots=True)
class OrderCard:
    """A card as it looks: two that look alike are equal, so that nothing is sent for what nobody would see."""

    colour: int
    head: str
    status: str
    buttons: OrderButtons
    gallery: tuple[Upload, ...] = ()
    beside: Upload | None = None

    def build(self) -> discord.ui.LayoutView:
        """Return the card as components V2."""
        container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=self.colour)
        container.add_item(self._head())
        if self.gallery:
            container.add_item(discord.ui.MediaGallery(*(_gallery_item(upload) for upload in self.gallery)))
        if self.status:
            container.add_item(discord.ui.TextDisplay(self.status))
        view = discord.ui.LayoutView(timeout=None).add_item(container)
        row = self.buttons.build()
        return view if row is None else view.add_item(row)

    def _head(self) -> discord.ui.Section[discord.ui.LayoutView] | discord.ui.TextDisplay[discord.ui.LayoutView]:
        if self.beside is None:
            return discord.ui.TextDisplay(self.head)
        thumbnail: discord.ui.Thumbnail[discord.ui.LayoutView] = discord.ui.Thumbnail(
            _address(self.beside), description=_alt_text(self.beside)
        )
        return discord.ui.Section(self.head, accessory=thumbnail)


def card_face(state: CardState, *, fallback: Face | None = None) -> Face:
    """Return the card. fallback: shown where Discord refuses the files as too large."""
    media = state.media[:MOST_MEDIA]
    poster = (state.poster,) if state.poster is not None else ()
    card = OrderCard(
        colour=COLOURS[state.phase],
        head=_head(state),
        status="\n".join(_status(state)),
        buttons=OrderButtons(
            key=state.key,
            actions=_actions(state) if state.key else (),
            is_cancelling=state.is_cancelling,
            link=button_link(state.link) if state.phase in ENDED else "",
        ),
        gallery=media or poster,
        beside=state.poster if media else None,
    )
    return Face(layout=card, uploads=(*media, *poster), fallback=fallback)


def _head(state: CardState) -> str:
    has_beside = bool(state.media) and state.poster is not None
    prompt = text.quoted(state.prompt, PROMPT_BESIDE_CHARS if has_beside else PROMPT_SHOWN_CHARS)
    lines = [sentences.title(state.kind, state.phase), prompt]
    if state.wishes:
        lines.append(f"-# {text.escape(state.wishes, WISHES_SHOWN_CHARS)}")
    return "\n".join(lines)


def _status(state: CardState) -> list[str]:
    """Return what stands below: two lines until the order ends, so that the message keeps its height."""
    if state.phase in ENDED or state.phase in PARTED:
        return _end_lines(state)
    if state.phase in WAITING:
        return [bar(0), _small_print(*_waiting_facts(state))]
    shown_s = shown_elapsed_s(state.elapsed_s)
    percent = None if state.kind == "picture" and state.phase == "generating" else state.percent
    facts = [f"{percent} %"] if percent is not None else []
    facts.append(text.duration(shown_s))
    if state.eta_s is not None:
        facts.append(sentences.left(text.duration(shown_eta_s(state.eta_s))))
    return [bar(percent) if percent is not None else moving_bar(shown_s), _small_print(*facts, state.sentence)]


def _waiting_facts(state: CardState) -> list[str]:
    wait = "" if state.eta_s is None else text.duration(shown_eta_s(state.eta_s))
    if state.phase == "cooling":
        return [state.sentence or sentences.cooling(wait)]
    return [sentences.in_line(state.place, wait), state.sentence]


def _end_lines(state: CardState) -> list[str]:
    said = text.cut(state.sentence or _USUAL.get(state.phase, ""), SENTENCE_SHOWN_CHARS)
    facts = [text.cut(state.facts, FACTS_SHOWN_CHARS)]
    if state.phase != "done" and not state.facts and state.elapsed_s >= 1:
        facts = [sentences.after(text.duration(state.elapsed_s))]
    link = state.link if state.phase in ENDED and is_link(state.link) and len(state.link) <= LINK_SHOWN_CHARS else ""
    if link:
        facts.append(sentences.link_dies(state.link_dies))
    return [line for line in (said, "" if button_link(link) else link, _small_print(*facts)) if line]


def _small_print(*facts: str) -> str:
    given = " · ".join(fact for fact in facts if fact)
    return f"-# {text.cut(given, SENTENCE_SHOWN_CHARS)}" if given else ""


def _actions(state: CardState) -> tuple[OrderAction, ...]:
    if state.phase in PARTED:
        return ("show",)
    if state.phase not in ENDED:
        return ("cancel",) if state.can_cancel or state.is_cancelling else ()
    actions: list[OrderAction] = []
    if state.can_retry:
        actions.append("again" if state.phase == "done" else "retry")
    if state.can_resend:
        actions.append("resend")
    return (*actions, "delete")


def shown_elapsed_s(elapsed_s: float) -> int:
    """Return elapsed seconds in steps that grow: an edit for every second would use up what the channel allows."""
    step = 1 if elapsed_s < 10 else 2 if elapsed_s < 60 else 5
    return int(max(0.0, elapsed_s) // step * step)


def shown_eta_s(eta_s: float) -> int:
    """Return seconds left in steps that fit how far one can be wrong."""
    step = 5 if eta_s < 60 else 15 if eta_s < 300 else 60
    return max(step, round(eta_s / step) * step)


def _gallery_item(upload: Upload) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(_address(upload), description=_alt_text(upload))


def _address(upload: Upload) -> str:
    return f"attachment://{upload.filename}"


def _alt_text(upload: Upload) -> str | None:
    return upload.description[:ALT_TEXT_LIMIT_CHARS] or None
