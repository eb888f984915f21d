from __future__ import annotations

import asyncio

import discord
from discord import app_commands

from sandbox.server import Sandbox
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Enter, Start
from tests.sandbox.play import Person, channel_id, option

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000003000000020802000000") + b"rest"


async def test_deferred_answer_thinks_then_grows_then_is_followed(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content=f"{prompt}, half")
        await interaction.edit_original_response(content=f"{prompt}, whole")
        await interaction.followup.send("and more")

    await start(bot)
    used = await you.use(channel_id(sandbox), "ask", [option("prompt", "why")], nonce="n1")
    more = await you.answer("and more")

    assert used.status == 202
    thinking = you.seen("MESSAGE_CREATE")[0]
    assert (thinking["flags"], thinking["content"], thinking["type"]) == (128, "", 20)
    half, whole = you.seen("MESSAGE_UPDATE")
    assert (half["content"], half["flags"], half["edited_timestamp"]) == ("why, half", 0, None)
    assert whole["content"] == "why, whole"
    assert whole["edited_timestamp"] is not None
    assert whole["interaction_metadata"]["name"] == "ask"
    assert more["message_reference"]["message_id"] == whole["id"]
    states = [(seen["nonce"], seen["state"]) for seen in you.seen("INTERACTION")]
    assert states == [("n1", "pending"), ("n1", "done")]


