"""What stands under an answer when it is over: how it ended, what it used, and its buttons."""

from __future__ import annotations

from bot.answering.stand import Stand
from bot.app import GrokBot
from bot.errors import GrokBotError, InputError, StoreError
from bot.services.json_answers import find_json, find_json_file
from bot.services.posts import PostState, Version
from bot.ui import text
from bot.ui.answer import AnswerView, Ending
from bot.ui.controls import AnswerControls
from bot.ui.face import TextUpload
from bot.ui.footer import footer
from bot.ui.sentences import controls as sentences
from bot.ui.sentences import memory


async def ending_of(bot: GrokBot, stand: Stand, view: AnswerView) -> Ending:
    """Return the ending of what was written. A store that fails costs the buttons, never the answer."""
    notice = _notice(stand, view)
    try:
        state = await bot.services.posts.find_state(stand.key) if stand.key else None
    except StoreError:
        return Ending(notice or memory.NO_BUTTONS)
    if state is None:
        return Ending(notice)
    if state.version is not None and (stand.is_json or not view.has_text):
        # A version that came to nothing leaves the one before.
        view.replace(shown_text(state.version, is_json=stand.is_json))
    return ending(state, notice=notice, is_json=stand.is_json, can_branch=stand.can_branch)


def ending(state: PostState, *, notice: str = "", can_branch: bool = False, is_json: bool = False) -> Ending:
    """Return the ending of an answer as it is kept."""
    version = state.version
    if version is None:
        controls = AnswerControls(state.key, can_retry=True, is_private=state.is_private)
        return Ending(notice or sentences.INTERRUPTED, controls=controls)
    json_text = find_json_file(version.text) if is_json else None
    return Ending(
        notice=notice or notice_of(version),
        footer=_footer(state, version),
        citations=version.citations,
        controls=controls_of(state, version, can_branch=can_branch),
        files=(TextUpload("answer.json", json_text),) if json_text is not None else (),
    )


def shown_text(version: Version, *, is_json: bool) -> str:
    """Return a version's text as it is shown: JSON as the code it is, where its signs are no markup."""
    found = find_json(version.text) if is_json else None
    return version.text if found is None else f"```json\n{found}```"


def controls_of(state: PostState, version: Version, *, can_branch: bool) -> AnswerControls:
    """Return the buttons of a finished answer."""
    return AnswerControls(
        state.key,
        version=version.number,
        versions=state.versions,
        can_continue=version.ended == "length",
        can_retry=version.ended == "interrupted" or not version.text.strip(),
        can_branch=can_branch and state.post.exchange_id is not None,
        has_thoughts=bool(version.thoughts.strip()),
        is_private=state.is_private,
    )


def notice_of(version: Version) -> str:
    """Return how a version ended, "" when it ended by itself."""
    if not version.text.strip():
        return text.ONLY_THOUGHTS
    return {
        "length": text.CUT_BY_LENGTH,
        "filtered": text.FILTERED,
        "interrupted": sentences.INTERRUPTED,
        "stopped": sentences.STOPPED,
        "json": sentences.NOT_JSON,
    }.get(version.ended, "")


def _footer(state: PostState, version: Version) -> str:
    return footer(
        version.model,
        version.used,
        is_fresh=state.post.is_fresh,
        is_private=state.is_private,
        is_passing=not state.is_stored,
    )


def _notice(stand: Stand, view: AnswerView) -> str:
    if stand.is_stopped:
        return sentences.STOPPED if view.has_text else sentences.STOPPED_EMPTY
    if stand.failed is not None:
        return _failure(stand.failed, view)
    return ""


def _failure(failed: GrokBotError, view: AnswerView) -> str:
    if isinstance(failed, InputError):
        return text.sentence(failed)
    return text.answer_failed(failed, has_text=view.has_text, has_thought=view.has_thought)
