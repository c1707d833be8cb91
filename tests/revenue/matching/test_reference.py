"""What a text names: whole tokens, lists, ranges, check digits, and what only looks like one."""

from datetime import date

import pytest

from revenue.matching import Match, Matcher, MatchPolicy, match
from tests.revenue.matching.owed import eur, owed, paid

BOOK = (
    owed("AR-11", "1100.37", source="INV-2026-0012", due_on=date(2026, 11, 20)),
    owed("AR-12", "240.11", source="INV-2026-0013", due_on=date(2026, 11, 25)),
    owed("AR-13", "77.90", source="INV-2026-0014", due_on=date(2026, 11, 28)),
    owed("AR-14", "3120.55", source="INV-2026-0123"),
    owed("AR-21", "815.20", source="INV-2026-0201", customer="C-2"),
)


def posted(found: Match) -> tuple[str, ...]:
    return found.posts.receivables if found.posts else ()


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0012",
        "payment of inv 2026 0012, thank you",
        "ＩＮＶ－２０２６－００１２",
        "发票INV-2026-0012货款",
        "INV2026\n0012",
        "INV-2026-00 12",
        "INV-2026-12",
        "invoice 20260012",
        "INV:2026/0012.",
    ],
)
def test_a_number_is_read_however_a_bank_writes_it(text: str) -> None:
    found = match(paid("1100.37", text), BOOK)
    assert posted(found) == ("AR-11",)
    assert found.posts is not None
    assert found.posts.proof == "reference"


@pytest.mark.parametrize("text", ["INV-2026-00123", "XINV-2026-0012", "INV-2026-0012A", "12"])
def test_a_substring_is_no_reference(text: str) -> None:
    found = match(paid("1100.37", text, customer=""), BOOK)
    assert posted(found) == ()


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0012, 0013, 0014",
        "INV-2026-0012/13/14",
        "INV-2026-0012-0014",
        "INV-2026-0012 to 0014",
        "INV-2026-0012至0014",
        "INV-2026-0012、INV-2026-0013及0014",
        "INV-2026-0012 0013 + 0014",
    ],
)
def test_lists_and_ranges_name_every_item_of_them(text: str) -> None:
    assert posted(match(paid("1418.38", text), BOOK)) == ("AR-11", "AR-12", "AR-13")


def test_a_reference_with_another_amount_is_only_suggested() -> None:
    exact = match(paid("240.11", "INV-2026-0013"), BOOK)
    one_cent_more = match(paid("240.12", "INV-2026-0013"), BOOK)
    one_cent_less = match(paid("240.10", "INV-2026-0013"), BOOK)
    assert posted(exact) == ("AR-12",)
    assert posted(one_cent_more) == posted(one_cent_less) == ()
    assert one_cent_more.candidates[0].rest_on_account == eur("0.01")
    assert one_cent_less.candidates[0].shares[0].amount == eur("240.10")
    assert one_cent_less.stopped.code == "amount_differs"


def test_a_part_payment_is_posted_only_where_the_policy_says_so() -> None:
    payment = paid("1000.00", "INV-2026-0014 INV-2026-0123")
    single = paid("100.00", "INV-2026-0123")
    assert posted(match(single, BOOK)) == ()
    assert posted(match(single, BOOK, policy=MatchPolicy(partial=True))) == ("AR-14",)
    assert posted(match(payment, BOOK, policy=MatchPolicy(partial=True))) == ()


def test_the_reference_says_who_paid() -> None:
    found = match(paid("815.20", "INV-2026-0201", customer="", payer="Somebody"), BOOK)
    assert posted(found) == ("AR-21",)
    assert found.customer == "C-2"


def test_a_known_payer_does_not_pay_for_others_unasked() -> None:
    found = match(paid("815.20", "INV-2026-0201"), BOOK)
    assert posted(found) == ()
    assert found.candidates[0].receivables == ("AR-21",)
    assert found.stopped.code == "other_customer"
    allowed = MatchPolicy(third_party=True)
    assert posted(match(paid("815.20", "INV-2026-0201"), BOOK, policy=allowed)) == ("AR-21",)


def test_an_invoice_with_instalments_means_the_one_whose_amount_agrees() -> None:
    parts = [
        owed(f"AR-9/{n}", amount, source="INV-9000", due_on=date(2026, 12, n))
        for n, amount in ((1, "301.77"), (2, "603.54"), (3, "100.59"))
    ]
    assert posted(match(paid("301.77", "INV-9000"), parts)) == ("AR-9/1",)
    assert posted(match(paid("905.31", "INV-9000"), parts)) == ("AR-9/1", "AR-9/2")
    assert posted(match(paid("1005.90", "INV-9000"), parts)) == ("AR-9/1", "AR-9/2", "AR-9/3")


def test_equal_instalments_are_rivals() -> None:
    parts = [owed(f"AR-9/{n}", "100.10", source="INV-9000") for n in (1, 2, 3)]
    found = match(paid("100.10", "INV-9000"), parts)
    assert posted(found) == ()
    assert found.rivals == 2
    assert found.stopped.code == "rivals"


