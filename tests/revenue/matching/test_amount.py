"""What an amount alone proves: one fit, searched to the end, hardly by chance, and no rival."""

from datetime import date

import pytest

from revenue.matching import Match, MatchPolicy, match
from revenue.matching.subset import chance, fits, grid
from revenue.receivable import EarlyDiscount
from tests.revenue.matching.owed import eur, owed, paid

FREE = tuple(
    owed(f"AR-{place}", amount, due_on=date(2026, 11, 1 + place))
    for place, amount in enumerate(("1834.17", "977.03", "2411.96", "606.41", "1295.88"), start=1)
)


def posted(found: Match) -> tuple[str, ...]:
    return found.posts.receivables if found.posts else ()


def test_the_only_item_of_the_amount_is_unique() -> None:
    found = match(paid("977.03"), FREE)
    assert posted(found) == ("AR-2",)
    assert found.posts is not None
    assert found.posts.proof == "unique"
    assert found.rivals == 0
    assert found.stopped.code == "proven_unique"


def test_a_cent_more_or_less_is_not() -> None:
    assert posted(match(paid("977.04"), FREE)) == posted(match(paid("977.02"), FREE)) == ()


def test_the_only_set_of_the_amount_is_unique() -> None:
    assert posted(match(paid("2440.58"), FREE)) == ("AR-1", "AR-4")


def test_an_item_that_is_a_pair_as_well_is_first_and_not_posted() -> None:
    book = [*FREE, owed("AR-9", "2811.20")]
    found = match(paid("2811.20"), book)
    assert posted(found) == ()
    assert found.candidates[0].receivables == ("AR-9",)
    assert found.candidates[0].proof == "single"
    assert found.candidates[1].receivables == ("AR-1", "AR-2")
    assert found.rivals == 1
    assert found.stopped.code == "rivals"


def test_equal_items_are_rivals_and_the_oldest_comes_first() -> None:
    book = [*FREE, owed("AR-0", "977.03", due_on=date(2026, 11, 30))]
    found = match(paid("977.03"), book)
    assert posted(found) == ()
    assert found.candidates[0].receivables == ("AR-2",)
    oldest = match(paid("977.03"), book, policy=MatchPolicy(alike="oldest"))
    assert posted(oldest) == ("AR-2",)


def test_with_an_unknown_payer_an_amount_is_a_suggestion() -> None:
    found = match(paid("977.03", customer=""), FREE)
    assert posted(found) == ()
    assert found.candidates[0].receivables == ("AR-2",)
    assert found.stopped.code == "who_unknown"


def test_in_a_book_of_round_amounts_one_fit_is_chance() -> None:
    book = [owed(f"AR-{n}", f"{n * 50}.00") for n in range(1, 25, 2)]
    found = match(paid("550.00"), book)
    assert found.candidates[0].receivables == ("AR-11",)
    assert posted(found) == ()
    assert found.stopped.code in {"chance", "rivals"}


def test_where_sets_are_many_nothing_is_unique_and_the_reason_says_so() -> None:
    book = [owed(f"AR-{n}", f"{100 + n * 7}.{n % 10}{n % 7}") for n in range(60)]
    found = match(paid("4000.01"), book)
    assert posted(found) == ()
    assert found.stopped.code in {"chance", "only_suggested", "difference_unnamed"}


def test_a_search_that_was_cut_short_proves_nothing() -> None:
    found = match(paid("977.03"), FREE, policy=MatchPolicy(node_limit=1))
    assert posted(found) == ()
    assert found.stopped.code == "node_limit"
    assert found.candidates[0].receivables == ("AR-2",)


def test_the_oldest_items_are_a_candidate_that_is_not_posted() -> None:
    book = [*FREE, owed("AR-7", "2811.20")]
    found = match(paid("2811.20"), book)
    assert found.posts is None
    prefix = match(paid("5223.16"), FREE)
    assert prefix.candidates[0].receivables == ("AR-1", "AR-2", "AR-3")


