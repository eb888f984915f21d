"""Orders in each of their states, as the card bot shows them and the page tests look at them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bot.ui.face import Upload
from bot.ui.order_card import CardState
from bot.ui.sentences import orders as sentences
from tests.page.garden_media import clip, picture

PROMPT = "A heron lifts off a misty lake at dusk, slow motion"
LONG_PROMPT = "The camera glides over a sea of clouds, past peaks that glow in the last light; " * 20
LINK = "https://media.example.org/videos/heron.mp4"


@dataclass(frozen=True, slots=True)
class Files:
    """What the cards attach, drawn into a folder."""

    pictures: tuple[Upload, ...]
    poster: Upload
    film: Upload


def draw_files(folder: Path) -> Files:
    for at in range(4):
        (folder / f"{at}.png").write_bytes(picture(at).getvalue())
    (folder / "poster.png").write_bytes(picture(2, 640, 360).getvalue())
    (folder / "film.mp4").write_bytes(clip(640, 360).getvalue())
    pictures = tuple(Upload(folder / f"{at}.png", f"grok-{at + 1}.png", f"Picture: {PROMPT}") for at in range(4))
    poster = Upload(folder / "poster.png", "poster.png", f"Poster: {PROMPT}")
    return Files(pictures, poster, Upload(folder / "film.mp4", "grok.mp4", f"Clip: {PROMPT}"))


def clip_states(files: Files) -> dict[str, CardState]:
    """Return the states of a clip: up to "uploading" in the order in which a card goes through them."""
    clip = CardState("42", "clip", PROMPT, "grok-imagine-1.0-video · 16:9 · 10 s · 720p")
    shown = replace(clip, poster=files.poster)
    size = sentences.too_large("clip", "38.2 MiB", "10.0 MiB", has_link=True)
    unlinked = sentences.too_large("clip", "38.2 MiB", "10.0 MiB", has_link=False)
    done = replace(shown, phase="done", media=(files.film,), facts="1 min 5 s · 8.3 MiB", can_resend=True)
    return {
        "queued": replace(clip, place=3, eta_s=118),
        "cooling": replace(clip, phase="cooling", eta_s=41),
        "begun": replace(clip, phase="generating", elapsed_s=2, eta_s=66),
        "generating": replace(clip, phase="generating", percent=42, elapsed_s=27, eta_s=38),
        "resumed": replace(clip, phase="generating", percent=60, elapsed_s=40, eta_s=21, sentence=sentences.RESUMED),
        "cancelling": replace(clip, phase="generating", percent=60, elapsed_s=41, is_cancelling=True),
        "upscaling": replace(clip, phase="upscaling", percent=99, elapsed_s=58),
        "fetching": replace(shown, phase="fetching", percent=35, elapsed_s=62, eta_s=4),
        "fitting": replace(shown, phase="fitting", percent=70, elapsed_s=75, eta_s=9),
        "uploading": replace(shown, phase="uploading", elapsed_s=88),
        "done": done,
        "fitted": replace(done, facts="1 min 28 s · fitted from 38.2 MiB to 9.8 MiB, 720p to 540p"),
        "linked": replace(shown, phase="done", sentence=size, link=LINK, link_dies="about 24 h", facts="1 min 5 s"),
        "unlinked": replace(shown, phase="done", sentence=unlinked, facts="1 min 5 s", can_resend=True),
        "failed": replace(clip, phase="failed", sentence=sentences.DAMAGED, elapsed_s=71),
        "cancelled": replace(clip, phase="cancelled", elapsed_s=43),
        "interrupted": replace(clip, phase="interrupted", elapsed_s=30),
        "continued": replace(clip, phase="continued"),
        "long": replace(clip, phase="generating", prompt=LONG_PROMPT, percent=42, elapsed_s=27, eta_s=38),
        "long-done": replace(done, prompt=LONG_PROMPT),
    }


def picture_states(files: Files) -> dict[str, CardState]:
    """Return the states of an order for pictures, likewise."""
    order = CardState("43", "picture", PROMPT, "grok-imagine-1.0 · 3:2 · 4 pictures")
    done = replace(order, phase="done", facts="12 s · 1.4 MiB", can_resend=True)
    return {
        "queued": replace(order, place=1, eta_s=6),
        "cooling": replace(order, phase="cooling"),
        "generating": replace(order, phase="generating", elapsed_s=7, eta_s=8),
        "cancelling": replace(order, phase="generating", elapsed_s=8, is_cancelling=True),
        "fetching": replace(order, phase="fetching", elapsed_s=13),
        "fitting": replace(order, phase="fitting", elapsed_s=15),
        "uploading": replace(order, phase="uploading", elapsed_s=16),
        "preview": replace(order, phase="generating", elapsed_s=9, eta_s=5, media=files.pictures[:1]),
        **{f"done-{count}": replace(done, media=files.pictures[:count]) for count in range(1, 5)},
        "failed": replace(
            order,
            phase="failed",
            sentence="Grok withheld the result. Another wording may help. It says: “Content moderated”",
            elapsed_s=9,
        ),
        "cancelled": replace(order, phase="cancelled", elapsed_s=8),
        "interrupted": replace(order, phase="interrupted", elapsed_s=10),
        "continued": replace(order, phase="continued"),
    }
