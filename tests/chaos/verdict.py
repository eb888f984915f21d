"""What must be true when everything has settled: nothing lost, nothing made or delivered twice, nothing silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.crowd import Placed
from tests.chaos.journal import Row
from tests.chaos.town import Sights, phase_of
from tests.e2e.person import Json, buttons

SHOWN_AS = {"done": "done", "failed": "not made", "cancelled": "cancelled", "interrupted": "interrupted"}


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known. begun: pictures or clips that the server began, by what was ordered."""

    placed: Sequence[Placed]
    rows: Sequence[Row]
    sights: Sights
    begun: Mapping[str, int]

    def wish_of(self, row: Row) -> Placed:
        """Return the command that an order came from."""
        return next(each for each in self.placed if each.prompt == row.prompt)

    def untaken(self) -> list[Placed]:
        """Return the commands that never became an order: nobody was there, or it died before it wrote that down."""
        known = {row.prompt for row in self.rows}
        return [each for each in self.placed if each.prompt not in known]

    def complaints(self) -> list[str]:
        """Return everything that must not be, in words."""
        found = [
            f"order {row.id} ({row.prompt}, {row.state}): {what}" for row in self.rows for what in self._wrong(row)
        ]
        return [*found, *self._wrong_servers(), *self._wrong_pings()]

    def pingless(self) -> list[Row]:
        """Return the orders whose end was told by no message of its own."""
        told = [row for row in self.rows if row.state != "cancelled" and self.wish_of(row).wish.then != "purge"]
        return [row for row in told if not self.sights.pings[str(row.message_id)]]

    def withdrawn(self) -> list[Row]:
        """Return the orders of commands that nobody answered: the bot died between keeping one and showing its card."""
        return [row for row in self.rows if row.state == "cancelled" and row.message_id is None]

    def _wrong(self, row: Row) -> Iterator[str]:
        wish = self.wish_of(row).wish
        if row in self.withdrawn():
            if self.begun.get(self.wish_of(row).words) or row.id in self.sights.cards:
                yield "was withdrawn although it was begun"
            return
        if row.state not in SHOWN_AS:
            yield "has not ended"
        elif row.state not in {*wish.ends, "interrupted"}:
            yield f"should have ended as {sorted(wish.ends)}: {row.failure}"
        if row.is_charged != (row.state == "done"):
            yield f"is_charged is {row.is_charged}"
        yield from self._wrong_files(row)
        if row.next_id is None and wish.then != "purge":
            yield from self._wrong_card(row)

    def _wrong_files(self, row: Row) -> Iterator[str]:
        files: Counter[str] = self.sights.files.get(row.id, Counter())
        if row.state != "done":
            if files:
                yield f"files stand there: {dict(files)}"
        elif len(files) > 1:
            yield f"was delivered {len(files)} times"
        elif not files:
            if self.wish_of(row).wish.then != "purge":  # its card may have been deleted when it stood there already
                yield "was lost"
        elif sum(files.values()) != row.amount:
            yield f"{sum(files.values())} files of {row.amount}"

    def _wrong_card(self, row: Row) -> Iterator[str]:
        card = self.sights.cards.get(row.id)
        if card is None:
            yield "has no card"
            return
        if phase_of(card) != SHOWN_AS.get(row.state):
            yield f"its card says {phase_of(card)!r}"
        if "Cancel" in buttons(card):
            yield "its card can be cancelled"
        if row.state in ("interrupted", "failed") and "Retry" not in buttons(card):
            yield "its card offers no Retry"

    def _wrong_servers(self) -> Iterator[str]:
        for each in self.placed:
            orders = [row for row in self.rows if row.prompt == each.prompt]
            most, begun = sum(row.amount for row in orders), self.begun.get(each.words, 0)
            if begun > most:
                yield f"{each.words}: {begun} made for {len(orders)} orders of {each.wish.count}"

    def _wrong_pings(self) -> Iterator[str]:
        for row in self.pingless():
            if not row.is_private:  # there nobody can look whether a ping was sent, so it is rather not repeated
                yield f"nobody was told that order {row.id} is {row.state}"
        for card_id, count in self.sights.pings.items():
            orders = [row for row in self.rows if str(row.message_id) == card_id]
            if count > len(orders):
                yield f"{count} pings for the {len(orders)} orders of card {card_id}"


def retriable(case: Case) -> list[tuple[Placed, Row, Json]]:
    """Return the interrupted orders with the cards on which Retry can be pressed."""
    found = []
    for row in case.rows:
        card = case.sights.cards.get(row.id)
        if row.state == "interrupted" and row.next_id is None and card is not None:
            found.append((case.wish_of(row), row, card))
    return found