def test_a_creditor_reference_is_read_with_its_check_digits() -> None:
    book = [owed("AR-1", "58.13", source="RF18539007547034"), owed("AR-2", "58.14")]
    assert posted(match(paid("58.13", references=("RF18 5390 0754 7034",)), book)) == ("AR-1",)
    wrong = match(paid("58.14", "RF18 5390 0754 7043"), book)
    assert posted(wrong) == ()
    assert wrong.stopped.code == "contradicted"


def test_a_creditor_reference_may_hold_the_invoice_number() -> None:
    book = [owed("AR-1", "58.13", source="539007547034")]
    assert posted(match(paid("58.13", "RF18539007547034", customer=""), book)) == ("AR-1",)


def test_missing_zeros_are_added_only_where_one_number_is_meant() -> None:
    book = [
        owed("A", "10.01", source="INV-0012"),
        owed("B", "20.02", source="INV-012"),
        owed("C", "30.03", source="INV-0044"),
    ]
    assert posted(match(paid("30.03", "INV 44", customer=""), book)) == ("C",)
    both = match(paid("55.55", "INV 12", customer=""), book)
    assert posted(both) == ()


def test_letters_that_look_like_digits_are_a_suggestion() -> None:
    book = [owed("A", "500.00", source="INV-0012"), owed("B", "500.00", source="INV-0077")]
    found = match(paid("500.00", "INV-OO12"), book)
    assert posted(found) == ()
    assert set(found.candidates[0].receivables) <= {"A", "B"}


def test_a_number_of_the_payers_own_order_names_nothing() -> None:
    book = [owed("A", "812.34", source="4711"), owed("B", "99.99", source="4712")]
    assert posted(match(paid("99.99", "PO 4711", customer=""), book)) == ()
    assert posted(match(paid("812.34", "订单4711", customer=""), book)) == ()
    assert posted(match(paid("812.34", "INVOICE 4711", customer=""), book)) == ("A",)


def test_amounts_and_days_in_the_text_name_nothing() -> None:
    book = [owed("A", "55.10", source="20261103"), owed("B", "70.20", source="8150")]
    assert posted(match(paid("70.20", "81.50 on 2026-11-03", customer=""), book)) == ()


def test_the_text_names_a_month() -> None:
    book = [
        owed("A", "123.45", on=date(2026, 10, 3)),
        owed("B", "67.89", on=date(2026, 10, 30)),
        owed("C", "191.33", on=date(2026, 11, 2)),
    ]
    found = match(paid("191.34", "付2026年10月货款"), book)
    assert posted(found) == ("A", "B")
    assert found.posts is not None
    assert found.posts.proof == "reference"
    assert posted(match(paid("191.34", "OCTOBER 2026 STATEMENT", customer=""), book)) == ()


def test_one_of_the_named_items_may_be_left_out() -> None:
    payment = paid("1340.48", "INV-2026-0012, 0013, 0014")
    found = match(payment, BOOK)
    assert posted(found) == ("AR-11", "AR-12")
    assert [reason.code for reason in found.candidates[0].reasons][1] == "all_but_one"


def test_a_text_that_was_cut_is_completed_by_the_one_set_that_fits() -> None:
    found = match(paid("1340.48", "INV-2026-0012, INV-2026-00"), BOOK)
    assert posted(found) == ("AR-11", "AR-12")
    assert found.posts is not None
    assert found.posts.proof == "unique"


def test_a_slip_of_the_keyboard_is_forgiven_where_the_amount_agrees() -> None:
    found = match(paid("3120.55", "INV-2026-0132"), BOOK)
    assert posted(found) == ("AR-14",)
    assert found.posts is not None
    assert found.posts.proof == "unique"
    assert "typo" in [reason.code for reason in found.posts.reasons]


def test_a_reference_to_something_else_stops_an_amount_that_fits() -> None:
    found = match(paid("3120.55", "INV-2026-0013"), BOOK)
    assert posted(found) == ()
    settled = Matcher(BOOK)
    settled.settled(match(paid("240.11", "INV-2026-0013"), BOOK).candidates[0])
    again = settled.match(paid("3120.55", "INV-2026-0013"))
    assert again.posts is None
    assert again.stopped.code == "contradicted"


def test_with_the_guard_a_twin_one_slip_away_is_asked_about() -> None:
    book = [owed("A", "500.25", source="INV-0012"), owed("B", "500.25", source="INV-0013")]
    payment = paid("500.25", "INV-0012")
    assert posted(match(payment, book)) == ("A",)
    guarded = match(payment, book, policy=MatchPolicy(typo_guard=True))
    assert guarded.posts is None
    assert guarded.stopped.code == "twin"


def test_money_in_another_currency_names_nothing_that_it_could_pay() -> None:
    from cpq.kernel.money import Money

    payment = paid("1100.37", "INV-2026-0012").with_(amount=Money("1100.37", "USD"))
    assert posted(match(payment, BOOK)) == ()
