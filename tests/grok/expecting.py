"""What becomes of each recorded exchange, as values that tell none of its text: counts, hashes, classes of errors.

`python -m tests.grok.expecting` writes them anew; look at the difference before keeping it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

from bot.errors import UpstreamError
from bot.grok.failures import error_from_response
from tests.grok.test_captures import OTHERS, PROXY, Recording, Seen, load, replay

EXPECTED = Path(__file__).parent / "expected"
FILES = {"grok2api-python": PROXY, "dialects-recorded": OTHERS}
_FETCHED = "40-file"  # files, which are not replies
_ADMIN = "05-admin"

Digest = dict[str, object]


def recordings(folder: Path) -> list[str]:
    """Return the names of all that was recorded in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".md")


def recording_of(path: Path) -> Recording:
    """Read one: a folder with request and answer, or a bare body."""
    if path.is_dir():
        return load(path)
    is_json = path.suffix == ".json"
    kind = "application/json" if is_json else "text/event-stream"
    body: dict[str, object] = {"model": "any", "stream": not is_json}
    return Recording("/v1/chat/completions", body, 200, [("content-type", kind)], path.read_bytes())


async def digest_of(path: Path) -> Digest:
    """Return what the client makes of a recording."""
    recording = recording_of(path)
    if path.name.startswith((_FETCHED, _ADMIN)):
        return _of_answer(recording)
    return _of_reply(await replay(recording, None))


def _of_answer(recording: Recording) -> Digest:
    """Return what an answer is that is no reply of a model."""
    told: Digest = {"status": recording.status, "bytes": len(recording.content), "sha256": _hash(recording.content)}
    if recording.status >= 400:
        error = error_from_response(recording.status, dict(recording.headers), recording.content)
        return {"status": recording.status, **_of_error(error)}
    return told


def _of_reply(seen: Seen) -> Digest:
    usage = seen.finish.usage if seen.finish else None
    told: Digest = {
        "text": {"chars": len(seen.text), "sha256": _hash(seen.text)} if seen.text else None,
        "reasoning_chars": len(seen.reasoning),
        "finish": seen.finish.reason if seen.finish else None,
        "usage": [usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens] if usage else None,
        "citations": len(seen.finish.citations) if seen.finish else 0,
        "pictures": [_hash(ref.url or ref.data or b"") for ref in seen.pictures],
        "progress": seen.progress,
        "clip": _hash(seen.ready.clip.url or "") if seen.ready else None,
        "poster": _hash(seen.ready.poster.url or "") if seen.ready and seen.ready.poster else None,
        "models": len(seen.models),
        **(_of_error(seen.error) if seen.error else {}),
    }
    return {name: value for name, value in told.items() if value not in (None, 0, [])}


def _of_error(error: UpstreamError) -> Digest:
    told: Digest = {"error": type(error).__name__, "error_status": error.status, "error_code": error.code}
    return {name: value for name, value in told.items() if value} | Digest(message=_hash(error.message))


def _hash(value: str | bytes) -> str:
    """Return enough of a hash to tell values apart."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()[:16]


async def digests(folder: Path) -> dict[str, Digest]:
    """Return the digest of every recording in a folder."""
    return {name: await digest_of(folder / name) for name in recordings(folder)}


def main() -> None:
    """Write what is made of all recordings now."""
    EXPECTED.mkdir(exist_ok=True)
    for name, folder in FILES.items():
        written = json.dumps(asyncio.run(digests(folder)), indent=1, sort_keys=True)
        (EXPECTED / f"{name}.json").write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
