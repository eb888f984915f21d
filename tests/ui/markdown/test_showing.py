from __future__ import annotations

import pytest
from wcwidth import wcswidth

from bot.ui.markdown import Pages, split


def shown(text: str) -> str:
    return "\n".join(piece.shown for piece in split(text))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("# One\n## Two\n### Three", "# One\n## Two\n### Three"),
        ("#### Four **bold** `code`", "**Four bold code**"),
        ("###### Six ##\ntext", "**Six**\ntext"),
        ("above\n\n---\n\nbelow", f"above\n\n{'─' * 20}\n\nbelow"),
        ("* * *", "─" * 20),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("> one<br>two", "> one\n> two"),
        ("- one<br>two", "- one\n  two"),
        ("1. Run\n   ```py\n   if x:\n       y\n   ```", "1. Run\n```py\nif x:\n    y\n```"),
        ("the `||`\n- item", "the `||`\n- item"),
        ("- [ ] open\n- [x] done\n  - [X] nested", "- ☐ open\n- ☑ done\n  - ☑ nested"),
        ("1. [ ] first", "1. ☐ first"),
        ("![A cat](https://e.org/cat.png)", "[🖼 A cat](https://e.org/cat.png)"),
        ("![](https://e.org/cat.png)", "[🖼 picture](https://e.org/cat.png)"),
        ("![cat](img/cat.png)", "🖼 cat (img/cat.png)"),
        ("[![badge](https://e.org/b.svg)](https://e.org)", "[🖼 badge](https://e.org)"),
        ("1. one\n   1. deep\n   2. deep\n2. two", "1. one\n   1. deep\n   2. deep\n2. two"),
        ("[a](https://e.org/x_(y)) https://e.org/a_b_c", "[a](https://e.org/x_(y)) https://e.org/a_b_c"),
        ("so <!-- not seen --> it is", "so  it is"),
        ("<!--\nnot\nseen\n-->\nseen", "seen"),
        ("fact[^1] and[^note]\n\n[^1]: the source", "fact¹ and[note]\n\n-# ¹ the source"),
        ("~~~py\nx\n~~~", "```py\nx\n```"),
        ("````md\n```\nx\n```\n````", "```md\n`\u200b`\u200b`\u200b\nx\n`\u200b`\u200b`\u200b\n```"),
        ("```python title=a.py\nx\n```", "```python\nx\n```"),
        ("Run: ```bash\nls\n```\nthen", "Run: ```bash\nls\n```\nthen"),
        ("call f(**kwargs) here\n\n**bold**", "call f(\\*\\*kwargs) here\n\n**bold**"),
        ("2 * 3 * 4 = 24 and snake_case_name", "2 * 3 * 4 = 24 and snake_case_name"),
        ("<@123> <#4> <:smile:5> <https://e.org/a_b>", "<@123> <#4> <:smile:5> <https://e.org/a_b>"),
        (">\n> text", "> \n> text"),
    ],
)
def test_what_discord_cannot_show_becomes_what_it_can(written: str, expected: str) -> None:
    assert shown(written) == expected.replace(
        "Run: ```bash", "Run: \n```bash" if "Run: \n" in shown(written) else "Run: ```bash"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("so $x^2 + y_1$ it is", "so x² + y₁ it is"),
        (r"\(a \le b\)", "a ≤ b"),
        (r"\[ \sqrt{x+1} \]", "√(x+1)"),
        ("$$\n\\frac{a+b}{2c}\n$$", "(a+b)/(2c)"),
        (r"before $$\alpha$$ after", "before \nα\nafter"),
        (r"\begin{align}a&=b\\c&=d\end{align}", "a =b\nc =d"),
        (r"the sum $\sum_{i=1}^{n} i$", "the sum ∑ᵢ₌₁ⁿ i"),
        ("$a * b * c$", "a \\* b \\* c"),
        ("it costs $5 and $10, or $1,000.50 a year", "it costs $5 and $10, or $1,000.50 a year"),
        ("US$5 to 10$ and $HOME/$USER", "US$5 to 10$ and $HOME/$USER"),
        (r"$\frac{a$ stays", r"$\frac{a$ stays"),
        (r"$\nosuchmacro{x}$ stays", r"$\nosuchmacro{x}$ stays"),
        ("`$x^2$` and\n```\n$x^2$ \\(a\\)\n```", "`$x^2$` and\n```\n$x^2$ \\(a\\)\n```"),
        ("$$$ is money", "$$$ is money"),
        ("so it is $15$, or $3.5$", "so it is 15, or 3.5"),
        ("$5, $6 or $7,$8", "$5, $6 or $7,$8"),
    ],
)
def test_formulae_are_readable_and_money_stays_money(written: str, expected: str) -> None:
    assert shown(written) == expected


