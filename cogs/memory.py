"""What is remembered: `/memory`, its buttons, and what becomes of messages in Discord."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.announcing import announce
from bot.answering.people import author_of, place_of_interaction
from bot.answering.wording import without_mention
from bot.app import GrokBot, report
from bot.errors import InputError
from bot.services.memory import MOST_DAYS, TURN_LIMIT_CHARS, Actor, MemoryMode, Preview
from bot.services.persisting import Persisting
from bot.ui import text
from bot.ui.memory import (
    PREFIX,
    MemoryControl,
    ShownMemory,
    ShownRow,
    edit_form,
    find_memory_control,
    memory_page,
    memory_view,
)
from bot.ui.preferences import named
from bot.ui.sent import chosen_in, custom_id_of, filled_in
from bot.ui.sentences import memory as sentences

GRACE_S = 30.0  # in which the bot notes that it deleted a part of its answer itself
EXPORT_LIMIT_BYTES = 10 * 1024 * 1024

Press = discord.Interaction[GrokBot]


class MemoryCog(commands.GroupCog, group_name="memory", group_description="See or change what Grok remembers here"):
    """What is remembered here."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot
        self._persisting = Persisting()

    # commands

    @app_commands.command(description="Show exactly what goes along with your next question here, and change it")
    async def show(self, interaction: Press) -> None:
        """Show it to the person who asks."""
        await interaction.response.defer(ephemeral=True)
        await self._paint(interaction)

    @app_commands.command(description="Forget the newest question here, with its answer")
    async def undo(self, interaction: Press) -> None:
        """Forget it, and say what it was."""
        await interaction.response.defer(ephemeral=True)
        turns = await self.bot.services.memory.undo(place_of_interaction(interaction), actor_of(interaction))
        questions = [text.quoted(turn.text) for turn in turns if turn.role == "user"]
        await interaction.edit_original_response(content=sentences.undone("\n".join(questions)))

    @app_commands.command(description="Forget what you asked here, or everything")
    @app_commands.describe(what="mine: your questions and their answers; everything: everybody's (Manage Messages)")
    async def forget(self, interaction: Press, what: Literal["mine", "everything"] = "mine") -> None:
        """Forget, and say how much."""
        await interaction.response.defer(ephemeral=True)
        place, actor = place_of_interaction(interaction), actor_of(interaction)
        has_parent = (await self.bot.services.memory.scope(place, actor.id)).parent is not None
        said = text.forgotten(await self.bot.services.memory.forget(place, actor, what))
        if has_parent:
            said = f"{said} {sentences.CUT_OFF if what == 'everything' else sentences.PARENT_KEPT}"
        await interaction.edit_original_response(content=said)

    @app_commands.command(description="Get all that is remembered here as two files")
    async def export(self, interaction: Press) -> None:
        """Hand the files to the person who asks."""
        await interaction.response.defer(ephemeral=True)
        limit = min(interaction.filesize_limit, EXPORT_LIMIT_BYTES)
        memory = self.bot.services.memory
        told = await memory.export(place_of_interaction(interaction), interaction.user.id, limit)
        if not told.turns:
            await interaction.edit_original_response(content=text.MEMORY_EMPTY)
            return
        files = [
            discord.File(io.BytesIO(told.json.encode()), "memory.json"),
            discord.File(io.BytesIO(told.markdown.encode()), "memory.md"),
        ]
        await interaction.edit_original_response(
            content=sentences.exported(told.turns, told.left_out), attachments=files
        )

    @app_commands.command(description="Show or choose whose memory is used here")
    @app_commands.describe(mode="one for the channel, the thread's own, or one for each person (Manage Channels)")
    async def scope(self, interaction: Press, mode: MemoryMode | None = None) -> None:
        """Show it privately; a change is told to everybody."""
        await interaction.response.defer(ephemeral=True)
        place = place_of_interaction(interaction)
        memory = self.bot.services.memory
        is_changed = mode is not None and await memory.set_mode(place, actor_of(interaction), mode)
        now = await memory.mode(place)
        await interaction.edit_original_response(content=sentences.mode_now(now, is_thread=place.is_thread))
        if is_changed:
            await announce(
                interaction,
                sentences.mode_changed(named(interaction.user.display_name), now, is_thread=place.is_thread),
            )

    @app_commands.command(description="Show or choose after how many days this server's memory is forgotten")
    @app_commands.describe(days="1 to 3650; 0 keeps everything (Manage Server)")
    async def expiry(self, interaction: Press, days: app_commands.Range[int, 0, MOST_DAYS] | None = None) -> None:
        """Show it privately; a change is told to everybody."""
        await interaction.response.defer(ephemeral=True)
        place = place_of_interaction(interaction)
        memory = self.bot.services.memory
        if days is None:
            await interaction.edit_original_response(content=sentences.expiry_now(await memory.expiry(place)))
            return
        removed = await memory.set_expiry(place, actor_of(interaction), days)
        said = sentences.expiry_now(days or None)
        await interaction.edit_original_response(content=f"{said} {text.forgotten(removed)}" if removed else said)
        await announce(interaction, sentences.expiry_changed(named(interaction.user.display_name), days))

    # buttons and forms

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Do what a button of `/memory show` says, also of one that was sent before a restart."""
        written = custom_id_of(interaction)
        if interaction.type is discord.InteractionType.application_command or not written.startswith(PREFIX):
            return
        try:
            await self._pressed(interaction, find_memory_control(written))
        except Exception as failed:  # the outermost handler of a press: without it nobody would be told
            await report(interaction, failed)

    async def _pressed(self, interaction: Press, control: MemoryControl | None) -> None:
        if control is None:
            await interaction.response.defer()
            await self._paint(interaction)
            return
        memory, place, actor = self.bot.services.memory, place_of_interaction(interaction), actor_of(interaction)
        if control.action == "edit":  # a form must be the first reply
            turn = await memory.editable(place, actor, control.turn_id)
            await interaction.response.send_modal(edit_form(control, turn.text, TURN_LIMIT_CHARS))
            return
        await interaction.response.defer()
        page, picked = control.page, control.turn_id or None
        match control.action:
            case "older":
                page += 1
            case "newer":
                page -= 1
            case "pick":
                picked = next(map(int, chosen_in(interaction)), None)
            case "pin" | "unpin":
                await memory.pin(place, actor, control.turn_id, control.action == "pin")
            case "save":
                await memory.rewrite(place, actor, control.turn_id, str(filled_in(interaction).get("field", "")))
            case "delete":
                await memory.remove(place, actor, control.turn_id)
        await self._paint(interaction, page, picked)

    async def _paint(self, interaction: Press, page: int = 0, picked: int | None = None) -> None:
        memory, place = self.bot.services.memory, place_of_interaction(interaction)
        tuning = await self.bot.services.preferences.of(place)
        preview = await memory.show(place, author_of(interaction.user), tuning)
        shown = _shown(preview, memory.budget_tokens)
        page = shown.page_of(picked, page)
        content, view = memory_page(shown, page, picked), memory_view(shown, page, picked)
        await interaction.edit_original_response(content=content, view=view)

    # what becomes of messages

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Remember what a question says now; one that no longer speaks to the bot is forgotten."""
        message = payload.message
        if message.author.bot or message.edited_at is None or self.bot.user is None:
            return
        prompt = without_mention(message.content, self.bot.user.id)
        if message.content and not prompt and message.attachments:
            prompt = text.LOOK_AT_THIS
        # Without any content, Discord hides it, because it is not said to the bot any more: it is forgotten.
        following = self.bot.services.memory.following
        await self._persisting.on(message.id, lambda: following.edited(message.id, prompt))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Forget the exchange that a message asked or showed."""
        await self._persisting.on(payload.message_id, lambda: self._follow_deleted([payload.message_id]))

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Forget the exchanges that messages asked or showed."""
        first = min(payload.message_ids)
        await self._persisting.on(first, lambda: self._follow_deleted(payload.message_ids))

    async def _follow_deleted(self, message_ids: Iterable[int]) -> None:
        """Forget at once, but for later parts of an answer: those the bot deletes itself when it becomes shorter."""
        following = self.bot.services.memory.following
        later: list[int] = []
        for message_id in sorted(message_ids):
            if await following.is_later_part(message_id):
                later.append(message_id)
            else:
                await following.deleted(message_id)
        for message_id in later:
            while (key := await following.shown_by(message_id)) is not None:
                await asyncio.sleep(GRACE_S)
                # Only an answer that is not being written: what was in its messages is noted when that ends.
                with suppress(InputError), self.bot.stops.claiming(key):
                    if await following.shown_by(message_id) == key:
                        await following.deleted(message_id)


