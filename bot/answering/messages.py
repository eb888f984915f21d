"""What messages say, as far as Discord shows it to the bot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import discord

from bot.app import GrokBot
from bot.services.pointing import Said

MOST_MESSAGES = 200  # two requests


def said_by(message: discord.Message) -> Said:
    """Return what a message says: its text, those of its embeds and of its card, and what was forwarded in it."""
    parts = [message.clean_content if message.guild else message.content]
    for embed in message.embeds:
        parts += [embed.title or "", embed.description or "", *(f"{each.name}: {each.value}" for each in embed.fields)]
    parts += [snapshot.content for snapshot in message.message_snapshots]
    parts += list(_texts(message.components))
    return Said(message.author.display_name, "\n".join(part for part in parts if part.strip()))


def _texts(components: Sequence[object]) -> Iterator[str]:
    """Yield the texts of a card, outer before inner."""
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        yield from _texts(getattr(component, "children", ()))


async def since(message: discord.Message, bot: GrokBot) -> tuple[list[Said], int]:
    """Return a message and those after it, oldest first, and how many of them Discord hides from the bot."""
    found = [said_by(message)]
    channel = bot.get_partial_messageable(message.channel.id)
    try:
        later = [each async for each in channel.history(after=message, limit=MOST_MESSAGES, oldest_first=True)]
    except (discord.Forbidden, discord.NotFound):  # the bot is not in there: it was installed by a person
        later = []
    spoken = [each for each in later if each.type in {discord.MessageType.default, discord.MessageType.reply}]
    found += [said_by(each) for each in spoken]
    return found, sum(_is_hidden(each) for each in spoken)


def _is_hidden(message: discord.Message) -> bool:
    """Whether Discord kept a message's content back: one without anything in it cannot be sent."""
    return not (said_by(message).text.strip() or message.attachments or message.stickers or message.poll)
