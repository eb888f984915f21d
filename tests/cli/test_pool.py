"""`grokcord pool` against the demo server: what it changes, and that no token is ever written anywhere."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.programs import Demo, Ended, demo_server, run

ADMIN_KEY = "admin-key-of-the-tests"
NEW = "sso-27182818284590452353cafe"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Demo]:
    with demo_server("--admin-key", ADMIN_KEY) as running:
        yield running


class Pool:
    """Runs `grokcord pool` and keeps all that it wrote."""

    def __init__(self, proxy: Demo, folder: Path) -> None:
        self.proxy = proxy
        self.folder = folder
        self.written = ""

    def run(self, *arguments: str, stdin: str = "", **variables: str) -> Ended:
        environment = {**self.proxy.environment, "GROK_ADMIN_KEY": ADMIN_KEY, **variables}
        ended = run("pool", *arguments, folder=self.folder, environment=environment, stdin=stdin.encode())
        self.written += ended.out + ended.err
        return ended

    def standing(self, **wishes: object) -> list[dict[str, Any]]:
        request = urllib.request.Request(  # noqa: S310  # our own server
            self.proxy.base_url.removesuffix("/v1") + "/control/accounts", json.dumps(wishes).encode()
        )
        with urllib.request.urlopen(request) as told:  # noqa: S310  # as above
            return [row for rows in json.load(told)["pools"].values() for row in rows]


@pytest.fixture
def pool(proxy: Demo, tmp_path: Path) -> Iterator[Pool]:
    found = Pool(proxy, tmp_path)
    found.standing(count=3)
    yield found
    for row in found.standing():
        assert row["token"] not in found.written


def handles(pool: Pool) -> list[str]:
    return [each["handle"] for each in pool.run("list", "--output", "json").document["tokens"]]  # type: ignore[attr-defined]  # a list


def test_accounts_are_listed_masked(pool: Pool) -> None:
    lines = pool.run("list").out.splitlines()
    assert lines[0].split()[:4] == ["HANDLE", "TOKEN", "POOL", "STATE"]
    assert [line.split()[1] for line in lines[1:]] == [f"…{row['token'][-4:]}" for row in pool.standing()]


def test_accounts_are_added_from_stdin(pool: Pool) -> None:
    before = [row["token"] for row in pool.standing()]
    assert (
        pool.run("add", "--pool", "ssoSuper", stdin=f"{NEW}\n{NEW}\n").out == "added 1, there already 0, not taken 0\n"
    )
    assert [row["token"] for row in pool.standing()] == [*before, NEW]


def test_accounts_are_disabled_and_removed(pool: Pool) -> None:
    first, second, _ = handles(pool)
    assert pool.run("disable", first).out.startswith(f"disabled {first} ")
    assert pool.run("remove", second).code == 0
    assert [row["status"] for row in pool.standing()] == ["disabled", "active"]


def test_accounts_are_refreshed(pool: Pool) -> None:
    first, *_ = handles(pool)
    pool.run("disable", first)
    assert [line.split()[2] for line in pool.run("refresh", "--all").out.splitlines()] == ["failed", "ok", "ok"]
    assert len(pool.run("refresh", first, "--output", "json").document["results"]) == 1  # type: ignore[arg-type]  # a list


def test_the_key_may_stand_in_a_file(pool: Pool) -> None:
    (pool.folder / "admin.key").write_text(ADMIN_KEY, encoding="utf-8")
    assert pool.run("list", "--admin-key-file", "admin.key", GROK_ADMIN_KEY="").code == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "variables", "code", "sentence"),
    [
        (("list",), "", {"GROK_ADMIN_KEY": ""}, 78, "GROK_ADMIN_KEY: is not set"),
        (("list",), "", {"GROK_ADMIN_KEY": "wrong"}, 77, "the Grok server refuses the key"),
        (("list",), "", {"GROK_BASE_URL": "http://127.0.0.1:9"}, 75, "cannot be reached"),
        (("refresh",), "", {}, 2, "a handle is needed, or --all"),
        (("disable", "nobody"), "", {}, 2, "no account is called nobody"),
        (("add",), "\n", {}, 2, "stdin has no token"),
        (("add",), "two words", {}, 2, "a line is no token"),
        (("add", "--pool", "a b"), NEW, {}, 2, "a pool's name is one word"),
    ],
)
def test_each_mistake_is_one_sentence(
    pool: Pool, arguments: tuple[str, ...], stdin: str, variables: dict[str, str], code: int, sentence: str
) -> None:
    ended = pool.run(*arguments, stdin=stdin, **variables)
    assert ended.code == code
    assert ended.err.startswith("grokcord: ")
    assert sentence in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_server_without_such_paths_is_named_as_that(demo: Demo, tmp_path: Path) -> None:
    ended = Pool(demo, tmp_path).run("list")
    assert ended.code == 1
    assert "newer than April 2026" in ended.err
