"""Sentences about what is remembered."""

from __future__ import annotations

INPUT: dict[str, str] = {}
