"""What a bot that converses needs of Discord: edits, deletions, forms, private messages, threads, history."""

from __future__ import annotations

import discord
import pytest
from discord import ui

from sandbox.interactions import find_locale
from sandbox.server import Sandbox
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Enter, Start
from tests.sandbox.play import Json, Person, Rest, channel_id, option


class Keeper(Bot):
    """Notes every edit and deletion it is told of, whether it knew the message or not."""

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent, /) -> None:
        self.note(("edited", payload.message_id, payload.message.content, payload.message.edited_at is not None))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent, /) -> None:
        self.note(("deleted", payload.message_id))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent, /) -> None:
        self.note(("purged", payload.message_ids))


async def test_bot_is_told_of_edits_and_deletions_by_author_and_moderator(
    sandbox: Sandbox, you: Person, enter: Enter, start: Start
) -> None:
    bot, place, linus = Keeper(), channel_id(sandbox), await enter("linus")
    mention = f"<@{sandbox.world.bot.id}>"
    await start(bot)
    said = [await you.say(place, f"{mention} question {n}") for n in range(4)]
    ids = [int(each["id"]) for each in said]
    await you.ask("PATCH", f"channels/{place}/messages/{ids[0]}", {"content": f"{mention} better"})
    assert await bot.next_note() == ("edited", ids[0], f"{mention} better", True)
    await you.ask("DELETE", f"channels/{place}/messages/{ids[0]}")
    assert await bot.next_note() == ("deleted", ids[0])
    await linus.ask("DELETE", f"channels/{place}/messages/{ids[1]}")
    assert await bot.next_note() == ("deleted", ids[1])


async def test_bot_is_told_of_many_messages_deleted_at_once(
    sandbox: Sandbox, you: Person, rest: Rest, start: Start
) -> None:
    bot, place = Keeper(), channel_id(sandbox)
    await start(bot)
    ids = [(await you.say(place, f"m{n}"))["id"] for n in range(3)]
    assert await rest.control("POST", f"channels/{place}/purge", {"messages": ids[1:]}) == {"deleted": 2}
    assert await bot.next_note() == ("purged", {int(each) for each in ids[1:]})
    await you.until("MESSAGE_DELETE", lambda gone: gone["id"] == ids[2])


async def test_purging_what_is_not_there_is_refused(sandbox: Sandbox, rest: Rest) -> None:
    url = f"{sandbox.page}control/channels/{channel_id(sandbox)}/purge"
    assert (await rest.send("POST", url, json={"messages": ["1"]})).status == 404


class Tuning(ui.Modal, title="Tune"):
    """A form that opens with what is set now."""

    style: ui.Label[Tuning] = ui.Label(
        text="Style",
        component=ui.RadioGroup(
            custom_id="style",
            options=[
                discord.RadioGroupOption(label="Brief", value="brief"),
                discord.RadioGroupOption(label="Normal", value="normal", default=True),
            ],
        ),
    )
    parts: ui.Label[Tuning] = ui.Label(
        text="Parts",
        component=ui.CheckboxGroup(
            custom_id="parts",
            required=False,
            options=[
                discord.CheckboxGroupOption(label="Sources", value="sources", default=True),
                discord.CheckboxGroupOption(label="Thoughts", value="thoughts"),
            ],
        ),
    )
    json: ui.Label[Tuning] = ui.Label(text="JSON", component=ui.Checkbox(custom_id="json", default=True))

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    async def on_submit(self, interaction: discord.Interaction) -> None:
        style, parts, json = self.style.component, self.parts.component, self.json.component
        assert isinstance(style, ui.RadioGroup)
        assert isinstance(parts, ui.CheckboxGroup)
        assert isinstance(json, ui.Checkbox)
        given = f"{style.value} {'+'.join(parts.values)} {json.value}"
        await interaction.response.send_message(f"{self.target}: {given} ({interaction.locale})")


