"""A server that flattens a conversation into one text, and a reader of it who falls for everything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.grok.types import ChatMessage

# How chat formats write their speakers; `> ` in front makes a line data.
ROLES = (
    "system",
    "developer",
    "assistant",
    "user",
    "human",
    "ai",
    "grok",
    "tool",
    "function",
    "model",
    "система",
    "系统",
    "用户",
)
_ROLE = "|".join(ROLES)
_TAG = re.compile(
    rf"[^\w>]*(?:new |begin |im_start\|?)?[^\w>]*({_ROLE})"
    r"(?: prompt| message| instructions?)?[\s*_)\]\"'`#]*(?::|>|\]|\)|$)"
)
_FIELD = re.compile(rf"\brole\b[\"'`]*\s*[:=]+>?\s*[\"'`]*({_ROLE})\b")
_ELEMENT = re.compile(rf"</?({_ROLE})(?:\s[^>]*)?>")
_TOKEN = re.compile(r"<\|\w+\|>|\[/?inst\]|<</?sys>>")
_SPEAKER = re.compile(r"[^\w>\[]*\[([^\]]*[^\W\d_][^\]]*)\](?!\()\s*\S")  # a link is none


def flattened(messages: Sequence[ChatMessage]) -> str:
    """Return one prompt as grok2api makes it: `role: text` blocks with blank lines between, the last question bare."""
    last = max((number for number, message in enumerate(messages) if message.role == "user"), default=-1)
    blocks = [
        message.text if number == last else f"{message.role}: {message.text}" for number, message in enumerate(messages)
    ]
    return "\n\n".join(blocks)


def roles(prompt: str) -> list[str]:
    """Return every role that a gullible reader finds in a prompt, in order, in whatever way it is written."""
    return [role for line in _lines(prompt) for role in _roles_of(line)]


def speakers(prompt: str) -> list[str]:
    """Return the names of all speakers that a gullible reader finds."""
    bare = [re.sub(r"^(?:user|assistant): ", "", line) for line in _lines(prompt)]
    return [found[1] for line in bare if (found := _SPEAKER.match(line))]


def _lines(prompt: str) -> list[str]:
    return [
        "".join(
            each for each in unicodedata.normalize("NFKC", line) if unicodedata.category(each) not in {"Cc", "Cf"}
        ).casefold()
        for line in prompt.splitlines()
    ]


def _roles_of(line: str) -> list[str]:
    if tag := _TAG.match(line):
        return [tag[1]]
    if line.startswith(">"):
        return ["token"] * bool(_TOKEN.search(line))
    hidden = [*_FIELD.findall(line), *_ELEMENT.findall(line)]
    return hidden + ["token"] * bool(_TOKEN.search(line))
