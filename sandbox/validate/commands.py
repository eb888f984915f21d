"""Limits of application commands.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import re

from sandbox.errors import Problems
from sandbox.shapes import Json
from sandbox.validate.fields import Path, check_choice, check_list, check_text

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 10, 11
MAX_CHARS = 8000
MAX_PER_TYPE = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
# Discord: ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$ without upper case; \w is the nearest class of `re`.
_NAME = re.compile(r"[-_'\w]{1,32}")


def check_command(problems: Problems, path: Path, command: Json) -> None:
    """Note what is wrong with one command."""
    kind = command.get("type", CHAT_INPUT)
    if not check_choice(problems, (*path, "type"), kind, (CHAT_INPUT, USER, MESSAGE)):
        return
    check_text(problems, (*path, "name"), command.get("name"), 32, low=1, required=True)
    description = command.get("description")
    if kind == CHAT_INPUT:
        _check_name(problems, (*path, "name"), command.get("name"))
        check_text(problems, (*path, "description"), description, 100, low=1, required=True)
        _check_options(problems, (*path, "options"), command.get("options"), depth=0)
    elif description:
        message = "Context menu commands cannot have description"
        problems.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    if _chars(command) > MAX_CHARS:
        message = f"Command exceeds maximum size ({MAX_CHARS})"
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def check_commands(problems: Problems, commands: list[object]) -> None:
    """Note what is wrong with a bulk overwrite."""
    seen: dict[tuple[object, object], int] = {}
    for index, command in enumerate(commands):
        if not isinstance(command, dict):
            problems.add((index,), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        check_command(problems, (index,), command)
        key = (command.get("type", CHAT_INPUT), command.get("name"))
        if key in seen:
            message = "Application command names must be unique"
            problems.add((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen[key] = index
    for kind, limit in MAX_PER_TYPE.items():
        if sum(key[0] == kind for key in seen) > limit:
            problems.add((), "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def _check_name(problems: Problems, path: Path, name: object) -> None:
    if isinstance(name, str) and name and (not _NAME.fullmatch(name) or name != name.lower()):
        problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(problems: Problems, path: Path, given: object, depth: int) -> None:
    was_optional, seen = False, set()
    for index, option in enumerate(check_list(problems, path, given, 25)):
        here = (*path, index)
        if not isinstance(option, dict):
            problems.add(here, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            continue
        _check_option(problems, here, option, depth)
        if option.get("name") in seen:
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
        seen.add(option.get("name"))
        if option.get("required") and was_optional:
            message = "Required options must be placed before non-required options"
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        was_optional |= not option.get("required")


def _check_option(problems: Problems, path: Path, option: Json, depth: int) -> None:
    kind = option.get("type")
    if not check_choice(problems, (*path, "type"), kind, range(1, 12)):
        return
    check_text(problems, (*path, "name"), option.get("name"), 32, low=1, required=True)
    _check_name(problems, (*path, "name"), option.get("name"))
    check_text(problems, (*path, "description"), option.get("description"), 100, low=1, required=True)
    if kind in {SUBCOMMAND, GROUP}:
        if depth + (kind == SUBCOMMAND) > 2 or (kind == GROUP and depth > 0):
            message = "Sub-command option of this type is not permitted here"
            problems.add((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        _check_options(problems, (*path, "options"), option.get("options"), depth + 1)
    _check_choices(problems, (*path, "choices"), option)


def _check_choices(problems: Problems, path: Path, option: Json) -> None:
    choices = check_list(problems, path, option.get("choices"), 25)
    if choices and option.get("autocomplete"):
        message = "Autocomplete cannot be set to true if choices are present"
        problems.add(path, "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CHOICES", message)
    for index, choice in enumerate(choices):
        if isinstance(choice, dict):
            check_text(problems, (*path, index, "name"), choice.get("name"), 100, low=1, required=True)
            if option["type"] == STRING:
                check_text(problems, (*path, index, "value"), choice.get("value"), 100, required=True)


def _chars(node: Json) -> int:
    """Return what counts towards a command's size: names, descriptions and choice values, the longest of each text."""
    total = 0
    for name in ("name", "description"):
        translations = (node.get(f"{name}_localizations") or {}).values()
        total += max((len(str(text)) for text in (node.get(name) or "", *translations)), default=0)
    total += sum(_chars(option) for option in node.get("options") or () if isinstance(option, dict))
    for choice in node.get("choices") or ():
        if isinstance(choice, dict):
            total += _chars({**choice, "options": None}) + len(str(choice.get("value", "")))
    return total