async def test_message_command_opens_a_form_with_radio_group_and_checkboxes(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.tree.context_menu(name="Tune this")
    async def tune(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_modal(Tuning(message.content))

    await start(bot)
    said = await you.say(place, "words of mine")
    await you.use(place, "Tune this", type=3, target_id=said["id"], locale="de-AT")
    opened = await you.until("MODAL")
    fields = [label["component"] for label in opened["modal"]["components"]]
    assert [field["type"] for field in fields] == [21, 22, 23]
    assert [field.get("default") for field in fields[0]["options"]] == [False, True]
    components: list[Json] = [
        {"type": 18, "component": {"type": 21, "custom_id": "style", "value": "brief"}},
        {"type": 18, "component": {"type": 22, "custom_id": "parts", "values": ["sources", "thoughts"]}},
        {"type": 18, "component": {"type": 23, "custom_id": "json", "value": False}},
    ]
    form = {"interaction_id": opened["interaction_id"], "components": components, "locale": "de-AT"}
    assert (await you.ask("POST", "interactions/modal", form)).status == 202
    told = await you.answer("words of mine: brief sources+thoughts False (de)")
    assert told["interaction_metadata"]["triggering_interaction_metadata"]["target_message_id"] == said["id"]


class Chooser(ui.View):
    """A private view: a list and a button that think before they change their message."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.select(custom_id="model", options=[discord.SelectOption(label="grok-3"), discord.SelectOption(label="grok-4")])
    async def model(self, interaction: discord.Interaction, select: ui.Select[Chooser]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"chosen {select.values[0]}")

    @ui.button(label="Clear", custom_id="clear")
    async def clear(self, interaction: discord.Interaction, _: ui.Button[Chooser]) -> None:
        await interaction.response.defer()
        note = await interaction.followup.send("a passing note", ephemeral=True, wait=True)
        await note.delete()
        await interaction.delete_original_response()


async def test_private_list_and_button_change_and_delete_their_message_by_token(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.tree.command(description="Choose")
    async def choose(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("choose one", view=Chooser(), ephemeral=True)

    await start(bot)
    await you.use(place, "choose")
    message = await you.answer("choose one")
    await you.press(message, "model", 3, values=["grok-4"])
    assert (await you.answer("chosen grok-4"))["id"] == message["id"]
    await you.press(message, "clear")
    note = await you.answer("a passing note")
    assert note["flags"] == discord.MessageFlags(ephemeral=True).value
    await you.until("MESSAGE_DELETE", lambda gone: gone["id"] == note["id"])
    await you.until("MESSAGE_DELETE", lambda gone: gone["id"] == message["id"])


async def test_mention_in_a_thread_of_the_bots_arrives_with_its_parent(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.event
    async def on_message(message: discord.Message) -> None:
        if bot.user in message.mentions and isinstance(message.channel, discord.Thread):
            thread = message.channel
            bot.note((thread.id, thread.parent_id, thread.created_at is not None, thread.archived))

    @bot.tree.command(description="Where")
    async def where(interaction: discord.Interaction) -> None:
        thread = interaction.channel
        assert isinstance(thread, discord.Thread)
        await interaction.response.send_message(f"in {thread.name} of {thread.parent}")

    await start(bot)
    channel = bot.get_channel(int(place))
    assert isinstance(channel, discord.TextChannel)
    answer = await channel.send("an answer")
    thread = await answer.create_thread(name="On tides")
    opened = await you.until("MESSAGE_UPDATE", lambda message: message["id"] == str(answer.id))
    assert opened["thread"]["id"] == str(thread.id)
    await you.say(str(thread.id), f"<@{sandbox.world.bot.id}> and now?")
    assert await bot.next_note() == (thread.id, int(place), True, False)
    await you.use(str(thread.id), "where")
    assert (await you.answer("in On tides of general"))["channel_id"] == str(thread.id)


async def test_history_withholds_what_was_not_meant_for_the_bot(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot, place = Bot(), channel_id(sandbox)
    await start(bot)
    channel = bot.get_channel(int(place))
    assert isinstance(channel, discord.TextChannel)
    first = await channel.send("mine")
    await you.say(place, "not for you")
    await you.say(place, f"<@{sandbox.world.bot.id}> for you")
    await channel.send("mine again")
    read = [message.content async for message in channel.history(after=first, limit=200, oldest_first=True)]
    assert read == ["", f"<@{sandbox.world.bot.id}> for you", "mine again"]


async def test_several_files_come_with_a_mention_and_one_with_an_option(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.event
    async def on_message(message: discord.Message) -> None:
        if message.attachments:
            bot.note([(each.filename, await each.read()) for each in message.attachments])

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction, prompt: str, file: discord.Attachment) -> None:
        await interaction.response.send_message(f"{prompt} {file.filename} {file.size} {file.content_type}")

    await start(bot)
    files = [("a.txt", b"one"), ("b.py", b"two")]
    mention = {"content": f"<@{sandbox.world.bot.id}> read these"}
    await you.with_files(f"channels/{place}/messages", mention, *files)
    assert await bot.next_note() == files
    options = [option("prompt", "read"), option("file", "0", 11)]
    form = {"channel_id": place, "name": "ask", "options": options}
    await you.with_files("interactions/command", form, ("c.pdf", b"%PDF"))
    await you.answer("read c.pdf 4 application/pdf")


LANGUAGES = [("de", "de"), ("de-AT", "de"), ("en-GB", "en-GB"), ("en-AU", "en-US"), ("pt", "pt-BR"), ("xx", "en-US")]


@pytest.mark.parametrize(("language", "locale"), [*LANGUAGES, ("", "en-US")])
def test_language_of_a_browser_becomes_a_locale_of_discord(language: str, locale: str) -> None:
    assert find_locale(language) == locale
