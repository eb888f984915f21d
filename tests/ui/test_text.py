from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import errors
from bot.ui import text
from bot.ui.about import StatusFacts, models_text, status_text
from bot.ui.face import MESSAGE_LIMIT_CHARS
from bot.ui.sentences import controls as sentences

# What Discord turns into something else: written here anew, so that the code's own pattern is not its judge.
MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|</[\w ]+:\d+>|<t:\d+(?::\w)?>|<id:\w+>")
MENTIONS = st.sampled_from(
    ["@everyone", "@here", "<@123>", "<@!123>", "<@&123>", "<#123>", "<:a:1>", "<a:a:1>", "</ask:1>", "<t:1:R>", "@"]
)
FOREIGN = st.lists(MENTIONS | st.text(max_size=8) | st.sampled_from("<>\\`@\n#-"), max_size=20).map("".join)
PLACEHOLDER = re.compile(r"[{}]")


def classes_below(base: type[errors.UpstreamError]) -> Iterator[type[errors.UpstreamError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from classes_below(kind)


UPSTREAM: list[type[errors.UpstreamError]] = [errors.UpstreamError, *classes_below(errors.UpstreamError)]
PLAIN_UPSTREAM = [kind for kind in UPSTREAM if kind is not errors.MediaError]
INPUTS = [
    errors.InputError("prompt_blank"),
    errors.InputError("prompt_long", chars=12345, limit=8000),
    errors.InputError("picture_type", name="a.bmp"),
    errors.InputError("picture_size", name="a.png", size="30 MB", limit="20 MB"),
    errors.InputError("picture_gone", name="a.png"),
    errors.InputError("needs_manage_messages"),
    errors.InputError("no_channel"),
    errors.InputError("draining"),
]
FETCHING = ("network", "slow", "cut", "disk")
MEDIA = [errors.MediaError(reason) for reason in ("address", "private", "size", "type", "gone", *FETCHING)]


@given(FOREIGN)
@example("\\<@123>")
def test_no_mention_survives_escaping(foreign: str) -> None:
    assert MENTION.search(text.escape(foreign)) is None
    assert "\n" not in text.escape(foreign)


@given(FOREIGN)
def test_no_mention_and_no_backtick_survives_in_the_name_of_a_file(foreign: str) -> None:
    said = text.sentence(errors.InputError("picture_type", name=foreign))

    assert MENTION.search(said) is None
    assert said.count("`") == 2


@pytest.mark.parametrize("prompt", ["# Big", "### Big", "-# small", "- item", "+ item"])
def test_a_quotation_is_neither_a_heading_nor_a_list(prompt: str) -> None:
    assert text.quoted(prompt) == f"> \\{prompt}"


def test_every_markup_character_is_escaped() -> None:
    assert text.escape("**a** _b_ `c` ||d|| [e](f) \\g") == r"\*\*a\*\* \_b\_ \`c\` \|\|d\|\| \[e\](f) \\g"


@pytest.mark.parametrize("kind", PLAIN_UPSTREAM, ids=[kind.__name__ for kind in PLAIN_UPSTREAM])
def test_every_upstream_error_gets_a_sentence_whatever_the_server_said(kind: type[errors.UpstreamError]) -> None:
    bare, told = text.sentence(kind()), text.sentence(kind("{oops} @everyone", status=500))

    assert re.fullmatch(r"[A-Z`].*[.]", bare)
    assert PLACEHOLDER.search(bare) is None
    assert MENTION.search(told) is None


def test_upstream_errors_that_ask_for_different_deeds_read_differently() -> None:
    assert len({text.sentence(kind()) for kind in PLAIN_UPSTREAM}) == len(PLAIN_UPSTREAM)


@pytest.mark.parametrize("error", [*INPUTS, *MEDIA, errors.StoreError(), errors.SettingError("A", "b")], ids=repr)
def test_every_other_error_gets_a_sentence(error: errors.GrokBotError) -> None:
    said = text.sentence(error)

    assert re.search(r"[.]$", said)
    assert PLACEHOLDER.search(said) is None
    assert "Something went wrong" not in said


def test_every_reason_for_a_missing_file_has_its_own_sentence() -> None:
    assert len({text.sentence(error) for error in MEDIA}) == len(MEDIA)


def test_a_full_disk_is_for_the_owner() -> None:
    assert text.sentence(errors.MediaError("disk")).endswith("Please tell the bot's owner.")


def test_facts_stand_in_their_sentence() -> None:
    assert "12,345" in text.sentence(INPUTS[1])
    assert "`a.png` is 30 MB" in text.sentence(INPUTS[3])


@pytest.mark.parametrize(("wait_s", "said"), [(None, "a few minutes"), (0.2, "about 1 s"), (65.0, "about 1 min 5 s")])
def test_a_busy_server_says_when_to_come_back(wait_s: float | None, said: str) -> None:
    assert text.sentence(errors.UpstreamRateLimited(retry_after_s=wait_s)).endswith(f"try again in {said}.")


def test_an_answer_that_broke_off_says_so_and_one_that_never_began_says_why() -> None:
    broken = errors.UpstreamUnavailable()

    assert text.answer_failed(broken, has_text=True, has_thought=False) == sentences.INTERRUPTED
    assert text.answer_failed(broken, has_text=False, has_thought=False) == text.sentence(broken)


def test_an_answer_of_thoughts_only_says_so() -> None:
    empty = errors.UpstreamEmpty()

    assert text.answer_failed(empty, has_text=False, has_thought=True) == text.ONLY_THOUGHTS
    assert text.answer_failed(empty, has_text=False, has_thought=False) == text.EMPTY_ANSWER
    assert text.answer_failed(empty, has_text=True, has_thought=True) == ""


@pytest.mark.parametrize("reason", ["deleted", "forbidden", "unreachable"])
def test_every_way_to_lose_a_message_names_the_place(reason: str) -> None:
    assert "<#1>" in text.lost_message(reason, "<#1>")


@pytest.mark.parametrize(("seconds", "said"), [(-1, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (65, "1 min 5 s")])
def test_durations_are_read_in_minutes_and_seconds(seconds: float, said: str) -> None:
    assert text.duration(seconds) == said


@given(
    st.lists(st.text("abc-", min_size=1, max_size=120), max_size=200), st.dictionaries(st.text("xyz"), st.just("chat"))
)
@example([], {"x" * 3000: "chat"})
def test_a_list_of_models_of_any_size_is_one_message(names: list[str], in_use: dict[str, str]) -> None:
    assert len(models_text(names, in_use)) <= MESSAGE_LIMIT_CHARS


def test_a_status_with_the_server_down_says_why() -> None:
    facts = StatusFacts(0.1, errors.UpstreamKeyRefused(), 0.2, shards=1, answering=2, refused=0, uptime_s=4000)

    said = status_text(facts)

    assert said.startswith("🔴 Grok refuses the bot's key.")
    assert "1 shard)" in said
    assert "2 answers under way · up for 1 h" in said
