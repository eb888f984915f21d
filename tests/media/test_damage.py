"""Clips of which something is missing are told from whole ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from bot.errors import CannotFit
from bot.media.fitting import Fitter
from tests.media.made import clip, tone

Spoil = Callable[[bytes], bytes]


async def reason_of(path: Path) -> str:
    with pytest.raises(CannotFit) as refused:
        await Fitter().probe(path)
    return refused.value.reason


def spoilt(source: Path, target: Path, spoil: Spoil) -> Path:
    target.write_bytes(spoil(source.read_bytes()))
    return target


def in_fragments(source: Path, target: Path) -> Path:
    """Write the clip as streaming servers do: a piece of index before every piece of film."""
    movflags = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "300000"}
    with av.open(str(source)) as given, av.open(str(target), "w", options=movflags) as container:
        streams = {stream.index: container.add_stream_from_template(stream) for stream in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                container.mux(packet)
    return target


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


async def test_a_whole_clip_is_described(noisy: Path) -> None:
    facts = await Fitter().probe(noisy)
    assert (facts.width, facts.height, facts.has_audio) == (320, 180, True)
    assert facts.seconds == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    "spoil",
    [half, lambda data: data[:-1000], lambda data: data[:200], lambda _: b"", lambda _: b"<html>no clip</html>" * 99],
    ids=["half", "end", "start", "empty", "page"],
)
async def test_a_clip_with_its_index_in_front_is_damaged_when_cut(spoil: Spoil, noisy: Path, tmp_path: Path) -> None:
    assert await reason_of(spoilt(noisy, tmp_path / "cut.mp4", spoil)) == "damaged"


@pytest.mark.parametrize(
    "spoil", [half, lambda data: data[:-2500], lambda data: data[:-100]], ids=["half", "index", "end"]
)
async def test_a_clip_with_its_index_at_the_end_is_damaged_when_cut(spoil: Spoil, tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.mp4", options={})
    assert (await Fitter().probe(whole)).has_audio
    assert await reason_of(spoilt(whole, tmp_path / "cut.mp4", spoil)) == "damaged"


async def test_what_follows_a_whole_clip_does_not_matter(noisy: Path, tmp_path: Path) -> None:
    longer = spoilt(noisy, tmp_path / "longer.mp4", lambda data: data + b"\xff\xff\xff\xffjunk" + b"more" * 50)
    assert (await Fitter().probe(longer)).has_audio


async def test_a_clip_in_fragments_is_damaged_when_cut(noisy: Path, tmp_path: Path) -> None:
    whole = in_fragments(noisy, tmp_path / "whole.mp4")
    assert (await Fitter().probe(whole)).seconds == pytest.approx(2, abs=0.05)
    assert await reason_of(spoilt(whole, tmp_path / "cut.mp4", half)) == "damaged"


async def test_a_webm_is_damaged_when_cut(tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.webm")
    assert (await Fitter().probe(whole)).has_audio
    assert await reason_of(spoilt(whole, tmp_path / "cut.webm", half)) == "damaged"


async def test_a_playlist_is_no_clip_whatever_it_points_to(noisy: Path, tmp_path: Path) -> None:
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{noisy}\n#EXT-X-ENDLIST\n"
    assert await reason_of(spoilt(noisy, tmp_path / "list.mp4", lambda _: text.encode())) == "damaged"


async def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000)
        for start in range(0, 48_000, 960):
            container.mux(stream.encode(tone(start)))
        container.mux(stream.encode(None))
    assert await reason_of(path) == "damaged"


async def test_a_clip_emptied_in_the_middle_is_damaged_when_it_is_fitted(noisy: Path, tmp_path: Path) -> None:
    holed = spoilt(noisy, tmp_path / "holed.mp4", lambda data: half(data) + bytes(len(data) - len(half(data))))
    with pytest.raises(CannotFit) as refused:
        await Fitter().fit_clip(holed, 100_000, tmp_path, on_progress=lambda _: None)
    assert refused.value.reason == "damaged"


async def test_a_clip_that_is_not_there_is_a_failure_not_damage(tmp_path: Path) -> None:
    assert await reason_of(tmp_path / "none.mp4") == "failed"
