"""What a customer owes before it is billed, and the invoice that bills it once."""

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import plain
from cpq.quote import payment_terms
from revenue import ReceivablesLedger, bill, deliver, journal, read_fact, trial_balance, verify
from revenue.invoice import Cover
from revenue.unbilled import cover, owe
from tests.revenue.deals import (
    SIGNED,
    cash,
    cny,
    code_of,
    contract_of,
    day,
    debt,
    order_of,
)
from tests.revenue.test_foreign_contract import ON_DELIVERY, abroad, usd
from tests.revenue.test_foreign_contract import rows as valued_rows

PLAN = payment_terms(("30%", "signing", 0), ("70%", "delivery", 30))


def rows(entry):
    return [(line.account.code, plain(line.signed.amount)) for line in entry.lines]


@pytest.fixture
def contract():
    """100.00 net, 13.00 tax, four pieces; 33.90 on signing, 79.10 on delivery."""
    return contract_of(("1", "100.00", "13", "4"), payment=PLAN)


@pytest.fixture
def delivery(contract):
    return deliver(contract, order_of(contract), {"1": 2}, number="D-1", on=day(2))


@pytest.fixture
def owed(contract, delivery):
    """39.55 for two pieces of four, not billed."""
    return owe(contract, event="delivery", on=day(2), number="AR-U", delivery=delivery)


def billed(contract, delivery, *debts, number="I-1", before=()):
    return cover(
        bill(
            contract, event="delivery", on=day(20), number=number, delivery=delivery, before=before
        ),
        debts,
    )


def test_what_is_owed_before_a_bill_takes_the_contracts_position(delivery, owed):
    assert (owed.origin, owed.source, str(owed.amount), str(owed.tax)) == (
        "delivery", "", "39.55 CNY", "4.55 CNY",
    )  # fmt: skip
    assert owed.due_on == day(32)
    assert rows(journal([delivery, owed])[-1]) == [
        ("112202", "39.55"),
        ("1473", "-35.00"),
        ("222109", "-4.55"),
    ]


def test_the_bill_that_covers_it_owes_nothing_again(contract, delivery, owed):
    ledger = ReceivablesLedger().record(delivery, owed)
    (invoice,) = billed(contract, delivery, owed)
    ledger = ledger.record(invoice)
    assert rows(journal(ledger.facts)[-1]) == [("222109", "4.55"), ("222101", "-4.55")]
    assert [item.open for item in ledger.open_items()] == [cny("39.55")]
    assert verify(ledger) == ()
    assert read_fact(invoice.canonical()) == invoice
    paid = ledger.record(cash("R-1", "39.55", on=day(21)))
    paid = paid.apply("R-1", to="AR-U", number="A-1", on=day(21))
    left = {row.account.code: row.balance for row in trial_balance(journal(paid.facts))}
    assert left["112202"] == left["222109"] == cny("0")
    assert left["222101"] == cny("-4.55")


def test_only_the_rest_of_a_bill_is_owed_anew(contract, owed, delivery):
    last = deliver(
        contract, order_of(contract), {"1": 2}, number="D-2", on=day(5), before=[delivery]
    )
    whole = bill(contract, event="delivery", on=day(20), number="I-1")
    invoice, rest = cover(whole, [owed])
    assert rest == whole[1].with_(amount=cny("39.55"))
    ledger = ReceivablesLedger().record(delivery, owed, last, invoice, rest)
    assert rows(journal(ledger.facts)[-1]) == [
        ("1122", "39.55"),
        ("222109", "4.55"),
        ("1473", "-35.00"),
        ("222101", "-9.10"),
    ]
    assert verify(ledger) == ()
    with pytest.raises(Refused) as refusal:
        ledger.record(rest.with_(number="AR-9", amount=cny("0.01")))
    assert code_of(refusal) == "receivable.exceeds_invoice"


def test_an_instalment_may_be_owed_before_it_is_billed(contract):
    owed = owe(contract, event="signing", on=SIGNED, number="AR-U")
    assert owed.origin == "instalment"
    (invoice,) = cover(bill(contract, event="signing", on=day(9), number="I-1"), [owed])
    ledger = ReceivablesLedger().record(owed, invoice)
    assert [rows(entry) for entry in journal(ledger.facts)] == [
        [("112202", "33.90"), ("2204", "-30.00"), ("222109", "-3.90")],
        [("222109", "3.90"), ("222101", "-3.90")],
    ]
    assert verify(ledger) == ()


def test_tax_that_rounding_shares_in_another_way_moves_the_position(contract, delivery, owed):
    """The bill says what the tax is; a cent of it is net of the contract instead."""
    less = owed.with_(tax=cny("4.54"))
    (invoice,) = billed(contract, delivery, less)
    ledger = ReceivablesLedger().record(delivery, less, invoice)
    assert rows(journal(ledger.facts)[-1]) == [
        ("222109", "4.54"),
        ("1473", "0.01"),
        ("222101", "-4.55"),
    ]
    assert verify(ledger) == ()


