"""Which dialect a server speaks: found by what costs nothing, remembered, and found anew when it seems another one."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from bot.errors import SettingError, StoreError, UpstreamUnavailable
from bot.grok.capabilities import EVERYTHING
from bot.grok.client import GrokClient
from bot.grok.dialects import DIALECTS
from bot.grok.types import ImageRequest, MediaRef, Model
from tests.grok.scripted import BASE_URL, STOP, Server, reply, sse

APPLE = ImageRequest("m", "an apple")
NO_ROUTE = {"detail": "Not Found"}
DRAWN = (MediaRef("https://files.example/a.jpg"),)


class Notes:
    """A notebook in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def set(self, key: str, value: str) -> None:
        self.kept[key] = value


def rows(*owners: str, created: int = 0, name: str = "grok-4") -> httpx.Response:
    listed = [{"id": name, "object": "model", "created": created, "owned_by": owner} for owner in owners]
    return reply({"object": "list", "data": listed})


def rows_of(kind: str) -> httpx.Response:
    """Return the listing of a known kind of server, fresh: a body can be read once."""
    match kind:
        case "G1, G2":
            return rows("grok2api@chenyme")
        case "G3":
            return reply({"data": [{"id": "grok-4", "created": 9, "owned_by": "xai", "name": "Grok 4"}]})
        case "G4":
            return rows("grok2api", created=9)
        case _:
            return rows("xai", created=9)


KINDS = {"G1, G2": "grok2api", "G3": "grok2api-jobs", "G4": "grok2api-go", "xAI": "xai"}


def auto(server: Server, notes: Notes | None = None, base_url: str = BASE_URL) -> GrokClient:
    return server.client(dialect="auto", notes=notes, base_url=base_url)


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
async def test_a_server_is_known_by_its_list_of_models(kind: str, name: str) -> None:
    server = Server(rows_of(kind))
    client = auto(server)
    assert await client.dialect() == name
    assert await client.capabilities() == DIALECTS[name].capabilities
    assert server.paths == ["/models"]


async def test_a_list_that_was_asked_for_anyway_is_enough() -> None:
    server = Server(rows_of("G4"))
    client = auto(server)
    await client.verify()
    assert await client.dialect() == "grok2api-go"
    assert server.paths == ["/models"]


# servers that nobody knows: orders without a prompt, of which nothing can be made


