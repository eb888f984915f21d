"""Where settings come from: real variables over those of `.env` in the folder the program runs in."""

from __future__ import annotations

import os

from dotenv import dotenv_values


def environment() -> dict[str, str]:
    """Return every variable that is set, in the process or in `.env`."""
    return {**{name: value or "" for name, value in dotenv_values(".env").items()}, **os.environ}
