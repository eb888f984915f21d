"""What the demo answers: Markdown about what was asked, the same for the same question."""

from __future__ import annotations

import re
from random import Random

from sandbox.grok import blocks
from sandbox.grok.calls import ChatCall, Turn
from sandbox.grok.phrases import HEADINGS, OPENINGS, SENTENCES, THOUGHTS
from sandbox.grok.seeds import chance
from sandbox.grok.topic import Topic, find_topic, plain

PIECE = re.compile(r"\s*\S{1,16}|\s+$")
COUNT = re.compile(r"\b(\d{2,5})[ -]*words?\b", re.IGNORECASE)
LONG = re.compile(r"\b(long|essay|detailed|in detail|story|article|everything)\b", re.IGNORECASE)
CODE = re.compile(r"\b(code|python|function|script|program|regex|javascript|bash|sql)\b", re.IGNORECASE)
LONG_CODE = re.compile(r"\blong (python )?(code|program|script)\b", re.IGNORECASE)
WIDE_TABLE = re.compile(r"\bwide table\b", re.IGNORECASE)
FORMULA = re.compile(r"\b(formulae?|formulas|equations?|latex|maths?)\b", re.IGNORECASE)
BRIEF = re.compile(r"\b(brief(ly)?|concise(ly)?|few sentences)\b", re.IGNORECASE)
THOROUGH = re.compile(r"\bthorough(ly)?\b", re.IGNORECASE)
# Material below a question: a heading, and lines that are quoted.
MATERIAL = re.compile(r"\n\n[^\n]*:\n(?:>.*(?:\n|$))+\s*\Z")
PIRATE = re.compile(r"\bpirates?\b", re.IGNORECASE)
TABLE = re.compile(r"\b(table|compare|comparison|versus|vs|difference|pros|cons)\b", re.IGNORECASE)
SPECIAL = ((LONG_CODE, blocks.long_code), (WIDE_TABLE, blocks.wide_table), (FORMULA, blocks.formula))
RECALL = re.compile(r"\b(last|previous|first|earlier|before|remember|memory|again)\b", re.IGNORECASE)
LONG_WORDS = 700
THOROUGH_WORDS = 150
MAX_WORDS = 6000
QUOTE_CHARS = 240


def pieces_of(text: str) -> list[str]:
    """Cut a text into small pieces, words with the blanks before them; joined they are the text again."""
    return PIECE.findall(text)


def think(question: str) -> str:
    """Return what the demo pretends to think before it answers."""
    topic = find_topic(question)
    return "\n".join(topic.fill(thought) for thought in THOUGHTS)


def answer(call: ChatCall, question: str, sights: list[str]) -> str:
    """Return the whole answer. sights: one description for each picture that came with the question."""
    luck = chance("answer", question)
    topic = find_topic(question)
    parts = [_persona(call) + _opening(question, luck), *_pictures(sights), *_memory(call, question)]
    wanted = _wanted_words(question)
    if _is_told(call, BRIEF):
        parts.append(_paragraph(topic, luck, 20))
    elif wanted:
        parts.append(_essay(topic, luck, wanted - sum(len(part.split()) for part in parts)))
    else:
        parts += _sections(question, topic, luck)
        parts += [_essay(topic, luck, THOROUGH_WORDS)] if _is_told(call, THOROUGH) else []
    temperature = call.options.get("temperature")
    if temperature is not None:
        parts.append(f"*My temperature is {temperature}.*")
    return "\n\n".join(parts)


def _persona(call: ChatCall) -> str:
    """Return how an answer begins for the one persona the demo knows."""
    return "Arr! " if _is_told(call, PIRATE) else ""


def _is_told(call: ChatCall, words: re.Pattern[str]) -> bool:
    """Tell whether the system prompt holds one of the words."""
    return any(words.search(turn.text) for turn in call.turns if turn.role in ("system", "developer"))


def _opening(question: str, luck: Random) -> str:
    if not question.strip():
        return f"{luck.choice(OPENINGS)} You sent no text."
    quoted = _quote(MATERIAL.sub("", question))
    return f"{luck.choice(OPENINGS)}\n\nYou asked:\n> {quoted}"


