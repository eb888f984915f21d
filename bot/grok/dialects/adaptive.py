"""For a server that nobody recognised: every form in turn, each with the names of all dialects at once."""

from __future__ import annotations

from bot.grok.capabilities import EVERYTHING
from bot.grok.dialects import xai
from bot.grok.dialects.forms import (
    EDIT_FORM,
    EDIT_LIST_FORM,
    SIZES,
    ClipForm,
    Dialect,
    PictureForm,
    chat_order,
    picture_in_chat,
)
from bot.grok.dialects.grok2api_jobs import job_form
from bot.grok.http import Call
from bot.grok.types import ImageRequest, VideoRequest

_OPTIONAL = ("size", "aspect_ratio", "stream")  # the proxy knows the first, xAI the second, both may refuse one


def _pictures(request: ImageRequest, count: int) -> Call:
    return _with_every_name(xai.pictures(request, count), request)


def _edit(request: ImageRequest, count: int) -> Call:
    return _with_every_name(xai.edit(request, count), request)


def _with_every_name(call: Call, request: ImageRequest) -> Call:
    size = {"size": SIZES[request.aspect]} if request.aspect else {}
    return Call(call.path, {**(call.payload or {}), "stream": False, **size})


def _clip_in_chat(request: VideoRequest) -> Call:
    config: dict[str, object] = {}
    if request.aspect:
        config |= {"aspect_ratio": request.aspect, "size": SIZES[request.aspect]}
    if request.seconds is not None:
        config |= {"video_length": request.seconds, "seconds": request.seconds}
    if request.quality:
        config["resolution_name"] = request.quality
    return chat_order(request.model, request.prompt, request.source, video_config=config)


_PICTURES = PictureForm("json", _pictures, at_once=10, optional=_OPTIONAL)

ADAPTIVE = Dialect(
    "adaptive",
    EVERYTHING,
    picture=(PictureForm("chat", picture_in_chat), _PICTURES),
    pictures=(_PICTURES,),
    edit=(
        PictureForm("chat", picture_in_chat),
        PictureForm("json", _edit, at_once=10, optional=_OPTIONAL),
        PictureForm("form", EDIT_FORM),
        PictureForm("form", EDIT_LIST_FORM),
    ),
    clip=(ClipForm("chat", _clip_in_chat, is_job=False), ClipForm("json", xai.clip), ClipForm("form", job_form)),
)
