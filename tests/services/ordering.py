"""What carrying orders out is tested with, without Discord and DBOS.

A Grok server of few words, a stage that is a list of lines, and steps whose results outlive whoever takes them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx

from bot.errors import CannotFit, FitFailure, InputError
from bot.grok.client import GrokClient
from bot.services.cancelling import Cancellations
from bot.services.cooling import Cooling
from bot.services.fitting import Tailor
from bot.services.fulfilment import Fulfilment
from bot.services.getting import Getter
from bot.services.kept import Delivered, Ended
from bot.services.making import Maker
from bot.services.media_folder import MediaFolder
from bot.services.order_steps import OrderSteps
from bot.services.staging import Delivery, Phase
from bot.store.database import Database
from bot.store.order_values import NewOrder, Order, Source
from bot.store.orders import Orders
from tests.grok.scripted import BASE_URL, STOP, Server, reply, sse
from tests.store.some_orders import ordered

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x40mdat" + bytes(56)
MAX_BYTES = 1000
PICTURES = f"{BASE_URL}/files/image"
CLIP_URL = f"{BASE_URL}/files/video/a.mp4"
POSTER_URL = f"{PICTURES}/poster.png"
CLIP_HTML = f'<video poster="{POSTER_URL}"><source src="{CLIP_URL}" type="video/mp4"></video>'

Answer = Callable[[httpx.Request], httpx.Response]


def as_bytes(*pictures: bytes) -> str:
    """Return the reply that carries pictures itself."""
    return " ".join(f"![image](data:image/png;base64,{base64.b64encode(each).decode()})" for each in pictures)


def _usual(request: httpx.Request) -> httpx.Response:
    is_clip = "video" in json.loads(request.content)["model"]
    return reply(sse(CLIP_HTML if is_clip else f"![image]({PICTURES}/a.png)", STOP))


class Grok:
    """A Grok server. says: what it answers to an order by chat; files: what is fetched, by the end of the path."""

    def __init__(self) -> None:
        self.says: Answer = _usual
        self.begun = 0  # generations
        self.fetched: list[str] = []
        self.files: dict[str, bytes] = {}
        self.client: GrokClient = Server(*[self._answer] * 10_000).client()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/grok/v1")
        if path.startswith("/files/"):
            return self._file(path)
        if request.method == "GET":
            return reply({"status": "done", "video": {"url": CLIP_URL}})
        if path == "/videos/generations":
            self.begun += 1
            return reply({"request_id": "job-7"})
        if path == "/images/generations":
            self.begun += 1
            count = json.loads(request.content)["n"]
            return reply({"data": [{"url": f"{PICTURES}/{number}.png"} for number in range(count)]})
        answer = self.says(request)
        self.begun += answer.status_code == 200
        return answer

    def _file(self, path: str) -> httpx.Response:
        name = path.rpartition("/")[2]
        self.fetched.append(name)
        if name in self.files:
            body = self.files[name]
            return reply(body, kind="image/png") if body else reply({"detail": "Not Found"}, status=404)
        return reply(MP4, kind="video/mp4") if name.endswith(".mp4") else reply(PNG, kind="image/png")


class PlainFitter:
    """Fits by cutting off. refuses: why it cannot, if it cannot; damaged: how many clips come damaged."""

    def __init__(self) -> None:
        self.refuses: FitFailure | None = None
        self.damaged = 0
        self.fitted: list[int] = []

    async def probe(self, clip: Path) -> object:
        """Look into a clip."""
        if self.refuses == "no_encoder":
            raise CannotFit("no_encoder")
        if self.damaged:
            self.damaged -= 1
            raise CannotFit("damaged")
        return None

    async def fit_clip(
        self, clip: Path, limit_bytes: int, folder: Path, *, on_progress: Callable[[float], None]
    ) -> Path:
        """Return the beginning of a clip."""
        on_progress(0.5)
        return self._cut(clip, limit_bytes, folder)

    async def fit_picture(self, picture: Path, limit_bytes: int, folder: Path) -> Path:
        """Return the beginning of a picture."""
        return self._cut(picture, limit_bytes, folder)

    async def poster_of(self, clip: Path, folder: Path) -> Path:
        """Return a picture."""
        if self.refuses:
            raise CannotFit(self.refuses)
        return _new(folder, f"{clip.stem}-poster.png", PNG)

    def _cut(self, whole: Path, limit_bytes: int, folder: Path) -> Path:
        self.fitted.append(limit_bytes)
        if self.refuses:
            raise CannotFit(self.refuses)
        return _new(folder, f"{whole.stem}-fit-{limit_bytes}{whole.suffix}", whole.read_bytes()[:limit_bytes])


def _new(folder: Path, name: str, contents: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(contents)
    return folder / name


class Lines:
    """A card, and what was said on it."""

    def __init__(self, stage: PlainStage, order: Order) -> None:
        self._stage = stage
        self._order = order

    def show(self, phase: Phase, percent: float | None = None) -> None:
        """Add a line."""
        self._stage.lines.append(phase if percent is None else f"{phase} {percent:g} %")

    def cool(self, left_s: float) -> None:
        """Add a line."""
        self._stage.lines.append(f"cooling {left_s:g} s")

    def show_poster(self, poster: Path) -> None:
        """Add a line."""
        self._stage.lines.append(f"poster of {poster.stat().st_size} bytes")

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Put the result on the card, unless it is larger than what is taken."""
        for file in delivery.fitted.files:
            assert (delivery.folder / file.path).stat().st_size == file.size_bytes
        if any(file.size_bytes > self._stage.takes_bytes for file in delivery.fitted.files):
            return Delivered("too_large")
        if self._stage.how in ("card", "direct", "waiting"):
            self._stage.shown[self._order.id] = delivery
        return Delivered(self._stage.how)

    async def close(self, ended: Ended, *, is_kept: bool) -> None:
        """Put on the card how it ended."""
        self._stage.shown[self._order.id] = ended
        self._stage.lines.append(f"{ended.state}{', kept' if is_kept else ''}")


