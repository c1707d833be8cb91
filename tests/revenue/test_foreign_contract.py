"""A contract in another currency than the books: values, positions, exchange differences."""

import pytest

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, plain
from cpq.quote import payment_terms
from revenue import CreditNote, ReceivablesLedger, bill, deliver, journal, read_fact, sign, verify
from revenue.exchange import in_books
from revenue.invoice import Invoice
from tests.revenue.deals import (
    SIGNED,
    accepted,
    cash,
    cny,
    code_of,
    contract_of,
    day,
    draft_of,
    order_of,
    priced_line,
)

ADVANCE = payment_terms(("30%", "signing", 0), ("70%", "delivery", 0))
ON_DELIVERY = payment_terms(("100%", "delivery", 0))


def usd(amount):
    return Money(amount, "USD")


def abroad(*lines, payment=ADVANCE):
    """A contract in USD of lines (number, net, tax percent, quantity)."""
    quote = draft_of([priced_line(*line, currency="USD") for line in lines], payment)
    return sign(accepted(quote), number="HT-1", on=SIGNED)


@pytest.fixture
def contract():
    """100.00 USD net, 13.00 tax, four pieces; 33.90 on signing, 79.10 on delivery."""
    return abroad(("1", "100.00", "13", "4"))


def advance_bill(contract, rate="7.10"):
    return bill(contract, event="signing", on=SIGNED, number="I-1", rate=rate, books="CNY")


def delivered(contract, quantity, rate, *before, number="D-1", on=2):
    return deliver(
        contract,
        order_of(contract),
        {"1": quantity},
        number=number,
        on=day(on),
        before=before,
        rate=rate,
        books="CNY",
    )


def rows(entry):
    """Account, amount, and value in the books of each line."""
    return [
        (line.account.code, plain(line.signed.amount), plain(line.value.amount))
        for line in entry.lines
    ]


def test_lines_are_converted_one_by_one_and_then_added_up():
    """13.484, 13.484 and 13.470516 are 40.43; their sum, rounded once, would be 40.44."""
    contract = abroad(
        ("1", "20.00", "0", "1"),
        ("2", "20.00", "0", "1"),
        ("3", "19.98", "0", "1"),
        payment=ON_DELIVERY,
    )
    sold, at = order_of(contract), {"rate": "0.6742", "books": "EUR"}
    delivery = deliver(contract, sold, dict.fromkeys("123", 1), number="D-1", on=day(1), **at)
    assert delivery.booked == Money("40.43", "EUR")
    invoice, receivable = bill(
        contract, event="delivery", on=day(1), number="I-1", delivery=delivery, **at
    )
    assert invoice.booked == receivable.booked == Money("40.43", "EUR")
    assert in_books(invoice.gross, rate="0.6742", currency="EUR") == Money("40.44", "EUR")


def test_a_contract_in_the_currency_of_the_books_bears_no_values():
    contract = contract_of(("1", "100.00", "13", "4"))
    invoice, receivable = bill(
        contract, event="signing", on=SIGNED, number="I-1", rate="7.10", books="CNY"
    )
    plainly = bill(contract, event="signing", on=SIGNED, number="I-1")
    assert (invoice, receivable) == plainly
    assert "booked" not in invoice.canonical()


def test_a_rate_without_the_currency_of_the_books_is_refused(contract):
    with pytest.raises(Invalid) as refusal:
        bill(contract, event="signing", on=SIGNED, number="I-1", rate="7.10")
    assert code_of(refusal) == "exchange.half_given"
    with pytest.raises(Invalid) as refusal:
        deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1), books="CNY")
    assert code_of(refusal) == "exchange.half_given"


def test_a_bill_bears_the_values_of_its_day(contract):
    invoice, receivable = advance_bill(contract)
    (entry,) = journal([invoice, receivable])
    assert rows(entry) == [
        ("1122", "33.90", "240.69"),
        ("2204", "-30.00", "-213.00"),
        ("222101", "-3.90", "-27.69"),
    ]
    assert receivable.booked == invoice.booked == cny("240.69")
    assert read_fact(invoice.canonical()) == invoice


def test_revenue_from_an_advance_has_the_rate_of_the_advance(contract):
    """IFRIC 22: what was billed before is no money item, and leaves no difference."""
    invoice, _ = advance_bill(contract)
    first = delivered(contract, 1, "7.20")
    second = delivered(contract, 1, "7.30", first, number="D-2", on=3)
    entries = journal([invoice, first, second])
    assert rows(entries[1]) == [("2204", "25.00", "177.50"), ("6001", "-25.00", "-177.50")]
    assert rows(entries[2]) == [
        ("2204", "5.00", "35.50"),
        ("1473", "20.00", "146.00"),
        ("6001", "-25.00", "-181.50"),
    ]


def test_a_contract_asset_billed_at_another_rate_leaves_a_difference(contract):
    invoice, first_debt = advance_bill(contract)
    delivery = delivered(contract, 4, "7.20")
    rest, second_debt = bill(
        contract, event="delivery", on=day(9), number="I-2", delivery=delivery, before=[invoice],
        rate="7.30", books="CNY",
    )  # fmt: skip
    ledger = ReceivablesLedger().record(invoice, first_debt, delivery, rest, second_debt)
    assert rows(journal(ledger.facts)[-1]) == [
        ("1122", "79.10", "577.43"),
        ("1473", "-70.00", "-504.00"),
        ("222101", "-9.10", "-66.43"),
        ("660302", "-7.00", "-7.00"),
    ]
    assert verify(ledger) == ()


