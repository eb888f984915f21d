"""The kinds of Grok server that this one can pass for: what each lists, which orders it takes where, how it streams.

Source: the formats' notes, sections 1 to 4. The names are those of the bot's dialects; the models keep their names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.grok.faults import NO_FAULTS, Faults
from sandbox.grok.models import ModelKind

ClipRoute = Literal["generations", "forms"]  # JSON to /v1/videos/generations, a multipart form to /v1/videos

RELEASED = 1_767_225_600  # seconds since 1970: the beginning of 2026

EVERYTHING = frozenset(ModelKind)
PICTURES = frozenset({ModelKind.CHAT, ModelKind.IMAGE, ModelKind.EDIT})
WORDS = frozenset({ModelKind.CHAT})


@dataclass(frozen=True, slots=True)
class ServerKind:
    """One kind of server.

    owner, is_dated, has_names: of the rows of its models. in_chat: what the chat route makes.
    edits: how a picture to be changed is sent, None: either way. picture_field: what it is called in a form.
    clips: the routes that take clips. lengths: of clips by a form, in seconds. manner: how its streams differ from the
    first proxy's. unknown_model_status: how it answers for a model that it does not have.
    """

    owner: str = "grok2api@chenyme"
    is_dated: bool = False
    has_names: bool = False
    in_chat: frozenset[ModelKind] = EVERYTHING
    edits: Literal["json", "form"] | None = None
    picture_field: str = "image"
    clips: frozenset[ClipRoute] = frozenset()
    lengths: tuple[int, ...] = ()
    manner: Faults = field(default=NO_FAULTS)
    unknown_model_status: int = 400

    def row(self, model: str) -> dict[str, object]:
        """Return a model as it is listed; the first proxy's own `created` is 0."""
        name = {"name": model.replace("-", " ").capitalize()} if self.has_names else {}
        created = RELEASED if self.is_dated else 0
        return {"id": model, "object": "model", "created": created, "owned_by": self.owner, **name}


def _manner(*names: str) -> Faults:
    return Faults(dict.fromkeys(names, ""))


ANY = "any"
KINDS = {
    ANY: ServerKind(clips=frozenset({"generations"})),
    "grok2api": ServerKind(edits="form"),
    "grok2api-jobs": ServerKind(
        owner="xai",
        is_dated=True,
        has_names=True,
        edits="form",
        picture_field="image[]",
        clips=frozenset({"forms"}),
        lengths=(6, 10, 12, 16, 20),
        manner=_manner("reasoning_content", "video_reasoning", "video_url"),
        unknown_model_status=404,
    ),
    "grok2api-go": ServerKind(
        owner="grok2api",
        is_dated=True,
        in_chat=PICTURES,
        edits="json",
        clips=frozenset({"generations"}),
        manner=_manner("reasoning_content", "citations"),
        unknown_model_status=404,
    ),
    "xai": ServerKind(
        owner="xai",
        is_dated=True,
        in_chat=WORDS,
        edits="json",
        clips=frozenset({"generations"}),
        manner=_manner("reasoning_content", "xai"),
        unknown_model_status=404,
    ),
    "openai": ServerKind(
        owner="openai",
        is_dated=True,
        in_chat=WORDS,
        edits="form",
        clips=frozenset({"forms"}),
        lengths=(4, 8, 12),
        unknown_model_status=404,
    ),
}
