"""`grokcord imagine` and `grokcord video`: files that are never lost and never written over."""

from __future__ import annotations

import fcntl
import re
from pathlib import Path

import pytest

from tests.cli.programs import Demo, demo_server, run, run_on_terminal

pytestmark = pytest.mark.e2e

JPEG = b"\xff\xd8\xff"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_picture_gets_a_name_with_its_real_extension(demo: Demo, tmp_path: Path) -> None:
    ended = run("imagine", "[[wrong_mime]] a lighthouse", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.out) == (0, "grok-image.jpg\n")
    assert (tmp_path / "grok-image.jpg").read_bytes().startswith(JPEG)
    assert names(tmp_path) == ["grok-image.jpg"]


def test_what_is_there_is_kept_unless_force_is_given(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"mine")
    first = run("imagine", "a boat", "-o", "x.jpg", folder=tmp_path, environment=demo.environment)
    assert first.out == "x-2.jpg\n"
    assert (tmp_path / "x.jpg").read_bytes() == b"mine"
    forced = run("imagine", "a boat", "-o", "x.jpg", "--force", folder=tmp_path, environment=demo.environment)
    assert forced.out == "x.jpg\n"
    assert (tmp_path / "x.jpg").read_bytes().startswith(JPEG)


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_several_pictures_are_numbered(force: list[str], demo: Demo, tmp_path: Path) -> None:
    arguments = ["imagine", "boats", "-n", "3", "--aspect", "16:9", "-o", "p.jpg", "--output", "json", *force]
    ended = run(*arguments, folder=tmp_path, environment=demo.environment)
    files = ended.document["files"]
    assert isinstance(files, list)
    assert [each["path"] for each in files] == ["p.jpg", "p-2.jpg", "p-3.jpg"]
    assert names(tmp_path) == ["p-2.jpg", "p-3.jpg", "p.jpg"]


def test_a_picture_can_be_changed_and_piped(demo: Demo, tmp_path: Path) -> None:
    drawn = run("imagine", "a cat", "-o", "-", folder=tmp_path, environment=demo.environment)
    assert drawn.raw.startswith(JPEG)
    edited = run(
        "imagine",
        "make it blue",
        "--edit",
        "-",
        "-o",
        "-",
        folder=tmp_path,
        environment=demo.environment,
        stdin=drawn.raw,
    )
    assert edited.code == 0
    assert edited.raw.startswith(JPEG)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["x", "-o", "absent/x.jpg"],
        ["x", "-o", "-", "--output", "json"],
        ["x", "-o", "-", "-n", "2"],
        ["-", "--edit", "-"],
        ["x", "--edit", "absent.png"],
        ["x", "--edit", "-"],
    ],
)
def test_what_cannot_be_is_refused_before_it_is_paid_for(arguments: list[str], tmp_path: Path) -> None:
    ended = run("imagine", *arguments, folder=tmp_path, environment={}, stdin=b"no picture")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1


def test_a_clip_is_made_with_a_few_plain_lines_of_progress(demo: Demo, tmp_path: Path) -> None:
    ended = run("video", "waves", "--seconds", "6", "-o", "w.mp4", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.out) == (0, "w.mp4\n")
    assert names(tmp_path) == ["w.mp4"]
    assert (tmp_path / "w.mp4").read_bytes()[4:8] == b"ftyp"
    assert "filming 50 %" in ended.err
    assert not re.search(r"[\x1b\r]", ended.err)
    assert len(ended.err.splitlines()) <= 12


def test_a_terminal_gets_a_bar_and_no_colour_says_no_colour(demo: Demo, tmp_path: Path) -> None:
    seen = run_on_terminal("video", "waves", folder=tmp_path, environment=demo.environment)
    assert seen.out == "grok-video.mp4\n"
    assert "100%" in seen.err
    assert "━" in seen.err
    assert re.search(r"\x1b\[[0-9;]*3[0-9]|\x1b\[[0-9;]*38;", seen.err)
    bare = run_on_terminal("video", "waves", folder=tmp_path, environment={**demo.environment, "NO_COLOR": "1"})
    assert bare.out == "grok-video-2.mp4\n"
    assert not re.search(r"\x1b\[[0-9;]*3[0-9][;m]|\x1b\[[0-9;]*38;", bare.err)


