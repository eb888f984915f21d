"""What a test may take away while a bot works: channels, members, room for files."""

from __future__ import annotations

from sandbox.server import Sandbox
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Enter, Start
from tests.sandbox.play import Person, Rest, channel_id

FILE = {"attachments": [{"id": 0, "filename": "file-0.bin"}]}


async def test_a_channel_that_is_deleted_is_unknown_to_the_bot_and_gone_from_the_page(
    sandbox: Sandbox, you: Person, rest: Rest, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)
    await start(bot)
    await rest.control("DELETE", f"channels/{place}")
    gone = await rest.ask("POST", f"/channels/{place}/messages", {"content": "late"})
    assert (gone.status, gone.body["code"]) == (404, 10003)
    assert await you.until("CHANNEL_DELETE", lambda channel: channel["id"] == str(place))


async def test_who_left_the_only_server_sees_none_and_takes_no_direct_messages(
    sandbox: Sandbox, enter: Enter, rest: Rest
) -> None:
    ada = await enter("ada")
    guild = next(iter(sandbox.world.guilds))
    opened = (await rest.ask("POST", "/users/@me/channels", {"recipient_id": str(ada.user.id)})).body["id"]
    before = await rest.ask("POST", f"/channels/{opened}/messages", {"content": "early"})
    await rest.control("DELETE", f"guilds/{guild}/members/{ada.user.id}")
    after = await rest.ask("POST", f"/channels/{opened}/messages", {"content": "late"})
    assert (before.status, after.status, after.body["code"]) == (200, 403, 50278)
    assert await ada.until("READY", lambda state: state["guilds"] == [])


async def test_less_room_than_bots_are_told_of_is_a_413(sandbox: Sandbox, rest: Rest) -> None:
    place = channel_id(sandbox)
    assert (await rest.upload(f"/channels/{place}/messages", FILE, bytes(2000))).status == 200
    await rest.control("POST", "limits", {"max_file_bytes": 1000})
    refused = await rest.upload(f"/channels/{place}/messages", FILE, bytes(2000))
    assert (refused.status, refused.body["code"]) == (413, 40005)
    assert (await rest.upload(f"/channels/{place}/messages", FILE, bytes(900))).status == 200


async def test_every_state_of_a_message_is_remembered_with_its_components(sandbox: Sandbox, rest: Rest) -> None:
    place = channel_id(sandbox)
    texts = [{"flags": 1 << 15, "components": [{"type": 10, "content": words}]} for words in ("first", "second")]
    message = (await rest.ask("POST", f"/channels/{place}/messages", texts[0])).body["id"]
    await rest.ask("PATCH", f"/channels/{place}/messages/{message}", texts[1])
    versions = (await rest.control("GET", f"messages/{message}/versions"))["versions"]
    assert [version["components"][0]["content"] for version in versions] == ["first", "second"]
