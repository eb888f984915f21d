from __future__ import annotations

import io
import re

import discord
from discord import ui

from sandbox.server import Sandbox
from tests.sandbox.bots import Bot
from tests.sandbox.conftest import Enter, Start
from tests.sandbox.play import Json, Person, channel_id


class Counter(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.count = 0

    @ui.button(label="More", custom_id="more", style=discord.ButtonStyle.primary)
    async def more(self, interaction: discord.Interaction, button: ui.Button[Counter]) -> None:
        self.count += 1
        button.disabled = self.count == 2
        await interaction.response.edit_message(content=f"count {self.count}", view=self)

    @ui.select(custom_id="colour", options=[discord.SelectOption(label="Red"), discord.SelectOption(label="Blue")])
    async def colour(self, interaction: discord.Interaction, select: ui.Select[Counter]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"chose {select.values[0]}")

    @ui.select(cls=ui.UserSelect, custom_id="who", max_values=2)
    async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Counter]) -> None:
        names = ", ".join(user.display_name for user in select.values)
        await interaction.response.send_message(f"chose {names}", ephemeral=True)


class Pick(ui.DynamicItem[ui.Button[ui.View]], template=r"pick:(?P<n>\d+)"):
    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label=f"Pick {number}", custom_id=f"pick:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: ui.Item[ui.View], match: re.Match[str]) -> Pick:
        return cls(int(match["n"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"picked {self.number}")


class Question(ui.Modal, title="A question"):
    text: ui.TextInput[Question] = ui.TextInput(label="Text", custom_id="text", min_length=2)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"asked {self.text.value}")


class Everything(ui.Modal, title="Everything"):
    note: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("Read this")
    text: ui.Label[Everything] = ui.Label(text="Text", component=ui.TextInput(custom_id="text", required=False))
    file: ui.Label[Everything] = ui.Label(text="File", component=ui.FileUpload(custom_id="file"))
    size: ui.Label[Everything] = ui.Label(
        text="Size",
        component=ui.RadioGroup(
            custom_id="size", options=[discord.RadioGroupOption(label="S"), discord.RadioGroupOption(label="L")]
        ),
    )
    agree: ui.Label[Everything] = ui.Label(text="Agree", component=ui.Checkbox(custom_id="agree"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text, file, size, agree = (
            label.component for label in (self.text, self.file, self.size, self.agree) if label.component
        )
        assert isinstance(text, ui.TextInput)
        assert isinstance(file, ui.FileUpload)
        assert isinstance(size, ui.RadioGroup)
        assert isinstance(agree, ui.Checkbox)
        content = (await file.values[0].read()).decode()
        await interaction.response.send_message(f"{text.value}|{content}|{size.value}|{agree.value}")


async def _post(bot: Bot, sandbox: Sandbox, you: Person, text: str, view: ui.View) -> Json:
    channel = bot.get_channel(int(channel_id(sandbox)))
    assert isinstance(channel, discord.TextChannel)
    await channel.send(text, view=view)
    return await you.answer(text)


async def test_button_updates_its_own_message_until_it_is_disabled(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()
    await start(bot)
    message = await _post(bot, sandbox, you, "count 0", Counter())
    assert (await you.press(message, "more", nonce="b1")).status == 202
    await you.answer("count 1")
    await you.press(message, "more")
    await you.answer("count 2")
    assert (await you.press(message, "more")).status == 400
    seen = [(each["nonce"], each["message_id"], each["state"]) for each in you.seen("INTERACTION")]
    assert seen[0] == ("b1", message["id"], "pending")


async def test_selects_give_strings_and_resolved_users(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()
    await start(bot)
    message = await _post(bot, sandbox, you, "choose", Counter())
    await you.press(message, "colour", 3, values=["Blue"])
    await you.answer("chose Blue")
    both = [str(user.id) for user in sandbox.world.users.values() if user.name in {"ada", "linus"}]
    await you.press(message, "who", 5, values=both)
    await you.answer("chose ada, linus")
    assert (await you.press(message, "colour", 3, values=["Green"])).status == 400


async def test_dynamic_item_answers_for_a_message_the_bot_has_forgotten(
    sandbox: Sandbox, you: Person, start: Start
) -> None:
    bot = Bot()
    bot.add_dynamic_items(Pick)
    await start(bot)
    message = await _post(bot, sandbox, you, "pick one", ui.View(timeout=None).add_item(Pick(7)))
    await you.press(message, "pick:7")
    picked = await you.answer("picked 7")
    assert picked["type"] == 19
    assert picked["referenced_message"]["id"] == message["id"]


async def test_modal_opens_is_checked_and_is_submitted(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Question())

    await start(bot)
    await you.use(channel_id(sandbox), "form", nonce="m1")
    opened = await you.until("MODAL")
    assert (opened["nonce"], opened["modal"]["title"]) == ("m1", "A question")
    row = {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "x"}]}
    submit: Json = {"interaction_id": opened["interaction_id"], "components": [row]}
    assert (await you.ask("POST", "interactions/modal", submit)).status == 400
    row["components"] = [{"type": 4, "custom_id": "text", "value": "why so"}]
    assert (await you.ask("POST", "interactions/modal", submit)).status == 202
    await you.answer("asked why so")
    assert (await you.ask("POST", "interactions/modal", submit)).status == 400


async def test_modal_with_labels_takes_files_radios_and_checkboxes(sandbox: Sandbox, you: Person, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(description="Form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Everything())

    await start(bot)
    await you.use(channel_id(sandbox), "form")
    opened = await you.until("MODAL")
    given: list[Json] = [
        {"type": 4, "custom_id": "text", "value": "words"},
        {"type": 19, "custom_id": "file", "values": ["0"]},
        {"type": 21, "custom_id": "size", "value": "L"},
        {"type": 23, "custom_id": "agree", "value": True},
    ]
    labels = [{"type": 18, "component": component} for component in given]
    submit = {"interaction_id": opened["interaction_id"], "components": labels}
    answer = await you.with_files("interactions/modal", submit, ("a.txt", b"bytes"))
    assert answer.status == 202, answer
    await you.answer("words|bytes|L|True")


async def test_modal_from_a_button_can_change_the_buttons_message(sandbox: Sandbox, you: Person, start: Start) -> None:
    class Rename(ui.Modal, title="Rename"):
        name: ui.TextInput[Rename] = ui.TextInput(label="Name", custom_id="name")

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(content=f"renamed {self.name.value}")

    class Opener(ui.View):
        @ui.button(label="Rename", custom_id="rename")
        async def rename(self, interaction: discord.Interaction, _: ui.Button[Opener]) -> None:
            await interaction.response.send_modal(Rename())

    bot = Bot()
    await start(bot)
    message = await _post(bot, sandbox, you, "old", Opener())
    await you.press(message, "rename")
    opened = await you.until("MODAL")
    row = {"type": 1, "components": [{"type": 4, "custom_id": "name", "value": "new"}]}
    await you.ask("POST", "interactions/modal", {"interaction_id": opened["interaction_id"], "components": [row]})
    assert (await you.answer("renamed new"))["id"] == message["id"]


async def test_layout_shows_text_and_its_own_file(sandbox: Sandbox, you: Person, start: Start) -> None:
    class Card(ui.LayoutView):
        box: ui.Container[Card] = ui.Container(
            ui.Section(ui.TextDisplay("## Title"), accessory=ui.Button(label="Go", custom_id="go")),
            ui.Separator(),
            ui.MediaGallery(discord.MediaGalleryItem("attachment://a.gif")),
            accent_colour=0x123456,
        )

    bot = Bot()
    await start(bot)
    channel = bot.get_channel(int(channel_id(sandbox)))
    assert isinstance(channel, discord.TextChannel)
    gif = b"GIF89a\x05\x00\x04\x00rest"
    sent = await channel.send(view=Card(), file=discord.File(io.BytesIO(gif), "a.gif"))
    shown = await you.until("MESSAGE_CREATE")
    assert sent.flags.components_v2
    gallery = shown["components"][0]["components"][2]
    media = gallery["items"][0]["media"]
    assert (media["width"], media["height"], media["content_type"]) == (5, 4, "image/gif")
    assert media["url"].startswith(sandbox.origin)
    ids = [shown["components"][0]["id"], gallery["id"]]
    assert len(set(ids)) == len(ids)


async def test_only_those_who_see_an_ephemeral_message_press_its_buttons(
    sandbox: Sandbox, you: Person, enter: Enter, start: Start
) -> None:
    bot, ada = Bot(), await enter("ada")

    @bot.tree.command(description="Hide")
    async def hide(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hidden", view=Counter(), ephemeral=True)

    await start(bot)
    await you.use(channel_id(sandbox), "hide")
    message = await you.answer("hidden")
    assert (await ada.press(message, "more")).status == 404
    assert (await you.press(message, "more")).status == 202
    assert (await you.answer("count 1"))["flags"] == 64
