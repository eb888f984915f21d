"""Tell reasoning from answer where a server writes both into the content, with `<think>` tags around the reasoning."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_OPEN = "<think>"
_CLOSE = "</think>"
_SPECIAL = re.compile(r"[<`~]")
_TOKEN = re.compile(r"`+|~+|\n|<|[^`~\n<]+")
_BEFORE_FENCE = " \t>*+-.)0123456789"  # a fence may stand in a quote or a list item
_FENCE_CHARS = 3


class Piece(NamedTuple):
    """Text of one kind."""

    kind: Literal["answer", "reasoning"]
    text: str


class ThinkFilter:
    """Sort streamed text into answer and reasoning; tags may be cut anywhere, repeat, stay open, or lack their opening.

    Text that cannot be the start of a tag is passed on at once. A tag inside a code fence or inline code is text, but
    only in the answer: reasoning often holds stray backticks, and one of them must not hide the answer for good.
    A closing tag without an opening one is dropped: what came before it has been shown and stays answer.

    lacks_opening: a closing tag came before any opening one.
    """

    def __init__(self) -> None:
        self._held = ""  # text that may turn out to be a tag
        self._is_thinking = False
        self._trims = False  # line ends right after a tag belong to the tag
        self._has_answer = False
        self._line_is_bare = True  # only a fence's possible prefix since the last line end
        self._fence = ""  # the run that opened the code fence we are in
        self._code = ""  # the run that opened the inline code we are in
        self._run = ""  # a run of backticks or tildes that may go on in the next chunk
        self._saw_tag = False
        self.lacks_opening = False

    def feed(self, text: str) -> list[Piece]:
        """Return what `text` settles, in order."""
        if not (self._is_thinking or self._held or self._run or self._trims) and not _SPECIAL.search(text):
            if not text:
                return []
            self._has_answer = True
            self._note_plain(text)
            return [Piece("answer", text)]
        text, self._held = self._held + text, ""
        pieces: list[Piece] = []
        at = 0
        while at < len(text):
            at = self._read_reasoning(text, at, pieces) if self._is_thinking else self._read_answer(text, at, pieces)
        return pieces

    def close(self) -> list[Piece]:
        """Return what was held back: it was no tag after all."""
        text, self._held = self._held, ""
        pieces: list[Piece] = []
        self._emit(pieces, text)
        return pieces

    def _read_reasoning(self, text: str, at: int, pieces: list[Piece]) -> int:
        end = text.find(_CLOSE, at)
        if end >= 0:
            self._emit(pieces, text[at:end])
            self._take_tag(_CLOSE)
            return end + len(_CLOSE)
        kept = len(text) - _partial_tag(text, at, _CLOSE)
        self._emit(pieces, text[at:kept])
        self._held = text[kept:]
        return len(text)

    def _read_answer(self, text: str, start: int, pieces: list[Piece]) -> int:
        """Pass on answer text from `start` up to the next tag or the end; return where that is."""
        for token in _TOKEN.finditer(text, start):
            at, part = token.start(), token.group()
            if part[0] in "`~":
                self._extend_run(part)
                continue
            self._settle_run()
            if part == "<" and not (self._fence or self._code):
                tag = next((tag for tag in (_OPEN, _CLOSE) if text.startswith(tag, at)), "")
                if tag:
                    self._emit(pieces, text[start:at])
                    self._take_tag(tag)
                    return at + len(tag)
                if _OPEN.startswith(text[at:]) or _CLOSE.startswith(text[at:]):
                    self._emit(pieces, text[start:at])
                    self._held = text[at:]
                    return len(text)
            self._note_plain(part)
        self._emit(pieces, text[start:])
        return len(text)

    def _take_tag(self, tag: str) -> None:
        self._is_thinking = tag == _OPEN
        # Between two parts of an answer a line end is kept, or their words would run together.
        self._trims = self._is_thinking or not self._has_answer
        if tag == _CLOSE and not self._saw_tag:
            self.lacks_opening = True
        self._saw_tag = True

    def _emit(self, pieces: list[Piece], text: str) -> None:
        if self._trims:
            text = text.lstrip("\r\n")
            self._trims = not text
        if text:
            self._has_answer = self._has_answer or not self._is_thinking
            pieces.append(Piece("reasoning" if self._is_thinking else "answer", text))

    def _extend_run(self, part: str) -> None:
        if self._run and self._run[0] != part[0]:
            self._settle_run()
        self._run += part

    def _settle_run(self) -> None:
        """Decide what a finished run of backticks or tildes opens or closes."""
        run, self._run = self._run, ""
        if not run:
            return
        is_fence = self._line_is_bare and len(run) >= _FENCE_CHARS
        if self._fence:
            if is_fence and run.startswith(self._fence):
                self._fence = ""
        elif is_fence:
            self._fence = run
        elif run[0] == "`":
            self._code = "" if self._code == run else self._code or run
        self._line_is_bare = False

    def _note_plain(self, text: str) -> None:
        line_end = text.rfind("\n")
        if line_end >= 0:
            # Inline code may span lines, but an odd backtick is commoner, and would show reasoning raw from here on.
            self._code = ""
            self._line_is_bare = not text[line_end + 1 :].strip(_BEFORE_FENCE)
        elif self._line_is_bare:
            self._line_is_bare = not text.strip(_BEFORE_FENCE)


def split_thinking(text: str) -> tuple[str, str]:
    """Return answer and reasoning of a whole reply.

    A closing tag without an opening one makes all before it reasoning: some chat templates put the opening tag into
    the prompt, so that the reply begins inside the block.
    """
    thinking = ThinkFilter()
    pieces = [*thinking.feed(text), *thinking.close()]
    if thinking.lacks_opening:
        thinking = ThinkFilter()
        pieces = [*thinking.feed(_OPEN + text), *thinking.close()]
    answer = "".join(piece.text for piece in pieces if piece.kind == "answer")
    reasoning = "".join(piece.text for piece in pieces if piece.kind == "reasoning")
    return answer, reasoning.rstrip("\r\n")


def _partial_tag(text: str, start: int, tag: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of `tag`."""
    for size in range(min(len(tag) - 1, len(text) - start), 0, -1):
        if text.endswith(tag[:size]):
            return size
    return 0
