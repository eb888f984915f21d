"""The doctor on a set-up where all is well, and on one broken set-up for each check: each names the right remedy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.doctor.conftest import Clinic
from tests.doctor.odd_discord import odd_discord
from tests.e2e.processes import serving
from tests.store.schemas import RELEASED

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

NOWHERE = "http://127.0.0.1:9"
LONG_AGO = "Thu, 01 Jan 2026 00:00:00 GMT"


async def test_where_all_is_well_it_ends_with_0(clinic: Clinic) -> None:
    report = await clinic.run()
    assert report.failed == []
    assert report.code == 0
    assert [name for name, check in report.checks.items() if check["outcome"] == "skipped"] == [
        "pictures' links",
        "a clip",
    ]


async def test_online_orders_a_picture_and_a_clip(clinic: Clinic) -> None:
    report = await clinic.run("--online")
    assert report.code == 0
    assert {check["outcome"] for check in report.checks.values()} == {"ok"}


async def test_no_secret_is_told(clinic: Clinic) -> None:
    report = await clinic.run(DISCORD_TOKEN="token-of-somebody", GROK_API_KEY="key-of-somebody")
    assert "of-somebody" not in report.text


async def test_every_bad_setting_is_told(clinic: Clinic) -> None:
    report = await clinic.run(METRICS_PORT="x", OWNER_IDS="me")
    assert report.text.count("Correct ") == 2
    assert "Correct OWNER_IDS" in report.text


async def test_a_list_of_servers_that_cannot_be_read(clinic: Clinic) -> None:
    assert "Correct GROK_UPSTREAMS" in (await clinic.run(GROK_UPSTREAMS="nowhere.toml")).remedy("settings")


async def test_a_wrong_token(clinic: Clinic) -> None:
    report = await clinic.run(DISCORD_TOKEN="wrong")
    assert "Reset Token" in report.remedy("Discord token")
    assert report.checks["commands in sync"]["outcome"] == "skipped"


async def test_a_discord_that_cannot_be_reached(clinic: Clinic) -> None:
    assert "DISCORD_API_URL" in (await clinic.run(DISCORD_API_URL=NOWHERE)).remedy("Discord token")


async def test_a_day_without_session_starts_left(clinic: Clinic) -> None:
    def used_up(path: str, body: Any) -> Any:
        if path == "gateway/bot":
            body["session_start_limit"] |= {"remaining": 0, "reset_after": 3_600_000}
        return body

    async with odd_discord(clinic.environment["DISCORD_API_URL"], used_up) as api:
        remedy = (await clinic.run(DISCORD_API_URL=api)).remedy("gateway and intents")
    assert remedy.startswith("Wait 1:00:00: ")


@pytest.mark.parametrize(
    ("kept", "check", "remedy"),
    [("0", "invite link, user", "Turn on User Install"), ("1", "invite link, server", "Turn on Guild Install")],
)
async def test_an_application_that_cannot_be_installed(clinic: Clinic, kept: str, check: str, remedy: str) -> None:
    def closed(path: str, body: Any) -> Any:
        return {**body, "integration_types_config": {kept: {}}} if path == "applications/@me" else body

    async with odd_discord(clinic.environment["DISCORD_API_URL"], closed) as api:
        assert (await clinic.run(DISCORD_API_URL=api)).remedy(check).startswith(remedy)


async def test_commands_that_are_not_what_the_bot_has(clinic: Clinic) -> None:
    def stale(path: str, body: Any) -> Any:
        if not path.endswith("/commands"):
            return body
        rest = [row for row in body if row["name"] != "ask"]
        return [*({**row, "description": "old"} if row["name"] == "video" else row for row in rest), {"name": "mine"}]

    async with odd_discord(clinic.environment["DISCORD_API_URL"], stale) as api:
        report = await clinic.run(DISCORD_API_URL=api)
    assert "Start the bot once" in report.remedy("commands in sync")
    line = report.checks["commands in sync"]["line"]
    assert line == "not registered: ask; registered for nothing: mine; outdated: video"


async def test_a_clock_that_is_off(clinic: Clinic) -> None:
    async with odd_discord(clinic.environment["DISCORD_API_URL"], lambda _path, body: body, LONG_AGO) as api:
        assert "set-ntp" in (await clinic.run(DISCORD_API_URL=api)).remedy("clock")


async def test_a_grok_server_that_cannot_be_reached(clinic: Clinic) -> None:
    report = await clinic.run(GROK_BASE_URL=NOWHERE)
    assert "Check GROK_BASE_URL" in report.remedy("Grok server reachable")


async def test_a_key_that_is_refused(clinic: Clinic) -> None:
    report = await clinic.run(GROK_API_KEY="wrong")
    assert "into GROK_API_KEY" in report.remedy("Grok key accepted")


async def test_a_listed_server_is_named(clinic: Clinic) -> None:
    row = f'[[upstream]]\nname = "home"\nbase_url = "{NOWHERE}"\nkey_env = "GROK_API_KEY"\n'
    (clinic.folder / "grok.toml").write_text(row, encoding="utf-8")
    report = await clinic.run(GROK_UPSTREAMS="grok.toml")
    assert "GROK_UPSTREAMS (home)" in report.remedy("Grok server reachable")


async def test_a_model_that_the_server_does_not_have(clinic: Clinic) -> None:
    report = await clinic.run(GROK_FAST_MODEL="grok-3-mni")
    assert "GROK_FAST_MODEL: grok-3-mini" in report.remedy("models listed")


async def test_a_chat_model_that_is_not_there(clinic: Clinic) -> None:
    report = await clinic.run(GROK_MODEL="gork")
    assert report.failed == ["models listed", "a tiny chat"]
    assert "GROK_MODEL" in report.checks["a tiny chat"]["remedy"]


async def test_a_proxy_that_does_not_know_its_own_address(clinic: Clinic) -> None:
    async with serving("sandbox.grok", "--image-s", "0", "--video-s", "0.1", "--app-url", "") as grok:
        told = grok.announced
        report = await clinic.run("--online", GROK_BASE_URL=told["base_url"], GROK_API_KEY=told["key"])
    assert report.code == 1
    broken = [report.checks[name]["remedy"] for name in report.failed]
    assert broken
    assert all(remedy.startswith("Set app_url") for remedy in broken), report.text


async def test_a_database_that_is_none(clinic: Clinic, tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"a letter to somebody " * 100)
    report = await clinic.run(DATABASE_URL=f"sqlite:///{tmp_path / 'bot.db'}")
    assert "DATABASE_URL" in report.remedy("database writable")


async def test_a_database_whose_name_no_disk_takes_hides_no_other_check(clinic: Clinic) -> None:
    report = await clinic.run(DATABASE_URL=f"sqlite:///{'d' * 300}.db")
    assert "DATABASE_URL" in report.remedy("database writable")
    assert "needs the database first" in report.text
    assert "clock" in report.text


async def test_answers_that_make_no_sense_hide_no_other_check(clinic: Clinic) -> None:
    def change(path: str, body: Any) -> Any:  # Any: JSON
        if path == "gateway/bot":
            return {**body, "session_start_limit": {"remaining": 0, "reset_after": "soon"}}
        return [{"name": ["ask"], "type": {}}] if path.endswith("/commands") else body

    async with odd_discord(clinic.environment["DISCORD_API_URL"], change, "Fri, 27 Nov 2026 00:00:00 -0000") as api:
        report = await clinic.run(DISCORD_API_URL=api)
    remedies = {check: row["remedy"] for check, row in report.checks.items() if row["outcome"] == "failed"}
    assert set(remedies) == {"gateway and intents", "commands in sync", "clock"}
    assert "report it" in remedies["gateway and intents"]
    assert "report it" in remedies["commands in sync"]


async def test_a_database_server_that_is_away(clinic: Clinic) -> None:
    report = await clinic.run(DATABASE_URL="postgresql://me:secret@127.0.0.1:9/bot")
    assert "Start the server" in report.remedy("database writable")
    assert "secret" not in report.text


async def test_a_database_of_an_older_version_is_not_touched(clinic: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(RELEASED["0001"])
    report = await clinic.run(DATABASE_URL=f"sqlite:///{file}")
    assert "grokcord db upgrade" in report.remedy("database schema")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


async def test_a_folder_that_cannot_be_written_to(clinic: Clinic) -> None:
    report = await clinic.run(MEDIA_DIR="/proc/grokcord")
    assert "set MEDIA_DIR to another place" in report.remedy("disk, MEDIA_DIR")
