"""From a command, a message, a form or a menu to an answer: the question is read, then answered where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.answering.conversing import converse
from bot.answering.people import Channel, author_of, place_of_interaction, place_of_message
from bot.answering.stand import Stand, is_json
from bot.app import GrokBot
from bot.services.question import Question, checked_prompt
from bot.services.reading import Attached, Material, read_attached
from bot.services.scope import Place
from bot.ui import text
from bot.ui.answer import AnswerView
from bot.ui.attached import attachment_bytes
from bot.ui.sentences import files as sentences
from bot.ui.surface import ChannelSurface, InteractionSurface, is_guest

HEADING_LIMIT_CHARS = 400


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody asks with an interaction. heading: shown above the answer, where no command shows the question.

    material: texts that go along beside the files, such as a message that is asked about.
    is_fast: by the fast model. is_fresh: without the memory. is_private: for their eyes only, stored nowhere.
    """

    prompt: str
    files: Sequence[discord.Attachment] = ()
    material: tuple[Material, ...] = ()
    heading: str = ""
    model: str | None = None
    is_fast: bool = False
    is_fresh: bool = False
    is_private: bool = False


async def answer_interaction(interaction: discord.Interaction[GrokBot], asking: Asking) -> None:
    """Answer a command, a form or a menu. Raises InputError for what cannot be asked."""
    bot = interaction.client
    prompt = checked_prompt(asking.prompt)
    with bot.work.running():
        if not interaction.response.is_done():
            await interaction.response.defer(thinking=True, ephemeral=asking.is_private)
        place = place_of_interaction(interaction)
        model = await _model(bot, asking)
        read = await read_attached([attached(file) for file in asking.files], bot.services.reader)
        material = (*asking.material, *read.materials)
        heading = headed(asking.heading, material)
        question = Question(
            place,
            author_of(interaction.user),
            prompt,
            material=material,
            pictures=read.pictures,
            heading=heading,
            model=model,
            is_fresh=asking.is_fresh,
            is_private=asking.is_private,
        )
        surface = InteractionSurface(interaction, is_ephemeral=asking.is_private)
        stand = await stand_for(bot, place, None if is_guest(interaction) else interaction.channel)
        view = AnswerView(heading=heading, is_private=asking.is_private, most=surface.most, is_json=stand.is_json)
        updates = bot.services.chat.ask(question)
        await converse(bot, surface, updates, view, stand, asker=interaction.user, channel_id=place.channel_id)


async def answer_message(bot: GrokBot, message: discord.Message, prompt: str) -> None:
    """Answer a message that talks to the bot. Raises InputError for what cannot be asked."""
    checked = checked_prompt(prompt)
    place = place_of_message(message)
    with bot.work.running():
        read = await read_attached([attached(file) for file in message.attachments], bot.services.reader)
        heading = headed("", read.materials)
        question = Question(
            place,
            author_of(message.author),
            checked,
            material=read.materials,
            pictures=read.pictures,
            message_id=message.id,
            heading=heading,
        )
        surface = ChannelSurface(message.channel, reply_to=message)
        stand = await stand_for(bot, place, message.channel)
        await converse(
            bot,
            surface,
            bot.services.chat.ask(question),
            AnswerView(heading=heading, most=surface.most, is_json=stand.is_json),
            stand,
            asker=message.author,
            channel_id=place.channel_id,
            typing_in=message.channel,
        )


def headed(heading: str, material: Sequence[Material]) -> str:
    """Return the lines above an answer: the heading, and what was read of files that are too long."""
    read = sentences.read_in_part((text.code(each.name), each.note) for each in material if each.note)
    return "\n".join(filter(None, (heading, text.cut(read, HEADING_LIMIT_CHARS))))


def attached(file: discord.Attachment) -> Attached:
    """Return a file that somebody attached, as the services read it."""
    return Attached(file.filename, file.size, lambda: attachment_bytes(file))


async def stand_for(bot: GrokBot, place: Place, channel: Channel | None) -> Stand:
    """Return the beginning of an answer at a place. channel: None where the bot is a guest."""
    return Stand(is_json=await is_json(bot, place), can_branch=isinstance(channel, discord.TextChannel))


async def _model(bot: GrokBot, asking: Asking) -> str | None:
    if asking.model is not None:
        return await bot.services.models.checked(asking.model)
    return await bot.services.models.fast() if asking.is_fast else None
