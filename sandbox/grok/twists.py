"""Faults that change a stream on its way: they take a script and give another."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.grok.faults import Faults
from sandbox.grok.replies import error_event
from sandbox.grok.steps import Delta, Done, Drop, Event, Finish, Half, Opening, Raw, Script, Step, Tokens, Wait
from sandbox.grok.voice import to_json
from sandbox.grok.wire import Framing

STALL_S = 60.0  # the proxy's default `stream_timeout`
STALLS = ("stall", "video_stall")
CUTS = ("cut", "video_cut")
BREAKS = (*CUTS, *STALLS, "drop", "error_mid", "error_typed", "error_number", "error_finish", "error_field")


def stall_s(faults: Faults) -> float:
    """Return how long a stalled answer is silent."""
    return faults.number("stall", faults.number("video_stall", STALL_S))


def framing(faults: Faults) -> Framing:
    """Return how the events of this reply are written."""
    line_end = b"\r\n" if "crlf" in faults else b"\r" if "cr" in faults else b"\n"
    return Framing(line_end, b"" if "nospace" in faults else b" ", "split_utf8" in faults)


def twisted(script: Script, faults: Faults) -> Script:
    """Return the script as these faults leave it."""
    ending = _ending(faults)
    if ending is not None:
        script = _broken(script, ending)
    elif insert := _insert(faults):
        script = _interrupted(script, insert)
    if faults.any("empty", "nothing", "apierror"):
        script = _emptied(script, keeps_opening="nothing" not in faults)
    if faults.any("nodone", "nofinish", "onlyfinish"):
        script = _unended(script, faults)
    if faults.any("length", "filter"):
        script = _finished(script, "length" if "length" in faults else "content_filter")
    if "content_parts" in faults:
        script = _in_parts(script)
    return script


def _ending(faults: Faults) -> list[Step] | None:
    """Return what follows the first half of an answer that breaks; None if it does not break."""
    if not faults.any(*BREAKS):
        return None
    is_later = "g2" in faults
    if faults.any(*STALLS):
        silence: list[Step] = [Wait(stall_s(faults))]
        return [*silence, error_event("Stream idle timeout after 60s"), Done()] if is_later else silence
    if faults.any(*CUTS):
        text = "Upstream request failed: Failed to perform, curl: (18) transfer closed with outstanding read data"
        return [error_event(text), Done()] if is_later else []
    if "drop" in faults:
        return [Drop()]
    if "error_mid" in faults:
        return [error_event("Upstream request failed"), Done()]
    return _vendor_ending(faults)


def _vendor_ending(faults: Faults) -> list[Step]:
    message = "The upstream was interrupted."
    if "error_typed" in faults:
        error = {"code": "upstream_stream_interrupted", "message": message, "type": "server_error"}
        return [Event(to_json({"type": "error", "error": error})), Done()]
    if "error_number" in faults:
        error_body = {"object": "error", "message": message, "type": "InternalServerError", "param": None, "code": 500}
        return [Event(to_json({"error": error_body})), Done()]
    if "error_finish" in faults:
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        return [Event(to_json({"id": "gen-1", "error": {"code": 502, "message": message}, "choices": [choice]}))]
    return [Raw("error: " + to_json({"code": 500, "message": message, "type": "server_error"}))]


def _insert(faults: Faults) -> list[Step]:
    """Return what comes in the middle of an answer that then goes on."""
    steps: list[Step] = []
    if "silent" in faults:
        steps.append(Wait(faults.number("silent", 5)))
    if faults.any("comments", "openrouter"):
        steps += [Raw(": OPENROUTER PROCESSING"), Raw(":")]
    if "bad_json" in faults:
        steps.append(Event('{"choices":[{"index":0,"delta":{"content":"los'))
    if "odd_chunks" in faults:
        bodies = ["{}", '{"choices":null}', '{"choices":[]}', '{"choices":[{}]}', '{"choices":[{"delta":null}]}', "[]"]
        steps += [Event(body) for body in (*bodies, '{"choices":[{"index":0,"delta":{"content":null}}]}', "null")]
    return steps


def _halves(step: Step) -> tuple[Step, Step] | None:
    """Return the step as what comes before and after the middle of the answer; None if the middle is elsewhere."""
    match step:
        case Half():
            return step, step
        case Tokens(pieces, "content", per_s, False) if len(pieces) > 1:
            middle = len(pieces) // 2
            return Tokens(pieces[:middle], per_s=per_s), Tokens(pieces[middle:], per_s=per_s)
        case _:
            return None


async def _broken(script: Script, ending: Sequence[Step]) -> Script:
    """Go on until the middle of the answer, then end so."""
    async for step in script:
        if isinstance(step, (Finish, Done)):
            break
        halves = _halves(step)
        if halves:
            yield halves[0]
            break
        yield step
    for step in ending:
        yield step


async def _interrupted(script: Script, insert: Sequence[Step]) -> Script:
    """Put the steps into the middle of the answer, or before its end."""
    is_pending = True
    async for step in script:
        halves = _halves(step) if is_pending else None
        if halves:
            parts: tuple[Step, ...] = (halves[0], *insert, halves[1])
        elif is_pending and isinstance(step, Finish):
            parts = (*insert, step)
        else:
            yield step
            continue
        is_pending = False
        for part in parts:
            yield part


async def _emptied(script: Script, *, keeps_opening: bool) -> Script:
    async for step in script:
        if isinstance(step, (Finish, Done, Wait)) or (keeps_opening and isinstance(step, Opening)):
            yield step


async def _unended(script: Script, faults: Faults) -> Script:
    async for step in script:
        if isinstance(step, Finish) and faults.any("nodone", "nofinish"):
            continue
        if isinstance(step, Done) and faults.any("nodone", "onlyfinish"):
            continue
        yield step


async def _finished(script: Script, reason: str) -> Script:
    async for step in script:
        yield Finish(reason) if isinstance(step, Finish) else step


async def _in_parts(script: Script) -> Script:
    """Send the content of every chunk as a list of parts."""
    async for step in script:
        match step:
            case Tokens(pieces, "content"):
                for piece in pieces:
                    yield Delta({"content": [{"type": "text", "text": piece}]})
            case _:
                yield step
