"""Servers of every dialect on real sockets, strict: what a dialect does not know is refused, not ignored.

Each is a table of what it takes. Shapes: the formats' notes, sections 1 to 4. Orders are steered by their prompt:
"fail:<name>" answers with that error, "words" draws and films nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.serving import on_a_socket

CHAT_FIELDS = frozenset({"model", "messages", "stream", "image_config", "video_config"})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
ERRORS: dict[str, tuple[int, dict[str, object], dict[str, str]]] = {
    "busy": (429, {"error": {"message": "No available tokens", "code": "rate_limit_exceeded"}}, {"Retry-After": "60"}),
    "credits": (429, {"code": "x", "error": "used all available credits"}, {}),
    "key": (401, {"error": {"message": "Invalid authentication token", "code": "invalid_api_key"}}, {}),
    "model": (404, {"error": {"message": "The model does not exist", "code": "model_not_found"}}, {}),
    "blocked": (400, {"error": {"message": "flagged by moderation", "code": "blocked"}}, {}),
    "refused": (422, {"detail": [{"loc": ["body", "prompt"], "msg": "too long"}]}, {}),
    "broken": (500, {"error": {"message": "Internal server error", "code": "internal_error"}}, {}),
    "late": (504, {"error": {"message": "Gateway timeout"}}, {}),
}


@dataclass(frozen=True)
class Manners:
    """What one kind of server takes. A field set that is empty: there is no such route. clips: where jobs are taken.

    images, edits, clips: the fields of an order; edits_as, clips_as: "json" or "form". listing: a row of its models.
    """

    listing: Mapping[str, object]
    images: frozenset[str] = frozenset()
    edits: frozenset[str] = frozenset()
    edits_as: str = "json"
    clips: frozenset[str] = frozenset()
    clips_at: str = ""
    clips_as: str = "json"
    image_config: frozenset[str] = frozenset()
    video_config: frozenset[str] = frozenset()
    draws_in_chat: bool = False
    films_in_chat: bool = False
    reasoning: str = "reasoning_content"
    models: tuple[str, ...] = ("grok-4", "grok-imagine", "grok-imagine-video")


def names(*each: str) -> frozenset[str]:
    return frozenset(each)


XAI_CLIP = names("model", "prompt", "duration", "aspect_ratio", "resolution", "image")
MANNERS: dict[str, Manners] = {
    "grok2api": Manners(
        {"owned_by": "grok2api@chenyme", "created": 0},
        images=names("model", "prompt", "n", "size", "stream"),
        edits=names("model", "prompt", "n", "image"),
        edits_as="form",
        image_config=names("n", "size"),
        video_config=names("aspect_ratio", "video_length", "resolution_name"),
        draws_in_chat=True,
        films_in_chat=True,
        reasoning="think",
    ),
    "grok2api-jobs": Manners(
        {"owned_by": "xai", "created": 9, "name": "Grok"},
        images=names("model", "prompt", "n", "size"),
        edits=names("model", "prompt", "n", "image[]"),
        edits_as="form",
        clips=names("model", "prompt", "seconds", "size", "resolution_name", "input_reference[]"),
        clips_at="/v1/videos",
        clips_as="form",
        image_config=names("n", "size"),
        video_config=names("seconds", "size", "resolution_name"),
        draws_in_chat=True,
        films_in_chat=True,
    ),
    "grok2api-go": Manners(
        {"owned_by": "grok2api", "created": 9},
        images=names("model", "prompt", "n", "aspect_ratio"),
        edits=names("model", "prompt", "n", "aspect_ratio", "image"),
        clips=XAI_CLIP,
        clips_at="/v1/videos/generations",
        image_config=names("n", "aspect_ratio"),
        draws_in_chat=True,
    ),
    "xai": Manners(
        {"owned_by": "xai", "created": 9},
        images=names("model", "prompt", "n", "aspect_ratio"),
        edits=names("model", "prompt", "n", "aspect_ratio", "image"),
        clips=XAI_CLIP,
        clips_at="/v1/videos/generations",
    ),
    "openai": Manners(
        {"owned_by": "openai", "created": 9},
        images=names("model", "prompt", "n", "size"),
        edits=names("model", "prompt", "n", "image"),
        edits_as="form",
        clips=names("model", "prompt", "seconds", "size", "input_reference"),
        clips_at="/v1/videos",
        clips_as="form",
        models=("gpt", "gpt-image"),
    ),
    # A fork that nobody knows: media in chat, like the first, under a name of its own.
    "adaptive": Manners(
        {"owned_by": "somebody", "created": 0},
        images=names("model", "prompt", "n", "size", "stream"),
        image_config=names("n", "size"),
        video_config=names("aspect_ratio", "size", "video_length", "seconds", "resolution_name"),
        draws_in_chat=True,
        films_in_chat=True,
        reasoning="think",
    ),
}


class Refused(Exception):
    """An answer other than success."""

    def __init__(self, status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.answer = web.json_response(dict(body), status=status, headers=headers)


@dataclass
class StrictServer:
    """One server. orders: what was taken, as (path, fields). looks: how often its jobs were asked about."""

    manners: Manners
    base_url: str = ""
    orders: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    looks: int = 0

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=2**24)
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/v1/chat/completions", self.chat)
        if self.manners.images:
            app.router.add_post("/v1/images/generations", self.images)
        if self.manners.edits:
            app.router.add_post("/v1/images/edits", self.edits)
        if self.manners.clips:
            app.router.add_post(self.manners.clips_at, self.start)
            app.router.add_get("/v1/videos/{id}", self.look)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: object) -> web.StreamResponse:
        try:
            answer: web.StreamResponse = await handler(request)  # type: ignore[operator]  # aiohttp's handler
        except Refused as refused:
            return refused.answer
        except web.HTTPException as missing:
            return web.json_response({"detail": missing.reason}, status=missing.status)
        return answer

    async def models(self, _: web.Request) -> web.Response:
        ids = self.manners.models
        return web.json_response({"object": "list", "data": [{"id": each, **self.manners.listing} for each in ids]})

    async def images(self, request: web.Request) -> web.Response:
        order = self._checked(await self._read(request, "json"), self.manners.images, request.path)
        return self._rows(order)

    async def edits(self, request: web.Request) -> web.Response:
        fields = self.manners.edits
        order = await self._read(request, self.manners.edits_as)
        if order and not order.keys() & fields & {"image", "image[]"}:  # what is missing comes before what is unknown
            raise Refused(422, {"detail": [{"loc": ["body", "image"], "msg": "Field required"}]})
        return self._rows(self._checked(order, fields, request.path))

    async def start(self, request: web.Request) -> web.Response:
        self._checked(await self._read(request, self.manners.clips_as), self.manners.clips, request.path)
        if self.manners.clips_as == "form":
            return web.json_response({"id": "video_7", "object": "video", "status": "queued", "progress": 0})
        return web.json_response({"request_id": "7"})

    async def look(self, request: web.Request) -> web.Response:
        if request.match_info["id"] not in ("7", "video_7"):
            raise Refused(404, {"error": {"message": "The requested video does not exist", "code": "not_found"}})
        self.looks += 1
        if self.looks < 3:
            state = "in_progress" if self.manners.clips_as == "form" else "pending"
            return web.json_response({"status": state, "progress": 40 * self.looks})
        if self.manners.clips_as == "form":
            return web.json_response(
                {"id": "video_7", "status": "completed", "progress": 100, "url": self._file("mp4")}
            )
        return web.json_response({"status": "done", "progress": 100, "video": {"url": self._file("mp4")}})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = self._checked(await self._read(request, "json"), CHAT_FIELDS, request.path)
        for config, known in (("image_config", self.manners.image_config), ("video_config", self.manners.video_config)):
            given = body.get(config)
            if isinstance(given, dict) and not given.keys() <= known:
                raise Refused(400, {"error": {"message": f"unknown field in {config}", "code": "bad_field"}})
        model = str(body["model"])
        if "video" in model:
            if not self.manners.films_in_chat:
                raise Refused(400, {"error": {"message": "not in chat", "code": "unsupported_parameter"}})
            lines = [("thought", "progress=25%\n"), ("thought", "progress=80%\n")]
            clip = f'<video poster="{self._file("jpg")}"><source src="{self._file("mp4")}"></video>'
            return await self._say(request, body, [*lines, ("text", clip)])
        if "imagine" in model:
            if not self.manners.draws_in_chat:
                raise Refused(404, {"error": {"message": "The model does not exist here", "code": "model_not_found"}})
            return await self._say(request, body, [("text", f"![image]({self._file('jpg')})")])
        return await self._say(request, body, [("thought", "Hm. "), ("text", "A tide "), ("text", "is water.")])

    async def _say(
        self, request: web.Request, body: Mapping[str, object], said: list[tuple[str, str]]
    ) -> web.StreamResponse:
        if body["stream"] is False:
            message: dict[str, object] = {"content": "".join(text for kind, text in said if kind == "text")}
            if self.manners.reasoning != "think":
                message["reasoning_content"] = "".join(text for kind, text in said if kind == "thought")
            return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}]})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for kind, text in said:
            if kind == "text":
                delta = {"content": text}
            elif self.manners.reasoning == "think":
                delta = {"content": f"<think>\n{text}</think>\n"}
            else:
                delta = {"reasoning_content": text}
            await response.write(_event({"choices": [{"index": 0, "delta": delta}]}))
        await response.write(_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _read(self, request: web.Request, way: str) -> dict[str, object]:
        is_form = request.content_type == "multipart/form-data"
        if is_form != (way == "form"):
            raise Refused(415, {"error": {"message": f"send it as {way}", "code": "content_type"}})
        if is_form:
            return dict(await request.post())
        body: dict[str, object] = await request.json()
        return body

    def _checked(self, order: dict[str, object], known: frozenset[str], path: str) -> dict[str, object]:
        unknown = order.keys() - known
        if unknown:
            raise Refused(400, {"error": {"message": f"unknown: {sorted(unknown)}", "code": "bad_field"}})
        words = json.dumps(order.get("messages") or order.get("prompt") or "")
        for name, (status, body, headers) in ERRORS.items():
            if f"fail:{name}" in words:
                raise Refused(status, body, headers)
        if words == '""':
            raise Refused(422, {"detail": [{"loc": ["body", "prompt"], "msg": "Field required"}]})
        self.orders.append((path.removeprefix("/v1/"), order))
        return order

    def _rows(self, order: Mapping[str, object]) -> web.Response:
        count = int(str(order.get("n", 1)))
        return web.json_response({"data": [{"url": self._file("jpg", number)} for number in range(count)]})

    def _file(self, extension: str, number: int = 0) -> str:
        return f"{self.base_url}/files/{number}.{extension}"


def _event(payload: object) -> bytes:
    return f"data: {json.dumps(payload)}\n\n".encode()


@asynccontextmanager
async def serving(name: str) -> AsyncIterator[StrictServer]:
    """Serve one dialect on loopback."""
    server = StrictServer(MANNERS[name])
    async with on_a_socket(server.app()) as url:
        server.base_url = f"{url}/v1"
        yield server
