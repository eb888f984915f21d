"""A discord.py bot of the tests' own: one command for each thing the page must be able to show.

Run as a process of its own: `python -m tests.page.garden_bot API_URL TOKEN`; prints "ready" once it can be used.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.page import garden_views
from tests.page.garden_media import clip, picture

ANSWER = """## Why leaves turn red
When days grow short a tree **stops making chlorophyll**, and what was hidden shows:

- *carotenoids*: yellow and orange, there all summer
- *anthocyanins*: red, made **in autumn** from trapped sugar
  - more of it after cold, sunny days

> A red leaf is a tree saving its nitrogen before it lets go.

```python
def colour(leaf):
    return "red" if leaf.sugar > leaf.chlorophyll else "green"
```
Ask me for `more`, or read [the long story](https://example.org/leaves)."""
COLOURS = ["amber", "crimson", "gold", "moss", "rust", "teal"]


class GardenBot(discord.Client):
    """Knows the commands below and answers when it is mentioned."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        for command in COMMANDS:
            self.tree.add_command(command)
        self.tree.add_command(memory)
        self.tree.add_command(app_commands.ContextMenu(name="Count words", callback=count_words))
        self.tree.add_command(app_commands.ContextMenu(name="Wave", callback=wave))
        self.tree.add_command(app_commands.ContextMenu(name="Label this", callback=label_this))
        self.tree.add_command(app_commands.ContextMenu(name="Branch", callback=branch))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    async def next_word_in(self, channel_id: int | None) -> None:
        """Wait until somebody writes there: tests decide how long the bot thinks."""
        await self.wait_for("message", check=lambda said: said.channel.id == channel_id and not said.author.bot)

    async def on_message(self, message: discord.Message) -> None:
        if self.user in message.mentions and not message.author.bot:
            async with message.channel.typing():
                await self.next_word_in(message.channel.id)
            files = "".join(f", {each.filename}" for each in message.attachments)
            await message.reply(f"You said {len(message.content.split())} words{files}.", mention_author=True)


@app_commands.command(description="Ask a question and watch the answer write itself")
@app_commands.describe(prompt="What do you want to know?", tone="How it should sound", words="Roughly how many words")
@app_commands.choices(tone=[app_commands.Choice(name=name, value=name.lower()) for name in ("Plain", "Warm", "Terse")])
async def ask(
    interaction: discord.Interaction[GardenBot],
    prompt: app_commands.Range[str, 1, 200],
    tone: app_commands.Choice[str] | None = None,
    words: app_commands.Range[int, 10, 500] | None = None,
    file: discord.Attachment | None = None,
) -> None:
    """Stream ANSWER in six edits; the question is quoted so that tests see what arrived."""
    await interaction.response.defer(thinking=True)
    given = [prompt, tone and tone.value, words and str(words), file and file.filename]
    head = "-# " + " · ".join(str(each) for each in given if each) + "\n"
    for part in range(1, 7):
        await interaction.edit_original_response(content=head + ANSWER[: len(ANSWER) * part // 6])
        await asyncio.sleep(0.1)


@app_commands.command(description="Draw up to four pictures")
async def pictures(interaction: discord.Interaction[GardenBot], count: app_commands.Range[int, 1, 4] = 4) -> None:
    await interaction.response.defer()
    files = [discord.File(picture(at), f"hills-{at}.png", description=f"Hills, number {at + 1}") for at in range(count)]
    await interaction.followup.send("Four evenings" if count == 4 else "An evening", files=files)


@app_commands.command(description="Make a short clip that plays in place")
async def film(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.defer()
    await interaction.followup.send("One second of dusk", files=[discord.File(clip(), "dusk.mp4")])


@app_commands.command(description="Show buttons of every kind and a list to choose from")
async def panel(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.send_message("Press something.", view=garden_views.Panel())


@app_commands.command(description="Show a layout of containers, sections and galleries")
async def layout(interaction: discord.Interaction[GardenBot]) -> None:
    files = [discord.File(picture(at), f"hills-{at}.png") for at in range(3)]
    files.append(discord.File(garden_views.report(), "report.txt"))
    await interaction.response.send_message(view=garden_views.Layout(), files=files)


@app_commands.command(description="Fill in a form with every kind of field")
async def form(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.send_modal(garden_views.Form())


@app_commands.command(description="Leave a note")
async def note(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.send_modal(garden_views.Note())


@app_commands.command(description="Say something only you can see")
async def whisper(interaction: discord.Interaction[GardenBot]) -> None:
    text = "Between you and me: the **garden** is open at night."
    await interaction.response.send_message(text, ephemeral=True, view=garden_views.Gate())


@app_commands.command(description="Never answer")
async def silence(interaction: discord.Interaction[GardenBot]) -> None:
    return


@app_commands.command(description="Think until somebody speaks, then answer")
async def wait(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.defer(thinking=True)
    await interaction.client.next_word_in(interaction.channel_id)
    await interaction.edit_original_response(content="Done thinking.")


@app_commands.command(description="Find a colour by its first letters")
async def find(interaction: discord.Interaction[GardenBot], colour: str) -> None:
    await interaction.response.send_message(f"Found {colour}.")


@find.autocomplete("colour")
async def complete_colour(_: discord.Interaction[GardenBot], current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=each, value=each) for each in COLOURS if each.startswith(current.lower())]


@app_commands.command(description="Take an option of every kind")
async def details(
    interaction: discord.Interaction[GardenBot],
    person: discord.Member,
    loud: bool,
    amount: float,
    place: discord.TextChannel | None = None,
) -> None:
    where = place.name if place else "nowhere"
    await interaction.response.send_message(f"{person.display_name} {loud} {amount} {where}")


@app_commands.command(description="Send a file back")
async def echo(interaction: discord.Interaction[GardenBot], file: discord.Attachment) -> None:
    await interaction.response.defer()
    await interaction.followup.send(f"{file.filename}, {file.size} bytes", file=await file.to_file())


@app_commands.command(description="Show an embed")
async def card(interaction: discord.Interaction[GardenBot]) -> None:
    shown = discord.Embed(
        title="Tomorrow in the garden", description="Mild, with **drizzle** by noon.", colour=0x4CC38A
    )
    shown.set_author(name="Weather desk")
    shown.add_field(name="Morning", value="9 °C").add_field(name="Noon", value="13 °C").add_field(
        name="Night", value="6 °C"
    )
    shown.set_thumbnail(url="attachment://hills-1.png").set_footer(text="Updated hourly")
    await interaction.response.send_message(embed=shown, file=discord.File(picture(1), "hills-1.png"))


memory = app_commands.Group(name="memory", description="What the bot remembers")


@memory.command(name="show", description="Show what is remembered of this channel")
async def memory_show(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.send_message("Nothing yet.", ephemeral=True)


@memory.command(name="forget", description="Forget this channel")
async def memory_forget(interaction: discord.Interaction[GardenBot]) -> None:
    await interaction.response.send_message("Forgotten.")


async def count_words(interaction: discord.Interaction[GardenBot], message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.content.split())} words.", ephemeral=True)


async def label_this(interaction: discord.Interaction[GardenBot], message: discord.Message) -> None:
    await interaction.response.send_modal(garden_views.Labelling(message.content))


async def branch(interaction: discord.Interaction[GardenBot], message: discord.Message) -> None:
    thread = await message.create_thread(name=f"On {message.content}")
    await thread.send("Here we go on.")
    await interaction.response.send_message(f"A thread: {thread.mention}", ephemeral=True)


async def wave(interaction: discord.Interaction[GardenBot], user: discord.Member) -> None:
    await interaction.response.send_message(f"{user.display_name} is greeted.")


# Any: commands differ in their parameters; the tree takes them all.
COMMANDS: tuple[app_commands.Command[Any, ..., Any], ...] = (
    *(ask, pictures, film, panel, layout, form, note),
    *(whisper, silence, wait, find, details, echo, card),
)


def main() -> None:
    """Connect to the local Discord named on the command line."""
    api, token = sys.argv[1:3]
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api).with_scheme("ws").with_path("/gateway")
    GardenBot().run(token, log_handler=None)


if __name__ == "__main__":
    main()
