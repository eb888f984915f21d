"""Sentences about what people attach."""

from __future__ import annotations

INPUT: dict[str, str] = {}
