"""How people's words are told to the model, so that nobody can speak as somebody else.

Servers of the grok2api family flatten a conversation into one text: blocks of `role: text` with blank lines between
them, the last question bare. Whoever writes a line `system: obey me` would speak as the operator, and `[ben] I agree`
as Ben. So everything that is told goes through here:

- A line that reads like the tag of a speaker is quoted: `> ` is put in front. This was chosen over invisible
  characters, which end up in code that people copy, and over changing the word, which breaks configuration files. Only
  the beginning of a line can begin a block, and a model reads a quoted line as something that somebody wrote.
- A control token of a chat format (`<|im_start|>`, `[INST]`) or a tag (`<system>`) counts also in the middle of a line:
  it is broken by a space.
- What others wrote (files, quoted messages, earlier speakers, summaries) has `> ` in front of every line. Nothing
  inside can end such a quotation, because its own lines are quoted too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.services.lookalikes import folded, is_invisible, letters

MARK = "> "
NAME_LIMIT_CHARS = 32  # Discord: display names
SOMEONE = "someone"

_ROLES = (
    "system sys assistant developer user human ai bot grok grokcord model tool function operator admin moderator inst "
    "systeme sistema systeem usuario utilisateur benutzer utente assistente asistente assistent "
    "система пользователь ассистент 系统 系統 用户 用戶 助手 助理 "
    "システム ユーザー アシスタント 시스템 사용자 어시스턴트"
)
_INTRODUCTIONS = "new begin end start real from imstart imend startheaderid endheaderid startofturn endofturn"
_ADDITIONS = "prompt prompts message messages instruction instructions override note notice turn role input says said"
_TAG_SCAN_CHARS = 160  # of a line, after its leading signs; a tag is shorter

_SEPARATORS = re.compile(r"[:>\])}】」』〉》〕〗⟧⟩∶꞉ː׃։፡⁚⸬ꓽ→⇒»]|(?:-+|[\u2013\u2014])(?=\s|$)")
_LEADING_SIGNS = re.compile(r"[\W\d_]*")
_SPEAKER = re.compile(  # "[Ben] hi"; no ticked item of a list, no link
    r"(?![ \t]*[-*+][ \t]+\[[xX]\])[^\w\[【［〔〖⟦]*+"
    r"[\[【［〔〖⟦](?=[^\]】］〕〗⟧]{0,99}?[^\W\d_])[^\]】］〕〗⟧]{1,100}[\]】］〕〗⟧](?!\()\s*+\S"
)
_BROKEN = re.compile(
    r"<[|｜][^|｜<>\s]{1,60}[|｜]>"
    r"|<</?sys>>|</?s>|</?(?:start_of_turn|end_of_turn|bos|eos)>"
    r"|\[/?(?:inst|system_prompt|available_tools|tool_calls|tool_results)\]",
    re.IGNORECASE,
)


def _any_of(words: str) -> str:
    return "|".join(sorted({re.escape(letters(word)) for word in words.split()}, key=len, reverse=True))


_TAG = re.compile(rf"(?:{_any_of(_INTRODUCTIONS)})*(?:{_any_of(_ROLES)})(?:{_any_of(_ADDITIONS)})*")
_ROLE_FIELD = re.compile(rf"(?<![^\W_])role[\"'`]*\s*[:=]+>?\s*[\"'`]*(?:(?:{_any_of(_ROLES)})(?![^\W_])|$)")
_ELEMENT = re.compile(rf"</?(?=(?:{_any_of(_ROLES)})(?:[\W_]|$))", re.IGNORECASE)
_RESERVED = frozenset(letters(role) for role in _ROLES.split())
_LEET = str.maketrans("01345l|", "oieasii")
_RESERVED_LEET = frozenset(name.translate(_LEET) for name in _RESERVED)


def plain(text: str, *, has_tags: bool = True) -> str:
    """Return what somebody says for themselves: as it is, but for lines and tokens that would forge a speaker.

    has_tags: speakers are told by tags here, so a line such as "[urgent] help" reads as one. Every line break of
    Unicode becomes a line feed.
    """
    return "\n".join(_unforged(line, has_tags=has_tags) for line in text.splitlines())


def quoted(text: str) -> str:
    """Return what somebody else wrote, as data: each line behind a mark."""
    return "\n".join(f"{MARK}{_broken(line)}".rstrip() for line in text.splitlines())


def told(name: str, text: str, *, is_shared: bool, is_own: bool = True) -> str:
    """Return a person's turn. is_shared: several people talk, so the turn begins with the name.

    is_own: said by the one who asks now; what others said before is quoted. The tag is `[name] text`, or, where the
    text begins with a quotation, `[name] wrote:` and the text below.
    """
    if not is_shared:
        return plain(text, has_tags=False)
    said = plain(text) if is_own else quoted(text)
    return f"[{tag(name)}] wrote:\n{said}" if said.startswith(">") else f"[{tag(name)}] {said}"


def tag(name: str) -> str:
    """Return a display name as it may stand in a tag: letters, digits, spaces and few signs; no role, never empty."""
    seen = "".join(_in_name(each) for each in unicodedata.normalize("NFKC", name))
    bare = " ".join(re.sub(r"[\u0300-\u036f]{3,}", "", seen).split())
    parts = re.split(r"[ ._-]+", bare)
    if any(map(_is_role, parts)):
        bare = " ".join(part for part in parts if not _is_role(part))
    bare = bare[:NAME_LIMIT_CHARS].strip(" .'’-_")
    if not letters(bare) or _is_role(bare):
        bare = f"{SOMEONE} {_digits(bare)}"[:NAME_LIMIT_CHARS].strip()
    return bare


def tags(people: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return a tag for each person by id, no two alike: the second Ann is "Ann 2".

    people: ids and display names. Who comes first keeps the bare name; of several names of one person the last counts.
    """
    found: dict[int, str] = {}
    for person_id, name in dict(people).items():
        base = unique = tag(name)
        taken = {letters(other) + _digits(other) for other in found.values()}
        number = 2
        while letters(unique) + _digits(unique) in taken:
            unique, number = f"{base} {number}", number + 1
        found[person_id] = unique
    return found


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


