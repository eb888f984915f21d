"""Every recording is decoded to a result that is checked in; one without an expectation fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.grok.expecting import EXPECTED, FILES, Digest, digest_of, recordings
from tests.grok.test_captures import FOLDER

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no recordings: set GROKCORD_CAPTURES to their folder, or put them at {FOLDER}"
)


def expected(name: str) -> dict[str, Digest]:
    results: dict[str, Digest] = json.loads((EXPECTED / f"{name}.json").read_bytes())
    return results


CASES = [(folder / name, result) for file, folder in FILES.items() for name, result in expected(file).items()]


@pytest.mark.parametrize(("path", "result"), CASES, ids=[path.name for path, _ in CASES])
async def test_a_recording_is_decoded_to_what_is_expected(path: Path, result: Digest) -> None:
    assert json.loads(json.dumps(await digest_of(path))) == result


@pytest.mark.parametrize("file", FILES)
def test_every_recording_has_an_expectation(file: str) -> None:
    assert recordings(FILES[file]) == sorted(expected(file))


def test_every_folder_of_recordings_is_looked_at() -> None:
    found = {path.parent for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md"}
    looked_at = set(FILES.values())
    assert {folder for folder in found if folder not in looked_at and folder.parent not in looked_at} == set()
