"""An answer while it writes itself: in line, thinking, text over as many messages as it needs, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.grok.types import says_anything
from bot.ui import text
from bot.ui.citations import citations_line
from bot.ui.controls import AnswerControls
from bot.ui.face import MESSAGE_LIMIT_CHARS, Face, Layout, TextUpload
from bot.ui.markdown import MESSAGES_MOST, Pages
from bot.ui.sentences import controls as sentences
from bot.ui.thoughts import last_line

__all__ = ["AnswerView", "Ending", "TextUpload"]

UPLOADS_MOST = 10  # Discord: files of a message
JSON_OPENING = "```json\n"


@dataclass(frozen=True, slots=True)
class Ending:
    """What stands under a finished answer. notice: how it ended; footer: what it used; both one line."""

    notice: str = ""
    footer: str = ""
    citations: tuple[str, ...] = ()
    controls: Layout | None = None
    files: tuple[TextUpload, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The small print, line by line."""
        small = [citations_line(self.citations), self.notice, self.footer]
        return [f"-# {line}" for line in small if line]


class AnswerView:
    """What people see of one answer. Feed it, hand `faces` to a `LiveMessage`.

    heading: stands above the text of the first message. key: of the buttons, "" while it has none.
    start: text that stands already. placeholder: shown until something comes. is_json: shown as code, which it is.
    most: how many messages there can be, None for any number; an answer that needs too many comes as a file.
    """

    def __init__(
        self,
        *,
        heading: str = "",
        key: str = "",
        is_private: bool = False,
        start: str = "",
        placeholder: str = "",
        is_json: bool = False,
        most: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._heading = f"{heading}\n" if heading else ""
        self._key = key
        self._is_private = is_private
        self._placeholder = placeholder
        self._most = MESSAGES_MOST if most is None else max(1, min(MESSAGES_MOST, most - 1))  # one for the small print
        self._clock = clock
        self._place = 0
        self._has_waited = False
        self._thoughts: list[str] = []
        self._thinking_since: float | None = None
        self._ending: Ending | None = None
        self._last_faces: list[Face] | None = None
        self._opening = JSON_OPENING if is_json else ""
        self._begin(start or self._opening)

    def _begin(self, start: str) -> None:
        self._pages = Pages(first_limit=MESSAGE_LIMIT_CHARS - len(self._heading), most_messages=self._most)
        self._beginning = ""
        self._has_text = False
        self._is_complete = False
        if start:
            self.write(start)

    @property
    def text(self) -> str:
        """The answer so far, without thinking and small print."""
        return self._pages.text

    @property
    def has_text(self) -> bool:
        """Whether the answer has anything to read."""
        return self._has_text

    @property
    def has_thought(self) -> bool:
        """Whether the model did any thinking."""
        return self._thinking_since is not None

    def open(self, key: str) -> None:
        """Give the buttons the answer's key."""
        self._key = key

    def wait(self, place: int) -> None:
        """Say how many are before this one; 0: it is being answered."""
        self._place = place
        self._has_waited = self._has_waited or place > 0

    def write(self, delta: str) -> None:
        """Add text to the answer."""
        self._pages.append(delta)
        if not self._has_text:
            self._beginning = (self._beginning + delta).lstrip()
            self._has_text = says_anything(self._beginning)

    def think(self, delta: str) -> None:
        """Add to what the model thinks; only the last line of it is shown, and only until it writes."""
        if self._thinking_since is None:
            self._thinking_since = self._clock()
        self._thoughts.append(delta)

    def complete(self) -> None:
        """Say that the text is whole, though its ending is not known yet: nothing of it is held back any more."""
        self._is_complete = True

    def restart(self) -> None:
        """Drop what was written: the model writes it anew."""
        self._begin(self._opening)

    def replace(self, written: str) -> None:
        """Show another text in the place of what was written."""
        self._begin(written)

    def end(self, ending: Ending) -> None:
        """Say that nothing more will come."""
        self._ending = ending

    def faces(self) -> list[Face]:
        """Return the messages to show now."""
        if self._ending is None:
            return self._with_stop(self._written(is_complete=self._is_complete) or self._waiting())
        if self._last_faces is None:
            self._last_faces = self._finished(self._ending)
        return self._last_faces

    def _written(self, *, is_complete: bool) -> list[Face]:
        """Return the text, as far as it is shown in messages."""
        if not self._has_text:
            return []
        shown = [piece.shown for piece in self._pages.pieces(is_complete=is_complete)]
        if shown:
            shown[0] = f"{self._heading}{shown[0]}"
        if shown and self._pages.is_overflowing:
            note = sentences.overflowing(self._pages.characters, is_complete=is_complete)
            shown[-1] = f"{shown[-1]}\n{note}"
        return [Face(content) for content in shown if content.strip()]

    def _finished(self, ending: Ending) -> list[Face]:
        faces = self._written(is_complete=True)
        if not faces:
            said = [ending.notice or text.EMPTY_ANSWER, *replace(ending, notice="").lines]
            faces = [Face(self._heading + "\n".join(said))]
        elif ending.lines:
            small = "\n".join(ending.lines)
            with_small = f"{faces[-1].content}\n{small}"
            if len(with_small) <= MESSAGE_LIMIT_CHARS:
                faces[-1] = Face(with_small)
            else:
                faces.append(Face(small))
        faces[-1] = self._with_files(replace(faces[-1], layout=ending.controls), ending.files)
        return faces

    def _with_files(self, face: Face, files: tuple[TextUpload, ...]) -> Face:
        """Return the last message with its files; one that only repeats what stands there can do without them."""
        is_cut = self._pages.is_overflowing
        made = [*([self._pages.whole()] if is_cut else []), *self._pages.files()]
        uploads = (*(TextUpload(file.filename, file.text) for file in made), *files)[:UPLOADS_MOST]
        return replace(face, uploads=uploads, fallback=face if uploads and not is_cut else None)

    def _with_stop(self, faces: list[Face]) -> list[Face]:
        if faces and self._key:
            controls = AnswerControls(self._key, is_writing=True, is_private=self._is_private)
            faces[-1] = replace(faces[-1], layout=controls)
        return faces

    def _waiting(self) -> list[Face]:
        lines: list[str] = []
        if self._place:
            lines = [sentences.in_line(self._place)]
        elif self._thinking_since is not None:
            newest = last_line(self._thoughts)
            lines = [text.thinking(self._clock() - self._thinking_since), *([f"-# {newest}"] if newest else [])]
        elif self._has_waited:
            lines = [sentences.YOUR_TURN]
        elif self._placeholder:
            lines = [self._placeholder]
        return [Face(self._heading + "\n".join(lines))] if lines else []
