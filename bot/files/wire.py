"""What a worker is told and what it tells: a line of JSON, then raw bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.errors import InputError
from bot.files.content import Content, Document, Limits, Picture


def request(name: str, limits: Limits) -> bytes:
    """Return the line that precedes the bytes of a file."""
    return _line({"name": name, "limits": asdict(limits)})


def parse_request(line: bytes) -> tuple[str, Limits]:
    """Return the name of a file and what is wanted of it."""
    head = json.loads(line)
    return head["name"], Limits(**head["limits"])


def reply(content: Content) -> bytes:
    """Return what was found in a file: a line with the document and the sizes of the pictures, then the pictures."""
    head: dict[str, object] = {
        "document": asdict(content.document) if content.document else None,
        "pictures": [{"mime": each.mime, "note": each.note, "size": len(each.data)} for each in content.pictures],
    }
    return b"".join([_line(head), *(each.data for each in content.pictures)])


def refusal(code: str, facts: Mapping[str, object], cause: str = "") -> bytes:
    """Return why a file was not read. cause: the class of an error, for the log."""
    return _line({"refused": code, "facts": dict(facts), "cause": cause})


def parse_reply(message: bytes) -> Content:
    """Return what was found. Raises InputError with the worker's code and facts, ValueError for anything else."""
    line, _, data = message.partition(b"\n")
    try:
        head: dict[str, Any] = json.loads(line)  # any value: written by `reply` or `refusal`, or by a broken worker
        if code := head.get("refused"):
            raise InputError(code, **head["facts"]) from (RuntimeError(head["cause"]) if head["cause"] else None)
        return Content(_document(head["document"]), _pictures(head["pictures"], data))
    except (KeyError, TypeError, AttributeError) as odd:
        raise ValueError("no reply of a worker") from odd


def _document(head: dict[str, Any] | None) -> Document | None:
    return Document(**{**head, "ends": tuple(head["ends"])}) if head else None


def _pictures(heads: list[dict[str, Any]], data: bytes) -> tuple[Picture, ...]:
    pictures, start = [], 0
    for head in heads:
        end = start + head["size"]
        pictures.append(Picture(data[start:end], head["mime"], head["note"]))
        start = end
    return tuple(pictures)


def _line(head: dict[str, object]) -> bytes:
    return json.dumps(head).encode() + b"\n"
