"""Orders for pictures and clips: sizes, counts and lengths, checked as the proxy checks them.

Source: grok2api v1.5.0, recorded replies 03-image-*, 03-video-*; xAI's documentation of images and videos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.grok.calls import ChatCall
from sandbox.grok.errors import bad_request, missing_field
from sandbox.grok.scene import Size

ImageFormat = Literal["url", "b64"]

IMAGE_SIZES: dict[str, Size] = {
    "1024x1024": (1024, 1024),
    "1024x1792": (1024, 1792),
    "1280x720": (1280, 720),
    "1792x1024": (1792, 1024),
    "720x1280": (720, 1280),
}
# The proxy's own reading of its sizes as the ratio of a clip.
RATIO_OF_SIZE = {"1280x720": "16:9", "720x1280": "9:16", "1792x1024": "3:2", "1024x1792": "2:3", "1024x1024": "1:1"}
CHAT_RATIOS = (*RATIO_OF_SIZE, "16:9", "9:16", "3:2", "2:3", "1:1")
CHAT_LENGTHS = (6, 10, 15)
RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3")
HEIGHTS = {"480p": 480, "720p": 720}
MAX_SECONDS = 15


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """Pictures to make."""

    count: int
    size: Size
    size_name: str
    format: ImageFormat


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """A clip to make."""

    size: Size
    seconds: float
    resolution: str


def chat_image_order(call: ChatCall) -> ImageOrder:
    """Read `image_config`; a stream takes one picture or two."""
    config = _config(call, "image_config")
    order = image_order(config, "image_config")
    if call.is_stream and order.count > 2:
        param = "image_config.n" if call.is_stream_omitted else "stream"
        raise bad_request("Streaming is only supported when n=1 or n=2", param, "invalid_stream_n")
    return order


def image_order(body: dict[str, object], where: str = "") -> ImageOrder:
    """Read the settings of pictures from a request or its `image_config`."""
    prefix = f"{where}." if where else ""
    count = _count(body.get("n"), f"body.{prefix}n")
    name = body.get("size") or _size_of_ratio(body.get("aspect_ratio"))
    if not isinstance(name, str) or name not in IMAGE_SIZES:
        raise bad_request(f"size must be one of {sorted(IMAGE_SIZES)}", f"{prefix}size", "invalid_size")
    asked = body.get("response_format") or "url"
    if asked not in ("url", "b64_json", "base64"):
        message = "response_format must be one of ['b64_json', 'base64', 'url']"
        raise bad_request(message, f"{prefix}response_format", "invalid_response_format")
    return ImageOrder(count, IMAGE_SIZES[name], name, "url" if asked == "url" else "b64")


def _count(value: object, param: str) -> int:
    if value is None:
        return 1
    try:
        count = int(value) if isinstance(value, (int, str)) else None
    except ValueError:
        count = None
    if count is None:
        raise bad_request("Input should be a valid integer", param, "int_parsing")
    if count < 1:
        raise bad_request("Input should be greater than or equal to 1", param, "greater_than_equal")
    if count > 10:
        raise bad_request("Input should be less than or equal to 10", param, "less_than_equal")
    return count


def _size_of_ratio(ratio: object) -> str:
    """Return the proxy's size nearest to a ratio as xAI names it."""
    by_ratio = {ratio: size for size, ratio in RATIO_OF_SIZE.items()} | {"4:3": "1280x720", "3:4": "720x1280"}
    return by_ratio.get(ratio, "1024x1024") if isinstance(ratio, str) else "1024x1024"


def chat_video_order(call: ChatCall) -> VideoOrder:
    """Read `video_config`: three lengths, five ratios, 480p by default."""
    config = _config(call, "video_config")
    ratio, seconds = config.get("aspect_ratio") or "3:2", config.get("video_length") or 6
    if ratio not in CHAT_RATIOS:
        message = f"aspect_ratio must be one of {list(CHAT_RATIOS)}"
        raise bad_request(message, "video_config.aspect_ratio", "invalid_aspect_ratio")
    if seconds not in CHAT_LENGTHS or not isinstance(seconds, int):
        message = "video_length must be 6, 10, or 15 seconds"
        raise bad_request(message, "video_config.video_length", "invalid_video_length")
    resolution = _resolution(config.get("resolution_name"), "video_config.resolution_name")
    return VideoOrder(clip_size(RATIO_OF_SIZE.get(str(ratio), str(ratio)), resolution), seconds, resolution)


def job_order(body: dict[str, object]) -> VideoOrder:
    """Read an order in xAI's form: 1 to 15 seconds, seven ratios."""
    ratio, seconds = body.get("aspect_ratio") or "16:9", body.get("duration") or 6
    if ratio not in RATIOS:
        raise bad_request(f"aspect_ratio must be one of {list(RATIOS)}", "aspect_ratio", "invalid_aspect_ratio")
    if not isinstance(seconds, (int, float)) or not 1 <= seconds <= MAX_SECONDS:
        raise bad_request(f"duration must be between 1 and {MAX_SECONDS}", "duration", "invalid_duration")
    resolution = _resolution(body.get("resolution"), "resolution")
    return VideoOrder(clip_size(str(ratio), resolution), seconds, resolution)


def form_order(fields: dict[str, object], lengths: tuple[int, ...]) -> VideoOrder:
    """Read an order in OpenAI's form: its size in pixels names the ratio, its length is one of a few."""
    size, seconds = fields.get("size") or "1280x720", fields.get("seconds") or str(lengths[0])
    if size not in RATIO_OF_SIZE:
        raise bad_request(f"size must be one of {sorted(RATIO_OF_SIZE)}", "size", "invalid_size")
    if str(seconds) not in {str(length) for length in lengths}:
        raise bad_request(f"seconds must be one of {list(lengths)}", "seconds", "invalid_seconds")
    resolution = _resolution(fields.get("resolution_name"), "resolution_name")
    return VideoOrder(clip_size(RATIO_OF_SIZE[str(size)], resolution), int(str(seconds)), resolution)


def _resolution(value: object, param: str) -> str:
    if value is None:
        return "480p"
    if not isinstance(value, str) or value not in HEIGHTS:
        raise bad_request(f"{param} must be one of {list(HEIGHTS)}", param, "invalid_resolution")
    return value


def clip_size(ratio: str, resolution: str) -> Size:
    """Return width and height: the shorter side as the resolution names it, the longer even, as 4:2:0 wants it."""
    wide, high = map(int, ratio.split(":"))
    short = HEIGHTS[resolution]
    longer = 2 * round(short * max(wide, high) / min(wide, high) / 2)
    return (longer, short) if wide >= high else (short, longer)


def _config(call: ChatCall, name: str) -> dict[str, object]:
    config = call.options.get(name)
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise bad_request("Input should be a valid dictionary", f"body.{name}", "model_attributes_type")
    return config


def required_text(body: dict[str, object], name: str) -> str:
    """Return a field that has to be a text with something in it."""
    value = body.get(name)
    if value is None:
        raise missing_field(f"body.{name}")
    if not isinstance(value, str) or not value.strip():
        raise bad_request(f"{name.capitalize()} cannot be empty", name, f"empty_{name}")
    return value
