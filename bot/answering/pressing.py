"""What the buttons under an answer do."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress

import discord

from bot.answering.conversing import converse, note_place
from bot.answering.ending import ending, shown_text
from bot.answering.people import place_of_interaction, refuse_strangers
from bot.answering.stand import Stand, is_json
from bot.app import GrokBot
from bot.errors import InputError
from bot.services.posts import PostState
from bot.services.question import ChatUpdate
from bot.ui import text
from bot.ui.answer import AnswerView
from bot.ui.controls import Control, DeleteChoice
from bot.ui.live import LiveMessage
from bot.ui.posted import PostedSurface
from bot.ui.sentences import controls as sentences
from bot.ui.surface import is_guest
from bot.ui.thoughts import thoughts_view

Press = discord.Interaction[GrokBot]


async def found(interaction: Press, key: str) -> PostState:
    """Return the answer that a button belongs to. Raises InputError when it is forgotten, or stands elsewhere."""
    state = await interaction.client.services.posts.state(key)
    if state.post.channel_id != interaction.channel_id:
        raise InputError("old_button")
    return state


async def owned(interaction: Press, control: Control) -> PostState:
    """Return the answer if this person may change it."""
    await interaction.client.stops.at_rest(control.key)
    state = await found(interaction, control.key)
    refuse_strangers(interaction, state.post)
    return state


async def stop(interaction: Press, control: Control) -> None:
    """End the writing; what came stays. An answer that a restart ended is tidied up instead."""
    state = await found(interaction, control.key)
    refuse_strangers(interaction, state.post)
    await interaction.response.defer()
    stops = interaction.client.stops
    if stops.press(control.key) or stops.is_writing(control.key):  # or it is ending by itself at this moment
        return
    with stops.claiming(control.key):
        await repaint(interaction, state)


async def regenerate(interaction: Press, control: Control) -> None:
    """Write another version in the same messages."""
    await _rewrite(interaction, await owned(interaction, control), None)


async def regenerate_with(interaction: Press, key: str, model: str) -> None:
    """Write another version with another model."""
    state = await owned(interaction, Control("try", key))
    checked = await interaction.client.services.models.checked(model)
    await _rewrite(interaction, state, checked)


async def go_on(interaction: Press, control: Control) -> None:
    """Make an answer longer that its model's limit cut."""
    state = await owned(interaction, control)
    place = place_of_interaction(interaction)
    start = state.version.text if state.version is not None else ""
    updates = interaction.client.services.chat.go_on(control.key, place)
    await _write(interaction, state, updates, start=start)


async def flip(interaction: Press, control: Control) -> None:
    """Show another version, and remember it in the place of the one before."""
    await owned(interaction, control)
    with interaction.client.stops.claiming(control.key):
        await interaction.response.defer()
        state = await interaction.client.services.posts.choose(control.key, int(control.argument))
        await repaint(interaction, state)


async def thoughts(interaction: Press, control: Control) -> None:
    """Show the thinking to whoever asks, privately."""
    version = (await found(interaction, control.key)).version
    if version is None or not version.thoughts.strip():
        raise InputError("no_thoughts")
    content, files = thoughts_view(version.thoughts, version.thought_s)
    await interaction.response.send_message(content, files=files, ephemeral=True)


async def branch(interaction: Press, control: Control) -> None:
    """Start a thread on the answer that remembers everything up to it."""
    state = await found(interaction, control.key)
    if not isinstance(interaction.channel, discord.TextChannel) or interaction.message is None:
        raise InputError("no_threads_here")
    if not interaction.permissions.create_public_threads:
        raise InputError("cannot_thread_you")
    await interaction.response.defer(ephemeral=True, thinking=True)
    thread = await _start_thread(interaction.message, text.cut(" ".join(state.post.prompt.split()), 90) or "Grok")
    await interaction.client.services.posts.branch(control.key, thread.id)
    with suppress(discord.Forbidden):  # it may make threads, and not write in them
        await thread.send(sentences.BRANCHED)
    await interaction.edit_original_response(content=sentences.BRANCHED_TO.format(thread=thread.mention))


