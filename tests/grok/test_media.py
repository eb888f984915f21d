from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from bot.errors import MediaError
from bot.grok.addresses import is_public, resolve
from bot.grok.attempts import Patience
from bot.grok.endpoint import Endpoint
from bot.grok.http import Timing
from bot.grok.media import MediaFetcher
from bot.grok.types import MediaRef
from bot.secret import Secret
from tests.grok.scripted import KEY, Body, FakeTime

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(200)
HOME = "http://192.168.1.5:8000/grok"
PUBLIC = "93.184.215.14"
Answer = httpx.Response | Exception


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


class World:
    """Hosts with addresses, and answers in order. Requests are kept."""

    def __init__(
        self, *answers: Answer | Callable[[httpx.Request], httpx.Response], hosts: dict[str, list[str]] | None = None
    ) -> None:
        self.answers = list(answers)
        self.hosts = hosts or {}
        self.requests: list[httpx.Request] = []
        self.looked_up: list[str] = []
        self.time = FakeTime()

    def fetcher(self, *, base_url: str = HOME, timing: Timing | None = None) -> MediaFetcher:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        patience = Patience(self.time.clock, self.time.sleep, lambda: 0.5)
        return MediaFetcher(http, Endpoint(base_url), Secret(KEY), timing or Timing(), patience, self._resolve)

    async def _resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(f"{host}:{port}")
        if host not in self.hosts:
            raise OSError("unknown host")
        return self.hosts[host]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def file(data: bytes = PNG, *, status: int = 200, **headers: str) -> httpx.Response:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=fields, stream=Body([data[:100], data[100:]]))


async def refused(world: World, url: str, folder: Path, *, max_bytes: int = 10_000) -> MediaError:
    with pytest.raises(MediaError) as caught:
        await world.fetcher().fetch(MediaRef(url), folder, kind="image", max_bytes=max_bytes)
    assert not os.listdir(folder)
    return caught.value


# what is stored


async def test_a_file_is_named_by_what_it_is(tmp_path: Path) -> None:
    world = World(file(PNG, content_type="image/jpeg"), file(MP4, content_type="text/plain"))
    picture = await world.fetcher().fetch(MediaRef(f"{HOME}/v1/files/a.jpg"), tmp_path, kind="image", max_bytes=1000)
    clip = await world.fetcher().fetch(MediaRef(f"{HOME}/v1/files/a"), tmp_path, kind="video", max_bytes=1000)
    assert (picture.mime, picture.extension, picture.size_bytes) == ("image/png", "png", len(PNG))
    assert (clip.mime, clip.extension) == ("video/mp4", "mp4")
    assert picture.path.parent == tmp_path
    assert picture.path.suffix == ".png"
    assert picture.path.read_bytes() == PNG
    assert len(os.listdir(tmp_path)) == 2


