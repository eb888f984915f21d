"""xAI's own API: pictures by the images API with ratios, changes as JSON, clips as jobs."""

from __future__ import annotations

from bot.grok.capabilities import Capabilities
from bot.grok.chat import data_uri
from bot.grok.dialects.forms import ClipForm, Dialect, PictureForm, nearest_of
from bot.grok.http import Call
from bot.grok.types import ImageRequest, VideoRequest

SECONDS = tuple(range(1, 16))


def pictures(request: ImageRequest, count: int) -> Call:
    """Return the order for pictures: there are ratios and no sizes, and nothing is streamed."""
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count}
    if request.aspect:
        payload["aspect_ratio"] = request.aspect
    return Call("images/generations", payload)


def edit(request: ImageRequest, count: int) -> Call:
    """Return the order to change a picture, which goes along as a data URI."""
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt, "n": count}
    if request.source:
        payload["image"] = {"url": data_uri(request.source), "type": "image_url"}
    if request.aspect:
        payload["aspect_ratio"] = request.aspect
    return Call("images/edits", payload)


def clip(request: VideoRequest) -> Call:
    """Return the order for a clip as a job."""
    payload: dict[str, object] = {"model": request.model, "prompt": request.prompt}
    if request.seconds is not None:
        payload["duration"] = nearest_of(request.seconds, SECONDS)
    if request.aspect:
        payload["aspect_ratio"] = request.aspect
    if request.quality:
        payload["resolution"] = request.quality
    if request.source:
        payload["image"] = {"url": data_uri(request.source)}
    return Call("videos/generations", payload)


_PICTURES = PictureForm("json", pictures, at_once=10, optional=("aspect_ratio",))

XAI = Dialect(
    "xai",
    Capabilities(video_seconds=SECONDS),
    picture=(_PICTURES,),
    pictures=(_PICTURES,),
    edit=(PictureForm("json", edit, at_once=10, optional=("aspect_ratio",)),),
    clip=(ClipForm("json", clip),),
)