async def ask_to_delete(interaction: Press, control: Control) -> None:
    """Ask once more before an answer is deleted; where the bot is a guest only this press itself can delete it."""
    await owned(interaction, control)
    if is_guest(interaction):
        await _delete_as_guest(interaction, control)
        return
    view = DeleteChoice(control.key).build()
    await interaction.response.send_message(sentences.DELETE_REALLY, view=view, ephemeral=True)


async def delete(interaction: Press, control: Control) -> None:
    """Delete the answer's messages, and forget the exchange."""
    await owned(interaction, control)
    with interaction.client.stops.claiming(control.key):
        await interaction.response.defer()
        await _delete(interaction, control)
    await interaction.edit_original_response(content=sentences.DELETED, view=None)


async def _delete_as_guest(interaction: Press, control: Control) -> None:
    with interaction.client.stops.claiming(control.key):
        await interaction.response.defer()
        await interaction.delete_original_response()
        await interaction.client.services.posts.remove(control.key)
    await interaction.followup.send(sentences.DELETED, ephemeral=True)


async def _delete(interaction: Press, control: Control) -> None:
    bot = interaction.client
    channel = bot.get_partial_messageable(interaction.channel_id or 0)
    for message_id in reversed(await bot.services.posts.message_ids(control.key)):
        try:
            await channel.get_partial_message(message_id).delete()
        except discord.NotFound:
            continue
        except discord.Forbidden as refused:
            raise InputError("cannot_delete") from refused
    await bot.services.posts.remove(control.key)


async def repaint(interaction: Press, state: PostState) -> None:
    """Show an answer as it is kept, in the messages where it stands. Raises InputError where that cannot be."""
    surface = await _surface(interaction, state)
    view = _view(state, surface)
    as_json = await is_json(interaction.client, place_of_interaction(interaction))
    if state.version is not None:
        view.write(shown_text(state.version, is_json=as_json))
    view.end(ending(state, can_branch=_can_branch(interaction), is_json=as_json))
    live = LiveMessage(surface, interaction.client.pacer, view.faces)
    async with live.painting():
        await live.finish()
    if live.lost is not None:
        raise InputError(f"lost_{live.lost.reason}")
    await note_place(interaction.client, state.key, live.message_ids, state.post.channel_id)


async def _rewrite(interaction: Press, state: PostState, model: str | None) -> None:
    place = place_of_interaction(interaction)
    await _write(interaction, state, interaction.client.services.chat.regenerate(state.key, place, model))


async def _write(
    interaction: Press, state: PostState, updates: AsyncGenerator[ChatUpdate, None], *, start: str = ""
) -> None:
    bot = interaction.client
    with bot.work.running(), bot.stops.claiming(state.key):
        await interaction.response.defer()
        as_json = await is_json(bot, place_of_interaction(interaction)) and not start
        stand = Stand(state.key, is_json=as_json, can_branch=_can_branch(interaction))
        surface = await _surface(interaction, state)
        view = _view(state, surface, start=start, is_json=stand.is_json)
        await converse(bot, surface, updates, view, stand, asker=interaction.user, channel_id=state.post.channel_id)


def _view(state: PostState, surface: PostedSurface, *, start: str = "", is_json: bool = False) -> AnswerView:
    return AnswerView(
        heading=state.post.heading,
        key=state.key,
        is_private=state.is_private,
        start=start,
        is_json=is_json,
        placeholder=sentences.WRITING_AGAIN,
        most=surface.most,
    )


async def _surface(interaction: Press, state: PostState) -> PostedSurface:
    pressed_id = interaction.message.id if interaction.message is not None else 0
    message_ids = await interaction.client.services.posts.message_ids(state.key) or (pressed_id,)
    return PostedSurface(interaction, message_ids, pressed_id, is_ephemeral=state.is_private)


def _can_branch(interaction: Press) -> bool:
    return isinstance(interaction.channel, discord.TextChannel) and not is_guest(interaction)


async def _start_thread(message: discord.Message, name: str) -> discord.Thread:
    try:
        return await message.create_thread(name=name)
    except discord.Forbidden as refused:
        raise InputError("cannot_thread") from refused
    except discord.HTTPException as refused:
        if refused.code != 160004:  # Discord: a thread has already been created for this message
            raise
        raise InputError("thread_exists", thread_id=message.id) from refused
