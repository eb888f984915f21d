from __future__ import annotations

import asyncio
import logging
import os
import signal

import pytest

from bot.errors import SettingError
from bot.reload import Reloads


async def test_a_hangup_reads_everything_again() -> None:
    reloads, read, came = Reloads(), list[str](), asyncio.Event()
    reloads.add(lambda: read.append("level"))
    reloads.add(came.set)
    reloads.listen()
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(5):
        await came.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
    assert read == ["level"]


def test_a_mistake_in_one_is_one_line_and_the_others_are_read(caplog: pytest.LogCaptureFixture) -> None:
    def bad() -> None:
        raise SettingError("GROK_UPSTREAMS", "cannot be read")

    reloads, read = Reloads(), list[str]()
    reloads.add(bad)
    reloads.add(lambda: read.append("level"))
    with caplog.at_level(logging.ERROR):
        reloads.run()
    assert (read, caplog.messages) == (["level"], ["nothing was changed: GROK_UPSTREAMS: cannot be read"])
