from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import permissions
from sandbox.events import Event, InteractionSent
from sandbox.interactions import Timing
from sandbox.model import Command
from sandbox.server import Options, Sandbox
from tests.sandbox.conftest import Enter
from tests.sandbox.play import HandClock, Json, Rest, channel_id


@pytest.fixture
def options() -> Options:
    return Options(token="t0ken", has_limits=False, max_file_bytes=1000)


def length_error(limit: int) -> Json:
    return {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": f"Must be {limit} or fewer in length."}]}


async def test_missing_and_wrong_tokens_are_401(rest: Rest) -> None:
    for auth in ("", "Bot wrong", f"Bearer {rest.sandbox.token}"):
        answer = await rest.ask("GET", "/users/@me", auth=auth)
        assert (answer.status, answer.body) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_unknown_addresses_and_methods_are_told_apart(rest: Rest) -> None:
    lost = await rest.ask("GET", "/nowhere")
    assert (lost.status, lost.body) == (404, {"message": "404: Not Found", "code": 0})
    assert (await rest.ask("PUT", "/users/@me")).status == 405


async def test_replies_are_json_exactly_and_carry_via(rest: Rest) -> None:
    for path in ("/users/@me", "/nowhere"):
        headers = (await rest.ask("GET", path)).headers
        assert (headers["Content-Type"], bool(headers["Via"])) == ("application/json", True)


async def test_too_long_content_is_told_as_discord_does(rest: Rest) -> None:
    answer = await rest.ask("POST", f"/channels/{channel_id(rest.sandbox)}/messages", {"content": "x" * 2001})
    assert (answer.status, answer.body) == (
        400,
        {"code": 50035, "message": "Invalid Form Body", "errors": {"content": length_error(2000)}},
    )


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"content": ""}, 50006),
        ({"content": " \n"}, 50006),
        ({}, 50006),
        ({"content": "x", "flags": "many"}, 50035),
        ({"content": "x", "embeds": "none"}, 50035),
        ({"content": 5}, 50035),
        ({"content": "x", "message_reference": {"message_id": 1}}, 50035),
        ({"content": "x", "attachments": [{"id": 0, "description": "x" * 1025}]}, 50035),
        ({"flags": 1 << 15, "content": "x", "components": [{"type": 10, "content": "y"}]}, 50035),
        ({"flags": 1 << 15, "components": [{"type": 13, "file": {"url": "attachment://none.txt"}}]}, 50035),
    ],
)
async def test_messages_that_cannot_be_are_refused(rest: Rest, form: Json, code: int) -> None:
    answer = await rest.ask("POST", f"/channels/{channel_id(rest.sandbox)}/messages", form)
    assert (answer.status, answer.body["code"]) == (400, code)


async def test_broken_json_is_50109(rest: Rest) -> None:
    url = f"{rest.sandbox.api}/channels/{channel_id(rest.sandbox)}/messages"
    headers = {"Authorization": f"Bot {rest.sandbox.token}", "Content-Type": "application/json"}
    answer = await rest.send("POST", url, data=b"{", headers=headers)
    assert (answer.status, answer.body["code"]) == (400, 50109)


async def test_file_over_the_limit_is_413_after_it_was_read(rest: Rest) -> None:
    path = f"/channels/{channel_id(rest.sandbox)}/messages"
    assert (await rest.upload(path, {}, b"x" * 1000)).status == 200
    answer = await rest.upload(path, {}, b"x" * 3_000_000, b"y")
    assert (answer.status, answer.body["code"]) == (413, 40005)


async def test_things_that_are_not_there_have_their_codes(rest: Rest) -> None:
    place = channel_id(rest.sandbox)
    codes = {
        "/channels/1": 10003,
        f"/channels/{place}/messages/1": 10008,
        "/guilds/1": 10004,
        "/users/1": 10013,
        f"/channels/{place}/messages/abc": 50035,
    }
    assert {path: (await rest.ask("GET", path)).body["code"] for path in codes} == codes


