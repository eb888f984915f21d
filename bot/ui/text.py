"""Every sentence people read, in one place: what happened, whether trying again helps, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.errors import (
    GrokBotError,
    InputError,
    MediaError,
    StoreError,
    UnforeseenError,
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamJobGone,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamResting,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)
from bot.ui.sentences import abilities, controls, files, memory, orders, pointing, pool, preferences

EMPTY_ANSWER = "Grok finished without writing anything. Please ask again."
ONLY_THOUGHTS = "Grok thought about it but wrote no answer. Please ask again, perhaps in other words."
INTERRUPTED = "Interrupted: Grok stopped sending before the answer was complete. Please ask again."
SHUTTING_DOWN = "Interrupted: I am being restarted. What stands here is kept; please ask again in a minute."
DRAINING = "I am being restarted and take no new work right now. Please try again in a minute."
CUT_BY_LENGTH = "The model's length limit was reached here. Press **Continue** to go on."
FILTERED = "The rest was withheld by the server's content filter."
_LOST = {
    "deleted": "The message in {where} was deleted while I was working on it, so I stopped. "
    "Whatever had come by then is attached.",
    "forbidden": "I lost my permission to write in {where}, so here is what you asked for.",
    "unreachable": "Discord did not let me finish in {where}, so here is what you asked for.",
}
REPLY_UNREADABLE = (
    "Discord does not show me what you write in a reply to a slash command's answer. "
    "Press **Reply** below, or mention me with your question."
)
LOOK_AT_THIS = "What is this?"
MENTION_WITHOUT_TEXT = "Mention me together with a question, or use `/ask`."
UNEXPECTED = "Something went wrong on my side. Please try again; if it stays, tell the owner this number: `{incident}`."
BROKE_OFF = "I ran into a bug before this was finished. Please try again."
MEMORY_EMPTY = "I remember nothing here."
NOT_YOURS = "Only a person with **Manage Messages** may do that."

_INPUT = {
    "prompt_blank": "Please write something for me to work with: the prompt was empty.",
    "prompt_long": "That is {chars:,} characters; I can take {limit:,}. Please shorten it.",
    "picture_type": "`{name}` is not a picture I can read. Please attach a PNG, JPEG, WebP or GIF.",
    "picture_size": "`{name}` is {size}; I can take pictures up to {limit}. Please attach a smaller one.",
    "picture_gone": "I could not fetch `{name}` from Discord. Please attach it again.",
    "needs_manage_messages": NOT_YOURS,
    "no_channel": "I can only answer in a channel or a direct message.",
    "draining": DRAINING,
    **abilities.INPUT,
    **controls.INPUT,
    **files.INPUT,
    **memory.INPUT,
    **orders.INPUT,
    **pointing.INPUT,
    **pool.INPUT,
    **preferences.INPUT,
}

_MEDIA = {
    "address": "Grok gave a link that I will not open, because it leads into a private network or is no web address.",
    "private": "The picture or clip exists, but the Grok server keeps it to itself: its `app_url` is not set. "
    "Please tell the bot's owner.",
    "size": "The result is larger than I may download.",
    "type": "Grok gave a file that is neither a picture nor a clip.",
    "damaged": orders.DAMAGED,
    "gone": "The result was already gone when I fetched it. Please try again.",
    "network": "The result was made, but fetching it failed. Please try again.",
    "slow": "The result was made, but the Grok server hands it out too slowly. Please try again later.",
    "cut": "The Grok server gave a clip that breaks off before its end. Please try again.",
    "disk": "The result was made, but I cannot write it to my disk: it is full, or closed to me. "
    "Please tell the bot's owner.",
}

_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)|<(?=[@#:/]|a:|t:|id:)")
_MARKUP = re.compile(r"([*_~`|\\>\[\]]|^[#+-](?=[# ]))")  # the last: headings, small print, lists


def escape(text: str, limit: int = 200) -> str:
    """Return foreign text as it may stand in a sentence: one line, no markup, no mention, cut to `limit`."""
    flat = cut(" ".join(text.split()), limit)
    return unmentioned(_MARKUP.sub(r"\\\1", flat))


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning with an ellipsis, in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted(text: str, limit: int = 200) -> str:
    """Return what somebody wrote as a quotation of one line."""
    return f"> {escape(text, limit)}"


def asked_by(name: str, prompt: str) -> str:
    """Return the line that shows a question above its answer."""
    return f"-# **{escape(name, 32)}** asks: {escape(prompt, 150)}"


def lost_message(reason: str, where: str) -> str:
    """Return what to tell a person whose answer can no longer stand where it was asked for."""
    return _LOST[reason].format(where=where)


def answer_failed(error: GrokBotError, *, has_text: bool, has_thought: bool) -> str:
    """Return the notice under an answer that did not end well."""
    if isinstance(error, UpstreamEmpty):
        return "" if has_text else ONLY_THOUGHTS if has_thought else EMPTY_ANSWER
    if has_text and isinstance(error, UpstreamInterrupted | UpstreamUnavailable):
        return controls.INTERRUPTED
    if has_text and isinstance(error, StoreError):
        return memory.NOT_STORED
    return sentence(error)


def thinking(seconds: float) -> str:
    """Return what stands in the message while the model thinks."""
    return f"-# 💭 Thinking, {duration(seconds)} …"


def duration(seconds: float) -> str:
    """Return "12 s", "2 min" or "1 min 5 s"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def long_duration(seconds: float) -> str:
    """Return "5 min", "3 h" or "2 days"."""
    if seconds < 3600:
        return duration(seconds)
    if seconds < 2 * 86400:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} days"


