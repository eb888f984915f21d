"""The proxy's Go version (3.x, summer 2026): xAI's forms, and pictures also inside chat, without sizes."""

from __future__ import annotations

from bot.grok.capabilities import Capabilities
from bot.grok.chat import data_uri
from bot.grok.dialects import xai
from bot.grok.dialects.forms import ClipForm, Dialect, PictureForm, chat_order
from bot.grok.http import Call
from bot.grok.types import ImageRequest


def _picture_in_chat(request: ImageRequest, _: int) -> Call:
    config: dict[str, object] = {"n": 1, "aspect_ratio": request.aspect} if request.aspect else {}
    return chat_order(request.model, request.prompt, request.source, image_config=config)


def _edit(request: ImageRequest, count: int) -> Call:
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count}
    if request.source:
        payload["image"] = {"url": data_uri(request.source)}
    if request.aspect:
        payload["aspect_ratio"] = request.aspect
    return Call("images/edits", payload)


_PICTURES = PictureForm("json", xai.pictures, at_once=10, optional=("aspect_ratio",))
_IN_CHAT = PictureForm("chat", _picture_in_chat)

GROK2API_GO = Dialect(
    "grok2api-go",
    Capabilities(video_seconds=xai.SECONDS),
    picture=(_PICTURES, _IN_CHAT),
    pictures=(_PICTURES,),
    edit=(PictureForm("json", _edit, at_once=10, optional=("aspect_ratio",)), _IN_CHAT),
    clip=(ClipForm("json", xai.clip),),
)
