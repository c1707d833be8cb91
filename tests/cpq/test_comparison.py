"""Two versions side by side: figures worked by hand, lines matched, rules and terms told."""

from datetime import date
from decimal import Decimal

import pytest

from cpq import (
    Cap,
    Catalogue,
    Customer,
    ExchangeRate,
    Floor,
    LocalText,
    ManualPrice,
    Money,
    Party,
    PercentOff,
    Period,
    PriceBook,
    PriceBookVersion,
    Product,
    PromotionPolicy,
    RateTable,
    TaxRate,
    Tier,
    draft_quote,
    entry,
    item,
    price,
)
from cpq.comparison import Comparison, compare
from cpq.comparison.currency import used_by
from cpq.comparison.matching import paired
from cpq.configuration import Item
from cpq.kernel.errors import Invalid
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.quote import Clause, Quote, accept, payment_terms, published, send
from cpq.rate import UsedRate
from cpq.tax import CHINA_VAT, TaxTable
from cpq.waterfall import Pricing

DAY = date(2026, 11, 21)
LATER = date(2026, 12, 21)
BUYER = Customer(code="C-1", party=Party(name={"en": "Hengtai", "zh": "恒泰"}))
US = Party(name="Us")


def catalogue(
    *promotions: PromotionPolicy,
    pump: str = "1200",
    tax: str = "13",
    basis: str = "net",
    currency: str = "CNY",
    rates: RateTable | None = None,
    tiers: bool = False,
) -> Catalogue:
    """Pumps at 1,200.00 or from ten on 8 % less, seals at 14.50, hoses at 40.00; 13 % tax."""
    every = (Tier(price=pump), Tier(lower=10, price="1104")) if tiers else (Tier(price=pump),)
    rows = (entry("PUMP", tiers=every), entry("SEAL", price="14.5"), entry("HOSE", price="40"))
    return Catalogue(
        products=tuple(
            Product(code=code, name={"en": en, "zh": zh}, tax_code="VAT13")
            for code, en, zh in (
                ("PUMP", "Pump P-40", "水泵 P-40"),
                ("SEAL", "Seal", "密封圈"),
                ("HOSE", "Hose", "软管"),
            )
        ),
        units=STANDARD_UNITS.with_units([Unit(code="box", numerator=10)]),
        books=(
            PriceBook.model_validate(
                {
                    "code": "LIST",
                    "currency": currency,
                    "tax_basis": basis,
                    "versions": (PriceBookVersion(entries=rows),),
                }
            ),
        ),
        default_book="LIST",
        customers=(BUYER,),
        promotions=promotions,
        rates=rates or RateTable(),
        taxes=TaxTable(
            rates=(
                TaxRate(code="VAT13", percent=tax),
                *(rate for rate in CHINA_VAT.rates if rate.code != "VAT13"),
            )
        ),
    )


def priced(
    *items: Item, trade: Catalogue | None = None, on: date = DAY, **asked: object
) -> Pricing:
    return price(items, catalogue=trade or catalogue(), customer="C-1", on=on, **asked)  # type: ignore[arg-type]


def quoted(pricing: Pricing, **changed: object) -> Quote:
    quote = draft_quote(
        pricing,
        number="Q-7",
        customer=BUYER,
        seller=US,
        issued_on=DAY,
        valid_until=date(2026, 12, 20),
        payment=payment_terms(("30%", "signing", 7), ("70%", "delivery", 30)),
        delivery=LocalText(en="6 weeks", zh="6 周"),
        terms=(
            Clause(
                title={"en": "Warranty", "zh": "质保"}, text={"en": "24 months", "zh": "24 个月"}
            ),
            Clause(title={"en": "Place", "zh": "地点"}, text={"en": "Shanghai", "zh": "上海"}),
        ),
    )
    return quote.with_(**changed)


def effects(found: Comparison) -> dict[str, tuple[str, str]]:
    """Net and gross of each driver."""
    return {each.driver: (str(each.net.amount), str(each.gross.amount)) for each in found.effects}


def rates(usd: str, *, on: date = DAY) -> RateTable:
    return RateTable(rates=(ExchangeRate(base="USD", quote="CNY", rate=usd, on=on),))


