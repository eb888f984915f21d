"""The pool of accounts as its owner sees and changes it. No token is ever to be read anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import discord
import httpx
import msgspec
import pytest
from simcord import InteractionResult, MemberActor

from bot.app import GrokBot
from bot.assembly import build_services
from bot.background import AGAIN_AFTER_S
from bot.command_sync import CommandSync
from bot.config import Settings
from bot.errors import InputError, UpstreamUnsupported
from bot.grok.admin import AdminClient
from bot.secret import Secret
from bot.services.pool import tokens_in
from bot.store.database import Database
from bot.store.notes import Notes
from bot.ui.sentences import pool as sentences
from cogs.grok import LOOK_S, GrokCog
from sandbox.grok.accounts import Accounts
from tests.cogs.conftest import NEVER_S, ORDERS_POLL_S
from tests.cogs.world import World, labels
from tests.grok.scripted import BASE_URL, Server

LOW = 100
NEW = "sso-31415926535897932384beef"


@pytest.fixture
def accounts() -> Accounts:
    """The demo server's accounts; the way to them is played, as that to the rest of the Grok server is here."""
    found = Accounts()
    found.fill(3)
    return found


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, owner_ids=(1,), grok_admin_key=Secret("admin-key"), pool_low_quota=LOW)


@pytest.fixture
async def make_bot(settings: Settings, database: Database, grok: Server, accounts: Accounts) -> Callable[[], GrokBot]:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer admin-key"
        if request.method == "GET":
            return httpx.Response(200, json=accounts.read())
        body = msgspec.json.decode(request.content)
        if request.url.path.endswith("refresh"):
            return httpx.Response(200, json={"status": "success", "results": accounts.refresh(body["tokens"])})
        accounts.replace(body)
        return httpx.Response(200, json={"status": "success"})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    admin = AdminClient(http, base_url=BASE_URL, admin_key=settings.grok_admin_key)
    return lambda: GrokBot(
        build_services(settings, grok.client(), database, poll_s=ORDERS_POLL_S, admin=admin),
        CommandSync(Notes(database)),
        presence_every_s=NEVER_S,
    )


@pytest.fixture
async def owned(world: World) -> World:
    """A world in which Ann owns the bot."""
    pool = world.bot.services.pool
    assert pool is not None
    # Who is no administrator of the server is not shown `/grok` at all.
    world.ann, world.ben = (world.newcomer(name, administrator=True) for name in ("amy", "bea"))
    pool.owners = frozenset({world.ann.id})
    return world


def clear(accounts: Accounts) -> list[str]:
    return [row["token"] for rows in accounts.pools.values() for row in rows]


def seen(world: World, who: MemberActor | None = None) -> list[discord.Message]:
    return list(world.channel.history(viewer=who or world.ann))


def said(world: World) -> str:
    return seen(world)[-1].content


async def grok(world: World, command: str, who: MemberActor | None = None, **options: str) -> InteractionResult:
    return await (who or world.ann).slash(world.channel, f"grok {command}", **options)


def handle(world: World, number: int = 0) -> str:
    assert world.bot.services.pool is not None
    return world.bot.services.pool.known[number].handle


async def add(world: World, tokens: str, pool: str = "ssoBasic") -> None:
    shown = await grok(world, "add", pool=pool)
    await world.ann.submit_modal(shown, {"tokens": tokens})


async def test_the_list_is_for_the_owner_alone_and_masked(owned: World, accounts: Accounts) -> None:
    await grok(owned, "tokens")
    assert seen(owned)[-1].flags.ephemeral
    assert said(owned).startswith("**3 accounts** · 3 active · 240 uses left")
    for token in clear(accounts):
        assert f"…{token[-4:]}" in said(owned)
        assert token not in said(owned)


async def test_anybody_else_is_told_that_it_is_not_theirs(owned: World) -> None:
    for command in ("tokens", "add", "refresh"):
        await grok(owned, command, who=owned.ben)
        owned.error(InputError)
        assert seen(owned, owned.ben)[-1].content == sentences.INPUT["owners_only"]


async def test_a_long_list_is_paged(owned: World, accounts: Accounts) -> None:
    accounts.fill(20)
    await grok(owned, "tokens")
    first = said(owned)
    await owned.ann.click(seen(owned)[-1], label="Next ›")
    assert first.endswith("-# Page 1 of 3")
    assert said(owned).endswith("-# Page 2 of 3")
    assert labels(seen(owned)[-1]) == ["‹ Back", "Next ›"]


async def test_ten_thousand_accounts_are_listed(owned: World, accounts: Accounts) -> None:
    accounts.fill(10_000)
    await grok(owned, "tokens")
    assert said(owned).startswith("**10000 accounts**")


async def test_accounts_are_added_through_a_form(owned: World, accounts: Accounts) -> None:
    before = clear(accounts)
    await add(owned, f"{NEW}\n\nsso={NEW}\n{before[0]}", pool="ssoSuper")
    assert said(owned) == "Added to ssoSuper: 1. There already: 1."
    assert clear(accounts) == [*before, NEW]


async def test_accounts_that_the_server_does_not_take_are_told(owned: World, accounts: Accounts) -> None:
    accounts.mood.deaf = True
    await add(owned, NEW)
    assert "did not take 1" in said(owned)


async def test_what_is_no_token_is_refused(owned: World, accounts: Accounts) -> None:
    await add(owned, "two words")
    assert said(owned) == sentences.INPUT["pool_bad_token"]
    assert accounts.writes == 0


