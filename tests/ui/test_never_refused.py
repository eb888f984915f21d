"""However many live messages write at once, on whatever limits and however slow the wire: no request is answered 429.

The judge is `local_limits`, a model of Discord's limits that knows nothing of the ledger. Time is virtual.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ui.face import Face
from bot.ui.ledger import RateLedger, Route, route_of
from bot.ui.live import LiveMessage
from bot.ui.pacer import Pacer
from tests.ui.local_limits import LocalLimits, Rule, Wire
from tests.ui.virtual_time import now, run

PAGE_CHARS = 60


@dataclass(frozen=True)
class Script:
    """One answer: where it is painted, when it begins, and when each of its pieces of text comes."""

    channel: int  # 0: an interaction of its own
    starts_s: float
    deltas: tuple[tuple[float, int], ...]  # seconds after the one before, characters


@dataclass
class PagesOnWire:
    """A surface of numbered messages at the end of a wire."""

    wire: Wire
    own_id: int
    channel: int
    painted: list[tuple[float, int, str | None]] = field(default_factory=list)
    known: int = 0
    in_flight: int = 0

    def route(self, index: int) -> Route:
        is_edit = index < self.known
        if not self.channel:
            hook = f"/webhooks/1/token-{self.own_id}"
            if index == 0:
                return route_of("PATCH", f"{hook}/messages/@original")
            return route_of("PATCH", f"{hook}/messages/{10**17 + index}") if is_edit else route_of("POST", hook)
        place = f"/channels/{self.channel}/messages"
        return route_of("PATCH", f"{place}/{10**17 + index}") if is_edit else route_of("POST", place)

    async def show(self, index: int, face: Face) -> None:
        assert self.in_flight == 0, "two edits at once"
        self.in_flight += 1
        try:
            status = await self.wire.request(self.route(index))
        finally:
            self.in_flight -= 1
        assert status == 200
        self.known = max(self.known, index + 1)
        self.painted.append((now(), index, face.content))

    async def remove(self, index: int) -> None:
        raise AssertionError(f"nothing is too long here, but message {index} was removed")

    def message_ids(self) -> tuple[int, ...]:
        return tuple(range(self.known))

    def count(self) -> int:
        return self.known


async def write_out(script: Script, pacer: Pacer, surface: PagesOnWire) -> list[str]:
    """Play one script on a live message; returns the pages that should stand there at the end."""
    text = ""

    def faces() -> Sequence[Face]:
        return [Face(text[at : at + PAGE_CHARS]) for at in range(0, len(text), PAGE_CHARS)]

    await asyncio.sleep(script.starts_s)
    live = LiveMessage(surface, pacer, faces)
    async with live.painting():
        for pause_s, chars in script.deltas:
            await asyncio.sleep(pause_s)
            text += "x" * chars
            live.touch()
        await live.finish()
    assert live.lost is None
    return [face.content or "" for face in faces()]


async def play(
    scripts: Sequence[Script], rule: Rule, *, seed: int, delay_s: float, lost_share: float = 0.0, noise: int = 0
) -> tuple[LocalLimits, list[PagesOnWire]]:
    """Let all scripts write at once, among `noise` requests of other kinds, and check what stands at the end."""

    def rule_of(route: Route) -> Rule:
        if route.path.startswith("/webhooks"):
            return rule
        if route.path.startswith(
            "/channels"
        ):  # creates and edits are counted apart, and nobody could foresee otherwise
            return replace(rule, bucket=f"{rule.bucket} {route.method}")
        return Rule("other", 0, 1.0)

    clock = asyncio.get_running_loop().time
    pacer = Pacer(RateLedger(clock), clock)
    limits = LocalLimits(rule_of)
    wire = Wire(pacer, limits, random.Random(seed), delay_s, lost_share)  # noqa: S311  # repeatable, and no secret
    surfaces = [PagesOnWire(wire, index, script.channel) for index, script in enumerate(scripts)]

    async def make_noise(index: int) -> None:
        await asyncio.sleep(wire.chance.uniform(0, 10))
        callback = f"/interactions/{10**17 + index}/token/callback"
        paths = (callback, f"/users/{10**17 + index}", f"/guilds/{10**17}/members/{10**17 + index}")
        try:
            await wire.request(route_of("POST", wire.chance.choice(paths)))
        except ConnectionError:
            return

    async with asyncio.TaskGroup() as group:
        noises = [group.create_task(make_noise(index)) for index in range(noise)]
        ends = [
            group.create_task(write_out(script, pacer, surface))
            for script, surface in zip(scripts, surfaces, strict=True)
        ]
    assert all(task.done() for task in noises)
    for end, surface in zip(ends, surfaces, strict=True):
        last = {index: content for _, index, content in surface.painted}
        assert [last[index] for index in sorted(last)] == end.result()
    return limits, surfaces


scripts = st.builds(
    Script,
    channel=st.sampled_from([0, 0, 0, 7, 7, 8]),
    starts_s=st.floats(0, 4),
    deltas=st.lists(st.tuples(st.floats(0, 3), st.integers(0, 50)), min_size=1, max_size=25).map(tuple),
)
rules = st.builds(
    Rule, st.just("b"), st.sampled_from([1, 2, 3, 5, 10, 30]), st.sampled_from([0.25, 0.5, 1.0, 2.0, 5.0, 10.0])
)


@settings(max_examples=300, deadline=None, print_blob=True)
@given(
    st.lists(scripts, min_size=1, max_size=12),
    rules,
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.03, 0.3, 1.5]),
    st.integers(0, 60),
)
def test_no_mixture_of_answers_is_ever_refused(
    many: list[Script], rule: Rule, seed: int, delay_s: float, noise: int
) -> None:
    limits, _ = run(play(many, rule, seed=seed, delay_s=delay_s, noise=noise))
    assert limits.refused == []


@settings(max_examples=150, deadline=None, print_blob=True)
@given(st.lists(scripts, min_size=1, max_size=8), rules, st.integers(0, 2**32), st.sampled_from([0.03, 0.3]))
def test_lost_replies_do_not_lead_to_refusals(many: list[Script], rule: Rule, seed: int, delay_s: float) -> None:
    limits, _ = run(play(many, rule, seed=seed, delay_s=delay_s, lost_share=0.1))
    assert limits.refused == []


@pytest.mark.parametrize("rule", [Rule("b", 5, 5.0), Rule("b", 5, 2.0), Rule("b", 30, 10.0), Rule("b", 1, 1.0)])
def test_a_hundred_long_answers_at_once_are_never_refused_and_none_starves(rule: Rule) -> None:
    talk = tuple((0.02, 4) for _ in range(300))
    many = [Script(0, index % 10 * 0.01, talk) for index in range(100)]
    limits, surfaces = run(play(many, rule, seed=1, delay_s=0.1, noise=100))
    assert limits.refused == []
    counts = [sum(at < 1006.0 for at, _, _ in surface.painted) for surface in surfaces]
    assert min(counts) >= 2
    assert max(counts) <= 3 * min(counts)