AUTUMN = PromotionPolicy(
    code="AUTUMN",
    name={"en": "Autumn weeks", "zh": "秋季促销"},
    products=("PUMP",),
    benefit=PercentOff(percent=4),
)
SPRING = PromotionPolicy(
    code="SPRING",
    name={"en": "Spring weeks", "zh": "春季促销"},
    period=Period(start="2026-12-01", end="2026-12-31"),
    benefit=PercentOff(percent=5),
)


def test_quantity_counts_at_the_old_price_and_price_at_the_new_quantity() -> None:
    """8 at 1,200.00 become 12 at 1,150.00: 4 × 1,200 = 4,800; 12 × −50 = −600; 13 % on each."""
    found = compare(priced(item("PUMP", 8)), priced(item("PUMP", 12), trade=catalogue(pump="1150")))
    assert effects(found) == {"quantity": ("4800.00", "5424.00"), "price": ("-600.00", "-678.00")}
    assert found.change == Money("4200.00", "CNY")
    assert found.change_gross == Money("4746.00", "CNY")
    assert (found.percent, found.percent_gross) == (Decimal("43.75"), Decimal("43.75"))


def test_a_tier_that_is_reached_is_a_price_effect() -> None:
    """9 at 1,200 = 10,800; 10 at 1,104 = 11,040: 1 × 1,200 more, 10 × −96 less."""
    trade = catalogue(tiers=True)
    found = compare(priced(item("PUMP", 9), trade=trade), priced(item("PUMP", 10), trade=trade))
    assert effects(found) == {"quantity": ("1200.00", "1356.00"), "price": ("-960.00", "-1084.80")}


def test_a_promotion_takes_what_it_takes_more() -> None:
    """4 % of 9,600.00 = 384.00 before tax, 433.92 with it."""
    first, second = priced(item("PUMP", 8)), priced(item("PUMP", 8), trade=catalogue(AUTUMN))
    found = compare(first, second)
    assert effects(found) == {"promotion": ("-384.00", "-433.92")}
    (rule,) = found.rules
    assert (rule.fate, rule.rule, rule.lines) == ("gained", "AUTUMN", ("1",))
    assert rule.gave_after == Money("384.00", "CNY")
    assert rule.text("zh") == (
        "促销 秋季促销：减 4%：第 1 行新生效；优惠 384.00 CNY；此前：未参与计价"
    )


def test_a_promotion_on_more_goods_takes_more_and_is_the_same_rule() -> None:
    """8 become 10: 2 × 1,200 = 2,400; 4 % of them, 96.00, is the promotion's."""
    trade = catalogue(AUTUMN)
    found = compare(priced(item("PUMP", 8), trade=trade), priced(item("PUMP", 10), trade=trade))
    assert effects(found) == {
        "quantity": ("2400.00", "2712.00"),
        "promotion": ("-96.00", "-108.48"),
    }
    assert found.rules == ()


@pytest.mark.parametrize(
    ("basis", "expected"), [("net", ("0.00", "-288.00")), ("gross", ("231.69", "0.00"))]
)
def test_another_rate_is_a_tax_effect_on_the_basis_of_the_price(
    basis: str, expected: tuple[str, str]
) -> None:
    """9,600.00 at 10 % instead of 13 %: 288.00 less on top of it, or as much more net within it.

    | price  | 13 %                    | 10 %                    | net      | gross    |
    |--------|-------------------------|-------------------------|----------|----------|
    | net    | 9,600.00 + 1,248.00     | 9,600.00 + 960.00       | 0.00     | −288.00  |
    | gross  | 8,495.58 within 9,600   | 8,727.27 within 9,600   | +231.69  | 0.00     |
    """
    trade, other = catalogue(basis=basis), catalogue(basis=basis, tax="10")
    found = compare(priced(item("PUMP", 8), trade=trade), priced(item("PUMP", 8), trade=other))
    assert effects(found) == {"tax": expected}
    assert [(each.field, each.before.en, each.after.en) for each in found.lines[0].changes] == [
        ("tax_rate", "13% (VAT13)", "10% (VAT13)")
    ]


def test_lines_that_come_and_go_are_mix() -> None:
    """3 hoses, 120.00, come; 40 seals, 580.00, go; the pump stays and is not told."""
    found = compare(
        priced(item("PUMP", 8), item("SEAL", 40)), priced(item("HOSE", 3), item("PUMP", 8))
    )
    assert effects(found) == {"mix": ("-460.00", "-519.80")}
    told = [
        (line.kind, line.number, str(line.change), str(line.change_gross)) for line in found.lines
    ]
    assert told == [("added", "1", "120.00", "135.60"), ("removed", "2", "-580.00", "-655.40")]
    assert found.unchanged == 1


