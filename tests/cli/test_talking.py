"""`grokcord ask` and `grokcord chat`: answers to stdout, all else to stderr."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.programs import TIMEOUT_S, Demo, demo_server, run, run_on_terminal, variables

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_the_answer_alone_comes_on_stdout(way: str, demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", "[[tokens=40]] hi", way, folder=tmp_path, environment=demo.environment)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.split() == [f"w{number}" for number in range(40)]
    assert ended.out.endswith("\n")


def test_a_dash_reads_the_prompt_from_stdin(demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", "-", folder=tmp_path, environment=demo.environment, stdin=b"[[tokens=3]] hi\n")
    assert (ended.code, ended.out) == (0, "w0 w1 w2 \n")


def test_options_reach_the_server(demo: Demo, tmp_path: Path) -> None:
    arguments = ["--system", "You are a pirate.", "--temperature", "0.25", "--max-tokens", "12"]
    ended = run("ask", "temperature?", *arguments, folder=tmp_path, environment=demo.environment)
    assert ended.out.startswith("Arr!")
    assert "length limit" in ended.err


def test_json_of_the_model_is_json(demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", "Describe the sea", "--json", folder=tmp_path, environment=demo.environment)
    assert ended.code == 0
    assert isinstance(json.loads(ended.out), dict)


def test_json_of_the_model_is_the_same_in_either_form(demo: Demo, tmp_path: Path) -> None:
    """The code fence that models like to put around it belongs to neither."""
    prompt = "[[fencedjson]] Describe the sea"
    text = run("ask", prompt, "--json", folder=tmp_path, environment=demo.environment)
    document = run("ask", prompt, "--json", "--output", "json", folder=tmp_path, environment=demo.environment).document
    assert isinstance(json.loads(text.out), dict)
    assert document["text"] == text.out.rstrip("\n")


def test_output_json_is_one_document(demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", "[[tokens=3]] hi", "--output", "json", folder=tmp_path, environment=demo.environment)
    assert ended.document["text"] == "w0 w1 w2 "
    assert ended.document["finish_reason"] == "stop"


def test_an_interrupted_answer_keeps_what_came_and_ends_with_1(demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", "[[drop tokens=40]] hi", folder=tmp_path, environment=demo.environment)
    assert ended.code == 1
    assert ended.out.startswith("w0 w1")
    assert ended.out.endswith("\n")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("fault", "code", "word"),
    [
        ("notokens", 75, "rate_limited"),
        ("credits", 1, "out_of_credits"),
        ("badkey400", 77, "key_refused"),
        ("html502", 75, "unavailable"),
        ("detail422", 1, "refused"),
        ("empty", 1, "empty"),
    ],
)
def test_each_failure_has_its_exit_code(fault: str, code: int, word: str, demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", f"[[{fault}]] hi", "--output", "json", folder=tmp_path, environment=demo.environment)
    assert ended.code == code
    assert ended.error["code"] == word
    assert len(ended.err.splitlines()) == 1


def test_an_unknown_model_is_answered_with_the_nearest(demo: Demo, tmp_path: Path) -> None:
    ended = run("ask", "hi", "--model", "grok-33", folder=tmp_path, environment=demo.environment)
    assert ended.code == 1
    assert "grok-3" in ended.err.partition("nearest")[2]


def test_a_conversation_from_a_file_is_gone_on_with(demo: Demo, tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Arr!"},
        {"role": "user", "content": [{"type": "text", "text": "What about the sea?"}]},
    ]
    (tmp_path / "talk.json").write_text(json.dumps(messages), encoding="utf-8")
    ended = run("chat", "talk.json", folder=tmp_path, environment=demo.environment)
    assert ended.code == 0
    assert ended.out.startswith("Arr!")
    object_form = json.dumps({"messages": messages}).encode()
    assert run("chat", "-", folder=tmp_path, environment=demo.environment, stdin=object_form).out.startswith("Arr!")


@pytest.mark.parametrize(
    "content",
    [
        b"no json",
        b"[]",
        b"{}",
        b'[{"role": "king", "content": "x"}]',
        b'[{"role": "user", "content": ""}]',
        b'[{"role": "user", "content": [{"type": "audio"}]}]',
        b'[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]}]',
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_bad_conversation_is_told_in_one_line(content: bytes, tmp_path: Path) -> None:
    ended = run("chat", "-", folder=tmp_path, environment={}, stdin=content)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert ended.err.startswith("grokcord: ")


@pytest.mark.parametrize("arguments", [["ask", "  "], ["chat", "absent.json"], ["chat", "."], ["video"]])
def test_what_cannot_be_read_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    ended = run(*arguments, folder=tmp_path, environment={})
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)


def test_a_closed_pipe_ends_quietly(demo: Demo, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "[[tokens=4000]] hi"],
        cwd=tmp_path,
        env=variables(demo.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stderr:
        assert process.stdout.read(2) == b"w0"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(TIMEOUT_S) == 0


def test_ctrl_c_ends_with_130_and_one_line(tmp_path: Path) -> None:
    with (
        demo_server("--tokens-per-s", "20") as slow,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "ask", "[[tokens=4000]] hi"],
            cwd=tmp_path,
            env=variables(slow.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A run of the tests in the background ignores it, and so would what it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.read(2) == b"w0"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=TIMEOUT_S)
        assert (process.returncode, err) == (130, b"grokcord: stopped\n")


def test_errors_have_no_colour_on_a_terminal_either(demo: Demo, tmp_path: Path) -> None:
    ended = run_on_terminal("ask", "[[notokens]] hi", folder=tmp_path, environment=demo.environment)
    assert ended.code == 75
    assert "\x1b" not in ended.err
