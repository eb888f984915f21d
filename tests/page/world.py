"""The local Discord and the bot of the page tests, as processes, and what a test does with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_CHROMIUM = "The page tests need Chromium: apt-get install chromium (or set GROKCORD_CHROMIUM to its path)."
READY_WITHIN_S = 30
Found = TypeVar("Found")


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("GROKCORD_CHROMIUM")
    if named:
        return named
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@dataclass(frozen=True, slots=True)
class Place:
    """A running local Discord: addresses of its page and API, and the bot's token."""

    page: str
    api: str
    token: str

    def control(self, path: str, body: object | None = None) -> object:
        """Ask the control interface; with a body, by POST."""
        return self._ask(f"control/{path}", body)

    def act(self, user_id: str, path: str, body: object | None = None) -> object:
        """Do something as a person; with a body, by POST."""
        return self._ask(f"as/{user_id}/{path}", body)

    def _ask(self, path: str, body: object | None) -> object:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.page + path, data, {"Content-Type": "application/json"})  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            decoded: object = json.load(answer)
        return decoded


@contextmanager
def running_sandbox(*options: str) -> Iterator[Place]:
    """Run a local Discord; commands must be answered within a second, so that silence is seen soon."""
    with _process("sandbox", "--limits", "off", "--first-reply-s", "1.2", *options) as process:
        assert process.stdout is not None
        place = json.loads(process.stdout.readline())
        yield Place(place["page"], place["api"], place["token"])


@contextmanager
def running_bot(place: Place, module: str = "tests.page.garden_bot") -> Iterator[None]:
    """Run a bot of the tests until its commands are known."""
    with _process(module, place.api, place.token) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def eventually(read: Callable[[], Found], *, within_s: float = 8) -> Found:
    """Return what `read` gives once it is true; for what the page cannot show."""
    deadline = time.monotonic() + within_s
    while not (found := read()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)
    return found
