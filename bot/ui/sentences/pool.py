"""What owners read about the pool of accounts."""

from __future__ import annotations

INPUT = {
    "owners_only": "Only the owners of this bot may do that.",
    "pool_token_unknown": "No account is called `{name}`. `/grok tokens` lists them with their handles.",
    "pool_token_ambiguous": "Several accounts end in `{name}`. Use a handle of `/grok tokens`.",
    "pool_no_tokens": "There is no token in it. Paste one in each line.",
    "pool_many_tokens": "These are too many at once; the most is {most}.",
    "pool_bad_token": "A line is no token: each is one word of 8 to 4000 plain characters.",
    "pool_bad_name": "A pool's name is one word of letters and digits, such as `ssoBasic` or `ssoSuper`.",
}
EMPTY = "The pool is empty. `/grok add` adds accounts."
UNCHANGED = "Nothing was changed: all of them are there already."
REMOVE_ASKED = "Remove {which}? The server forgets its token."
KEPT = "Kept."
FORM_TITLE = "Add accounts to {pool}"
FORM_LABEL = "Tokens, one in each line"


def added(changed: int, known: int, dropped: int, pool: str) -> str:
    """Return what adding did."""
    if not changed and not dropped:
        return UNCHANGED
    said = [f"Added to {pool}: {changed}."]
    if known:
        said.append(f"There already: {known}.")
    if dropped:
        said.append(f"The server did not take {dropped} of them, though it reported success.")
    return " ".join(said)


def disabled(which: str) -> str:
    """Return that an account rests."""
    return f"Disabled: {which}."


def removed(which: str) -> str:
    """Return that an account is gone."""
    return f"Removed: {which}."


def refreshed(good: int, bad: list[str]) -> str:
    """Return how refreshing went. bad: the accounts whose quota could not be read."""
    if not bad:
        return f"Refreshed: {good}."
    shown = ", ".join(bad[:10]) + (f" and {len(bad) - 10} more" if len(bad) > 10 else "")
    return f"Refreshed: {good}. Not: {shown}."


def low(left: int) -> str:
    """Return what owners are told when the pool runs low."""
    return f"The Grok pool runs low: {left} uses are left in all. `/grok tokens` shows them, `/grok add` adds accounts."
