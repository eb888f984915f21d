"""The administration of a pool, against the demo server on a real socket. No token may ever be shown."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.errors import InputError, UpstreamError, UpstreamKeyRefused, UpstreamRefused, UpstreamUnsupported
from bot.grok.accounts import named, read_accounts
from bot.grok.admin import AdminClient
from bot.grok.http import make_http
from bot.secret import Secret
from sandbox.grok.app import make_app
from tests.sandbox_grok.serving import QUICK
from tests.serving import on_a_socket

KEY = "admin-key-of-the-test"
NEW = "sso-4242424242424242beef"
Json = dict[str, Any]


class Place:
    """A demo server and its administration."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http
        self.admin = self.client(KEY)

    def client(self, key: str) -> AdminClient:
        return AdminClient(self.http, base_url=f"{self.url}/v1", admin_key=Secret(key))

    async def arrange(self, **wishes: object) -> Json:
        told: Json = (await self.http.post(f"{self.url}/control/accounts", json=wishes)).json()
        return told

    async def standing(self) -> list[str]:
        pools = (await self.arrange())["pools"]
        return [row["token"] for rows in pools.values() for row in rows]


async def served(**settings: Any) -> AsyncIterator[Place]:
    async with on_a_socket(make_app(replace(QUICK, **settings))) as url, make_http() as http:
        yield Place(url, http)


