"""Files that are written beside their place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.beside import written_beside


def test_two_that_write_to_one_place_do_not_meet(tmp_path: Path) -> None:
    place = tmp_path / "copy.db"
    with written_beside(place, replace=True) as first:
        with written_beside(place, replace=True) as second:
            first.write_bytes(b"first")
            second.write_bytes(b"second")
        assert place.read_bytes() == b"second"
    assert place.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [place]


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    place = tmp_path / "copy.db"
    with written_beside(place, replace=False):
        pass
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_what_was_there_stays_where_the_writing_fails(tmp_path: Path) -> None:
    place = tmp_path / "copy.db"
    place.write_bytes(b"before")
    with pytest.raises(IsADirectoryError), written_beside(place, replace=True):
        tmp_path.write_bytes(b"no file")
    assert place.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [place]


def test_what_is_there_is_replaced_only_if_told_so(tmp_path: Path) -> None:
    place = tmp_path / "copy.db"
    place.write_bytes(b"before")
    with pytest.raises(StoreError, match="--force"), written_beside(place, replace=False):
        pass
    assert place.read_bytes() == b"before"