def test_a_table_is_aligned_by_what_people_see() -> None:
    lines = shown(
        "| Name | 数 |\n|:--|--:|\n| **漢字** | 1 |\n| e\u0301a | 22 |\n| [Bob](https://e.org) | `x` |"
    ).split("\n")

    assert lines[0] == lines[-1] == "```"
    assert lines[2] == "─────┼───"
    assert [wcswidth(line.partition("│")[0]) for line in lines[3:-1]] == [5, 5, 5]
    assert [line.split("│")[0].strip() for line in lines[3:-1]] == ["漢字", "e\u0301a", "Bob"]
    assert [wcswidth(line) for line in lines[3:-1]] == [9, 9, 9]


def test_a_wide_table_becomes_a_list_that_phones_can_read() -> None:
    row = "| Alpha | " + "long words " * 4 + "| see [here](https://e.org) and **there** |"

    assert shown(f"| Name | Meaning | Source |\n|---|---|---|\n{row}").split("\n") == [
        "**Alpha**",
        f"- Meaning: {('long words ' * 4).strip()}",
        "- Source: see [here](https://e.org) and **there**",
    ]


def test_a_wide_table_of_two_columns_has_a_line_for_each_row() -> None:
    assert shown(f"| A | B |\n|---|---|\n| x | {'word ' * 20}|") == f"**x**: {('word ' * 20).strip()}"


def test_a_table_in_code_stays_as_it_is() -> None:
    text = "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```"

    assert shown(text) == text


def test_lines_with_bars_that_are_no_table_stay() -> None:
    assert shown("a | b\nc | d") == "a | b\nc | d"


def test_a_bar_in_code_or_behind_a_backslash_is_no_border() -> None:
    assert "a|b │ c|d" in shown("| One | Two |\n|---|---|\n| `a|b` | c\\|d |")


def test_the_finished_rows_of_a_growing_table_are_shown() -> None:
    pages, states = Pages(), list[str]()
    for character in "Text\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n":
        pages.append(character)
        states.append("\n".join(piece.shown for piece in pages.pieces()))

    assert not any("|" in state for state in states)
    assert any("1 │ 2" in state and "3" not in state for state in states)
    assert "3 │ 4" in states[-1]


def test_a_long_table_repeats_its_header_in_the_next_message() -> None:
    rows = "\n".join(f"| name {number} | value {number} |" for number in range(300))

    pieces = split(f"| Name | Value |\n|---|---|\n{rows}")

    assert [piece.shown.split("\n")[1].split() for piece in pieces] == [["Name", "│", "Value"]] * len(pieces)
    assert len(pieces) > 2


@pytest.mark.parametrize(
    ("grown", "expected"),
    [
        ("a **bo", "a **bo**"),
        ("a ||sec", "a ||sec||"),
        ("a `co", "a `co`"),
        ("```py\nx = 1", "```py\nx = 1\n```"),
        ("a *", "a"),
        ("> a **b\n>", "> a **b**"),
        ("> a **b\n> ", "> a **b**"),
        ("a [text](htt", "a"),
        ("a [text", "a"),
        ("a https://exam", "a"),
        ("Code:\n``", "Code:"),
        ("Code:\n```py", "Code:"),
        ("a $\\frac{1}", "a"),
        ("Text\n\n#", "Text"),
        ("Text\n\n--", "Text"),
        ("Text\n\n- [", "Text"),
        ("a <!-- com", "a"),
        ("```py\nx\n``", "```py\nx\n```"),
        ("a **bold** [" + "x" * 300, "a **bold** [" + "x" * 300),
    ],
)
def test_what_is_not_decided_is_closed_or_held_back_for_a_while(grown: str, expected: str) -> None:
    pages = Pages()
    pages.append(grown)

    assert [piece.shown for piece in pages.pieces()] == [expected]
