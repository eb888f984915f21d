from __future__ import annotations

import pytest

from bot.ui.citations import LINE_LIMIT_CHARS, MOST_SOURCES, citations_line


def test_sources_are_numbered_links_with_their_hosts() -> None:
    line = citations_line(["https://www.example.org/a?b=c_d", "http://x.example/"])
    assert line == "Sources: 1. [example.org](<https://www.example.org/a?b=c_d>) · 2. [x.example](<http://x.example/>)"


def test_a_source_named_twice_is_shown_once() -> None:
    assert citations_line(["https://a.example/"] * 3) == "Sources: 1. [a.example](<https://a.example/>)"


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "data:text/html,x", "https://", "ftp://a.example/", "https://[::1", "@everyone"],
)
def test_what_is_no_web_address_is_no_source(address: str) -> None:
    assert citations_line([address]) == ""


@pytest.mark.parametrize("end", [">) @everyone", ")](x", "\n# big", "> **bold**", "|| spoiler", "`code`"])
def test_an_address_cannot_break_out_of_its_link(end: str) -> None:
    line = citations_line([f"https://a.example/{end}"])
    assert "\n" not in line
    assert line.count("<") == line.count(">") <= 1
    assert line == "" or line.endswith(">)")


def test_many_sources_are_counted_instead_of_shown() -> None:
    line = citations_line([f"https://host{number}.example/" for number in range(30)])
    assert line.endswith(f" · and {30 - MOST_SOURCES} more")
    assert f"{MOST_SOURCES}. [" in line


def test_long_addresses_leave_room() -> None:
    assert len(citations_line([f"https://a.example/{'x' * 470}{n}" for n in range(9)])) <= LINE_LIMIT_CHARS + 30
