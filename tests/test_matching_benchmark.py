"""The benchmark of matching measures what it says: one book, one truth, honest marks."""

import doctest
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from benchmarks import _debtors, _receipts, _remittances, matching
from benchmarks._baselines import DropLatest, FirstSubstring, OldestPrefix, baselines
from benchmarks._debtors import Debt, Market
from benchmarks._deductions import Truth
from benchmarks._desk import (
    Answer,
    Clearing,
    Contestant,
    Desk,
    Judged,
    money,
    on_file,
    receivable,
    right,
    work,
)
from benchmarks._receipts import Book, Receipt, book
from revenue.ledger import OpenItem
from revenue.matching import Candidate, Confirmation, Learned, Payment, Share, Shortfall, learn

SMALL = Market(receipts=400, open_items=2_000, seed=5)
MADE = book(SMALL)
DAY = _debtors.FIRST_DAY
KNOWN = learn(Learned(), Confirmation(customer="C-1", payer="Orion"))


def debt(number: str, source: str, cents: int, **changes: object) -> Debt:
    plain = Debt(number, source, "C-1", "", DAY, DAY + timedelta(days=int(number)), cents, (cents,))
    return plain._replace(**changes)  # type: ignore[arg-type]


def opened(*debts: Debt) -> list[OpenItem]:
    return [OpenItem(receivable=receivable(each), open=money(each.cents)) for each in debts]


def paid(cents: int, text: str = "", payer: str = "Orion") -> Payment:
    return Payment(number="B-1", on=DAY, amount=money(cents), payer=payer, text=text)


def answered(contestant: Contestant, payment: Payment, *debts: Debt) -> Answer:
    contestant.open_up(opened(*debts), KNOWN)
    return contestant.answer(payment)


def line(truth: Truth, cents: int = 100) -> Receipt:
    return Receipt("B-1", DAY, cents, "", "", "", (), truth, "C-1", "one invoice", "", "exact")


class Oracle:
    """Posts the truth of a book."""

    def __init__(self, made: Book) -> None:
        self.truths = {receipt.number: receipt.truth for receipt in made.receipts}
        self.mornings: list[dict[str, int]] = []

    def open_up(self, items: Sequence[OpenItem], known: Learned) -> None:
        self.left = {item.receivable.number: item.open.minor for item in items}

    def answer(self, payment: Payment) -> Answer:
        truth = self.truths[payment.number]
        for number, cents in (*truth.cleared, *truth.apart):
            self.left[number] -= cents
            assert self.left[number] >= 0
        return Answer(Clearing(truth.cleared, truth.given_up)) if truth.cleared else Answer()


def test_the_same_seed_gives_the_same_book_and_another_another() -> None:
    assert book(SMALL) == MADE
    assert book(SMALL._replace(seed=6)).receipts != MADE.receipts


def test_the_book_has_as_many_open_items_and_receipts_as_asked() -> None:
    before = [each for each in MADE.debts if each.on < DAY]
    assert len(MADE.receipts) == SMALL.receipts
    assert SMALL.open_items <= len(before) < SMALL.open_items + len(_debtors.INSTALMENTS)
    assert len({each.number for each in MADE.debts}) == len(MADE.debts)
    assert [each.on for each in MADE.debts] == sorted(each.on for each in MADE.debts)


def test_the_standard_book_is_the_one_that_is_published() -> None:
    assert Market()[:3] == (10_000, 50_000, 2681)
    for shares in (Market().paid, Market().told, Market().differs, Market().terms):
        assert sum(weight for _, weight in shares) == 1_000


def test_everything_that_can_be_drawn_occurs() -> None:
    wide = book(Market(receipts=3_000, open_items=15_000, seed=1))
    for label in ("paid", "told", "differs"):
        found = Counter(getattr(receipt, label) for receipt in wide.receipts)
        assert {name for name, _ in getattr(Market(), label)} <= set(found)
    series = {each.series for each in wide.customers}
    assert series == {name for name, _ in _debtors.SERIES_HOME + _debtors.SERIES_ABROAD}


def test_money_in_and_what_is_given_up_cover_what_is_cleared() -> None:
    for receipt in MADE.receipts:
        cleared = sum(cents for _, cents in receipt.truth.cleared)
        rest = receipt.cents + receipt.truth.given_up - cleared
        assert rest == 0 or receipt.differs == "over" or not receipt.truth.cleared


def test_nothing_is_cleared_before_it_is_billed_nor_by_more_than_is_open() -> None:
    issued = {each.number: each.on for each in MADE.debts}
    left = {each.number: each.cents for each in MADE.debts}
    for receipt in MADE.receipts:
        for number, cents in (*receipt.truth.cleared, *receipt.truth.apart):
            left[number] -= cents
            assert left[number] >= 0
            assert issued[number] <= receipt.on


def test_a_discount_is_given_only_in_time() -> None:
    until = {each.number: each.discount_until for each in MADE.debts}
    seen = Counter(receipt.differs for receipt in MADE.receipts)
    assert seen["discount"]
    assert seen["late discount"]
    for receipt in MADE.receipts:
        limits = [until[number] for number, _ in receipt.truth.cleared]
        if receipt.differs == "discount":
            assert any(limit is not None and limit >= receipt.on for limit in limits)
        if receipt.differs == "late discount":
            assert receipt.truth.given_up == 0


