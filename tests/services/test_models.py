from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.errors import InputError, UpstreamError, UpstreamRefused
from bot.grok.naming import nearest
from bot.services.models import AWAY_LIFE_S, LIST_LIFE_S, ModelService, ModelsInUse
from tests.grok.scripted import Server, reply

IN_USE = ModelsInUse("grok-3", "grok-imagine-1.0", "grok-imagine-1.0-edit", "grok-imagine-1.0-video")


def listing(*names: str) -> httpx.Response:
    return reply({"data": [{"id": name} for name in names]})


def refusal() -> httpx.Response:
    return reply({"error": {"message": "no"}}, status=400)


def service(server: Server, *, fast: str = "") -> ModelService:
    in_use = ModelsInUse(IN_USE.chat, IN_USE.image, IN_USE.image_edit, IN_USE.video, fast)
    return ModelService(server.client(), in_use, clock=server.time.clock)


async def test_the_list_is_asked_for_once_a_minute() -> None:
    server = Server(listing("grok-3"), listing("grok-4"))
    models = service(server)
    assert [await models.names(), await models.names()] == [("grok-3",), ("grok-3",)]
    server.time.now += LIST_LIFE_S + 1
    assert await models.names() == ("grok-4",)


async def test_many_who_ask_at_once_cause_one_request() -> None:
    server = Server(listing("grok-3"))
    models = service(server)
    assert set(await asyncio.gather(*(models.known_names() for _ in range(50)))) == {("grok-3",)}
    assert len(server.requests) == 1


async def test_the_last_list_goes_on_being_told_while_the_server_is_away() -> None:
    server = Server(listing("grok-3"), refusal())
    models = service(server)
    await models.names()
    server.time.now += LIST_LIFE_S + 1
    assert [await models.names(), await models.names()] == [("grok-3",), ("grok-3",)]
    assert len(server.requests) == 2


async def test_a_server_that_never_told_raises_or_is_known_by_nothing() -> None:
    server = Server(refusal(), refusal(), listing("grok-3"))
    models = service(server)
    with pytest.raises(UpstreamRefused):
        await models.names()
    assert [await models.known_names(), await models.known_names()] == [(), ()]
    assert len(server.requests) == 2  # the burst of letters after a failure asks nobody
    server.time.now += AWAY_LIFE_S + 1
    assert await models.known_names() == ("grok-3",)


async def test_a_server_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.models.KNOWN_WITHIN_S", 0.01)

    class Silent(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            await asyncio.Event().wait()
            yield b""

    assert await service(Server(httpx.Response(200, stream=Silent()))).known_names() == ()


async def test_a_name_is_taken_as_the_server_writes_it() -> None:
    models = service(Server(listing("grok-4", "Grok-4-Fast")))
    assert [await models.checked(" grok-4 "), await models.checked("grok-4-fast")] == ["grok-4", "Grok-4-Fast"]


async def test_an_unknown_name_is_refused_with_the_nearest_that_exist() -> None:
    models = service(Server(listing("grok-3", "grok-4", "grok-4-mini", "other")))
    with pytest.raises(InputError) as refused:
        await models.checked("grok-4-mni")
    assert refused.value.code == "model_unknown"
    assert str(refused.value.facts["nearest"]).startswith("grok-4-mini")


async def test_a_name_like_no_other_is_refused() -> None:
    with pytest.raises(InputError, match="model_none_like"):
        await service(Server(listing("grok-3"))).checked("zzz")


async def test_a_name_is_taken_as_it_is_where_the_server_tells_nothing() -> None:
    assert await service(Server(refusal())).checked("grok-9") == "grok-9"


async def test_a_blank_name_is_refused_even_then() -> None:
    with pytest.raises(InputError, match="model_none_like"):
        await service(Server(refusal())).checked(" ")


def test_names_that_hold_the_word_come_first() -> None:
    assert nearest("mini", ("grok-3", "grok-3-mini", "gemini")) == ["grok-3-mini", "gemini"]


async def test_the_fast_model_is_the_one_that_was_set() -> None:
    assert await service(Server(), fast="grok-quick").fast() == "grok-quick"


async def test_the_fast_model_is_else_the_first_that_sounds_like_it() -> None:
    names = ("grok-4", "grok-imagine-1.0-fast", "grok-4-fast", "grok-3-mini")
    assert await service(Server(listing(*names))).fast() == "grok-4-fast"


async def test_without_a_fast_model_it_is_said_so() -> None:
    with pytest.raises(InputError, match="no_fast_model"):
        await service(Server(listing("grok-4"))).fast()


async def test_health_tells_what_is_wrong() -> None:
    health = await service(Server(refusal())).health()
    assert isinstance(health.problem, UpstreamError)