async def test_embedded_bytes_are_stored_alike(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    stored = await World().fetcher().fetch(MediaRef(data=PNG), folder, kind="image", max_bytes=1000)
    assert stored.path.read_bytes() == PNG
    for data, limit, reason in [(PNG, 10, "size"), (MP4, 1000, "type"), (b"", 1000, "type")]:
        with pytest.raises(MediaError) as caught:
            await World().fetcher().fetch(MediaRef(data=data), folder, kind="image", max_bytes=limit)
        assert caught.value.reason == reason
    assert len(os.listdir(folder)) == 1


async def test_a_large_file_is_written_as_it_comes(tmp_path: Path) -> None:
    lump = bytes(700_000)
    world = World(httpx.Response(200, stream=Body([MP4, lump, lump, lump])))
    stored = await world.fetcher().fetch(MediaRef(f"{HOME}/a"), tmp_path, kind="video", max_bytes=10**7)
    assert stored.path.read_bytes() == MP4 + lump * 3


# who gets the key, and from where one may fetch


async def test_home_gets_the_key_and_may_be_private(tmp_path: Path) -> None:
    world = World(file())
    await world.fetcher().fetch(MediaRef(f"{HOME}/v1/files/a"), tmp_path, kind="image", max_bytes=1000)
    assert world.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert world.requests[0].method == "GET"
    assert world.looked_up == []


async def test_others_get_no_key_and_are_pinned_to_the_address_that_was_checked(tmp_path: Path) -> None:
    world = World(file(), hosts={"cdn.example": [PUBLIC]})
    await world.fetcher().fetch(MediaRef("https://cdn.example:8443/a?b=1"), tmp_path, kind="image", max_bytes=1000)
    sent = world.requests[0]
    assert "authorization" not in sent.headers
    assert str(sent.url) == f"https://{PUBLIC}:8443/a?b=1"
    assert sent.headers["host"] == "cdn.example:8443"
    assert sent.headers["connection"] == "close"
    assert sent.extensions["sni_hostname"] == "cdn.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://192.168.1.5:8000/grok/a",
        "http://192.168.1.5:8001/grok/a",
        "http://192.168.1.5/a",
        "http://home.example:8000/a",
    ],
)
async def test_only_the_very_origin_is_home(url: str, tmp_path: Path) -> None:
    world = World(hosts={"192.168.1.5": ["192.168.1.5"], "home.example": ["192.168.1.5"]})
    assert (await refused(world, url, tmp_path)).reason == "address"
    assert world.requests == []


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        [PUBLIC, "10.0.0.1"],
        [],
    ],
)
async def test_no_address_inside_is_ever_asked(found: list[str], tmp_path: Path) -> None:
    world = World(hosts={"evil.example": found})
    assert (await refused(world, "https://evil.example/a.png", tmp_path)).reason == "address"
    assert world.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/a",
        "https://user:pw@a.example/a",
        "//a",
        "https://",
        "a\nb",
        "",
    ],
)
async def test_what_is_no_web_address_is_refused(url: str, tmp_path: Path) -> None:
    assert (await refused(World(), url, tmp_path)).reason == "address"


async def test_a_host_with_several_addresses_is_tried_at_each(tmp_path: Path) -> None:
    world = World(httpx.ConnectError("no route"), file(), hosts={"cdn.example": ["2606:4700::1111", PUBLIC]})
    await world.fetcher().fetch(MediaRef("https://cdn.example/a"), tmp_path, kind="image", max_bytes=1000)
    assert [request.url.host for request in world.requests] == ["2606:4700::1111", PUBLIC]


async def test_behind_a_proxy_names_are_left_to_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    world = World(file(), hosts={"cdn.example": [PUBLIC]})
    await world.fetcher().fetch(MediaRef("https://cdn.example/a"), tmp_path, kind="image", max_bytes=1000)
    assert str(world.requests[0].url) == "https://cdn.example/a"


# redirects


async def test_a_redirect_at_home_keeps_the_key(tmp_path: Path) -> None:
    world = World(file(status=302, location="/grok/v1/b"), file())
    await world.fetcher().fetch(MediaRef(f"{HOME}/v1/a"), tmp_path, kind="image", max_bytes=1000)
    assert str(world.requests[1].url) == f"{HOME}/v1/b"
    assert world.requests[1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_redirect_away_loses_the_key_and_is_checked(tmp_path: Path) -> None:
    world = World(file(status=307, location="https://cdn.example/b"), file(), hosts={"cdn.example": [PUBLIC]})
    await world.fetcher().fetch(MediaRef(f"{HOME}/v1/a"), tmp_path, kind="image", max_bytes=1000)
    assert "authorization" not in world.requests[1].headers


async def test_a_redirect_inside_is_refused(tmp_path: Path) -> None:
    world = World(
        file(status=302, location="http://127.0.0.1:8080/admin"),
        hosts={"a.example": [PUBLIC], "127.0.0.1": ["127.0.0.1"]},
    )
    assert (await refused(world, "https://a.example/a", tmp_path)).reason == "address"
    assert len(world.requests) == 1


async def test_a_foreign_host_cannot_send_us_home(tmp_path: Path) -> None:
    world = World(
        file(status=302, location=f"{HOME}/v1/admin/tokens"),
        hosts={"a.example": [PUBLIC], "192.168.1.5": ["192.168.1.5"]},
    )
    assert (await refused(world, "https://a.example/a", tmp_path)).reason == "address"


async def test_redirects_end(tmp_path: Path) -> None:
    world = World(*[file(status=302, location=f"{HOME}/a") for _ in range(10)])
    assert (await refused(world, f"{HOME}/a", tmp_path)).reason == "address"
    assert len(world.requests) == 4


# what goes wrong


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "gone"), (410, "gone"), (400, "gone"), (405, "network"), (403, "network"), (206, "network")],
)
async def test_a_refusal_is_told_at_once(status: int, reason: str, tmp_path: Path) -> None:
    world = World(file(status=status))
    error = await refused(world, f"{HOME}/a", tmp_path)
    assert (error.reason, error.status) == (reason, status)


