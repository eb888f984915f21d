"""Sentences about the commands on a message."""

from __future__ import annotations

INPUT: dict[str, str] = {}
