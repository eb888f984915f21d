"""What the page tests do on the page, by the hooks that `sandbox/page/main.js` documents."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.page.world import Place

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Stage:
    """A page open at a channel of its own."""

    page: Page
    place: Place
    guild_id: str
    channel_id: str
    people: dict[str, str]

    @classmethod
    def open(
        cls, open_page: Callable[..., Page], place: Place, person: str, channel: str | None, size: tuple[int, int]
    ) -> Stage:
        """Open a new channel, or the one named, as a person."""
        found: Any = place._ask("people", None)  # Any: decoded JSON, its shape is the contract's
        people = {user["username"]: user["id"] for user in found["people"]}
        state: Any = place.act(people["you"], "state")  # Any: as above
        guild = state["guilds"][0]
        channel_id = channel or _new_channel(place, guild["id"])
        page = open_page(f"{place.page}#/{people[person]}/{guild['id']}/{channel_id}", size)
        stage = cls(page, place, guild["id"], channel_id, people)
        expect(stage.get("channel-title")).to_be_visible()
        expect(stage.get("composer")).to_be_visible()
        return stage

    def get(self, hook: str) -> Locator:
        return self.page.get_by_test_id(hook)

    def message(self, text: str) -> Locator:
        return self.get("message").filter(has_text=text).last

    def write(self, text: str) -> None:
        self.get("composer").fill(text)
        self.get("composer").press("Enter")

    def option(self, name: str) -> Locator:
        return self.get(f"option-{name}")

    def begin(self, command: str) -> None:
        """Choose a command from the list."""
        self.get("composer").fill(f"/{command}")
        self.get("picker-row").filter(has_text=f"/{command}").first.click()
        expect(self.get("command-form")).to_be_visible()

    def run(self, command: str) -> None:
        """Type a command and press Enter: once for its name, and again to send it if nothing is to be filled in."""
        self.write(f"/{command}")
        if self.get("command-form").is_visible():
            self.page.keyboard.press("Enter")

    def say(self, person: str, text: str) -> str:
        """Let somebody else write into this channel."""
        sent: Any = self.place.act(self.people[person], f"channels/{self.channel_id}/messages", {"content": text})
        return str(sent["id"])


def _new_channel(place: Place, guild_id: str) -> str:
    made: Any = place.control(f"guilds/{guild_id}/channels", {"name": f"bed-{next(_numbers)}"})  # Any: decoded JSON
    return str(made[0]["id"])
