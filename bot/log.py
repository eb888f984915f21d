"""How the log is written: ids, models, durations and error classes, never prompts or answers."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable

from bot.ids import ids

# The rest of these paths is the token of an interaction: whoever has it can write in the bot's name. Source: Discord,
# "Receiving and Responding to Interactions"; discord.py warns with the whole address when a request is refused.
_TOKEN = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s?'\"]+")

log = logging.getLogger(__name__)


class _TextFormatter(logging.Formatter):
    """Time, level, logger and message, then the ids that the message does not name itself."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        record.tail = "".join(f" {name}={value}" for name, value in ids().items() if f"{name}=" not in message)
        return _without_tokens(super().format(record))


class _JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_tokens(record.getMessage()),
        }
        row |= {name: str(value) for name, value in ids().items()}  # as text: JavaScript's numbers end before Discord's
        if record.exc_info:
            row["error"] = _without_tokens(self.formatException(record.exc_info))
        return json.dumps(row, ensure_ascii=False)  # nothing is masked from here on: it could take a quote's backslash


def _without_tokens(line: str) -> str:
    return _TOKEN.sub(r"\1***", line) if "/webhooks/" in line or "/interactions/" in line else line


def set_up_logging(level: str, form: str) -> None:
    """Write to stderr. form: "text" or "json"; for level see `set_level`."""
    handler = logging.StreamHandler(sys.stderr)
    text = _TextFormatter("%(asctime)s %(levelname)-7s %(name)s  %(message)s%(tail)s", "%H:%M:%S")
    handler.setFormatter(_JsonFormatter() if form == "json" else text)
    logging.getLogger().handlers[:] = [handler]
    set_level(level)


def set_level(level: str) -> None:
    """Write from a level on. Libraries speak only from warnings on, unless it is DEBUG."""
    least = logging.INFO if level == "DEBUG" else max(logging.WARNING, logging.getLevelNamesMapping()[level])
    logging.getLogger().setLevel(least)
    for ours in ("bot", "cogs"):
        logging.getLogger(ours).setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells every address, those of results too


def reread_level(read: Callable[[], str]) -> None:
    """Apply the level that `read` returns now, and say so in a line that is seen whichever of both levels is quieter.

    Raises what `read` does, SettingError, and then nothing was changed.
    """
    level = read()
    quieter = max(log.getEffectiveLevel(), logging.getLevelNamesMapping()[level], logging.INFO)
    set_level(level)
    log.log(quieter, "log level is %s", level)
