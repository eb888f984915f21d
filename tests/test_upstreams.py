"""The file that lists several Grok servers: what is in it, and what each mistake is told as."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from bot.config import load_settings
from bot.errors import SettingError
from bot.grok.upstream import EVERY_KIND
from bot.upstreams.opening import Upstreams
from bot.upstreams.rows import read_rows

SECRET = "sk-not-to-be-seen"
ONE = '[[upstream]]\nname = "one"\nbase_url = "https://one.example.org/v1"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "upstreams.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistake(path: Path, environment: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SettingError) as bad:
        read_rows(path, environment or {})
    assert SECRET not in str(bad.value)
    return str(bad.value).removeprefix("GROK_UPSTREAMS: upstreams.toml: ")


def test_everything_that_can_be_said_of_a_server_is_read(tmp_path: Path) -> None:
    (tmp_path / "second.key").write_text("key-two\n")
    path = written(
        tmp_path,
        ONE
        + """
key_env = "KEY_ONE"

[[upstream]]
name = "two"
base_url = "https://two.example.org/"
key_file = "second.key"
dialect = "xai"
order = 1
weight = 2.5
kinds = ["chat"]
models = ["grok-4*"]
names = { "grok-3" = "grok-4-fast" }
at_once = 8
per_minute = 60
""",
    )
    one, two = read_rows(path, {"KEY_ONE": "key-one"})
    assert (one.key.reveal(), two.key.reveal()) == ("key-one", "key-two")
    assert (one.kinds, one.row.weight, one.row.dialect) == (EVERY_KIND, 1.0, "auto")
    assert (two.row.base_url, two.kinds, two.row.models) == (
        "https://two.example.org",
        frozenset({"chat"}),
        ("grok-4*",),
    )
    assert (two.row.names, two.row.at_once, two.row.per_minute) == ({"grok-3": "grok-4-fast"}, 8, 60)


MISTAKES = {
    "no TOML": ("[[upstream]\nkey = 'sk-not-to-be-seen'", "is no TOML: at line 1, column 11"),
    "nothing in it": ("", "must list at least one [[upstream]]"),
    "a table, not a list": ("[upstream]\nname='x'", "must list at least one [[upstream]]"),
    "something else in it": (ONE + "[other]\nx = 1", "has 'other', which is not known; it may only list [[upstream]]"),
    "no name": ('[[upstream]]\nbase_url = "https://x.example.org"', "upstream 1: name: is missing"),
    "a name with a slash": (
        '[[upstream]]\nname = "a/b"\nbase_url = "https://x.example.org"',
        """upstream 1 ("a/b"): name: expected `str` matching regex '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'""",
    ),
    "the same name twice": (ONE + ONE, 'upstream 2 ("one"): name: upstream 1 has it already'),
    "no address": ('[[upstream]]\nname = "one"', 'upstream 1 ("one"): base_url: is missing'),
    "a bad address": (
        '[[upstream]]\nname = "one"\nbase_url = "ftp://x"',
        'upstream 1 ("one"): base_url: must be a web address such as https://example.org/v1',
    ),
    "a misspelt field": (ONE + "wieght = 2\n", 'upstream 1 ("one"): wieght: is no field of an upstream'),
    "a wrong type": (ONE + 'order = "first"\n', 'upstream 1 ("one"): order: expected `int`, got `str`'),
    "no weight": (ONE + "weight = 0\n", 'upstream 1 ("one"): weight: expected `float` > 0.0'),
    "less than nothing": (ONE + "at_once = -1\n", 'upstream 1 ("one"): at_once: expected `int` >= 0'),
    "an unknown kind": (ONE + 'kinds = ["song"]\n', "upstream 1 (\"one\"): kinds[0]: invalid enum value 'song'"),
    "no kind": (ONE + "kinds = []\n", 'upstream 1 ("one"): kinds: must name at least one of chat, image, video'),
    "an unknown dialect": (
        ONE + 'dialect = "klingon"\n',
        'upstream 1 ("one"): dialect: must be one of auto, grok2api, grok2api-jobs, grok2api-go, xai, openai',
    ),
    "a variable that is not set": (
        ONE + 'key_env = "K"\n',
        'upstream 1 ("one"): key_env: names a variable that is not set',
    ),
    "a file that is not there": (
        ONE + 'key_file = "nowhere"\n',
        'upstream 1 ("one"): key_file: cannot be read (FileNotFoundError)',
    ),
    "two keys": (
        ONE + f'key = "{SECRET}"\nkey_env = "K"\n',
        'upstream 1 ("one"): key: the key is named by key_env already; leave one of them out',
    ),
    "a key that is none": (
        ONE + f'key = "{SECRET} {SECRET}"\n',
        'upstream 1 ("one"): key: must be one word of plain characters, without quotes or line breaks',
    ),
}


@pytest.mark.parametrize(("text", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    assert mistake(written(tmp_path, text)) == sentence


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert mistake(tmp_path / "upstreams.toml") == "cannot be read (FileNotFoundError)"
    (tmp_path / "upstreams.toml").write_bytes(b"\xff\xfe")
    assert mistake(tmp_path / "upstreams.toml") == "cannot be read (UnicodeDecodeError)"


def test_a_key_in_the_file_itself_is_taken_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    [one] = read_rows(written(tmp_path, ONE + f'key = "{SECRET}"\n'), {})
    assert one.key.reveal() == SECRET
    assert caplog.messages == [
        'upstreams.toml: upstream 1 ("one"): a key stands in the file itself; key_env or key_file keep it apart'
    ]


NEEDED = {"DISCORD_TOKEN": "a.b.c"}


async def test_without_a_file_the_one_server_of_the_settings_is_the_pool() -> None:
    environment = {**NEEDED, "GROK_API_KEY": "k", "GROK_BASE_URL": "https://x.example.org/v1"}
    async with httpx.AsyncClient() as http:
        [only] = Upstreams(load_settings(environment), http, lambda: environment).pool.upstreams
    assert (only.name, only.base_url, only.kinds) == ("main", "https://x.example.org/v1", EVERY_KIND)


async def test_a_file_is_read_again_and_one_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, ONE)
    environment = {**NEEDED, "GROK_UPSTREAMS": str(path)}
    async with httpx.AsyncClient() as http:
        upstreams = Upstreams(load_settings(environment), http, lambda: environment)
        written(tmp_path, ONE + ONE.replace("one", "two"))
        upstreams.reread()
        assert [each.name for each in upstreams.pool.upstreams] == ["one", "two"]
        written(tmp_path, ONE + "order = true")
        with pytest.raises(SettingError):
            upstreams.reread()
        assert [each.name for each in upstreams.pool.upstreams] == ["one", "two"]
