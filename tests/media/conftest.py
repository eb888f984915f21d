"""Clips that several tests look at; nobody writes to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media.made import clip


@pytest.fixture(scope="session")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two seconds of 320 by 180, its index in front."""
    return clip(tmp_path_factory.mktemp("clips") / "noisy.mp4")
