"""Check the bot's requests against Discord's own description of its API."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.e2e.processes import ROOT

Json = dict[str, Any]  # Any: Discord's JSON

# What discord.py 2.7.1 sends against the letter of the description, and Discord accepts (platform notes, 11).
KNOWN_LIBERTIES = ("message_reference", "tts")
_ID_PARAMETERS = re.compile(r"\{[^}]+\}")


def description_path() -> Path:
    """Return where Discord's description lies, if it is there at all."""
    return Path(os.environ.get("DISCORD_OPENAPI", ROOT.parent / "shared" / "discord" / "openapi.json"))


class DiscordApi:
    """Discord's description. Raises FileNotFoundError where it is absent."""

    def __init__(self) -> None:
        self._document: Json = json.loads(description_path().read_text(encoding="utf-8"))
        self._paths = [
            (re.compile("/" + _ID_PARAMETERS.sub("[^/]+", path).strip("/") + "$"), path)
            for path in sorted(self._document["paths"], key=lambda path: path.count("{"))
        ]

    def problems(self, method: str, path: str, body: object) -> list[str]:
        """Return what is wrong with one request, in words; an unknown path is a problem too."""
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is not described"]
        schema = self._schema(operation)
        if schema is None or not body:
            return []
        validator = Draft202012Validator({**schema, "components": self._document["components"]})
        return [
            f"{method} {path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in validator.iter_errors(_without_liberties(body))
        ]

    def _operation(self, method: str, path: str) -> Json | None:
        bare = path.split("?")[0]
        for pattern, template in self._paths:
            operations = self._document["paths"][template]
            if pattern.match(bare) and method.lower() in operations:
                return dict(operations[method.lower()])
        return None

    def _schema(self, operation: Json) -> Json | None:
        content = operation.get("requestBody", {}).get("content", {})
        schema: Json | None = content.get("application/json", {}).get("schema")
        return schema


def _without_liberties(body: object) -> object:
    """Leave out what is known; discord.py also writes some ids as integers: of new attachments, of people to ping."""
    if isinstance(body, list):
        return [_without_liberties(item) for item in body]
    if not isinstance(body, dict):
        return body
    kept = {name: _without_liberties(value) for name, value in body.items() if name not in KNOWN_LIBERTIES}
    if isinstance(kept.get("attachments"), list):
        kept["attachments"] = [{**file, "id": str(file["id"])} for file in body["attachments"]]
    if isinstance(allowed := kept.get("allowed_mentions"), dict):
        kept["allowed_mentions"] = {**allowed, "users": [str(user_id) for user_id in allowed.get("users", [])]}
    return kept