async def test_permissions_decide_between_50001_and_50013(rest: Rest) -> None:
    place = channel_id(rest.sandbox)
    path = f"/channels/{place}/messages"

    async def code_without(*denied: int) -> object:
        bits = sum(denied)
        await rest.control("POST", "permissions", {"channel_id": place, "allow": "0", "deny": str(bits)})
        answer = await rest.upload(path, {"content": "x"}, b"file")
        return answer.body.get("code")

    assert await code_without(permissions.SEND_MESSAGES) == 50013
    assert await code_without(permissions.ATTACH_FILES) == 50013
    assert await code_without(permissions.VIEW_CHANNEL) == 50001
    assert await code_without() is None


async def test_lost_permissions_do_not_stop_an_edit_but_a_lost_channel_does(rest: Rest) -> None:
    place = channel_id(rest.sandbox)
    message = (await rest.ask("POST", f"/channels/{place}/messages", {"content": "x"})).body
    path = f"/channels/{place}/messages/{message['id']}"
    await rest.control("POST", "permissions", {"channel_id": place, "deny": str(permissions.SEND_MESSAGES)})
    assert (await rest.ask("PATCH", path, {"content": "y"})).status == 200
    await rest.control("POST", "permissions", {"channel_id": place, "deny": str(permissions.VIEW_CHANNEL)})
    assert (await rest.ask("PATCH", path, {"content": "z"})).body["code"] == 50001


async def test_only_the_bots_own_messages_are_edited(rest: Rest, enter: Enter) -> None:
    said = await (await enter("ada")).say(channel_id(rest.sandbox), "hers")
    path = f"/channels/{said['channel_id']}/messages/{said['id']}"
    assert (await rest.ask("PATCH", path, {"content": "x"})).body["code"] == 50005
    assert (await rest.ask("DELETE", path)).body["code"] == 50013


async def test_same_nonce_posts_once_when_enforced(rest: Rest) -> None:
    path = f"/channels/{channel_id(rest.sandbox)}/messages"
    form = {"content": "once", "nonce": "7", "enforce_nonce": True}
    first, second = await rest.ask("POST", path, form), await rest.ask("POST", path, form)
    loose = await rest.ask("POST", path, {**form, "enforce_nonce": False})
    assert first.body["id"] == second.body["id"] != loose.body["id"]
    assert first.body["nonce"] == "7"


async def test_other_host_names_and_origins_are_refused(rest: Rest) -> None:
    url = rest.sandbox.page + "people"
    assert (await rest.send("GET", url)).status == 200
    assert (await rest.send("GET", url, headers={"Host": "evil.example"})).status == 403
    assert (await rest.send("GET", url, headers={"Origin": "https://evil.example"})).status == 403
    assert (await rest.send("GET", url, headers={"Origin": rest.sandbox.origin})).status == 200