def test_a_line_that_becomes_an_option_leaves_the_totals_as_mix() -> None:
    found = compare(
        priced(item("PUMP", 8), item("HOSE", 3)),
        priced(item("PUMP", 8), Item(product="HOSE", quantity=3, optional=True)),
    )
    assert effects(found) == {"mix": ("-120.00", "-135.60")}
    (line,) = found.lines
    assert line.kind == "changed"
    assert line.changes[0].text("zh") == "计入合计：计入 → 不计入，可选"


def test_cents_of_rounding_go_with_the_largest_effect() -> None:
    """3 at 0.3333 = 1.00, 4 = 1.33: 0.33 is quantity, no cent of it a price or a tax."""
    trade = catalogue(pump="0.3333")
    found = compare(priced(item("PUMP", 3), trade=trade), priced(item("PUMP", 4), trade=trade))
    assert effects(found) == {"quantity": ("0.33", "0.37")}


def test_effects_are_split_by_largest_remainder() -> None:
    """3 at 0.35 = 1.05 become 4 at 0.3333 = 1.33: quantity 0.35, price −0.07; tax 0.14 → 0.17.

    At 13 % the taxes are 0.0455 and −0.0091; the line's own tax grew by 0.03, not by 0.0364, and
    what is missing goes with the quantity: gross 0.35 + 0.0391 and −0.07 − 0.0091, which the
    largest remainder makes 0.39 and −0.08.
    """
    first = priced(item("PUMP", 3), trade=catalogue(pump="0.35"))
    second = priced(item("PUMP", 4), trade=catalogue(pump="0.3333"))
    found = compare(first, second)
    assert effects(found) == {"quantity": ("0.35", "0.39"), "price": ("-0.07", "-0.08")}
    assert found.change_gross == second.gross - first.gross == Money("0.31", "CNY")


def test_the_same_version_differs_in_nothing() -> None:
    quote = quoted(priced(item("PUMP", 8), item("SEAL", 40), trade=catalogue(AUTUMN)))
    found = compare(quote, quote)
    assert found.is_empty
    assert found.unchanged == 2
    assert found.explain().endswith("nothing differs")
    assert found.explain("zh_CN").endswith("两版本相同")


def test_a_moved_line_is_the_same_line() -> None:
    found = compare(
        priced(item("PUMP", 8), item("SEAL", 40)), priced(item("SEAL", 40), item("PUMP", 8))
    )
    assert found.is_empty
    changed = compare(
        priced(item("PUMP", 8), item("SEAL", 40)), priced(item("SEAL", 50), item("PUMP", 8))
    )
    (line,) = changed.lines
    assert line.before is not None
    assert (line.before.number, line.number, line.before.quantity) == ("2", "1", Decimal(40))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((5, 7), (7, 5), [(7, 7), (5, 5)]),
        ((5, 7), (6, 7), [(5, 6), (7, 7)]),
        ((5, 7, 9), (7, 8), [(7, 7), (5, 8), (9, None)]),
        ((5,), (5, 5), [(5, 5), (None, 5)]),
    ],
)
def test_equal_lines_are_paired_by_what_they_are_most_alike_in(
    before: tuple[int, ...], after: tuple[int, ...], expected: list[tuple[int | None, int | None]]
) -> None:
    was, now = (priced(*(item("SEAL", each) for each in side)) for side in (before, after))
    pairs = paired(was.lines, now.lines)
    assert [(one and one.quantity, other and other.quantity) for one, other in pairs] == expected


def test_lines_that_are_alike_in_everything_keep_their_numbers() -> None:
    was, now = priced(item("SEAL", 5), item("SEAL", 5)), priced(item("SEAL", 6), item("SEAL", 5))
    pairs = paired(was.lines, now.lines)
    numbers = [(one and one.number, other and other.number) for one, other in pairs]
    assert numbers == [("1", "1"), ("2", "2")]


