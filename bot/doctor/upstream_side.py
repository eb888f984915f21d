"""The checks of one Grok server: reachable, key, dialect, models, a tiny chat; a picture and a clip where asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.doctor.findings import Finding, failed, ok, skipped
from bot.errors import (
    MediaError,
    UpstreamEmpty,
    UpstreamError,
    UpstreamKeyRefused,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from bot.grok.capabilities import Capabilities
from bot.grok.client import GrokClient
from bot.grok.naming import nearest
from bot.grok.types import (
    ChatMessage,
    ChatParameters,
    ChatRequest,
    ImageRequest,
    MediaRef,
    VideoReady,
    VideoRequest,
)

REACHABLE, KEY, DIALECT, MODELS, CHAT, LINKS, CLIP = (
    "Grok server reachable",
    "Grok key accepted",
    "dialect found",
    "models listed",
    "a tiny chat",
    "pictures' links",
    "a clip",
)
NOT_ASKED = "costs a request: asked for by --online"
_MOST_BYTES = 100 * 1024 * 1024
_APP_URL = (
    "Set app_url in the proxy's own settings to the address under which this machine reaches it, and restart the proxy."
)
_TINY = ChatParameters(max_tokens=16)


@dataclass(frozen=True, slots=True)
class Place:
    """A server to look at.

    models: those it is asked for, by the setting that names them. address_setting, key_setting: where they are set.
    """

    client: GrokClient
    base_url: str
    models: dict[str, str]
    address_setting: str = "GROK_BASE_URL"
    key_setting: str = "GROK_API_KEY"


async def upstream_findings(place: Place, *, online: bool) -> list[Finding]:
    """Return what was found, in order; what hangs on something that failed is skipped."""
    try:
        names = tuple(model.id for model in await place.client.models())
    except UpstreamError as error:
        missing = "key" if isinstance(error, UpstreamKeyRefused) else "server"
        rest = [skipped(check, f"needs the {missing} first") for check in (DIALECT, MODELS, CHAT, LINKS, CLIP)]
        return [*_unlisted(place, error), *rest]
    able = await place.client.capabilities()
    found = [
        ok(REACHABLE, place.base_url),
        ok(KEY, f"{place.key_setting} is taken"),
        await _dialect(place),
        _models(place, names, able),
        await _chat(place),
    ]
    if not online:
        return [*found, skipped(LINKS, NOT_ASKED), skipped(CLIP, NOT_ASKED)]
    return [*found, await _links(place, able), await _clip(place, able)]


def _unlisted(place: Place, error: UpstreamError) -> list[Finding]:
    """Return what is wrong where the list of models could not be had."""
    if isinstance(error, UpstreamKeyRefused):
        remedy = f"Put the right key into {place.key_setting}; `grokcord verify --key-file FILE` tries another one."
        return [ok(REACHABLE, place.base_url), failed(KEY, "the server refuses the key", remedy)]
    if isinstance(error, UpstreamUnavailable):
        what = f"answers {error.status}" if error.status else "cannot be reached"
    else:
        what = f"does not answer as a Grok server does ({type(error).__name__})"
    remedy = f"Check {place.address_setting} and that the server there runs: its path ends where /models begins."
    return [failed(REACHABLE, f"{place.base_url} {what}", remedy), skipped(KEY, "needs the server first")]


async def _dialect(place: Place) -> Finding:
    try:
        return ok(DIALECT, await place.client.dialect())
    except UpstreamError as error:
        remedy = "Set GROK_DIALECT: docs/upstreams.md says which one fits which server."
        return failed(DIALECT, f"asking was in vain ({type(error).__name__})", remedy)


def _models(place: Place, names: Sequence[str], able: Capabilities) -> Finding:
    lacks = {
        "GROK_IMAGE_MODEL": not able.images_at_once,
        "GROK_IMAGE_EDIT_MODEL": not able.image_edit,
        "GROK_VIDEO_MODEL": not able.video,
    }
    wanted = {setting: name for setting, name in place.models.items() if name and not lacks.get(setting, False)}
    missing = {setting: name for setting, name in wanted.items() if name not in names}
    if not missing:
        return ok(MODELS, ", ".join(dict.fromkeys(wanted.values())))
    line = ", ".join(f"{name} ({setting})" for setting, name in missing.items())
    hints = "; ".join(f"{setting}: {_hint(name, names)}" for setting, name in missing.items())
    return failed(MODELS, f"not listed by the server: {line}", f"Choose from what it has ({hints}).")


def _hint(name: str, names: Sequence[str]) -> str:
    near = nearest(name, tuple(names)) or list(names[:3])
    return ", ".join(near) or "it lists none"


async def _chat(place: Place) -> Finding:
    if not place.models.get("GROK_MODEL"):
        return skipped(CHAT, "it is not asked to chat")
    request = ChatRequest(place.models["GROK_MODEL"], (ChatMessage("user", "Answer with the word OK."),), _TINY)
    try:
        reply = await place.client.chat(request)
    except UpstreamError as error:
        return failed(CHAT, _why(error), _what_to_do(error, "GROK_MODEL"))
    return ok(CHAT, f"{place.models['GROK_MODEL']} answered with {len(reply.text)} characters")


async def _links(place: Place, able: Capabilities) -> Finding:
    if not able.images_at_once or not place.models.get("GROK_IMAGE_MODEL"):
        return skipped(LINKS, "the server draws no pictures")
    request = ImageRequest(place.models["GROK_IMAGE_MODEL"], "A single green leaf on white paper")
    try:
        refs = await place.client.generate_images(request)
        size = await _fetched(place, refs[0], "image")
    except UpstreamError as error:
        return failed(LINKS, _why(error), _what_to_do(error, "GROK_IMAGE_MODEL"))
    return ok(LINKS, f"a picture was drawn and fetched, {size // 1024} KiB")


async def _clip(place: Place, able: Capabilities) -> Finding:
    if not able.video or not place.models.get("GROK_VIDEO_MODEL"):
        return skipped(CLIP, "the server makes no clips")
    request = VideoRequest(place.models["GROK_VIDEO_MODEL"], "A green leaf turns slowly")
    try:
        clip = await _filmed(place, request)
        size = await _fetched(place, clip, "video") if clip else 0
    except UpstreamError as error:
        return failed(CLIP, _why(error), _what_to_do(error, "GROK_VIDEO_MODEL"))
    return ok(CLIP, f"a clip was made and fetched, {size // 1024} KiB")


async def _filmed(place: Place, request: VideoRequest) -> MediaRef:
    async with aclosing(place.client.stream_video(request)) as events:
        async for event in events:
            if isinstance(event, VideoReady):
                return event.clip
    raise UpstreamEmpty


async def _fetched(place: Place, ref: MediaRef, kind: Literal["image", "video"]) -> int:
    with tempfile.TemporaryDirectory(prefix="grokcord-") as folder:
        try:
            return (await place.client.fetch(ref, Path(folder), kind=kind, max_bytes=_MOST_BYTES)).size_bytes
        except MediaError as lost:
            # A proxy that does not know its own address hands out links that lead to where only its accounts may look.
            if urlsplit(ref.url or "").hostname in (None, urlsplit(place.base_url).hostname):
                raise
            raise MediaError("private", status=lost.status) from lost


def _why(error: UpstreamError) -> str:
    said = f": {error.message}" if error.message else ""
    if isinstance(error, MediaError):
        return f"it was made, but its file cannot be had ({error.reason})"
    return f"{type(error).__name__}{said}"


def _what_to_do(error: UpstreamError, model_setting: str) -> str:
    match error:
        case MediaError(reason="private" | "address"):
            return _APP_URL
        case MediaError():
            return "Fetch such a link by hand from this machine: what stands between it and the server closes the way."
        case UpstreamRateLimited():
            return "Wait, or add accounts to the pool: no account of the server is free (`grokcord pool list`)."
        case UpstreamOutOfCredits():
            return "Buy credits, or list a second server in GROK_UPSTREAMS."
        case UpstreamKeyRefused():
            return "Use a key that may do this: the server refuses this one."
        case UpstreamUnavailable():
            return "Look at the server's own log: it took the list of models, but not this request."
        case _:
            return f"Try another model in {model_setting}; the server's own log says more."
