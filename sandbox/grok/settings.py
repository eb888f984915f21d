"""What the demo server is told on its command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How the server behaves when no fault is asked for.

    key: what `Authorization: Bearer` must carry; "" lets everybody in, as the proxy does without a key.
    app_url: what file links begin with; None is the server's own address, "" gives the proxy's links without one.
    admin_key: of the administration of accounts; "": there is none. is_admin_wrapped: it answers as the second version.
    is_video_jobs: clips are made by `/v1/videos/generations` alone, as by the proxy's Go version.
    """

    key: str
    tokens_per_s: float = 45.0
    first_token_s: float = 0.4
    image_s: float = 2.5
    video_s: float = 8.0
    app_url: str | None = None
    is_proxy_only: bool = False
    is_video_jobs: bool = False
    admin_key: str = ""
    is_admin_wrapped: bool = False