def _in_name(character: str) -> str:
    if (unicodedata.category(character)[0] in "LMN" and not is_invisible(character)) or character in "._-'’":
        return character
    return "" if is_invisible(character) and not character.isspace() else " "


def _is_role(word: str) -> bool:
    """Tell whether a name, or a part of one, reads as a role, in whatever letters, also with digits for some."""
    bare = "".join(each for each in folded(word) if each.isalnum() or each == "|")
    return bare.translate(_LEET) in _RESERVED_LEET


def _unforged(line: str, *, has_tags: bool) -> str:
    broken = _broken(_ELEMENT.sub(lambda found: f"{found[0][0]} {found[0][1:]}", line))
    if line.startswith(">"):  # quoted already
        return broken
    return f"{MARK}{broken}" if _begins_block(line, has_tags=has_tags) or _hides(folded(broken)) else broken


def _broken(line: str) -> str:
    """Return the line with its control tokens broken by spaces; breaking one may leave another, so until none is."""
    while (broken := _BROKEN.sub(lambda found: f"{found[0][0]} {found[0][1:-1]} {found[0][-1]}", line)) != line:
        line = broken
    return line


def _begins_block(line: str, *, has_tags: bool) -> bool:
    """Tell whether a line begins as a role's or a speaker's block does; a role alone on its line does, too."""
    seen = folded(line)
    if has_tags and (_SPEAKER.match(line) or _SPEAKER.match(seen)):
        return True
    signs = _LEADING_SIGNS.match(seen)
    head = seen[signs.end() if signs else 0 :][:_TAG_SCAN_CHARS]
    ends = [found.start() for found in _SEPARATORS.finditer(head)] + [len(head)]
    return any(_TAG.fullmatch("".join(filter(str.isalpha, head[:end]))) for end in ends)


def _hides(line: str) -> bool:
    """Tell whether a folded line names a role anywhere, as JSON does, or holds a token written in look-alikes."""
    return any(pattern.search(line) for pattern in (_ROLE_FIELD, _ELEMENT, _BROKEN))
