"""Claims on funders: making, reversing and settling them."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from cpq.allocation import Allocation
from cpq.kernel.money import Money
from revenue import ReceivablesLedger, Reversal
from revenue.claim import (
    Claim,
    ClaimLine,
    ClaimReversal,
    ClaimSettlement,
    FunderTerms,
    claim_reversals,
    claims,
)
from revenue.ledger.settle import settle_claims
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, cny, untouched, usd

BEFORE, LATER = DAY - timedelta(days=1), DAY + timedelta(days=30)


def _rows(amount: str = "90.00") -> tuple[Allocation, ...]:
    return (
        Allocation(
            line="1",
            promotion="AUTUMN",
            tax_code="VAT13",
            funder="ACME",
            amount=Decimal(amount),
            currency="CNY",
        ),
    )


def _lines(amount: Money, before: Money | None = None) -> tuple[ClaimLine, ...]:
    zero = Money.zero(amount.code)
    return (ClaimLine(line="1", tax_code="VAT13", amount=amount, before=before or zero),)


def _claim(number: str = "CL-1", amount: Money | None = None) -> Claim:
    return Claim(
        number=number,
        funder="ACME",
        promotion="AUTUMN",
        contract="HT-1",
        document="INV-1",
        on=DAY,
        lines=_lines(amount or cny("90.00")),
    )


def _settlement(amount: str, number: str = "S-1") -> ClaimSettlement:
    return ClaimSettlement(
        number=number,
        claim="CL-1",
        funder="ACME",
        contract="HT-1",
        means="cash",
        amount=cny(amount),
        on=DAY,
    )


def _reversal(amount: str, before: str = "0.00") -> ClaimReversal:
    return ClaimReversal(
        number="CX-1",
        claim="CL-1",
        funder="ACME",
        contract="HT-1",
        document="CN-1",
        on=DAY,
        lines=_lines(cny(amount), cny(before)),
        reason="came back",
    )


def _held() -> ReceivablesLedger:
    return ReceivablesLedger().record(_claim())


@reproduces(
    "claim.own",
    en="A claim is on the seller itself.",
    zh="卖方自身承担的部分不能申请费用。",
    do="Leave the funder `own` out: what it bears is contra-revenue already.",
    names="'own'",
)
def a_claim_on_oneself() -> None:
    FunderTerms(funder="own")


@reproduces(
    "claim.treatment",
    en="A claim on a cost centre is not internal, or one on somebody else is.",
    zh="成本中心的费用须为内部处理，其他承担方不得为内部处理。",
    do="Use `internal` for cost centres, `revenue` or `cost` for all others.",
    names=("'revenue'", "'KA'", "cost_centre"),
)
def a_cost_centre_that_is_revenue() -> None:
    FunderTerms(funder="KA", kind="cost_centre", treatment="revenue")


@reproduces(
    "claim.share",
    en="The share of a line is below 0 or above 1.",
    zh="行的份额不在 0 到 1 之间。",
    do="Give the part of the line as a fraction, all earlier documents included.",
    names=("line 1", "4/3"),
)
def more_than_all_of_a_line() -> None:
    upto = {"1": Fraction(4, 3)}
    claims(_rows(), contract="HT-1", document="INV-1", number="CL-1", on=DAY, upto=upto)


@reproduces(
    "claim.share_fell",
    en="More of a line is claimed already than this document says is invoiced or delivered.",
    zh="已申请金额超过本单据累计份额。",
    do="Give the share of all documents so far; reverse what came back with `claim_reversals`.",
    names=("line 1", "90.00 CNY", "ACME"),
)
def a_line_that_is_billed_less() -> None:
    claims(
        _rows(),
        contract="HT-1",
        document="INV-2",
        number="CL-2",
        on=DAY,
        upto={"1": Fraction(1, 3)},
        before=[_claim()],
    )


@reproduces(
    "claim.negative",
    en="A funder bears less than nothing of a line.",
    zh="费用承担金额为负。",
    do="Claim what is borne; reverse the claim of what came back.",
    names=("ACME", "-90.00 CNY"),
)
def less_than_nothing_borne() -> None:
    claims(_rows("-90.00"), contract="HT-1", document="INV-1", number="CL-1", on=DAY)


@reproduces(
    "claim.unknown",
    en="The ledger holds no claim of this number.",
    zh="费用申请不存在。",
    do="Correct the number, or record the claim first.",
    names="'CL-9'",
)
def an_unknown_claim() -> None:
    _held().owed_amount("CL-9")


@reproduces(
    "claim.currency_mismatch",
    en="A line of a contract is claimed in two currencies.",
    zh="同一合同行的费用申请币种不一致。",
    do="Claim it in the currency of the earlier claims.",
    names=("USD", "CNY"),
)
def a_claim_in_another_currency() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_claim("CL-2", usd("9.00")))


@reproduces(
    "claim.out_of_date",
    en="Somebody else claimed the line since this claim was made.",
    zh="该行已被他人先行申请。",
    do="Make the claim again with `claims` and all earlier facts.",
    names=("CL-2", "0.00 CNY", "90.00 CNY"),
)
def a_line_claimed_twice() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_claim("CL-2"))


@reproduces(
    "claim_reversal.share_fell",
    en="More of a line is reversed already than this return says came back.",
    zh="已冲回金额超过累计退货份额。",
    do="Give the share of all returns so far.",
    names=("line 1", "CN-2"),
)
def a_line_that_came_back_less() -> None:
    claim_reversals(
        _rows(),
        contract="HT-1",
        document="CN-2",
        number="CX-2",
        on=DAY,
        reason="came back",
        before=[_claim(), _reversal("90.00")],
        returned={"1": Fraction(1, 3)},
    )


@reproduces(
    "claim_reversal.exceeds_claim",
    en="A reversal takes more of a line than is left of it on the claim.",
    zh="冲回金额超过该费用申请行的余额。",
    do="Reverse what is left at most.",
    names=("90.01 CNY", "90.00 CNY", "CL-1"),
)
def more_reversed_than_claimed() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_reversal("90.01"))


@reproduces(
    "claim_reversal.out_of_date",
    en="Somebody else reversed part of the line since this reversal was made.",
    zh="该行已被他人先行冲回。",
    do="Make the reversal again with `claim_reversals` and all earlier facts.",
    names=("CX-1", "1.00 CNY", "0.00 CNY"),
)
def a_reversal_made_too_long_ago() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_reversal("9.00", "1.00"))


@reproduces(
    "claim_reversal.too_early",
    en="A reversal is dated before its claim.",
    zh="冲回日期早于费用申请。",
    do="Date it on the day of the claim or later.",
    names=("CX-1", "CL-1"),
)
def a_reversal_before_its_claim() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_reversal("9.00").with_(on=BEFORE))


@reproduces(
    "claim_reversal.other_claim",
    en="A reversal names another funder, contract or currency than its claim.",
    zh="冲回与费用申请的承担方、合同或币种不符。",
    do="Make it with `claim_reversals`.",
    names=("HT-2", "HT-1"),
)
def a_reversal_of_another_contract() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_reversal("9.00").with_(contract="HT-2"))


@reproduces(
    "claim_settlement.exceeds_open",
    en="A settlement takes more than is owed on the claim.",
    zh="结算金额超过未结余额。",
    do="Settle at most what is open.",
    names=("90.01 CNY", "90.00 CNY", "CL-1"),
)
def more_settled_than_owed() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_settlement("90.01"))


@reproduces(
    "claim_settlement.nothing_to_settle",
    en="There is nothing to settle.",
    zh="没有可结算的费用。",
    do="Give an amount, or the claims it is for.",
    names=("ACME", "0.00 CNY"),
)
def a_settlement_of_nothing() -> None:
    settle_claims(_held(), "ACME", cny("0.00"), means="offset", number="S-1", on=DAY)


@reproduces(
    "claim_settlement.too_early",
    en="A settlement is dated before its claim.",
    zh="结算日期早于费用申请。",
    do="Date it on the day of the claim or later.",
    names=("S-1", "CL-1"),
)
def a_settlement_before_its_claim() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_settlement("9.00").with_(on=BEFORE))


@reproduces(
    "claim_settlement.other_claim",
    en="A settlement names another funder, contract or currency than its claim.",
    zh="结算与费用申请的承担方、合同或币种不符。",
    do="Make it with `settle_claims`, for claims of that funder in that currency.",
    names=("DIST", "ACME"),
)
def a_settlement_of_another_funder() -> None:
    ledger = _held()
    with untouched(ledger):
        ledger.record(_settlement("9.00").with_(funder="DIST"))


@reproduces(
    "reversal.given_back",
    en="Part of the settlement was given back to the funder already.",
    zh="该结算的一部分已退还承担方。",
    do="Reverse what was given back first.",
    names=("CL-1", "80.00 CNY"),
)
def a_settlement_that_was_given_back() -> None:
    ledger = _held().record(_settlement("90.00"), _reversal("10.00"), _settlement("-10.00", "S-2"))
    with untouched(ledger):
        ledger.record(Reversal(number="X-1", reverses="S-1", on=LATER, reason="bounced"))
