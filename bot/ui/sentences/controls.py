"""Sentences about the buttons under an answer."""

from __future__ import annotations

INPUT: dict[str, str] = {}
