from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.config import read_log_level
from bot.errors import SettingError
from bot.ids import only_about
from bot.log import reread_level, set_up_logging
from bot.secret import Secret


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", "bot", "cogs", "httpx")}
    handlers = root.handlers[:]
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def written(capsys: pytest.CaptureFixture[str], level: str, form: str = "text") -> str:
    set_up_logging(level, form)
    for name in ("bot.ui.live", "cogs.chat", "discord.http"):
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger(name).log(number, "from %s at %d", name, number)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "ours", "theirs"), [("DEBUG", 10, 20), ("INFO", 20, 30), ("WARNING", 30, 30), ("ERROR", 40, 40)]
)
def test_libraries_speak_later_than_the_bot_does(
    capsys: pytest.CaptureFixture[str], level: str, ours: int, theirs: int
) -> None:
    said = written(capsys, level)

    for name, least in (("bot.ui.live", ours), ("cogs.chat", ours), ("discord.http", theirs)):
        heard = [number for number in (10, 20, 30, 40) if f"from {name} at {number}\n" in said]
        assert heard == [number for number in (10, 20, 30, 40) if number >= least]


def test_no_level_lets_addresses_of_results_into_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("DEBUG", "text")
    logging.getLogger("httpx").info("HTTP Request: GET https://example.org/result.mp4?signature=hush")

    assert capsys.readouterr().err == ""


def test_json_is_one_object_a_line_with_its_error(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "json")
    log = logging.getLogger("bot.test")
    log.info("two\nlines and ünïcode")
    try:
        raise ZeroDivisionError("made up")
    except ZeroDivisionError:
        log.exception("failed")

    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("INFO", "bot.test", "two\nlines and ünïcode")
    assert "error" not in first
    assert "ZeroDivisionError: made up" in second["error"]


def test_setting_up_twice_writes_every_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "text")
    set_up_logging("INFO", "text")
    logging.getLogger("bot.test").info("once")

    assert capsys.readouterr().err.count("once") == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_every_line_carries_the_ids_of_what_it_is_about(capsys: pytest.CaptureFixture[str], form: str) -> None:
    set_up_logging("INFO", form)
    with only_about(interaction="11", order=22):
        logging.getLogger("bot.test").info("an order ended order=%s", 22)
    logging.getLogger("bot.test").info("idle")

    about, idle = capsys.readouterr().err.splitlines()
    if form == "json":
        row = json.loads(about)
        assert (row["interaction"], row["order"]) == ("11", "22")
        assert json.loads(idle).keys() == {"time", "level", "logger", "message"}
    else:
        assert about.endswith("  an order ended order=22 interaction=11")
        assert idle.endswith("  idle")


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "address",
    [
        "https://discord.com/api/v10/webhooks/1/hushA.b-c_d/messages/@original",
        "/interactions/2/hushE/callback",
        '"https://discord.com/api/v10/webhooks/1/hushF"',
        "'/interactions/2/hushG'",
    ],
)
def test_the_tokens_of_interactions_are_masked(capsys: pytest.CaptureFixture[str], form: str, address: str) -> None:
    set_up_logging("INFO", form)
    logging.getLogger("discord.http").warning("We are being rate limited. PATCH %s responded with 429.", address)

    said = capsys.readouterr().err
    assert "hush" not in said
    assert "/***" in said
    if form == "json":
        assert json.loads(said)["message"].endswith(f"{address[-1]} responded with 429.")


@pytest.mark.parametrize(
    ("before", "after"), [("INFO", "DEBUG"), ("DEBUG", "INFO"), ("INFO", "ERROR"), ("ERROR", "INFO")]
)
def test_a_level_that_is_read_again_is_applied_and_said_once(
    capsys: pytest.CaptureFixture[str], before: str, after: str
) -> None:
    set_up_logging(before, "text")
    reread_level(lambda: read_log_level({"LOG_LEVEL": after}))

    assert capsys.readouterr().err.count(f"log level is {after}\n") == 1
    assert logging.getLevelName(logging.getLogger("bot").level) == after


def test_a_bad_level_keeps_the_old_one(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "text")
    with pytest.raises(SettingError, match="LOG_LEVEL: must be one of"):
        reread_level(lambda: read_log_level({"LOG_LEVEL": "loud"}))

    assert logging.getLogger("bot").level == logging.INFO
    assert capsys.readouterr().err == ""


def test_a_secret_is_masked_however_it_is_printed() -> None:
    secret = Secret("hush")

    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{[secret]}", "%s %r" % (secret, secret)]  # noqa: UP031  # as logging does

    assert not any("hush" in text for text in shown)
    assert secret.reveal() == "hush"
    assert secret == Secret("hush")
    assert secret != Secret("hash")
    assert not Secret("")
    assert not hasattr(secret, "__dict__")
