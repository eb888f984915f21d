from __future__ import annotations

import asyncio
import io
import json
import signal
import sys

from PIL import Image

from sandbox.server import Sandbox
from tests.sandbox.play import PATIENCE_S, Person, Rest, channel_id


async def test_attachment_is_served_in_ranges_to_who_has_the_link(rest: Rest) -> None:
    made = await rest.upload(f"/channels/{channel_id(rest.sandbox)}/messages", {}, b"0123456789")
    url = made.body["attachments"][0]["url"]
    whole = await rest.send("GET", url)
    part = await rest.send("GET", url, headers={"Range": "bytes=2-4"})
    outside = await rest.send("GET", url, headers={"Range": "bytes=20-"})
    assert (whole.status, whole.body, whole.headers["Accept-Ranges"]) == (200, b"0123456789", "bytes")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert outside.status == 416
    assert (await rest.send("GET", url.replace("hm=", "hm=0"))).status == 404
    assert whole.headers["Content-Disposition"] == "attachment"


async def test_avatar_of_who_chose_none_is_a_whole_picture(rest: Rest) -> None:
    answer = await rest.send("GET", rest.sandbox.origin + "/cdn/embed/avatars/3.png")
    with Image.open(io.BytesIO(answer.body)) as picture:
        picture.load()
        assert (answer.headers["Content-Type"], picture.size) == ("image/png", (128, 128))


async def test_page_is_served_below_the_secret_only(rest: Rest) -> None:
    page = await rest.send("GET", rest.sandbox.page)
    assert page.status == 200
    assert b"<html" in page.body
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert (await rest.send("GET", rest.sandbox.origin + "/")).status == 404
    assert (await rest.send("GET", rest.sandbox.page + "%2e%2e/world.py")).status == 404


async def test_state_tells_a_person_everything_to_begin_with(rest: Rest, you: Person) -> None:
    state = (await you.ask("GET", "state")).body
    assert [person["username"] for person in state["people"]] == ["you", "ada", "linus"]
    guild = state["guilds"][0]
    assert (guild["name"], guild["owner_id"]) == ("Grok Garden", state["user"]["id"])
    assert {c["name"] for c in guild["channels"] if c["type"] == 0} == {"general", "pictures", "clips", "help"}
    assert (state["application"], state["bot_online"], state["commands"]) == (None, False, [])
    assert state["limits"]["max_file_bytes"] == 10 * 1024 * 1024


async def test_new_people_and_places_appear_on_the_open_page(rest: Rest, you: Person) -> None:
    await rest.control("POST", "people", {"name": "grace"})
    state = await you.until("READY", lambda state: len(state["people"]) == 4)
    assert state["people"][3]["username"] == "grace"
    guild_id = state["guilds"][0]["id"]
    made = await rest.control("POST", f"guilds/{guild_id}/channels", {"name": "room"})
    assert (await you.until("CHANNEL_CREATE"))["id"] == made[0]["id"]


async def test_requests_are_noted_with_their_bodies_and_files(rest: Rest) -> None:
    place = channel_id(rest.sandbox)
    await rest.ask("GET", "/users/@me")
    await rest.upload(f"/channels/{place}/messages", {"content": "x"}, b"12345")
    first, second = (await rest.control("GET", "requests"))["requests"]
    assert (first["method"], first["route"], first["status"]) == ("GET", "/users/@me", 200)
    assert second["route"] == "/channels/{channel}/messages"
    assert second["path"] == f"/channels/{place}/messages"
    assert (second["body"], second["files"]) == ({"content": "x"}, [{"filename": "file-0.bin", "size": 5}])
    later = (await rest.control("GET", f"requests?since={first['n']}"))["requests"]
    assert [request["n"] for request in later] == [second["n"]]


async def test_ordered_faults_meet_the_next_matching_requests_only(rest: Rest) -> None:
    fault = {"method": "GET", "path": "/users/", "status": 503, "body": {"message": "down"}, "times": 2}
    await rest.control("POST", "faults", fault)
    statuses = [(await rest.ask("GET", path)).status for path in ("/gateway", "/users/@me", "/users/@me", "/users/@me")]
    assert statuses == [200, 503, 503, 200]
    await rest.control("POST", "faults", {**fault, "times": 9})
    await rest.control("DELETE", "faults")
    assert (await rest.ask("GET", "/users/@me")).status == 200


async def test_a_reply_that_is_held_back_belongs_to_a_request_that_took_effect(rest: Rest, you: Person) -> None:
    place = f"/channels/{channel_id(rest.sandbox)}/messages"
    await rest.control("POST", "faults", {"method": "POST", "path": "/messages$", "reply_delay_s": 60})
    asking = asyncio.create_task(rest.ask("POST", place, {"content": "there"}))
    try:
        assert (await you.answer("there"))["content"] == "there"
        assert [row["status"] for row in (await rest.control("GET", "requests"))["requests"]] == [200]
        assert not asking.done()
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def test_bots_and_people_are_told_the_same_of_a_message(rest: Rest, sandbox: Sandbox, you: Person) -> None:
    sent = (await rest.ask("POST", f"/channels/{channel_id(sandbox)}/messages", {"content": "same"})).body
    shown = (await you.ask("GET", f"channels/{sent['channel_id']}/messages")).body[0]
    assert shown == sent == await you.answer("same")


async def test_program_says_where_it_is_and_ends_cleanly_when_told() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--token", "abc", "--bot-name", "Helper", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        place = json.loads(await process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
    assert code == 0
    assert place["token"] == "abc"
    assert place["api"].startswith("http://127.0.0.1:")
    assert place["page"].endswith("/")
    assert place["pid"] == process.pid
