"""Where settings come from: real variables over those of `.env` in the folder the program runs in."""

from __future__ import annotations

import os

from dotenv import dotenv_values

from bot.errors import SettingError


def environment() -> dict[str, str]:
    """Return every variable that is set, in the process or in `.env`. Raises SettingError where it is no text file."""
    try:
        written = dotenv_values(".env")
    except (OSError, ValueError) as failed:
        raise SettingError(".env", f"cannot be read ({type(failed).__name__})") from None
    return {**{name: value or "" for name, value in written.items()}, **os.environ}
