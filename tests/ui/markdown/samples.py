"""Markdown to try the renderer on: composed, arbitrary, and as people wrote it."""

from __future__ import annotations

import importlib.metadata
from functools import cache
from itertools import cycle
from pathlib import Path

import discord
from hypothesis import strategies as st

WORDS = st.sampled_from(
    [
        "word",
        "Grok",
        "漢字。",
        "é",
        "👩‍👩‍👧",
        "e\u0301",
        "snake_case",
        "5",
        "…",
        "end.",
        "why?",
        "x" * 90,
        "שלום",
        "a,",
        "(so)",
    ]
)
PLAIN = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
SHORT = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
ADDRESSES = st.sampled_from(
    ["https://example.org", "https://example.org/a_b?c=d_e", "https://en.wikipedia.org/wiki/A_(b)"]
)
CODE_WORDS = st.sampled_from(["x = 1", "a**b", "[no](link", "it's", "||", "__init__", "$HOME", "<br>"])


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put marks around something."""
    marks = st.sampled_from(["**", "*", "_", "__", "~~", "||"])
    return st.builds(lambda mark, text: f"{mark}{text}{mark}", marks, inner)


CODE_SPANS = st.builds(lambda run, words: f"{run}{words}{run}", st.sampled_from(["`", "``"]), CODE_WORDS)
LINKS = st.builds(lambda text, address: f"[{text}]({address})", SHORT, ADDRESSES)
SPANS = wrapped(PLAIN) | wrapped(SHORT) | CODE_SPANS | LINKS | ADDRESSES
NESTED = st.builds(
    lambda marks, texts: f"{marks[0]}{texts[0]} {marks[1]}{texts[1]}{marks[1]} {texts[2]}{marks[0]}",
    st.sampled_from([("**", "*"), ("*", "**"), ("**", "_"), ("||", "**"), ("~~", "**"), ("_", "~~"), ("__", "*")]),
    st.tuples(SHORT, SHORT, PLAIN),
)
SENTENCES = st.lists(PLAIN | SPANS | NESTED, min_size=1, max_size=8).map(" ".join)
HEADINGS = st.builds(lambda level, text: f"{'#' * level} {text}", st.integers(1, 6), SHORT)
LISTS = st.lists(SENTENCES, min_size=1, max_size=5).map(lambda items: "\n".join(f"- {item}" for item in items))
NUMBERED = st.lists(SENTENCES, min_size=1, max_size=5).map(
    lambda items: "\n".join(f"{number}. {item}\n   - nested" for number, item in enumerate(items, 1))
)
TASKS = st.lists(SHORT, min_size=1, max_size=4).map(lambda items: "\n".join(f"- [ ] {item}" for item in items))
QUOTES = st.lists(SENTENCES, min_size=1, max_size=4).map(lambda lines: "\n".join(f"> {line}" for line in lines))
LANGUAGES = st.sampled_from(["", "python", "c++", "objective-c", "text"])
CODE = st.lists(
    st.sampled_from(["x = `1`", "", "    deep()", "y" * 120, "# [no](link", "**", "| a |", "$x$"]), max_size=30
)
FENCED = st.builds(
    lambda run, indent, language, lines: "\n".join(f"{indent}{line}" for line in [run + language, *lines, run]),
    st.sampled_from(["```", "~~~", "````"]),
    st.sampled_from(["", "", "  "]),
    LANGUAGES,
    CODE,
)
ROWS = st.lists(st.tuples(SHORT, SHORT | CODE_SPANS.filter(lambda span: "|" not in span)), min_size=1, max_size=12)
TABLES = ROWS.map(lambda rows: "\n".join(["| One | Two |", "|:--|--:|", *[f"| {a} | {b} |" for a, b in rows]]))
FORMULAE = st.sampled_from(
    ["$x^2$", r"\(a \le b\)", "$$\n\\frac{a}{b}\n$$", r"\[ \sqrt{x} \]", "$5 and $10", "$\\foo{x}$", "---", "a<br>b"]
)
BLOCKS = SENTENCES | HEADINGS | LISTS | NUMBERED | TASKS | QUOTES | FENCED | TABLES | FORMULAE
MARKDOWN = st.lists(BLOCKS, min_size=1, max_size=8).map("\n\n".join)
PROSE = st.lists(
    PLAIN | HEADINGS.filter(lambda line: not line.startswith("####")) | QUOTES.filter(lambda _: True), max_size=8
)
NOISE = st.lists(
    st.sampled_from(
        [
            *["`", "``", "```", "````", "~~~", "\n", "\n\n", " ", "a", "[", "](", ")", "**", "*", "_", "__", "~~"],
            *["||", "|", "\\", "$", "$$", "<", "<br>", "<!--", "-->", "> ", ">>> ", "- ", "1. ", "# ", "#### ", "---"],
            *["|-|", "![", "[^1]", "\u200d", "漢", "```py\n", "z" * 70, "https://x.y/", "\\(", "\\)", "\x00", "\ud800"],
            *["\u2028", "\r\n", "\u202e", "🇫", "👍🏽", "    "],
        ]
    ),
    max_size=150,
).map("".join)  # fmt: skip
ANY = MARKDOWN | NOISE | st.text(max_size=600)
LIMITS = st.integers(120, 500)
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=8)


@cache
def written() -> tuple[str, ...]:
    """Return Markdown found on this machine: what the installed packages say of themselves."""
    metadata = (package.read_text("METADATA") or "" for package in importlib.metadata.distributions())
    bodies = {body for text in metadata if "\n#" in (body := text.partition("\n\n")[2])}
    packages = Path(discord.__file__).parents[1]
    files = {path.read_text(encoding="utf-8", errors="replace") for path in packages.rglob("*.md")}
    return tuple(sorted(bodies | files, key=len))


def in_deltas(text: str, sizes: list[int]) -> list[str]:
    """Cut a text as a model might send it."""
    deltas, at, turns = [], 0, cycle(sizes)
    while at < len(text):
        size = next(turns)
        deltas.append(text[at : at + size])
        at += size
    return deltas
