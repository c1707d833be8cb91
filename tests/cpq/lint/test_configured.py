"""What the linter of a catalogue says of products that can be configured."""

from datetime import date

from cpq.adapters.lint_table import summary
from cpq.adapters.words import language
from cpq.bom import BOM
from cpq.catalogue import Catalogue
from cpq.kernel.period import Period
from cpq.lint import LintFinding, lint
from cpq.pricebook import AttributePrice, PriceBook, PriceBookVersion, entry
from cpq.product import Product

NAMES = ("M", "S", "LINE", "A", "B", "X", "Y")
SIZE = {"code": "size", "range": {"low": 1, "high": 5}}
ARM = {"code": "arm", "options": ({"product": "A"}, {"product": "B"})}
NO_B = {"code": "NO-B", "when": "size>=1", "then": "arm=A"}
SUB = BOM(product="S", attributes=(SIZE,), groups=(ARM,))


def shop(*boms: BOM, products: tuple[Product, ...] = (), **book: object) -> Catalogue:
    goods = products or tuple(Product(code=code, name=code) for code in NAMES)
    priced = tuple(entry(each.code, price=1) for each in goods)
    version = PriceBookVersion(entries=priced, **book)
    return Catalogue(
        products=goods,
        boms=boms,
        books=(PriceBook(code="LIST", currency="CNY", versions=(version,)),),
        default_book="LIST",
    )


def machine(**more: object) -> BOM:
    return BOM(product="M", components=({"product": "S", "place": "sub"},), **more)


def told(catalogue: Catalogue, on: date | None = None) -> list[tuple[str, str]]:
    return [(each.code, each.place) for each in lint(catalogue, on=on)]


def test_a_catalogue_whose_products_can_be_configured_is_fine() -> None:
    assert lint(shop(machine(), SUB)) == ()


def test_what_a_sub_assembly_does_wrong_is_told_there_and_not_again() -> None:
    line = BOM(product="LINE", components=({"product": "M", "quantity": 2, "distinct": True},))
    found = lint(shop(line, machine(), SUB.with_(if_then=(NO_B,))))
    assert found == (
        LintFinding(
            code="bom.always_forced",
            place="boms/S/arm",
            severity="note",
            message={
                "en": "only A is ever possible because of NO-B, so there is nothing to choose; "
                "make it fixed",
                "zh": "只有 A 可选（规则 NO-B），实际上没有选择余地；请改为固定项",
            },
            rules=("S/NO-B",),
            products=("S",),
        ),
        LintFinding(
            code="bom.never_possible",
            place="boms/S/arm",
            severity="note",
            message={
                "en": "B is never possible because of NO-B; remove it, or loosen the rules on it",
                "zh": "B 永远不可选（规则 NO-B）；请删除，或放宽相关规则",
            },
            rules=("S/NO-B",),
            products=("S",),
        ),
    )


def test_what_only_the_whole_excludes_is_told_of_the_whole() -> None:
    rule = {"code": "SMALL", "when": "sub.size>=1", "then": "sub.size<3 and sub.arm=B"}
    assert told(shop(machine(if_then=(rule,)), SUB)) == [
        ("bom.always_forced", "boms/M/sub.arm"),
        ("bom.never_possible", "boms/M/sub.arm"),
        ("bom.never_possible", "boms/M/sub.size"),
    ]


def test_rules_that_exclude_each_other_are_an_error_with_their_names() -> None:
    rules = (NO_B, {"code": "ONLY-B", "when": "size<9", "then": "arm=B"})
    found = lint(shop(SUB.with_(if_then=rules)))
    assert [(each.code, each.place, each.severity) for each in found] == [
        ("bom.contradiction", "boms/S", "error")
    ]
    assert found[0].rules == ("S/NO-B", "S/ONLY-B")
    assert "互相矛盾" in found[0].message.zh
    assert summary(found, spoken=language("en")).startswith("error × 1")


def test_a_rule_without_meaning_comes_with_what_the_others_exclude() -> None:
    lost = {"code": "LOST", "when": "hat=x", "then": "size>1"}
    assert told(shop(SUB.with_(if_then=(lost, NO_B)))) == [
        ("bom.unknown_path", "boms/S/LOST"),
        ("bom.always_forced", "boms/S/arm"),
        ("bom.never_possible", "boms/S/arm"),
    ]


def test_a_product_is_looked_at_as_of_the_day() -> None:
    until = {"product": "A", "period": Period(end="2026-01-31")}
    arm = {"code": "arm", "options": (until, {"product": "B"}), "minimum": 2, "maximum": 2}
    lapses = shop(SUB.with_(groups=(arm,)))
    assert told(lapses) == []
    assert told(lapses, date(2026, 1, 31)) == []
    (found,) = lint(lapses, on=date(2026, 2, 1))
    assert (found.code, found.place, found.severity) == ("bom.group_lapsed", "boms/S", "error")
    assert "2026-02-01" in found.message.zh


def test_what_is_sold_no_more_is_left_aside() -> None:
    goods = tuple(
        Product(code=code, name=code, sellable=Period(end="2025-12-31") if code == "S" else {})
        for code in NAMES
    )
    over = shop(SUB.with_(if_then=(NO_B,)), products=goods)
    places = ("boms/S/arm", "boms/S/arm")
    assert [place for _, place in told(over, date(2025, 12, 31))] == [*places]
    assert told(over, date(2026, 1, 1)) == []


def test_a_large_model_is_left_unsolved_and_does_not_hang() -> None:
    wide = {"code": "wide", "range": {"low": 1, "high": 10_000}}
    many = tuple({**wide, "code": f"wide{n}"} for n in range(3))
    rule = {"code": "R", "when": "wide0>1", "then": "arm=A"}
    assert told(shop(SUB.with_(attributes=(SIZE, *many), if_then=(NO_B, rule)))) == []


def test_a_price_for_a_number_in_a_range_waits_for_nothing() -> None:
    def priced(size: str) -> Catalogue:
        rule = AttributePrice(code="BIG", product="S", match={"size": size}, add=5)
        return shop(SUB, attributes=(rule,))

    assert told(priced("3")) == []
    assert [code for code, _ in told(priced("9"))] == ["lint.no_such_value"]


def test_the_order_of_the_boms_does_not_matter() -> None:
    boms = (machine(), SUB.with_(if_then=(NO_B,)))
    assert lint(shop(*boms)) == lint(shop(*reversed(boms)))
