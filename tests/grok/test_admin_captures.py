"""What a real proxy's administration answered, read by the admin client. Tokens are made-up ones of the recordings."""

from __future__ import annotations

import httpx
import pytest

from bot.grok.admin import AdminClient
from bot.secret import Secret
from tests.grok.test_captures import FOLDER, HOME, PROXY, load

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no recordings: set GROKCORD_CAPTURES to their folder, or put them at {FOLDER}"
)

# By recording: pool, state and quota of each account.
LISTED = {
    "05-admin-tokens": [("ssoBasic", "active", 10), ("ssoBasic", "active", 80)],
    "05-admin-tokens-after-bad": [("ssoBasic", "active", 80)],
    "05-admin-tokens-empty": [],
    "05-admin-tokens-replaced": [("ssoBasic", "active", 80)],
}


def admin(answers: dict[str, str]) -> AdminClient:
    """Return the client of a server that answers with recordings. answers: their names, by method."""

    def answer(request: httpx.Request) -> httpx.Response:
        return load(PROXY / answers[request.method]).answer(None)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return AdminClient(http, base_url=f"{HOME}/v1", admin_key=Secret("admin-key-example"))


@pytest.mark.parametrize("name", LISTED)
async def test_a_real_list_is_read(name: str) -> None:
    tokens = await admin({"GET": name}).tokens()
    assert [(each.pool, each.status, each.quota) for each in tokens] == LISTED[name]


@pytest.mark.parametrize("name", ["05-admin-refresh", "05-admin-refresh-many", "05-admin-refresh-bad"])
async def test_a_real_refresh_is_read(name: str) -> None:
    results = load(PROXY / name)
    told = await admin({"GET": "05-admin-tokens", "POST": name}).refresh()
    assert len(told) == 2
    for each in told:
        assert each.is_good is (f'{each.token.tail}":true'.encode() in results.content)


def test_every_recorded_list_is_read() -> None:
    assert {folder.name for folder in PROXY.glob("05-admin-tokens*")} == LISTED.keys()
