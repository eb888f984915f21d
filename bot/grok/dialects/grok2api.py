"""The proxy of early 2026 (grok2api 1.x, Python): pictures and clips inside chat, the images API for several."""

from __future__ import annotations

from bot.grok.capabilities import Capabilities
from bot.grok.dialects.forms import (
    EDIT_FORM,
    SIZES,
    ClipForm,
    Dialect,
    PictureForm,
    chat_order,
    edit_in_chat,
    nearest_of,
    picture_in_chat,
)
from bot.grok.http import Call
from bot.grok.types import ImageRequest, VideoRequest

SECONDS = (6, 10, 15)


def _pictures(request: ImageRequest, count: int) -> Call:
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count, "stream": False}
    size = {"size": SIZES[request.aspect]} if request.aspect else {}
    return Call("images/generations", payload | size)


def _clip(request: VideoRequest) -> Call:
    config: dict[str, object] = {}
    if request.aspect:
        config["aspect_ratio"] = request.aspect
    if request.seconds is not None:
        config["video_length"] = nearest_of(request.seconds, SECONDS)
    if request.quality:
        config["resolution_name"] = request.quality
    return chat_order(request.model, request.prompt, request.source, video_config=config)


_BY_API = PictureForm("json", _pictures, at_once=10, optional=("size", "stream"))

GROK2API = Dialect(
    "grok2api",
    Capabilities(video_seconds=SECONDS),
    picture=(PictureForm("chat", picture_in_chat), _BY_API),
    pictures=(_BY_API,),
    edit=(PictureForm("chat", edit_in_chat), PictureForm("form", EDIT_FORM)),
    clip=(ClipForm("chat", _clip, is_job=False),),
)
