"""Whatever becomes of a worker, no process, no half a file and no question is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import CannotFit
from bot.media.fitting import Fitter
from tests.media.made import WRITE_PID, clip, is_running, worker_after

LIMIT_BYTES = 120_000


async def reason_of(fitter: Fitter, source: Path, folder: Path) -> str:
    with pytest.raises(CannotFit) as refused:
        await fitter.fit_clip(source, LIMIT_BYTES, folder, on_progress=lambda _: None)
    return refused.value.reason


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


async def test_cancelling_in_the_middle_leaves_no_process_and_no_file(noisy: Path, out: Path, tmp_path: Path) -> None:
    begun = asyncio.Event()
    fitter = Fitter(command=worker_after(WRITE_PID, tmp_path / "pid"))
    fitting = asyncio.create_task(fitter.fit_clip(noisy, LIMIT_BYTES, out, on_progress=lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), 30)
    assert is_running(tmp_path / "pid")
    fitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fitting
    assert not is_running(tmp_path / "pid")
    assert os.listdir(out) == []


async def test_a_worker_that_is_killed_in_the_middle_is_a_failure(noisy: Path, out: Path, tmp_path: Path) -> None:
    heard: list[float] = []

    def kill(fraction: float) -> None:
        if not heard:
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        heard.append(fraction)

    fitter = Fitter(command=worker_after(WRITE_PID, tmp_path / "pid"))
    with pytest.raises(CannotFit) as refused:
        await fitter.fit_clip(noisy, LIMIT_BYTES, out, on_progress=kill)
    assert refused.value.reason == "failed"
    assert heard[-1] < 1
    assert os.listdir(out) == []


async def test_a_worker_ends_when_the_bot_is_killed(noisy: Path, out: Path, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom bot.media.fitting import Fitter\n"
        "from tests.media.made import WRITE_PID, worker_after\n"
        "fitter = Fitter(command=worker_after(WRITE_PID, sys.argv[3]))\n"
        "tell = lambda _: print('begun', flush=True)\n"
        "asyncio.run(fitter.fit_clip(Path(sys.argv[1]), 900_000, Path(sys.argv[2]), on_progress=tell))\n"
    )
    long = clip(tmp_path / "long.mp4", size=(640, 360), seconds=4)
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, long, out, tmp_path / "pid"),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert bot.stdout
    await asyncio.wait_for(bot.stdout.readline(), 30)
    assert is_running(tmp_path / "pid")
    bot.kill()
    await bot.wait()
    async with asyncio.timeout(30):
        while is_running(tmp_path / "pid"):
            await asyncio.sleep(0.01)
    assert os.listdir(out) == []


async def test_a_full_disk_is_a_failure_and_leaves_no_half_file(noisy: Path, out: Path) -> None:
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))"
    assert await reason_of(Fitter(command=worker_after(full)), noisy, out) == "failed"
    assert os.listdir(out) == []


async def test_without_an_encoder_a_clip_cannot_be_fitted(noisy: Path, out: Path) -> None:
    fitter = Fitter(command=worker_after("import sys; sys.modules['av'] = None"))
    assert await reason_of(fitter, noisy, out) == "no_encoder"


async def test_without_an_encoder_a_picture_can_be_fitted(out: Path, tmp_path: Path) -> None:
    Image.effect_noise((300, 300), 60).save(tmp_path / "a.png")
    fitter = Fitter(command=worker_after("import sys; sys.modules['av'] = None"))
    assert (await fitter.fit_picture(tmp_path / "a.png", 30_000, out)).suffix == ".jpg"


async def test_a_worker_that_takes_too_long_is_killed(noisy: Path, out: Path, tmp_path: Path) -> None:
    hang = f"{WRITE_PID}; import time; time.sleep(600)"
    fitter = Fitter(deadline_s=1, command=worker_after(hang, tmp_path / "pid"))
    assert await reason_of(fitter, noisy, out) == "failed"
    assert not is_running(tmp_path / "pid")


@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(1)",
        "print('no report')",
        "print('[]')",
        "print('{}')",
        "print('x' * 1_000_000)",
        'print(\'{"report": "Refused", "reason": "tired", "cause": ""}\')',
        'print(\'{"report": "Made", "name": "nothing.mp4"}\'); raise SystemExit',
        'print(\'{"report": "Made", "name": "../../noisy.mp4"}\'); raise SystemExit',
        'print(\'{"report": "ClipFacts"}\'); raise SystemExit',
    ],
)
async def test_a_worker_that_dies_or_babbles_is_a_failure(script: str, noisy: Path, out: Path) -> None:
    assert await reason_of(Fitter(command=(sys.executable, "-c", script)), noisy, out) == "failed"
    assert os.listdir(out) == []


async def test_a_file_that_is_too_large_is_never_handed_out(noisy: Path, out: Path) -> None:
    script = (
        "import bot.media.worker as worker\n"
        "from bot.media.wire import Made\n"
        "def cheat(task):\n"
        "    (task.work / 'large.mp4').write_bytes(bytes(task.limit_bytes + 1))\n"
        "    return Made('large.mp4')\n"
        "worker.perform = cheat"
    )
    assert await reason_of(Fitter(command=worker_after(script)), noisy, out) == "failed"
    assert os.listdir(out) == []


async def test_as_many_are_encoded_at_once_as_may_be(noisy: Path, out: Path) -> None:
    order: list[str] = []
    fitter = Fitter(at_once=1)

    async def fit(name: str) -> None:
        folder = out / name
        os.mkdir(folder)
        await fitter.fit_clip(noisy, LIMIT_BYTES, folder, on_progress=lambda _: order.append(name))

    await asyncio.gather(fit("one"), fit("two"))
    assert order == sorted(order, key=order.index)
    assert set(order) == {"one", "two"}
