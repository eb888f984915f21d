"""What the sandbox answers is what Discord's own OpenAPI describes, where that file is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.sandbox.play import Json, Person, Rest, channel_id

PLACES = (os.environ.get("DISCORD_OPENAPI", ""), str(Path(__file__).parents[3] / "shared/discord/openapi.json"))
FOUND = next((Path(place) for place in PLACES if place and Path(place).is_file()), None)
pytestmark = pytest.mark.skipif(FOUND is None, reason="set DISCORD_OPENAPI to Discord's openapi.json to run these")


@pytest.fixture(scope="module")
def spec() -> Json:
    assert FOUND is not None
    return dict(json.loads(FOUND.read_text()))


def faults(spec: Json, name: str, value: Any) -> list[str]:  # Any: JSON as it came over the socket
    # Snowflakes and times are written as formats the validator does not know; only their shapes are checked.
    schema = {"$ref": f"#/components/schemas/{name}", "components": spec["components"]}
    errors = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


async def test_messages_are_as_described(spec: Json, rest: Rest, you: Person) -> None:
    place = channel_id(rest.sandbox)
    said = await you.say(place, f"<@{rest.sandbox.world.bot.id}> hi")
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    form: Json = {
        "content": "answer",
        "embeds": [{"title": "T", "fields": [{"name": "n", "value": "v"}]}],
        "components": [row],
        "message_reference": {"message_id": said["id"]},
    }
    sent = await rest.upload(f"/channels/{place}/messages", form, b"file")
    await rest.ask("PUT", f"/channels/{place}/messages/{sent.body['id']}/reactions/%F0%9F%91%8D/@me")
    fetched = await rest.ask("GET", f"/channels/{place}/messages/{sent.body['id']}")
    assert faults(spec, "MessageResponse", fetched.body) == []


async def test_v2_messages_are_as_described(spec: Json, rest: Rest) -> None:
    parts = [{"type": 10, "content": "x"}, {"type": 13, "file": {"url": "attachment://file-0.bin"}}]
    form = {"flags": 1 << 15, "components": [{"type": 17, "components": parts}]}
    sent = await rest.upload(f"/channels/{channel_id(rest.sandbox)}/messages", form, b"file")
    assert sent.status == 200, sent
    assert faults(spec, "MessageResponse", sent.body) == []


async def test_channels_guilds_and_users_are_as_described(spec: Json, rest: Rest, you: Person) -> None:
    guild_id = rest.sandbox.world.channels[int(channel_id(rest.sandbox))].guild_id
    thread = (await you.ask("POST", f"channels/{channel_id(rest.sandbox)}/threads", {"name": "T"})).body
    answers = {
        "GuildChannelResponse": await rest.ask("GET", f"/channels/{channel_id(rest.sandbox)}"),
        "ThreadResponse": await rest.ask("GET", f"/channels/{thread['id']}"),
        "GuildWithCountsResponse": await rest.ask("GET", f"/guilds/{guild_id}?with_counts=true"),
        "GuildMemberResponse": await rest.ask("GET", f"/guilds/{guild_id}/members/{you.user.id}"),
        "UserPIIResponse": await rest.ask("GET", "/users/@me"),
        "PrivateApplicationResponse": await rest.ask("GET", "/applications/@me"),
        "GatewayBotResponse": await rest.ask("GET", "/gateway/bot"),
    }
    assert {name: faults(spec, name, answer.body) for name, answer in answers.items()} == {n: [] for n in answers}


async def test_commands_are_as_described(spec: Json, rest: Rest) -> None:
    option = {"type": 3, "name": "prompt", "description": "What", "required": True}
    forms = [{"name": "ask", "description": "Ask", "options": [option]}, {"name": "Explain", "type": 3}]
    answer = await rest.ask("PUT", f"/applications/{rest.sandbox.world.bot.id}/commands", forms)
    assert [faults(spec, "ApplicationCommandResponse", shape) for shape in answer.body] == [[], []]