def test_attributes_tell_equal_lines_apart() -> None:
    red, blue = (
        Item(product="SEAL", quantity=5, attributes=(("colour", colour),))
        for colour in ("red", "blue")
    )
    found = compare(priced(red, blue), priced(blue.with_(quantity=9), red))
    (line,) = found.lines
    assert (line.number, line.change) == ("1", Decimal("58.00"))
    assert line.changes == ()


def test_a_changed_attribute_is_told_in_both_languages() -> None:
    red = Item(product="SEAL", quantity=5, attributes=(("colour", "red"), ("size", "L")))
    found = compare(priced(red), priced(red.with_(attributes=(("colour", "blue"), ("grade", "A")))))
    (line,) = found.lines
    assert [change.text("zh") for change in line.changes] == [
        "配置说明：colour: red → colour: blue",
        "配置说明：size: L → –",
        "配置说明：– → grade: A",
    ]
    assert line.effects == ()


def test_another_unit_is_another_line() -> None:
    found = compare(priced(item("SEAL", 10)), priced(Item(product="SEAL", quantity=1, unit="box")))
    assert [line.kind for line in found.lines] == ["added", "removed"]
    assert found.change == Money("0.00", "CNY")


def test_a_rule_that_acts_no_more_says_what_its_trace_says() -> None:
    trade = catalogue(SPRING)
    december = priced(item("PUMP", 8), trade=trade, on=LATER)
    november = priced(item("PUMP", 8), trade=trade)
    (lost,) = compare(december, november).rules
    assert lost.text() == (
        "promotion Spring weeks: 5% off: acts no more on line 1; takes 480.00 CNY off; now: "
        "outside period: needs 2026-12-01 to 2026-12-31, found 2026-11-21"
    )
    (gained,) = compare(november, december).rules
    assert gained.text("zh_CN") == (
        "促销 春季促销：减 5%：第 1 行新生效；优惠 480.00 CNY；此前：不在有效期: 需 2026-12-01 to "
        "2026-12-31, 实 2026-11-21"
    )


def test_a_tier_that_took_over_is_named() -> None:
    trade = catalogue(tiers=True)
    found = compare(priced(item("PUMP", 9), trade=trade), priced(item("PUMP", 10), trade=trade))
    assert [(rule.fate, rule.reason.en) for rule in found.rules] == [
        ("lost", "replaced by LIST: PUMP from 10"),
        ("gained", "quantity below: needs 10, found 9"),
    ]


def test_a_rule_with_other_figures_says_them() -> None:
    found = compare(priced(item("PUMP", 8)), priced(item("PUMP", 8), trade=catalogue(pump="1150")))
    (rule,) = found.rules
    assert (rule.fate, rule.reason.en) == ("altered", "1200.00 → 1150.00 CNY")


def test_a_cap_that_holds_now_is_told() -> None:
    capped = AUTUMN.with_(caps=(Cap(amount=Money("300.00", "CNY")),))
    found = compare(
        priced(item("PUMP", 8), trade=catalogue(AUTUMN)),
        priced(item("PUMP", 8), trade=catalogue(capped)),
    )
    (rule,) = found.rules
    assert rule.text() == (
        "promotion Autumn weeks: 4% off: acts otherwise on line 1; takes 384.00 CNY → 300.00 CNY "
        "off; asked 384.00, granted within the cap 300.00"
    )


def test_a_promotion_on_old_lines_and_new_ones_is_told_once() -> None:
    found = compare(
        priced(item("PUMP", 8), trade=catalogue(SPRING)),
        priced(item("PUMP", 8), item("HOSE", 3), trade=catalogue(SPRING), on=LATER),
    )
    (rule,) = found.rules
    assert (rule.fate, rule.lines) == ("gained", ("1", "2"))


def test_a_promotion_of_a_line_that_went_is_lost_with_it() -> None:
    trade = catalogue(AUTUMN)
    found = compare(
        priced(item("PUMP", 8), item("HOSE", 3), trade=trade), priced(item("HOSE", 3), trade=trade)
    )
    (rule,) = found.rules
    assert (rule.fate, rule.lines) == ("lost", ("1",))
    assert rule.reason.zh


