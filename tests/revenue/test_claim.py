"""Claims on funders, from the shares of a discount to the statement of each funder.

The story. AUTUMN takes 1,000.00 off line 1 (3 pieces) and 250.00 off line 2. The brand ACME bears
60 %, the distributor DIST 20 %, the key-account cost centre KA 10 %, the seller the rest::

    line    share      ACME     DIST      KA      own
    1     1,000.00   600.00   200.00   100.00   100.00
    2       250.00   150.00    50.00    25.00    25.00
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.allocation import Allocation
from cpq.funding import FundingPlan, funded
from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from cpq.kernel.money import Money
from cpq.pricing import item, price
from cpq.promotion import PercentOff, PromotionPolicy
from revenue import ReceivablesLedger, Reversal, bill, deliver, journal, trial_balance, verify
from revenue.adapters.store import open_store
from revenue.claim import (
    Claim,
    ClaimLine,
    ClaimReversal,
    ClaimSettlement,
    FunderTerms,
    billed_shares,
    claim_reversals,
    claims,
    delivered_shares,
    funder_statement,
)
from revenue.ledger import read_fact
from revenue.ledger.settle import settle_claims
from tests.cpq.trade import DAY, catalogue
from tests.revenue.deals import CHARGE, cny, code_of, contract_of, order_of

PLAN = FundingPlan.model_validate(
    {
        "shares": [
            {"funder": "ACME", "percent": "60"},
            {"funder": "DIST", "percent": "20", "kind": "distributor"},
            {"funder": "KA", "percent": "10", "kind": "cost_centre"},
            {"funder": "own", "percent": "10"},
        ]
    }
)
ROWS = tuple(
    Allocation(
        line=line,
        promotion="AUTUMN",
        tax_code="VAT13",
        funder=funder,
        amount=amount,
        currency="CNY",
    )
    for line, parts in zip(
        ("1", "2"),
        funded(PLAN, [Decimal("1000.00"), Decimal("250.00")], currency="CNY", places=2),
        strict=True,
    )
    for funder, amount in parts
)
TERMS = (
    FunderTerms(funder="DIST", kind="distributor", treatment="cost"),
    FunderTerms(funder="KA", kind="cost_centre"),
)
THIRD = Fraction(1, 3)
BILLED_ON, LAST_ON = date(2026, 12, 1), date(2026, 12, 10)
BACK_ON, PAID_ON, LATE_ON = date(2027, 1, 5), date(2027, 1, 20), date(2027, 2, 1)


def claimed() -> ReceivablesLedger:
    """Everything claimed in two steps: a third of line 1 and all of line 2, then the rest."""
    ledger = ReceivablesLedger()
    for document, number, on, upto in (
        ("INV-1", "CL-1", BILLED_ON, {"1": THIRD, "2": Fraction(1)}),
        ("INV-2", "CL-2", LAST_ON, None),
    ):
        ledger = ledger.record(
            *claims(
                ROWS,
                contract="HT-1",
                document=document,
                number=number,
                on=on,
                upto=upto,
                before=ledger.facts,
                terms=TERMS,
            )
        )
    return ledger


def returned(
    ledger: ReceivablesLedger, share: Fraction, *, number: str, on: date = BACK_ON
) -> ReceivablesLedger:
    """So much of line 1 came back, with all that came back before."""
    return ledger.record(
        *claim_reversals(
            ROWS,
            contract="HT-1",
            document=number.replace("CX", "CN"),
            number=number,
            on=on,
            reason="came back",
            before=ledger.facts,
            returned={"1": share},
        )
    )


def settled(ledger: ReceivablesLedger) -> ReceivablesLedger:
    """ACME credits 500.00, DIST pays all it owes, KA is charged."""
    for funder, amount, means, number in (
        ("ACME", "500.00", "credit_note", "S-1"),
        ("DIST", "183.33", "cash", "S-2"),
        ("KA", "91.67", "offset", "S-3"),
    ):
        ledger = settle_claims(
            ledger, funder, cny(amount), means=means, number=number, on=PAID_ON, reference="GS-77"
        )
    return ledger


STORY = settled(returned(claimed(), THIRD, number="CX-1"))


def balances(ledger: ReceivablesLedger) -> dict[str, str]:
    rows = trial_balance(journal(ledger.facts))
    return {row.account.code: str(row.balance.amount) for row in rows if row.balance.amount}


def a_claim(number: str = "CL-9", amount: str = "30.00", **changes: object) -> Claim:
    fields = {
        "funder": "ACME",
        "promotion": "AUTUMN",
        "contract": "HT-9",
        "document": "INV-9",
        "on": BILLED_ON,
        "lines": (ClaimLine(line="1", tax_code="VAT13", amount=cny(amount)),),
    }
    return Claim.model_validate({"number": number, **fields, **changes})


def a_settlement(amount: str = "30.00", **changes: object) -> ClaimSettlement:
    fields = {
        "number": "S-9",
        "claim": "CL-9",
        "funder": "ACME",
        "contract": "HT-9",
        "means": "cash",
        "amount": cny(amount),
        "on": PAID_ON,
    }
    return ClaimSettlement.model_validate({**fields, **changes})


def a_reversal(amount: str = "30.00", before: str = "0.00", **changes: object) -> ClaimReversal:
    line = ClaimLine(line="1", tax_code="VAT13", amount=cny(amount), before=cny(before))
    fields = {
        "number": "CX-9",
        "claim": "CL-9",
        "funder": "ACME",
        "contract": "HT-9",
        "document": "CN-9",
        "on": BACK_ON,
        "lines": (line,),
        "reason": "came back",
    }
    return ClaimReversal.model_validate({**fields, **changes})


# --- the story --------------------------------------------------------------------------------


def test_each_funder_is_claimed_its_share_as_it_is_billed() -> None:
    found = [
        (fact.number, fact.funder, str(fact.amount.amount))
        for fact in claimed().facts
        if isinstance(fact, Claim)
    ]
    assert found == [
        ("CL-1/1", "ACME", "350.00"),
        ("CL-1/2", "DIST", "116.67"),
        ("CL-1/3", "KA", "58.33"),
        ("CL-2/1", "ACME", "400.00"),
        ("CL-2/2", "DIST", "133.33"),
        ("CL-2/3", "KA", "66.67"),
    ]


def test_a_return_mirrors_its_part_of_the_earliest_claim() -> None:
    ledger = returned(claimed(), THIRD, number="CX-1")
    found = [
        (fact.number, fact.claim, str(fact.amount.amount))
        for fact in ledger.facts
        if isinstance(fact, ClaimReversal)
    ]
    assert found == [
        ("CX-1/1", "CL-1/1", "200.00"),
        ("CX-1/2", "CL-1/2", "66.67"),
        ("CX-1/3", "CL-1/3", "33.33"),
    ]
    assert ledger.owed_amount("CL-1/1") == cny("150.00")
    assert ledger.owed_amount("CL-1/1", as_of=LAST_ON) == cny("350.00")


def test_a_credit_note_settles_the_oldest_claims_first() -> None:
    assert STORY.owed_amount("CL-1/1") == cny("0.00")
    assert STORY.owed_amount("CL-2/1") == cny("50.00")
    parts = [
        (fact.number, str(fact.amount.amount), fact.reference)
        for fact in STORY.facts
        if isinstance(fact, ClaimSettlement) and fact.funder == "ACME"
    ]
    assert parts == [("S-1/1", "150.00", "GS-77"), ("S-1/2", "350.00", "GS-77")]


def test_the_books_show_who_paid_and_where_it_went() -> None:
    assert balances(claimed()) == {
        "122101": "1000.00",
        "122102": "125.00",
        "224103": "-125.00",
        "600101": "-750.00",
        "6401": "-250.00",
    }
    assert balances(STORY) == {
        "1002": "183.33",
        "122101": "50.00",
        "2202": "500.00",
        "600101": "-550.00",
        "6401": "-183.33",
    }
    assert verify(STORY) == ()


def test_the_statement_of_a_funder_closes_what_it_opened() -> None:
    january = funder_statement(STORY.facts, "acme", since=date(2027, 1, 1), until=date(2027, 1, 31))
    (total,) = january.totals
    assert (total.opening, total.claimed) == (cny("750.00"), cny("0.00"))
    assert (total.reversed, total.settled) == (cny("200.00"), cny("500.00"))
    assert total.closing == cny("50.00")
    assert january.promotions == (total.with_(promotion="AUTUMN"),)
    assert [
        (row.number, str(row.amount.amount), str(row.balance.amount)) for row in january.rows
    ] == [
        ("CX-1/1", "-200.00", "550.00"),
        ("S-1/1", "-150.00", "400.00"),
        ("S-1/2", "-350.00", "50.00"),
    ]
    december = funder_statement(STORY.facts, "ACME", until=date(2026, 12, 31))
    assert december.totals[0].closing == cny("750.00")
    assert [row.reference for row in december.rows] == ["INV-1", "INV-2"]


def test_what_comes_back_after_payment_is_owed_to_the_funder_and_given_back() -> None:
    ledger = returned(STORY, 2 * THIRD, number="CX-2", on=LATE_ON)
    assert ledger.owed_amount("CL-1/1") == cny("0.00")
    assert ledger.owed_amount("CL-2/1") == cny("-150.00")
    with pytest.raises(Refused) as refused:
        settle_claims(ledger, "ACME", cny("-150.01"), means="cash", number="S-4", on=LATE_ON)
    assert code_of(refused) == "claim_settlement.exceeds_open"
    closed = settle_claims(ledger, "ACME", cny("-150.00"), means="cash", number="S-4", on=LATE_ON)
    assert funder_statement(closed.facts, "ACME").totals[0].closing == cny("0.00")
    assert closed.facts[-1].number == "S-4"
    assert verify(closed) == ()


def test_a_claim_below_nothing_is_offset_before_others_are_paid() -> None:
    ledger = returned(STORY, 2 * THIRD, number="CX-2", on=LATE_ON)
    ledger = ledger.record(a_claim(amount="400.00", on=LATE_ON))
    paid = settle_claims(ledger, "ACME", cny("250.00"), means="offset", number="S-4", on=LATE_ON)
    assert [paid.owed_amount(claim).amount for claim in ("CL-2/1", "CL-9")] == [0, 0]
    netted = settle_claims(ledger, "ACME", cny("0.00"), means="offset", number="S-5", on=LATE_ON)
    assert netted.owed_amount("CL-9") == cny("250.00")
    # 250.00 of ACME, less 66.66 that DIST is owed for the second piece
    assert balances(netted)["122101"] == "183.34"
    assert verify(netted) == ()


def test_all_that_came_back_leaves_nothing_claimed() -> None:
    ledger = claimed()
    for step, share in enumerate((THIRD, 2 * THIRD, Fraction(1)), start=1):
        ledger = returned(ledger, share, number=f"CX-{step}")
    rows = [row for row in ROWS if row.line == "1"]
    back = claim_reversals(
        rows, contract="HT-1", document="CN", number="X", on=BACK_ON, reason="again",
        before=ledger.facts,
    )  # fmt: skip
    assert back == ()
    totals = [funder_statement(ledger.facts, each).totals[0] for each in ("ACME", "DIST", "KA")]
    assert [total.reversed for total in totals] == [cny("600.00"), cny("200.00"), cny("100.00")]
    assert [total.closing for total in totals] == [cny("150.00"), cny("50.00"), cny("25.00")]


def test_a_store_keeps_the_story_and_finds_nothing_wrong() -> None:
    with open_store("sqlite://") as store:
        for fact in STORY.facts:
            with store.unit() as deals:
                deals.record(fact)
        with store.view() as deals:
            assert deals.facts() == STORY.facts
            assert deals.ledger() == STORY
            assert deals.journal() == journal(STORY.facts)
        assert store.verify() == ()


def test_a_store_refuses_what_the_ledger_refuses() -> None:
    facts = (a_claim(), a_settlement("20.00"), a_reversal("25.00"))
    undone = Reversal(number="X-1", reverses="S-9", on=BACK_ON, reason="bounced")
    refusals = (
        a_settlement("10.01", number="S-8"),
        a_reversal("5.01", "25.00", number="CX-8"),
        a_reversal("5.00", "24.00", number="CX-8"),
        a_claim("CL-8"),
        a_settlement("1.00", number="S-8", claim="CL-8"),
        a_settlement("1.00", number="S-8", contract="HT-1"),
        undone.with_(on=LATE_ON, number="X-2"),
    )
    with open_store("sqlite://") as store:
        with store.unit() as deals:
            deals.record(*facts)
            deals.record(a_settlement("-15.00", number="S-10", on=PAID_ON))
        with store.view() as deals:
            ledger = deals.ledger()
        for fact in refusals:
            with pytest.raises((Conflict, NotFound, Refused)) as expected:
                ledger.record(fact)
            with (
                pytest.raises((Conflict, NotFound, Refused)) as refused,
                store.unit() as deals,
            ):
                deals.record(fact)
            assert code_of(refused) == code_of(expected)
        with store.unit() as deals:
            deals.record(Reversal(number="X-1", reverses="S-10", on=PAID_ON, reason="bounced"))
            deals.record(Reversal(number="X-3", reverses="S-9", on=PAID_ON, reason="bounced"))
            assert deals.ledger().owed_amount("CL-9") == cny("5.00")
        assert store.verify() == ()


def test_a_wrong_settlement_is_reversed_like_an_application() -> None:
    undone = STORY.unapply("S-1/2", number="X-1", on=LATE_ON, reason="wrong funder")
    assert undone.owed_amount("CL-2/1") == cny("400.00")
    assert undone.owed_amount("CL-2/1", as_of=PAID_ON) == cny("50.00")
    statement = funder_statement(undone.facts, "ACME", since=LATE_ON)
    assert statement.totals[0].settled == cny("-350.00")
    assert statement.rows[-1].reference == "S-1/2"
    assert balances(undone)["2202"] == "150.00"
    assert verify(undone) == ()
    with pytest.raises(Refused) as refused:
        undone.unapply("S-1/2", number="X-2", on=LATE_ON, reason="again")
    assert code_of(refused) == "reversal.already_reversed"


# --- making claims ----------------------------------------------------------------------------


def test_what_the_seller_bears_is_no_claim() -> None:
    own = [row for row in ROWS if row.funder == "own"]
    assert claims(own, contract="HT-1", document="I", number="C", on=BILLED_ON) == ()


def test_rows_of_one_line_and_funder_are_added_up() -> None:
    rows = [row for row in ROWS if (row.funder, row.line) == ("ACME", "1")] * 2
    (claim,) = claims(rows, contract="HT-1", document="I", number="C", on=BILLED_ON)
    assert (claim.number, claim.amount) == ("C", cny("1200.00"))


def test_a_line_that_is_not_listed_is_not_claimed_yet() -> None:
    (claim, *_) = claims(
        ROWS, contract="HT-1", document="I", number="C", on=BILLED_ON, upto={"2": Fraction(1)}
    )
    assert [line.line for line in claim.lines] == ["2"]


def test_claims_of_other_contracts_do_not_count() -> None:
    (claim, *_) = claims(
        ROWS, contract="HT-2", document="I", number="C", on=BILLED_ON, before=claimed().facts
    )
    assert claim.amount == cny("750.00")


@pytest.mark.parametrize("share", [Fraction(-1, 3), Fraction(4, 3)])
def test_a_share_beyond_all_or_below_nothing_is_refused(share: Fraction) -> None:
    with pytest.raises(Invalid) as refused:
        claims(ROWS, contract="H", document="I", number="C", on=BILLED_ON, upto={"1": share})
    assert code_of(refused) == "claim.share"


def test_a_share_that_fell_is_refused() -> None:
    ledger = returned(claimed(), THIRD, number="CX-1")
    with pytest.raises(Refused) as refused:
        claims(
            ROWS, contract="HT-1", document="I", number="C", on=BILLED_ON,
            upto={"1": THIRD}, before=ledger.facts,
        )  # fmt: skip
    assert code_of(refused) == "claim.share_fell"
    with pytest.raises(Refused) as refused:
        returned(ledger, Fraction(1, 4), number="CX-2")
    assert code_of(refused) == "claim_reversal.share_fell"


def test_nobody_owes_less_than_nothing() -> None:
    row = ROWS[0].with_(amount="-1.00")
    with pytest.raises(Refused) as refused:
        claims([row], contract="H", document="I", number="C", on=BILLED_ON)
    assert code_of(refused) == "claim.negative"


def test_no_more_is_reversed_than_was_claimed() -> None:
    (claim, *_) = claims(
        ROWS, contract="HT-1", document="I", number="C", on=BILLED_ON, upto={"1": THIRD}
    )
    (back,) = claim_reversals(
        ROWS, contract="HT-1", document="CN", number="X", on=BACK_ON, reason="all", before=[claim]
    )
    assert back.amount == claim.amount


def test_shares_of_a_contract_follow_its_invoices_and_deliveries() -> None:
    contract = contract_of(("1", "300.00", "13", "3"), ("2", "0.00", "13", "1"))
    order = order_of(contract)
    delivery = deliver(contract, order, {"1": 1}, number="D-1", on=BILLED_ON)
    assert delivered_shares(contract, [delivery]) == {"1": THIRD, "2": 0}
    assert delivered_shares(contract, []) == {"1": 0, "2": 0}
    invoice, _ = bill(contract, event="signing", on=BILLED_ON, number="INV-1")
    assert billed_shares(contract, [invoice]) == {"1": Fraction(3, 10), "2": Fraction(3, 10)}
    other = contract.with_(number="HT-2")
    assert billed_shares(other, [invoice]) == {"1": 0, "2": 0}
    assert delivered_shares(other, [delivery]) == {"1": 0, "2": 0}


def test_what_a_priced_promotion_leaves_to_a_brand_is_claimed() -> None:
    funding = {"shares": [{"funder": "ACME", "percent": 100, "cap": "4.00 CNY"}]}
    tenth = PromotionPolicy(code="TENTH", benefit=PercentOff(percent="10"), funding=funding)
    pricing = price([item("BOLT", 10)], catalogue=catalogue(promotions=(tenth,)), on=DAY)
    assert [(row.funder, str(row.amount)) for row in pricing.allocations] == [
        ("ACME", "4.00"),
        ("own", "6.00"),
    ]
    (claim,) = claims(
        pricing.allocations, contract="HT-1", document="INV-1", number="CL-1", on=BILLED_ON
    )
    assert (claim.funder, claim.promotion, claim.amount) == ("ACME", "TENTH", cny("4.00"))


# --- facts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [a_claim(), a_reversal(), a_settlement()])
def test_every_fact_reads_back_as_it_was_written(fact: Claim) -> None:
    assert read_fact(fact.canonical()) == fact


@pytest.mark.parametrize(
    "changes",
    [
        {"funder": "own"},
        {"treatment": "internal"},
        {"funder_kind": "cost_centre"},
        {"lines": ()},
        {"lines": (ClaimLine(line="1", tax_code="V", amount=cny("1")),) * 2},
        {
            "lines": (
                ClaimLine(line="1", tax_code="V", amount=cny("1")),
                ClaimLine(line="2", tax_code="V", amount=Money("1", "USD")),
            )
        },
    ],
)
def test_a_claim_that_cannot_mean_anything_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_claim(**changes)


def test_terms_of_a_cost_centre_are_internal_and_no_others() -> None:
    assert FunderTerms(funder="KA", kind="cost_centre").treatment == "internal"
    for kind, treatment in (("cost_centre", "revenue"), ("brand", "internal")):
        with pytest.raises(ValidationError, match=r"claim\.treatment"):
            FunderTerms(funder="KA", kind=kind, treatment=treatment)


# --- rules ------------------------------------------------------------------------------------

HELD = ReceivablesLedger().record(a_claim())


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (a_settlement("30.01"), "claim_settlement.exceeds_open"),
        (a_settlement("-0.01"), "claim_settlement.exceeds_open"),
        (a_settlement(on=date(2026, 11, 30)), "claim_settlement.too_early"),
        (a_settlement(funder="DIST"), "claim_settlement.other_claim"),
        (a_settlement(contract="HT-1"), "claim_settlement.other_claim"),
        (a_settlement(amount="1", claim="CL-7"), "claim.unknown"),
        (
            a_settlement().with_(amount=Money("1.00", "USD")),
            "claim_settlement.other_claim",
        ),
        (a_reversal("30.01"), "claim_reversal.exceeds_claim"),
        (a_reversal("10.00", "1.00"), "claim_reversal.out_of_date"),
        (a_reversal(on=date(2026, 11, 30)), "claim_reversal.too_early"),
        (a_reversal(contract="HT-1"), "claim_reversal.other_claim"),
        (a_reversal(claim="CL-7"), "claim.unknown"),
        (
            a_reversal(lines=(ClaimLine(line="2", tax_code="VAT13", amount=cny("1")),)),
            "claim_reversal.exceeds_claim",
        ),
        (a_claim("CL-8"), "claim.out_of_date"),
        (a_claim(), "fact.number_taken"),
        (
            a_claim(
                "CL-8",
                lines=(ClaimLine(line="1", tax_code="VAT13", amount=Money("1", "USD")),),
            ),
            "claim.currency_mismatch",
        ),
        (
            Reversal(number="X-1", reverses="CL-9", on=PAID_ON, reason="wrong"),
            "reversal.not_reversible",
        ),
    ],
)
def test_a_fact_that_breaks_a_rule_is_refused(fact: Claim, code: str) -> None:
    with pytest.raises((Conflict, NotFound, Refused)) as refused:
        HELD.record(fact)
    assert code_of(refused) == code


def test_exactly_what_is_owed_is_settled() -> None:
    assert HELD.record(a_settlement("30.00")).owed_amount("CL-9") == cny("0.00")


def test_exactly_what_was_claimed_is_reversed() -> None:
    assert HELD.record(a_reversal("30.00")).owed_amount("CL-9") == cny("0.00")


def test_what_later_facts_take_is_not_there_to_be_settled_earlier() -> None:
    ledger = HELD.record(a_reversal("20.00", on=LATE_ON))
    with pytest.raises(Refused) as refused:
        ledger.record(a_settlement("10.01"))
    assert code_of(refused) == "claim_settlement.exceeds_open"
    assert ledger.record(a_settlement("10.00")).owed_amount("CL-9") == cny("0.00")


def test_a_settlement_is_not_undone_while_part_of_it_was_given_back() -> None:
    ledger = HELD.record(
        a_settlement("30.00"),
        a_reversal("10.00"),
        a_settlement("-10.00", number="S-10", on=LATE_ON),
    )
    with pytest.raises(Refused) as refused:
        ledger.unapply("S-9", number="X-1", on=LATE_ON, reason="bounced")
    assert code_of(refused) == "reversal.given_back"
    cleared = ledger.unapply("S-10", number="X-1", on=LATE_ON, reason="bounced")
    assert cleared.owed_amount("CL-9") == cny("-10.00")
    undone = cleared.unapply("S-9", number="X-2", on=LATE_ON, reason="bounced")
    assert undone.owed_amount("CL-9") == cny("20.00")
    assert verify(undone) == ()


def test_settlements_share_the_series_of_numbers_that_can_be_reversed() -> None:
    with pytest.raises(Conflict) as refused:
        HELD.record(a_settlement("1.00"), a_settlement("2.00"))
    assert code_of(refused) == "fact.number_taken"


def test_an_unknown_claim_owes_nothing_anybody_knows() -> None:
    with pytest.raises(NotFound) as refused:
        HELD.owed_amount("CL-7")
    assert code_of(refused) == "claim.unknown"


@pytest.mark.parametrize(
    ("funder", "amount", "claims_", "code"),
    [
        ("ACME", "30.01", None, "claim_settlement.exceeds_open"),
        ("ACME", "0.00", None, "claim_settlement.nothing_to_settle"),
        ("DIST", "0.01", None, "claim_settlement.exceeds_open"),
        ("DIST", "1.00", ["CL-9"], "claim_settlement.other_claim"),
        ("ACME", "1.00", ["CL-7"], "claim.unknown"),
    ],
)
def test_settling_what_is_not_owed_is_refused(
    funder: str, amount: str, claims_: list[str] | None, code: str
) -> None:
    with pytest.raises((NotFound, Refused)) as refused:
        settle_claims(
            HELD, funder, cny(amount), means="cash", number="S", on=PAID_ON, claims=claims_
        )
    assert code_of(refused) == code


def test_a_claim_is_not_settled_before_its_day() -> None:
    with pytest.raises(Refused) as refused:
        settle_claims(HELD, "ACME", cny("1.00"), means="cash", number="S", on=date(2026, 11, 30))
    assert code_of(refused) == "claim_settlement.exceeds_open"


def test_only_the_named_claims_are_settled() -> None:
    ledger = settle_claims(
        STORY.record(a_claim()), "ACME", cny("30.00"),
        means="cash", number="S", on=PAID_ON, claims=["cl-9"],
    )  # fmt: skip
    assert ledger.owed_amount("CL-9") == cny("0.00")
    assert ledger.owed_amount("CL-2/1") == cny("50.00")


def test_a_statement_passes_over_what_is_of_others() -> None:
    assert funder_statement([*STORY.facts, CHARGE], "NOBODY").totals == ()
    dist = funder_statement(STORY.facts, "DIST").totals[0]
    assert (dist.claimed, dist.closing) == (cny("250.00"), cny("0.00"))


def test_the_journal_of_claims_needs_them_from_the_first_on() -> None:
    with pytest.raises(NotFound) as refused:
        journal([a_settlement()])
    assert code_of(refused) == "journal.unknown_fact"


def test_what_others_bear_never_moves_what_a_customer_owes() -> None:
    assert STORY.statement("ACME").rows == ()
    assert STORY.allowance("CNY") == cny("0.00")
