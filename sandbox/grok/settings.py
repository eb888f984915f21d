"""What the demo server is told on its command line."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.grok.kinds import ANY, KINDS, ServerKind
from sandbox.grok.models import ModelKind


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How the server behaves when no fault is asked for.

    key: what `Authorization: Bearer` must carry; "" lets everybody in, as the proxy does without a key.
    app_url: what file links begin with; None is the server's own address, "" gives the proxy's links without one.
    admin_key: of the administration of accounts; "": there is none. is_admin_wrapped: it answers as the second version.
    dialect: the kind of server that it passes for, one of `KINDS`.
    is_video_jobs: clips are made by `/v1/videos/generations` alone, as by the proxy's Go version.
    """

    key: str
    tokens_per_s: float = 45.0
    first_token_s: float = 0.4
    image_s: float = 2.5
    video_s: float = 8.0
    app_url: str | None = None
    is_proxy_only: bool = False
    dialect: str = ANY
    is_video_jobs: bool = False
    admin_key: str = ""
    is_admin_wrapped: bool = False

    @property
    def kind(self) -> ServerKind:
        """The kind of server that it passes for."""
        kind = KINDS[self.dialect]
        return replace(kind, in_chat=kind.in_chat - {ModelKind.VIDEO}) if self.is_video_jobs else kind
