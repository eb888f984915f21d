"""Settings: what is read, what is refused, and that no value is ever repeated."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from bot.config import Settings, load_settings
from bot.errors import SettingError
from bot.secret import Secret

TOKEN = "token-4f1c"
KEY = "key-93be"
SECRETS = {"DISCORD_TOKEN": TOKEN, "GROK_API_KEY": KEY}
EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"


def refusal(environment: dict[str, str]) -> SettingError:
    with pytest.raises(SettingError) as refused:
        load_settings(environment)
    return refused.value


def test_two_secrets_are_enough() -> None:
    assert load_settings(SECRETS) == Settings(Secret(TOKEN), Secret(KEY))


def test_the_defaults_are_those_of_the_example_file() -> None:
    lines = [line.removeprefix("#") for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if "=" in line]
    example = dict(line.split("=", 1) for line in lines)
    assert load_settings({**example, **SECRETS}) == load_settings(SECRETS)
    assert set(example) == {field.name.upper() for field in fields(Settings)}


def test_the_settings_do_not_show_the_password_of_the_database() -> None:
    assert "qqq" not in repr(load_settings({**SECRETS, "DATABASE_URL": "postgresql://me:qqq@host/base"}))


def test_a_secret_that_is_not_needed_may_be_missing() -> None:
    assert load_settings({"GROK_API_KEY": KEY}, needed=frozenset({"GROK_API_KEY"})).discord_token == Secret("")


def test_a_file_of_upstreams_brings_their_keys() -> None:
    assert load_settings({"DISCORD_TOKEN": TOKEN, "GROK_UPSTREAMS": "grok.toml"}).grok_api_key == Secret("")


def test_the_owners_are_a_list_of_ids() -> None:
    assert load_settings({**SECRETS, "OWNER_IDS": "11, 12"}).owner_ids == (11, 12)


@pytest.mark.parametrize("blank", ["", "   "])
@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_is_named(name: str, blank: str) -> None:
    refused = refusal({**SECRETS, name: blank})
    assert refused.name == name
    assert f"{name}_FILE" in refused.problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", "Bot qqq"),
        ("DISCORD_TOKEN", "qqq\nqqq"),
        ("DISCORD_TOKEN", "qqq\u2026"),
        ("GROK_API_KEY", "qqq qqq"),
        ("GROK_API_KEY", "qqqü"),
        ("GROK_API_KEY", '"qqq"'),  # as an env file of Docker's keeps them
        ("DISCORD_TOKEN", "'qqq'"),
        ("GROK_BASE_URL", "qqq"),
        ("GROK_BASE_URL", "ftp://qqq"),
        ("GROK_BASE_URL", "https://"),
        ("GROK_BASE_URL", "https://qqq:99999/v1"),
        ("GROK_BASE_URL", "https://qqq:port/v1"),
        ("GROK_BASE_URL", "https://[qqq/v1"),
        ("GROK_BASE_URL", "https://user:qqq@example.org"),
        ("GROK_BASE_URL", "https://:qqq@example.org"),
        ("GROK_BASE_URL", "https://example.org/v1?key=qqq"),
        ("GROK_BASE_URL", "https://example.org/v1#qqq"),
        ("DISCORD_API_URL", "https://exa mple.org/qqq"),
        ("GROK_DIALECT", "qqq"),
        ("GROK_UPSTREAMS", "qqq\x00"),
        ("GROK_ADMIN_KEY", "qqq qqq"),
        ("OWNER_IDS", "1, qqq"),
        ("OWNER_IDS", "9" * 21),
        ("POOL_LOW_QUOTA", "-1qqq"),
        ("METRICS_PORT", "65536qqq"),
        ("METRICS_HOST", "qqq/1"),
        ("GROK_MODEL", "qqq qqq"),
        ("GROK_IMAGE_MODEL", "q" * 101),
        ("GROK_MODEL", "qqq\x00"),
        ("GROK_BASE_URL", "https://qqq\x00.example.org"),
        ("GROK_IMAGE_EDIT_MODEL", "qqq\tqqq"),
        ("GROK_VIDEO_MODEL", "qqq qqq"),
        ("DATABASE_URL", "mysql://me:qqq@host/base"),
        ("DATABASE_URL", "qqq.db"),
        ("DATABASE_URL", "postgresql://me:qqq@host"),
        ("DATABASE_URL", "postgresql://me:qqq@host:port/base"),
        ("DATABASE_URL", "postgresql://me:qqq@[host/base"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///qqq.db?mode=ro"),
        ("MEMORY_TOKENS", "qqq"),
        ("MEMORY_TOKENS", "199"),
        ("MEMORY_TOKENS", "1000001"),
        ("MEMORY_TOKENS", "6e3"),
        ("MEMORY_TOKENS", "9" * 5000),
        ("MAX_FILE_MB", "0"),
        ("MAX_FILE_MB", "-1"),
        ("MAX_FILE_MB", "2001"),
        ("SLOTS", "0"),
        ("SLOTS", "qqq"),
        ("SHARDS", "-1"),
        ("LOG_LEVEL", "qqq"),
        ("LOG_FORMAT", "qqq"),
    ],
)
def test_a_malformed_setting_is_named_and_its_value_is_not_repeated(name: str, value: str) -> None:
    refused = refusal({**SECRETS, name: value})
    assert refused.name == name
    assert "qqq" not in str(refused)
    assert len(str(refused)) < 150
    assert "\n" not in str(refused)
    assert refused.__cause__ is None
    assert refused.__suppress_context__


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("GROK_BASE_URL", " http://127.0.0.1:8000/v1/ ", "grok_base_url", "http://127.0.0.1:8000/v1"),
        ("GROK_BASE_URL", "http://[::1]:8000", "grok_base_url", "http://[::1]:8000"),
        ("MEMORY_TOKENS", "200", "memory_tokens", 200),
        ("MEMORY_TOKENS", "1000000", "memory_tokens", 1_000_000),
        ("MAX_FILE_MB", "2000", "max_file_mb", 2000),
        ("SLOTS", "1", "slots", 1),
        ("SHARDS", "16", "shards", 16),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("LOG_FORMAT", "JSON", "log_format", "json"),
        ("GROK_MODEL", "", "grok_model", "grok-3"),
        ("DATABASE_URL", "postgresql://me:p%40ss@host:5432/base?sslmode=require", "database_url", None),
        ("DATABASE_URL", "postgres:///base?host=/run/postgresql", "database_url", None),
    ],
)
def test_a_good_setting_is_taken(name: str, value: str, field: str, expected: object) -> None:
    assert getattr(load_settings({**SECRETS, name: value}), field) == (value if expected is None else expected)


def test_several_slots_need_a_database_that_processes_can_share() -> None:
    refused = refusal({**SECRETS, "SLOTS": "2"})
    assert refused.name == "SLOTS"
    assert "postgresql://" in refused.problem


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_several_slots_are_taken_with_postgresql(scheme: str) -> None:
    settings = load_settings({**SECRETS, "SLOTS": "4", "SHARDS": "4", "DATABASE_URL": f"{scheme}://me@host/base"})
    assert (settings.slots, settings.shards) == (4, 4)


def test_every_slot_needs_a_shard() -> None:
    refused = refusal({**SECRETS, "SLOTS": "4", "SHARDS": "3", "DATABASE_URL": "postgresql://me@host/base"})
    assert refused.name == "SHARDS"


def test_the_admin_key_goes_to_no_server_that_nobody_named(tmp_path: Path) -> None:
    listed = tmp_path / "upstreams.toml"
    listed.write_text("", encoding="utf-8")
    several = {**SECRETS, "GROK_UPSTREAMS": str(listed), "GROK_ADMIN_KEY": "an-admin-key"}
    refused = refusal(several)
    assert refused.name == "GROK_BASE_URL"
    assert "GROK_ADMIN_KEY" in refused.problem
    assert (
        load_settings({**several, "GROK_BASE_URL": "http://127.0.0.1:8000"}).grok_admin_key.reveal() == "an-admin-key"
    )


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    settings = load_settings({"DISCORD_TOKEN_FILE": str(file), "GROK_API_KEY": KEY})
    assert settings.discord_token.reveal() == TOKEN


def test_the_variable_wins_over_the_file(tmp_path: Path) -> None:
    assert load_settings({**SECRETS, "GROK_API_KEY_FILE": str(tmp_path / "none")}).grok_api_key.reveal() == KEY


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN, encoding="utf-8-sig")
    assert load_settings({"DISCORD_TOKEN_FILE": str(file), "GROK_API_KEY": KEY}).discord_token.reveal() == TOKEN


def test_what_is_no_path_at_all_is_named_by_its_variable() -> None:
    assert refusal({"DISCORD_TOKEN_FILE": "qqq\x00", "GROK_API_KEY": KEY}).name == "DISCORD_TOKEN_FILE"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "qqq"
    if content is not None:
        file.write_bytes(content)
    refused = refusal({"DISCORD_TOKEN": TOKEN, "GROK_API_KEY_FILE": str(file)})
    assert refused.name == "GROK_API_KEY_FILE"
    assert "qqq" not in str(refused)


def test_an_empty_file_is_a_missing_secret(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_text("\n", encoding="utf-8")
    assert refusal({"DISCORD_TOKEN": TOKEN, "GROK_API_KEY_FILE": str(file)}).name == "GROK_API_KEY"


def test_secrets_are_masked_when_settings_are_printed() -> None:
    shown = f"{load_settings(SECRETS)!r} {load_settings(SECRETS).discord_token}"
    assert TOKEN not in shown
    assert KEY not in shown
