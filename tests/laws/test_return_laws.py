"""Laws of returns: whatever comes back in whatever order, it adds up to what was paid, everywhere.

The first is a game of fifty steps, played by ``tests.laws.return_game``.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpq.allocation import refundable
from cpq.kernel.money import Money, currency_places, total
from cpq.pricing import price
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.returns import (
    KEEP,
    ReturnCredit,
    ReturnPolicy,
    everything_left,
    given_back,
    repricing,
    take_back,
)
from cpq.waterfall import PricedLine, Pricing
from tests.laws.return_game import (
    NOTHING,
    TakingBack,
    paid_out,
    rows_back,
    rows_of,
    sums,
    taken_of,
)
from tests.laws.sales import DAY, Sale, return_policies, sales, steps
from tests.laws.strategies import amounts, tried

TestTakingBack = TakingBack.TestCase
TestTakingBack.settings = settings(stateful_step_count=50)


def _taken_back(
    sale: Sale, returns: Iterable[dict[str, Decimal]], policy: ReturnPolicy
) -> list[ReturnCredit]:
    credits_: list[ReturnCredit] = []
    reprice = repricing(sale.pricing, catalogue=sale.catalogue)
    for returned in returns:
        credits_.append(
            take_back(sale.pricing, returned, before=credits_, policy=policy, reprice=reprice)
        )
    return credits_


def _stand(credits_: Sequence[ReturnCredit]) -> object:
    """Where a sale stands after some returns: figures by line, by allocation, what is square."""
    figures = [
        ((*name, column), getattr(row, column))
        for credit in credits_
        for name, row in (
            *(((line.line,), line) for line in credit.lines),
            *(((row.line, row.reason, row.promotion), row) for row in credit.deductions),
        )
        for column in ("net", "tax", "gross")
    ]
    balance = paid_out(credits_, credits_[0].currency) - credits_[-1].owed
    return sums(figures), rows_back(credits_), balance


@tried(2)
@given(sales(), return_policies, st.data())
def test_neither_the_order_nor_the_number_of_steps_decides(
    sale: Sale, policy: ReturnPolicy, data: st.DataObject
) -> None:
    returns = data.draw(steps(sale.pricing))
    once = sums(pair for step in returns for pair in step.items())
    shuffled = data.draw(st.permutations(returns))
    expected = _stand(_taken_back(sale, [once], policy))
    assert _stand(_taken_back(sale, returns, policy)) == expected
    assert _stand(_taken_back(sale, shuffled, policy)) == expected


@tried(2)
@given(sales(), st.data())
def test_what_is_kept_brings_back_the_share_of_its_net(sale: Sale, data: st.DataObject) -> None:
    pricing = sale.pricing
    assume(pricing.policy.places_for("CNY") == currency_places("CNY"))
    returns = data.draw(steps(pricing))
    gone: dict[str, Decimal] = {}
    for credit, returned in zip(_taken_back(sale, returns, KEEP), returns, strict=True):
        assert not credit.deductions
        for row in credit.lines:
            assert all(each.amount > 0 for each in row.allocations)
            line = pricing.line(row.line)
            assert min(row.net, row.tax, row.gross) >= 0
            if line.basis == "net" and row.line in returned and not _has_parts(pricing, line):
                before = gone.get(row.line, NOTHING)
                assert (
                    row.net
                    == refundable(
                        Money(line.net, "CNY"),
                        returned=returned[row.line],
                        quantity=line.quantity,
                        already=before,
                    ).amount
                )
                gone[row.line] = total((before, returned[row.line]))


def _has_parts(pricing: Pricing, line: PricedLine) -> bool:
    below = any(each.number.startswith(f"{line.number}.") for each in pricing.lines)
    return below or line.included


REBILL = ReturnPolicy(on_return="rebill")
CLAW_BACK = ReturnPolicy(on_return="claw_back")


@tried(2)
@given(sales(), st.data())
def test_rebilled_the_customer_has_paid_what_the_rest_costs(
    sale: Sale, data: st.DataObject
) -> None:
    pricing = sale.pricing
    assume(not any(line.free_by for line in pricing.lines))
    assume(not any("." in line.number for line in pricing.lines))
    credits_ = _taken_back(sale, data.draw(steps(pricing)), REBILL)
    gone = sums(pair for credit in credits_ for pair in credit.returned)
    left = {line.number: line.quantity - gone.get(line.number, NOTHING) for line in pricing.lines}
    rest = [
        thing.with_(quantity=left[str(place)])
        for place, thing in enumerate(pricing.items, start=1)
        if left[str(place)]
    ]
    costs = Money.zero("CNY")
    if rest:
        again = price(
            rest,
            catalogue=sale.catalogue,
            on=DAY,
            customer="C-1",
            deal=pricing.deal,
            policy=pricing.policy,
        )
        assume(not any(line.free_by for line in again.lines))
        costs = again.gross
    assert pricing.gross - paid_out(credits_, "CNY") + credits_[-1].owed == costs


@tried(2)
@given(sales(), st.data())
def test_a_claw_back_never_pays_more_than_keeping_does(sale: Sale, data: st.DataObject) -> None:
    returns = data.draw(steps(sale.pricing))
    kept, clawed = (_taken_back(sale, returns, policy) for policy in (KEEP, CLAW_BACK))
    assert paid_out(clawed, "CNY") <= paid_out(kept, "CNY")
    for credit, other in zip(clawed, kept, strict=True):
        assert credit.lines == other.lines


@tried(2)
@given(sales(), amounts("0.1", "99", 1), st.sampled_from(["order", "per_line"]), st.data())
def test_what_was_given_without_a_condition_is_never_clawed_back(
    sale: Sale, percent: Decimal, spread: str, data: st.DataObject
) -> None:
    promotion = PromotionPolicy.model_validate(
        {"code": "ALL", "benefit": PercentOff(percent=percent), "spread": spread}
    )
    always = sale.catalogue.with_(promotions=(promotion,))
    sold = price(
        sale.pricing.items, catalogue=always, on=DAY, policy=sale.pricing.policy, customer="C-1"
    )
    again = Sale(sold, always)
    for credit in _taken_back(again, data.draw(steps(sold)), CLAW_BACK):
        assert credit.deductions == ()


@given(sales(), return_policies, st.data())
def test_a_credit_is_the_same_after_every_journey(
    sale: Sale, policy: ReturnPolicy, data: st.DataObject
) -> None:
    credits_ = _taken_back(sale, data.draw(steps(sale.pricing)), policy)
    stored = [ReturnCredit.model_validate_json(each.canonical()) for each in credits_]
    assert stored == credits_
    assert [each.content_hash() for each in stored] == [each.content_hash() for each in credits_]
    left = everything_left(sale.pricing, before=stored)
    if left:
        last, same = (
            take_back(sale.pricing, left, before=each) for each in (credits_, stored[::-1])
        )
        assert last == same


@given(sales(), st.data())
def test_what_a_promotion_took_of_a_counter_comes_back_with_its_discount(
    sale: Sale, data: st.DataObject
) -> None:
    """A counter of money whose owner gave all its discount on one line: the part is that of it."""
    pricing = sale.pricing
    returns = data.draw(steps(pricing))
    credits_ = _taken_back(sale, returns, KEEP)
    back = sums(pair for credit in credits_ for pair in given_back(credit).items())
    given_, gone = rows_of(pricing.allocations), rows_back(credits_)
    for take in pricing.taken:
        counter = take.counter
        own = [key for key in given_ if key[1] == counter.owner]
        lines = {key[0] for key in own}
        if not take.returns:
            assert counter.key not in back
        elif counter.measure == "amount" and own and (len(lines) == 1 or not counter.scope):
            part = Fraction(total(gone.get(key, NOTHING) for key in own))
            whole = Fraction(total(given_[key] for key in own))
            exact = Fraction(taken_of(pricing)[counter.key]) * part / whole
            assert abs(Fraction(back.get(counter.key, NOTHING)) - exact) <= Fraction(1, 200)
        if counter.measure in ("orders", "uses") and not credits_[-1].complete:
            assert counter.key not in back
