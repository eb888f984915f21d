from __future__ import annotations

import json

import pytest

from bot.services.json_answers import find_json, find_json_file, json_problem

GOOD = ['{"a": 1}', " [1, 2]\n", '```json\n{"a": "é"}\n```', "```\n[]\n```", '"text"', "null"]
BAD = ["", "Here it is: {}", "{'a': 1}", '{"a": 1', "```json\n{\n```", "{} {}"]


@pytest.mark.parametrize("text", GOOD)
def test_json_is_recognised_with_or_without_a_fence(text: str) -> None:
    assert json_problem(text) is None
    found = find_json(text)
    assert found is not None
    json.loads(found)


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_json_has_a_problem_and_no_file(text: str) -> None:
    assert json_problem(text)
    assert find_json(text) is None


def test_a_problem_says_where_it_is() -> None:
    assert json_problem('{\n"a": }') == "Expecting value in line 2, column 6"


def test_a_file_is_indented_and_keeps_its_letters() -> None:
    assert find_json('{"a":["é"]}') == '{\n  "a": [\n    "é"\n  ]\n}\n'


def test_json_that_is_nested_too_deeply_is_a_problem_and_no_crash() -> None:
    assert json_problem("[" * 200_000) is not None


@pytest.mark.parametrize("text", ["NaN", '{"a": -Infinity}', "[1e400]", "1" * 5000, '"\\ud800"'])
def test_what_only_python_reads_is_a_problem_and_no_crash(text: str) -> None:
    assert json_problem(text)
    assert find_json(text) is None


def test_a_file_keeps_every_digit_and_every_key_as_it_was_written() -> None:
    assert find_json_file('```json\n{"a": 1.10, "a": 2}\n```') == '{"a": 1.10, "a": 2}\n'
    assert find_json_file("no JSON") is None
