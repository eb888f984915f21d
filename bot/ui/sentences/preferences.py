"""Sentences about personas, models and tuning."""

from __future__ import annotations

INPUT: dict[str, str] = {}
