"""Judges of what Discord would make of a message; they know nothing of the renderer.

One reads the text as Discord's own client does (code first, then the rest), one with markdown-it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.ui.markdown import Piece

_BLOCK = re.compile(r"```.*?```", re.DOTALL)
# What Discord's client takes at one place, the first that fits: an escape, a block, code in a line, a bare fence.
_PLACE = re.compile(
    r"(?P<escape>\\[^0-9A-Za-z\s])|(?P<block>```.+?\n*```)|(?P<inline>(?P<run>`+)(?:[^`]|(?!(?P=run)(?!`))`+)*?[^`](?P=run)(?!`))|(?P<bare>```)",
    re.DOTALL,
)
_PARSER = MarkdownIt("commonmark").enable("strikethrough").disable(["entity", "html_block", "html_inline", "code"])
_MARKS = re.compile(r"\*\*|~~|\]\(|`|(?<!\w)[*_]|[*_](?!\w)")


def check_size(pieces: Sequence[Piece], limit: int) -> None:
    """Hold that each message fits and that none is blank."""
    assert [len(piece.shown) for piece in pieces if len(piece.shown) > limit] == []
    assert [piece for piece in pieces if not piece.shown.strip()] == []


def check_fences(pieces: Sequence[Piece]) -> None:
    """Hold that no block of code is left open at a message's end, as Discord reads it."""
    assert [piece.shown for piece in pieces if any(found["bare"] for found in _PLACE.finditer(piece.shown))] == []


def check_marks(pieces: Sequence[Piece]) -> None:
    """Hold that every mark has its partner. Only for text whose words hold no marks of their own."""
    for piece in pieces:
        assert bare_marks(piece.shown) == [], piece.shown
        assert _spoilers(piece.shown) % 2 == 0, piece.shown


def bare_marks(message: str) -> list[str]:
    """Return the words of a message in which markdown-it still sees a mark: one without its partner."""
    return [words for words in _words(_PARSER.parse(_without_escapes(message))) if _MARKS.search(words)]


def _without_escapes(message: str) -> str:
    return re.sub(r"\\[*_~|`\[\]]", "x", message)


def _words(tokens: Sequence[Token]) -> list[str]:
    """Return the words of each paragraph, code and bare addresses left out."""
    lines = [
        "".join(child.content if child.type == "text" else "\n" for child in token.children or []) for token in tokens
    ]
    return [re.sub(r"https?://\S+", "", line) for line in lines]


def _spoilers(message: str) -> int:
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", _BLOCK.sub("", message), flags=re.DOTALL)
    return outside.count("||")
