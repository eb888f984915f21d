"""Chat requests: what the proxy accepts, and what it says to the rest.

Source: grok2api v1.5.0, recorded replies 03-*.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sandbox.grok.errors import ApiError, bad_request, missing_field
from sandbox.grok.models import ModelKind, kind_of

ROLES = ("assistant", "developer", "system", "user")
BLOCKS = ("text", "image_url", "input_audio", "file")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation. images: the addresses or data URIs it carries."""

    role: str
    text: str
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatCall:
    """A valid request to `/v1/chat/completions`.

    effort: the reasoning effort asked for, None if the request is silent about it.
    options: the whole body; the picture and clip models read their settings from it.
    """

    model: str
    kind: ModelKind
    turns: tuple[Turn, ...]
    is_stream: bool
    is_stream_omitted: bool
    effort: str | None
    options: dict[str, object]

    @property
    def asking(self) -> Turn:
        """The message to answer: the last one of the user."""
        mine = [turn for turn in self.turns if turn.role == "user"]
        return mine[-1] if mine else Turn("user", "")

    @property
    def thinks(self) -> bool:
        """Whether the answer shows its reasoning."""
        if self.effort is not None:
            return self.effort != "none"
        return self.model.endswith("-thinking")


def parse_json(raw: bytes) -> dict[str, object]:
    """Return the JSON object in a request's body."""
    try:
        body = json.loads(raw)
    except ValueError as broken:
        message = "Invalid JSON in request body. Please check for trailing commas or syntax errors."
        raise bad_request(message, "body", "json_invalid") from broken
    if not isinstance(body, dict):
        raise bad_request("Input should be a valid dictionary", "body", "model_attributes_type")
    return {str(key): _mended(value) for key, value in body.items()} if b"\\ud" in raw or b"\\uD" in raw else body


def _mended(value: object) -> object:
    """Return a JSON value without halves of surrogate pairs, which JSON can spell and UTF-8 cannot."""
    if isinstance(value, dict):
        return {key: _mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def parse_chat(body: dict[str, object]) -> ChatCall:
    """Check a chat request in the proxy's order and return what it says."""
    model, messages = body.get("model"), body.get("messages")
    for name, value in (("model", model), ("messages", messages)):
        if value is None:
            raise missing_field(f"body.{name}")
    if not isinstance(model, str):
        raise bad_request("Input should be a valid string", "body.model", "string_type")
    if not isinstance(messages, list):
        raise bad_request("Input should be a valid list", "body.messages", "list_type")
    _check_number(body, "temperature", 2)
    _check_number(body, "top_p", 1)
    kind = kind_of(model)
    turns = tuple(_parse_turn(message, f"messages.{index}") for index, message in enumerate(messages))
    stream, effort = body.get("stream"), body.get("reasoning_effort")
    if effort is not None and effort not in EFFORTS:
        raise bad_request(f"reasoning_effort must be one of {list(EFFORTS)}", "reasoning_effort", "invalid_effort")
    return ChatCall(
        model=model,
        kind=kind,
        turns=turns,
        # The proxy's own default is to stream; `null` counts as omitted.
        is_stream=True if stream is None else bool(stream),
        is_stream_omitted=stream is None,
        effort=effort if isinstance(effort, str) else None,
        options=body,
    )


def _check_number(body: dict[str, object], name: str, most: int) -> None:
    value = body.get(name)
    if value is None:
        return
    try:
        number = float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        number = None
    if number is None:
        message = "Input should be a valid number, unable to parse string as a number"
        raise bad_request(message, f"body.{name}", "float_parsing")
    if not 0 <= number <= most:
        raise bad_request(f"{name} must be between 0 and {most}", name, f"invalid_{name}")


def _parse_turn(message: object, where: str) -> Turn:
    if not isinstance(message, dict):
        raise bad_request("Input should be a valid dictionary", f"body.{where}", "model_attributes_type")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise bad_request(f"role must be one of {list(ROLES)}", f"{where}.role", "invalid_role")
    if isinstance(content, str):
        if not content.strip():
            raise _empty(f"{where}.content")
        return Turn(str(role), content)
    if not isinstance(content, list):
        raise bad_request("Input should be a valid string", "body.messages.content.str", "string_type")
    if not content:
        raise _empty(f"{where}.content")
    return _parse_blocks(str(role), content, f"{where}.content")


def _parse_blocks(role: str, blocks: list[object], where: str) -> Turn:
    texts: list[str] = []
    images: list[str] = []
    for index, block in enumerate(blocks):
        at = f"{where}.{index}"
        kind = block.get("type") if isinstance(block, dict) else None
        if not isinstance(block, dict) or kind not in BLOCKS or (role != "user" and kind != "text"):
            raise bad_request(f"Invalid content block type: {kind!r}", f"{at}.type", "invalid_type")
        if kind == "text":
            texts.append(_block_text(block, at))
        elif kind == "image_url":
            images.append(_block_image(block, at))
    return Turn(role, "\n".join(texts), tuple(images))


def _block_text(block: dict[str, object], where: str) -> str:
    text = block.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _empty(f"{where}.text")
    return text


def _block_image(block: dict[str, object], where: str) -> str:
    field = block.get("image_url")
    url = field.get("url") if isinstance(field, dict) else None
    if not isinstance(url, str) or not url:
        raise bad_request("image_url must have a url", f"{where}.image_url", "invalid_media")
    check_media(url, f"{where}.image_url.url")
    return url


def check_media(url: str, param: str) -> None:
    """Refuse what is neither an address nor a data URI."""
    if url.startswith(("data:", "http://", "https://")):
        return
    message = "image_url.url must be a URL or data URI"
    if len(url) > 64 and "." not in url:
        message = "image_url.url base64 must be provided as a data URI (data:<mime>;base64,...)"
    raise bad_request(message, param, "invalid_media")


def _empty(param: str) -> ApiError:
    return bad_request("Message content cannot be empty", param, "empty_content")
