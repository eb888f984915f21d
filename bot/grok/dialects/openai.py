"""Servers that follow OpenAI: pictures by size, changes as multipart forms, clips as jobs of `/v1/videos`."""

from __future__ import annotations

from bot.grok.capabilities import Capabilities
from bot.grok.dialects.forms import EDIT_FORM, ClipForm, Dialect, PictureForm, file_name, nearest_of
from bot.grok.http import Call
from bot.grok.types import Aspect, ImageRequest, VideoRequest

# Source: OpenAI's API reference, "Create image" and "Create video".
PICTURE_SIZES: dict[Aspect, str] = {"1:1": "1024x1024", "3:2": "1536x1024", "2:3": "1024x1536"}
CLIP_SIZES: dict[Aspect, str] = {"16:9": "1280x720", "9:16": "720x1280"}
SECONDS = (4, 8, 12)


def _pictures(request: ImageRequest, count: int) -> Call:
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count}
    size = PICTURE_SIZES.get(request.aspect) if request.aspect else None
    return Call("images/generations", payload | ({"size": size} if size else {}))


def _clip(request: VideoRequest) -> Call:
    form = {"model": request.model, "prompt": request.prompt}
    if request.seconds is not None:
        form["seconds"] = str(nearest_of(request.seconds, SECONDS))
    size = CLIP_SIZES.get(request.aspect) if request.aspect else None
    if size:
        form["size"] = size
    picture = request.source
    files = {"input_reference": (file_name(picture), picture.data, picture.mime)} if picture else {}
    return Call("videos", form=form, files=files)


_PICTURES = PictureForm("json", _pictures, at_once=10, optional=("size",))

OPENAI = Dialect(
    "openai",
    Capabilities(
        image_aspects=tuple(PICTURE_SIZES),
        video_aspects=tuple(CLIP_SIZES),
        video_seconds=SECONDS,
        video_qualities=(),
    ),
    picture=(_PICTURES,),
    pictures=(_PICTURES,),
    edit=(PictureForm("form", EDIT_FORM, at_once=10),),
    clip=(ClipForm("form", _clip),),
)
