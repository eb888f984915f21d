"""`python -m sandbox.grok` as a process of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.sandbox_grok.serving import http_client

PATIENCE_S = 20


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[tuple[Process, dict[str, object]]]:
    command = [sys.executable, "-m", "sandbox.grok", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    try:
        assert process.stdout
        async with asyncio.timeout(PATIENCE_S):
            yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_says_where_it_is_and_with_what_key() -> None:
    async with started() as (process, ready), http_client() as http:
        assert set(ready) == {"base_url", "key", "pid"}
        assert ready["pid"] == process.pid
        base_url = str(ready["base_url"])
        assert base_url.startswith("http://127.0.0.1:")
        assert base_url.endswith("/v1")
        headers = {"Authorization": f"Bearer {ready['key']}"}
        assert (await http.get(f"{base_url}/models", headers=headers)).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_cleanly_in_the_middle_of_its_work(number: signal.Signals) -> None:
    async with started("--key", "k", "--video-s", "60") as (process, ready), http_client() as http:
        clip = {"model": "grok-imagine-1.0-video", "messages": [{"role": "user", "content": "sea"}], "stream": True}
        headers = {"Authorization": "Bearer k"}
        url = f"{ready['base_url']}/chat/completions"
        async with http.stream("POST", url, json=clip, headers=headers) as answer:
            async for _ in answer.aiter_raw():
                break
            process.send_signal(number)
            _, log = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in log


async def test_a_clip_half_made_does_not_hold_up_the_end() -> None:
    async with started("--key", "k") as (process, ready), http_client() as http:
        order = {"prompt": "sea", "duration": 15, "aspect_ratio": "16:9", "resolution": "720p"}
        headers = {"Authorization": "Bearer k"}
        made = await http.post(f"{ready['base_url']}/videos/generations", json=order, headers=headers)
        assert made.status_code == 200
        process.terminate()
        _, log = await process.communicate()
    assert process.returncode == 0
    assert log == b""


async def test_standard_output_is_one_line_only() -> None:
    async with started() as (process, _):
        process.terminate()
        rest, _ = await process.communicate()
    assert rest == b""


async def test_a_port_that_is_taken_ends_it_with_one_line() -> None:
    async with started() as (_, ready):
        port = str(ready["base_url"]).rpartition(":")[2].removesuffix("/v1")
        command = [sys.executable, "-m", "sandbox.grok", "--port", port]
        second = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        _, log = await second.communicate()
    assert second.returncode == 1
    assert b"cannot listen" in log
    assert b"Traceback" not in log


async def test_a_senseless_pace_is_refused() -> None:
    command = [sys.executable, "-m", "sandbox.grok", "--tokens-per-s", "0"]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    _, log = await process.communicate()
    assert process.returncode == 2
    assert b"must be more than 0" in log
