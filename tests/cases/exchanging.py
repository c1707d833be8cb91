"""How the worked cases in foreign currency are told to the ledger, and what all cases share."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cpq.kernel.money import Money, rounded_fraction
from revenue import Receipt, Receivable, ReceivablesLedger, journal, trial_balance, verify
from revenue.application import Application, Difference
from revenue.chart import STANDARD_CHART
from revenue.credit_note import CreditNote, Payable
from revenue.exchange import in_books
from revenue.settlement import Instruction, Source, revalue, settle

Case = dict[str, Any]
DAY, LATER = date(2026, 1, 1), date(2026, 1, 31)


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(amount, currency)


def owed(number: str, amount: Money, **more: Any) -> Receivable:
    fields = {"customer": "C", "on": DAY, "due_on": DAY, **more}
    return Receivable(number=number, amount=amount, **fields)


def paid(number: str, amount: Money, **more: Any) -> Receipt:
    return Receipt(number=number, **{"customer": "C", "on": DAY, "amount": amount, **more})


def credit(number: str, amount: Money, **more: Any) -> CreditNote:
    return CreditNote(number=number, customer="C", on=DAY, amount=amount, reason="x", **more)


def balance(ledger: ReceivablesLedger, part: str, currency: str | None = None) -> Money:
    """What an account shows in one currency."""
    account = getattr(STANDARD_CHART, part)
    rows = [
        row
        for row in trial_balance(journal(ledger.facts))
        if row.account == account and currency in (None, row.balance.code)
    ]
    assert verify(ledger) == ()
    return rows[0].balance if rows else Money("0", currency or "EUR")


# --- currencies ---------------------------------------------------------------------------------


def booked_pair(given: Case) -> ReceivablesLedger:
    debit, back = given["debit"], given["credit"]
    return ReceivablesLedger().record(
        owed("AR", money(debit["foreign"]), booked=money(debit["company"], "USD")),
        paid(
            "R",
            -money(back["foreign"]),
            booked=-money(back["company"], "USD"),
        ),
    )


def odoo_exchange(given: Case, expected: Case) -> None:
    ledger = booked_pair(given).apply("R", to="AR", number="A", on=LATER)
    loss = Decimal(expected.get("exchange_loss", "0")) - Decimal(expected.get("exchange_gain", "0"))
    assert balance(ledger, "exchange", "USD").amount == loss
    left = ledger.balance("receipt", "R")
    residual = expected.get("residual_credit", {"company": "0", "foreign": "0"})
    assert left.left.amount == -Decimal(residual["foreign"])
    assert left.book == -money(residual["company"], "USD")
    assert ledger.book_value("receivable", "AR") == money("0", "USD")


def odoo_fallback(given: Case, expected: Case) -> None:
    debit = given["debit"]
    ledger = ReceivablesLedger().record(
        owed("AR", money(debit["foreign"], "BHD"), booked=money(debit["company"], "USD")),
        paid("R", -money(given["credit_company"], "USD")),
    )
    ledger = ledger.settle(
        Application(
            number="A",
            receipt="R",
            receivable="AR",
            on=LATER,
            amount=money(expected["foreign_settled"], "BHD"),
            paid=money(expected["partial"], "USD"),
        )
    )
    assert ledger.open_amount("AR") == money(expected["residual"]["foreign"], "BHD")
    assert ledger.book_value("receivable", "AR") == money(expected["residual"]["company"], "USD")
    assert balance(ledger, "exchange", "USD") == money(expected["exchange"], "USD")


def dollars(eur: str, rate: str) -> Money:
    """Euros in dollars, at a rate of euros per dollar."""
    return Money(rounded_fraction(Fraction(eur) / Fraction(rate), 2), "USD")


def tryton_rate_change(given: Case, expected: Case) -> None:
    eur = given["invoice_eur"]
    ledger = ReceivablesLedger().record(
        owed("AR", money(eur), booked=dollars(eur, given["rate_invoice"])),
        paid("R", money(eur), booked=dollars(eur, given["rate_payment"])),
    )
    ledger = ledger.apply("R", to="AR", number="A", on=LATER)
    assert balance(ledger, "exchange", "USD") == -money(expected["gain"], "USD")


def tryton_deposit(given: Case, expected: Case) -> None:
    eur = given["deposit_eur"]
    deposit, recalled = dollars(eur, given["rate_deposit"]), dollars(eur, given["rate_recall"])
    assert (deposit, recalled) == (
        money(expected["deposit_company"], "USD"),
        money(expected["recalled_company"], "USD"),
    )
    for advance, difference, rest in (
        (False, expected["exchange_as_money"], "0"),
        (True, expected["exchange_as_advance"], "400"),
    ):
        # an advance is taken up by the bill of the whole, of which more stays open
        whole = money(eur) + money(rest)
        value = recalled if not advance else deposit + dollars(rest, given["rate_recall"])
        ledger = ReceivablesLedger().record(
            owed("AR", whole, booked=value),
            paid("R", money(eur), booked=deposit, advance=advance),
        )
        ledger = ledger.apply("R", to="AR", number="A", on=LATER)
        assert balance(ledger, "exchange", "USD") == money(difference, "USD")
        assert ledger.free_amount("R") == money(expected["left_in_eur"])
        assert ledger.book_value("receipt", "R") == money("0", "USD")


def tryton_write_off(given: Case, expected: Case) -> None:
    debt, came = given["payable"], given["paid"]
    missing = money(debt["eur"]) - money(came["eur"])
    today = Money(missing.amount, "USD").share(1 / Fraction(given["eur_rate_now"]))
    ledger = ReceivablesLedger().record(
        owed("AR", money(debt["eur"]), booked=money(debt["usd"], "USD")),
        paid("R", money(came["eur"]), booked=money(came["usd"], "USD")),
    )
    short = Difference(reason="short_pay", amount=missing, booked=today)
    ledger = settle(
        ledger, ["R"], [Instruction(receivable="AR", differences=(short,))], number="A", on=LATER
    )
    rows = {row.account: row for entry in journal(ledger.facts)[-1:] for row in entry.lines}
    assert rows[STANDARD_CHART.payment_loss].value == money(expected["write_off"], "USD")
    assert balance(ledger, "exchange", "USD") == money(expected["exchange_gain"], "USD")


def two_step(given: Case, expected: Case) -> None:
    amount = money(given["usd"], "USD")

    def at(rate: str) -> Money:
        return in_books(amount, rate=given[rate], currency="CNY")

    close, next_day, settled = date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 20)
    for method, wanted in (
        ("reverse_next_day", expected["reverse_next_day"]["realised"]),
        ("cumulative", expected["cumulative"]["realised_at_settlement"]),
    ):
        ledger = ReceivablesLedger().record(owed("AR", amount, booked=at("rate_invoice")))
        ledger = revalue(
            ledger,
            rates={"USD": given["rate_close"]},
            number="RV",
            on=close,
            reversed_on=next_day if method == "reverse_next_day" else None,
        )
        shown = trial_balance(journal(ledger.facts), as_of=close)
        (unrealised,) = [r for r in shown if r.account == STANDARD_CHART.exchange_unrealised]
        assert unrealised.balance == -money(expected["unrealised_at_close"], "CNY")
        ledger = ledger.record(paid("R", amount, on=settled, booked=at("rate_settle")))
        ledger = ledger.apply("R", to="AR", number="A", on=settled)
        realised = balance(ledger, "exchange", "CNY")
        assert realised == -money(wanted, "CNY")
        whole = realised + balance(ledger, "exchange_unrealised", "CNY")
        assert whole == -money(expected["total_both"], "CNY")
    assert money(expected["reverse_next_day"]["reversal"], "CNY") == -money(
        expected["unrealised_at_close"], "CNY"
    )


def erpnext_revaluation(given: Case, expected: Case) -> None:
    usd = money(given["usd"], "USD")
    ledger = ReceivablesLedger().record(
        owed("AR", usd, booked=in_books(usd, rate=given["rate"], currency="INR"))
    )
    ledger = revalue(ledger, rates={"USD": given["new_rate"]}, number="RV", on=LATER)
    assert balance(ledger, "exchange_unrealised", "INR") == -money(expected["gain"], "INR")


def erpnext_advance(given: Case, expected: Case) -> None:
    invoice, advance = money(given["invoice_usd"], "USD"), money(given["advance_usd"], "USD")
    ledger = ReceivablesLedger().record(
        owed("AR", invoice, booked=in_books(invoice, rate=given["rate_invoice"], currency="CNY")),
        paid("R", advance, booked=in_books(advance, rate=given["rate_advance"], currency="CNY")),
    )
    ledger = ledger.apply("R", to="AR", number="A", on=LATER)
    assert ledger.open_amount("AR") == money(expected["outstanding_usd"], "USD")
    assert balance(ledger, "exchange", "CNY") == money(expected["exchange"], "CNY")


def erpnext_payable(given: Case, expected: Case) -> None:
    whole, part = money(given["payable_usd"], "USD"), money(given["settled_usd"], "USD")
    ledger = ReceivablesLedger().record(
        Payable(
            number="AP",
            customer="C",
            on=DAY,
            due_on=DAY,
            amount=whole,
            booked=in_books(whole, rate=given["rate"], currency="INR"),
        ),
        owed("AR", part, booked=in_books(part, rate=given["rate_settle"], currency="INR")),
    )
    source = Source(number="AP", means="payable")
    ledger = settle(ledger, [source], ["AR"], number="A", on=LATER, agreement="netting")
    assert balance(ledger, "exchange", "INR") == money(expected["exchange_loss"], "INR")
    left = ledger.balance("payable", "AP")
    assert left.left == money(expected["left"]["usd"], "USD")
    assert left.book == money(expected["left"]["inr"], "INR")
