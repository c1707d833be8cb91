"""Matching payments: what holds for any book, any payment and any order.

A brute-force oracle tries every set of a small book. What posts by itself as unique is, by that
oracle, the only set that comes to the amount; what is searched is found; and nothing that is not
the payer's changes an answer.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.money import Money
from revenue.ledger import OpenItem
from revenue.matching import (
    Candidate,
    Confirmation,
    Learned,
    Match,
    Matcher,
    MatchPolicy,
    Payment,
    infer_shortfall,
    learn,
    match,
    unlearn,
)
from revenue.matching.subset import fits
from revenue.receivable import EarlyDiscount, Receivable

DAY = date(2026, 12, 1)
AMOUNTS = st.one_of(
    st.integers(1, 5_000_000),
    st.integers(1, 60).map(lambda n: n * 50_00),
    st.sampled_from([19_900, 29_900, 49_900]),
)
NUMBERS = st.integers(0, 9_999)


def _item(number: str, minor: int, *, customer: str = "C-1", due: int = 0, **more: Any) -> OpenItem:
    amount = Money.from_minor(minor, "CNY")
    due_on = date(2026, 11, 1) + timedelta(days=due)
    receivable = Receivable(
        number=number, customer=customer, on=date(2026, 10, 1), due_on=due_on, amount=amount, **more
    )
    return OpenItem(receivable=receivable, open=amount)


@st.composite
def books(draw: st.DrawFn, *, customer: str = "C-1", head: str = "AR", most: int = 9) -> Any:
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=most))
    dues = draw(st.lists(st.integers(0, 60), min_size=len(amounts), max_size=len(amounts)))
    return [
        _item(f"{head}-{place:04d}", minor, customer=customer, due=due)
        for place, (minor, due) in enumerate(zip(amounts, dues, strict=True))
    ]


def _pay(minor: int, text: str = "", customer: str = "C-1") -> Payment:
    return Payment(
        number="R-1", on=DAY, amount=Money.from_minor(minor, "CNY"), customer=customer, text=text
    )


def _sets(values: Sequence[int], low: int, high: int, most: int) -> set[frozenset[int]]:
    """Every set of values within a window: the oracle."""
    return {
        frozenset(places)
        for size in range(1, most + 1)
        for places in combinations(range(len(values)), size)
        if low <= sum(values[place] for place in places) <= high
    }


def _told(found: Match) -> tuple[Any, ...]:
    return found.candidates, found.rivals, found.stopped, found.auto


def _conserves(payment: Payment, candidate: Candidate, items: Sequence[OpenItem]) -> bool:
    left = {item.receivable.number: item.open.minor for item in items}
    paid = sum(share.amount.minor for share in candidate.shares)
    for share in candidate.shares:
        left[share.receivable] -= share.settled.minor
    whole = paid + candidate.rest_on_account.minor == payment.amount.minor
    return whole and all(amount >= 0 for amount in left.values())


@given(st.lists(st.integers(1, 60), max_size=11), st.integers(1, 200), st.integers(0, 8))
def test_the_search_finds_every_set_and_no_other(values: list[int], low: int, window: int) -> None:
    size = max(1, len(values))
    found = fits(values, low, low + window, size_max=size, node_limit=10_000, found_max=5_000)
    expected = _sets(values, low, low + window, size)
    assert found.complete
    assert found.met == min(len(expected), 1_000)
    if len(expected) <= 1_000:
        assert {frozenset(places) for places in found.sets} == expected


@given(st.lists(st.integers(1, 60), min_size=1, max_size=10), st.integers(1, 90), st.integers(1, 5))
def test_no_set_is_larger_than_the_policy_says(values: list[int], target: int, most: int) -> None:
    found = fits(values, target, target, size_max=most, node_limit=10_000, found_max=5_000)
    assert {frozenset(places) for places in found.sets} == _sets(values, target, target, most)


@given(books(), st.data())
def test_what_posts_by_amount_is_the_only_set_that_fits(book: Any, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(range(len(book))), min_size=1))
    values = [item.open.minor for item in book]
    total = sum(values[place] for place in chosen)
    found = match(_pay(total), book)
    if found.posts is not None:
        numbers = {book[place].receivable.number for place in chosen}
        assert _sets(values, total, total, len(values)) == {frozenset(chosen)}
        assert set(found.posts.receivables) == numbers
        assert sum(share.amount.minor for share in found.posts.shares) == total


@given(books(), st.integers(1, 20_000_000))
def test_a_payment_of_nothing_that_is_open_posts_no_exact_set(book: Any, minor: int) -> None:
    values = [item.open.minor for item in book]
    found = match(_pay(minor), book, policy=MatchPolicy(unique_reasons=()))
    if not _sets(values, minor, minor, len(values)):
        assert found.posts is None


@given(books(), st.integers(1, 6_000_000), st.sampled_from(["", "AR-0000", "AR-0001, 0002"]))
def test_every_candidate_uses_the_payment_up_and_no_more_than_is_open(
    book: Any, minor: int, text: str
) -> None:
    payment = _pay(minor, text)
    loose = MatchPolicy(rounding_max="5", withholding_percents=("10",), suggestions_max=50)
    for candidate in match(payment, book, policy=loose).candidates:
        assert _conserves(payment, candidate, book)


@given(books(), st.data())
def test_a_named_item_posts_at_its_amount_and_not_a_cent_beside(
    book: Any, data: st.DataObject
) -> None:
    item = data.draw(st.sampled_from(book))
    number, minor = item.receivable.number, item.open.minor
    exact = match(_pay(minor, number), book)
    assert exact.posts is not None
    assert exact.posts.receivables == (number,)
    assert exact.posts.proof == "reference"
    strict = MatchPolicy(overpaid="never", retention_percents=(), auto=("reference",))
    assert match(_pay(minor + 1, number), book, policy=strict).posts is None
    if minor > 1:
        assert match(_pay(minor - 1, number), book, policy=strict).posts is None


@given(books(), st.integers(1, 6_000_000), st.randoms(use_true_random=False), st.data())
def test_the_order_of_the_open_items_does_not_matter(
    book: Any, minor: int, dice: Any, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(["", "AR-0000", "pays AR-0000-0003"]))
    shuffled = list(book)
    dice.shuffle(shuffled)
    payment = _pay(data.draw(st.sampled_from([minor, book[0].open.minor])), text)
    assert _told(match(payment, shuffled)) == _told(match(payment, book))


@given(books(), books(customer="C-2", head="ZX"), st.data())
def test_what_another_customer_owes_changes_nothing(
    book: Any, others: Any, data: st.DataObject
) -> None:
    values = [item.open.minor for item in (*book, *others)]
    payment = _pay(
        data.draw(st.sampled_from(values)), data.draw(st.sampled_from(["", "AR-0000", "AR 1"]))
    )
    assert _told(match(payment, [*book, *others])) == _told(match(payment, book))


@given(books(), st.data())
def test_a_matcher_that_went_on_is_one_that_was_made_anew(book: Any, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(book))
    matcher = Matcher(book)
    first = matcher.match(_pay(item.open.minor, item.receivable.number))
    assert first.posts is not None
    matcher.settled(first.posts)
    rest = [each for each in book if each is not item]
    payment = _pay(data.draw(st.sampled_from([each.open.minor for each in book])))
    assert _told(matcher.match(payment)) == _told(match(payment, rest))


@given(st.integers(100, 10_000_000), st.integers(1, 99), st.integers(-1, 1))
def test_a_shortfall_is_explained_to_the_cent_or_not_at_all(
    minor: int, percent: int, beside: int
) -> None:
    terms = (EarlyDiscount(percent=percent, until=DAY),)
    item = _item("AR-1", minor, discounts=terms)
    off = (minor * percent * 2 + 100) // 200
    paid = minor - off + beside
    if not 0 < paid < minor:
        return
    plain = MatchPolicy(retention_percents=())
    found = infer_shortfall(item, Money.from_minor(paid, "CNY"), on=DAY, policy=plain)
    assert bool(found) == (beside == 0)
    for each in found:
        assert sum(part.amount.minor for part in each.differences) == minor - paid


@given(
    st.lists(
        st.builds(
            Confirmation,
            customer=st.sampled_from(["C-1", "C-2"]),
            payer=st.sampled_from(["", "Orion", "Vega Ltd"]),
            payer_account=st.sampled_from(["", "DE1", "DE2"]),
            habit=st.sampled_from(["", "oldest_first"]),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_learning_has_no_order_and_unlearning_undoes_it(
    said: list[Confirmation], dice: Any
) -> None:
    learned = learn(Learned(), *said)
    shuffled = list(said)
    dice.shuffle(shuffled)
    assert learn(Learned(), *shuffled) == learned
    assert unlearn(learned, *shuffled) == Learned()
    assert Learned.model_validate_json(learned.canonical()) == learned


class Day(RuleBasedStateMachine):
    """A day at the desk: items open, payments come, what is proven is posted."""

    @initialize()
    def begins(self) -> None:
        self.matcher = Matcher(())
        self.open: dict[str, OpenItem] = {}
        self.opened = self.posted = self.given_up = 0

    @rule(minor=AMOUNTS, customer=st.sampled_from(["C-1", "C-2"]), due=st.integers(0, 40))
    def an_item_opens(self, minor: int, customer: str, due: int) -> None:
        item = _item(f"AR-{self.opened:05d}", minor, customer=customer, due=due)
        self.opened += 1
        self.open[item.receivable.number] = item
        self.matcher.opened(item)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), beside=st.integers(-1, 1), named=st.booleans())
    def a_payment_comes(self, data: st.DataObject, beside: int, named: bool) -> None:
        item = data.draw(st.sampled_from(sorted(self.open.values(), key=_number)))
        text = item.receivable.number if named else ""
        minor = item.open.minor + beside
        if minor:
            self._answered(_pay(minor, text, item.receivable.customer))

    def _answered(self, payment: Payment) -> None:
        found = self.matcher.match(payment)
        assert all(_conserves(payment, each, list(self.open.values())) for each in found.candidates)
        if found.posts is None:
            return
        self.matcher.settled(found.posts)
        for share in found.posts.shares:
            item = self.open.pop(share.receivable)
            assert share.customer == payment.customer
            left = item.open - share.settled
            if left.minor:
                self.open[share.receivable] = OpenItem(receivable=item.receivable, open=left)

    @invariant()
    def the_matcher_holds_what_is_open(self) -> None:
        for number in list(self.open)[:2]:
            item = self.open[number]
            payment = _pay(item.open.minor, "", item.receivable.customer)
            fresh = match(payment, self.open.values())
            assert _told(self.matcher.match(payment)) == _told(fresh)


def _number(item: OpenItem) -> str:
    return item.receivable.number


Day.TestCase.settings = settings(max_examples=15, stateful_step_count=60, deadline=None)
TestADayAtTheDesk = Day.TestCase
