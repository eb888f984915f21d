"""The proxy's last Python version (2.x, spring 2026): changes as multipart forms, clips as jobs of `/v1/videos`."""

from __future__ import annotations

from bot.grok.capabilities import Capabilities
from bot.grok.dialects.forms import (
    EDIT_LIST_FORM,
    SIZES,
    ClipForm,
    Dialect,
    PictureForm,
    chat_order,
    edit_in_chat,
    file_name,
    nearest_of,
    picture_in_chat,
)
from bot.grok.http import Call
from bot.grok.types import Aspect, ImageRequest, VideoRequest

SECONDS = (6, 10, 12, 16, 20)
ASPECTS: tuple[Aspect, ...] = ("1:1", "16:9", "9:16")  # its sizes of 3:2 and 2:3 become 16:9 and 9:16


def _pictures(request: ImageRequest, count: int) -> Call:
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count}
    size = {"size": SIZES[request.aspect]} if request.aspect else {}
    return Call("images/generations", payload | size)


def _wishes(request: VideoRequest) -> dict[str, object]:
    wishes: dict[str, object] = {}
    if request.seconds is not None:
        wishes["seconds"] = nearest_of(request.seconds, SECONDS)
    if request.aspect:
        wishes["size"] = SIZES[request.aspect]
    if request.quality:
        wishes["resolution_name"] = request.quality
    return wishes


def job_form(request: VideoRequest) -> Call:
    """Return the order for a clip as a multipart form."""
    form = {"model": request.model, "prompt": request.prompt}
    form |= {name: str(value) for name, value in _wishes(request).items()}
    picture = request.source
    files = {"input_reference[]": (file_name(picture), picture.data, picture.mime)} if picture else {}
    return Call("videos", form=form, files=files)


def _clip_in_chat(request: VideoRequest) -> Call:
    return chat_order(request.model, request.prompt, request.source, video_config=_wishes(request))


_BY_API = PictureForm("json", _pictures, at_once=4, optional=("size",))  # its light models take no more

GROK2API_JOBS = Dialect(
    "grok2api-jobs",
    Capabilities(video_aspects=ASPECTS, video_seconds=SECONDS),
    picture=(PictureForm("chat", picture_in_chat), _BY_API),
    pictures=(_BY_API,),
    edit=(PictureForm("form", EDIT_LIST_FORM, at_once=2), PictureForm("chat", edit_in_chat)),
    clip=(ClipForm("form", job_form), ClipForm("chat", _clip_in_chat, is_job=False)),
)
