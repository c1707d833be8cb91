"""What promotions were told and what they did, as the annex prints it (促销依据与结果).

Who sold, under which contract, with which coupons; which combination was found best; what the offer
takes of limits, what was asked for and not given, and who bears what was.
"""

from collections.abc import Iterator
from decimal import Decimal

from cpq.adapters.hand import Hand
from cpq.adapters.words import Phrase
from cpq.cap import CapTake
from cpq.coupon import CouponOutcome
from cpq.funding import OWN_FUNDER
from cpq.kernel.money import total
from cpq.promotion import Combination
from cpq.waterfall import Pricing
from cpq.waterfall.text import combination_text, coupon_text

_NOTHING = Decimal(0)


def deal_facts(pricing: Pricing, hand: Hand) -> Iterator[tuple[str, tuple[Phrase, ...]]]:
    """The facts that say something, each with the key of its label."""
    deal = pricing.deal
    if deal is not None:
        said = (("sold_by", deal.salesperson), ("under_contract", deal.contract))
        for key, text in said:
            if text:
                yield key, (Phrase(text, hand.spoken.tag),)
        if deal.orders_placed:
            yield "orders_before", (Phrase(str(deal.orders_placed), hand.spoken.tag),)
    rows = (
        ("coupons", (_coupon(each, hand) for each in pricing.coupons)),
        (
            "combinations",
            (_combination(each, pricing.currency, hand) for each in pricing.combinations),
        ),
        ("taken", (_taken(take, hand) for take in pricing.taken)),
        ("ungranted", _ungranted(pricing, hand)),
        ("borne", _borne(pricing, hand)),
    )
    for key, phrases in rows:
        told = tuple(phrases)
        if told:
            yield key, told


def _coupon(outcome: CouponOutcome, hand: Hand) -> Phrase:
    return hand.told(lambda tongue: coupon_text(outcome, tongue))


def _combination(found: Combination, currency: str, hand: Hand) -> Phrase:
    return hand.told(lambda tongue: combination_text(found, currency, tongue))


def _taken(take: CapTake, hand: Hand) -> Phrase:
    money = take.counter.currency is not None
    write = hand.figures.amount if money else hand.figures.number
    return hand.say(
        "taken_row", counter=take.counter.key, amount=write(take.amount), limit=write(take.limit)
    )


def _ungranted(pricing: Pricing, hand: Hand) -> Iterator[Phrase]:
    for each in pricing.ungranted:
        yield hand.say(
            "ungranted_row",
            promotion=each.promotion,
            asked=hand.figures.amount(each.asked),
            granted=hand.figures.amount(each.granted),
        )


def _borne(pricing: Pricing, hand: Hand) -> Iterator[Phrase]:
    """Who bears how much, where that is not ourselves alone."""
    shares: dict[str, Decimal] = {}
    for row in pricing.allocations:
        shares[row.funder] = total((shares.get(row.funder, _NOTHING), row.amount))
    if not shares.keys() - {OWN_FUNDER}:
        return
    for funder, amount in sorted(shares.items()):
        shown = hand.figures.amount(amount)
        if funder == OWN_FUNDER:
            yield hand.say("borne_own", amount=shown)
        else:
            yield hand.say("borne_row", funder=funder, amount=shown)
