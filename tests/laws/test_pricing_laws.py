"""Laws of pricing: order never matters, sums agree, caps hold, one request has one result."""

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.customer import Customer, Party
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, RoundingPolicy, money_total, rounded_fraction, total
from cpq.kernel.period import Period
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.pricebook import NoPrice, PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.pricing import price, unit_price
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy
from cpq.quote import Quote, accept, send
from cpq.waterfall import Pricing
from tests.laws.strategies import (
    CATEGORIES,
    CODES,
    DAY,
    PRODUCTS,
    amounts,
    books,
    promotions,
    requests,
    trades,
    tried,
)

POLICY = RoundingPolicy()
UNITS = STANDARD_UNITS.with_units(
    [
        Unit(code="box", numerator=5),
        Unit(code="trio", numerator=3),
        Unit(code="third", numerator=1, denominator=3),
    ]
)
COUNTED = ("pc", "box", "trio", "third")
BUYER = Customer(code="C-1", party=Party(name="Hengtai"))


def _priced(items: list[Item], trade: Catalogue) -> Pricing:
    return price(items, catalogue=trade, on=DAY)


def _totals(pricing: Pricing) -> tuple[Money, ...]:
    return (
        pricing.list_total,
        pricing.amount,
        pricing.discount,
        pricing.net,
        pricing.tax,
        pricing.gross,
    )


@tried(3)
@given(requests, trades(), st.randoms(use_true_random=False))
def test_permuting_lines_changes_no_figure(
    items: list[Item], trade: Catalogue, random: object
) -> None:
    shuffled = items.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = _priced(items, trade), _priced(shuffled, trade)
    assert _totals(first) == _totals(second)
    lines = [
        sorted((line.product, line.quantity, line.discount, line.tax) for line in pricing.lines)
        for pricing in (first, second)
    ]
    assert lines[0] == lines[1]


@tried(3)
@given(requests, trades())
def test_lines_add_up_to_the_header(items: list[Item], trade: Catalogue) -> None:
    pricing = _priced(items, trade)
    for line in pricing.lines:
        assert line.amount - line.discount == line.net
        assert line.net + line.tax == line.gross
        assert 0 <= line.net <= line.amount
        shares = [row.amount for row in pricing.allocations if row.line == line.number]
        assert total(shares) == line.discount
        assert all(share > 0 for share in shares)
    assert money_total([row.money for row in pricing.allocations], "CNY") == pricing.discount
    assert pricing.amount - pricing.discount == pricing.net
    assert pricing.net + pricing.tax == pricing.gross
    assert money_total([row.net for row in pricing.taxes], "CNY") == pricing.net
    assert money_total([row.tax for row in pricing.taxes], "CNY") == pricing.tax


@tried(3)
@given(requests, trades())
def test_a_cap_is_never_exceeded(items: list[Item], trade: Catalogue) -> None:
    pricing = _priced(items, trade)
    for promotion in trade.promotions:
        given_away = total(
            row.amount for row in pricing.allocations if row.promotion == promotion.code
        )
        for cap in promotion.caps:
            assert given_away <= cap.limit
        if isinstance(promotion.benefit, AmountOff):
            assert given_away <= promotion.benefit.amount.amount


@tried(3)
@given(requests, trades(), promotions(), amounts("0", "500"), amounts("0", "500"))
def test_more_cap_never_raises_the_net(
    items: list[Item], trade: Catalogue, promotion: PromotionPolicy, low: Decimal, more: Decimal
) -> None:
    over = promotion.caps[0].over if promotion.caps else "clip"
    nets = []
    for most in (low, low + more):
        cap = Cap(amount=Money(most, "CNY"), over=over)
        nets.append(_priced(items, trade.with_(promotions=(promotion.with_(caps=(cap,)),))).net)
    assert nets[1] <= nets[0]


@given(requests, trades())
def test_promotions_act_in_one_order_however_they_are_listed(
    items: list[Item], trade: Catalogue
) -> None:
    backwards = trade.with_(promotions=trade.promotions[::-1])
    assert _bare(_priced(items, trade)) == _bare(_priced(items, backwards))


