"""What people are told of the line is what would happen if everybody were served in turns."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.ordering_times import Standing, place_in_line, standing, usual_s
from bot.store.order_values import InLine

ANN, BEN, CEM = 11, 12, 13
PEOPLE = st.lists(st.sampled_from((ANN, BEN, CEM, 14, 15)), max_size=25)


def line(people: Sequence[int]) -> list[InLine]:
    """Return a line in which these people ordered one after another; ids have gaps."""
    return [InLine(3 * number + 5, person, "film") for number, person in enumerate(people)]


def served(waiting: Sequence[InLine]) -> list[int]:
    """Serve everybody in turns: in each round everybody's oldest, by age."""
    own: defaultdict[int, deque[int]] = defaultdict(deque)
    for each in waiting:
        own[each.asker_id].append(each.id)
    order: list[int] = []
    while any(own.values()):
        order += sorted(theirs.popleft() for theirs in own.values() if theirs)
    return order


@given(PEOPLE)
def test_places_are_those_of_a_line_in_which_everybody_is_served_in_turns(people: list[int]) -> None:
    waiting = line(people)
    places = {place_in_line(each.id, waiting): each.id for each in waiting}
    assert [places[place] for place in range(1, len(waiting) + 1)] == served(waiting)


@given(PEOPLE, st.integers(1, 20))
def test_somebody_with_many_orders_puts_nobodys_first_one_back_by_more_than_one(people: list[int], many: int) -> None:
    waiting = line([*people, *[99] * many, BEN])
    without = [each for each in waiting if each.asker_id != 99]
    first = next(each.id for each in waiting if each.asker_id == BEN)
    assert place_in_line(first, waiting) - place_in_line(first, without) in (0, 1)


@given(PEOPLE)
def test_whoever_is_served_lets_everybody_else_move_up_or_stay(people: list[int]) -> None:
    waiting = line(people)
    for next_id in served(waiting)[:1]:
        left = [each for each in waiting if each.id != next_id]
        for each in left:
            assert place_in_line(each.id, left) <= place_in_line(each.id, waiting)


@given(PEOPLE, st.sampled_from((ANN, BEN)))
def test_an_order_placed_later_puts_the_first_ones_of_others_back_by_nothing(people: list[int], who: int) -> None:
    waiting = line([*people, who])
    firsts = {each.asker_id: each.id for each in reversed(waiting[:-1])}
    for order_id in firsts.values():
        assert place_in_line(order_id, waiting) == place_in_line(order_id, waiting[:-1])


def test_what_does_not_wait_has_no_place() -> None:
    assert place_in_line(7, ()) == 0
    assert place_in_line(7, line([ANN, BEN])) == 0
    assert standing(7, line([ANN]), (3.0,), 2) is None


def test_what_usually_happens_is_the_middle_of_what_happened() -> None:
    assert usual_s(()) is None
    assert usual_s((4.0,)) == 4.0
    assert usual_s((1.0, 900.0, 3.0)) == 3.0


@pytest.mark.parametrize(("at_once", "eta_s"), [(1, 30.0), (2, 20.0), (3, 10.0), (8, 10.0)])
def test_a_turn_comes_as_soon_as_so_many_before_it_are_done(at_once: int, eta_s: float) -> None:
    waiting = line([ANN, BEN, CEM])
    assert standing(waiting[-1].id, waiting, (10.0,), at_once) == Standing(3, eta_s)
    assert standing(waiting[-1].id, waiting, (), at_once) == Standing(3, None)
