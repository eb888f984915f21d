from __future__ import annotations

import base64
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingError
from bot.grok.endpoint import Endpoint
from bot.grok.extract import ProgressScanner, find_clip, find_pictures, whole_picture
from bot.grok.magic import find_kind
from bot.grok.types import MediaRef

HERE = Endpoint("https://grok.example.org/grok/v1")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
PNG64 = base64.b64encode(PNG).decode()
A, B = "https://a.example/1.jpg", "https://b.example/2.jpg"

PICTURES: dict[str, tuple[str, list[MediaRef]]] = {
    "tag": (f'Here: <img alt="a > b" src="{A}" width=5> {B}', [MediaRef(A)]),
    "tag with single quotes": (f"<IMG src='{A}'/>", [MediaRef(A)]),
    "tag without quotes": (f"<img src={A}>", [MediaRef(A)]),
    "tag with entities": (
        '<img src="https://a.example/1.jpg?a=1&amp;copy=2">',
        [MediaRef("https://a.example/1.jpg?a=1&copy=2")],
    ),
    "not a data-src": (f'<img data-src="{B}" src="{A}">', [MediaRef(A)]),
    "two tags": (f'<img src="{A}"><img src="{B}"><img src="{A}">', [MediaRef(A), MediaRef(B)]),
    "markdown": (f"![a cat]({A})\n\n![]({B})", [MediaRef(A), MediaRef(B)]),
    "markdown with a title": (f'![a]({A} "title")', [MediaRef(A)]),
    "markdown with parentheses": ("![a](https://a.example/x_(y).jpg)", [MediaRef("https://a.example/x_(y).jpg")]),
    "markdown with data": (f"![image](data:image/png;base64,{PNG64})", [MediaRef(data=PNG)]),
    "markdown, relative": (
        "![image](/v1/files/image/x-final.jpg)",
        [MediaRef("https://grok.example.org/grok/v1/files/image/x-final.jpg")],
    ),
    "data": (f"here data:image/jpeg;base64,{PNG64} it is", [MediaRef(data=PNG)]),
    "bare": (f"{A}", [MediaRef(A)]),
    "bare in a sentence": (f"I drew it: {A}.", [MediaRef(A)]),
    "relative": ("/v1/files/image/x.jpg", [MediaRef("https://grok.example.org/grok/v1/files/image/x.jpg")]),
    "relative with the prefix": (
        "/grok/v1/files/image/x.jpg",
        [MediaRef("https://grok.example.org/grok/v1/files/image/x.jpg")],
    ),
    "base64": (PNG64, [MediaRef(data=PNG)]),
    "a word": ("error", []),
    "a word in a link": ("![image](error)", []),
    "a refusal": ("I can't draw that, sorry. It is 100% not allowed.", []),
    "base64 of no picture": (base64.b64encode(b"just some words here").decode(), []),
    "broken data": ("![image](data:image/png;base64,%%%)", []),
    "script": ("![x](javascript:alert(1)) <img src='file:///etc/passwd'>", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("text", "refs"), PICTURES.values(), ids=PICTURES.keys())
def test_pictures_are_found_in_every_form(text: str, refs: list[MediaRef]) -> None:
    assert find_pictures(text, HERE) == refs


JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20
FIELDS = {
    PNG64: MediaRef(data=PNG),
    f"data:image/png;base64,{PNG64}": MediaRef(data=PNG),
    base64.b64encode(JPEG).decode(): MediaRef(data=JPEG),
    A: MediaRef(A),
    "/v1/files/image/x": MediaRef("https://grok.example.org/grok/v1/files/image/x"),
    "error": None,
    "I cannot.": None,
}


@pytest.mark.parametrize(("written", "ref"), FIELDS.items())
def test_a_field_that_holds_only_a_picture_is_read(written: str, ref: MediaRef | None) -> None:
    assert whole_picture(written, HERE) == ref


V, POSTER = "https://a.example/v.mp4", "https://a.example/p.jpg"
CLIPS: dict[str, tuple[str, MediaRef | None, MediaRef | None]] = {
    "proxy": (
        f'9%\n<video controls="" poster="{POSTER}">\n <source id="mp4" src="{V}" type="video/mp4">\n</video>',
        MediaRef(V),
        MediaRef(POSTER),
    ),
    "no poster": (f'<video controls><source src="{V}"></video>', MediaRef(V), None),
    "no source": (f'<video controls src="{V}"></video>', MediaRef(V), None),
    "entities": ('<source src="http://a.example/v.mp4?a=1&amp;b=2">', MediaRef("http://a.example/v.mp4?a=1&b=2"), None),
    "markdown": ("[video](https://a.example/v?id=1)", MediaRef("https://a.example/v?id=1"), None),
    "markdown with a poster": (f"[![poster]({POSTER})]({V})", MediaRef(V), None),
    "address": (f"Done: {V}?sig=1.\n", MediaRef(f"{V}?sig=1"), None),
    "address line": ("100%\nhttps://a.example/share/77\n", MediaRef("https://a.example/share/77"), None),
    "a page named before the clip": (f"see https://help.example/faq and {V}", MediaRef(V), None),
    "relative": (
        '<source src="/v1/files/video/x.mp4">',
        MediaRef("https://grok.example.org/grok/v1/files/video/x.mp4"),
        None,
    ),
    "relative line": ("/v1/files/video/x.mp4\n", MediaRef("https://grok.example.org/grok/v1/files/video/x.mp4"), None),
    "only a poster": (f'<video poster="{POSTER}"></video>', None, None),
    "only progress": ("正在生成视频中，当前进度100%\n", None, None),
    "an address inside prose": ("Our rules (https://x.ai/legal) forbid it.", None, None),
}


@pytest.mark.parametrize(("text", "clip", "poster"), CLIPS.values(), ids=CLIPS.keys())
def test_clips_are_found_in_every_form(text: str, clip: MediaRef | None, poster: MediaRef | None) -> None:
    found = find_clip(text, HERE)
    assert (found and found.clip) == clip
    assert (found and found.poster) == poster


def test_a_clip_in_a_closed_tag_is_known_to_be_whole() -> None:
    for text in (f'<source src="{V}">', f"[video]({V})", V):
        found = find_clip(text, HERE)
        assert found
        assert found.is_enclosed is (text != V)
    assert find_clip('<source src="https://a.exa', HERE) is None


def scan(chunks: Iterable[str]) -> list[float]:
    scanner = ProgressScanner()
    return [percent for chunk in chunks if (percent := scanner.feed(chunk)) is not None]


PROGRESS = {
    "正在生成视频中，当前进度1%\n正在生成视频中，当前进度25%\n": [1.0, 25.0],
    "[round=1/1] progress=12.5%\n": [12.5],
    "视频正在生成 75 %": [75.0],
    "50%\n50%\n40%\n": [50.0, 50.0, 40.0],
    "900% 100%": [100.0],
    "https://a.example/my%20clip12%20.mp4": [],
    "no numbers": [],
}


@pytest.mark.parametrize(("text", "percents"), PROGRESS.items())
def test_progress_is_found_wherever_the_text_is_cut(text: str, percents: list[float]) -> None:
    assert scan(text.splitlines(keepends=True)) == percents
    for cut in range(len(text)):
        if text[:cut].endswith("%"):
            continue  # an escape is told from a percentage by what follows
        assert scan([text[:cut], text[cut:]])[-1:] == percents[-1:]


@given(st.text(alphabet="<>img src=\"'videosource![](http://a.b/c)data:;base64,&;% \n", max_size=200))
def test_no_text_whatever_breaks_the_search(text: str) -> None:
    find_pictures(text, HERE)
    find_clip(text, HERE)
    scan(text)


ADDRESSES = {
    "https://h.example": ("https://h.example", "https://h.example/v1"),
    "https://h.example/": ("https://h.example", "https://h.example/v1"),
    "https://h.example/v1": ("https://h.example", "https://h.example/v1"),
    " https://h.example/grok/v1/ ": ("https://h.example/grok", "https://h.example/grok/v1"),
    "https://h.example/grok": ("https://h.example/grok", "https://h.example/grok/v1"),
    "https://h.example/api/paas/v4": ("https://h.example/api/paas", "https://h.example/api/paas/v4"),
    "http://127.0.0.1:8000/v1/chat/completions": ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
}


@pytest.mark.parametrize(("given_url", "expected"), ADDRESSES.items())
def test_the_base_address_may_be_written_in_many_ways(given_url: str, expected: tuple[str, str]) -> None:
    endpoint = Endpoint(given_url)
    assert (endpoint.root, endpoint.base) == expected


LINKS = {
    "https://x.example/a": "https://x.example/a",
    "/v1/files/image/a.jpg": "https://grok.example.org/grok/v1/files/image/a.jpg",
    "v1/files/image/a.jpg": "https://grok.example.org/grok/v1/files/image/a.jpg",
    "/grok/v1/files/image/a.jpg?x=1": "https://grok.example.org/grok/v1/files/image/a.jpg?x=1",
    "//cdn.example/a.jpg": "https://cdn.example/a.jpg",
    "javascript:alert(1)": None,
    "file:///etc/passwd": None,
    "https://": None,
    "https://[bad": None,
    "": None,
}


@pytest.mark.parametrize(("link", "url"), LINKS.items())
def test_links_are_joined_to_the_root_with_its_prefix(link: str, url: str | None) -> None:
    assert HERE.resolve(link) == url


@pytest.mark.parametrize(
    "bad", ["", "grok.example.org", "ftp://x", "https://user:pw@h.example/v1", "https://h.example/v1?key=1"]
)
def test_an_address_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(SettingError):
        Endpoint(bad)


HEADS = {
    b"\xff\xd8\xff\xe0": "jpg",
    PNG: "png",
    b"GIF89a": "gif",
    b"RIFF\x00\x00\x00\x00WEBPVP8 ": "webp",
    b"\x00\x00\x00\x20ftypisom": "mp4",
    b"\x00\x00\x00\x18ftypmp42": "mp4",
    b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm": "webm",
    b"\x1a\x45\xdf\xa3\x00matroska": None,
    b"\x00\x00\x00\x20ftypavif": None,
    b"\x00\x00\x00\x14ftypqt  ": None,
    b"RIFF\x00\x00\x00\x00WAVE": None,
    b"<html>": None,
    b"%PDF": None,
    b"": None,
}


@pytest.mark.parametrize(("head", "extension"), HEADS.items())
def test_a_file_is_named_by_its_first_bytes(head: bytes, extension: str | None) -> None:
    kind = find_kind(head)
    assert (kind and kind.extension) == extension
