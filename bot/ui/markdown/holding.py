"""What is held back at the end of a growing text because it may still become something else: nothing flickers."""

from __future__ import annotations

import re

from bot.ui.markdown import fences

LINE_HELD_CHARS = 400  # a line that may be the header of a table
_START = re.compile(
    r"[ \t]*(?:>[ \t]?)*[ \t]*"
    r"(?:\#{1,6}[ \t]*|[-*_=][-*_= \t]*|[-*+] \[[ xX]?\]?|\d{1,3}[.)]?|>[> \t]*|`+|~+|\+|\[\^?[^\]\s]{0,40}\]?:?)"
)
_END = re.compile(
    r"(?:"
    r"[*_~|`\\!<$]{1,8}"
    r"|!?\[[^\[\]\n]{0,200}(?:\](?:\((?:[^()\n]|\([^()\n]*\)?){0,600})?)?"
    r"|<(?:[a-zA-Z/@#:][^<>\n]{0,60}|!-?)"
    r"|<!--(?:(?!-->)[^\0]){0,2000}"
    r"|(?<![\w$\\])\$[^\s\d$][^$\n]{0,120}"
    r"|\$\$[^$]{1,1000}\$?"
    r"|\\\([^\n]{0,300}|\\\[[^\0]{0,1000}"
    r"|(?<!\]\()https?://[^\s<>)*|`]{0,300}|https?:?/?"
    r"|[^\n]\u200d+|\u200d"
    r")\Z"
)
_REACH = 2100
_ROUNDS = 3


def is_held_line(line: str) -> bool:
    """Whether an unfinished line shows nothing yet: it may become a fence, a heading, a rule, a list or a table."""
    if fences.may_become_fence(line):
        return True
    if line.lstrip(" \t>").startswith("|") and not line.lstrip(" \t>").startswith("||"):
        return len(line) <= LINE_HELD_CHARS
    return bool(_START.fullmatch(line)) or line.lstrip(" \t>") == "|"


def shown_end(text: str) -> int:
    """Return where the part of an unfinished text ends that is decided."""
    end = len(text)
    for _ in range(_ROUNDS):  # what is left when something is held back may be undecided itself
        found = _END.search(text, max(0, end - _REACH), end)
        if found is None:
            break
        end = found.start()
    return end
