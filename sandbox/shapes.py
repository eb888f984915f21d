"""The name for JSON that every other file shares."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]  # Any: Discord's JSON objects as they travel; what is read from them is checked where it enters

_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


def to_text(value: object) -> str:
    """Return compact JSON."""
    return _ENCODER.encode(value)