def counted(number: int, noun: str) -> str:
    """Return "1 shard" or "4 shards"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def forgotten(turns: int) -> str:
    """Return what was forgotten."""
    return f"Forgotten: {counted(turns, 'turn')}." if turns else "There was nothing of that kind to forget."


def size(size_bytes: int) -> str:
    """Return "812 kB" or "10.0 MiB"."""
    if size_bytes < 1024 * 1024:
        return f"{max(1, round(size_bytes / 1000))} kB"
    return f"{size_bytes / (1024 * 1024):.1f} MiB"


def finish_notice(reason: str) -> str:
    """Return the small print under a complete answer, "" when it ended by itself."""
    return {"length": CUT_BY_LENGTH, "content_filter": FILTERED}.get(reason, "")


def sentence(error: GrokBotError) -> str:
    """Return the one clear sentence for an error."""
    match error:
        case InputError():
            return _INPUT.get(error.code, UNEXPECTED.format(incident=error.code)).format(**_as_code(error.facts))
        case MediaError():
            return _MEDIA.get(error.reason, _MEDIA["network"])
        case UpstreamError():
            return _upstream(error)
        case UnforeseenError():
            return UNEXPECTED.format(incident=error.incident)
        case StoreError():
            return memory.AWAY
        case _:
            return "That did not work. Please try again."


def _as_code(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: code(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}


def code(text: str, limit: int = 100) -> str:
    """Return foreign text as it may stand between backticks, where a backslash would be seen."""
    return unmentioned(cut(" ".join(text.split()).replace("`", "'"), limit))


def unmentioned(text: str) -> str:
    """Return foreign text with its markup, and without anything that could mention somebody."""
    return _MENTION.sub(lambda found: found[0] + "\u200b", text)


def _upstream(error: UpstreamError) -> str:  # one case per class of the tree
    said = f" It says: “{escape(error.message)}”" if error.message else ""
    match error:
        case UpstreamRateLimited():
            wait = f"about {duration(max(1.0, error.retry_after_s))}" if error.retry_after_s else "a few minutes"
            if isinstance(error, UpstreamResting) and error.code == "failed":
                return f"Grok cannot be reached; I ask it again in {wait}. Please try again then."
            if isinstance(error, UpstreamResting):
                return f"Grok's pool is cooling, so I leave it alone. Please try again in {wait}."
            return f"Grok is busy: its pool is cooling, no account is free. Please try again in {wait}."
        case UpstreamOutOfCredits():
            return "The Grok account has used up its credits. Only the bot's owner can mend that."
        case UpstreamKeyRefused():
            return "Grok refuses the bot's key. Only the bot's owner can mend that."
        case UpstreamModelUnknown(nearest=nearest) if nearest:
            facts = {"name": code(error.model), "nearest": code(", ".join(nearest))}
            return preferences.INPUT["model_unknown"].format(**facts)
        case UpstreamModelUnknown():
            return "The Grok server does not know that model. `/models` lists the ones it has."
        case UpstreamUnsupported():
            return f"This Grok server cannot do that.{said}"
        case UpstreamRefused():
            return f"Grok did not accept the request; sending it again as it is will not help.{said}"
        case UpstreamBlocked():
            return f"Grok withheld the result. Another wording may help.{said}"
        case UpstreamEmpty():
            return "Grok said it was done but sent nothing. Please try again."
        case UpstreamInterrupted():
            return INTERRUPTED
        case UpstreamJobGone():
            return "The Grok server no longer knows this order, so its clip cannot be had. Please order it anew."
        case UpstreamTimeout():
            return "Grok did not answer in time. Please try again in a minute."
        case UpstreamUnavailable():
            return f"Grok cannot be reached right now. Please try again in a minute.{said}"
        case _:
            return f"Grok reported an error. Please try again.{said}"
