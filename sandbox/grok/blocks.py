"""Things to look at in an answer: lists, tables, code, formulae, sayings."""

from __future__ import annotations

import re
from random import Random

from sandbox.grok.phrases import POINTS, QUOTES
from sandbox.grok.topic import Topic

LONG_CODE_STEPS = 30


def listing(topic: Topic, luck: Random) -> str:
    """Return a list under a sentence."""
    return f"Some things to keep in mind about {topic.main}:\n\n{bullets(topic, luck, luck.randint(3, 5))}"


def bullets(topic: Topic, luck: Random, count: int) -> str:
    """Return a list."""
    return "\n".join(f"- {topic.fill(point)}" for point in luck.sample(POINTS, count))


def table(topic: Topic, luck: Random) -> str:
    """Return a table with numbers."""
    rows = [(name, luck.randint(2, 9), luck.randint(2, 9)) for name in ("Patience", "Surprise", "Daily use")]
    lines = [f"| | {topic.main} | {topic.other} |", "|---|---:|---:|", *(f"| {n} | {a} | {b} |" for n, a, b in rows)]
    return "Invented marks out of ten:\n\n" + "\n".join(lines)


def wide_table(topic: Topic, luck: Random) -> str:
    """Return a table whose cells hold letters of double width, accents and pictures."""
    words = [("潮汐", "tide"), ("月の光", "moonlight"), ("café ☕", "coffee"), ("여름", "summer")]
    rows = [f"| {word} | {luck.randint(1, 99)} | {meaning} and {topic.main} |" for word, meaning in words]
    return "Words of other widths:\n\n| Word | Count | Meaning |\n|:---|---:|:---:|\n" + "\n".join(rows)


def code(topic: Topic, luck: Random) -> str:
    """Return a short program."""
    name = _name(topic)
    return (
        "As a program it might look like this:\n\n```python\n"
        f"def {name}(steps: int = {luck.randint(3, 9)}) -> list[str]:\n"
        f'    """Count the steps towards {name}."""\n'
        f'    return [f"{name} {{step}}" for step in range(1, steps + 1)]\n\n\n'
        f"print({name}()[-1])\n```"
    )


def long_code(topic: Topic, luck: Random) -> str:
    """Return a program of some hundred lines."""
    name = _name(topic)
    steps = [
        f"def {name}_{step}(amount: float) -> float:\n"
        f'    """Take step {step}."""\n'
        f"    return amount * {luck.randint(2, 9)} + {step}"
        for step in range(1, LONG_CODE_STEPS + 1)
    ]
    called = ", ".join(f"{name}_{step}" for step in range(1, LONG_CODE_STEPS + 1))
    last = f"STEPS = [{called}]\nprint(sum(step(1.0) for step in STEPS))"
    first = f'"""Everything about {name}, step by step."""'
    return "The whole program:\n\n```python\n" + "\n\n\n".join((first, *steps, last)) + "\n```"


def formula(topic: Topic, luck: Random) -> str:
    """Return formulae, within a line and on lines of their own, in both common notations."""
    steps = luck.randint(3, 9)
    return (
        f"With $n = {steps}$ steps towards {topic.main}, and \\(x_n\\) for what the n-th one costs:\n\n"
        "$$\n\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}\n$$\n\n"
        f"\\[ \\sqrt{{a^2 + b^2}} \\leq |a| + |b| \\]\n\nso that it comes to ${steps * (steps + 1) // 2}$."
    )


def saying(topic: Topic, luck: Random) -> str:
    """Return a quotation."""
    return f"> {topic.fill(luck.choice(QUOTES))}\n> — the demo"


def _name(topic: Topic) -> str:
    return re.sub(r"\W+", "_", topic.main.lower(), flags=re.ASCII).strip("_") or "topic"
