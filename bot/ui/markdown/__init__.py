"""Markdown that grows, shown well in Discord's messages."""

from __future__ import annotations

from bot.ui.markdown.codefiles import CodeFile
from bot.ui.markdown.pager import Piece
from bot.ui.markdown.pages import ANSWER_FILENAME, MESSAGES_MOST, OVERFLOW_NOTE_CHARS, Pages, split

__all__ = ["ANSWER_FILENAME", "MESSAGES_MOST", "OVERFLOW_NOTE_CHARS", "CodeFile", "Pages", "Piece", "split"]