def test_without_a_contract_it_is_cleared_as_billed_elsewhere():
    owed = debt("AR-1", "113", origin="delivery", tax=cny("13"))
    assert rows(journal([owed])[0]) == [("112202", "113.00"), ("224102", "-113.00")]


def test_a_bill_covers_a_receivable_once(contract, delivery, owed):
    (invoice,) = billed(contract, delivery, owed)
    again = bill(contract, event="signing", on=day(20), number="I-2", before=[invoice])[0]
    again = again.with_(covers=(Cover.of(owed.with_(amount=cny("33.90"))),))
    ledger = ReceivablesLedger().record(delivery, owed, invoice)
    with pytest.raises(Refused) as refusal:
        ledger.record(again)
    assert code_of(refusal) == "invoice.covers_other"  # it is of 39.55
    small = owe(contract, event="signing", on=day(2), number="AR-V")
    (second,) = cover(
        bill(contract, event="signing", on=day(20), number="I-2", before=[invoice]), [small]
    )
    ledger = ledger.record(small, second)
    rest = bill(contract, event="delivery", on=day(20), number="I-3", before=[invoice, second])
    for earlier in (small, owed):
        with pytest.raises(Refused) as refusal:
            ledger.record(cover(rest, [earlier])[0])
        assert code_of(refusal) == "invoice.covered_already"


@pytest.mark.parametrize(
    "change",
    [
        {"contract": "HT-2"},
        {"customer": "C-2"},
        {"origin": ""},
        {"tax": cny("4.54")},
        {"amount": cny("39.54")},
    ],
)
def test_a_bill_covers_only_what_is_owed_of_its_contract(contract, delivery, owed, change):
    (invoice,) = billed(contract, delivery, owed)
    ledger = ReceivablesLedger().record(delivery, owed.with_(**change))
    with pytest.raises(Refused) as refusal:
        ledger.record(invoice)
    assert code_of(refusal) == "invoice.covers_other"


def test_a_bill_covers_nothing_unknown_nothing_later_and_no_more_than_it_bills(
    contract, delivery, owed
):
    (invoice,) = billed(contract, delivery, owed)
    with pytest.raises(NotFound) as missing:
        ReceivablesLedger().record(delivery, invoice)
    assert code_of(missing) == "receivable.unknown"
    later = owed.with_(on=day(21))
    with pytest.raises(Refused) as refusal:
        ReceivablesLedger().record(delivery, later, invoice)
    assert code_of(refusal) == "invoice.too_early"
    with pytest.raises(Refused) as refusal:
        billed(contract, delivery, owed.with_(amount=cny("39.56")))
    assert code_of(refusal) == "invoice.covers_too_much"
    with pytest.raises(ValidationError, match="more than the"):
        invoice.with_(covers=(*invoice.covers, *invoice.covers))


def test_it_is_in_the_currency_of_the_contract(delivery, owed):
    ledger = ReceivablesLedger().record(delivery)
    with pytest.raises(Refused) as refusal:
        ledger.record(owed.with_(amount=usd("39.55"), tax=None))
    assert code_of(refusal) == "receivable.currency_mismatch"


def test_abroad_it_keeps_the_values_of_its_day():
    """Delivered and owed at 7.10, billed at 7.20: the tax that waited is worth less than due."""
    contract = abroad(("1", "100.00", "13", "4"), payment=ON_DELIVERY)
    at = {"rate": "7.10", "books": "CNY"}
    delivery = deliver(contract, order_of(contract), {"1": 4}, number="D-1", on=day(2), **at)
    owed = owe(contract, event="delivery", on=day(2), number="AR-U", delivery=delivery, **at)
    (invoice,) = cover(
        bill(
            contract, event="delivery", on=day(20), number="I-1", delivery=delivery, rate="7.20",
            books="CNY",
        ),
        [owed],
    )  # fmt: skip
    ledger = ReceivablesLedger().record(delivery, owed, invoice)
    assert [valued_rows(entry) for entry in journal(ledger.facts)[1:]] == [
        [("112202", "113.00", "802.30"), ("1473", "-100.00", "-710.00"),
         ("222109", "-13.00", "-92.30")],
        [("222109", "13.00", "92.30"), ("222101", "-13.00", "-93.60"), ("660302", "1.30", "1.30")],
    ]  # fmt: skip
    assert verify(ledger) == ()
    with pytest.raises(Refused) as refusal:
        ReceivablesLedger().record(delivery, owed.with_(booked=None))
    assert code_of(refusal) == "receivable.not_booked"
