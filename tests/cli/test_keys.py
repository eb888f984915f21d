"""Where the key comes from, what a wrong one ends with, and that it does not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.programs import Demo, run

pytestmark = pytest.mark.e2e
NOWHERE = "http://127.0.0.1:9/v1"


def test_verify_passes_with_the_key_of_the_environment(demo: Demo, tmp_path: Path) -> None:
    ended = run("verify", folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"ok: {demo.base_url} answers and takes the key\n"


def test_the_key_may_stand_in_the_env_file_of_the_folder(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"GROK_API_KEY={demo.key}\n", encoding="utf-8")
    assert run("verify", "--base-url", demo.base_url, folder=tmp_path, environment={}).code == 0


def test_a_key_file_wins_over_the_environment(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{demo.key}\n", encoding="utf-8")
    environment = {**demo.environment, "GROK_API_KEY": "another-key"}
    assert run("verify", "--key-file", "key", folder=tmp_path, environment=environment).code == 0


def test_a_key_in_the_arguments_works_and_is_warned_of(demo: Demo, tmp_path: Path) -> None:
    ended = run("models", "--key", demo.key, "--base-url", demo.base_url, folder=tmp_path, environment={})
    assert ended.code == 0
    assert "grok-3" in ended.out.splitlines()
    assert "process lists" in ended.err
    assert demo.key not in ended.err


@pytest.mark.parametrize("command", [["verify"], ["models"], ["ask", "hi"], ["imagine", "x"], ["video", "x"]])
def test_a_refused_key_ends_with_77(command: list[str], demo: Demo, tmp_path: Path) -> None:
    ended = run(*command, folder=tmp_path, environment={**demo.environment, "GROK_API_KEY": "wrong-key-61"})
    assert (ended.code, ended.out) == (77, "")
    assert ended.err.splitlines()[-1] == "grokcord: the Grok server refuses the key"


def test_no_key_is_told_as_such(demo: Demo, tmp_path: Path) -> None:
    ended = run("verify", "--base-url", demo.base_url, "--output", "json", folder=tmp_path, environment={})
    assert ended.code == 77
    assert ended.error["code"] == "key_refused"
    assert "none is set" in ended.err


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = run("verify", "--key-file", "absent", folder=tmp_path, environment={})
    assert (ended.code, ended.err) == (2, "grokcord: --key-file: cannot be read (FileNotFoundError)\n")


def test_a_bad_variable_ends_with_78(tmp_path: Path) -> None:
    ended = run("verify", folder=tmp_path, environment={"GROK_DIALECT": "klingon"})
    assert ended.code == 78
    assert ended.err.startswith("grokcord: GROK_DIALECT: must be one of")


def test_a_bad_option_ends_with_2_and_is_named_as_it_was_typed(tmp_path: Path) -> None:
    ended = run("verify", "--base-url", "gopher://x", folder=tmp_path, environment={})
    assert ended.code == 2
    assert ended.err.startswith("grokcord: --base-url: must be a web address")


def test_a_server_that_is_away_ends_with_75(tmp_path: Path) -> None:
    ended = run("verify", "--output", "json", folder=tmp_path, environment={"GROK_BASE_URL": NOWHERE})
    assert ended.code == 75
    assert ended.error["code"] == "unavailable"


def test_models_are_json_when_asked(demo: Demo, tmp_path: Path) -> None:
    models = run("models", "--output", "json", folder=tmp_path, environment=demo.environment).document["models"]
    assert isinstance(models, list)
    assert {"id", "owned_by"} <= models[0].keys()


def test_a_command_goes_to_the_first_listed_server_that_answers(demo: Demo, tmp_path: Path) -> None:
    servers = [
        f'[[upstream]]\nname = "{name}"\nbase_url = "{url}"\nkey_env = "THE_KEY"'
        for name, url in (("dead", NOWHERE), ("alive", demo.base_url))
    ]
    (tmp_path / "grok.toml").write_text("\n".join(servers), encoding="utf-8")
    environment = {"GROK_UPSTREAMS": "grok.toml", "THE_KEY": demo.key}
    ended = run("ask", "[[tokens=3]] hi", folder=tmp_path, environment=environment)
    assert ended.code == 0
    assert ended.out.strip()


def test_a_mistake_in_the_list_of_servers_ends_with_78(tmp_path: Path) -> None:
    (tmp_path / "grok.toml").write_text("[[upstream]]\nname = 1", encoding="utf-8")
    ended = run("models", folder=tmp_path, environment={"GROK_UPSTREAMS": "grok.toml"})
    assert ended.code == 78
    assert ended.err.startswith("grokcord: GROK_UPSTREAMS: ")