def test_without_a_word_the_debt_that_falls_due_first_is_meant() -> None:
    left = {each.number: each.cents for each in MADE.debts}
    debts = {each.number: each for each in MADE.debts}
    met = 0
    for receipt in MADE.receipts:
        quiet = receipt.told == "not at all" and receipt.paid == "one invoice"
        if quiet and receipt.differs == "exact":
            ((number, cents),) = receipt.truth.cleared
            alike = [
                each
                for each in MADE.debts
                if each.customer == receipt.customer
                and each.on <= receipt.on
                and left[each.number] == cents
            ]
            first = min(alike, key=lambda each: (each.due_on, each.number))
            assert debts[number] == first
            met += len(alike) > 1
        for number, cents in (*receipt.truth.cleared, *receipt.truth.apart):
            left[number] -= cents
    assert met


def test_a_text_in_full_holds_every_number_and_a_cut_one_does_not() -> None:
    sources = {each.number: each.source for each in MADE.debts}
    for receipt in MADE.receipts:
        said = receipt.text + "".join(receipt.references)
        whole = all(sources[number] in said for number, _ in receipt.truth.cleared)
        if receipt.told == "in full" and receipt.truth.cleared:
            assert whole
        if receipt.told == "cut":
            assert not whole


def test_the_examples_of_the_generator_run() -> None:
    for module in (_debtors, _remittances, _receipts):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("cleared", "given_up", "is_right"),
    [
        ((("1", 100),), 0, True),
        ((("2", 100),), 0, False),
        ((("1", 99),), 0, False),
        ((("1", 100),), 1, False),
        ((("1", 100), ("2", 1)), 0, False),
    ],
)
def test_right_is_the_very_receivable_by_the_very_amount(
    cleared: tuple[tuple[str, int], ...], given_up: int, is_right: bool
) -> None:
    assert right(Clearing(cleared, given_up), Truth((("1", 100),))) is is_right


def test_whoever_knows_the_truth_has_every_mark_full() -> None:
    worked = work(MADE, Oracle(MADE))
    assert len(worked.judged) == SMALL.receipts
    for by_value in (False, True):
        found = matching.score(worked.judged, by_value=by_value)
        assert found == (1.0, 1.0, 1.0, 1.0, 0.0, 1.0)


def test_marks_count_receipts_or_their_amounts() -> None:
    truth = Truth((("1", 100),))
    judged = [
        Judged(line(truth, 100), Answer(Clearing(truth.cleared))),
        Judged(line(truth, 300), Answer(Clearing((("2", 100),)))),
        Judged(line(truth, 400), Answer(None, (Clearing((("2", 1),)), Clearing(truth.cleared)))),
        Judged(line(truth, 200), Answer()),
        Judged(line(Truth(), 100), Answer(Clearing(truth.cleared))),
        Judged(line(Truth(), 300), Answer()),
    ]
    by_count, by_value = (matching.score(judged, by_value=value) for value in (False, True))
    assert by_count == (0.333333, 0.25, 0.25, 0.5, 0.25, 0.5)
    assert by_value == (0.2, 0.1, 0.1, 0.5, 0.2, 0.75)
    assert matching.score([]).precision_auto is None


def test_one_error_in_a_million_is_not_rounded_away() -> None:
    truth = Truth((("1", 100),))
    judged = [
        Judged(line(truth, 99_999_999), Answer(Clearing(truth.cleared))),
        Judged(line(truth, 1), Answer(Clearing((("2", 100),)))),
    ]
    assert matching.score(judged, by_value=True).precision_auto == 0.999999


def test_a_person_sets_everything_right_in_the_evening() -> None:
    class Wrong(Oracle):
        """Posts nothing, and remembers what was open in the mornings."""

        def open_up(self, items: Sequence[OpenItem], known: Learned) -> None:
            self.mornings.append({item.receivable.number: item.open.minor for item in items})
            self.learned = known

        def answer(self, payment: Payment) -> Answer:
            return Answer()

    contestant = Wrong(MADE)
    work(MADE, contestant)
    left = {each.number: each.cents for each in MADE.debts}
    for receipt in MADE.receipts:
        if receipt.on < MADE.receipts[-1].on:
            for number, cents in (*receipt.truth.cleared, *receipt.truth.apart):
                left[number] -= cents
    assert contestant.mornings[-1] == {number: cents for number, cents in left.items() if cents}
    assert len(contestant.learned.lessons) > len(on_file(MADE).lessons)


def test_the_desk_learns_only_where_it_may() -> None:
    class Learning(Oracle):
        """Remembers what was known on the last morning."""

        def open_up(self, items: Sequence[OpenItem], known: Learned) -> None:
            super().open_up(items, known)
            self.learned = known

    contestant = Learning(MADE)
    work(MADE, contestant, learns=False)
    assert contestant.learned == on_file(MADE)