def link_in(err: str) -> str:
    found = re.search(r"go on with: grokcord video --job (\S+)", err)
    assert found is not None, err
    return found[1]


def broken_off(demo: Demo, folder: Path) -> str:
    """Leave a clip half fetched and return its link."""
    prompt = "[[mb=6 shortfile=3]] waves"  # a run tries three times
    ended = run("video", prompt, "-o", "w.mp4", folder=folder, environment=demo.environment)
    assert (ended.code, ended.out) == (1, "")
    assert names(folder) == ["w.mp4.part", "w.mp4.part.etag"]
    assert 0 < (folder / "w.mp4.part").stat().st_size < 6 * 2**20
    return link_in(ended.err)


def test_a_download_that_broke_off_is_gone_on_with(demo: Demo, tmp_path: Path) -> None:
    link = broken_off(demo, tmp_path)
    whole = run("video", "--job", link, "-o", "-", folder=tmp_path, environment=demo.environment).raw
    part = tmp_path / "w.mp4.part"
    mark = len(part.read_bytes()) - 1
    with part.open("r+b") as file:  # shows afterwards that these bytes did not come anew
        file.seek(mark)
        file.write(b"\x7f")
    ended = run("video", "--job", link, "-o", "w.mp4", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.out) == (0, "w.mp4\n")
    assert names(tmp_path) == ["w.mp4"]
    assert (tmp_path / "w.mp4").read_bytes() == whole[:mark] + b"\x7f" + whole[mark + 1 :]


def test_a_part_of_another_file_is_not_gone_on_with(demo: Demo, tmp_path: Path) -> None:
    link = broken_off(demo, tmp_path)
    (tmp_path / "w.mp4.part.etag").write_text('"another"', encoding="ascii")
    whole = run("video", "--job", link, "-o", "-", folder=tmp_path, environment=demo.environment).raw
    ended = run("video", "--job", link, "-o", "w.mp4", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.out) == (0, "w.mp4\n")
    assert (tmp_path / "w.mp4").read_bytes() == whole
    assert names(tmp_path) == ["w.mp4"]


def test_two_runs_do_not_write_to_one_part(demo: Demo, tmp_path: Path) -> None:
    link = broken_off(demo, tmp_path)
    with (tmp_path / "w.mp4.part.etag").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        arguments = ["video", "--job", link, "-o", "w.mp4", "--output", "json"]
        ended = run(*arguments, folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.error["code"]) == (1, "file_busy")
    assert names(tmp_path) == ["w.mp4.part", "w.mp4.part.etag"]


def test_the_link_of_a_picture_that_cannot_be_fetched_is_told(demo: Demo, tmp_path: Path) -> None:
    ended = run("imagine", "[[gone]] a boat", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.out) == (1, "")
    assert f"its link: {demo.base_url}/files/image/" in ended.err
    assert names(tmp_path) == []


def test_a_job_is_told_and_can_be_gone_on_with(tmp_path: Path) -> None:
    with demo_server("--video-jobs") as jobs:
        ended = run("video", "waves", "-o", "w.mp4", folder=tmp_path, environment=jobs.environment)
        assert ended.code == 0
        again = run("video", "--job", link_in(ended.err), "-o", "v.mp4", folder=tmp_path, environment=jobs.environment)
        assert (again.code, again.out) == (0, "v.mp4\n")
        assert (tmp_path / "v.mp4").read_bytes() == (tmp_path / "w.mp4").read_bytes()
        gone = run("video", "--job", "never-was", "--output", "json", folder=tmp_path, environment=jobs.environment)
        assert (gone.code, gone.error["code"]) == (1, "job_gone")


@pytest.mark.parametrize("arguments", [["a prompt"], ["--image", "x.png"], ["--seconds", "6"], ["--model", "m"]])
def test_what_is_for_a_new_clip_is_refused_beside_job(arguments: list[str], tmp_path: Path) -> None:
    ended = run("video", *arguments, "--job", "7", folder=tmp_path, environment={})
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("grokcord: --job goes on with a clip that is ordered already")


def test_a_withheld_clip_leaves_nothing(demo: Demo, tmp_path: Path) -> None:
    ended = run("video", "[[video_mod]] x", "--output", "json", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.error["code"]) == (1, "blocked")
    assert names(tmp_path) == []
