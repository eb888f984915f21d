"""What an error means on the command line: a word for programs, one sentence for people, an exit code."""

from __future__ import annotations

from dataclasses import dataclass

from bot.cli.exits import EXIT_FAILED, EXIT_KEY_REFUSED, EXIT_MISCONFIGURED, EXIT_TRY_LATER, EXIT_USAGE
from bot.errors import (
    GrokBotError,
    InputError,
    MediaError,
    SettingError,
    StoreAway,
    StoreError,
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamJobGone,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)

KEY_REFUSED = "the Grok server refuses the key"
KEY_MISSING = "the Grok server wants a key and none is set: set GROK_API_KEY, write it into .env, or give --key-file"

_INPUT = {
    "option": "{name}: {problem}",
    "unreadable": "{name} cannot be read: {reason}",
    "blank": "the prompt is empty",
    "no_prompt": "a prompt is needed, or --job",
    "job_is_ordered": "--job goes on with a clip that is ordered already: only -o and --force go with it",
    "stdin_twice": "stdin can be read only once",
    "too_large": "{name} is larger than {limit_mb} MiB",
    "no_text": "{name} is no text in UTF-8",
    "no_picture": "{name} is no PNG, JPEG, WebP or GIF",
    "messages": "{name}: {problem}",
    "no_folder": "{name} is no folder that files can be written to",
    "bytes_and_json": "-o - and --output json cannot share stdout",
    "rows_and_json": "the rows are JSON lines already; with --output json name a FILE for them",
    "several_to_stdout": "-o - takes one picture only",
    "handle_or_all": "a handle is needed, or --all",
    "pool_token_unknown": "no account is called {name}; `grokcord pool list` lists them",
    "pool_token_ambiguous": "several accounts end in {name}; use a handle of `grokcord pool list`",
    "pool_no_tokens": "stdin has no token; one is expected in each line",
    "pool_many_tokens": "these are too many at once; the most is {most}",
    "pool_bad_token": "a line is no token: each is one word of 8 to 4000 plain characters",
    "pool_bad_name": "a pool's name is one word of letters and digits, such as ssoBasic",
    "bytes_on_screen": "stdout is a terminal: send the bytes of -o - into a file or a pipe",
}
_MEDIA = {
    "address": "the server gave a link that is not opened: it leads into a private network or is no web address",
    "private": "the result exists, but the server keeps it to itself: its app_url is not set",
    "size": "the result is larger than MAX_FILE_MB allows",
    "type": "the server gave a file that is not of the kind that was asked for",
    "gone": "the result is gone from the server",
    "network": "the result was made, but fetching it failed",
    "slow": "the result was made, but the server hands it out too slowly",
    "cut": "the server gave a clip that breaks off before its end",
    "disk": "the result was made, but it cannot be written: the disk is full, or closed to me",
    "busy": "another process is fetching to this very file",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to say of an error."""

    code: str
    sentence: str
    exit_code: int


def verdict(error: GrokBotError) -> Verdict:
    """Return what to say of an error."""
    match error:
        case SettingError():
            return Verdict("setting", str(error), EXIT_MISCONFIGURED)
        case InputError():
            return Verdict("usage", _INPUT[error.code].format(**error.facts), EXIT_USAGE)
        case MediaError():
            return Verdict(f"file_{error.reason}", _MEDIA.get(error.reason, _MEDIA["network"]), EXIT_FAILED)
        case UpstreamError():
            return _upstream(error)
        case StoreAway():
            return Verdict("database_away", str(error), EXIT_TRY_LATER)
        case StoreError():
            return Verdict("database", str(error), EXIT_FAILED)
        case _:
            return Verdict("failed", str(error), EXIT_FAILED)


def _upstream(error: UpstreamError) -> Verdict:  # one case per class of the tree
    said = f": {error.message}" if error.message else ""
    match error:
        case UpstreamRateLimited():
            wait = f" in {max(1, round(error.retry_after_s))} s" if error.retry_after_s else " later"
            return Verdict("rate_limited", f"no account of the Grok server is free; try again{wait}", EXIT_TRY_LATER)
        case UpstreamOutOfCredits():
            return Verdict("out_of_credits", "the Grok account has used up its credits", EXIT_FAILED)
        case UpstreamKeyRefused():
            return Verdict("key_refused", KEY_REFUSED, EXIT_KEY_REFUSED)
        case UpstreamModelUnknown():
            return Verdict("model_unknown", "the Grok server does not know the model", EXIT_FAILED)
        case UpstreamUnsupported():
            return Verdict("unsupported", f"the Grok server cannot do that{said}", EXIT_FAILED)
        case UpstreamBlocked():
            return Verdict("blocked", f"Grok withheld the result; another wording may help{said}", EXIT_FAILED)
        case UpstreamEmpty():
            return Verdict("empty", "Grok said it was done but sent nothing; try again", EXIT_FAILED)
        case UpstreamInterrupted():
            return Verdict("interrupted", f"Grok stopped before the end{said}", EXIT_FAILED)
        case UpstreamJobGone():
            return Verdict("job_gone", "the Grok server does not know this job any more", EXIT_FAILED)
        case UpstreamTimeout():
            return Verdict("timeout", "the Grok server did not answer in time; try again later", EXIT_TRY_LATER)
        case UpstreamUnavailable():
            return Verdict("unavailable", f"the Grok server cannot be reached; try again later{said}", EXIT_TRY_LATER)
        case _:
            return Verdict("refused", f"the Grok server did not accept the request{said}", EXIT_FAILED)
