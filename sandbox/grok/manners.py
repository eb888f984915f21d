"""What a request wants of an answer beside its question: JSON, a summary, going on, a length."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

from sandbox.grok.calls import ChatCall, Turn
from sandbox.grok.faults import take_tags
from sandbox.grok.phrases import POINTS, STOP_WORDS
from sandbox.grok.seeds import chance
from sandbox.grok.topic import WORD, find_topic
from sandbox.grok.writer import answer, pieces_of

CONTINUE = re.compile(r"\b(continue|go on|carry on|keep going)\b", re.IGNORECASE)
SUMMARY = re.compile(r"\b(summar(y|ise|ize|ising|izing)|sum up|condense|compress)\b", re.IGNORECASE)
SUMMARISE = re.compile(r"\bsummari[sz]e\b", re.IGNORECASE)
NO_JSON = re.compile(r"\bnot valid JSON\b", re.IGNORECASE)
HEAD_CHARS = 400  # where a request says what it wants
SUMMARY_WORDS = 5
JSON_POINTS = 3
OVERLAP_CHARS = 30
BROKEN_JSON = '{"question": "broken on purpose", "points": ['


def wants_json(call: ChatCall) -> bool:
    """Tell whether the answer is to be JSON."""
    wanted = call.options.get("response_format")
    return isinstance(wanted, dict) and wanted.get("type") in ("json_object", "json_schema")


def json_answer(call: ChatCall, question: str) -> str:
    """Return a small JSON object about the question; asked again for valid JSON, about the question before."""
    if NO_JSON.search(question):
        question = _asked_before(call) or question
    topic = find_topic(question)
    points = [topic.fill(point).replace("*", "") for point in chance("json", question).sample(POINTS, JSON_POINTS)]
    said = {"question": " ".join(question.split()), "topic": topic.main, "points": points, "is_invented": True}
    return json.dumps(said, ensure_ascii=False, indent=2)


def wants_summary(call: ChatCall, question: str) -> bool:
    """Tell whether a conversation is to be summarised: question or system prompt say so where they begin or end."""
    told = [turn.text[:HEAD_CHARS] for turn in call.turns if turn.role in ("system", "developer")]
    if any(SUMMARISE.search(part) for part in told):
        return True
    return any(SUMMARY.search(part) for part in (question[:HEAD_CHARS], question[-HEAD_CHARS:]))


def summary(call: ChatCall, question: str) -> str:
    """Return a short summary that names the words the conversation used most."""
    told = "\n".join([turn.text for turn in call.turns if turn.role in ("user", "assistant")] or [question])
    words = (word.lower() for word in WORD.findall(SUMMARY.sub("", told)))
    counted = Counter(word for word in words if len(word) > 3 and word not in STOP_WORDS)
    ranked = sorted(counted, key=lambda word: (-counted[word], -len(word), word))[:SUMMARY_WORDS]
    *first, last = [f"*{word}*" for word in ranked] or ["*nothing*"]
    named = f"{', '.join(first)} and {last}" if first else last
    return (
        f"In short, as the demo sees it: the conversation was about {named}. "
        f"It took {len(told.split())} words, and no decision was written down."
    )


def continuation(call: ChatCall, question: str, sights: list[str]) -> str | None:
    """Return how the answer before goes on, so that both joined are one; None if that is not what is asked."""
    before = _before_asking(call)
    if len(before) < 2 or before[-1].role != "assistant" or CONTINUE.search(question[:HEAD_CHARS]) is None:
        return None
    written = before[-1].text.rstrip()
    first, _ = take_tags(before[-2].text)
    whole = answer(replace(call, turns=before[:-1]), first, sights)
    at = whole.find(written[-OVERLAP_CHARS:])
    if at >= 0 and (rest := whole[at + len(written[-OVERLAP_CHARS:]) :]).strip():
        return rest
    return f"\n\nThere is little to add about {find_topic(first).main}. That is the end of it."


def cut(pieces: list[str], call: ChatCall) -> tuple[list[str], bool]:
    """Return the pieces that fit into the tokens the request allows, and whether any had to go."""
    most = call.options.get("max_completion_tokens", call.options.get("max_tokens"))
    if not isinstance(most, int) or isinstance(most, bool) or not 0 < most < len(pieces):
        return pieces, False
    return pieces[:most], True


def halved(text: str) -> list[str]:
    """Return the pieces of the first half of a text: what an answer says that runs out of its length."""
    pieces = pieces_of(text)
    return pieces[: (len(pieces) + 1) // 2]


def _before_asking(call: ChatCall) -> tuple[Turn, ...]:
    """Return the conversation up to the message that asks, in whose place nothing stands."""
    asking = call.asking
    turns = [turn for turn in call.turns if turn.role in ("user", "assistant")]
    at = next((index for index, turn in enumerate(turns) if turn is asking), len(turns))
    return (*(turn for turn in call.turns if turn.role not in ("user", "assistant")), *turns[:at])


def _asked_before(call: ChatCall) -> str:
    mine = [turn.text for turn in call.turns if turn.role == "user" and turn is not call.asking]
    return take_tags(mine[-1])[0] if mine else ""