def test_findings_that_come_and_go_are_told() -> None:
    floor = Floor(code="F-1", product="PUMP", price=Money("1180.00", "CNY"), policy="warn")
    trade = catalogue().with_(floors=(floor,))
    dear, cheap = (
        priced(item("PUMP", 8), trade=trade),
        priced(item("PUMP", 8), trade=trade, manual={"1": ManualPrice(price="1100")}),
    )
    assert [found.code for found in compare(dear, cheap).appeared] == ["floor.below"]
    assert [found.code for found in compare(cheap, dear).vanished] == ["floor.below"]
    assert "- " in compare(cheap, dear).explain()


def test_changed_terms_are_told_row_by_row() -> None:
    first = quoted(priced(item("PUMP", 8)))
    second = first.with_(
        version=2,
        issued_on=LATER,
        valid_until=date(2027, 1, 20),
        payment=payment_terms(("50%", "signing", 0), ("50%", "acceptance", 0)),
        delivery=LocalText(en="4 weeks", zh="4 周"),
        terms=(
            first.terms[1],
            Clause(
                title={"en": "Warranty", "zh": "质保"}, text={"en": "36 months", "zh": "36 个月"}
            ),
            Clause(text={"en": "Spare parts are kept.", "zh": "备有备件。"}),
        ),
        salesperson=Party(name="Li Wei"),
    )
    found = compare(first, second)
    assert [change.text("en") for change in found.changes] == [
        "Contact: – → Li Wei",
        "Date: 2026-11-21 → 2026-12-21",
        "Valid until: 2026-12-20 → 2027-01-20",
        (
            "Payment: 30% within 7 days of signing; 70% within 30 days of delivery → "
            "50% on signing; 50% on acceptance"
        ),
        "Delivery: 6 weeks → 4 weeks",
        "Clause 2: Warranty: 24 months → Warranty: 36 months",
        "Clause 3: – → Spare parts are kept.",
    ]
    assert found.changes[3].text("zh").endswith("签订时付 50%；验收时付 50%")
    assert found.lines == ()
    assert not found.is_empty


def test_a_clause_that_goes_is_told_by_its_old_number() -> None:
    first = quoted(priced(item("PUMP", 8)))
    (change,) = compare(first, first.with_(terms=first.terms[:1])).changes
    assert change.text("zh") == "条款 2：地点：上海 → –"


def test_a_clause_without_title_is_paired_by_its_place() -> None:
    one, other = (Clause(text=text) for text in ("Ex works.", "Free house."))
    first = quoted(priced(item("PUMP", 8)), terms=(one,))
    (change,) = compare(first, first.with_(terms=(other,))).changes
    assert str(change) == "Clause 1: Ex works. → Free house."


def test_another_currency_needs_a_rate() -> None:
    dollars = priced(item("PUMP", 8), trade=catalogue(currency="USD"))
    yuan = priced(item("PUMP", 8))
    with pytest.raises(Invalid, match=r"comparison\.no_rate"):
        compare(dollars, yuan)
    wrong = RateTable(rates=(ExchangeRate(base="EUR", quote="CNY", rate="8", on=DAY),))
    with pytest.raises(Invalid, match="found 1 EUR in CNY"):
        compare(dollars, yuan, rate=wrong.used("EUR", "CNY", on=DAY))


def test_two_price_lists_in_two_currencies_have_no_currency_effect() -> None:
    """8 at 160.00 USD told at 7.2: 9,216.00; 8 at 1,200.00 CNY: 9,600.00; the rest is price."""
    dollars = priced(item("PUMP", 8), trade=catalogue(currency="USD", pump="160"))
    rate = rates("7.2").used("USD", "CNY", on=DAY)
    found = compare(dollars, priced(item("PUMP", 8)), rate=rate)
    assert found.net_before == Money("9216.00", "CNY")
    assert effects(found) == {"price": ("384.00", "433.92")}
    assert found.before.net == Money("1280.00", "USD")
    assert found.lines[0].before is not None
    assert found.lines[0].before.unit_price == Decimal(1152)


def test_a_list_behind_both_versions_shows_what_its_rate_did() -> None:
    """A dollar list at 160.00: first at 7.0 = 1,120.00, then at 7.2 and 170.00 = 1,224.00.

    8 pieces: the old price at the new rate is 1,152.00, so 8 × 32 = 256.00 is currency and
    8 × 72 = 576.00 price.
    """
    first = priced(
        item("PUMP", 8),
        trade=catalogue(currency="USD", pump="160", rates=rates("7.0")),
        currency="CNY",
    )
    second = priced(
        item("PUMP", 8),
        trade=catalogue(currency="USD", pump="170", rates=rates("7.2")),
        currency="CNY",
    )
    used = used_by(first.lines[0], first)
    assert used is not None
    assert (used.base, used.rate) == ("USD", 7)
    found = compare(first, second)
    assert effects(found) == {"price": ("576.00", "650.88"), "currency": ("256.00", "289.28")}
    assert found.rate is None


