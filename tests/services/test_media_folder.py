"""Results lie on disk until they are forgotten, and never shorter than their orders need them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.grok.types import MediaFile
from bot.services.kept import KeptFile
from bot.services.media_folder import MediaFolder

NOW_S = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


def put(folder: MediaFolder, order_id: int, name: str = "a.png", contents: bytes = b"picture") -> Path:
    folder.of(order_id).mkdir(parents=True, exist_ok=True)
    path = folder.of(order_id) / name
    path.write_bytes(contents)
    return path


def age(folder: MediaFolder, order_id: int, moment_s: float) -> None:
    os.utime(folder.of(order_id), (moment_s, moment_s))


async def test_a_file_is_found_again_below_the_folder(folder: MediaFolder) -> None:
    path = put(folder, 7)
    kept = folder.kept(MediaFile(path, 7, "image/png", "png"), "https://example.org/a")
    assert kept == KeptFile("7/a.png", 7, "image/png", "png", "https://example.org/a")
    assert folder.path(kept) == path
    assert folder.found(path) == replace(kept, link="")


async def test_another_process_finds_it_wherever_it_was_started(
    folder: MediaFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = MediaFolder(Path("media"))
    kept = folder.found(put(folder, 7))
    monkeypatch.chdir("/")
    assert await relative.has_all([kept])


async def test_files_that_are_gone_or_cut_are_missed_and_links_are_not(folder: MediaFolder) -> None:
    path, other = put(folder, 7), put(folder, 7, "b.png")
    files = [folder.found(path), folder.found(other), KeptFile("", link="https://example.org/c")]
    assert await folder.has_all(files)
    other.write_bytes(b"pict")
    assert not await folder.has_all(files)
    other.unlink()
    assert not await folder.has_all(files)
    assert await folder.has_all(files[:1])
    assert await folder.has_all([])


async def test_a_removed_order_leaves_nothing_and_others_everything(folder: MediaFolder) -> None:
    put(folder, 7), put(folder, 7, ".b.part"), put(folder, 77)
    await folder.remove(7)
    await folder.remove(8)  # which left nothing
    assert [each.name for each in folder.root.iterdir()] == ["77"]


async def test_old_folders_go_and_new_ones_stay(folder: MediaFolder) -> None:
    for order_id, moment_s in ((7, NOW_S - 1), (8, NOW_S + 1)):
        put(folder, order_id)
        age(folder, order_id, moment_s)
    assert await folder.remove_old(NOW_S) == 1
    assert [each.name for each in folder.root.iterdir()] == ["8"]


async def test_what_an_order_under_way_needs_stays_however_old(folder: MediaFolder) -> None:
    for order_id in (7, 8):
        put(folder, order_id)
        age(folder, order_id, NOW_S - 1)
    assert await folder.remove_old(NOW_S, needed={8, 9}) == 1
    assert [each.name for each in folder.root.iterdir()] == ["8"]


async def test_a_folder_that_was_never_made_has_nothing_old(folder: MediaFolder) -> None:
    assert await folder.remove_old(NOW_S) == 0
    assert not folder.root.exists()
