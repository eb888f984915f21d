"""The page's Markdown, parsed and drawn in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.page.world import Place

pytestmark = pytest.mark.page

# A tree as short text: tag(children), `text` as it is, so that a case reads at a glance.
PARSE = """async (text) => {
  const { parse } = await import("./markdown.js");
  const show = (nodes) => nodes.map(one).join("");
  const one = (node) => {
    if (node.type === "text") return node.text;
    if (node.type === "code") return `code(${node.text})`;
    if (node.type === "pre") return `pre:${node.lang}(${node.text})`;
    if (node.type === "link") return `link:${node.url}(${show(node.children)})`;
    if (node.type === "mention") return `${node.kind}(${node.name ?? node.id})`;
    if (node.type === "time") return `time:${node.style}(${node.at})`;
    if (node.type === "list") return `${node.ordered ? "ol" + node.start : "ul"}(${node.items.map(show).join("|")})`;
    return `${node.type}${node.level ?? ""}(${show(node.children)})`;
  };
  return show(parse(text));
}"""

CASES = {
    "**bold** and *em* and _em_": "strong(bold) and em(em) and em(em)",
    "***both***": "strong(em(both))",
    "*a **b***": "em(a strong(b))",
    "**a *b***": "strong(a em(b))",
    "__under__ ~~gone~~": "u(under) s(gone)",
    "||see **me**||": "spoiler(see strong(me))",
    "snake_case_name and 2 * 3 * 4": "snake_case_name and 2 * 3 * 4",
    "`a **b**` **c**": "code(a **b**) strong(c)",
    "``a ` b``": "code(a ` b)",
    "**not closed `nor this": "**not closed `nor this",
    "****": "****",
    r"\*plain\* \_plain\_": "*plain* _plain_",
    "```py\nx = 1\n```": "pre:py(x = 1)",
    "```one line```": "pre:(one line)",
    "before\n```\n# no heading\n```\nafter": "beforepre:(# no heading)after",
    "```py\nnot closed": "```py\nnot closed",
    "# One\n## Two\n### Three\n#### four": "heading1(One)heading2(Two)heading3(Three)#### four",
    "#no heading": "#no heading",
    "-# small print": "small(small print)",
    "> quoted\n> **twice**\nplain": "quote(quoted\nstrong(twice))plain",
    "a\n>>> all\nthe rest": "aquote(all\nthe rest)",
    "> ```js\n> 1\n> ```": "quote(pre:js(1))",
    ">no quote": ">no quote",
    "- a\n- b": "ul(a|b)",
    "* a\n  * b\n    * c\n* d": "ul(aul(bul(c))|d)",
    "3. three\n4. four": "ol3(three|four)",
    "- a\n  1. b\n- c": "ul(aol1(b)|c)",
    "- *": "ul(*)",
    "[text](https://a.example/b_(c))": "link:https://a.example/b_(c)(text)",
    '[**t**](<https://a.example> "title")': "link:https://a.example(strong(t))",
    "[x](javascript:alert(1))": "[x](javascript:alert(1))",
    "see https://a.example/b_(c)). ok": "see link:https://a.example/b_(c)(https://a.example/b_(c))). ok",
    "<https://a.example/x>": "link:https://a.example/x(https://a.example/x)",
    "**https://a.example/x**": "strong(link:https://a.example/x(https://a.example/x))",
    "<@12> <@!13> <@&14> <#15>": "user(12) user(13) role(14) channel(15)",
    "</memory show:16>": "command(memory show)",
    "<t:17:R> <t:18>": "time:R(17) time:f(18)",
    "<:leaf:123456> <a:leaf:123456>": ":leaf: :leaf:",
    "@everyone and me@here.example": "everyone(everyone) and me@here.example",
    "line one\nline two": "line one\nline two",
}


@pytest.fixture(scope="module")
def reader(browser: Browser, empty_place: Place) -> Iterator[Page]:
    """One page for all cases of the parser; they change nothing in it."""
    page = browser.new_page()
    page.goto(empty_place.page)
    yield page
    page.close()


@pytest.mark.parametrize("text", CASES, ids=[repr(text)[:40] for text in CASES])
def test_text_is_read_as_discord_reads_it(reader: Page, text: str) -> None:
    assert reader.evaluate(PARSE, text) == CASES[text]


def test_markup_in_text_stays_text(reader: Page) -> None:
    drawn = reader.evaluate(
        """async () => {
          const { patch } = await import("./view.js");
          const { richText } = await import("./rich.js");
          const root = document.createElement("div");
          const text = "<img src=x onerror=alert(1)> <b>x</b> [a](javascript:alert(1))";
          patch(root, richText(text, { state: { guilds: [] } }));
          return { text: root.textContent, elements: root.querySelectorAll("*").length };
        }"""
    )
    assert drawn == {"text": "<img src=x onerror=alert(1)> <b>x</b> [a](javascript:alert(1))", "elements": 0}


def test_what_is_drawn_stays_the_same_node_while_text_grows(reader: Page) -> None:
    replaced = reader.evaluate(
        """async () => {
          const { patch } = await import("./view.js");
          const { richText } = await import("./rich.js");
          const whole = "# Head\\nA **bold** start\\n```py\\nx = 1\\n```\\n- one\\n- two **three** and `four`";
          const root = document.createElement("div");
          const seen = new Map();
          const replaced = [];
          for (let end = 1; end <= whole.length; end += 1) {
            patch(root, richText(whole.slice(0, end), { state: { guilds: [] } }));
            for (const name of ["h3", "figure", "ul", "ul li:first-child", "div > strong"]) {
              const now = name.startsWith("div") ? root.querySelector(":scope > strong") : root.querySelector(name);
              const before = seen.get(name);
              if (before && now !== before) replaced.push(`${name} at ${end}`);
              if (now) seen.set(name, now);
            }
          }
          return replaced;
        }"""
    )
    assert replaced == []


def test_every_beginning_of_an_answer_can_be_read(reader: Page) -> None:
    text = "\n".join(CASES)
    lengths = reader.evaluate(
        """async (text) => {
          const { parse } = await import("./markdown.js");
          return Array.from({ length: text.length }, (_, end) => parse(text.slice(0, end)).length);
        }""",
        text,
    )
    assert min(lengths[1:]) >= 1
