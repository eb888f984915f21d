"""The files by which the bot is run elsewhere, taken apart: a systemd unit, a Dockerfile, a compose file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # comes with DBOS, without annotations

from bot.config import Settings

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {field.name.upper() for field in fields(Settings)}
SECRETS = {"DISCORD_TOKEN", "GROK_API_KEY", "GROK_ADMIN_KEY"}
KNOWN = SETTINGS | {f"{name}_FILE" for name in SECRETS}
Json = dict[str, Any]  # Any: YAML, looked into by each test


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def unit(name: str = "deploy/grokcord.service") -> dict[str, list[str]]:
    """Return every directive with its values, in the order they stand there."""
    found: dict[str, list[str]] = {}
    for line in text(name).splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def assignments(words: list[str]) -> dict[str, str]:
    """Return `NAME=value` words as a mapping."""
    return dict(word.split("=", 1) for word in words)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a Dockerfile: what it begins with, and its instructions in order."""

    base: str
    instructions: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        return [rest for instruction, rest in self.instructions if instruction == name]

    def one(self, name: str) -> str:
        [rest] = self.all(name)
        return rest

    def listed(self, name: str) -> list[str]:
        """Return the JSON list that an instruction has, after its options."""
        found: list[str] = json.loads(self.one(name)[self.one(name).index("[") :])
        return found

    @property
    def environment(self) -> Mapping[str, str]:
        return assignments([word for rest in self.all("ENV") for word in rest.split()])


def stages() -> list[Stage]:
    """Return the stages of the Dockerfile."""
    lines = [line for line in text("Dockerfile").splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[Stage] = []
    for line in joined.splitlines():
        name, rest = line.split(maxsplit=1)
        if name == "FROM":
            found.append(Stage(rest.split()[0], []))
        else:
            found[-1].instructions.append((name, rest))
    return found


def copied() -> list[tuple[list[str], str]]:
    """Return what is copied out of the build context: sources and target of each COPY."""
    own = [rest.split() for stage in stages() for rest in stage.all("COPY") if not rest.startswith("--from")]
    return [(words[:-1], words[-1]) for words in own]


def compose() -> Json:
    loaded: Json = yaml.safe_load(text("compose.yaml"))
    return loaded
