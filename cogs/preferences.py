"""What is chosen for a channel: `/persona`, `/model`, `/tune`, the Tune button and their forms."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.announcing import announce
from bot.answering.models import complete_model
from bot.answering.people import author_of, place_of_interaction
from bot.app import GrokBot, report
from bot.errors import InputError
from bot.services import preferences as services
from bot.services.preferences import PRESETS, Tuning
from bot.ui.preferences import (
    PERSONA,
    TUNE,
    Knobs,
    PersonaForm,
    ShownChange,
    TuneForm,
    knobs_of,
    named,
    persona_text,
    tune_button,
)
from bot.ui.sent import custom_id_of, filled_in
from bot.ui.sentences import preferences as sentences
from bot.ui.text import code

DEFAULT = "default"

Press = discord.Interaction[GrokBot]


class PersonaCog(commands.GroupCog, group_name="persona", group_description="See or change who Grok is here"):
    """The persona of a channel."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Show who Grok is here, and who changed what")
    async def show(self, interaction: Press) -> None:
        """Show it to the person who asks."""
        await interaction.response.defer(ephemeral=True)
        place, preferences = place_of_interaction(interaction), self.bot.services.preferences
        persona, own = (await preferences.of(place)).persona, (await preferences.own(place)).persona
        changes = [
            ShownChange(change.user_name, change.what, change.value, change.created_at)
            for change in await preferences.changes(place)
        ]
        shown = persona_text(persona, changes, is_inherited=own is None and persona is not None)
        await interaction.edit_original_response(content=shown)

    @app_commands.command(name="set", description="Give Grok a persona here: a ready one, your own words, or both")
    @app_commands.describe(preset="a ready persona", text="what Grok is to be; with neither, a form opens")
    @app_commands.choices(preset=[app_commands.Choice(name=name, value=name) for name in PRESETS])
    async def set_persona(self, interaction: Press, preset: str | None = None, text: str | None = None) -> None:
        """Set it, or open the form with the present one."""
        refuse_without_permission(interaction)
        if preset is None and text is None:
            own = await self.bot.services.preferences.own(place_of_interaction(interaction))
            await interaction.response.send_modal(PersonaForm(interaction.channel_id or 0, own.persona or ""))
            return
        words = "\n\n".join(filter(None, (PRESETS.get(preset or ""), text)))
        await save_persona(interaction, words, preset if preset in PRESETS else None)

    @app_commands.command(description="Take Grok's persona here away")
    async def reset(self, interaction: Press) -> None:
        """Take it away."""
        refuse_without_permission(interaction)
        await save_persona(interaction, None, None)