@pytest.mark.parametrize(
    ("lines", "code"),
    [("\n \n", "pool_no_tokens"), ("a" * 7, "pool_bad_token"), ("\n".join(["b" * 9] * 501), "pool_many_tokens")],
)
def test_what_cannot_be_added_is_told(lines: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        tokens_in(lines)
    assert refused.value.code == code


async def test_a_bad_name_of_a_pool_is_told(owned: World) -> None:
    await grok(owned, "add", pool="no pool")
    owned.error(InputError)
    assert said(owned) == sentences.INPUT["pool_bad_name"]


async def test_an_account_is_disabled(owned: World, accounts: Accounts) -> None:
    await grok(owned, "tokens")
    await grok(owned, "disable", account=handle(owned, 1))
    assert [row["status"] for row in accounts.pools["ssoBasic"]] == ["active", "disabled", "active"]
    assert said(owned).startswith(f"Disabled: `{handle(owned, 1)}`")


async def test_an_account_is_removed_when_that_is_confirmed(owned: World, accounts: Accounts) -> None:
    before = clear(accounts)
    await grok(owned, "remove", account=before[0][-4:])
    await owned.ann.click(seen(owned)[-1], label="Keep")
    assert clear(accounts) == before
    await grok(owned, "remove", account=before[0][-4:])
    await owned.ann.click(seen(owned)[-1], label="Remove")
    assert clear(accounts) == before[1:]
    assert said(owned).startswith("Removed: ")


async def test_a_handle_that_names_nothing_is_told(owned: World) -> None:
    for command in ("disable", "remove", "refresh"):
        await grok(owned, command, account="nothing")
        owned.error(InputError)
        assert said(owned) == sentences.INPUT["pool_token_unknown"].format(name="nothing")


async def test_quotas_are_refreshed_with_what_came_of_it(owned: World, accounts: Accounts) -> None:
    accounts.pools["ssoBasic"][2]["status"] = "expired"
    await grok(owned, "refresh")
    assert said(owned).startswith("Refreshed: 2. Not: `")


async def test_a_server_without_such_paths_is_told_plainly(owned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404, text="Not Found")))
    assert owned.bot.services.pool is not None
    admin = AdminClient(newer, base_url=BASE_URL, admin_key=Secret("admin-key"))
    monkeypatch.setattr(owned.bot.services.pool, "_admin", admin)
    await grok(owned, "tokens")
    owned.error(UpstreamUnsupported)
    assert "newer than April 2026" in said(owned)


async def test_owners_are_told_once_when_the_pool_runs_low(owned: World, accounts: Accounts) -> None:
    cog = cast(GrokCog, owned.bot.get_cog("GrokCog"))  # of an extension, whose module is not the one imported here

    async def told() -> int:
        await cog.warn()
        return sum(message.content.startswith("The Grok pool runs low: ") for message in owned.told(owned.ann))

    rows = accounts.pools["ssoBasic"]
    assert await told() == 0  # 240 uses are left
    for row in rows:
        row["quota"] = 33
    assert await told() == 1
    assert await told() == 1
    rows[0]["quota"] = 40  # 106: above, but hardly
    assert await told() == 1
    rows[0]["quota"] = 80
    await told()
    rows[0]["quota"] = 1
    assert await told() == 2


async def test_who_could_not_be_told_because_discord_was_away_is_told_later(
    owned: World, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    cog = cast(GrokCog, owned.bot.get_cog("GrokCog"))  # as above
    write, failures = discord.User.send, [OSError("the line broke")]

    async def send(self: discord.User, *said: Any, **options: Any) -> discord.Message:
        if failures:
            raise failures.pop()
        return await write(self, *said, **options)

    monkeypatch.setattr(discord.User, "send", send)
    for row in accounts.pools["ssoBasic"]:
        row["quota"] = 33
    for _ in range(3):
        await cog.warn()
    assert len(owned.told(owned.ann)) == 1


async def test_the_watch_goes_on_after_a_mistake_that_nobody_foresaw(
    owned: World, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = owned.bot.services.pool
    assert pool is not None
    look, looks = pool.fallen, 0

    async def breaks_first() -> int | None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise OSError("the line broke")
        return await look()

    monkeypatch.setattr(pool, "fallen", breaks_first)
    for row in accounts.pools["ssoBasic"]:
        row["quota"] = 33
    await owned.env.advance_time(LOOK_S)
    assert looks == 1
    await owned.env.advance_time(AGAIN_AFTER_S)
    assert [message.content[:23] for message in owned.told(owned.ann)] == ["The Grok pool runs low:"]


async def test_no_token_is_read_anywhere_in_a_whole_session(
    owned: World, accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await grok(owned, "tokens")
    await add(owned, NEW)
    await grok(owned, "disable", account=handle(owned))
    await grok(owned, "refresh")
    tokens = [*clear(accounts), "admin-key"]
    texts = [caplog.text, *(f"{each.content} {each.embeds} {each.components}" for each in seen(owned))]
    assert not [token for token in tokens for each in texts if token in each]


async def test_without_a_key_for_it_there_is_no_such_command(
    database: Database, settings: Settings, grok: Server
) -> None:
    bot = GrokBot(build_services(settings, grok.client(), database))
    await bot.load_extension("cogs.grok")
    assert bot.tree.get_commands() == []