@given(requests, trades())
def test_without_promotions_nothing_is_given_away(items: list[Item], trade: Catalogue) -> None:
    pricing = price(items, catalogue=trade, on=DAY, promotions=False)
    assert pricing == _priced(items, trade.with_(promotions=())).with_(
        catalogue=trade.hash, promoted=False
    )
    assert pricing.discount == Money("0", "CNY")


def _bare(pricing: Pricing) -> object:
    """Every figure without the trace and without the name of the snapshot."""
    lines = tuple(line.with_(steps=()) for line in pricing.lines)
    return pricing.with_(lines=lines, refused=(), catalogue="")


_ELSEWHERE = (
    PromotionPolicy(code="A0", benefit=PercentOff(percent="50"), period=Period(end="2020-12-31")),
    PromotionPolicy(code="A1", benefit=PercentOff(percent="50"), customer_groups=("others",)),
    PromotionPolicy(code="A2", benefit=AmountOff(amount=Money("5", "USD"))),
    PromotionPolicy(code="A3", benefit=PercentOff(percent="50"), quantity_from="100000"),
    PromotionPolicy(code="A4", benefit=PercentOff(percent="50"), products=("GONE",)),
)


@given(requests, trades(), st.sampled_from(_ELSEWHERE))
def test_a_promotion_that_does_not_hold_changes_the_trace_only(
    items: list[Item], trade: Catalogue, other: PromotionPolicy
) -> None:
    more = trade.with_(promotions=(*trade.promotions, other))
    assert _bare(_priced(items, more)) == _bare(_priced(items, trade))


@given(requests, trades(), st.sampled_from(CODES))
def test_an_entry_that_does_not_hold_changes_the_trace_only(
    items: list[Item], trade: Catalogue, code: str
) -> None:
    lapsed = entry(code, price="0.01", rank=-9, period=Period(end="2020-12-31"))
    rows = (lapsed, *trade.books[0].versions[0].entries)
    version = PriceBookVersion(entries=rows)
    more = trade.with_(books=(trade.books[0].with_(versions=(version,)),))
    assert _bare(_priced(items, more)) == _bare(_priced(items, trade))


@given(requests, trades())
def test_no_price_depends_on_the_context_of_the_caller(items: list[Item], trade: Catalogue) -> None:
    expected = _priced(items, trade).canonical()
    fresh = Catalogue.model_validate_json(trade.canonical())
    with localcontext(Context(prec=6, rounding=ROUND_DOWN, traps=[Inexact])) as context:
        pricing = _priced(items, fresh)
        assert pricing.canonical() == expected
        assert pricing.explain()
        assert (context.prec, context.rounding) == (6, ROUND_DOWN)


@given(books(), st.sampled_from(CODES), st.sampled_from(COUNTED), amounts("0", "99", 1))
def test_no_look_up_depends_on_the_context_of_the_caller(
    pair: tuple[PriceBook, PriceBook], product: str, unit: str, quantity: Decimal
) -> None:
    def answer() -> object:
        trade = Catalogue(products=PRODUCTS, categories=CATEGORIES, books=pair, units=UNITS)
        at = datetime(2026, 6, 15, tzinfo=UTC)
        return unit_price(trade, product, unit=unit, quantity=quantity, at=at, book="VIP")

    expected = answer()
    with localcontext(Context(prec=1, rounding=ROUND_DOWN, traps=[Inexact])):
        assert answer() == expected


@given(requests, trades())
def test_every_value_survives_json_and_pickling(items: list[Item], trade: Catalogue) -> None:
    pricing = _priced(items, trade)
    offer = Quote(
        number="Q-1",
        customer=BUYER,
        seller=Party(name="Us"),
        pricing=price(items, catalogue=trade.with_(customers=(BUYER,)), on=DAY, customer="C-1"),
        issued_on=DAY,
        valid_until=DAY + timedelta(days=30),
    )
    accepted = accept(send(offer), on=DAY, by="PO 4711")
    values: tuple[Frozen, ...] = (trade, pricing, offer, accepted)
    for value in values:
        again = type(value).model_validate_json(value.canonical())
        assert again == value
        assert again.content_hash() == value.content_hash()
        assert pickle.loads(pickle.dumps(value)) == value
    assert _totals(Pricing.model_validate_json(pricing.canonical())) == _totals(pricing)


