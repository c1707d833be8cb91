"""The worked cases of ``provision_cases.json``, each through the public words of provision."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.money import Money, difference
from revenue import Receipt, Receivable, ReceivablesLedger
from revenue.provision import (
    HistoryPolicy,
    ProvisionMatrix,
    allowance_movement,
    charge_to,
    expected_loss,
    observe_losses,
    provision_matrix,
)
from revenue.writeoff import AllowanceCharge

Case = dict[str, Any]
CASES: list[Case] = json.loads(
    Path(__file__).with_name("provision_cases.json").read_text(encoding="utf-8"),
    parse_float=Decimal,
)["cases"]
DAY = date(2025, 12, 31)


def owed(number: str, amount: Money, *, due: date, on: date | None = None) -> Receivable:
    return Receivable(number=number, customer="C", on=on or due, due_on=due, amount=amount)


def aged(amounts: list[str], buckets: list[int], currency: str) -> ReceivablesLedger:
    """One receivable per bucket, on the first day that lies in it."""
    days = [0, *(edge + 1 for edge in buckets)]
    return ReceivablesLedger().record(
        *(
            owed(f"AR-{late}", Money(amount, currency), due=DAY - timedelta(days=late))
            for amount, late in zip(amounts, days, strict=True)
        )
    )


def matrix_of(rates: list[Any], buckets: list[int], **policy: Any) -> ProvisionMatrix:
    return provision_matrix("case", {"": tuple(rates)}, buckets=buckets, **policy)


def lines(given: Case, expected: Case) -> None:
    amounts, rates = zip(*given["rows"], strict=True)
    ledger = aged(list(amounts), given["buckets"], given["currency"])
    found = expected_loss(ledger, matrix_of(list(rates), given["buckets"]), as_of=DAY)
    losses = [line.loss for line in found.lines]
    assert losses == [Money(each, given["currency"]) for each in expected["lines"]]
    assert found.total(given["currency"]) == Money(expected["total"], given["currency"])


def refused(given: Case, expected: Case) -> None:
    with pytest.raises(ValidationError) as refusal:
        matrix_of(given["rates"], given["buckets"])
    message = str(refusal.value)
    assert expected["refused"] in message
    assert all(name in message for name in expected["names"])


def from_history(given: Case, expected: Case) -> None:
    currency, due = given["currency"], date(2025, 1, 31)

    def euro(amount: str) -> Money:
        return Money(amount, currency)

    ledger = ReceivablesLedger().record(
        owed("JAN", euro(given["sold"]), on=date(2025, 1, 1), due=due)
    )
    for late, amount in given["paid"]:
        day, number = due + timedelta(days=late), f"R-{late}"
        cash = Receipt(number=number, customer="C", on=day, amount=euro(amount))
        ledger = ledger.record(cash).apply(number, to="JAN", number=f"A-{late}", on=day)
    policy = HistoryPolicy(buckets=tuple(given["buckets"]), lost_after=180, thin=0)
    history = observe_losses(ledger, policy, as_of=DAY, currency=currency)
    assert [each.rate for each in history.rates] == [Fraction(each) for each in expected["rates"]]

    books = aged(given["open"], given["buckets"], currency)
    matrix = history.matrix(name="history").with_(amount_places=0)
    found = expected_loss(books, matrix, as_of=DAY)
    assert [line.loss for line in found.lines] == [euro(each) for each in expected["losses"]]
    assert found.total(currency) == euro(expected["total"])
    rounded_first = expected_loss(books, matrix.with_(rate_places=1), as_of=DAY)
    losses = [line.loss for line in rounded_first.lines]
    assert losses == [euro(each) for each in expected["rounded_first"]]


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def chinese_opening(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger()
    for place, amount in enumerate(given["charges"]):
        ledger = ledger.record(
            AllowanceCharge(number=f"P-{place}", on=DAY, amount=cny(amount), reason="earlier")
        )
    for place, amount in enumerate(given["write_offs"]):
        ledger = ledger.record(owed(f"AR-{place}", cny(amount), due=DAY)).write_off(
            f"AR-{place}", number=f"W-{place}", on=DAY, reason="insolvent", approved_by="Wang"
        )
    (charge,) = charge_to(ledger, cny(given["required"]), number="P", on=DAY, reason="year end")
    assert charge.amount == cny(expected["charge"])
    assert ledger.record(charge).allowance("CNY") == cny(given["required"])


def chinese_cycle(given: Case, expected: Case) -> None:
    """Real receivables, a real matrix: what the year's business left open is aged and reckoned."""
    ends = [date(year, 12, 31) for year in (2023, 2024, 2025)]
    matrix = provision_matrix("5‰", {"": (given["rate"],) * 2}, buckets=(0,))
    owed_at_end = [Decimal(each) for each in given["receivables_at_year_end"]]
    bad = given["write_off_in_year_2"]
    ledger, charges, open_before = ReceivablesLedger(), [], Decimal(0)
    for place, (end, open_now) in enumerate(zip(ends, owed_at_end, strict=True)):
        lost = Decimal(bad) if place == 1 else Decimal(0)
        business = difference(open_now, difference(open_before, lost))
        ledger = ledger.record(owed(f"AR-{place}", Money(business, "CNY"), due=end))
        if place == 1:
            ledger = ledger.write_off(
                "AR-0", number="W", on=end, reason="gone", approved_by="Wang", amount=cny(bad)
            )
        if place == 2:
            back = cny(given["recovery_in_year_3"])
            ledger = ledger.record(Receipt(number="R", customer="C", on=end, amount=back))
            ledger = ledger.recover("W", receipt="R", number="V", on=end)
        loss = expected_loss(ledger, matrix, as_of=end)
        assert loss.gross("CNY") == Money(open_now, "CNY")
        (charge,) = charge_to(ledger, loss, number=f"P-{place}", on=end, reason="year end")
        charges.append(charge.amount)
        ledger, open_before = ledger.record(charge), open_now
    assert charges == [cny(each) for each in expected["charges"]]
    for end, wanted in zip(ends, expected["allowance"], strict=True):
        year = allowance_movement(ledger, currency="CNY", since=date(end.year, 1, 1), as_of=end)
        assert year.closing == cny(wanted)
        assert year.closes


ADAPTERS: dict[str, Callable[[Case, Case], None]] = {
    "ecl-ifrs9-ex12": lines,
    "ecl-ifrs9-ex12-stored-copy": refused,
    "ecl-faqifrs": lines,
    "ecl-ifrscommunity-history": from_history,
    "baddebt-cn-credit-opening": chinese_opening,
    "baddebt-cn-debit-opening": chinese_opening,
    "baddebt-cn-cycle": chinese_cycle,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_of_provision_comes_out_as_published(case: Case) -> None:
    ADAPTERS[case["id"]](case["given"], case["expected"])


def test_every_case_of_provision_is_reproduced_and_has_a_source() -> None:
    assert {case["id"] for case in CASES} == set(ADAPTERS)
    assert all(case["source"] and case["told"] for case in CASES)
