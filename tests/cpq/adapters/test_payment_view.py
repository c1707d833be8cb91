"""The payment plan on paper is the plan that is billed."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.hand import hand_for
from cpq.adapters.payment_view import instalment_views
from cpq.adapters.templates import template_root
from cpq.adapters.view import InstalmentView
from cpq.kernel.money import Money
from cpq.kernel.quantity import STANDARD_UNITS
from cpq.quote import PaymentTerm, accept, payment_terms
from revenue.contract import sign
from tests.cpq.adapters.document_quotes import priced, pricing, quoted

HAND = hand_for("bilingual", currency="CNY", root=template_root(), units=STANDARD_UNITS)
THIRDS = payment_terms(
    ("33.33", "signing", 7), ("33.33", "delivery", 0), ("33.34", "acceptance", 30)
)


def plan(
    amount: str, terms: tuple[PaymentTerm, ...] = THIRDS, currency: str = "CNY"
) -> tuple[InstalmentView, ...]:
    return instalment_views(Money(amount, currency), terms, HAND)


@given(st.integers(1, 10**9), st.lists(st.integers(1, 97), min_size=1, max_size=4))
def test_the_plan_on_paper_is_the_plan_of_the_contract(cents: int, shares: list[int]) -> None:
    while sum(shares) >= 100:
        shares.pop()
    shares.append(100 - sum(shares))
    terms = payment_terms(*[(str(share), "delivery", day) for day, share in enumerate(shares)])
    line = priced("1", "Part", "1", f"{cents // 100}.{cents % 100:02d}")
    quote = quoted(pricing=pricing((line,)), payment=terms)
    contract = sign(
        accept(quote, on=quote.issued_on, by="Zhao"), number="HT-1", on=date(2026, 12, 1)
    )
    billed = [f"{part.amount.amount:,.2f}" for part in contract.instalments]
    printed = [row.amount for row in instalment_views(quote.gross, quote.payment, HAND)]
    assert printed == (billed if len(terms) > 1 else [])


def test_a_row_says_share_event_days_and_amount() -> None:
    first, second, third = plan("100.00")
    assert (first.number, first.percent, first.amount) == (1, "33.33%", "33.33")
    assert (first.event.text, first.event.other) == ("on signing of the contract", "合同签订")
    assert (first.days.text, first.days.other) == ("7 days", "7 天")
    assert (second.days.text, second.days.other) == ("at once", "当日")
    assert (third.percent, third.amount) == ("33.34%", "33.34")


def test_there_is_no_plan_for_one_payment_nor_for_nothing_nor_for_parts_of_a_cent() -> None:
    assert plan("100.00", payment_terms(("100%", "delivery", 30))) == ()
    assert plan("0.00") == ()
    assert plan("-5.00") == ()
    assert plan("100.005") == ()
