"""The pool of accounts, for the bot's owners: `/grok`, its buttons and its form, and the word when it runs low."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot, report
from bot.background import Background
from bot.errors import GrokBotError
from bot.services.pool import DEFAULT_POOL, PoolService, pool_name
from bot.ui.pool import (
    FIELD,
    PREFIX,
    PoolControl,
    choice_name,
    find_pool_control,
    label,
    pool_page,
    pool_view,
    removal_view,
    token_form,
)
from bot.ui.sent import custom_id_of, filled_in
from bot.ui.sentences import pool as sentences

LOOK_S = 600.0  # how often the quota is looked at
CHOICES = 25  # Discord: of an autocomplete

log = logging.getLogger(__name__)

Press = discord.Interaction[GrokBot]


@app_commands.default_permissions(administrator=True)
class GrokCog(commands.GroupCog, group_name="grok", group_description="The Grok accounts, for the bot's owners"):
    """The pool, for owners only; nobody else sees any of it."""

    def __init__(self, bot: GrokBot, pool: PoolService) -> None:
        self.bot = bot
        self._pool = pool
        self._background = Background((self._watch,))

    async def cog_load(self) -> None:
        """Watch the quota from now on; in a bot of several processes, only the first does."""
        slot = self.bot.share.slot
        if slot is None or slot.number == 0:
            self._background.start()

    async def cog_unload(self) -> None:
        """Stop watching."""
        await self._background.stop()

    # commands

    @app_commands.command(description="List the accounts, with what is left of each")
    async def tokens(self, interaction: Press) -> None:
        """List them, a page at a time."""
        self._pool.check(interaction.user.id)
        await interaction.response.defer(ephemeral=True)
        await self._paint(interaction, 0)

    @app_commands.command(description="Add accounts: a form asks for their tokens")
    @app_commands.describe(pool="which pool they go to; ssoBasic if you do not say")
    async def add(self, interaction: Press, pool: app_commands.Range[str, 1, 32] = DEFAULT_POOL) -> None:
        """Ask for the tokens where nobody else sees them."""
        self._pool.check(interaction.user.id)
        await interaction.response.send_modal(token_form(pool_name(pool)))

    @app_commands.command(description="Let an account rest")
    @app_commands.describe(account="its handle, or the last four characters of its token")
    async def disable(self, interaction: Press, account: app_commands.Range[str, 1, 100]) -> None:
        """Disable it."""
        self._pool.check(interaction.user.id)
        await interaction.response.defer(ephemeral=True)
        change = await self._pool.disable(account)
        await interaction.edit_original_response(content=sentences.disabled(label(change.changed[0])))

    @app_commands.command(description="Remove an account from the server")
    @app_commands.describe(account="its handle, or the last four characters of its token")
    async def remove(self, interaction: Press, account: app_commands.Range[str, 1, 100]) -> None:
        """Ask whether that is meant."""
        self._pool.check(interaction.user.id)
        await interaction.response.defer(ephemeral=True)
        meant = await self._pool.find(account)
        asked = sentences.REMOVE_ASKED.format(which=label(meant))
        await interaction.edit_original_response(content=asked, view=removal_view(meant))

    @app_commands.command(description="Have the server read the quota of one account anew, or of all")
    @app_commands.describe(account="its handle, or the last four characters of its token; all if you do not say")
    async def refresh(self, interaction: Press, account: app_commands.Range[str, 1, 100] | None = None) -> None:
        """Refresh, and say how it went."""
        self._pool.check(interaction.user.id)
        await interaction.response.defer(ephemeral=True)
        results = await self._pool.refresh(account)
        bad = [label(each.token) for each in results if not each.is_good]
        await interaction.edit_original_response(content=sentences.refreshed(len(results) - len(bad), bad))

    @disable.autocomplete("account")
    @remove.autocomplete("account")
    @refresh.autocomplete("account")
    async def accounts(self, interaction: Press, typed: str) -> list[app_commands.Choice[str]]:
        """Offer what was listed last, to owners."""
        if interaction.user.id not in self._pool.owners:
            return []
        return [
            app_commands.Choice(name=choice_name(each), value=each.handle)
            for each in self._pool.known
            if typed.casefold() in f"{each.handle} {each.tail}".casefold()
        ][:CHOICES]

    # buttons and the form

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Do what a button or the form says, also of one that was sent before a restart."""
        written = custom_id_of(interaction)
        if interaction.type is discord.InteractionType.application_command or not written.startswith(PREFIX):
            return
        try:
            self._pool.check(interaction.user.id)
            await self._pressed(interaction, find_pool_control(written))
        except Exception as failed:  # the outermost handler of a press: without it nobody would be told
            await report(interaction, failed)

    async def _pressed(self, interaction: Press, control: PoolControl | None) -> None:
        if control is not None and control.action == "add":
            await interaction.response.defer(ephemeral=True, thinking=True)
            change = await self._pool.add(control.to, str(filled_in(interaction).get(FIELD, "")))
            said = sentences.added(len(change.changed), change.known, change.dropped, control.to)
            await interaction.edit_original_response(content=said)
            return
        await interaction.response.defer()
        match control:
            case PoolControl("remove", handle):
                gone = (await self._pool.remove(handle)).changed[0]
                await interaction.edit_original_response(content=sentences.removed(label(gone)), view=None)
            case PoolControl("keep"):
                await interaction.edit_original_response(content=sentences.KEPT, view=None)
            case PoolControl("back" | "next" as way, number) if number.isdecimal():
                await self._paint(interaction, int(number) + (1 if way == "next" else -1))
            case _:
                await self._paint(interaction, 0)

    async def _paint(self, interaction: Press, number: int) -> None:
        tokens = await self._pool.tokens()
        content, view = pool_page(tokens, number, datetime.now(UTC)), pool_view(tokens, number)
        await interaction.edit_original_response(content=content, view=view)

    # the word when it runs low

    async def _watch(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            try:
                await self.warn()
            except GrokBotError as failed:
                log.warning("the pool could not be looked at error=%s", type(failed).__name__)
            await asyncio.sleep(LOOK_S)

    async def warn(self) -> None:
        """Tell the owners where the pool runs low and they do not know it yet."""
        left = await self._pool.fallen()
        if left is None:
            return
        # All are asked before the next look, so that nobody is told twice because Discord was away for somebody else.
        if any([await self._is_told(owner, sentences.low(left)) for owner in self._pool.owners]):
            await self._pool.told()

    async def _is_told(self, owner: int, said: str) -> bool:
        """Write to an owner. False where it is worth trying again; one who takes no direct messages never will."""
        try:
            await (await self.bot.fetch_user(owner)).send(said)
        except (discord.Forbidden, discord.NotFound):
            log.warning("an owner takes no direct messages user=%s", owner)
        except (discord.HTTPException, OSError) as away:
            log.warning("an owner was not told that the pool is low user=%s error=%s", owner, type(away).__name__)
            return False
        return True


async def setup(bot: GrokBot) -> None:
    """Add the cog where there is a pool to administer."""
    if bot.services.pool is not None:
        await bot.add_cog(GrokCog(bot, bot.services.pool))
