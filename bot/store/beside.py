"""A file that is written beside its place first, so that what stands there is either whole or as before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StoreError


@contextmanager
def written_beside(target: Path, *, replace: bool) -> Iterator[Path]:
    """Give an empty file, readable by its owner, which takes the place of `target` where the block ends well.

    Raises StoreError where something is there that is not to be replaced, and OSError.
    """
    if not replace and target.exists():
        raise StoreError(f"{target} is there already; --force replaces it")
    file, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        os.close(file)
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
