"""LaTeX formulae as Unicode text, by pylatexenc. What it cannot read stays as it was written."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pylatexenc.latex2text import (
    EnvironmentTextSpec,
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)
from pylatexenc.latexwalker import get_default_latex_context_db as get_grammar
from pylatexenc.macrospec import MacroSpec

from bot.errors import GrokBotError

FORMULA_MOST_CHARS = 1500  # longer ones are not formulae
_ARGUMENTS = {"binom": 2, "boxed": 1, "operatorname": 1, "tfrac": 2, "dfrac": 2, "cfrac": 2}
_UPPER = dict(
    zip("0123456789+-=()aibcdefghjklmnoprstuvwxyzTβγδθ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃⁱᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵝᵞᵟᶿ", strict=True)
)
_LOWER = dict(zip("0123456789+-=()aeioruvxhklmnpstj", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢₒᵣᵤᵥₓₕₖₗₘₙₚₛₜⱼ", strict=True))
_SCRIPT = re.compile(r"(?<!\\)([\^_])\s*(?:\{([^{}\\]*)\}|([A-Za-z0-9+\-=]))")
_GROUPED = re.compile(r"(?<!\\)([\^_])\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_SIZES = re.compile(r"\\(?:left|right|[bB]igg?[lrm]?)\s*(\\[{}|]|[()\[\]|./])")
_NAMED = re.compile(
    r"\\(operatorname\*?|sin|cos|tan|cot|log|ln|exp|lim|max|min|sup|inf|det|gcd)(?:\s+(?=[A-Za-z0-9\\]))"
)
_RELATION = re.compile(r"[ ]*([≤≥≠≈≡∝∈∉⊂⊆∪∩→⇒⟹⟺×·±∓])[ ]*")


class _UnreadableError(GrokBotError):
    """A macro or environment that has no text of its own."""


def find_text(latex: str) -> str | None:
    """Return a formula without its dollars as text, or None where it is better left as written."""
    if len(latex) > FORMULA_MOST_CHARS or not latex.strip():
        return None
    try:
        text = str(_converter().latex_to_text(_prepared(latex), tolerant_parsing=False, latex_context=_grammar()))
    except Exception:  # whatever a foreign parser makes of what a model wrote, the formula stays as written
        return None
    lines = [" ".join(_RELATION.sub(r" \1 ", line).split()) for line in text.split("\n")]
    found = "\n".join(line for line in lines if line).replace("||", "‖")
    return found if found and "\\" not in found else None


def _prepared(latex: str) -> str:
    latex = _SIZES.sub(lambda size: "" if size[1] == "." else size[1], latex)
    latex = _NAMED.sub(r"\\\1\\ ", latex)
    return _GROUPED.sub(_kept, _SCRIPT.sub(_script, latex))


def _script(found: re.Match[str]) -> str:
    letters = _UPPER if found[1] == "^" else _LOWER
    content = found[2] if found[2] is not None else found[3]
    if content and all(character in letters for character in content.replace(" ", "")):
        return "{}" + "".join(letters[character] for character in content.replace(" ", ""))  # ends a macro's name
    return found[0]


def _kept(group: re.Match[str]) -> str:
    """Return a script that has no small letters, with parentheses where it is longer than one thing."""
    content = group[2]
    return (
        f"{group[1]}{{{content}}}"
        if len(content) < 2 or re.fullmatch(r"\\[A-Za-z]+", content)
        else (f"{group[1]}({content})")
    )


@cache
def _grammar() -> Any:  # Any: pylatexenc has no types
    context = get_grammar()
    context.add_context_category(
        "grokcord", prepend=True, macros=[MacroSpec(name, "{" * count) for name, count in _ARGUMENTS.items()]
    )
    return context


@cache
def _converter() -> Any:  # Any: pylatexenc has no types
    context = get_default_latex_context_db()
    own = {
        "implies": " ⟹ ",
        "iff": " ⟺ ",
        "impliedby": " ⟸ ",
        "boxed": "[%(1)s]",
        "limits": "",
        "nolimits": "",
        "dfrac": _fraction,
        "tfrac": _fraction,
        "frac": _fraction,
        "cfrac": _fraction,
        "binom": "C(%(1)s, %(2)s)",
        "operatorname": "%(1)s",
        "operatorname*": "%(1)s",
        "|": "‖",
        "middle": "",
        "displaystyle": "",
        "textstyle": "",
        "land": " ∧ ",
        "lor": " ∨ ",
        "cdots": "⋯",
    }
    environments = [
        EnvironmentTextSpec(name, simplify_repl="%(body)s")
        for name in (
            "aligned",
            "align",
            "align*",
            "equation",
            "equation*",
            "gather",
            "gather*",
            "gathered",
            "split",
            "cases",
        )
    ]
    context.add_context_category(
        "grokcord",
        prepend=True,
        environments=environments,
        macros=[MacroTextSpec(name, simplify_repl=text) for name, text in own.items()],
    )
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_refuse))
    context.set_unknown_environment_spec(EnvironmentTextSpec("", simplify_repl=_refuse))
    return LatexNodes2Text(context, math_mode="text", keep_comments=True)


def _refuse(node: Any) -> str:  # Any: pylatexenc has no types
    raise _UnreadableError(str(getattr(node, "macroname", "environment")))


def _fraction(node: Any, l2tobj: Any) -> str:  # Any: pylatexenc has no types; it hands over by these names
    above, below = (str(l2tobj.nodelist_to_text([part])).strip() for part in node.nodeargd.argnlist[-2:])
    return _grouped(above, "[^\\W_]*") + "/" + _grouped(below, "[^\\W_]|[0-9]+")


def _grouped(part: str, simple: str) -> str:
    """Return a part of a fraction with parentheses unless it reads as one thing."""
    return part if re.fullmatch(rf"(?:{simple})[²³⁴ⁿ]?|√?\([^()]*\)", part) else f"({part})"
