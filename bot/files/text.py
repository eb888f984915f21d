"""Read text of any kind: source code, logs, tables, JSON, notebooks. Text is known by its bytes, not by its name."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from bot.errors import InputError
from bot.files.content import Document

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # ECMA-48: what terminals colour logs with
_CONTROLS_ARE_BINARY = 0.01  # more of them than this, and it is no text
_ACCENTS_ARE_ANOTHER_ALPHABET = 0.3  # more of them than this, and cp1252 is the wrong guess
_CHUNKS_PER_LIMIT = 2  # a chunk of laid out JSON has a character or more, every second a bracket, comma or colon


def read_text(name: str, data: bytes, limit_chars: int) -> Document:
    """Return the text of a file. Raises InputError "file_kind", "file_encoding" or "file_empty"."""
    text = decode(data)
    if not text.strip():
        raise InputError("file_empty")
    extension = name.rpartition(".")[2].lower()
    if extension in {"csv", "tsv"}:
        return _table(text, limit_chars, extension)
    if extension in {"json", "ipynb"}:
        return _json(text, limit_chars, extension)
    return _plain(text, limit_chars)


def decode(data: bytes) -> str:
    """Return bytes as text: UTF-8, UTF-16 or UTF-32 with a mark, or the Western code page where that is plausible."""
    text = _COLOURS.sub("", _decoded(data))
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > len(text) * _CONTROLS_ARE_BINARY:
        raise InputError("file_kind")
    if controls:
        text = _CONTROLS.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded_leniently(data)


def _decoded_leniently(data: bytes) -> str:
    """Read UTF-8 that is broken in a few places (a log cut by its size), or else the Western code page."""
    if b"\x00" in data:
        raise InputError("file_kind")
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    if sum(1 for letter in text if letter > "\x7f") > 10 * broken:
        return text
    western = data.decode("cp1252", errors="replace")  # five bytes are undefined there
    controls = len(_CONTROLS.findall(_COLOURS.sub("", western)))
    if controls > len(western) * _CONTROLS_ARE_BINARY:
        raise InputError("file_kind")
    if sum(byte > 0x7F for byte in data) > len(data) * _ACCENTS_ARE_ANOTHER_ALPHABET:
        raise InputError("file_encoding")
    return western


def _plain(text: str, limit_chars: int) -> Document:
    return Document(text[: limit_chars + 1], len(text))


def _table(text: str, limit_chars: int, extension: str) -> Document:
    """Find where rows end. A file that is no table after all is text like any other."""
    lines = text.splitlines(keepends=True)
    delimiter = "\t" if extension == "tsv" else max(",;\t", key=lines[0].count)
    rows, columns, ends, end, lines_seen = 0, 0, [], 0, 0
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            if end <= limit_chars:
                end += sum(map(len, lines[lines_seen : reader.line_num]))
                lines_seen = reader.line_num
                ends.append(end)
            rows += 1
            columns = max(columns, len(row))
    except csv.Error:
        return _plain(text, limit_chars)
    return Document(text[: limit_chars + 1], rows - 1, "rows", tuple(ends), columns)


def _json(text: str, limit_chars: int, extension: str) -> Document:
    """Take a notebook apart, and break long lines that could not be cut anywhere; other JSON is kept as it is."""
    if extension != "ipynb" and (len(text) <= limit_chars or text.count("\n") > len(text) // 1000):
        return _plain(text, limit_chars)
    try:
        parsed: Any = json.loads(text)  # any value: it is only written again, or looked through with care
    except (ValueError, RecursionError):
        return _plain(text, limit_chars)
    if extension == "ipynb" and isinstance(parsed, dict) and isinstance(parsed.get("cells"), list):
        return _plain("\n\n".join(_cells(parsed["cells"])), limit_chars)
    if len(text) <= limit_chars:
        return _plain(text, limit_chars)
    chunks = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(parsed)
    laid_out = "".join(islice(chunks, limit_chars * _CHUNKS_PER_LIMIT))[: limit_chars + 1]
    return Document(laid_out, len(text), "laid_out")


def _cells(cells: list[Any]) -> Iterator[str]:
    """Yield each cell of a notebook with the text it printed. Source: nbformat 4."""
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            continue
        yield f"[{cell.get('cell_type', 'unknown')} cell {number}]\n{_joined(cell.get('source'))}"
        outputs = cell.get("outputs")
        printed = "".join(map(_printed, outputs)) if isinstance(outputs, list) else ""
        if printed:
            yield f"[output of cell {number}]\n{printed}"


def _printed(output: Any) -> str:  # any value: a notebook is a file from a stranger
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    shown = data.get("text/plain") if isinstance(data, dict) else None
    return _joined(output.get("text") or shown or output.get("traceback"))


def _joined(source: Any) -> str:  # nbformat: a string, or a list of lines
    lines = source if isinstance(source, list) else [source]
    return _COLOURS.sub("", "".join(line for line in lines if isinstance(line, str)))