def actor_of(interaction: Press) -> Actor:
    """Return a person with what Discord lets them do; in a direct message, everything."""
    can, is_direct = interaction.permissions, interaction.guild_id is None
    return Actor(
        interaction.user.id,
        interaction.user.display_name,
        is_moderator=is_direct or can.manage_messages,
        keeps_channel=is_direct or can.manage_channels,
        keeps_server=is_direct or can.manage_guild,
    )


def _shown(preview: Preview, budget: int) -> ShownMemory:
    used = preview.used
    rows = [
        ShownRow(None, f"Summary of {used.summarised:,} turns", row.text, row.tokens, False)
        if row.turn is None
        else ShownRow(
            row.turn.id,
            _speaker(row.turn.role, row.turn.author_name),
            row.text,
            row.tokens,
            row.pinned,
            row.told,
            row.pictures,
        )
        for row in preview.rows
    ]
    figures = sentences.header(
        turns=used.turns,
        stored=preview.stored,
        pinned=used.pinned,
        summarised=used.summarised,
        tokens=used.tokens,
        budget=budget,
        pictures=preview.pictures,
        system_tokens=preview.system_tokens,
    )
    return ShownMemory(rows, figures)


def _speaker(role: str, name: str) -> str:
    return "Grok" if role == "assistant" else name


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(MemoryCog(bot))