def _quote(text: str) -> str:
    """Return a text as one short line that cannot break the Markdown around it."""
    line = " ".join(text.split())
    return plain(line if len(line) <= QUOTE_CHARS else line[:QUOTE_CHARS].rstrip() + "…")


def _pictures(sights: list[str]) -> list[str]:
    if not sights:
        return []
    if len(sights) == 1:
        return [f"You attached a picture: {sights[0]}."]
    return [f"You attached {len(sights)} pictures:\n" + "\n".join(f"{n}. {it}" for n, it in enumerate(sights, 1))]


def _memory(call: ChatCall, question: str) -> list[str]:
    """Say how much of the conversation came along, and what was asked before."""
    asking = call.asking
    earlier = [turn for turn in call.turns if turn is not asking and turn.role in ("user", "assistant")]
    asked = [turn for turn in earlier if turn.role == "user"]
    if not earlier:
        return (
            ["I was given no earlier messages, so this is where our conversation begins."] if _recalls(question) else []
        )
    count = "1 earlier message" if len(earlier) == 1 else f"{len(earlier)} earlier messages"
    if not asked:
        return [f"I was given {count}, none of them yours."]
    if not _recalls(question):
        return [f"*I was given {count} of this conversation. Your last question was: “{_quote_turn(asked[-1])}”*"]
    lines = [f"I was given {count} of this conversation. Your last question was:\n> {_quote_turn(asked[-1])}"]
    if len(asked) > 1:
        lines.append(f"The first one I can see was:\n> {_quote_turn(asked[0])}")
    return lines


def _recalls(question: str) -> bool:
    return RECALL.search(question) is not None


def _quote_turn(turn: Turn) -> str:
    return _quote(turn.text) or "(no text)"


def _wanted_words(question: str) -> int:
    """Return how many words a question wants; 0 if it does not say."""
    if count := COUNT.search(question):
        return min(int(count.group(1)), MAX_WORDS)
    is_special = any(words.search(question) for words, _ in SPECIAL)
    return LONG_WORDS if LONG.search(question) and not is_special else 0


def _essay(topic: Topic, luck: Random, words: int) -> str:
    """Return about that many words under headings, ending with a whole sentence."""
    parts: list[str] = []
    left, section = max(words, 20), 0
    while left > 0:
        if left > 120:
            heading = HEADINGS[section % len(HEADINGS)]
            parts.append(f"## {heading}")
            left -= len(heading.split()) + 1
        for _ in range(2):
            paragraph = _paragraph(topic, luck, left)
            if paragraph:
                parts.append(paragraph)
                left -= len(paragraph.split())
        if section % 3 == 1 and left > 60:
            parts.append(blocks.bullets(topic, luck, 4))
            left -= len(parts[-1].split())
        section += 1
    return "\n\n".join(parts)


def _paragraph(topic: Topic, luck: Random, words: int) -> str:
    sentences: list[str] = []
    used = 0
    for sentence in luck.sample(SENTENCES, luck.randint(4, 6)):
        if used >= words:
            break
        sentences.append(topic.fill(sentence))
        used += len(sentences[-1].split())
    return " ".join(sentences)


def _sections(question: str, topic: Topic, luck: Random) -> list[str]:
    """Return a paragraph and two or three things to look at, those the question speaks of among them."""
    makers = {"list": blocks.listing, "table": blocks.table, "code": blocks.code, "quote": blocks.saying}
    special = [maker for words, maker in SPECIAL if words.search(question)]
    replaced = {"code": blocks.long_code, "table": blocks.wide_table}
    named = [name for name, words in (("code", CODE), ("table", TABLE)) if words.search(question)]
    chosen = [name for name in named if replaced[name] not in special]
    spare = [name for name in makers if name not in named]
    chosen += luck.sample(spare, max(0 if special else 1, 2 - len(chosen) - len(special)))
    made = [*special, *(makers[name] for name in chosen)]
    return [_paragraph(topic, luck, 60), *(make(topic, luck) for make in made)]
