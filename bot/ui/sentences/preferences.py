"""Sentences about personas, models and tuning."""

from __future__ import annotations

INPUT: dict[str, str] = {
    "persona_blank": "A persona needs some words. `/persona reset` takes the present one away.",
    "persona_long": "That persona has {chars:,} characters; I can take {limit:,}. Please shorten it.",
    "temperature_range": "The temperature is a number from 0 (dry) to {most:g} (wild), or blank for the usual one.",
    "length_range": "The answer length is a whole number of tokens from 1 to {most:,}, or blank for the usual one.",
    "model_unknown": "The Grok server has no model `{name}`. The nearest it has: {nearest}.",
    "model_none_like": "The Grok server has no model `{name}`, nor a similar one. `/models` lists what it has.",
    "no_fast_model": "The Grok server lists no fast model, and none is set. Please ask without that option.",
    "question_large": "That question takes about {tokens:,} tokens (estimate); the model has room for {limit:,}. "
    "Please shorten it, or attach less.",
    "needs_manage_channels": "Only a person with **Manage Channels** may change that.",
    "old_tune_form": "That belongs to another channel or an older version of me. Please use the command instead.",
}

PERSONA_RESET = "The persona is gone; I am myself again."
NO_CHANGES = "Nobody has changed anything here yet."


def persona_none() -> str:
    """Return what to say where no persona is set."""
    return "No persona is set here: I am myself. `/persona set` gives me one."


def persona_head(*, is_inherited: bool) -> str:
    """Return the line above a persona."""
    return "**Persona of this thread's channel**" if is_inherited else "**Persona here**"


def persona_changed(name: str, preset: str | None, *, is_reset: bool) -> str:
    """Return the public line about another persona. name: of who changed it, fit to stand in a sentence."""
    if is_reset:
        return f"-# {name} took my persona away."
    return f"-# {name} gave me another persona{f': {preset}' if preset else ''}. `/persona show` shows it."


def model_now(model: str, source: str) -> str:
    """Return which model answers. source: "own", "parent" or "usual"."""
    where = {
        "own": "chosen here",
        "parent": "chosen for the channel of this thread",
        "usual": "the usual one; nobody chose another",
    }
    return f"Questions here are answered by `{model}` ({where[source]})."


def model_changed(name: str, model: str | None, usual: str) -> str:
    """Return the public line about another model. name: as in `persona_changed`."""
    if model is None:
        return f"-# {name} set the model back to the usual one, `{usual}`."
    return f"-# {name} chose the model `{model}`."


def tuned(tuning: str) -> str:
    """Return how answers are tuned."""
    return f"Tuning here: {tuning}."


def tuning_changed(name: str, tuning: str) -> str:
    """Return the public line about another tuning. name: as in `persona_changed`."""
    return f"-# {name} tuned my answers: {tuning}."


def change_line(name: str, what: str, value: str, moment_s: int) -> str:
    """Return one change. name, value: fit to stand in a sentence; value: "" when it was taken back."""
    return f"-# <t:{moment_s}:R> {name}: {what}, {value or 'taken back'}"
