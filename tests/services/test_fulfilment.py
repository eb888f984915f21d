"""A process may be killed before or after any step of any order: the next one goes on, and nothing happens twice."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.services.kept import Ended, Kept, KeptFile, written
from bot.services.staging import Delivery
from bot.store.order_values import Order, State
from tests.grok.scripted import STOP, reply, sse
from tests.grok.test_video import NO_CHAT
from tests.services.ordering import MP4, NOW, PNG, Killed, Records, Room, When, as_bytes, room
from tests.store.some_orders import ordered

WHENS: tuple[When, ...] = ("before", "unrecorded", "recorded")
STEPS = ("claim", "make", "get", "fit", "deliver", "settle", "record", "tell")
CLIP = {"kind": "clip", "model": "grok-imagine-1.0-video", "seconds": 6}

Prepare = Callable[[Room], Awaitable[None]]
Meanwhile = Callable[[Room, Order, str, When], Awaitable[None]]


@dataclass(frozen=True)
class Tale:
    """One kind of order. ends: how; steps: which are taken; again: how it ends if its making was cut off."""

    ends: State = "done"
    steps: tuple[str, ...] = STEPS
    again: State = "interrupted"
    begun: int = 1
    order: dict[str, Any] = field(default_factory=dict)
    prepare: Prepare | None = None
    meanwhile: Meanwhile | None = None
    is_resend: bool = False


def grok_says(words: str) -> Prepare:
    async def prepare(here: Room) -> None:
        here.grok.says = lambda _: reply(sse(words, STOP))

    return prepare


async def works_by_jobs(here: Room) -> None:
    here.grok.says = lambda _: reply(NO_CHAT, status=400)


async def takes_less_than_it_said(here: Room) -> None:
    here.stage.takes_bytes = 10


async def takes_nothing_and_links_nothing(here: Room) -> None:
    await grok_says(as_bytes(PNG))(here)
    here.fitter.refuses = "failed"


async def has_nothing_left(here: Room) -> None:
    here.purse.is_empty = True


async def loses_everybody(here: Room) -> None:
    here.stage.how = "lost"


async def cannot_be_fetched(here: Room) -> None:
    here.grok.files["a.mp4"] = b""


def cancelled_at(step: str) -> Meanwhile:
    async def meanwhile(here: Room, order: Order, name: str, when: When) -> None:
        if (name, when) == (step, "before"):
            await here.press_cancel(order)

    return meanwhile


def emptied_before(step: str, *, times: int = 1) -> Meanwhile:
    async def meanwhile(here: Room, order: Order, name: str, when: When) -> None:
        marker = here.folder.root / f"{order.id}-was-emptied"
        told = marker.read_text() if marker.exists() else ""
        if name != step or len(told) == times:
            return
        if when == "before":
            shutil.rmtree(here.folder.of(order.id), ignore_errors=True)
        elif when == "recorded":
            marker.write_text(f"{told}x")

    return meanwhile


ENDED = ("close", "settle", "record", "tell")
DELIVERY = ("fit", "deliver")
TALES = {
    "pictures by address": Tale(order={"amount": 3}),
    "a picture as bytes": Tale(prepare=grok_says(as_bytes(PNG))),
    "a clip by chat": Tale(order=CLIP),
    "a clip by job": Tale(
        order=CLIP, prepare=works_by_jobs, again="done", steps=("claim", "make", "follow", *STEPS[2:])
    ),
    "a clip made to fit": Tale(order={**CLIP, "limit_bytes": 50}),
    "a clip that is too large however small": Tale(
        order=CLIP,
        prepare=takes_less_than_it_said,
        steps=("claim", "make", "get", *DELIVERY * 2, *DELIVERY * 2, "settle", "record", "tell"),
    ),
    "a picture that nothing is left of": Tale(
        order={"limit_bytes": 50},
        prepare=takes_nothing_and_links_nothing,
        ends="failed",
        steps=("claim", "make", "get", "fit", *ENDED),
    ),
    "what the server will not make": Tale(
        order=CLIP, prepare=grok_says("I cannot show that."), ends="failed", steps=("claim", "make", *ENDED)
    ),
    "what nobody has anything left for": Tale(
        prepare=has_nothing_left, ends="failed", begun=0, again="failed", steps=("claim", *ENDED)
    ),
    "what cannot be fetched": Tale(
        order=CLIP, prepare=cannot_be_fetched, ends="failed", steps=("claim", "make", "get", *ENDED)
    ),
    "what reaches nobody": Tale(prepare=loses_everybody, ends="failed", steps=(*STEPS[:5], *ENDED)),
    "cancelled at its turn": Tale(
        meanwhile=cancelled_at("claim"), ends="cancelled", again="cancelled", begun=0, steps=("claim", *ENDED)
    ),
    "cancelled while it is made": Tale(
        meanwhile=cancelled_at("make"), ends="cancelled", again="cancelled", begun=0, steps=("claim", "make", *ENDED)
    ),
    "cancelled while it is fetched": Tale(
        meanwhile=cancelled_at("get"), ends="cancelled", steps=("claim", "make", "get", *ENDED)
    ),
    "cancelled while it is fitted": Tale(
        meanwhile=cancelled_at("fit"), ends="cancelled", steps=("claim", "make", "get", "fit", *ENDED)
    ),
    "cancelled while it is delivered": Tale(
        meanwhile=cancelled_at("deliver"), ends="cancelled", steps=("claim", "make", "get", *DELIVERY, *ENDED)
    ),
    "cancelled when it is delivered": Tale(meanwhile=cancelled_at("settle")),
    "files gone before they are fitted": Tale(
        order=CLIP,
        meanwhile=emptied_before("fit"),
        steps=("claim", "make", "get", "fit", "get", *DELIVERY, "settle", "record", "tell"),
    ),
    "files gone before they are delivered": Tale(
        order=CLIP,
        meanwhile=emptied_before("deliver"),
        steps=("claim", "make", "get", *DELIVERY, "get", *DELIVERY, "settle", "record", "tell"),
    ),
    "files that go from disk to disk": Tale(
        order=CLIP,
        meanwhile=emptied_before("deliver", times=6),
        steps=("claim", "make", *("get", *DELIVERY) * 7, "settle", "record", "tell"),
    ),
    "what is sent once more": Tale(is_resend=True, begun=0, again="done"),
}
every_tale = pytest.mark.parametrize("tale", TALES.values(), ids=list(TALES))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as opened:
        yield opened


async def placed(here: Room, tale: Tale) -> Order:
    if not tale.is_resend:
        return await here.add(ordered(**tale.order))
    old = await here.add()
    file = here.folder.of(old.id) / "a.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(PNG)
    kept = Kept((KeptFile(f"{old.id}/a.png", len(PNG), "image/png", "png"),))
    await here.orders.end(old.id, "done", NOW, result=written(kept))
    return await here.add(ordered(resend_of=old.id))


async def carried_out(here: Room, tale: Tale, order: Order, records: Records, *kills: tuple[int, When]) -> None:
    """Carry an order out, by as many processes as it takes. kills: at which step, and which side of it."""
    left = list(kills)

    async def around(name: str, when: When) -> None:
        taken = len(records.kept) - (when == "recorded")
        if tale.meanwhile is not None:
            await tale.meanwhile(here, order, name, when)
        if left and (taken, when) == left[0]:
            del left[0]
            raise Killed

    records.around = around
    while True:
        try:
            await here.process().fulfil(order.id, records.begin())
        except Killed:
            continue
        break
    assert not here.stage.open


async def judge(here: Room, tale: Tale, order: Order, records: Records, ends: State) -> None:
    """Look at everything that may be seen of an order that is over."""
    after, shown = await here.found(order), here.stage.shown.get(order.id)
    assert after.state == ends
    assert after.token == ""
    if ends == "done":
        assert isinstance(shown, Delivery)
        assert shown.fitted.files or any(file.link for file in shown.fitted.unfit)
    else:
        assert isinstance(shown, Ended)
        assert shown.state == ends
    is_charged = ends == "done" and not tale.is_resend
    assert (order.id in here.purse.charged, after.is_charged) == (is_charged, is_charged)
    assert order.id not in here.purse.set_aside
    told = {order_id for order_id, _ in here.stage.told}
    assert (order.id in told) == (ends != "cancelled")


def expected(tale: Tale, records: Records) -> list[str]:
    """Return the steps; whoever finds it written down that an order was cancelled has nothing left to do."""
    is_written_down = tale.ends == "cancelled" and records.names[-1] in ("settle", "record")
    return list(tale.steps[: len(records.names)] if is_written_down else tale.steps)


@every_tale
async def test_an_order_takes_its_steps_one_after_another(here: Room, tale: Tale) -> None:
    if tale.prepare is not None:
        await tale.prepare(here)
    order, records = await placed(here, tale), Records()
    await carried_out(here, tale, order, records)
    assert tuple(records.names) == tale.steps
    await judge(here, tale, order, records, tale.ends)
    assert here.grok.begun == tale.begun


@every_tale
@pytest.mark.parametrize("when", WHENS)
async def test_an_order_whose_process_was_killed_at_any_step_is_carried_out_once(
    here: Room, tale: Tale, when: When
) -> None:
    if tale.prepare is not None:
        await tale.prepare(here)
    for number, step in enumerate(tale.steps):
        order, records, begun = await placed(here, tale), Records(), here.grok.begun
        await carried_out(here, tale, order, records, (number, when))
        is_cut_off = (step, when) == ("make", "unrecorded")
        await judge(here, tale, order, records, tale.again if is_cut_off else tale.ends)
        assert here.grok.begun - begun == tale.begun
        if not is_cut_off:
            assert records.names == expected(tale, records)


@every_tale
async def test_an_order_whose_process_is_killed_at_every_step_ends_all_the_same(here: Room, tale: Tale) -> None:
    if tale.prepare is not None:
        await tale.prepare(here)
    order, records = await placed(here, tale), Records()
    kills: list[tuple[int, When]] = [
        (number, when)
        for number, step in enumerate(tale.steps)
        for when in WHENS
        if (step, when) != ("make", "unrecorded")
    ]
    await carried_out(here, tale, order, records, *kills)
    await judge(here, tale, order, records, tale.ends)
    assert records.names == expected(tale, records)
    assert here.grok.begun == tale.begun


async def test_an_order_cancelled_in_line_has_no_steps(here: Room) -> None:
    order, records = await here.add(), Records()
    await here.orders.cancel(order.id)
    await here.orders.end(order.id, "cancelled", NOW)
    await here.process().fulfil(order.id, records)
    assert (records.names, here.stage.lines, here.grok.begun) == ([], [], 0)


async def test_a_forgotten_order_has_no_steps(here: Room) -> None:
    records = Records()
    await here.process().fulfil(7, records)
    assert records.names == []


async def test_a_link_is_all_that_is_left_of_a_clip_too_large_for_everything(here: Room) -> None:
    here.stage.takes_bytes = 10
    order = await here.add(ordered(**CLIP, limit_bytes=50))
    await here.process().fulfil(order.id, Records())
    shown = here.stage.shown[order.id]
    assert isinstance(shown, Delivery)
    assert [file.link for file in shown.fitted.unfit] == ["https://grok.example.org/grok/v1/files/video/a.mp4"]
    assert here.fitter.fitted == [50, 40, 32]
    assert shown.fitted.files == ()


async def test_the_clip_that_is_shown_is_the_one_that_was_made(here: Room) -> None:
    order = await here.add(ordered(**CLIP))
    await here.process().fulfil(order.id, Records())
    shown = here.stage.shown[order.id]
    assert isinstance(shown, Delivery)
    [file] = shown.fitted.files
    assert here.folder.path(file).read_bytes() == MP4
    assert shown.fitted.poster is not None
    assert here.stage.lines == ["generating", "fetching", f"poster of {len(PNG)} bytes", "uploading"]


async def test_an_order_that_nobody_goes_on_with_is_interrupted(here: Room) -> None:
    order = await here.add()
    await here.orders.begin(order.id)
    await here.purse.claim(order)
    await here.process().interrupt(order.id)
    after = await here.found(order)
    assert (after.state, after.is_charged, here.stage.lines) == ("interrupted", False, ["interrupted"])
    assert here.stage.told == [(order.id, Ended("interrupted"))]
    assert not here.purse.set_aside
    await here.process().interrupt(order.id)  # it has ended
    assert len(here.stage.told) == 1


async def test_a_mistake_in_a_step_ends_the_order_with_an_incident(
    here: Room, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "THE" + "PROMPT"

    def mistaken(_: object) -> object:
        raise RuntimeError(secret)

    here.grok.says = mistaken  # type: ignore[assignment]  # that is the mistake
    order = await here.add()
    await here.process().fulfil(order.id, Records())
    after = await here.found(order)
    assert (after.state, "UnforeseenError" in after.failure) == ("failed", True)
    assert secret not in caplog.text + after.failure


async def test_what_was_set_aside_for_a_cancelled_order_is_given_back_whenever_its_process_is_killed(
    here: Room,
) -> None:
    order, end = await here.add(), here.orders.end

    async def ended_and_killed(*facts: Any, **more: Any) -> bool:
        await end(*facts, **more)
        raise Killed

    tale = Tale(meanwhile=cancelled_at("make"))
    here.orders.end = ended_and_killed  # type: ignore[method-assign]  # the moment after it is written down
    records = Records()
    records.around = lambda name, when: cancelled_at("make")(here, order, name, when)
    with pytest.raises(Killed):
        await here.process().fulfil(order.id, records)
    here.orders.end = end  # type: ignore[method-assign]
    await carried_out(here, tale, order, records)
    assert (here.purse.set_aside, (await here.found(order)).state) == (set(), "cancelled")


async def test_a_mistake_at_the_end_keeps_nobody_from_what_comes_after(here: Room) -> None:
    async def mistaken(*_: object, **__: object) -> None:
        raise RuntimeError

    here.purse.settle = mistaken  # type: ignore[method-assign]  # that is the mistake
    order, records = await here.add(), Records()
    await here.process().fulfil(order.id, records)
    assert tuple(records.names) == STEPS
    assert (await here.found(order)).state == "done"
