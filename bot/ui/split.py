"""The names under which the renderer was first known; see `bot.ui.markdown`."""

from __future__ import annotations

from bot.ui.markdown import Pages, Piece, split

__all__ = ["Pages", "Piece", "split"]
