from __future__ import annotations

import io

import discord

from sandbox.model import Message as StoredMessage
from sandbox.model import Overwrite
from sandbox.permissions import MANAGE_MESSAGES
from sandbox.server import Sandbox
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Enter, Start
from tests.sandbox.play import Json, Person, Rest, channel_id


class Listener(Bot):
    """Notes the text of every message a person writes, not of those Discord writes for them."""

    async def on_message(self, message: discord.Message, /) -> None:
        if not message.author.bot and not message.is_system():
            self.note((message.content, self.user in message.mentions))


async def _send(bot: Bot, sandbox: Sandbox, text: str, **kwargs: object) -> discord.Message:
    channel = bot.get_channel(int(channel_id(sandbox)))
    assert isinstance(channel, discord.TextChannel)
    return await channel.send(text, **kwargs)  # type: ignore[call-overload,no-any-return]  # any keyword of send


async def test_without_the_content_intent_only_what_is_meant_for_the_bot_is_read(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Listener(), channel_id(sandbox)
    await start(bot)
    own = await _send(bot, sandbox, "mine")
    mention = f"<@{sandbox.world.bot.id}> hi"
    await you.say(place, "plain")
    await you.say(place, mention)
    await you.say(place, "a reply", reply_to=str(own.id))
    await you.say(place, "a silent reply", reply_to=str(own.id), ping_reply=False)
    noted = [await bot.next_note() for _ in range(4)]
    assert noted == [("", False), (mention, True), ("a reply", True), ("", False)]


async def test_reply_to_an_interactions_answer_arrives_without_its_text(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Listener(), channel_id(sandbox)

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("an answer")

    await start(bot)
    await you.use(place, "ask")
    answer = await you.answer("an answer")
    await you.say(place, "go on", reply_to=answer["id"])
    assert await bot.next_note() == ("", False)


async def test_edited_reply_still_pings_whom_it_pinged(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot, place = Bot(), channel_id(sandbox)
    await start(bot)
    own = await _send(bot, sandbox, "mine")
    loud = await you.say(place, "loud", reply_to=str(own.id))
    silent = await you.say(place, "silent", reply_to=str(own.id), ping_reply=False)
    edits = [await you.ask("PATCH", f"channels/{place}/messages/{m['id']}", {"content": "x"}) for m in (loud, silent)]
    assert [[user["username"] for user in edit.body["mentions"]] for edit in edits] == [["Bot"], []]


async def test_with_the_content_intent_everything_is_read(sandbox: Sandbox, you: Person, start: Start) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    bot = Listener(intents=intents)
    await start(bot)
    said = await you.say(channel_id(sandbox), "plain")
    assert await bot.next_note() == ("plain", False)
    channel = bot.get_channel(int(said["channel_id"]))
    assert isinstance(channel, discord.TextChannel)
    assert (await channel.fetch_message(int(said["id"]))).content == "plain"


async def test_rest_withholds_content_as_the_gateway_does(sandbox: Sandbox, you: Person, rest: Rest) -> None:
    said = await you.say(channel_id(sandbox), "plain")
    one = await rest.ask("GET", f"/channels/{said['channel_id']}/messages/{said['id']}")
    several = await rest.ask("GET", f"/channels/{said['channel_id']}/messages")
    assert [one.body["content"], several.body[0]["content"]] == ["", ""]


async def test_direct_message_arrives_whole_and_is_answered(sandbox: Sandbox, you: Person, start: Start) -> None:
    class Echo(Bot):
        async def on_message(self, message: discord.Message, /) -> None:
            if not message.author.bot:
                async with message.channel.typing():
                    await message.reply(message.content.upper())

    await start(Echo())
    opened = (await you.ask("POST", "dms", {"recipient_id": str(sandbox.world.bot.id)})).body
    await you.say(opened["id"], "hello")
    assert (await you.answer("HELLO"))["referenced_message"]["content"] == "hello"
    assert you.seen("TYPING_START")[0]["user_id"] == str(sandbox.world.bot.id)


async def test_bot_opens_a_direct_message_of_its_own(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()
    await start(bot)
    user = await bot.fetch_user(you.user.id)
    await user.send("psst")
    opened = await you.until("CHANNEL_CREATE")
    assert (await you.answer("psst"))["channel_id"] == opened["id"]


async def test_files_are_kept_removed_and_added_by_an_edit(
    sandbox: Sandbox, you: Person, start: Start, rest: Rest
) -> None:
    bot = Bot()
    await start(bot)
    files = [discord.File(io.BytesIO(f"bytes {n}".encode()), f"{n}.txt", description=f"file {n}") for n in (1, 2)]
    message = await _send(bot, sandbox, "files", files=files)
    keep = message.attachments[1]
    third = discord.File(io.BytesIO(b"bytes 3"), "3.txt", spoiler=True)
    edited = await message.edit(attachments=[keep, third])
    assert [a.filename for a in edited.attachments] == ["2.txt", "SPOILER_3.txt"]
    assert [a.description for a in edited.attachments] == ["file 2", None]
    assert await edited.attachments[0].read() == b"bytes 2"
    versions = (await rest.control("GET", f"messages/{message.id}/versions"))["versions"]
    assert [v["attachments"] for v in versions] == [["1.txt", "2.txt"], ["2.txt", "SPOILER_3.txt"]]


async def test_picture_of_an_embed_is_not_listed_twice(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()
    await start(bot)
    embed = discord.Embed(title="Look", colour=0xFF0000).set_image(url="attachment://a.gif")
    file = discord.File(io.BytesIO(b"GIF89a\x05\x00\x04\x00rest"), "a.gif")
    message = await _send(bot, sandbox, "see", embed=embed, file=file)
    assert message.attachments == []
    assert (message.embeds[0].image.width, message.embeds[0].image.height) == (5, 4)
    assert (message.embeds[0].image.url or "").startswith(sandbox.origin)


async def test_threads_are_made_joined_and_written_in(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot, place = Bot(), channel_id(sandbox)
    await start(bot)
    message = await _send(bot, sandbox, "start here")
    thread = await message.create_thread(name="On this")
    await thread.send("inside")
    inside = await you.answer("inside")
    assert inside["channel_id"] == str(thread.id) == str(message.id)
    assert (await you.until("THREAD_CREATE"))["parent_id"] == place
    await thread.edit(archived=True)
    changed = await you.until("CHANNEL_UPDATE", lambda channel: channel["id"] == str(thread.id))
    assert changed["thread_metadata"]["archived"]
    started = await you.ask("POST", f"channels/{place}/threads", {"name": "Mine"})
    assert started.body["owner_id"] == str(you.user.id)


async def test_bot_hears_of_a_persons_thread_and_answers_in_it(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot, place = Listener(), channel_id(sandbox)
    await start(bot)
    thread = (await you.ask("POST", f"channels/{place}/threads", {"name": "Mine"})).body
    await you.say(thread["id"], f"<@{sandbox.world.bot.id}> here?")
    assert await bot.next_note() == (f"<@{sandbox.world.bot.id}> here?", True)
    known = bot.get_channel(int(thread["id"]))
    assert isinstance(known, discord.Thread)
    await known.send("yes")
    await you.answer("yes")


async def test_mentions_ping_only_whom_they_may(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()
    await start(bot)
    text = f"<@{you.user.id}> @everyone `<@{sandbox.world.bot.id}>`"
    silent = await _send(bot, sandbox, text, allowed_mentions=discord.AllowedMentions.none())
    loud = await _send(bot, sandbox, text)
    assert silent.mentions == []
    assert [user.id for user in loud.mentions] == [you.user.id]
    assert not loud.mention_everyone  # the bot has no permission to


async def test_history_pages_in_discords_order(sandbox: Sandbox, you: Person, rest: Rest) -> None:
    place = channel_id(sandbox)
    ids = [(await you.say(place, f"m{n}"))["id"] for n in range(5)]

    async def page(query: str) -> list[str]:
        return [message["id"] for message in (await rest.ask("GET", f"/channels/{place}/messages?{query}")).body]

    assert await page("limit=2") == [ids[4], ids[3]]
    assert await page(f"before={ids[3]}&limit=2") == [ids[2], ids[1]]
    assert await page(f"after={ids[0]}&limit=2") == [ids[2], ids[1]]
    assert await page(f"around={ids[2]}&limit=3") == [ids[3], ids[2], ids[1]]


async def test_reactions_bulk_delete_and_edits_reach_the_page(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot, place = Bot(), channel_id(sandbox)
    await start(bot)
    message = await _send(bot, sandbox, "one")
    await message.add_reaction("👍")
    reacted = await you.until("MESSAGE_UPDATE")
    assert reacted["reactions"][0]["emoji"]["name"] == "👍"
    _let_manage_messages(sandbox, place)
    other = await _send(bot, sandbox, "two")
    channel = message.channel
    assert isinstance(channel, discord.TextChannel)
    await channel.delete_messages([message, other])
    await you.until("MESSAGE_DELETE", lambda gone: gone["id"] == str(other.id))


def _let_manage_messages(sandbox: Sandbox, place: str) -> None:
    overwrite = Overwrite(MANAGE_MESSAGES, 0, is_member=True)
    sandbox.world.set_overwrite(sandbox.world.channels[int(place)], sandbox.world.bot.id, overwrite)


async def test_person_edits_and_deletes_only_what_they_may(sandbox: Sandbox, you: Person, enter: Enter) -> None:
    place = channel_id(sandbox)
    ada, linus = await enter("ada"), await enter("linus")
    said = await you.say(place, "mine")
    path = f"channels/{place}/messages/{said['id']}"
    assert (await ada.ask("PATCH", path, {"content": "hers"})).status == 403
    assert (await ada.ask("DELETE", path)).status == 403
    edited: Json = (await you.ask("PATCH", path, {"content": "still mine"})).body
    assert edited["edited_timestamp"] is not None
    assert (await linus.ask("DELETE", path)).status == 204
    stored: dict[int, StoredMessage] = sandbox.world.messages
    assert int(said["id"]) not in stored
