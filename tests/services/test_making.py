"""A server is asked once for what was ordered; its own job is followed, and nothing is made a second time."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.errors import (
    GrokBotError,
    MediaError,
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamInterrupted,
    UpstreamKeyRefused,
    UpstreamOutOfCredits,
    UpstreamRefused,
)
from bot.services.cooling import Cooling
from bot.services.failures import unpacked
from bot.services.kept import Ended, Made, Submitted
from bot.services.making import Maker
from bot.store.order_values import Order
from tests.grok.scripted import STOP, Server, reply, sse
from tests.grok.test_video import NO_CHAT
from tests.services.ordering import CLIP_URL, MAX_BYTES, MP4, NOW, PICTURES, PNG, POSTER_URL, Room, as_bytes, room
from tests.store.some_orders import PNG as SOURCE
from tests.store.some_orders import ordered

CLIP = {"kind": "clip", "model": "grok-imagine-1.0-video", "seconds": 6}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as opened:
        yield opened


async def made(here: Room, order: Order) -> Made | Submitted | Ended:
    return await here.maker().make(order, here.card(order))


def failure(outcome: object) -> GrokBotError:
    assert isinstance(outcome, Ended)
    assert outcome.state == "failed"
    return unpacked(outcome.failure)


async def test_a_server_is_asked_once_and_that_is_written_down(here: Room) -> None:
    order = await here.add()
    assert await made(here, order) == Made((f"{PICTURES}/a.png",))
    assert here.grok.begun == 1
    assert (await here.found(order)).begun_at == NOW


async def test_what_was_being_made_when_its_process_died_is_not_made_again(here: Room) -> None:
    order = await here.add()
    await here.orders.ask(order.id, NOW)
    assert await made(here, await here.found(order)) == Ended("interrupted")
    assert here.grok.begun == 0


async def test_a_job_of_the_servers_is_handed_on_and_followed(here: Room) -> None:
    here.grok.says = lambda _: reply(NO_CHAT, status=400)
    order = await here.add(ordered(**CLIP))
    assert await made(here, order) == Submitted("job-7")
    found = await here.found(order)
    assert (found.job_id, here.grok.begun) == ("job-7", 1)
    assert await made(here, found) == Submitted("job-7")  # another process asks for nothing
    assert await here.maker().follow(found, "job-7", here.card(found)) == Made((CLIP_URL,))
    assert here.grok.begun == 1


async def test_a_job_that_is_gone_fails_the_order(here: Room) -> None:
    here.grok.client = Server(*[reply({"detail": "Not Found"}, status=404) for _ in range(5)]).client()
    order = await here.add(ordered(**CLIP))
    outcome = await here.maker().follow(order, "job-7", here.card(order))
    assert type(failure(outcome)).__name__ == "UpstreamJobGone"


async def test_progress_is_shown_as_it_comes(here: Room) -> None:
    here.grok.says = lambda _: reply(
        sse("正在生成视频中，当前进度40%\n", f'<video src="{CLIP_URL}" poster="{POSTER_URL}"></video>', STOP)
    )
    order = await here.add(ordered(**CLIP))
    assert await made(here, order) == Made((CLIP_URL,), poster=POSTER_URL)
    assert here.stage.lines == ["generating", "generating 40 %"]


async def test_the_picture_of_the_order_goes_along(here: Room) -> None:
    sent: list[bytes] = []

    def says(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return reply(sse(f"![image]({PICTURES}/a.png)", STOP))

    here.grok.says = says
    await made(here, await here.add(ordered(model="grok-imagine-1.0-edit"), SOURCE))
    assert b"data:image/png;base64," in sent[0]


async def test_pictures_that_come_as_bytes_are_stored(here: Room) -> None:
    here.grok.says = lambda _: reply(sse(as_bytes(PNG), STOP))
    order = await here.add()
    outcome = await made(here, order)
    assert isinstance(outcome, Made)
    [file] = outcome.files
    assert here.folder.path(file).read_bytes() == PNG
    assert (outcome.urls, outcome.missing, file.path.split("/")[0]) == ((), 0, str(order.id))


def several(*pictures: bytes | str) -> httpx.Response:
    rows = [
        {"url": each} if isinstance(each, str) else {"b64_json": base64.b64encode(each).decode()} for each in pictures
    ]
    return reply({"data": rows})


LARGE = PNG + bytes(MAX_BYTES)  # larger than is fetched


async def test_one_picture_that_cannot_be_stored_takes_no_other_along(here: Room) -> None:
    here.grok.client = Server(several(PNG, LARGE, PNG)).client()
    outcome = await made(here, await here.add(ordered(amount=3)))
    assert isinstance(outcome, Made)
    assert [here.folder.path(file).read_bytes() for file in outcome.files] == [PNG, PNG]
    assert outcome.missing == 1


async def test_pictures_may_come_both_ways_at_once(here: Room) -> None:
    here.grok.client = Server(several(LARGE, f"{PICTURES}/b.png")).client()
    outcome = await made(here, await here.add(ordered(amount=3)))
    assert outcome == Made((f"{PICTURES}/b.png",), missing=2)


async def test_pictures_of_which_none_can_be_stored_fail_the_order(here: Room) -> None:
    here.grok.client = Server(several(LARGE, LARGE)).client()
    error = failure(await made(here, await here.add(ordered(amount=2))))
    assert isinstance(error, MediaError)
    assert error.reason == "size"


async def test_pictures_that_did_not_come_are_counted(here: Room) -> None:
    here.grok.client = Server(several(f"{PICTURES}/a.png")).client()
    assert await made(here, await here.add(ordered(amount=3))) == Made((f"{PICTURES}/a.png",), missing=2)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"error": {"message": "no"}}, status=401), UpstreamKeyRefused),
        (reply({"error": {"message": "no", "code": "insufficient_quota"}}, status=429), UpstreamOutOfCredits),
        (reply({"error": {"message": "bad prompt"}}, status=422), UpstreamRefused),
        (reply(sse("I would rather not.", STOP)), UpstreamBlocked),
        (reply(sse(STOP)), UpstreamEmpty),
        (httpx.ReadError("broken"), UpstreamInterrupted),
    ],
)
async def test_whatever_the_server_says_against_it_ends_the_order(
    here: Room, answer: httpx.Response | Exception, kind: type[GrokBotError]
) -> None:
    server = Server(answer)
    here.grok.client = server.client()
    error = failure(await made(here, await here.add()))
    assert isinstance(error, kind)
    assert len(server.requests) == 1


async def test_a_server_whose_accounts_are_busy_is_asked_again_when_it_has_rested(here: Room) -> None:
    now = [NOW]

    async def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    server = Server(
        *[reply({"error": {"message": "busy"}}, status=429, retry_after="120")], reply(sse(as_bytes(PNG), STOP))
    )
    grok = server.client()
    cooling = Cooling(grok, lambda: now[0], sleep=sleep, random=lambda: 0.0)
    maker = Maker(grok, here.orders, here.folder, cooling, lambda: now[0], max_bytes=MAX_BYTES)
    order = await here.add()
    outcome = await maker.make(order, here.card(order))
    assert isinstance(outcome, Made)
    assert (len(server.requests), here.stage.lines[1]) == (2, "cooling 120 s")
    assert (await here.found(order)).begun_at == NOW + timedelta(seconds=120)


async def test_an_order_of_a_kind_of_a_later_version_is_not_made_as_something_else(here: Room) -> None:
    order = await here.add(ordered(kind="song"))
    error = failure(await made(here, order))
    assert type(error).__name__ == "UpstreamUnsupported"
    assert here.grok.begun == 0


async def test_a_clip_that_comes_as_bytes_is_stored(here: Room) -> None:
    encoded = base64.b64encode(MP4).decode()
    here.grok.says = lambda _: reply(sse(f'<video src="data:video/mp4;base64,{encoded}"></video>', STOP))
    outcome = await made(here, await here.add(ordered(**CLIP)))
    assert isinstance(outcome, Made)
    assert [here.folder.path(file).read_bytes() for file in outcome.files] == [MP4]
