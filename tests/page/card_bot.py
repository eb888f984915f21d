"""A discord.py bot that posts the cards of orders, and says what its buttons are pressed for.

Run as a process of its own: `python -m tests.page.card_bot API_URL TOKEN`; prints "ready" once it can be used.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.ui.order_card import CardState, card_face
from bot.ui.order_controls import find_order_control
from bot.ui.sentences.orders import done_ping
from bot.ui.surface import edit_options, send_options
from tests.page.card_states import clip_states, draw_files, picture_states


class CardBot(discord.Client):
    """Knows the commands below; states: of each kind, by name."""

    def __init__(self, states: dict[str, dict[str, CardState]]) -> None:
        super().__init__(intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none())
        self.states = states
        self.said: defaultdict[int | None, asyncio.Queue[str]] = defaultdict(asyncio.Queue)  # by channel
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(card)
        self.tree.add_command(journey)
        self.tree.add_command(ping)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            self.said[message.channel.id].put_nowait(message.content)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            pressed: dict[str, Any] = {**(interaction.data or {})}  # Any: Discord's JSON
            control = find_order_control(pressed["custom_id"])
            await interaction.response.send_message(repr(control), ephemeral=True)


@app_commands.command(description="Show a card: its kind and its state")
async def card(interaction: discord.Interaction[CardBot], which: str) -> None:
    kind, name = which.split()
    await interaction.response.defer()
    await interaction.followup.send(**send_options(card_face(interaction.client.states[kind][name])))


@app_commands.command(description="Show one card that goes on to the next state with every word said: kind and states")
async def journey(interaction: discord.Interaction[CardBot], which: str) -> None:
    kind, *names = which.split()
    await interaction.response.defer()
    has_files = False
    for name in names:
        face = card_face(interaction.client.states[kind][name])
        await interaction.edit_original_response(**edit_options(face, has_files=has_files))
        has_files = bool(face.uploads)
        await interaction.client.said[interaction.channel_id].get()


@app_commands.command(description="Show a card that is done, and tell who ordered it")
async def ping(interaction: discord.Interaction[CardBot]) -> None:
    await interaction.response.defer()
    face = card_face(interaction.client.states["clip"]["done"])
    shown = await interaction.followup.send(**send_options(face), wait=True)
    assert isinstance(interaction.channel, discord.TextChannel)
    link = interaction.channel.get_partial_message(shown.id).jump_url  # a follow-up does not know its server
    said = done_ping(interaction.user.id, "clip", link)
    await interaction.channel.send(said, allowed_mentions=discord.AllowedMentions(users=[interaction.user]))


def main() -> None:
    """Connect to the local Discord named on the command line."""
    api, token = sys.argv[1:3]
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api).with_scheme("ws").with_path("/gateway")
    with tempfile.TemporaryDirectory() as folder:
        files = draw_files(Path(folder))
        CardBot({"clip": clip_states(files), "picture": picture_states(files)}).run(token, log_handler=None)


if __name__ == "__main__":
    main()