class PlainStage:
    """Where orders are shown. shown: what stands on each card; told: whose asker was pinged, and how often."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.shown: dict[int, Delivery | Ended] = {}
        self.open: set[int] = set()
        self.waiting: list[int] = []
        self.told: list[tuple[int, Ended | None]] = []
        self.takes_bytes = MAX_BYTES
        self.how: Literal["card", "direct", "waiting", "lost"] = "card"

    @asynccontextmanager
    async def card(self, order: Order) -> AsyncIterator[Lines]:
        """Open a card."""
        self.open.add(order.id)
        try:
            yield Lines(self, order)
        finally:
            self.open.discard(order.id)

    async def find_card(self, order: Order) -> Order | None:
        return order

    def queued(self, order: Order) -> None:
        """Add it to the line."""
        self.waiting.append(order.id)

    def cancelling(self, order: Order) -> None:
        """Add a line."""
        self.lines.append(f"cancelling {order.id}")

    async def ended(self, order: Order, ended: Ended, *, is_kept: bool) -> None:
        """Put on the card how it ended."""
        self.shown[order.id] = ended

    def moved(self, order: Order) -> None:
        """Add a line."""
        self.lines.append(f"moved to {order.message_id}")

    async def pause(self, sentence: str) -> None:
        """Add a line."""
        self.lines.append(sentence)

    async def close(self) -> None:
        """Let go of the line."""
        self.waiting.clear()

    async def tell(self, order: Order, ended: Ended | None, delivered: Delivered | None) -> None:
        """Note who was told what."""
        del delivered
        self.told.append((order.id, ended))


class Purse:
    """What orders cost. is_empty: whether nothing is left."""

    def __init__(self) -> None:
        self.is_empty = False
        self.set_aside: set[int] = set()
        self.charged: set[int] = set()

    async def claim(self, order: Order) -> None:
        """Set aside what an order costs."""
        if self.is_empty:
            raise InputError("quota_used")
        self.set_aside.add(order.id)

    async def settle(self, order: Order, *, is_charged: bool) -> None:
        """Charge it, or give it back."""
        self.set_aside.discard(order.id)
        if is_charged:
            self.charged.add(order.id)


class Killed(BaseException):
    """The process is gone, as after kill -9."""


When = Literal["before", "unrecorded", "recorded"]
Hook = Callable[[str, When], Awaitable[None]]


async def _nothing(name: str, when: When) -> None:
    """Let everything go on."""


class Records:
    """The results of an order's steps. around: called about each step that is taken, with its name."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []
        self.around: Hook = _nothing
        self._position = 0

    @property
    def names(self) -> list[str]:
        """Return the steps that were taken, in their order."""
        return [name for name, _ in self.kept]

    def begin(self) -> Records:
        """Begin from the first step, as another process does."""
        self._position = 0
        return self

    async def run(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return what a step came to, in this process or before."""
        position, self._position = self._position, self._position + 1
        if position < len(self.kept):
            kept_name, result = self.kept[position]
            assert kept_name == name, "DBOS raises when the steps differ from those it has kept"
            return result
        await self.around(name, "before")
        result = await work()
        await self.around(name, "unrecorded")
        self.kept.append((name, result))
        await self.around(name, "recorded")
        return result


@dataclass
class Room:
    """Everything that orders are carried out with, and what became of it."""

    orders: Orders
    folder: MediaFolder
    grok: Grok = field(default_factory=Grok)
    fitter: PlainFitter = field(default_factory=PlainFitter)
    stage: PlainStage = field(default_factory=PlainStage)
    purse: Purse = field(default_factory=Purse)
    cancellations: Cancellations = field(default_factory=Cancellations)

    def maker(self) -> Maker:
        """Return what has servers make things."""
        cooling = Cooling(self.grok.client, lambda: NOW)
        return Maker(self.grok.client, self.orders, self.folder, cooling, lambda: NOW, max_bytes=MAX_BYTES)

    def getter(self) -> Getter:
        """Return what brings results here."""
        return Getter(self.grok.client, self.folder, self.fitter, max_bytes=MAX_BYTES)

    def process(self) -> Fulfilment:
        """Return what carries orders out, with nothing in its memory."""
        self.cancellations = Cancellations()
        steps = OrderSteps(
            orders=self.orders,
            folder=self.folder,
            maker=self.maker(),
            getter=self.getter(),
            tailor=Tailor(self.fitter, self.folder),
            quota=self.purse,
            stage=self.stage,
            now=lambda: NOW,
        )
        return Fulfilment(self.orders, steps, self.cancellations)

    async def add(self, new: NewOrder | None = None, source: Source | None = None) -> Order:
        """Place an order."""
        return await self.orders.add(new or ordered(), source)

    async def found(self, order: Order) -> Order:
        """Return an order as it is now."""
        found = await self.orders.find(order.id)
        assert found is not None
        return found

    async def press_cancel(self, order: Order) -> None:
        """Do what the button does."""
        await self.orders.cancel(order.id)
        self.cancellations.press(order.id)

    def card(self, order: Order) -> Lines:
        """Return a card to try single steps on."""
        return Lines(self.stage, order)


@asynccontextmanager
async def room(folder: Path) -> AsyncIterator[Room]:
    """Open a room in an empty folder."""
    database = await Database.open(f"sqlite:///{folder / 'memory.db'}")
    try:
        yield Room(Orders(database), MediaFolder(folder / "media"))
    finally:
        await database.close()
