"""Files are read in processes that end, whatever a file does to them."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import InputError
from bot.files.content import Content, Document, Limits
from bot.files.reader import FileReader
from tests.files.made import (
    locked_pdf,
    opened,
    pdf,
    pdf_pages,
    pdf_streams,
    picture,
    png_chunk,
    png_of_claimed_size,
    saved,
)

HANG = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


def scripted(script: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-c", script, *map(str, arguments))


async def refusal(data: bytes, name: str = "x.bin", reader: FileReader | None = None) -> InputError:
    with pytest.raises(InputError) as refused:
        await (reader or FileReader()).read(name, data, Limits())
    assert refused.value.facts["name"] == name
    return refused.value


async def test_each_kind_of_file_is_read_by_a_real_worker() -> None:
    reader = FileReader()
    contents = [await reader.read("x", data, Limits()) for data in (b"words\n", pdf_pages(["Hello"]), picture())]
    assert contents[0] == Content(Document("words\n", 6))
    assert contents[1].document == Document("[page 1]\nHello\n\n", 1, "pages", (16,))
    assert opened(contents[2].pictures[0].data).size == (40, 30)


async def test_a_large_file_passes_through_the_pipe_unharmed() -> None:
    content = await FileReader().read("x.log", b"0123456789abcde\n" * 1_500_000, Limits())
    assert content.document == Document(("0123456789abcde\n" * 4000)[:60_001], 24_000_000)


async def test_any_name_may_be_read() -> None:
    error = await refusal(b"PK\x03\x04\x00", 'a\n"ü" {x}.zip')
    assert error.code == "file_kind"


async def test_a_picture_of_thirty_thousand_pixels_a_side_is_refused_with_its_size() -> None:
    error = await refusal(png_of_claimed_size(30_000, 30_000))
    assert error.code == "picture_pixels"
    assert (error.facts["width"], error.facts["height"]) == (30_000, 30_000)


async def test_a_photograph_of_a_large_camera_is_read() -> None:
    photograph = picture(size=(10_000, 8_000), kind="JPEG")
    content = await FileReader().read("x.jpg", photograph, Limits())
    assert opened(content.pictures[0].data).size == (2048, 1638)


def png_with_huge_text() -> bytes:
    text = png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200_000_000)))
    data = picture()
    return data[:33] + text + data[33:]


def gif_whose_frame_is_larger_than_it_says() -> bytes:
    data = bytearray(picture("P", kind="GIF"))
    frame = data.index(b",", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    data[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    return bytes(data)


NOISE = saved(Image.effect_noise((300, 300), 90))


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (NOISE[: len(NOISE) // 2], {"file_broken"}),
        (saved(Image.effect_noise((300, 300), 90), "JPEG")[:9000], {"file_broken"}),
        (picture(kind="WEBP")[:40], {"file_broken"}),
        (picture(kind="TIFF")[:60], {"file_broken"}),
        (b"\xff\xd8\xff", {"file_broken"}),
        (b"GIF89a", {"file_broken"}),
        (png_of_claimed_size(0, 0), {"file_broken"}),
        (png_with_huge_text(), {"file_broken"}),
        (gif_whose_frame_is_larger_than_it_says(), {"file_broken", "file_heavy", "picture_pixels"}),
        (locked_pdf(), {"pdf_locked"}),
        (b"", {"file_empty"}),
    ],
    ids=["png", "jpeg", "webp", "tiff", "start", "gif", "sizeless", "text", "frame", "locked", "empty"],
)
async def test_every_kind_of_bad_file_is_refused_by_name(data: bytes, codes: set[str]) -> None:
    assert (await refusal(data)).code in codes


def inflating_pdf() -> bytes:
    """Return a PDF of which a page is two gigabytes of drawing, deflated twice."""
    packer = zlib.compressobj(9)
    line = b"0 0 m 9 9 l S\n" * 75_000
    once = b"".join(packer.compress(line) for _ in range(2000)) + packer.flush()
    return pdf_streams([zlib.compress(once, 9)], filtered="/Filter [/FlateDecode /FlateDecode]")


def recursive_pdf() -> bytes:
    pages = b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1000000 >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R >>"])


async def test_the_loop_goes_on_while_a_bomb_is_read() -> None:
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.monotonic())
            await asyncio.sleep(0.01)

    bomb = inflating_pdf()
    ticking = asyncio.create_task(tick())
    assert (await refusal(bomb, reader=FileReader(deadline_s=2))).code == "file_heavy"
    ticking.cancel()
    gaps = [later - earlier for earlier, later in itertools.pairwise(ticks)]
    assert len(gaps) > 10
    assert max(gaps) < 1


@pytest.mark.parametrize(
    "data",
    [recursive_pdf(), pdf_pages(["Hello"]).replace(b"/Count 1 ", b"/Count 1000000 ")],
    ids=["recursive", "million"],
)
async def test_a_page_tree_that_lies_ends_in_a_reading_or_a_sentence(data: bytes) -> None:
    ended = await asyncio.gather(FileReader(deadline_s=10).read("x.pdf", data, Limits()), return_exceptions=True)
    match ended[0]:
        case InputError(code=code):
            assert code in {"file_broken", "file_heavy"}
        case Content(pictures=pictures, document=document):
            assert document
            assert len(pictures) <= 4
        case unexpected:
            pytest.fail(repr(unexpected))


async def test_a_worker_has_little_memory() -> None:
    read = "from bot.files import worker; worker.read = lambda *_: bytearray(2 * 1024**3); worker.main()"
    assert (await refusal(b"x", reader=FileReader(command=scripted(read)))).code == "file_heavy"


@pytest.mark.parametrize(
    "script",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import sys; sys.stdin.buffer.read(); import os, signal; os.kill(os.getpid(), signal.SIGABRT)",
        "raise SystemExit(1)",
        "print('no reply')",
        "print('[]')",
        "print('{}')",
        'print(\'{"document": {"text": 1}, "pictures": []}\')',
    ],
)
async def test_a_worker_that_dies_or_babbles_gives_one_sentence(script: str) -> None:
    error = await refusal(b"x" * 1_000_000, "x.pdf", FileReader(command=scripted(script)))
    assert error.code == "file_heavy"


def is_running(pid_file: Path) -> bool:
    return Path(f"/proc/{pid_file.read_text()}").exists()


def has_begun(pid_file: Path) -> bool:
    return pid_file.exists() and bool(pid_file.read_text())


async def written(file: Path) -> None:
    while not has_begun(file):
        await asyncio.sleep(0.01)


async def test_a_worker_that_hangs_is_killed_at_the_deadline(tmp_path: Path) -> None:
    reader = FileReader(deadline_s=0.5, command=scripted(HANG, tmp_path / "pid"))
    assert (await refusal(b"x" * 5_000_000, reader=reader)).code == "file_heavy"
    assert not is_running(tmp_path / "pid")


async def test_a_worker_that_writes_for_ever_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.files.reader.REPLY_LIMIT_BYTES", 1_000_000)
    script = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    assert (await refusal(b"x", reader=FileReader(deadline_s=1, command=scripted(script)))).code == "file_heavy"


async def test_cancelling_leaves_no_process(tmp_path: Path) -> None:
    reader = FileReader(command=scripted(HANG, tmp_path / "pid"))
    reading = asyncio.create_task(reader.read("x", b"x", Limits()))
    await asyncio.wait_for(written(tmp_path / "pid"), 20)
    assert is_running(tmp_path / "pid")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not is_running(tmp_path / "pid")


async def test_a_cancelled_reading_frees_its_place(tmp_path: Path) -> None:
    reader = FileReader(at_once=1, command=scripted(HANG, tmp_path / "pid"))
    readings = [asyncio.create_task(reader.read("x", b"x", Limits())) for _ in range(2)]
    await asyncio.wait_for(written(tmp_path / "pid"), 20)
    first = (tmp_path / "pid").read_text()
    (tmp_path / "pid").unlink()
    readings[0].cancel()
    await asyncio.wait_for(written(tmp_path / "pid"), 20)
    assert (tmp_path / "pid").read_text() != first
    readings[1].cancel()
    assert all(
        isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*readings, return_exceptions=True)
    )


async def test_a_worker_does_not_see_the_secrets_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "made-up")
    reply = "{'refused': 'file_kind', 'cause': '', 'facts': {'seen': sorted(os.environ)}}"
    script = f"import json, os; print(json.dumps({reply}))"
    error = await refusal(b"x", reader=FileReader(command=scripted(script)))
    assert set(error.facts["seen"]) <= {"LC_ALL", "LD_LIBRARY_PATH", "LC_CTYPE"}  # type: ignore[call-overload]  # a list


async def test_no_more_workers_run_than_allowed(tmp_path: Path) -> None:
    script = (
        "import json, os, sys, time; mine = os.path.join(sys.argv[1], str(os.getpid())); open(mine, 'w').close();"
        "time.sleep(0.1); seen = len(os.listdir(sys.argv[1])); os.remove(mine);"
        "print(json.dumps({'refused': 'file_kind', 'cause': '', 'facts': {'seen': seen}}))"
    )
    reader = FileReader(at_once=2, command=scripted(script, tmp_path))
    errors = await asyncio.gather(*(refusal(b"x", reader=reader) for _ in range(6)))
    assert {error.facts["seen"] for error in errors} <= {1, 2}


def test_the_reply_of_a_worker_is_json_that_any_fact_fits() -> None:
    from bot.files.wire import parse_reply, refusal

    with pytest.raises(InputError) as refused:
        parse_reply(refusal("picture_pixels", {"width": 5}))
    assert refused.value.facts == {"width": 5}
    assert json.loads(refusal("x", {}))["cause"] == ""
