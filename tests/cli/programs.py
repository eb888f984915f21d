"""Run the real program against the demo Grok server, both as processes of their own."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACE = ("--tokens-per-s", "2000", "--first-token-s", "0", "--image-s", "0.05", "--video-s", "0.3")
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo Grok server that runs."""

    base_url: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        return {"GROK_BASE_URL": self.base_url, "GROK_API_KEY": self.key}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def document(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.raw)
        return found

    @property
    def error(self) -> dict[str, object]:
        found = self.document["error"]
        assert isinstance(found, dict)
        return found


@contextmanager
def demo_server(*arguments: str) -> Iterator[Demo]:
    """Run a demo Grok server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.grok", *PACE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Demo(ready["base_url"], ready["key"])
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_S)


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environment}


def run(*arguments: str, folder: Path, environment: Mapping[str, str], stdin: bytes = b"") -> Ended:
    """Run a command in a folder with nothing but these variables. No traceback and no key may show."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=variables(environment),
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    err = done.stderr.decode()
    assert "Traceback" not in err
    key = environment.get("GROK_API_KEY")
    assert not key or (key not in err and key.encode() not in done.stdout)
    return Ended(done.returncode, done.stdout, err)


def run_on_terminal(*arguments: str, folder: Path, environment: Mapping[str, str]) -> Ended:
    """Run a command whose stderr is a terminal; stdout goes into a pipe."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=folder,
            env=variables(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        os.close(theirs)
        seen = _read_all(ours)
        out, _ = process.communicate(timeout=TIMEOUT_S)
        return Ended(process.returncode, out, seen.decode(errors="replace"))
    finally:
        os.close(ours)


def _read_all(terminal: int) -> bytes:
    seen = bytearray()
    ends_at = time.monotonic() + TIMEOUT_S
    while time.monotonic() < ends_at:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not piece:
            break
        seen += piece
    return bytes(seen)