def test_the_last_to_use_up_a_position_takes_the_rest():
    contract = abroad(("1", "0.10", "0", "3"), payment=ADVANCE)
    invoice, debt = bill(
        contract, event="signing", on=SIGNED, number="I-1", rate="0.5", books="CNY"
    )
    assert invoice.booked == cny("0.02")  # 0.03 USD at 0.5 is 0.015
    parts = []
    for number in ("D-1", "D-2", "D-3"):
        parts.append(delivered(contract, 1, "0.5", *parts, number=number))
    rest, second = bill(
        contract, event="delivery", on=day(9), number="I-2", before=[invoice], rate="0.5",
        books="CNY",
    )  # fmt: skip
    ledger = ReceivablesLedger().record(invoice, debt, *parts, rest, second)
    assert verify(ledger) == ()
    values = {}
    for entry in journal(ledger.facts):
        for line in entry.lines:
            code = line.account.code
            values[code] = values.get(code, 0) + line.value.minor
    assert values["1473"] == values["2204"] == 0
    assert sum(values.values()) == 0


def test_all_of_a_contract_is_valued_or_nothing(contract):
    invoice, debt = advance_bill(contract)
    ledger = ReceivablesLedger().record(invoice, debt)
    bare = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(2))
    with pytest.raises(Refused) as refusal:
        ledger.record(bare)
    assert code_of(refusal) == "delivery.not_booked"
    unvalued = ReceivablesLedger().record(bare)
    with pytest.raises(Refused) as refusal:
        unvalued.record(invoice)
    assert code_of(refusal) == "invoice.not_booked"
    credit = CreditNote(
        number="CN-1", customer="C-1", contract="HT-1", on=day(3), amount=usd("10"),
        recognised=usd("0"), reason="less goods",
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        ledger.record(credit)
    assert code_of(refusal) == "credit_note.not_booked"
    assert ledger.record(credit.with_(booked=cny("72"))).left("credit_note", "CN-1") == usd("10")


def test_a_credit_note_of_what_was_never_revenue_takes_the_liabilitys_value(contract):
    invoice, debt = advance_bill(contract)
    credit = CreditNote(
        number="CN-1", customer="C-1", contract="HT-1", invoice="I-1", on=day(3),
        amount=usd("11.30"), tax=usd("1.30"), recognised=usd("0"), reason="less goods",
        booked=cny("81.36"),
    )  # fmt: skip
    ledger = ReceivablesLedger().record(invoice, debt, credit)
    assert rows(journal(ledger.facts)[-1]) == [
        ("2204", "10.00", "71.00"),
        ("222101", "1.30", "9.36"),
        ("224106", "-11.30", "-81.36"),
        ("660302", "1.00", "1.00"),
    ]
    assert verify(ledger) == ()


def test_receivables_carry_their_part_of_the_invoice(contract):
    invoice, whole = advance_bill(contract)
    ledger = ReceivablesLedger().record(invoice)
    part = usd("11.30")
    first, second, last = (
        whole.with_(number=f"AR-{n}", amount=part, booked=invoice.booked_part(part, before=before))
        for n, before in enumerate((usd("0"), part, part + part), start=1)
    )
    assert ledger.record(first, second, last).book_value("receivable", "AR-3") == cny("80.23")
    for wrong in (first.with_(booked=cny("80.24")), first.with_(booked=None)):
        with pytest.raises(Refused) as refusal:
            ledger.record(wrong)
        assert code_of(refusal) == "receivable.other_value"


def test_a_receivable_of_a_bill_without_values_bears_none(contract):
    invoice, receivable = bill(contract, event="signing", on=SIGNED, number="I-1")
    with pytest.raises(Refused) as refusal:
        ReceivablesLedger().record(invoice, receivable.with_(booked=cny("240")))
    assert code_of(refusal) == "receivable.other_value"


@pytest.mark.parametrize(
    "change",
    [
        {"booked": None},
        {"booked": usd("7")},
        {"booked_tax": Money("1", "EUR")},
    ],
)
def test_half_valued_lines_are_refused(contract, change):
    invoice, _ = advance_bill(contract)
    (line,) = invoice.lines
    with pytest.raises(ValueError, match=r"booked|value"):
        Invoice.model_validate({**dict(invoice), "lines": (line.with_(**change),)})


def test_from_the_signature_to_the_last_cent(contract):
    """All settled: what came in is revenue, tax and exchange differences, and nothing is left."""
    invoice, first_debt = advance_bill(contract)
    delivery = delivered(contract, 4, "7.20")
    rest, second_debt = bill(
        contract, event="delivery", on=day(9), number="I-2", delivery=delivery, before=[invoice],
        rate="7.30", books="CNY",
    )  # fmt: skip
    ledger = ReceivablesLedger().record(invoice, first_debt, delivery, rest, second_debt)
    ledger = ledger.record(
        cash("R-1", "33.90", currency="USD", on=day(3), booked=cny("242.00")),
        cash("R-2", "79.10", currency="USD", on=day(20), booked=cny("570.00")),
    )
    ledger = ledger.apply("R-1", to="I-1", number="A-1", on=day(3))
    ledger = ledger.apply("R-2", to="I-2", number="A-2", on=day(20))
    assert verify(ledger) == ()
    values = {}
    for entry in journal(ledger.facts):
        for line in entry.lines:
            code = line.account.code
            values[code] = values.get(code, 0) + line.value.minor
    assert {code: cents for code, cents in values.items() if cents} == {
        "1002": 81200,
        "6001": -71700,
        "222101": -9412,
        "660302": -88,
    }
