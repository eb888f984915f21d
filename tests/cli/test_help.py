"""The help says something of every command and every option, and fits a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bot.cli.app import command_line
from tests.cli.programs import run

pytestmark = pytest.mark.e2e
OURS = ("verify", "models", "ask", "chat", "imagine", "video")


def parts() -> Iterator[tuple[str, object]]:
    """Yield every command and each of its parameters, by name."""
    waiting: list[tuple[str, object]] = [("grokcord", typer.main.get_command(command_line(lambda: 0)))]
    while waiting:
        name, command = waiting.pop()
        yield name, command
        for parameter in getattr(command, "params", ()):
            yield f"{name} {parameter.name}", parameter
        waiting += [(f"{name} {each}", within) for each, within in getattr(command, "commands", {}).items()]


def test_every_command_and_option_has_help() -> None:
    found = dict(parts())
    assert {f"grokcord {name}" for name in OURS} <= found.keys()
    assert [name for name, part in found.items() if not getattr(part, "help", None)] == []


def test_every_command_is_told_whole_in_the_list(tmp_path: Path) -> None:
    told = run("--help", folder=tmp_path, environment={"COLUMNS": "80"})
    assert told.code == 0
    assert "Usage: grokcord" in told.out
    assert "..." not in told.out.replace("[ARGS]...", "")


@pytest.mark.parametrize("name", OURS)
def test_help_fits_80_columns(name: str, tmp_path: Path) -> None:
    told = run(name, "--help", folder=tmp_path, environment={"COLUMNS": "80"})
    assert told.code == 0
    assert max(map(len, told.out.splitlines())) <= 80
    assert "\x1b" not in told.out


@pytest.mark.parametrize(
    "arguments", [["ask"], ["nonsense"], ["ask", "hi", "--temperature", "9"], ["video", "x", "--quality", "8k"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    ended = run(*arguments, folder=tmp_path, environment={})
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


def test_wrong_usage_is_json_where_json_was_asked_for(tmp_path: Path) -> None:
    ended = run("ask", "--output", "json", folder=tmp_path, environment={})
    assert ended.code == 2
    assert ended.error["code"] == "usage"
