"""The `/v1` routes: from an HTTP request to an exchange and its reply."""

from __future__ import annotations

from aiohttp import web

from sandbox.grok.calls import ChatCall, check_media, parse_chat
from sandbox.grok.chat import chat_reply
from sandbox.grok.clips import clip_reply
from sandbox.grok.delivery import hand_out
from sandbox.grok.demo import BODY, DEMO
from sandbox.grok.errors import ApiError, bad_request, json_response, missing_field
from sandbox.grok.exchange import Exchange, respond
from sandbox.grok.forms import read_form
from sandbox.grok.images_api import images_reply
from sandbox.grok.kinds import ServerKind
from sandbox.grok.models import EDIT_MODEL, IMAGE_MODEL, MODEL_IDS, ModelKind, kind_of
from sandbox.grok.orders import chat_image_order, chat_video_order, image_order, required_text
from sandbox.grok.pictures import PictureMaker, chat_picture_reply
from sandbox.grok.replies import whole_reply

routes = web.RouteTableDef()


@routes.get("/v1/models", allow_head=False)
async def models(request: web.Request) -> web.Response:
    """List the models."""
    faults = request.app[DEMO].queue.take(request.path, makes_something=False)
    kind = request.app[DEMO].settings.kind
    return whole_reply(faults) or json_response({"object": "list", "data": [kind.row(id_) for id_ in MODEL_IDS]})


@routes.get("/v1/models/{model}", allow_head=False)
async def model(request: web.Request) -> web.Response:
    """Describe one model, as the OpenAI form has it."""
    name = request.match_info["model"]
    kind_of(name)
    return json_response(request.app[DEMO].settings.kind.row(name))


@routes.post("/v1/chat/completions")
async def chat_completions(request: web.Request) -> web.StreamResponse:
    """Answer a chat request with text, a picture, or a clip, as its model does."""
    call = parse_chat(request[BODY])
    if call.kind not in request.app[DEMO].settings.kind.in_chat:
        raise _not_in_chat(call)
    exchange = Exchange.begin(request, call.asking.text)
    match call.kind:
        case ModelKind.CHAT:
            return await respond(exchange, chat_reply(exchange, call))
        case ModelKind.IMAGE | ModelKind.EDIT:
            return await _chat_picture(exchange, call)
        case ModelKind.VIDEO:
            if "jobs" in exchange.faults:
                raise _not_in_chat(call)
            order = chat_video_order(call)
            return await respond(exchange, clip_reply(exchange, call, order, await _first_image(exchange, call)))


def _not_in_chat(call: ChatCall) -> ApiError:
    """Return why chat does not make such a thing; of clips, what the proxy's Go version says."""
    if call.kind is not ModelKind.VIDEO:
        return bad_request(f"The model `{call.model}` does not chat.", "model", "model_not_supported")
    message = "Video models are not supported by chat completions; use /v1/videos/generations."
    return bad_request(message, "model", "unsupported_parameter")


async def _chat_picture(exchange: Exchange, call: ChatCall) -> web.StreamResponse:
    order = chat_image_order(call)
    source = b""
    if call.kind is ModelKind.EDIT:
        images = [image for turn in call.turns for image in turn.images]
        if not images:
            raise bad_request("image_url is required for image edits", "messages", "missing_image")
        source = await exchange.demo.load(images[-1])  # the proxy takes only the last
    maker = PictureMaker(exchange, order, source)
    return await respond(exchange, chat_picture_reply(exchange, call.model, is_stream=call.is_stream, maker=maker))


async def _first_image(exchange: Exchange, call: ChatCall) -> bytes:
    images = [image for turn in call.turns for image in turn.images]
    return await exchange.demo.load(images[0]) if images else b""


@routes.post("/v1/images/generations")
async def images_generations(request: web.Request) -> web.StreamResponse:
    """Draw one to ten pictures."""
    body = request[BODY]
    prompt = required_text(body, "prompt")
    if body.get("model", IMAGE_MODEL) != IMAGE_MODEL:
        message = f"The model `{IMAGE_MODEL}` is required for image generation."
        raise bad_request(message, "model", "model_not_supported")
    order, is_stream = image_order(body), body.get("stream") is True
    if is_stream and order.count > 2:
        raise bad_request("Streaming is only supported when n=1 or n=2", "stream", "invalid_stream_n")
    exchange = Exchange.begin(request, prompt)
    return await respond(exchange, images_reply(exchange, IMAGE_MODEL, order, is_stream=is_stream))


@routes.post("/v1/images/edits")
async def images_edits(request: web.Request) -> web.StreamResponse:
    """Change a picture given as a file (OpenAI, the proxy) or by address (xAI)."""
    body, uploaded = await _picture_and_fields(request, request.app[DEMO].settings.kind)
    prompt = required_text(body, "prompt")
    if body.get("model", EDIT_MODEL) != EDIT_MODEL:
        message = f"The model `{EDIT_MODEL}` is required for image edits."
        raise bad_request(message, "model", "model_not_supported")
    exchange = Exchange.begin(request, prompt)
    source = uploaded if uploaded is not None else await exchange.demo.load(_image_address(body))
    is_stream = body.get("stream") in (True, "true")
    return await respond(
        exchange, images_reply(exchange, EDIT_MODEL, image_order(body), is_stream=is_stream, source=source)
    )


async def _picture_and_fields(request: web.Request, kind: ServerKind) -> tuple[dict[str, object], bytes | None]:
    """Return an order to change a picture, and the picture if it came as a file."""
    way = "form" if request.content_type == "multipart/form-data" else "json"
    if kind.edits not in (None, way):
        raise ApiError(415, "Unsupported content type", code="unsupported_content_type")
    if way == "json":
        return request[BODY], None
    body, picture = await read_form(request, None if kind.edits is None else kind.picture_field)
    if picture is None:
        raise missing_field(f"body.{kind.picture_field}")
    return body, picture


def _image_address(body: dict[str, object]) -> str:
    several = body.get("images")
    image = body.get("image") or (several[-1] if isinstance(several, list) and several else None)
    url = image.get("url") if isinstance(image, dict) else image
    if not isinstance(url, str):
        raise missing_field("body.image")
    check_media(url, "image.url")
    return url


@routes.get("/v1/files/{shelf:image|video}/{path:.+}", allow_head=False)
async def files(request: web.Request) -> web.StreamResponse:
    """Give a file, or a range of it; no key is asked for."""
    demo, shelf, path = request.app[DEMO], request.match_info["shelf"], request.match_info["path"]
    faults = demo.queue.take(request.path, makes_something=False)
    return whole_reply(faults) or await hand_out(request, shelf, path, demo.files.find(shelf, path))
