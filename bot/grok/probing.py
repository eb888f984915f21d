"""Telling what kind of server it is by what costs nothing: its list of models, and orders with nothing in them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from bot.errors import UpstreamError, UpstreamKeyRefused, UpstreamRateLimited
from bot.grok.capabilities import Capabilities
from bot.grok.dialects import ADAPTIVE, GROK2API, GROK2API_GO, GROK2API_JOBS, OPENAI, XAI, Dialect
from bot.grok.http import Call, Wire
from bot.grok.models import Listing
from bot.grok.wording import is_page

PICTURES, EDITS, CLIPS, CLIP_FORMS = "images/generations", "images/edits", "videos/generations", "videos"

_LOOK_S = 10.0
_NO_ROUTE_STATUSES = (404, 405, 410, 501)
_HANDLED_STATUSES = range(400, 501)  # somebody judged the order; above that it may be a gateway that speaks
_REDIRECTS = range(300, 400)
_JOB_OWNERS = frozenset({"xai", "manual"})
_MEDIA_WORD = "imagine"  # in the names of Grok's models that draw and film


@dataclass(frozen=True, slots=True)
class Found:
    """A server's dialect. signature: of the list of models that it was found by. lacks: routes that are not there."""

    dialect: Dialect
    signature: str = ""
    lacks: frozenset[str] = frozenset()

    @property
    def capabilities(self) -> Capabilities:
        """What the dialect can do, without what this server lacks."""
        able = self.dialect.capabilities
        if self.dialect is ADAPTIVE:  # what no route is there for, chat may do
            return able
        can_edit = able.image_edit and EDITS not in self.lacks
        can_film = able.video and not {CLIPS, CLIP_FORMS} <= self.lacks
        return replace(
            able,
            images_at_once=0 if PICTURES in self.lacks else able.images_at_once,
            image_edit=can_edit,
            video=can_film,
            video_from_image=able.video_from_image and can_film,
        )


def recognised(listing: Listing) -> Dialect | None:
    """Tell a server by who owns its models; None for one that is not known."""
    owners = listing.owners
    if any(owner.startswith("grok2api@") for owner in owners):
        return GROK2API
    if "grok2api" in owners:
        return GROK2API_GO if listing.is_dated else GROK2API
    if "xai" not in owners or not owners <= _JOB_OWNERS:
        return None
    if "name" in listing.fields:
        return GROK2API_JOBS
    return XAI if owners == {"xai"} else None


async def probed(wire: Wire, listing: Listing) -> Found:
    """Find out a server's dialect. Raise UpstreamError where it is away: then nothing is known."""
    dialect = recognised(listing)
    if dialect is not None:
        return Found(dialect, listing.signature)
    paths = (PICTURES, EDITS, CLIPS, CLIP_FORMS)
    is_there = await asyncio.gather(*(_is_route(wire, path) for path in paths))
    lacks = frozenset(path for path, there in zip(paths, is_there, strict=True) if not there)
    if CLIPS not in lacks:  # nobody but xAI and those who speak as it does have that route
        dialect = XAI
    elif any(_MEDIA_WORD in model.id.casefold() for model in listing.models):
        dialect = ADAPTIVE
    else:
        dialect = OPENAI
    return Found(dialect, listing.signature, lacks)


async def _is_route(wire: Wire, path: str) -> bool:
    """Tell whether a server has a route, by an order without a prompt, of which nothing can be made."""
    try:
        body = await wire.fetch(Call(path, {}, read_s=_LOOK_S))
    except (UpstreamKeyRefused, UpstreamRateLimited):
        raise
    except UpstreamError as error:
        status = error.status or 0
        if status in _NO_ROUTE_STATUSES and not _is_about_a_model(error):
            return False
        if status in _REDIRECTS:
            return False
        if status in _HANDLED_STATUSES:
            return True
        raise
    return not is_page(body[:1000].decode("utf-8", "replace"))


def _is_about_a_model(error: UpstreamError) -> bool:
    return "model" in f"{error.message} {error.code}".casefold()
