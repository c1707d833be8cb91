"""Pooling: neighbours whose rates fall become one class; what was not observed borrows."""

from fractions import Fraction

from revenue.provision.pooling import pooled


def rates(row: list[str | None], weights: list[int]) -> list[str]:
    found = pooled([None if each is None else Fraction(each) for each in row], weights)
    return [str(each.rate) for each in found]


def test_a_row_that_rises_stays_as_it_is() -> None:
    assert rates(["1/10", "1/5", "1/5"], [1, 2, 3]) == ["1/10", "1/5", "1/5"]


def test_a_fall_is_pooled_by_weight_and_back_as_far_as_needed() -> None:
    assert rates(["1/2", "1/5"], [1, 2]) == ["3/10", "3/10"]
    assert rates(["3/10", "4/10", "0"], [1, 1, 2]) == ["7/40", "7/40", "7/40"]


def test_a_pool_names_where_it_begins_and_ends() -> None:
    row = pooled([Fraction(0), Fraction(1, 2), Fraction(1, 4), Fraction(1)], [1, 1, 1, 1])
    assert [(each.first, each.last) for each in row] == [(0, 0), (1, 2), (1, 2), (3, 3)]


def test_what_was_not_observed_has_the_next_older_rate_else_the_younger() -> None:
    assert rates([None, "1/10", None, "1/2", None], [0, 1, 0, 1, 0]) == [
        *("1/10", "1/10", "1/2", "1/2", "1/2")
    ]
    assert rates(["1/2", None, "1/4"], [1, 0, 1]) == ["3/8", "3/8", "3/8"]
