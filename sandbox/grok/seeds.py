"""Chance that is the same every time: everything the demo invents follows from what it was asked."""

from __future__ import annotations

import hashlib
import random
import uuid


def digest(*parts: object) -> bytes:
    """Return 32 bytes that depend on the parts and on nothing else."""
    return hashlib.sha256("\x00".join(map(str, parts)).encode(errors="surrogatepass")).digest()


def chance(*parts: object) -> random.Random:
    """Return a random generator seeded by the parts."""
    return random.Random(digest(*parts))  # noqa: S311  # art, not secrets


def stable_uuid(*parts: object) -> str:
    """Return a UUID made of the parts."""
    return str(uuid.UUID(bytes=digest(*parts)[:16], version=4))
