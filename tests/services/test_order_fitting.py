"""What is too large is made smaller; what cannot be is linked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import FitFailure
from bot.services.fitting import Tailor
from bot.services.kept import Fitted, Kept, KeptFile
from bot.store.order_values import Order
from tests.services.ordering import Room, room
from tests.store.some_orders import ordered

LIMIT_BYTES = 100
LINK = "https://example.org/a"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as opened:
        yield opened


def put(here: Room, order: Order, name: str, size_bytes: int) -> KeptFile:
    path = here.folder.of(order.id) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size_bytes))
    found = here.folder.found(path)
    return KeptFile(found.path, found.size_bytes, found.mime, found.extension, LINK)


async def fit(here: Room, order: Order, kept: Kept, limit_bytes: int = LIMIT_BYTES) -> Fitted:
    return await Tailor(here.fitter, here.folder).fit(order, kept, limit_bytes, here.card(order))


async def test_what_fits_is_left_as_it_is(here: Room) -> None:
    order = await here.add()
    kept = Kept((put(here, order, "a.png", LIMIT_BYTES),), missing=2, failure="why")
    assert await fit(here, order, kept) == Fitted(kept.files, missing=2, failure="why")
    assert (here.fitter.fitted, here.stage.lines) == ([], [])


@pytest.mark.parametrize(("kind", "name"), [("picture", "a.png"), ("clip", "a.mp4")])
async def test_what_is_too_large_is_made_smaller(here: Room, kind: str, name: str) -> None:
    order = await here.add(ordered(kind=kind))
    whole = put(here, order, name, LIMIT_BYTES + 1)
    fitted = await fit(here, order, Kept((whole,)))
    [file] = fitted.files
    assert (file.size_bytes, file.original, file.original_bytes) == (LIMIT_BYTES, whole.path, LIMIT_BYTES + 1)
    assert (file.link, fitted.unfit) == (LINK, ())
    assert here.folder.path(file).stat().st_size == LIMIT_BYTES
    assert here.stage.lines[0] == "fitting"


async def test_how_far_a_clip_is_can_be_seen(here: Room) -> None:
    order = await here.add(ordered(kind="clip"))
    await fit(here, order, Kept((put(here, order, "a.mp4", 200),)))
    assert here.stage.lines == ["fitting", "fitting 50 %"]


@pytest.mark.parametrize("reason", ["no_encoder", "damaged", "too_long", "failed"])
async def test_what_cannot_be_made_to_fit_is_kept_and_linked(here: Room, reason: FitFailure) -> None:
    order = await here.add(ordered(kind="clip"))
    kept = Kept((put(here, order, "a.mp4", 200),))
    here.fitter.refuses = reason
    assert await fit(here, order, kept) == Fitted((), kept.files)


async def test_of_several_pictures_those_that_fit_are_given(here: Room) -> None:
    order = await here.add(ordered(amount=3))
    here.fitter.refuses = "failed"
    small, large, gone = put(here, order, "a.png", 50), put(here, order, "b.png", 200), KeptFile("", link=LINK)
    assert await fit(here, order, Kept((small, large, gone))) == Fitted((small,), (large, gone))


async def test_a_poster_that_is_too_large_is_left_out(here: Room) -> None:
    order = await here.add(ordered(kind="clip"))
    clip, small, large = (put(here, order, name, size) for name, size in (("a.mp4", 9), ("b.png", 100), ("c.png", 101)))
    assert (await fit(here, order, Kept((clip,), small))).poster == small
    assert (await fit(here, order, Kept((clip,), large))).poster is None


async def test_where_nothing_is_taken_nothing_is_tried(here: Room) -> None:
    order = await here.add()
    kept = Kept((put(here, order, "a.png", 9),))
    assert await fit(here, order, kept, 0) == Fitted((), kept.files)
    assert here.fitter.fitted == []
