"""How promotions act together: order, groups and their modes, exclusivity, combinability."""

import pytest

from cpq import AmountOff, LinesAmount, Money, PercentOff, Pricing, PromotionGroup, item
from cpq.promotion import PromotionPolicy
from tests.cpq.market import buy, cny, discounts, market, reasons, rule


def off(code: str, percent: object, **fields: object) -> PromotionPolicy:
    return rule(code, benefit=PercentOff(percent=percent), **fields)


def minus(code: str, amount: str, **fields: object) -> PromotionPolicy:
    return rule(code, benefit=AmountOff(amount=cny(amount)), **fields)


def grouped(mode: str, *promotions: PromotionPolicy, **fields: object) -> Pricing:
    group = PromotionGroup.model_validate({"code": "G", "mode": mode, **fields})
    members = [each.with_(group="G") for each in promotions]
    return buy(market(*members, groups=(group,)), item("MUG", 2), item("SHIRT", 1))


def given_by(pricing: Pricing) -> dict[str, str]:
    sums: dict[str, Money] = {}
    for row in pricing.allocations:
        sums[row.promotion] = sums.get(row.promotion, cny("0.00")) + row.money
    return {code: str(money.amount) for code, money in sorted(sums.items())}


def test_priority_decides_who_is_first_and_then_the_code() -> None:
    lines = item("MUG", 1)
    first = buy(market(off("A", 50), minus("B", "10.00", priority=1)), lines)
    second = buy(market(off("A", 50), minus("B", "10.00")), lines)
    assert (discounts(first), discounts(second)) == (["25.00"], ["30.00"])


def test_groups_act_by_rank_whatever_the_priority_of_their_members() -> None:
    groups = (PromotionGroup(code="LATE", rank=2), PromotionGroup(code="EARLY", rank=1))
    late = minus("A", "10.00", group="LATE", priority=9)
    early = off("B", 50, group="EARLY")
    assert discounts(buy(market(late, early, groups=groups), item("MUG", 1))) == ["30.00"]


def test_additive_percentages_are_of_what_the_group_began_with() -> None:
    assert str(grouped("additive", off("A", 20), off("B", 10)).discount.amount) == "30.00"
    assert str(grouped("stack", off("A", 20), off("B", 10)).discount.amount) == "28.00"
    assert str(grouped("additive", off("A", 80), off("B", 70)).discount.amount) == "100.00"


def test_the_best_on_each_line_is_alone_there() -> None:
    pricing = grouped("best_per_line", off("A", 10), minus("B", "9.00", products=("SHIRT",)))
    assert discounts(pricing) == ["8.00", "9.00"]
    assert given_by(pricing) == {"A": "8.00", "B": "9.00"}
    (lost,) = pricing.why_not("A", "2")
    assert (lost.reason, lost.actual) == ("lost_to", "B")


def test_the_best_on_the_order_is_alone() -> None:
    pricing = grouped("best_per_order", off("A", 10), minus("B", "11.00"), off("C", 5))
    assert given_by(pricing) == {"B": "11.00"}
    assert set(reasons(pricing, "A")) == {"lost_to"}


def test_the_first_that_gives_anything_is_alone() -> None:
    never = off("A", 50, quantity_from=99, priority=5)
    pricing = grouped("first", never, off("B", 1), off("C", 50))
    assert given_by(pricing) == {"B": "1.00"}
    assert reasons(pricing, "C")[0] == "lost_to"


def test_an_exclusive_promotion_is_alone_though_it_gives_less() -> None:
    alone = off("ALONE", 30, exclusive="order")
    pricing = buy(market(off("A", 50, priority=9), alone), item("MUG", 1))
    assert given_by(pricing) == {"ALONE": "12.00"}
    (away,) = pricing.why_not("A")
    assert (away.reason, away.actual) == ("excluded_by", "ALONE")


def test_if_better_is_alone_only_where_the_others_give_no_more() -> None:
    alone = off("ALONE", 30, exclusive="order", if_better=True)
    worse = buy(market(off("A", 50), alone), item("MUG", 1))
    assert given_by(worse) == {"A": "20.00"}
    assert reasons(worse, "ALONE") == ["others_give_more"]
    better = buy(market(off("A", 20), alone), item("MUG", 1))
    assert given_by(better) == {"ALONE": "12.00"}


def test_an_exclusive_promotion_that_gives_nothing_keeps_nobody_away() -> None:
    alone = off("ALONE", 30, exclusive="order", quantity_from=10)
    assert given_by(buy(market(off("A", 50), alone), item("MUG", 1))) == {"A": "20.00"}


