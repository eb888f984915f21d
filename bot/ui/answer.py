"""An answer while it writes itself: thinking, text over as many messages as it needs, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS, Face, Layout
from bot.ui.split import Pages


class AnswerView:
    """What people see of one answer. Feed it, hand `faces` to a `LiveMessage`.

    layout: the buttons under a finished answer. heading: stands above the text of the first message.
    """

    def __init__(
        self, *, layout: Layout | None = None, heading: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._heading = f"{heading}\n" if heading else ""
        self._pages = Pages(first_limit=MESSAGE_LIMIT_CHARS - len(self._heading))
        self._layout = layout
        self._clock = clock
        self._thinking_since: float | None = None
        self._notice = ""
        self._is_complete = False
        self._has_text = False

    @property
    def text(self) -> str:
        """The answer so far, without thinking and notices."""
        return self._pages.text

    @property
    def has_text(self) -> bool:
        """Whether the answer has anything to read."""
        return self._has_text

    @property
    def has_thought(self) -> bool:
        """Whether the model did any thinking."""
        return self._thinking_since is not None

    def write(self, delta: str) -> None:
        """Add text to the answer."""
        self._pages.append(delta)
        self._has_text = self._has_text or bool(delta.strip())

    def think(self) -> None:
        """Note that the model is thinking; what it thinks is not shown."""
        if self._thinking_since is None:
            self._thinking_since = self._clock()

    def end(self, notice: str = "") -> None:
        """Say that nothing more will come. notice: one sentence shown in small print under the text."""
        self._is_complete = True
        self._notice = notice

    def faces(self) -> list[Face]:
        """Return the messages to show now."""
        shown = [piece.shown for piece in self._pages.pieces(is_complete=self._is_complete)] if self._has_text else []
        if shown:  # before blank messages are left out: only the first has room for it
            shown[0] = f"{self._heading}{shown[0]}"
        faces = [Face(content) for content in shown if content.strip()]
        if not faces and self._is_complete:
            return [Face(f"{self._heading}{self._notice or text.EMPTY_ANSWER}", self._layout)]
        if not self._is_complete:
            return faces or self._waiting_faces()
        if self._notice:
            with_notice = f"{faces[-1].content}\n-# {self._notice}"
            if len(with_notice) <= MESSAGE_LIMIT_CHARS:
                faces[-1] = Face(with_notice)
            else:
                faces.append(Face(f"-# {self._notice}"))
        faces[-1] = replace(faces[-1], layout=self._layout)
        return faces

    def _waiting_faces(self) -> list[Face]:
        if self._thinking_since is None:
            return []
        return [Face(text.thinking(self._clock() - self._thinking_since))]
