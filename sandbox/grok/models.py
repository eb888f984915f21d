"""The models this server lists, and what each is for."""

from __future__ import annotations

from enum import StrEnum

from sandbox.grok.errors import bad_request

IMAGE_MODEL = "grok-imagine-1.0"
EDIT_MODEL = "grok-imagine-1.0-edit"
VIDEO_MODEL = "grok-imagine-1.0-video"

# The ids of grok2api v1.5.0, in its order (recorded reply 01-models). Nothing but the id tells what a model does.
MODEL_IDS = (
    "grok-3",
    "grok-3-mini",
    "grok-3-thinking",
    "grok-4",
    "grok-4-mini",
    "grok-4-thinking",
    "grok-4-heavy",
    "grok-4.1-mini",
    "grok-4.1-fast",
    "grok-4.1-expert",
    "grok-4.1-thinking",
    "grok-4.20-beta",
    IMAGE_MODEL,
    EDIT_MODEL,
    VIDEO_MODEL,
)


class ModelKind(StrEnum):
    """What a model makes."""

    CHAT = "chat"
    IMAGE = "image"
    EDIT = "edit"
    VIDEO = "video"


KINDS = {IMAGE_MODEL: ModelKind.IMAGE, EDIT_MODEL: ModelKind.EDIT, VIDEO_MODEL: ModelKind.VIDEO}


def kind_of(model: str) -> ModelKind:
    """Return what the model makes; refuse an unknown one as the proxy does, with 400."""
    if model not in MODEL_IDS:
        message = f"The model `{model}` does not exist or you do not have access to it."
        raise bad_request(message, "model", "model_not_found")
    return KINDS.get(model, ModelKind.CHAT)
