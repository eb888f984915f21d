"""Sentences about orders: their cards, their buttons, and the one ping when they are done.

Durations and sizes come worded (`bot.ui.text.duration`, `size`). kind: "picture" or "clip".
"""

from __future__ import annotations

INPUT: dict[str, str] = {
    "order_gone": "I no longer know this order, so its buttons do nothing any more. Please order it anew.",
    "order_not_yours": "Only the person who ordered this, or a moderator, may press that.",
    "order_over": "There is nothing left to cancel: this order is over.",
    "order_under_way": "This order is still under way. Wait until it is done, or press **Cancel** first.",
    "order_file_gone": "I no longer keep the original of this one; it can only be made anew.",
    "order_undeliverable": "It was made, but I found no way to give it to you: "
    "I could neither show it there nor send it to you.",
    "orders_many": "Your orders under way or in line: {count}. I take {limit} at a time; "
    "wait until one is done, or cancel one.",
    "orders_closed": "I cannot take orders just now, because my database is away. Please try again in a minute.",
    "quota_used": "You have used up what you may order for now. Please try again later.",
}

_TITLES = {"picture": "🎨 **Picture**", "clip": "🎬 **Clip**"}
_PHASES = {
    "queued": "in line",
    "cooling": "waiting for Grok",
    "generating": "generating",
    "upscaling": "upscaling",
    "fetching": "fetching",
    "fitting": "fitting to Discord's limit",
    "uploading": "uploading",
    "done": "done",
    "failed": "not made",
    "cancelled": "cancelled",
    "interrupted": "interrupted",
    "continued": "still under way",
    "ready": "ready",
}

CANCELLED = "Cancelled. Nothing was charged."
CANCELLING = "Cancelling…"
INTERRUPTED = "I was interrupted while Grok was making this. Press **Retry**: it costs you nothing."
CONTINUED = (
    "This takes longer than Discord lets me write here. Press **Show** when you like: I keep the result until then."
)
CONTINUED_BELOW = "This goes on in the message below."
READY = "This is ready. Press **Show** to see it: I keep it for you."
FAILED = "That did not work. Press **Retry** to try again."
RESUMED = "went on after a restart"
RESTARTING = "I am being restarted and go on by myself in a moment"
DAMAGED = "The clip arrived damaged, so I did not send it. Press **Retry**: it costs you nothing."
NOTIFY_ON = "I will ping you when an order of yours is done."
NOTIFY_OFF = "I will no longer ping you when an order of yours is done."
_HANDED_OVER = {
    "deleted": "{where} was deleted while I was making this, so here it is.",
    "forbidden": "I lost my permission to write in {where}, so here is what you ordered.",
    "unreachable": "Discord did not let me finish in {where}, so here is what you ordered.",
}


def title(kind: str, phase: str) -> str:
    """Return the first line of a card."""
    return f"{_TITLES[kind]} · {_PHASES[phase]}"


def in_line(place: int | None, wait: str) -> str:
    """Return where an order stands. place: 1 is next, None if nobody knows; wait: until it begins, "" likewise."""
    where = "In line" if place is None else "Next in line" if place <= 1 else f"{ordinal(place)} in line"
    return f"{where} · about {wait} until it begins" if wait else where


def left(duration: str) -> str:
    """Return what is probably left of an order."""
    return f"about {duration} left"


def after(duration: str) -> str:
    """Return when an order ended that came to nothing."""
    return f"after {duration}"


def link_dies(life: str) -> str:
    """Return for how long the original can be fetched from the server. life: "about 24 h", "" when unknown."""
    return f"the link works for {life}" if life else "the link works for a while"


def cooling(wait: str) -> str:
    """Return why an order waits though it is its turn. wait: "" when nobody knows."""
    when = f"in about {wait}" if wait else "as soon as it is ready"
    return f"The pool is cooling; I go on by myself {when}."


def too_large(kind: str, size: str, limit: str, *, has_link: bool) -> str:
    """Return why a result is not attached. has_link: the card leads to the original."""
    said = f"The {kind} is {size}, and Discord takes {limit} here."
    if has_link:
        return f"{said} The original can be fetched from the server."
    return f"{said} The server gives no public link, so it can only be had where Discord takes more."


def handed_over(reason: str, where: str) -> str:
    """Return what stands above a result that goes to the person by direct message.

    reason: "deleted", "forbidden" or "unreachable"; where: the channel, mentioned or named.
    """
    return _HANDED_OVER[reason].format(where=where)


def missing(number: int) -> str:
    """Return what is said of pictures that did not come."""
    return f"-# {number} of the pictures did not come; press **Again** for more."


def made_smaller(size: str) -> str:
    """Return what is said of a file that had to fit Discord's limit. size: before."""
    return f"made to fit, from {size}"


def done_ping(person_id: int, kind: str, link: str = "", *, count: int = 1) -> str:
    """Return the message that pings a person whose order is done. link: to its card, "" where there is none."""
    what = f"your {kind} is" if count == 1 else f"your {count} {kind}s are"
    return _ping(person_id, f"{what} ready", link)


def failed_ping(person_id: int, kind: str, link: str = "") -> str:
    """Return the message that pings a person whose order came to nothing."""
    return _ping(person_id, f"your {kind} could not be made", link)


def interrupted_ping(person_id: int, kind: str, link: str = "") -> str:
    """Return the message that pings a person whose order was interrupted."""
    return _ping(person_id, f"I was interrupted while making your {kind}; **Retry** costs you nothing", link)


def undelivered_ping(person_id: int, kind: str) -> str:
    """Return what is said in the channel when a result can neither stand there nor be sent to the person."""
    return (
        f"<@{person_id}> your {kind} is ready, but its card is gone and you take no direct messages from me. "
        "Press **Resend**: it costs you nothing."
    )


def notify_set(*, is_on: bool) -> str:
    """Return what was chosen with `/notify`."""
    return NOTIFY_ON if is_on else NOTIFY_OFF


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "3rd", "11th"."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"


def _ping(person_id: int, what: str, link: str) -> str:
    return f"<@{person_id}> {what}: {link}" if link else f"<@{person_id}> {what}."
