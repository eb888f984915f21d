"""What the proxy refuses, word for word."""

from __future__ import annotations

import pytest

from sandbox.grok.models import MODEL_IDS
from tests.sandbox_grok.serving import CHAT, EDIT, IMAGE, VIDEO, DemoClient, data_uri, http_client, png

Json = dict[str, object]
SAY_HI: Json = {"messages": [{"role": "user", "content": "hi"}]}


def blocks(*content: Json) -> Json:
    return {"model": CHAT, "messages": [{"role": "user", "content": list(content)}]}


def about(url: str) -> Json:
    return blocks({"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": url}})


# body -> (param, code, message), as recorded from grok2api v1.5.0
REFUSED: list[tuple[Json, str, str, str]] = [
    ({"model": CHAT}, "body.messages", "missing", "Field required"),
    (SAY_HI, "body.model", "missing", "Field required"),
    (
        {"model": "grok-3-fast", **SAY_HI},
        "model",
        "model_not_found",
        "The model `grok-3-fast` does not exist or you do not have access to it.",
    ),
    (
        {"model": CHAT, "messages": [{"role": "tool", "content": "x"}]},
        "messages.0.role",
        "invalid_role",
        "role must be one of ['assistant', 'developer', 'system', 'user']",
    ),
    (
        {"model": CHAT, "messages": [{"role": "user", "content": "  "}]},
        "messages.0.content",
        "empty_content",
        "Message content cannot be empty",
    ),
    (
        {"model": CHAT, "messages": [{"role": "user", "content": None}]},
        "body.messages.content.str",
        "string_type",
        "Input should be a valid string",
    ),
    (
        blocks({"type": "image", "x": 1}),
        "messages.0.content.0.type",
        "invalid_type",
        "Invalid content block type: 'image'",
    ),
    (
        about("cat.png"),
        "messages.0.content.1.image_url.url",
        "invalid_media",
        "image_url.url must be a URL or data URI",
    ),
    (
        about("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGM4ISeHFTEMLQkA"),
        "messages.0.content.1.image_url.url",
        "invalid_media",
        "image_url.url base64 must be provided as a data URI (data:<mime>;base64,...)",
    ),
    (
        {"model": CHAT, **SAY_HI, "temperature": 3},
        "temperature",
        "invalid_temperature",
        "temperature must be between 0 and 2",
    ),
    (
        {"model": CHAT, **SAY_HI, "temperature": "hot"},
        "body.temperature",
        "float_parsing",
        "Input should be a valid number, unable to parse string as a number",
    ),
    (
        {"model": IMAGE, **SAY_HI, "image_config": {"size": "512x512"}},
        "image_config.size",
        "invalid_size",
        "size must be one of ['1024x1024', '1024x1792', '1280x720', '1792x1024', '720x1280']",
    ),
    (
        {"model": IMAGE, **SAY_HI, "stream": False, "image_config": {"n": 11}},
        "body.image_config.n",
        "less_than_equal",
        "Input should be less than or equal to 10",
    ),
    (
        {"model": IMAGE, **SAY_HI, "image_config": {"n": 3}},
        "image_config.n",
        "invalid_stream_n",
        "Streaming is only supported when n=1 or n=2",
    ),
    (
        {"model": IMAGE, **SAY_HI, "stream": True, "image_config": {"n": 3}},
        "stream",
        "invalid_stream_n",
        "Streaming is only supported when n=1 or n=2",
    ),
    ({"model": EDIT, **SAY_HI}, "messages", "missing_image", "image_url is required for image edits"),
    (
        {"model": VIDEO, **SAY_HI, "video_config": {"video_length": 7}},
        "video_config.video_length",
        "invalid_video_length",
        "video_length must be 6, 10, or 15 seconds",
    ),
    (
        {"model": VIDEO, **SAY_HI, "video_config": {"aspect_ratio": "4:3"}},
        "video_config.aspect_ratio",
        "invalid_aspect_ratio",
        "aspect_ratio must be one of ['1280x720', '720x1280', '1792x1024', '1024x1792', '1024x1024', "
        "'16:9', '9:16', '3:2', '2:3', '1:1']",
    ),
]


@pytest.mark.parametrize(("body", "param", "code", "message"), REFUSED, ids=[f"{row[2]}-{row[1]}" for row in REFUSED])
async def test_a_bad_request_is_refused_in_the_proxys_words(
    demo: DemoClient, body: Json, param: str, code: str, message: str
) -> None:
    answer = await demo.post("/v1/chat/completions", body)
    assert answer.status_code == 400
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    assert answer.json() == {"error": error}


async def test_broken_json_is_refused(demo: DemoClient) -> None:
    answer = await demo.http.post("/v1/chat/completions", content=b'{"model":"grok-3",}')
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "json_invalid"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "Missing authentication token"),
        ("Basic abc", "Missing authentication token"),
        ("Bearer wrong", "Invalid authentication token"),
    ],
)
async def test_the_key_is_asked_for(demo: DemoClient, header: str | None, message: str) -> None:
    async with http_client(base_url=demo.root) as stranger:
        answer = await stranger.get("/v1/models", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    expected = {"message": message, "type": "authentication_error", "param": None, "code": "invalid_api_key"}
    assert answer.json() == {"error": expected}


async def test_unknown_paths_and_methods_have_no_error_object(demo: DemoClient) -> None:
    missing, wrong = await demo.http.get("/v1/nothing"), await demo.http.get("/v1/chat/completions")
    assert (missing.status_code, missing.json()) == (404, {"detail": "Not Found"})
    assert (wrong.status_code, wrong.json()) == (405, {"detail": "Method Not Allowed"})


async def test_the_earlier_proxy_knows_no_v1_videos(demo: DemoClient) -> None:
    assert (await demo.post("/v1/videos", {"prompt": "x"})).status_code == 404


async def test_models_are_the_proxys(demo: DemoClient) -> None:
    listed = (await demo.http.get("/v1/models")).json()
    assert [item["id"] for item in listed["data"]] == list(MODEL_IDS)
    assert listed["data"][0] == {
        "id": "grok-3",
        "object": "model",
        "created": 0,
        "owned_by": "grok2api@chenyme",
    }


async def test_only_the_picture_model_draws(demo: DemoClient) -> None:
    answer = await demo.post("/v1/images/generations", {"prompt": "x", "model": "dall-e-3"})
    assert answer.json()["error"]["code"] == "model_not_supported"


async def test_edits_want_a_picture(demo: DemoClient) -> None:
    answer = await demo.http.post("/v1/images/edits", data={"prompt": "gold"}, files={"mask": ("", b"")})
    assert answer.status_code == 400


async def test_a_picture_that_cannot_be_fetched_is_a_bad_gateway(demo: DemoClient) -> None:
    lost: Json = {"type": "image_url", "image_url": {"url": f"{demo.root}/v1/files/image/none.png"}}
    answer = await demo.chat([{"type": "text", "text": "gold"}, lost], model=EDIT, stream=False)
    assert answer.status_code == 502
    assert answer.json()["error"]["message"] == "Failed to fetch: 404"


async def test_other_hosts_are_refused(demo: DemoClient) -> None:
    answer = await demo.http.get("/v1/models", headers={"Host": "evil.example"})
    assert answer.status_code == 403


async def test_a_picture_of_ten_megabytes_is_accepted(demo: DemoClient) -> None:
    heavy = data_uri(png() + bytes(10 * 2**20))
    picture: Json = {"type": "image_url", "image_url": {"url": heavy}}
    answer = await demo.chat([{"type": "text", "text": "What is it?"}, picture], stream=False)
    assert "64 × 48" in answer.text
