"""Plays a script on a wire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sandbox.grok.steps import Delta, Done, Drop, Event, Finish, Half, Opening, Raw, Script, Step, Tokens, Wait

if TYPE_CHECKING:
    from sandbox.grok.voice import Voice
    from sandbox.grok.wire import Wire

LIFE_SIGN_S = 0.25  # how soon a silent stream notices that its reader has left


class Player:
    """Sends the steps of a script in one voice; `per_s` is the pace where a step names none."""

    def __init__(self, wire: Wire, voice: Voice, per_s: float) -> None:
        self._wire = wire
        self._voice = voice
        self._per_s = per_s

    async def play(self, script: Script) -> None:
        """Send every step, or stop where the reader leaves."""
        async for step in script:
            if self._wire.is_gone:
                break
            await self._play_step(step)

    async def _play_step(self, step: Step) -> None:
        match step:
            case Tokens(pieces, key, per_s, _):
                await self._wire.send_paced(pieces, key, per_s or self._per_s, self._voice)
            case Wait(seconds):
                await self._wait(seconds)
            case Drop():
                self._wire.drop()
            case Half():
                pass
            case _:
                self._send(step)

    def _send(self, step: Opening | Delta | Event | Raw | Finish | Done) -> None:
        match step:
            case Opening():
                opening = self._voice.opening()
                if opening is not None:
                    self._wire.send(opening)
            case Delta(fields):
                content = fields.get("content")
                self._wire.send(self._voice.delta(dict(fields)), chars=len(content) if isinstance(content, str) else 0)
            case Event(data, name, chars):
                self._wire.send(data, name=name, chars=chars)
            case Raw(line):
                self._wire.send_line(line)
            case Finish(reason):
                for chunk in self._voice.finish(reason):
                    self._wire.send(chunk)
            case Done():
                self._wire.send("[DONE]")

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        # A transport offers no event to wait for.
        while not self._wire.is_gone and (left := end - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, LIFE_SIGN_S))