_SCRIPT = """
from datetime import date
from cpq import *
rows = tuple(entry(f"P{n}", tiers=(Tier(price=f"{n}.3333"), Tier(lower=5, price=f"{n}.11")))
             for n in range(1, 9))
taxes = ("VAT13", "VAT6")
products = tuple(Product(code=f"P{n}", name=f"产品 {n}", category="c", tax_code=taxes[n % 2])
                 for n in range(1, 9))
trade = Catalogue(
    products=products, categories=(Category(code="c"),), default_book="VIP", zone="Asia/Shanghai",
    books=(PriceBook(code="LIST", currency="CNY", versions=(PriceBookVersion(entries=rows),)),
           PriceBook(code="VIP", currency="CNY", base="LIST", zone="Asia/Shanghai", versions=(
               PriceBookVersion(entries=(entry(category="c", percent_off="7.5"),)),))),
    promotions=(PromotionPolicy(code="X", benefit=PercentOff(percent="3.3"), categories=("c", "d"),
                                caps=(Cap(amount=Money("7.77", "CNY")),)),
                PromotionPolicy(code="Y", benefit=AmountOff(amount=Money("1.01", "CNY")),
                                customer_groups=("g1", "g2", "g3"))),
)
pricing = price([item(f"P{n}", n) for n in range(1, 9)], catalogue=trade, on=date(2026, 11, 21))
print(pricing.canonical(), pricing.explain("zh_CN"), trade.hash)
"""


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "zh_CN.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "America/New_York"},
        {"PYTHONHASHSEED": "3", "TZ": "Pacific/Kiritimati", "LANG": "de_DE.UTF-8"},
    ],
    ids=lambda surroundings: surroundings["TZ"],
)
def test_another_process_gives_the_same_bytes(
    surroundings: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(_SCRIPT, "script", "exec"), {})
    here = capsys.readouterr().out
    there = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        env={
            **os.environ,
            **surroundings,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": str(Path.cwd()),
        },
        capture_output=True,
        check=True,
    )
    assert there.stdout.decode() == here


_STEP = Decimal("0.000000001")


def _covers(row: PriceBookEntry, product: str) -> int | None:
    """How far an entry is from a product, by hand; ``None`` where it does not speak of it."""
    nearer = {"A": ["A"], "B": ["B", "A"], "C": ["C"], "D": ["D"]}[product]
    above = {"A": ["sub", "top"], "B": ["top", "sub"], "C": [], "D": ["sub", "top"]}[product]
    if row.product is not None:
        return nearer.index(row.product) if row.product in nearer else None
    if row.category is not None:
        return 10 + above.index(row.category) if row.category in above else None
    return 99


def _plainly(
    chain: tuple[PriceBook, ...], product: str, unit: str, quantity: Decimal, at: datetime
) -> Fraction | None:
    """The rule of price books without tables, intervals or memory."""
    if not chain:
        return None
    book, below = chain[0], _plainly(chain[1:], product, unit, quantity, at)
    factor = {"pc": Fraction(1), "box": Fraction(5), "trio": Fraction(3)}.get(unit, Fraction(1, 3))
    matching = []
    for version in book.versions:
        if not version.period.contains(at, book.home):
            continue
        for row in version.entries:
            distance = _covers(row, product)
            if distance is None or row.unit not in (None, unit):
                continue
            scale = 1 if row.unit else factor
            tiers = [tier for tier in row.tiers if tier.lower <= abs(Fraction(quantity)) * scale]
            if tiers:
                matching.append((distance, row.unit is None, tiers[-1], scale))
    if not matching:
        return below
    first = matching[0]
    best = first if book.resolution == "first_match" else min(matching, key=lambda row: row[:2])
    _, _, tier, scale = best
    if tier.price is not None:
        return Fraction(tier.price) * scale
    if below is None:
        return None
    if tier.percent_off is not None:
        return below * (1 - Fraction(tier.percent_off) / 100)
    return max(Fraction(0), below - Fraction(tier.amount_off or 0) * scale)