async def test_first_follow_up_after_deferring_fills_the_thinking_message(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot = Bot()

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await interaction.followup.send("filled", ephemeral=False)

    await start(bot)
    await you.use(channel_id(sandbox), "ask")
    filled = await you.answer("filled")
    assert filled["id"] == you.seen("MESSAGE_CREATE")[0]["id"]
    assert filled["flags"] == 64


async def test_all_kinds_of_options_arrive_with_what_they_point_to(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Take")
    @app_commands.choices(pick=[app_commands.Choice(name="One", value=1), app_commands.Choice(name="Two", value=2)])
    async def take(
        interaction: discord.Interaction,
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role,
        file: discord.Attachment,
        number: app_commands.Range[float, 0, 2],
        yes: bool,
        pick: int,
    ) -> None:
        bot.note((who.name, where.name, role.name, await file.read(), file.width, number, yes, pick))
        await interaction.response.send_message("taken")

    await start(bot)
    world = sandbox.world
    ada = next(user.id for user in world.users.values() if user.name == "ada")
    role_id = next(role.id for role in next(iter(world.guilds.values())).roles.values() if role.name == "Moderators")
    options = [
        option("who", str(ada), 6),
        option("where", channel_id(sandbox, "clips"), 7),
        option("role", str(role_id), 8),
        option("file", "0", 11),
        option("number", 1.5, 10),
        option("yes", True, 5),
        option("pick", 2, 4),
    ]
    form = {"channel_id": channel_id(sandbox), "name": "take", "options": options}
    used = await you.with_files("interactions/command", form, ("a.png", PNG))
    assert used.status == 202, used
    assert await bot.next_note() == ("ada", "clips", "Moderators", PNG, 3, 1.5, True, 2)


async def test_subcommands_of_groups_are_found_by_their_path(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()
    memory = app_commands.Group(name="memory", description="Memory")

    @memory.command(description="Show")
    async def show(interaction: discord.Interaction, count: int = 3) -> None:
        await interaction.response.send_message(f"shown {count}", ephemeral=True)

    bot.tree.add_command(memory)
    await start(bot)
    part = {"name": "show", "type": 1, "options": [option("count", 5, 4)]}
    await you.use(channel_id(sandbox), "memory", [part])
    shown = await you.answer("shown 5")
    assert shown["interaction_metadata"]["name"] == "memory show"


async def test_ephemeral_answer_is_seen_by_its_person_only(
    sandbox: Sandbox, you: Person, enter: Enter, start: Start
) -> None:
    bot, ada, place = Bot(), await enter("ada"), channel_id(sandbox)

    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        await interaction.followup.send("aloud")

    await start(bot)
    await you.use(place, "whisper")
    whispered = await you.answer("psst")
    await ada.answer("aloud")
    assert whispered["flags"] == 64
    assert "psst" not in [message["content"] for message in ada.seen("MESSAGE_CREATE")]
    of_ada = (await ada.ask("GET", f"channels/{place}/messages")).body
    assert [message["content"] for message in of_ada] == ["aloud"]
    dismissed = await you.ask("DELETE", f"channels/{place}/messages/{whispered['id']}")
    assert dismissed.status == 204
    assert [m["content"] for m in (await you.ask("GET", f"channels/{place}/messages")).body] == ["aloud"]


async def test_autocomplete_returns_what_the_bot_offers(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Choose")
    async def choose(interaction: discord.Interaction, model: str) -> None:
        await interaction.response.send_message(model)

    @choose.autocomplete("model")
    async def offer(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}-3", value="grok-3")]

    await start(bot)
    form = {
        "channel_id": channel_id(sandbox),
        "name": "choose",
        "options": [{**option("model", "gr"), "focused": True}],
    }
    answer = await you.ask("POST", "interactions/autocomplete", form)
    assert answer.body == {"choices": [{"name": "gr-3", "value": "grok-3"}]}


async def test_context_menus_get_the_whole_message_or_user_without_any_intent(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.tree.context_menu(name="Explain this")
    async def explain(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"explained {message.content}")

    @bot.tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"hi {member.display_name}")

    await start(bot)
    said = await you.say(place, "secret text")
    await you.use(place, "Explain this", type=3, target_id=said["id"])
    await you.use(place, "Greet", type=2, target_id=str(you.user.id))
    assert (await you.answer("explained secret text"))["type"] == 23
    await you.answer("hi You")


async def test_command_in_direct_messages_knows_its_context(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Where")
    async def where(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.channel, discord.DMChannel)
        bot.note((interaction.guild, interaction.context.dm_channel, interaction.filesize_limit))
        await interaction.response.send_message("here")

    await start(bot)
    opened = (await you.ask("POST", "dms", {"recipient_id": str(sandbox.world.bot.id)})).body
    await you.use(opened["id"], "where")
    assert await bot.next_note() == (None, True, 10 * 1024 * 1024)
    await you.answer("here")


async def test_what_a_person_may_not_send_is_refused_with_a_sentence(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.tree.command(description="Draw")
    async def draw(interaction: discord.Interaction, prompt: str, count: app_commands.Range[int, 1, 4] = 1) -> None:
        raise AssertionError

    await start(bot)
    too_many = [option("prompt", "x"), option("count", 9, 4)]
    cases = {
        "There is no such command.": await you.use(place, "paint"),
        "The option prompt is required.": await you.use(place, "draw"),
        "count must be within 1 and 4.": await you.use(place, "draw", too_many),
        "There is no option size.": await you.use(place, "draw", [option("prompt", "x"), option("size", "y")]),
    }
    assert {sentence: (400, {"message": sentence}) for sentence in cases} == {
        sentence: (answer.status, answer.body) for sentence, answer in cases.items()
    }


async def test_answer_can_be_fetched_and_deleted_through_the_token(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Vanish")
    async def vanish(interaction: discord.Interaction) -> None:
        callback = await interaction.response.send_message("soon gone")
        original = await interaction.original_response()
        bot.note((callback.message_id == original.id, original.content))
        await interaction.delete_original_response()

    await start(bot)
    await you.use(channel_id(sandbox), "vanish")
    assert await bot.next_note() == (True, "soon gone")
    await you.until("MESSAGE_DELETE")


async def test_interaction_answer_is_edited_through_the_channel_with_the_bots_own_token(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot = Bot()

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        original = await interaction.original_response()
        assert isinstance(interaction.channel, discord.TextChannel)
        await interaction.channel.get_partial_message(original.id).edit(content="by the bot itself")

    await start(bot)
    await you.use(channel_id(sandbox), "ask")
    await you.answer("by the bot itself")


async def test_fifty_answers_at_once_all_arrive(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot, place = Bot(), channel_id(sandbox)

    @bot.tree.command(description="Ask")
    async def ask(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=prompt)

    await start(bot)
    await asyncio.gather(*(you.use(place, "ask", [option("prompt", f"p{n}")]) for n in range(50)))
    for n in range(50):
        await you.answer(f"p{n}")
