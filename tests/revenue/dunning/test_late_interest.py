"""Interest for paying late: what is open each day, the table of rates, charged once."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue import Receipt, Receivable, ReceivablesLedger
from revenue.ageing import ReceivableHistory
from revenue.dunning import (
    DunningPast,
    DunningPolicy,
    LateInterest,
    OpenFrom,
    accrued_interest,
    accrued_on,
    dun,
    dunning_run,
    open_path,
    proposal_notice,
    rounded_interest,
    year_part,
)
from revenue.receipt import Identification

DUE = date(2026, 3, 1)
TEN = LateInterest(rates=[{"percent": "10"}])


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def debt(amount: str = "100.00", **changes: object) -> Receivable:
    fields = {"customer": "C-1", "on": DUE, "due_on": DUE, "amount": eur(amount)}
    return Receivable.model_validate({"number": "AR-1", **fields, **changes})


def cash(amount: str, days: int, number: str = "R-1", customer: str = "C-1") -> Receipt:
    return Receipt(number=number, customer=customer, on=after(days), amount=eur(amount))


def policy(
    terms: LateInterest = TEN, *, days: tuple[int, ...] = (5, 20), **step: object
) -> DunningPolicy:
    return DunningPolicy(
        code="P",
        interest=terms,
        steps=[{"days": each, "tone": 1, "interest": True, **step} for each in days],
    )


def accrued(ledger: ReceivablesLedger, days: int, terms: LateInterest = TEN) -> Fraction:
    past = DunningPast(ReceivableHistory(ledger, after(days)))
    return accrued_on(past, terms, ledger.receivable("AR-1"))


def test_fee_and_interest_of_the_erpnext_case() -> None:
    """Case dun-erpnext-fee-interest: 100 outstanding, 15 days, 10 % a year, a fee of 10."""
    ledger = ReceivablesLedger().record(debt())
    (proposal,) = dunning_run(ledger, policy(fees=[eur("10")]), on=after(15))
    assert proposal.interest == eur("0.41")
    assert proposal.interest + proposal.fee == eur("10.41")
    assert proposal.total == eur("110.41")
    ledger = ledger.record(*dun(ledger, proposal, number="DN-1"))
    owed = [(item.receivable.origin, item.open) for item in ledger.open_items()]
    assert owed == [
        ("", eur("100.00")),
        ("dunning_fee", eur("10.00")),
        ("interest", eur("0.41")),
    ]
    assert proposal_notice(proposal).total == eur("110.41")


def test_interest_follows_what_was_open_each_day() -> None:
    ledger = ReceivablesLedger().record(debt("730.00"), cash("365.00", 10))
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=after(10))
    assert accrued(ledger, 30) == Fraction(73 * 10 + Fraction(73, 2) * 20, 365)


def test_money_counts_from_the_day_it_came_in_not_from_that_of_its_application() -> None:
    ledger = ReceivablesLedger().record(debt("365.00"), cash("365.00", 10))
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=after(25))
    assert accrued(ledger, 30) == 1
    assert accrued(ledger, 30, TEN.with_(paid_on="application")) == Fraction(5, 2)
    assert open_path(ReceivableHistory(ledger, after(30)), "AR-1", since=DUE) == (
        OpenFrom(DUE, eur("365.00")),
        OpenFrom(after(10), eur("0.00")),
        OpenFrom(after(25), eur("0.00")),
    )


def test_a_payment_that_was_identified_later_counts_from_the_day_it_came_in() -> None:
    known = Identification(
        number="ID-1", receipt="R-1", customer="C-1", amount=eur("365"), on=after(20), by="Li"
    )
    ledger = ReceivablesLedger().record(debt("365.00"), cash("400.00", 10, customer=""), known)
    ledger = ledger.apply("ID-1", to="AR-1", number="A-1", on=after(20))
    assert accrued(ledger, 30) == 1


def test_what_was_paid_before_the_due_date_bears_no_interest() -> None:
    ledger = ReceivablesLedger().record(debt(on=after(-30)), cash("100.00", -3))
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=after(12))
    assert accrued(ledger, 30) == 0


def test_a_debt_that_seems_paid_twice_for_a_while_earns_the_customer_nothing() -> None:
    """The first payment was there from day 10; meanwhile a second one was applied and undone."""
    ledger = ReceivablesLedger().record(
        debt("365.00"), cash("365.00", 10), cash("365.00", 12, "R-2")
    )
    ledger = ledger.apply("R-2", to="AR-1", number="A-2", on=after(12))
    ledger = ledger.unapply("A-2", number="X-2", on=after(20), reason="wrong invoice")
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=after(25))
    assert accrued(ledger, 30) == 1


def test_a_payment_that_was_undone_bears_interest_again_from_that_day() -> None:
    ledger = ReceivablesLedger().record(debt("365.00"), cash("365.00", 10))
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=after(10))
    ledger = ledger.unapply("A-1", number="X-1", on=after(20), reason="bounced")
    assert accrued(ledger, 30) == 2


def test_interest_is_not_charged_twice() -> None:
    terms = policy()
    ledger = ReceivablesLedger().record(debt("1000.00"))
    charged = []
    for number, days in (("DN-1", 15), ("DN-2", 33)):
        (proposal,) = dunning_run(ledger, terms, on=after(days))
        charged.append(proposal.interest)
        ledger = ledger.record(*dun(ledger, proposal, number=number))
    assert charged == [eur("4.11"), eur("4.93")]
    whole = rounded_interest(accrued(ledger, 33), "EUR")
    assert whole == charged[0] + charged[1] == eur("9.04")


def test_interest_bears_no_interest() -> None:
    terms = policy().with_(duns_charges=True, letters="per_customer")
    ledger = ReceivablesLedger().record(debt("1000.00"))
    (proposal,) = dunning_run(ledger, terms, on=after(15))
    ledger = ledger.record(*dun(ledger, proposal, number="DN-1"))
    (later,) = dunning_run(ledger, terms, on=after(40))
    interest = {line.receivable.number: line.interest for line in later.lines}
    assert interest == {"AR-1": eur("6.85"), "DN-1/interest-1": eur("0.00")}


def test_interest_from_the_first_reminder_on() -> None:
    terms = policy(TEN.with_(runs_from="first_reminder"))
    ledger = ReceivablesLedger().record(debt("365.00"))
    (first,) = dunning_run(ledger, terms, on=after(10))
    assert first.interest == eur("0.00")
    ledger = ledger.record(*dun(ledger, first, number="DN-1"))
    (second,) = dunning_run(ledger, terms, on=after(30))
    assert second.interest == eur("2.00")


def test_a_level_without_interest_charges_none_and_the_next_charges_all() -> None:
    two = DunningPolicy(
        code="P",
        interest=TEN,
        steps=[{"days": 5, "tone": 1}, {"days": 10, "tone": 2, "interest": True}],
    )
    ledger = ReceivablesLedger().record(debt("365.00"))
    (first,) = dunning_run(ledger, two, on=after(10))
    assert (first.level, first.interest) == (1, eur("0.00"))
    ledger = ledger.record(*dun(ledger, first, number="DN-1"))
    (second,) = dunning_run(ledger, two, on=after(20))
    assert second.interest == eur("2.00")


def test_less_interest_than_the_minimum_is_not_charged_and_not_lost() -> None:
    terms = policy(TEN.with_(minimums=(eur("1.00"),)))
    ledger = ReceivablesLedger().record(debt("365.00"))
    (short,) = dunning_run(ledger, terms, on=after(9))
    assert short.interest == eur("0.00")
    ledger = ledger.record(*dun(ledger, short, number="DN-1"))
    (enough,) = dunning_run(ledger, terms, on=after(20))
    assert enough.interest == eur("2.00")
    (exact,) = dunning_run(ReceivablesLedger().record(debt("365.00")), terms, on=after(10))
    assert exact.interest == eur("1.00")


def test_each_day_bears_the_rate_of_its_day() -> None:
    """The rate from 11 March holds for the day of 11 March, ten days after the due date."""
    terms = LateInterest(rates=[{"percent": "10"}, {"percent": "20", "on": after(10)}])
    path = (OpenFrom(DUE, eur("365")),)
    assert accrued_interest(path, terms, since=DUE, until=after(9)) == Fraction(9, 10)
    assert accrued_interest(path, terms, since=DUE, until=after(10)) == Fraction(11, 10)
    assert accrued_interest(path, terms, since=DUE, until=after(20)) == Fraction(31, 10)


def test_a_statutory_rate_is_a_base_rate_with_a_margin() -> None:
    german = LateInterest(
        rates=[{"percent": "-0.88", "on": "2022-07-01"}, {"percent": "1.62", "on": "2023-01-01"}],
        margin="9",
    )
    assert german.percent_on(date(2022, 12, 31)) == Fraction("8.12")
    assert german.percent_on(date(2023, 1, 1)) == Fraction("10.62")
    with pytest.raises(Refused) as refusal:
        german.percent_on(date(2022, 6, 30))
    assert refusal.value.code == "interest.no_rate"


@pytest.mark.parametrize(
    ("day_count", "since", "until", "part"),
    [
        ("act/365", date(2024, 2, 28), date(2024, 3, 1), Fraction(2, 365)),
        ("act/360", date(2024, 2, 28), date(2024, 3, 1), Fraction(2, 360)),
        ("30/360", date(2024, 2, 28), date(2024, 3, 1), Fraction(3, 360)),
        ("30/360", date(2026, 1, 30), date(2026, 1, 31), Fraction(0)),
        ("30/360", date(2026, 1, 1), date(2027, 1, 1), Fraction(1)),
    ],
)
def test_days_are_counted_as_agreed(day_count, since, until, part) -> None:
    assert year_part(day_count, since, until) == part


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rates": [{"percent": "1", "on": DUE}, {"percent": "2", "on": DUE}]}, "first day first"),
        ({"rates": [{"percent": "-1"}]}, "less than 0"),
        ({"minimums": (eur("1"), eur("2"))}, "one minimum"),
        ({"rates": [{"percent": 0.1}]}, "found float"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(changes, said) -> None:
    with pytest.raises(ValueError, match=said):
        TEN.with_(**changes)


def test_a_currency_without_decimals_is_rounded_to_whole_units() -> None:
    yen = Receivable(
        number="AR-1", customer="C-1", on=DUE, due_on=DUE, amount=Money("10000", "JPY")
    )
    (proposal,) = dunning_run(ReceivablesLedger().record(yen), policy(), on=after(15))
    assert proposal.interest == Money("41", "JPY")