def test_a_habit_is_confirmed_where_one_was_seen() -> None:
    desk = Desk(MADE)
    for day in sorted({receipt.on for receipt in MADE.receipts}):
        receipts = [receipt for receipt in MADE.receipts if receipt.on == day]
        items = sorted(
            desk.morning(day), key=lambda item: (item.receivable.due_on, item.receivable.number)
        )
        settling = [receipt for receipt in receipts if receipt.truth.cleared]
        for receipt, told in zip(settling, desk.confirmed(receipts), strict=True):
            own = [i.receivable.number for i in items if i.receivable.customer == receipt.customer]
            cleared = [number for number, _ in receipt.truth.cleared]
            oldest = sorted(own[: len(cleared)]) == cleared
            discounted = "discount" in receipt.truth.reasons
            expected = "deducts_discount" if discounted else "oldest_first" if oldest else ""
            assert (told.customer, told.habit) == (receipt.customer, expected)
        desk.evening(receipts)


def test_the_desk_shows_no_item_before_its_day() -> None:
    desk = Desk(MADE)
    assert all(item.receivable.on <= DAY for item in desk.morning(DAY))


def test_oldest_prefix_takes_the_exact_item_before_the_oldest() -> None:
    found = answered(
        OldestPrefix(always=True), paid(200), debt("1", "A1", 100), debt("2", "A2", 200)
    )
    assert found.posted == Clearing((("2", 200),))
    spread = answered(
        OldestPrefix(always=True), paid(250), debt("1", "A1", 100), debt("2", "A2", 200)
    )
    assert spread.posted == Clearing((("1", 100), ("2", 150)))


def test_oldest_prefix_posts_only_what_the_text_names_unless_always() -> None:
    debts = debt("1", "2001", 100), debt("2", "2002", 100)
    silent = answered(OldestPrefix(always=False), paid(100), *debts)
    assert silent.posted is None
    assert silent.suggested == (Clearing((("1", 100),)),)
    named = answered(OldestPrefix(always=False), paid(100, "INV 2002"), *debts)
    assert named.posted == Clearing((("2", 100),))


def test_oldest_prefix_tries_the_early_discount_first() -> None:
    early = debt("1", "2001", 10_000, discount_until=DAY)
    found = answered(OldestPrefix(always=True), paid(9_800), early)
    assert found.posted == Clearing((("1", 10_000),), 200, ("discount",))
    late = debt("1", "2001", 10_000, discount_until=DAY - timedelta(days=1))
    assert answered(OldestPrefix(always=True), paid(9_800), late).posted == Clearing(
        (("1", 9_800),)
    )


def test_drop_latest_posts_an_equal_sum_and_nothing_else() -> None:
    debts = debt("1", "A1", 100), debt("2", "A2", 200), debt("3", "A3", 400)
    assert answered(DropLatest(), paid(300), *debts).posted == Clearing((("1", 100), ("2", 200)))
    assert answered(DropLatest(), paid(200), *debts) == Answer()
    assert answered(DropLatest(), paid(800), *debts) == Answer()
    assert answered(DropLatest(), paid(300, payer="Nobody"), *debts) == Answer()


def test_first_substring_posts_the_first_number_within_the_text() -> None:
    debts = debt("1", "17", 100), debt("2", "2170", 500)
    found = answered(FirstSubstring(), paid(500, "INV 2170"), *debts)
    assert found.posted == Clearing((("1", 100),))
    assert found.suggested[1] == Clearing((("2", 500),))
    assert answered(FirstSubstring(), paid(500, "THANKS"), *debts) == Answer()


@pytest.mark.parametrize("name", sorted(baselines()))
def test_what_a_baseline_posted_is_not_open_any_more(name: str) -> None:
    contestant = baselines()[name]
    payment = paid(100, "20011")
    first = answered(contestant, payment, debt("1", "20011", 100))
    assert first.posted == Clearing((("1", 100),))
    assert contestant.answer(payment) == Answer()


def test_a_dispute_stays_owed_and_a_fee_does_not() -> None:
    short = [
        Shortfall(reason=reason, amount=money(5)) for reason in ("bank_fee", "dispute", "discount")
    ]
    share = Share(receivable="1", customer="C-1", amount=money(85), differences=tuple(short))
    found = Candidate(proof="reference", shares=(share,), rest_on_account=money(0), score=1)
    assert matching.clearing(found) == Clearing(
        (("1", 95),), 10, ("bank_fee", "discount", "dispute"), "reference"
    )


def test_the_parameters_can_be_told_on_the_command_line() -> None:
    told = matching.market_of(["100,2000", "9"])
    assert told == Market(receipts=100, open_items=2_000, seed=9)
    assert matching.market_of([]) == Market()


@pytest.mark.slow
def test_a_small_book_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "SIZES", (200, 400))
    monkeypatch.setattr(matching, "RECEIPTS_TIMED", 20)
    figures = matching.run(["100,500,3"])
    assert set(figures["baselines"]) == set(baselines())  # type: ignore[call-overload]
    for key in ("precision_auto", "recall_auto_value", "hit3", "growth_open_items"):
        assert key in figures
    assert f"posted wrongly: {figures['wrong']}" in capsys.readouterr().out