def routes(*there: str) -> Callable[[httpx.Request], httpx.Response]:
    """Answer as a server that has these routes: an empty order is bad there, and unknown elsewhere."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.content == b"{}"
        path = request.url.path.removeprefix("/grok/v1/")
        if path in there:
            return reply({"error": {"message": "Field required", "code": "missing"}}, status=400)
        return reply(NO_ROUTE, status=404)

    return answer


PROBED: dict[str, tuple[str, tuple[str, ...], str, tuple[int, bool, bool]]] = {
    "chat only": ("llama", (), "openai", (0, False, False)),
    "draws": ("dall-e", ("images/generations",), "openai", (4, False, False)),
    "draws and changes": ("gpt-image", ("images/generations", "images/edits"), "openai", (4, True, False)),
    "films as OpenAI": ("sora", ("images/generations", "images/edits", "videos"), "openai", (4, True, True)),
    "before xAI": ("any", ("images/generations", "images/edits", "videos/generations"), "xai", (4, True, True)),
    "a fork of the proxy": ("grok-imagine-1.0", ("images/generations",), "adaptive", (4, True, True)),
}


@pytest.mark.parametrize(("model", "there", "name", "able"), PROBED.values(), ids=PROBED.keys())
async def test_an_unknown_server_is_asked_what_it_has(
    model: str, there: tuple[str, ...], name: str, able: tuple[int, bool, bool]
) -> None:
    server = Server(rows("somebody", name=model), *[routes(*there)] * 4)
    client = auto(server)
    assert await client.dialect() == name
    found = await client.capabilities()
    assert (found.images_at_once, found.image_edit, found.video) == able
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("answer", "is_there"),
    [
        (lambda: reply({"detail": "Method Not Allowed"}, status=405), False),
        (lambda: reply("<html><h1>404</h1></html>", status=404, kind="text/html"), False),
        (lambda: reply("<html>Welcome</html>", kind="text/html"), False),
        (lambda: reply("", status=302, location="https://elsewhere.example"), False),
        (lambda: reply({"error": {"message": "model is required"}}, status=404), True),
        (lambda: reply({"code": "x", "error": "empty body"}, status=415), True),
        (lambda: reply({"detail": [{"loc": ["body", "prompt"], "msg": "Field required"}]}, status=422), True),
    ],
)
async def test_a_route_that_is_missing_differs_from_a_bad_order(
    answer: Callable[[], httpx.Response], is_there: bool
) -> None:
    client = auto(Server(rows("somebody", name="llama"), *[answer() for _ in range(4)]))
    assert (await client.capabilities()).video is is_there


async def test_a_server_without_a_list_is_asked_what_it_has() -> None:
    server = Server(reply(NO_ROUTE, status=404), *[routes("images/generations")] * 4)
    assert await auto(server).dialect() == "openai"


# being away


async def test_a_server_that_is_away_is_asked_again_and_nothing_is_remembered() -> None:
    notes = Notes()
    server = Server(httpx.ConnectError("away"))
    client = auto(server, notes)
    assert await client.capabilities() == EVERYTHING
    with pytest.raises(UpstreamUnavailable):  # not asked: somebody waits for an order meanwhile
        await client.dialect()
    assert (len(server.requests), notes.kept) == (1, {})
    server.time.now += 31
    server.replies.append(rows_of("xAI"))
    assert await client.dialect() == "xai"
    assert notes.kept


async def test_a_probe_that_fails_is_not_remembered() -> None:
    notes = Notes()
    server = Server(rows("somebody", name="llama"), *[reply({"error": "away"}, status=503) for _ in range(4)])
    assert await auto(server, notes).capabilities() == EVERYTHING
    assert notes.kept == {}


# remembering


async def test_what_was_found_is_known_to_the_next_process() -> None:
    notes = Notes()
    await auto(Server(rows("somebody", name="llama"), *[routes("images/generations")] * 4), notes).dialect()
    silent = Server()
    client = auto(silent, notes)
    assert await client.dialect() == "openai"
    assert not (await client.capabilities()).video
    assert silent.requests == []


async def test_another_address_is_another_server() -> None:
    notes = Notes()
    await auto(Server(rows_of("xAI")), notes).dialect()
    server = Server(rows_of("G4"))
    assert await auto(server, notes, "https://other.example/v1").dialect() == "grok2api-go"


async def test_a_list_of_another_kind_lets_the_server_be_asked_anew() -> None:
    notes = Notes()
    await auto(Server(rows_of("G1, G2")), notes).dialect()
    server = Server(rows_of("G3"))
    client = auto(server, notes)
    assert await client.models() == (Model("grok-4", "xai"),)
    assert await client.dialect() == "grok2api-jobs"
    assert await auto(Server(), notes).dialect() == "grok2api-jobs"


async def test_models_that_come_and_go_change_nothing() -> None:
    notes = Notes()
    await auto(Server(rows("grok2api", created=9)), notes).dialect()
    server = Server(rows("grok2api", "grok2api", created=10))
    client = auto(server, notes)
    await client.models()
    assert await client.dialect() == "grok2api-go"
    assert server.paths == ["/models"]


@pytest.mark.parametrize("written", ["", "nonsense", "{}", '{"dialect":"klingon","signature":""}', '{"dialect":7}'])
async def test_a_note_that_cannot_be_read_is_none(written: str) -> None:
    notes = Notes()
    await auto(Server(rows_of("xAI")), notes).dialect()
    notes.kept = dict.fromkeys(notes.kept, written)
    assert await auto(Server(rows_of("G4")), notes).dialect() == "grok2api-go"


class Lost:
    """A notebook that cannot be read or written."""

    async def get(self, key: str) -> str | None:
        raise StoreError(key)

    async def set(self, key: str, value: str) -> None:
        raise StoreError(key)


async def test_without_a_notebook_the_dialect_is_found_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    assert await Server(rows_of("xAI")).client(dialect="auto", notes=Lost()).dialect() == "xai"
    assert "was not noted" in caplog.text


# being wrong


@pytest.mark.parametrize("name", ["xai", "grok2api-go", "openai"])
async def test_a_dialect_that_was_set_wrong_fails_no_order(name: str) -> None:
    drawn = reply(sse("![image](https://files.example/a.jpg)", STOP))
    answers = [reply(NO_ROUTE, status=404), drawn]
    server = Server(*answers)
    assert await server.client(dialect=name).generate_images(APPLE) == DRAWN
    assert server.paths == ["/images/generations", "/chat/completions"]


async def test_a_dialect_that_proved_wrong_is_found_anew() -> None:
    server = Server(rows_of("xAI"), reply(NO_ROUTE, status=404), reply(sse("![i](https://files.example/a.jpg)", STOP)))
    client = auto(server)
    await client.generate_images(APPLE)
    server.time.now += 601
    server.replies += [reply(NO_ROUTE, status=404), reply(sse("![i](https://files.example/a.jpg)", STOP))]
    await client.generate_images(APPLE)  # notices it once more, and now it is time to ask
    server.replies += [rows_of("G1, G2"), reply(sse("![i](https://files.example/a.jpg)", STOP))]
    await client.generate_images(APPLE)
    assert server.paths[-2:] == ["/models", "/chat/completions"]


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="GROK_DIALECT"):
        Server().client(dialect="klingon")