def _edges(chain: tuple[PriceBook, ...], unit: str) -> tuple[list[datetime], list[Decimal]]:
    factor = UNITS.factor(unit, "pc")
    moments, sizes = [datetime(2026, 6, 15, tzinfo=UTC)], [Decimal(1), Decimal("-17.5")]
    for book in chain:
        for version in book.versions:
            for bound in version.period.bounds(book.home):
                if 2000 < bound.year < 3000:
                    moments += [bound + timedelta(microseconds=n) for n in (-1, 0, 1)]
            for row in version.entries:
                for tier in row.tiers:
                    lower = rounded_fraction(Fraction(tier.lower) / (1 if row.unit else factor), 9)
                    sizes += [lower - _STEP, lower, lower + _STEP]
    return moments, sizes


@tried(2)
@given(books(), st.sampled_from(CODES), st.sampled_from(COUNTED), st.data())
def test_the_table_answers_as_the_plain_rule_does(
    pair: tuple[PriceBook, PriceBook], product: str, unit: str, data: st.DataObject
) -> None:
    root, derived = pair
    chain = (derived, root)
    trade = Catalogue(
        products=PRODUCTS, categories=CATEGORIES, books=pair, units=UNITS, default_book="VIP"
    )
    moments, sizes = _edges(chain, unit)
    asked = data.draw(
        st.lists(st.tuples(st.sampled_from(moments), st.sampled_from(sizes)), min_size=1)
    )
    for at, quantity in asked:
        expected = _plainly(chain, product, unit, quantity, at)
        found = unit_price(trade, product, unit=unit, quantity=quantity, at=at, book="VIP")
        if expected is None:
            assert found == NoPrice(product, unit, ("VIP", "LIST"))
        else:
            assert not isinstance(found, NoPrice)
            assert found.unit_price == rounded_fraction(expected, 4)
            listed = _plainly((root,), product, unit, quantity, at)
            assert found.list_price == rounded_fraction(listed or expected, 4) or listed == 0
            winners = [step for step in found.steps if step.applied]
            assert winners[-1].after == rounded_fraction(expected, 6)


@given(books(), st.sampled_from(CODES), amounts("0", "40", 1), st.randoms(use_true_random=False))
def test_the_most_specific_entry_wins_in_any_order(
    pair: tuple[PriceBook, PriceBook], product: str, quantity: Decimal, random: object
) -> None:
    def answer(books: tuple[PriceBook, ...]) -> object:
        trade = Catalogue(products=PRODUCTS, categories=CATEGORIES, books=books, units=UNITS)
        found = unit_price(
            trade,
            product,
            unit="pc",
            quantity=quantity,
            at=datetime(2026, 6, 15, tzinfo=UTC),
            book="VIP",
        )
        return found if isinstance(found, NoPrice) else found[:2]

    def shuffled(book: PriceBook) -> PriceBook:
        versions = []
        for version in book.versions:
            rows = list(version.entries)
            random.shuffle(rows)  # type: ignore[attr-defined]
            versions.append(version.with_(entries=tuple(rows)))
        random.shuffle(versions)  # type: ignore[attr-defined]
        return book.with_(versions=tuple(versions))

    specific = tuple(book.with_(resolution="most_specific") for book in pair)
    assert answer(tuple(shuffled(book) for book in specific)) == answer(specific)


@given(st.lists(amounts("0.1", "50", 1), min_size=2, max_size=5, unique=True))
def test_one_price_holds_at_every_quantity(lowers: list[Decimal]) -> None:
    lowers = [Decimal(0), *sorted(lowers)]
    tiers = tuple(Tier(lower=lower, price=place) for place, lower in enumerate(lowers))
    row = entry("A", tiers=tiers)
    for (place, lower), (_, following) in pairwise([*enumerate(lowers), (-1, Decimal(1000))]):
        for quantity in (lower, lower + _STEP, following - _STEP):
            tier = row.reached(Fraction(quantity))
            assert tier is not None
            assert tier.price == place