def test_a_version_in_the_currency_of_its_list_shows_what_its_rate_did() -> None:
    """Dollars at a list of 160.00 USD, told at 7.1: 1,136.00; sold in yuan at 7.2: 1,152.00."""
    dollars = priced(item("PUMP", 8), trade=catalogue(currency="USD", pump="160"))
    yuan = priced(
        item("PUMP", 8),
        trade=catalogue(currency="USD", pump="160", rates=rates("7.2")),
        currency="CNY",
    )
    rate = rates("7.1").used("USD", "CNY", on=DAY)
    found = compare(dollars, yuan, rate=rate)
    assert effects(found) == {"currency": ("128.00", "144.64")}
    back = compare(yuan, dollars, rate=rate)
    assert {each.driver for each in back.effects} == {"currency"}


def test_a_price_that_a_person_gave_does_not_rest_on_a_rate() -> None:
    trade = catalogue(currency="USD", pump="160", rates=rates("7.2"))
    given = {"1": ManualPrice(price="1000")}
    pricing = priced(item("PUMP", 8), trade=trade, currency="CNY", manual=given)
    assert used_by(pricing.lines[0], pricing) is None


def test_what_the_customer_sees_has_no_rules_and_no_costs() -> None:
    first = quoted(priced(item("PUMP", 8)))
    second = quoted(priced(item("PUMP", 8), trade=catalogue(AUTUMN)), version=2)
    found = compare(published(first), published(second))
    assert effects(found) == {"promotion": ("-384.00", "-433.92")}
    assert not found.traced
    assert found.rules == ()
    assert "no rules compared" in found.explain()
    assert "AUTUMN" not in found.canonical()


def test_an_accepted_quote_is_compared_as_it_was_agreed() -> None:
    quote = send(quoted(priced(item("PUMP", 8), Item(product="HOSE", quantity=3, optional=True))))
    taken = accept(quote, on=DAY, by="Li Wei", options=("2",))
    found = compare(quote, taken)
    assert effects(found) == {"mix": ("120.00", "135.60")}


def test_a_comparison_is_stored_and_read_again() -> None:
    found = compare(
        quoted(priced(item("PUMP", 8), item("SEAL", 40))),
        quoted(priced(item("PUMP", 9), item("HOSE", 1), trade=catalogue(AUTUMN)), version=2),
    )
    assert Comparison.model_validate_json(found.canonical()) == found


def test_the_text_foots_in_both_languages() -> None:
    found = compare(
        quoted(priced(item("PUMP", 8), item("SEAL", 40))),
        quoted(priced(item("PUMP", 12), item("SEAL", 40), trade=catalogue(pump="1150")), version=2),
    )
    assert found.explain().splitlines()[:7] == [
        "Q-7 → Q-7 / 2 · CNY",
        "       net  with tax",
        "  10180.00  11503.40  before",
        "  +4800.00  +5424.00  quantity",
        "   -600.00   -678.00  price",
        "  14380.00  16249.40  after",
        (
            "· 1 Pump P-40: 8 pc → 12 pc × 1200.00 → 1150.00 = +4200.00 CNY (quantity "
            "+4800.00, price -600.00)"
        ),
    ]
    assert "· 1 水泵 P-40：8 pc → 12 pc" in found.explain("zh_CN")


def test_a_rate_stated_either_way_round_tells_the_same() -> None:
    dollars = priced(item("PUMP", 8), trade=catalogue(currency="USD", pump="160"))
    stated = ExchangeRate(base="CNY", quote="USD", rate="0.125", on=DAY)
    inverse = UsedRate(base="CNY", quote="USD", rate="0.125", on=DAY, via=(stated,))
    found = compare(dollars, priced(item("PUMP", 8)), rate=inverse)
    assert found.net_before == Money("10240.00", "CNY")
    assert "1 CNY = 0.125 USD" in found.explain()
