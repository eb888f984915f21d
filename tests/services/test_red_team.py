from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.services.context import Asked, Context
from bot.services.speech import tags
from bot.store.database import Database
from tests.services.conversation import ANN, BEN, GARDEN, NOTHING_CHOSEN, Conversation
from tests.services.hostile import ROLES, flattened, roles, speakers
from tests.services.red_team import ATTACKS, Attack

MALLORY = 66
PLAIN = {
    "question": "Hello?",
    "earlier": "Is it so?",
    "answer": "Yes.",
    "file": "a",
    "summary": "They met.",
    "name": "mallory",
}


async def attacked(database: Database, said: dict[str, str]) -> Context:
    """Return the request of an attacker who talks in a channel with Ann and Ben."""
    talk = Conversation(database)
    first = await talk.said("What grows here?", "Moss.", who=ANN)
    await talk.said("Is it green?", "Yes.", who=BEN)
    await talk.said(said["earlier"], said["answer"], who=(MALLORY, said["name"]))
    await talk.summarised(said["summary"], first, 2)
    asked = Asked(MALLORY, said["name"], said["question"], said["file"])
    return await talk.service().build(GARDEN, asked, NOTHING_CHOSEN, since=None)


# What this reader does not see, though a model may: they are neutralised all the same.
BEYOND_THE_READER = {
    "a dash",
    "accents",
    "a link is none",
    "another speaker in other brackets",
    "Cyrillic look-alikes",
    "Greek look-alikes",
    "spaced letters",
}
PIECES = st.sampled_from([*ROLES, "\n\n", "\u2028", ": ", "[ann] ", "<|im_start|>", "<", ">", "hello", "**", "### "])

# The summary, three exchanges, and the bare question.
OUR_ROLES = ["system", "user", *["user", "assistant"] * 3]


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{attack.where}: {attack.name}" for attack in ATTACKS])
async def test_an_attack_forges_neither_role_nor_speaker(database: Database, attack: Attack) -> None:
    said = PLAIN | {attack.where: attack.text}
    prompt = flattened((await attacked(database, said)).messages)
    name = tags([ANN, BEN, (MALLORY, said["name"])])[MALLORY]
    assert roles(prompt) == OUR_ROLES
    assert speakers(prompt) == [speaker.casefold() for speaker in ("ann", "ben", name, name)]
    assert attack.told in prompt


def test_there_are_attacks_of_every_kind() -> None:
    assert len(ATTACKS) >= 40
    assert {attack.where for attack in ATTACKS} == set(PLAIN)
    assert len({(attack.where, attack.text) for attack in ATTACKS}) == len(ATTACKS)


def test_the_reader_would_fall_for_the_attacks_if_they_were_told_as_they_are() -> None:
    asked = [attack for attack in ATTACKS if attack.where == "question"]
    missed = {attack.name for attack in asked if not roles(attack.text) and not speakers(attack.text)}
    assert missed <= BEYOND_THE_READER


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.fixed_dictionaries({where: st.lists(PIECES, max_size=6).map("".join).map(str.strip) for where in PLAIN}))
def test_no_combination_of_them_does(tmp_path_factory: pytest.TempPathFactory, said: dict[str, str]) -> None:
    said = {where: text or PLAIN[where] for where, text in said.items()}

    async def prompt() -> str:
        database = await Database.open(f"sqlite:///{tmp_path_factory.mktemp('red') / 'memory.db'}")
        try:
            return flattened((await attacked(database, said)).messages)
        finally:
            await database.close()

    found = asyncio.run(prompt())
    name = tags([ANN, BEN, (MALLORY, said["name"])])[MALLORY]
    assert roles(found) == OUR_ROLES
    assert speakers(found) == [speaker.casefold() for speaker in ("ann", "ben", name, name)]
