"""Answers that are to be JSON: whether they are, and how they read as a file."""

from __future__ import annotations

import json
import re

_FENCED = re.compile(r"\A```[a-zA-Z]*\n(.*?)\n?```\Z", re.DOTALL)


def json_problem(text: str) -> str | None:
    """Return what keeps a text from being JSON, None when it is."""
    try:
        _indented(text)
    except json.JSONDecodeError as broken:
        return f"{broken.msg} in line {broken.lineno}, column {broken.colno}"
    except UnicodeEncodeError:
        return "it has half of a surrogate pair"
    except ValueError:
        return "a number in it is none, or too large"
    except RecursionError:
        return "it is nested too deeply"
    return None


def find_json(text: str) -> str | None:
    """Return the JSON of an answer, indented, or None when it has none. A code fence around it is taken off."""
    return _indented(text) if json_problem(text) is None else None


def find_json_file(text: str) -> str | None:
    """Return the JSON of an answer as it was written, to the digit, or None when it has none."""
    return f"{_bare(text)}\n" if json_problem(text) is None else None


def _indented(text: str) -> str:
    """Return the JSON of an answer. Raises ValueError and RecursionError for what is none.

    Python alone would take NaN and Infinity, which no other reader knows, and fail on numbers of thousands of digits.
    """
    value = json.loads(_bare(text))
    indented = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    indented.encode()
    return indented


def _bare(text: str) -> str:
    fenced = _FENCED.match(text.strip())
    return fenced[1] if fenced else text.strip()