@pytest.mark.parametrize("status", [401, 403])
async def test_files_of_the_account_are_known_to_be_private(status: int, tmp_path: Path) -> None:
    world = World(file(status=status), hosts={"assets.grok.com": [PUBLIC]})
    assert (await refused(world, "https://assets.grok.com/users/a/image.jpg", tmp_path)).reason == "private"


async def test_an_outage_is_outlived(tmp_path: Path) -> None:
    cut = httpx.Response(200, stream=Body([PNG[:50], httpx.RemoteProtocolError("cut")]))
    world = World(file(status=503), cut, file())
    stored = await world.fetcher().fetch(MediaRef(f"{HOME}/a"), tmp_path, kind="image", max_bytes=1000)
    assert stored.path.read_bytes() == PNG
    assert os.listdir(tmp_path) == [stored.path.name]
    world = World(*[httpx.ConnectError("no") for _ in range(3)])
    with pytest.raises(MediaError, match="network"):
        await world.fetcher().fetch(MediaRef(f"{HOME}/a"), tmp_path, kind="image", max_bytes=1000)


async def test_an_unknown_host_is_a_network_failure(tmp_path: Path) -> None:
    assert (await refused(World(), "https://nowhere.example/a", tmp_path)).reason == "network"


async def test_a_file_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    announced = file(content_length="20000")
    assert (await refused(World(announced), f"{HOME}/a", tmp_path)).reason == "size"
    lying = httpx.Response(
        200, headers={"content-length": "10"}, stream=Body([PNG, bytes(9_900), RuntimeError("read on")])
    )
    assert (await refused(World(lying), f"{HOME}/a", tmp_path)).reason == "size"


async def test_what_is_no_picture_is_not_kept(tmp_path: Path) -> None:
    page = httpx.Response(
        200, headers={"content-type": "image/png"}, stream=Body([b"<html>" * 20, RuntimeError("read on")])
    )
    assert (await refused(World(page), f"{HOME}/a", tmp_path)).reason == "type"
    assert (await refused(World(file(b"")), f"{HOME}/a", tmp_path)).reason == "type"


async def test_a_file_has_a_deadline_and_leaves_nothing(tmp_path: Path) -> None:
    class Slow(Body):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield PNG + bytes(2**20)
            await asyncio.Event().wait()

    world = World(httpx.Response(200, stream=Slow([])))
    with pytest.raises(MediaError) as caught:
        await world.fetcher(timing=Timing(file_deadline_s=0.05)).fetch(
            MediaRef(f"{HOME}/a"), tmp_path, kind="image", max_bytes=2**24
        )
    assert caught.value.reason == "slow"
    assert not os.listdir(tmp_path)


ADDRESSES = {
    PUBLIC: True,
    "2606:4700::1111": True,
    "64:ff9b::808:808": True,
    "127.0.0.1": False,
    "0.0.0.0": False,  # noqa: S104 - an address, not a place to listen
    "10.0.0.1": False,
    "172.16.0.1": False,
    "192.168.0.1": False,
    "169.254.169.254": False,
    "100.64.0.1": False,
    "198.18.0.1": False,
    "224.0.0.1": False,
    "255.255.255.255": False,
    "::": False,
    "::1": False,
    "::7f00:1": False,
    "::ffff:127.0.0.1": False,
    "::ffff:10.0.0.1": False,
    "64:ff9b::7f00:1": False,
    "2002:7f00:1::": False,
    "fe80::1%eth0": False,
    "fec0::1": False,
    "fc00::1": False,
    "ff02::1": False,
    "nonsense": False,
}


@pytest.mark.parametrize(("address", "allowed"), ADDRESSES.items())
def test_only_the_public_internet_is_public(address: str, allowed: bool) -> None:
    assert is_public(address) is allowed


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "::1"])
async def test_no_spelling_of_this_machine_passes(host: str) -> None:
    assert not any(map(is_public, await resolve(host, 80)))