class Caught:
    """An interaction without a bot: what the bot would have been told."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self.payloads: list[Json] = []
        rest.sandbox.world.subscribe(self._hear)
        bot_id = rest.sandbox.world.bot.id
        shape: Json = {"id": "5", "type": 1, "name": "ask", "description": "Ask", "options": []}
        rest.sandbox.world.set_commands([Command(5, None, 1, "ask", shape)])
        self.hook = f"/webhooks/{bot_id}"

    def _hear(self, event: Event) -> None:
        if isinstance(event, InteractionSent):
            self.payloads.append(event.payload)

    async def callback(self, form: Json) -> tuple[int, object]:
        interaction = self.payloads[-1]
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
        answer = await self._rest.ask("POST", path, form, auth="")
        return answer.status, answer.body["code"] if answer.status >= 400 else None

    async def webhook(self, method: str, end: str = "", form: Json | None = None) -> tuple[int, object]:
        path = f"{self.hook}/{self.payloads[-1]['token']}{end}"
        answer = await self._rest.ask(method, path, form, auth="")
        return answer.status, answer.body["code"] if answer.status >= 400 else None


class TestInteractionDeadlines:
    @pytest.fixture
    def hand(self) -> HandClock:
        return HandClock()

    @pytest.fixture
    async def rest(self, hand: HandClock, session: aiohttp.ClientSession, options: Options) -> AsyncIterator[Rest]:
        async with Sandbox(options, hand.clock()) as sandbox:
            yield Rest(sandbox, session)

    async def _asked(self, rest: Rest) -> Caught:
        caught = Caught(rest)
        world = rest.sandbox.world
        url = f"{rest.sandbox.page}as/{world.people[0]}/interactions/command"
        answer = await rest.send("POST", url, json={"channel_id": channel_id(rest.sandbox), "name": "ask"})
        assert answer.status == 202, answer
        return caught

    async def test_second_first_reply_is_40060(self, rest: Rest) -> None:
        caught = await self._asked(rest)
        assert await caught.callback({"type": 5}) == (204, None)
        assert await caught.callback({"type": 5}) == (400, 40060)

    async def test_first_reply_after_three_seconds_is_10062(self, rest: Rest, hand: HandClock) -> None:
        caught = await self._asked(rest)
        hand.turn(3.1)
        assert await caught.callback({"type": 5}) == (404, 10062)

    async def test_webhook_before_the_first_reply_is_10015(self, rest: Rest) -> None:
        caught = await self._asked(rest)
        assert await caught.webhook("POST", form={"content": "x"}) == (404, 10015)

    async def test_token_ends_after_fifteen_minutes_with_50027(self, rest: Rest, hand: HandClock) -> None:
        caught = await self._asked(rest)
        await caught.callback({"type": 5})
        hand.turn(899)
        assert await caught.webhook("PATCH", "/messages/@original", {"content": "x"}) == (200, None)
        hand.turn(2)
        assert await caught.webhook("PATCH", "/messages/@original", {"content": "y"}) == (401, 50027)

    async def test_replies_that_do_not_fit_are_50035(self, rest: Rest) -> None:
        caught = await self._asked(rest)
        for form in ({"type": 7}, {"type": 8}, {"type": 1}, {"type": 9, "data": {"title": ""}}):
            assert await caught.callback(form) == (400, 50035)
        assert await caught.callback({"type": 4, "data": {}}) == (400, 50006)
        assert await caught.callback({"type": 4, "data": {"content": "x"}}) == (204, None)

    async def test_deleted_answer_is_10008(self, rest: Rest) -> None:
        caught = await self._asked(rest)
        await caught.callback({"type": 4, "data": {"content": "x"}})
        assert await caught.webhook("DELETE", "/messages/@original") == (204, None)
        assert await caught.webhook("PATCH", "/messages/@original", {"content": "y"}) == (404, 10008)

    async def test_payload_has_what_discord_promises(self, rest: Rest) -> None:
        payload = (await self._asked(rest)).payloads[-1]
        assert payload["attachment_size_limit"] == 1000
        assert payload["authorizing_integration_owners"] == {"0": payload["guild_id"]}
        assert (payload["context"], payload["entitlements"], payload["version"]) == (0, [], 1)
        assert int(payload["app_permissions"]) & permissions.SEND_MESSAGES


class TestNoAnswer:
    @pytest.fixture
    def options(self) -> Options:
        return Options(token="t0ken", timing=Timing(first_reply_s=0.02))

    async def test_interaction_without_an_answer_fails_for_its_person(self, rest: Rest, enter: Enter) -> None:
        Caught(rest)
        you = await enter("you")
        await you.use(channel_id(rest.sandbox), "ask", nonce="n")
        failed = await you.until("INTERACTION", lambda seen: seen["state"] == "failed")
        assert failed["nonce"] == "n"