class PreferencesCog(commands.Cog):
    """Models and tuning, and the forms."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Show or choose the model that answers here")
    @app_commands.describe(name="a model of the Grok server, or default (Manage Channels)")
    async def model(self, interaction: Press, name: str | None = None) -> None:
        """Show it privately; a change is told to everybody."""
        if name is not None:
            refuse_without_permission(interaction)
        await interaction.response.defer(ephemeral=True)
        place, services_ = place_of_interaction(interaction), self.bot.services
        if name is not None:
            bare = name.strip()
            chosen = None if bare.casefold() == DEFAULT else await services_.models.checked(bare)
            await services_.preferences.set_model(place, author_of(interaction.user), chosen)
        view = discord.ui.View(timeout=None).add_item(tune_button(place.channel_id))
        await interaction.edit_original_response(content=await self._model_now(interaction), view=view)
        if name is not None:
            who, usual = named(interaction.user.display_name), services_.models.in_use.chat
            await announce(interaction, sentences.model_changed(who, chosen and code(chosen), code(usual)))

    @model.autocomplete("name")
    async def complete(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        """Offer the models, and the way back to the usual one."""
        usual = [app_commands.Choice(name=DEFAULT, value=DEFAULT)] if typed.strip().casefold() in DEFAULT else []
        return [*usual, *await complete_model(interaction, typed)][:25]

    @app_commands.command(description="Tune the answers here: temperature, length, style, JSON")
    async def tune(self, interaction: Press) -> None:
        """Open the form."""
        await open_tuning(interaction)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Take the Tune button, and the forms that somebody sent, whichever process made them."""
        custom_id = custom_id_of(interaction)
        prefix = next((prefix for prefix in (TUNE, PERSONA) if custom_id.startswith(prefix)), None)
        is_press = interaction.type is discord.InteractionType.component
        if prefix is None or (is_press and prefix != TUNE):
            return
        try:
            _refuse_elsewhere(interaction, custom_id.removeprefix(prefix))
            if is_press:
                await open_tuning(interaction)
                return
            refuse_without_permission(interaction)
            filled = filled_in(interaction)
            if prefix == PERSONA:
                await save_persona(interaction, str(filled.get("persona") or ""), None)
            else:
                await save_tuning(interaction, knobs_of(filled))
        except Exception as failed:  # the outermost handler: listeners know no interaction to answer
            await report(interaction, failed)

    async def _model_now(self, interaction: Press) -> str:
        place, preferences = place_of_interaction(interaction), self.bot.services.preferences
        tuning, own = await preferences.of(place), (await preferences.own(place)).model
        source = "own" if own else "parent" if tuning.model else "usual"
        model = tuning.model or self.bot.services.models.in_use.chat
        return f"{sentences.model_now(code(model), source)}\n{sentences.tuned(services.told_tuning(tuning))}"


async def open_tuning(interaction: Press) -> None:
    """Show the tuning form with the present values."""
    refuse_without_permission(interaction)
    tuning = await interaction.client.services.preferences.of(place_of_interaction(interaction))
    temperature = "" if tuning.temperature is None else f"{tuning.temperature:g}"
    length = "" if tuning.max_tokens is None else str(tuning.max_tokens)
    knobs = Knobs(temperature, length, tuning.style or "normal", tuning.is_json)
    await interaction.response.send_modal(TuneForm(interaction.channel_id or 0, knobs))


async def save_tuning(interaction: Press, knobs: Knobs) -> None:
    """Keep what was filled in, and say what holds now."""
    tuning = Tuning(
        temperature=services.temperature(knobs.temperature),
        max_tokens=services.max_tokens(knobs.length),
        style=services.style(knobs.style),
        is_json=knobs.is_json,
    )
    await interaction.response.defer(ephemeral=True, thinking=True)
    place, preferences = place_of_interaction(interaction), interaction.client.services.preferences
    await preferences.set_tuning(place, author_of(interaction.user), tuning)
    said = services.told_tuning(await preferences.of(place))
    await interaction.edit_original_response(content=sentences.tuned(said))
    await announce(interaction, sentences.tuning_changed(named(interaction.user.display_name), said))


async def save_persona(interaction: Press, words: str | None, preset: str | None) -> None:
    """Keep a persona, and show it. words: None takes it away; preset: where it comes from."""
    words = services.checked_persona(words) if words is not None else None
    await interaction.response.defer(ephemeral=True, thinking=True)
    place, preferences = place_of_interaction(interaction), interaction.client.services.preferences
    await preferences.set_persona(place, author_of(interaction.user), words)
    said = sentences.PERSONA_RESET if words is None else persona_text(words)
    await interaction.edit_original_response(content=said)
    who = named(interaction.user.display_name)
    await announce(interaction, sentences.persona_changed(who, preset, is_reset=words is None))


def refuse_without_permission(interaction: Press) -> None:
    """Raise InputError unless the person may change what holds in a channel; in a direct message everybody may."""
    if interaction.guild_id is not None and not interaction.permissions.manage_channels:
        raise InputError("needs_manage_channels")


def _refuse_elsewhere(interaction: Press, channel_id: str) -> None:
    if str(interaction.channel_id) != channel_id:
        raise InputError("old_tune_form")


async def setup(bot: GrokBot) -> None:
    """Add the cogs."""
    await bot.add_cog(PersonaCog(bot))
    await bot.add_cog(PreferencesCog(bot))
