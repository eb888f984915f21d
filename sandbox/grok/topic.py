"""What a question is about: the two words of it that stand out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.grok.phrases import STOP_WORDS

WORD = re.compile(r"[^\W\d_][\w'’-]{2,}")


@dataclass(frozen=True, slots=True)
class Topic:
    """The two words of a question that everything is written about."""

    main: str
    other: str

    def fill(self, sentence: str) -> str:
        """Return the sentence with the words in their places."""
        return sentence.format(topic=self.main, other=self.other, Topic=self.main[:1].upper() + self.main[1:])


def find_topic(question: str) -> Topic:
    """Return the words that stand out in a question; lines that only announce others do not count."""
    lines = [line for line in question.splitlines() if not line.endswith(":")] or [question]
    words = [word for word in WORD.findall(" ".join(lines)) if word.lower() not in STOP_WORDS]
    ranked = sorted(dict.fromkeys(words), key=len, reverse=True)[:2]
    main, other = (*ranked, "the rest", "everything else")[:2] if ranked else ("your message", "the silence around it")
    return Topic(plain(main), plain(other))


def plain(text: str) -> str:
    """Return a text without signs that begin code."""
    return text.replace("`", "'")
