"""An answer in Markdown that grows at its end, as the messages that Discord shows well."""

from __future__ import annotations

from bot.ui.face import MESSAGE_LIMIT_CHARS
from bot.ui.markdown.blocks import Renderer
from bot.ui.markdown.characters import sendable
from bot.ui.markdown.codefiles import FILE_LEAST_CHARS, FILE_LEAST_LINES, CodeFile, code_files
from bot.ui.markdown.pager import Pager, Piece

MESSAGES_MOST = 5  # of one answer; a longer one comes as a file with its beginning above
OVERFLOW_NOTE_CHARS = 200  # kept free in the last message for the sentence about the rest
ANSWER_FILENAME = "answer.md"
_TABLE_SHARE = 0.85  # of a message, that a stretch of a table takes


class Pages:
    """An answer that grows; messages that are full no longer change.

    limit: characters of one message. first_limit: of the first one, where something else stands above it.
    most_messages: when the answer needs more, `is_overflowing` is true and `pieces` gives the beginning alone, whose
    last message has OVERFLOW_NOTE_CHARS left for a note. None: any number of messages.
    """

    def __init__(
        self,
        limit: int = MESSAGE_LIMIT_CHARS,
        *,
        first_limit: int | None = None,
        most_messages: int | None = None,
    ) -> None:
        self._raw: list[str] = []
        self._arrived: list[str] = []
        self._characters = 0
        self._renderer = Renderer(int(limit * _TABLE_SHARE))
        self._pager = Pager(
            limit,
            limit if first_limit is None else first_limit,
            most=most_messages,
            last_limit=limit - OVERFLOW_NOTE_CHARS,
        )
        self._is_overflowing = False

    def append(self, delta: str) -> None:
        """Add text at the end. Cheap: nothing is rendered before `pieces` is asked for."""
        self._raw.append(delta)
        self._arrived.append(delta)
        self._characters += len(delta)

    @property
    def text(self) -> str:
        """The whole answer so far, as the model wrote it."""
        if len(self._raw) > 1:
            self._raw = ["".join(self._raw)]
        return "".join(self._raw)

    @property
    def characters(self) -> int:
        """How long the answer is so far."""
        return self._characters

    @property
    def is_overflowing(self) -> bool:
        """Whether the answer needed more than `most_messages` when its pieces were last asked for."""
        return self._is_overflowing

    def pieces(self, *, is_complete: bool = False) -> list[Piece]:
        """Return the messages to show now, none while there is nothing to see.

        All but the last never change again. With `is_complete`, nothing is held back at the end.
        """
        self._read()
        renderer, pager = self._renderer.copy(), self._pager.copy()
        if not pager.is_full:
            for part in renderer.finish("".join(self._arrived), is_complete=is_complete):
                pager.add(part, seals=is_complete)
        self._is_overflowing = pager.is_full
        last = pager.last()
        return [*pager.sealed, *([last] if last is not None else [])]

    def files(self, min_lines: int = FILE_LEAST_LINES, min_chars: int = FILE_LEAST_CHARS) -> list[CodeFile]:
        """Return the code blocks that are longer than either bound, each as a file. For an answer that is complete."""
        return code_files(self.text, min_lines, min_chars)

    def whole(self) -> CodeFile:
        """Return the whole answer as a file, as the model wrote it."""
        return CodeFile(ANSWER_FILENAME, sendable(self.text))

    def _read(self) -> None:
        """Render what has arrived in whole lines or stretches; the rest waits."""
        if self._pager.is_full:
            self._arrived = []
            return
        pending, at = sendable("".join(self._arrived)), 0
        while (end := self._renderer.stretch(pending, at)) > at:
            for part in self._renderer.take(pending[at:end]):
                self._pager.add(part)
            at = end
        self._arrived = [pending[at:]]


def split(text: str, limit: int = MESSAGE_LIMIT_CHARS) -> list[Piece]:
    """Cut a complete text."""
    pages = Pages(limit)
    pages.append(text)
    return pages.pieces(is_complete=True)
