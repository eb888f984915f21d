"""Checks of single fields, in Discord's words."""

from __future__ import annotations

from collections.abc import Container, Sequence

from sandbox.errors import Problems

Path = tuple[str | int, ...]


def check_text(
    problems: Problems, path: Path, value: object, high: int, *, low: int = 0, required: bool = False
) -> None:
    """Note a text that is missing, no text, too short or too long. None counts as missing."""
    if value is None or (required and value == ""):
        if required:
            problems.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        return
    if not isinstance(value, str):
        problems.add(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    elif low and not low <= len(value) <= high:
        problems.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
    elif len(value) > high:
        problems.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")


def check_list(problems: Problems, path: Path, value: object, high: int, *, low: int = 0) -> list[object]:
    """Return a list, noting one that is none, too short or too long; None counts as empty."""
    if value is None:
        value = []
    if not isinstance(value, list):
        problems.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []
    if low and not low <= len(value) <= high:
        problems.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
    elif len(value) > high:
        problems.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    return value


def check_choice(problems: Problems, path: Path, value: object, choices: Sequence[object] | Container[object]) -> bool:
    """Return whether a value is one of those allowed, noting if not."""
    if value in choices:
        return True
    listed = ", ".join(map(str, choices)) if isinstance(choices, Sequence) else ""
    problems.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
    return False


def check_int(problems: Problems, path: Path, value: object, low: int, high: int) -> None:
    """Note a number that is none or out of range; None passes."""
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    elif value < low:
        problems.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
    elif value > high:
        problems.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
