"""What a job for a clip looks like in OpenAI's form.

Source: OpenAI's API reference, "The video job"; the formats' notes, section 2, on the proxy's last Python version.
"""

from __future__ import annotations

import time
from typing import Literal

from sandbox.grok.film import ClipOrder

# None: under way. "": done. Else why there is no clip.
Fails = Literal["", "failed", "withheld"] | None

ERRORS = {
    "failed": {"code": "video_generation_failed", "message": "The video could not be generated."},
    "withheld": {"code": "moderation_blocked", "message": "The video was blocked by our moderation system."},
}


def form_state(number: str, model: str, order: ClipOrder, percent: int, fails: Fails) -> dict[str, object]:
    """Return the answer about a job. The clip itself is fetched from `/content`: there is no address in it."""
    state: dict[str, object] = {"id": number, "object": "video", "created_at": int(time.time()), "model": model}
    state |= {"prompt": order.prompt, "seconds": str(order.seconds), "size": f"{order.size[0]}x{order.size[1]}"}
    if fails is None:
        return {**state, "status": "in_progress" if percent else "queued", "progress": percent}
    if fails:
        return {**state, "status": "failed", "progress": percent, "error": ERRORS[fails]}
    return {**state, "status": "completed", "progress": 100}
