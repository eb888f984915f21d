"""The README says what is so: its settings are those of the example file, its pictures are there and small."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_BYTES = 200_000  # of a picture


def settings_in_readme() -> dict[str, str]:
    """Return the settings of the table with their defaults as they stand there."""
    table = README.partition("| variable | default | meaning |")[2].partition("\n\n")[0]
    found: dict[str, str] = {}
    for row in table.splitlines()[2:]:
        names, defaults = (re.findall(r"`([^`]*)`", cell) for cell in row.split("|")[1:3])
        written = defaults if len(defaults) == len(names) else [row.split("|")[2].strip()] * len(names)
        found.update(zip(names, written, strict=True))
    return found


def settings_in_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    found = (re.fullmatch(r"#?([A-Z_]+)=(.*)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_the_settings_are_those_of_the_example_file() -> None:
    told, example = settings_in_readme(), settings_in_example()
    in_words = {"GROK_BASE_URL", "DISCORD_API_URL"}  # long addresses
    assert told.keys() == example.keys()
    assert {n: d for n, d in told.items() if n not in in_words} == {
        n: d for n, d in example.items() if n not in in_words
    }


def test_every_picture_is_there_and_small() -> None:
    pictures = [ROOT / path for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)]
    assert len(pictures) >= 6
    assert [each.name for each in pictures if not each.is_file() or each.stat().st_size >= MOST_BYTES] == []
