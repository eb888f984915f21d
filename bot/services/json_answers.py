"""Answers that are to be JSON: whether they are, and how they read as a file."""

from __future__ import annotations

import json
import re

_FENCED = re.compile(r"\A```[a-zA-Z]*\n(.*?)\n?```\Z", re.DOTALL)


def json_problem(text: str) -> str | None:
    """Return what keeps a text from being JSON, None when it is."""
    try:
        json.loads(_bare(text))
    except json.JSONDecodeError as broken:
        return f"{broken.msg} in line {broken.lineno}, column {broken.colno}"
    except RecursionError:
        return "it is nested too deeply"
    return None


def find_json(text: str) -> str | None:
    """Return the JSON of an answer, indented, or None when it has none. A code fence around it is taken off."""
    if json_problem(text) is not None:
        return None
    return json.dumps(json.loads(_bare(text)), ensure_ascii=False, indent=2) + "\n"


def _bare(text: str) -> str:
    fenced = _FENCED.match(text.strip())
    return fenced[1] if fenced else text.strip()