def test_exclusive_on_a_line_keeps_others_off_that_line_only() -> None:
    own = off("OWN", 10, exclusive="line", products=("MUG",))
    pricing = buy(market(off("A", 50, priority=9), own), item("MUG", 1), item("SHIRT", 1))
    assert discounts(pricing) == ["4.00", "10.00"]
    assert [(each.line, each.reason) for each in pricing.why_not("A")] == [("1", "excluded_by")]


def test_exclusive_on_a_line_comes_before_every_group() -> None:
    own = off("OWN", 10, exclusive="line", products=("MUG",), group="LATE")
    groups = (PromotionGroup(code="LATE", rank=9), PromotionGroup(code="EARLY", rank=-9))
    early = off("A", 50, group="EARLY")
    assert discounts(buy(market(early, own, groups=groups), item("MUG", 1))) == ["4.00"]


@pytest.mark.parametrize("who", ["first", "second"])
def test_promotions_that_do_not_go_together_whoever_says_so(who: str) -> None:
    first = off("A", 10, priority=1, not_with=("B",) if who == "first" else ())
    second = off("B", 50, not_with=("A",) if who == "second" else ())
    pricing = buy(market(first, second), item("MUG", 1))
    assert given_by(pricing) == {"A": "4.00"}
    assert reasons(pricing, "B") == ["not_combinable"]


def test_a_whole_group_can_be_kept_apart() -> None:
    pricing = buy(
        market(
            off("A", 10, group="SEASON"),
            off("B", 50, not_with=("SEASON",), group="LATE"),
            groups=(PromotionGroup(code="SEASON"), PromotionGroup(code="LATE", rank=1)),
        ),
        item("MUG", 1),
    )
    assert given_by(pricing) == {"A": "4.00"}


def test_thresholds_see_the_original_first_and_what_is_left_later() -> None:
    half = off("A", 50, priority=1)
    same = off("B", 10, amount_from=cny("30.00"))
    assert given_by(buy(market(half, same), item("MUG", 1))) == {"A": "20.00", "B": "2.00"}
    later = same.with_(group="LATE")
    groups = (PromotionGroup(code="LATE", rank=1),)
    pricing = buy(market(half, later, groups=groups), item("MUG", 1))
    assert given_by(pricing) == {"A": "20.00"}
    (missing,) = pricing.why_not("B")
    assert (missing.needed, missing.actual) == ("30.00", "20.00")
    declared = later.with_(sees="original")
    assert len(given_by(buy(market(half, declared, groups=groups), item("MUG", 1)))) == 2


def test_a_condition_may_look_at_other_lines_with_their_tax() -> None:
    least = LinesAmount(least=cny("45.20"), of={"products": ("MUG",)}, tax="gross")
    rule_ = off("A", 50, products=("SHIRT",), conditions=(least,))
    assert given_by(buy(market(rule_), item("MUG", 1), item("SHIRT", 1))) == {"A": "10.00"}
    more = rule_.with_(conditions=(least.with_(least=cny("45.21")),))
    assert given_by(buy(market(more), item("MUG", 1), item("SHIRT", 1))) == {}


def test_only_lines_without_a_discount_where_that_is_asked() -> None:
    first = off("A", 25, products=("SHIRT",), priority=1)
    rest = minus("B", "10.00", undiscounted=True)
    pricing = buy(market(first, rest), item("MUG", 1), item("SHIRT", 1), item("CAP", 1))
    assert discounts(pricing) == ["8.00", "5.00", "2.00"]


def test_the_best_combination_beats_the_order_of_priority() -> None:
    a = off("A", 20, priority=3, not_with=("B", "C"))
    pricing = grouped("best_combination", a, off("B", 15), minus("C", "10.00"))
    assert given_by(pricing) == {"B": "15.00", "C": "10.00"}
    (told,) = pricing.combinations
    assert (told.chosen, told.greedy, told.proven) == (("B", "C"), ("A",), True)
    assert (str(told.granted), str(told.greedy_granted)) == ("25.00", "20.00")
    assert set(reasons(pricing, "A")) == {"not_in_best"}


def test_the_best_for_the_margin_is_what_costs_us_least() -> None:
    a = off("A", 20, priority=3, not_with=("B",))
    funded = off("B", 30, funding="MAKER")
    pricing = grouped("best_combination", a, funded, aim="margin")
    assert given_by(pricing) == {"B": "30.00"}
    own = grouped("best_combination", a, off("B", 30), aim="margin")
    assert given_by(own) == {"A": "20.00"}


def test_a_search_that_is_cut_off_says_so() -> None:
    rules = [off(f"R{place}", 5 + place, not_with=(f"R{place + 1}",)) for place in range(6)]
    (told,) = grouped("best_combination", *rules, limit=2).combinations
    assert not told.proven
    assert told.granted >= told.greedy_granted
