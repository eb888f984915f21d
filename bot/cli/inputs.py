"""What people hand a command: prompts, pictures and conversations, from arguments, files or stdin (`-`)."""

from __future__ import annotations

import base64
import binascii
import re
import sys
from pathlib import Path
from typing import get_args

import msgspec

from bot.errors import UNREADABLE_JSON, InputError
from bot.grok.magic import HEAD_BYTES, find_kind
from bot.grok.types import ChatMessage, InlineImage, Role

STDIN = "-"
LIMIT_MB = 50
_ROLES: tuple[Role, ...] = get_args(Role)
_DATA_URI = re.compile(r"data:image/[a-z+.-]+;base64,(.+)", re.DOTALL)


def read_prompt(prompt: str) -> str:
    """Return a prompt, that of stdin for `-`. Raise InputError where it is blank or no text."""
    text = _text(_bytes(STDIN), "stdin") if prompt == STDIN else prompt
    if not text.strip():
        raise InputError("blank")
    return text.strip("\n")


def read_picture(name: str) -> InlineImage:
    """Return the picture in a file, typed by its first bytes. Raise InputError."""
    return _picture(_bytes(name), _named(name))


def read_conversation(name: str) -> tuple[ChatMessage, ...]:
    """Return the messages in a JSON file: an array of messages, or an object with `messages`. Raise InputError."""
    shown = _named(name)
    try:
        found = msgspec.json.decode(_bytes(name))
    except UNREADABLE_JSON as broken:
        raise InputError("messages", name=shown, problem="is no JSON") from broken
    rows = found.get("messages") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not rows:
        raise InputError("messages", name=shown, problem='must be an array of messages, or an object with "messages"')
    return tuple(_message(row, number, shown) for number, row in enumerate(rows, 1))


def _message(row: object, number: int, name: str) -> ChatMessage:
    content = row.get("content") if isinstance(row, dict) else None
    role = next((each for each in _ROLES if isinstance(row, dict) and row.get("role") == each), None)
    if role is None:
        raise InputError("messages", name=name, problem=f"message {number} has no role of {', '.join(_ROLES)}")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    texts: list[str] = []
    pictures: list[InlineImage] = []
    for part in parts if isinstance(parts, list) else [None]:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "image_url", "image_url": {"url": str(url)}} if role == "user":
                pictures.append(_from_uri(url, f"the picture in message {number} of {name}"))
            case _:
                raise InputError("messages", name=name, problem=f"message {number} has content that cannot be sent")
    if not pictures and not "".join(texts).strip():
        raise InputError("messages", name=name, problem=f"message {number} is empty")
    return ChatMessage(role, "\n\n".join(texts), tuple(pictures))


def _from_uri(url: str, name: str) -> InlineImage:
    found = _DATA_URI.fullmatch(url)
    if found is None:
        raise InputError("messages", name=name, problem="must be a data: URI")
    try:
        return _picture(base64.b64decode(found[1], validate=True), name)
    except binascii.Error as broken:
        raise InputError("no_picture", name=name) from broken


def _picture(data: bytes, name: str) -> InlineImage:
    kind = find_kind(data[:HEAD_BYTES])
    if kind is None or not kind.mime.startswith("image/"):
        raise InputError("no_picture", name=name)
    return InlineImage(data, kind.mime)


def _bytes(name: str) -> bytes:
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(LIMIT_MB * 2**20 + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LIMIT_MB * 2**20 + 1)
    except (OSError, ValueError) as failed:  # ValueError: a NUL in the name
        reason = failed.strerror if isinstance(failed, OSError) and failed.strerror else "no such file"
        raise InputError("unreadable", name=_named(name), reason=reason) from failed
    if len(data) > LIMIT_MB * 2**20:
        raise InputError("too_large", name=_named(name), limit_mb=LIMIT_MB)
    return data


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise InputError("no_text", name=name) from broken


def _named(name: str) -> str:
    return "stdin" if name == STDIN else name
