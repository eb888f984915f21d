"""What a dialect is made of: the forms in which an order can be put, as data and small functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.grok.capabilities import Capabilities
from bot.grok.chat import user_message
from bot.grok.http import Call
from bot.grok.types import Aspect, ImageRequest, InlineImage, VideoRequest

Way = Literal["chat", "json", "form"]  # in a chat request, as a JSON order, as a multipart form

SIZES: dict[Aspect, str] = {
    "1:1": "1024x1024",
    "3:2": "1792x1024",
    "2:3": "1024x1792",
    "16:9": "1280x720",
    "9:16": "720x1280",
}


@dataclass(frozen=True, slots=True)
class PictureForm:
    """One way to order pictures.

    call: makes the request for so many. at_once: how many one order may ask for. optional: fields that the server may
    object to; the order is then put again without them.
    """

    way: Way
    call: Callable[[ImageRequest, int], Call]
    at_once: int = 1
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClipForm:
    """One way to order a clip. is_job: the answer is a job's number, not the clip."""

    way: Way
    call: Callable[[VideoRequest], Call]
    is_job: bool = True


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of upstream takes orders: each in the ordered forms, of which the first that it takes counts.

    pictures: for several in one order; where there is none, each is ordered by itself. No form at all: it cannot.
    """

    name: str
    capabilities: Capabilities
    picture: tuple[PictureForm, ...] = ()
    pictures: tuple[PictureForm, ...] = ()
    edit: tuple[PictureForm, ...] = ()
    clip: tuple[ClipForm, ...] = ()


def chat_order(model: str, prompt: str, source: InlineImage | None, **config: dict[str, object]) -> Call:
    """Return an order put into a chat request. config: its settings by name, each left out where it is empty."""
    payload: dict[str, object] = {
        "model": model,
        "messages": [user_message(prompt, (source,) if source else ())],
        "stream": True,
    }
    return Call("chat/completions", payload | {name: values for name, values in config.items() if values})


def picture_in_chat(request: ImageRequest, _: int) -> Call:
    """Return the order for one picture in a chat request, sized as the proxy knows it."""
    config: dict[str, object] = {"n": 1, "size": SIZES[request.aspect]} if request.aspect else {}
    return chat_order(request.model, request.prompt, request.source, image_config=config)


def edit_in_chat(request: ImageRequest, _: int) -> Call:
    """Return the order to change a picture in a chat request: its size is that of the picture."""
    return chat_order(request.model, request.prompt, request.source)


def _edit_form(field: str) -> Callable[[ImageRequest, int], Call]:
    """Return what orders a change as a multipart form. field: what the picture is called there."""

    def call(request: ImageRequest, count: int) -> Call:
        form = {"model": request.model, "prompt": request.prompt, "n": str(count)}
        picture = request.source
        files = {field: (file_name(picture), picture.data, picture.mime)} if picture else {}
        return Call("images/edits", form=form, files=files)

    return call


EDIT_FORM, EDIT_LIST_FORM = _edit_form("image"), _edit_form("image[]")


def file_name(picture: InlineImage) -> str:
    """Return a name for an uploaded picture: some servers tell its type by nothing else."""
    return f"picture.{picture.mime.rpartition('/')[2]}"


def nearest_of(wanted: int, allowed: Sequence[int]) -> int:
    """Return the number that comes nearest to what is wanted, the longer of two."""
    return min(allowed, key=lambda each: (abs(each - wanted), -each))
