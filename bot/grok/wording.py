"""Make a server's words fit to be shown: no secrets, no markup, no pings, no pages of HTML."""

from __future__ import annotations

import re

from bot.secret import Secret

MESSAGE_LIMIT_CHARS = 300

_MASK = "[hidden]"
_TOKENS = re.compile(
    r"""
      eyJ[\w-]{8,}(?:\.[\w-]+)*                                    # JSON web tokens: what `sso` cookies hold
    | \b(?:sk|xai|g2a|gsk|sso)[-_][\w-]{8,}                        # keys by their prefix
    | (?<=bearer\ )[^\s"',;]{6,}
    | (?<=sso=)[^\s"',;]+ | (?<=sso-rw=)[^\s"',;]+ | (?<=key=)[^\s"',;&]+ | (?<=token=)[^\s"',;&]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[`*~|\\]|__|<(?=\S)|^\s*(?:>|#{1,3} )")
_PING = re.compile(r"@(?=everyone|here)")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+|\s+")


def clean(text: str, *secrets: Secret) -> str:
    """Return `text` as one short line of plain words; "" if it is a page or raw JSON and thus no message."""
    text = text[: 20 * MESSAGE_LIMIT_CHARS].strip()
    if is_page(text) or text[:1] in ("{", "["):
        return ""
    for secret in filter(None, secrets):
        text = text.replace(secret.reveal(), _MASK)
    text = _MARKUP.sub("", _LINK.sub(r"\1", _TOKENS.sub(_MASK, text)))
    text = _UNSEEN.sub(" ", _PING.sub("@\u200b", text)).strip()
    return text if len(text) <= MESSAGE_LIMIT_CHARS else text[: MESSAGE_LIMIT_CHARS - 1].rstrip() + "…"


def is_page(text: str) -> bool:
    """Tell a gateway's HTML page from a message."""
    return bool(re.match(r"\s*<(?:!doctype|html|head|body|title|center|h1)\b", text, re.IGNORECASE))
