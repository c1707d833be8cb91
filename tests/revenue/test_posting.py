"""Each posting rule on figures that can be checked by hand."""

import pytest

from cpq.kernel.errors import NotFound
from cpq.kernel.money import plain
from revenue import Reversal, bill, deliver, journal
from revenue.posting import RULES
from tests.revenue.deals import (
    APPLICATION,
    CHARGE,
    RECOVERY,
    SIGNED,
    WRITE_OFF,
    cash,
    cny,
    code_of,
    contract_of,
    day,
    debt,
    order_of,
)

NAMES = {
    "1002": "bank",
    "1122": "receivable",
    "1231": "allowance",
    "1473": "contract asset",
    "2204": "contract liability",
    "222101": "output VAT",
    "224101": "unapplied cash",
    "224102": "billed elsewhere",
    "6001": "revenue",
    "6702": "credit loss",
}


def lines_of(entry):
    return [(NAMES[line.account.code], plain(line.signed.amount)) for line in entry.lines]


def posted(*facts):
    """The lines of the last fact's entry."""
    return lines_of(journal(facts)[-1])


@pytest.fixture
def contract():
    """100.00 net, 13.00 tax; 33.90, 67.80 and 11.30 to pay."""
    return contract_of(("1", "100.00", "13", "4"))


def test_an_advance_invoice_makes_a_contract_liability(contract):
    invoice, receivable = bill(contract, event="signing", on=SIGNED, number="INV-1")
    (entry,) = journal([invoice, receivable])
    assert lines_of(entry) == [
        ("receivable", "33.90"),
        ("contract liability", "-30.00"),
        ("output VAT", "-3.90"),
    ]
    assert {line.customer for line in entry.lines} == {"C-1"}
    assert {line.contract for line in entry.lines} == {"HT-1"}


def test_a_delivery_uses_the_liability_then_an_asset(contract):
    invoice, _ = bill(contract, event="signing", on=SIGNED, number="INV-1")
    order = order_of(contract)
    first = deliver(contract, order, {"1": 1}, number="D-1", on=day(1))
    second = deliver(contract, order, {"1": 1}, number="D-2", on=day(2), before=[first])
    assert posted(invoice, first) == [("contract liability", "25.00"), ("revenue", "-25.00")]
    assert posted(invoice, first, second) == [
        ("contract liability", "5.00"),
        ("contract asset", "20.00"),
        ("revenue", "-25.00"),
    ]


def test_an_invoice_uses_the_asset_then_a_liability(contract):
    delivery = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    invoice, _ = bill(contract, event="signing", on=SIGNED, number="INV-1")
    assert posted(delivery, invoice) == [
        ("receivable", "33.90"),
        ("contract asset", "-25.00"),
        ("contract liability", "-5.00"),
        ("output VAT", "-3.90"),
    ]


def test_untaxed_goods_post_no_tax_line():
    invoice, _ = bill(
        contract_of(("1", "100.00", "0", "1")), event="signing", on=SIGNED, number="INV-1"
    )
    assert posted(invoice) == [("receivable", "30.00"), ("contract liability", "-30.00")]


def test_a_delivery_of_free_goods_posts_nothing():
    contract = contract_of(("1", "100.00", "13", "1"), ("2", "0.00", "13", "1"))
    gift = deliver(contract, order_of(contract), {"2": 1}, number="D-1", on=day(1))
    assert journal([gift]) == ()


def test_a_receivable_billed_elsewhere_is_cleared():
    assert posted(debt("AR-1", "300", source="OLD-1")) == [
        ("receivable", "300.00"),
        ("billed elsewhere", "-300.00"),
    ]


def test_a_receipt_waits_to_be_applied():
    facts = debt("AR-1", "300"), cash("R-1", "300")
    assert posted(*facts) == [("bank", "300.00"), ("unapplied cash", "-300.00")]
    assert posted(*facts, APPLICATION.with_(amount=cny("300"))) == [
        ("unapplied cash", "300.00"),
        ("receivable", "-300.00"),
    ]


def test_a_reversal_mirrors_the_entry():
    facts = debt("AR-1", "300"), cash("R-1", "300"), APPLICATION
    undo = Reversal(number="X-1", reverses="A-1", on=day(9), reason="wrong invoice")
    entry = journal((*facts, undo))[-1]
    assert lines_of(entry) == [("unapplied cash", "-1.00"), ("receivable", "1.00")]
    assert (entry.number, entry.on) == ("reversal/X-1", day(9))
    assert entry.memo.in_("en") == "Reversal of A-1: wrong invoice"


def test_the_allowance_is_charged_and_released():
    assert posted(CHARGE) == [("credit loss", "1.00"), ("allowance", "-1.00")]
    release = CHARGE.with_(amount=cny("-1"))
    assert posted(release) == [("credit loss", "-1.00"), ("allowance", "1.00")]
    assert journal([release])[0].rule == "allowance.released"


def test_a_write_off_uses_the_allowance():
    assert posted(debt("AR-1", "1"), WRITE_OFF) == [("allowance", "1.00"), ("receivable", "-1.00")]


def test_a_recovery_reinstates_and_collects():
    assert posted(debt("AR-1", "1"), cash("R-1", "1"), WRITE_OFF, RECOVERY) == [
        ("receivable", "1.00"),
        ("allowance", "-1.00"),
        ("unapplied cash", "1.00"),
        ("receivable", "-1.00"),
    ]


def test_an_entry_names_fact_rule_and_version():
    (entry,) = journal([cash("R-1", "300")])
    assert (entry.fact_kind, entry.fact) == ("receipt", "R-1")
    assert (entry.rule, entry.rule_version) == ("receipt.received", 1)
    assert entry.memo.in_("zh") == "收到 C-1 款 R-1"


def test_every_rule_has_words_in_both_languages():
    assert [code for code, rule in RULES.items() if not (rule.memo.en and rule.memo.zh)] == []


def test_reversing_what_was_not_posted_is_refused():
    with pytest.raises(NotFound) as refusal:
        journal([Reversal(number="X-1", reverses="A-1", on=day(9), reason="?")])
    assert code_of(refusal) == "journal.unknown_fact"