def test_an_advance_settles_nothing_by_its_amount() -> None:
    for text in ("预付款", "PREPAYMENT PO 77", "deposit"):
        found = match(paid("977.03", text), FREE)
        assert posted(found) == ()
        assert found.stopped.code == "advance"


def test_a_text_that_speaks_of_a_part_stops_the_amount() -> None:
    assert match(paid("977.03", "PART PAYMENT"), FREE).stopped.code == "part_said"


def test_more_than_everything_leaves_a_rest_on_account() -> None:
    found = match(paid("9000.00"), FREE)
    (last,) = [each for each in found.candidates if len(each.shares) == 5]
    assert last.rest_on_account == eur("1874.55")
    assert posted(found) == ()


def test_a_discount_in_time_is_unique_like_an_exact_amount() -> None:
    terms = (EarlyDiscount(percent="2", until=date(2026, 12, 5)),)
    book = [*FREE, owed("AR-8", "4411.39", discounts=terms)]
    in_time = match(paid("4323.16"), book)
    assert posted(in_time) == ("AR-8",)
    assert in_time.posts is not None
    assert in_time.posts.shares[0].differences[0].reason == "discount"
    too_late = match(paid("4323.16", on=date(2026, 12, 6)), book)
    assert posted(too_late) == ()
    assert match(paid("4323.16"), book, policy=MatchPolicy(unique_reasons=())).posts is None


def test_a_difference_that_fits_another_item_is_a_rival() -> None:
    book = [owed("A", "1000.03"), owed("B", "1052.66")]
    found = match(paid("1000.03"), book)
    assert found.posts is None
    assert found.candidates[0].receivables == ("A",)
    assert found.rivals == 1


def test_only_the_proofs_of_the_policy_post() -> None:
    by_reference = MatchPolicy(auto=("reference",))
    found = match(paid("977.03"), FREE, policy=by_reference)
    assert found.posts is None
    assert found.stopped.code == "not_allowed"
    assert found.candidates[0].proof == "unique"


def test_steps_that_the_policy_leaves_out_are_not_taken() -> None:
    found = match(paid("977.03"), FREE, policy=MatchPolicy(steps=("reference",)))
    assert found.candidates == ()
    assert found.stopped.code == "nothing_fits"


def test_nothing_open_is_said() -> None:
    assert match(paid("1.00"), []).stopped.code == "nothing_open"
    assert match(paid("1.00", customer=""), []).stopped.code == "who_unknown"


def test_every_set_is_found_and_counted() -> None:
    found = fits([5, 4, 3, 2, 1], 7, 7, size_max=5, node_limit=1_000, found_max=9)
    assert {frozenset(places) for places in found.sets} == {
        frozenset({0, 3}),
        frozenset({1, 2}),
        frozenset({1, 3, 4}),
    }
    assert (found.met, found.complete) == (3, True)
    assert fits([5, 4, 3, 2, 1], 7, 7, size_max=2, node_limit=1_000, found_max=9).met == 2
    assert fits([5, 4, 3, 2, 1], 7, 7, size_max=5, node_limit=5, found_max=9).complete is False


def test_a_window_holds_every_set_within_it() -> None:
    found = fits([10, 20, 35], 28, 36, size_max=3, node_limit=100, found_max=9)
    assert found.sets == ((2,), (0, 1))


def test_round_books_expect_more_by_chance() -> None:
    odd = [101_37, 202_11, 303_93, 404_59, 505_71]
    even = [100_00, 200_00, 300_00, 400_00, 500_00]
    assert chance(odd, 300_01, size_max=1) < 100
    assert chance(even, 300_00, size_max=1) > 300_000
    assert chance(even, 300_01, size_max=1) < 100


@pytest.mark.parametrize(
    ("amount", "step"), [(1, 1), (5, 5), (12_345, 5), (113_000, 1_000), (2_000_000, 1_000_000)]
)
def test_the_grid_of_an_amount_is_its_roundest_step(amount: int, step: int) -> None:
    assert grid(amount) == step