@pytest.fixture(params=[False, True], ids=["first version", "second version"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    async for each in served(admin_key=KEY, is_admin_wrapped=request.param):
        yield each


async def test_the_accounts_are_listed_without_their_tokens(place: Place) -> None:
    tokens = await place.standing()
    listed = await place.admin.tokens()
    assert [each.tail for each in listed] == [token[-4:] for token in tokens]
    assert len({each.handle for each in listed}) == 3
    first = listed[0]
    assert (first.pool, first.status, first.quota, first.uses, first.last_failure) == ("ssoBasic", "active", 80, 0, "")
    assert first.created_at is not None
    assert not any(token in repr(listed) for token in tokens)


async def test_handles_stay_the_same(place: Place) -> None:
    assert await place.admin.tokens() == await place.client(KEY).tokens()


async def test_accounts_are_added_and_all_others_stay(place: Place) -> None:
    before = await place.standing()
    change = await place.admin.add("ssoSuper", [Secret(NEW), Secret(NEW), Secret(before[0])])
    assert await place.standing() == [*before, NEW]
    assert [(each.pool, each.tail) for each in change.changed] == [("ssoSuper", "beef")]
    assert (change.known, change.dropped) == (1, 0)


async def test_adding_what_is_there_writes_nothing(place: Place) -> None:
    change = await place.admin.add("ssoBasic", [Secret((await place.standing())[0])])
    assert (change.changed, change.known) == ((), 1)
    assert (await place.arrange())["writes"] == 0


async def test_an_account_is_disabled_with_all_else_as_it_was(place: Place) -> None:
    before = (await place.arrange())["pools"]
    handle = (await place.admin.tokens())[1].handle
    change = await place.admin.disable(handle)
    assert [each.status for each in change.changed] == ["disabled"]
    before["ssoBasic"][1]["status"] = "disabled"
    assert (await place.arrange())["pools"] == before


async def test_an_account_is_removed(place: Place) -> None:
    before = await place.standing()
    gone = (await place.admin.remove((await place.admin.tokens())[0].handle)).changed
    assert [each.tail for each in gone] == [before[0][-4:]]
    assert await place.standing() == before[1:]


async def test_the_last_characters_name_an_account_too(place: Place) -> None:
    before = await place.standing()
    await place.admin.remove(f"…{before[2][-4:]}")
    assert await place.standing() == before[:2]


async def test_accounts_are_refreshed_one_or_all(place: Place) -> None:
    listed = await place.admin.tokens()
    await place.admin.disable(listed[0].handle)
    assert [(each.token.handle, each.is_good) for each in await place.admin.refresh()] == [
        (each.handle, each is not listed[0]) for each in listed
    ]
    [one] = await place.admin.refresh(listed[2].handle)
    assert (one.token.handle, one.is_good) == (listed[2].handle, True)


async def test_nothing_is_refreshed_where_there_is_nothing(place: Place) -> None:
    await place.arrange(count=0)
    assert await place.admin.refresh() == ()


async def test_a_handle_that_names_nothing(place: Place) -> None:
    with pytest.raises(InputError) as unknown:
        await place.admin.disable("zzzzzz")
    assert unknown.value.code == "pool_token_unknown"


async def test_a_tail_that_names_several(place: Place) -> None:
    await place.admin.add("ssoBasic", [Secret(NEW), Secret(f"x{NEW}")])
    with pytest.raises(InputError) as several:
        await place.admin.remove("beef")
    assert several.value.code == "pool_token_ambiguous"
    assert NEW in await place.standing()


async def test_an_account_that_somebody_else_added_meanwhile_stays(place: Place) -> None:
    await place.arrange(intruder=True)
    await place.admin.add("ssoBasic", [Secret(NEW)])
    assert len(await place.standing()) == 5


def test_a_failure_that_names_another_accounts_token_is_shown_without_it() -> None:
    own, others = "first0first0first", "other0other0other"  # of no form by which a token could be told
    row = {"token": own, "last_fail_reason": f"after {others}, {own}", "status": others}
    first, _ = named(read_accounts({"ssoBasic": [row, {"token": others}]})).values()
    assert (first.last_failure, first.status) == ("after [hidden], [hidden]", "[hidden]")


def test_a_token_that_is_there_by_now_is_not_added_a_second_time() -> None:
    there = read_accounts({"ssoSuper": [{"token": NEW}]})
    assert there.with_new("ssoBasic", [NEW, "sso-another"]).payload() == {
        "ssoSuper": [{"token": NEW}],
        "ssoBasic": [{"token": "sso-another"}],
    }


async def test_a_write_that_was_not_done_is_told(place: Place) -> None:
    await place.arrange(deaf=True)
    assert (await place.admin.add("ssoBasic", [Secret(NEW)])).dropped == 1
    handle = (await place.admin.tokens())[0].handle
    for change in (place.admin.disable, place.admin.remove):
        with pytest.raises(UpstreamRefused, match="changed nothing"):
            await change(handle)


async def test_accounts_that_the_server_loses_are_told(place: Place) -> None:
    await place.arrange(loses=True)
    with pytest.raises(UpstreamRefused, match="dropped 1 accounts that were to stay"):
        await place.admin.add("ssoSuper", [Secret(NEW)])


async def unread(place: Place, name: str) -> None:
    body = {"name": name, "times": 9, "path": "/v1/admin/tokens"}
    (await place.http.post(f"{place.url}/control/next", json=body)).raise_for_status()


@pytest.mark.parametrize("fault", ["html200", "html502", "status=500", "status=429"])
async def test_nothing_is_written_where_reading_failed(place: Place, fault: str) -> None:
    await unread(place, fault)
    with pytest.raises(UpstreamError):
        await place.admin.add("ssoBasic", [Secret(NEW)])
    assert (await place.arrange())["writes"] == 0


async def test_nothing_is_written_where_the_list_is_not_understood(place: Place) -> None:
    handle = (await place.admin.tokens())[0].handle
    await place.arrange(odd=True)
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: place.admin.add("ssoBasic", [Secret(NEW)]),
        lambda: place.admin.disable(handle),
        lambda: place.admin.remove(handle),
        lambda: place.admin.refresh(),
    ]
    for change in changes:
        with pytest.raises(UpstreamError):
            await change()
    assert (await place.arrange())["writes"] == 0


@pytest.mark.parametrize("body", [b'{"ssoBasic": [{"token": "sso-\xff"}]}', b"[" * 50_000], ids=["no UTF-8", "nested"])
async def test_a_list_that_cannot_be_read_is_an_error_without_its_text(body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/v1/admin/tokens", answer)
    async with on_a_socket(app) as url, make_http() as http:
        with pytest.raises(UpstreamRefused, match="not understood") as caught:
            await AdminClient(http, base_url=url, admin_key=Secret(KEY)).tokens()
    assert caught.value.__cause__ is None


async def test_ten_thousand_accounts(place: Place) -> None:
    await place.arrange(count=10_000)
    listed = await place.admin.tokens()
    assert len({each.handle for each in listed}) == 10_000
    await place.admin.add("ssoSuper", [Secret(NEW)])
    assert len(await place.standing()) == 10_001
    assert len(await place.admin.refresh()) == 10_001


async def test_no_token_is_in_an_error_or_a_log(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = await place.standing()
    await place.arrange(leaks=True)
    with pytest.raises(UpstreamError) as failed:
        await place.admin.refresh()
    error: BaseException | None = failed.value
    said = [caplog.text]
    while error is not None:
        said += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__
    assert "no session for" in failed.value.message
    for token in [*tokens, KEY]:
        assert not any(token in each for each in said)


async def test_the_key_of_the_chat_is_not_the_one(place: Place) -> None:
    with pytest.raises(UpstreamKeyRefused):
        await place.client(QUICK.key).tokens()


async def test_a_server_without_such_paths_says_so() -> None:
    async for place in served():
        with pytest.raises(UpstreamUnsupported, match="newer than April 2026"):
            await place.admin.tokens()
