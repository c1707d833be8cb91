"""Laws of attribute prices and of shares: order never matters, what does not match does nothing."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cpq.kernel.errors import Refused
from cpq.pricebook.attribute import Adjusted, Adjustment, AttributePrice, adjusted
from cpq.pricebook.share import PercentOfTotal, Share, ShareLine, share_of
from tests.laws.strategies import amounts, tried

DAY = date(2026, 11, 21)
VALUES = {"colour": ("red", "blue"), "size": ("L", "S"), "metal": ("steel", "brass")}
SCOPES: tuple[dict[str, str], ...] = (
    {"product": "BOLT"},
    {"product": "FAMILY"},
    {"category": "metal"},
    {},
)

lines = st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in VALUES.items()})
matches = lines
bases = st.builds(Fraction, st.integers(10**4, 10**7), st.integers(1, 999))


@st.composite
def rules(draw: st.DrawFn) -> tuple[AttributePrice, ...]:
    """Up to six rules of all kinds, of three attributes and four scopes; some tie on purpose."""
    kinds = {
        "price": amounts("0", "900"),
        "add": amounts("-2", "50"),
        "percent": amounts("-9", "50"),
        "formula": st.sampled_from(["base / 4", "max(base, 30)", "7.25"]),
    }
    made = []
    for place in range(draw(st.integers(0, 6))):
        match = draw(matches)
        kind = draw(st.sampled_from([*kinds] if match else ["price", "formula"]))
        made.append(
            AttributePrice.model_validate(
                {
                    "code": f"R{place}",
                    "match": match,
                    kind: draw(kinds[kind]),
                    "rank": draw(st.integers(0, 2)),
                    "on": draw(
                        st.sampled_from(["base", "running"] if kind == "percent" else ["base"])
                    ),
                    "replaces": kind == "formula" and draw(st.booleans()),
                    **draw(st.sampled_from(SCOPES)),
                }
            )
        )
    return tuple(made)


def _made(
    written: tuple[AttributePrice, ...],
    base: Fraction,
    attributes: Mapping[str, str],
    **how: object,
) -> Adjusted | str:
    """What the rules make, or the refusal of a tie."""
    asked = {"product": "BOLT", "family": "FAMILY", "categories": ("metal",), **how}
    try:
        return adjusted(written, base, unit="pc", attributes=attributes, at=DAY, **asked)  # type: ignore[arg-type]
    except Refused as refusal:
        return str(refusal)


@tried(4)
@given(rules(), bases, lines, st.randoms(use_true_random=False))
def test_the_order_of_rules_never_matters(
    written: tuple[AttributePrice, ...], base: Fraction, attributes: dict[str, str], random: object
) -> None:
    shuffled = list(written)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _made(written, base, attributes) == _made(tuple(shuffled), base, attributes)


@tried(2)
@given(rules(), bases, lines, st.sampled_from(["best_for_customer", "most_specific"]))
def test_a_rule_that_does_not_match_changes_only_rows(
    written: tuple[AttributePrice, ...], base: Fraction, attributes: dict[str, str], how: str
) -> None:
    stranger = AttributePrice(code="X", match={"voltage": "380"}, price=1)
    before = _made(written, base, attributes, resolution=how)
    after = _made((stranger, *written), base, attributes, resolution=how)
    if isinstance(before, str) or isinstance(after, str):
        assert before == after
        return
    assert (after.value, after.effects) == (before.value, before.effects)
    assert [row for row in after.rows if row.rule != "X"] == list(before.rows)
    assert sorted(row.rule for row in after.rows) == sorted(
        ["X", *(row.rule for row in before.rows)]
    )


@tried(2)
@given(rules(), bases, lines)
def test_rows_done_one_after_the_other_give_the_price(
    written: tuple[AttributePrice, ...], base: Fraction, attributes: dict[str, str]
) -> None:
    made = _made(written, base, attributes)
    if isinstance(made, str):
        assert "attribute_price." in made
        return
    by_rows = by_effects = base
    for row in made.rows:
        assert row.applied == (row.effect is not None)
        if row.effect is not None:
            by_rows = _done(row.effect, by_rows)
    for effect in made.effects:
        by_effects = _done(effect, by_effects)
    assert by_rows == by_effects == made.value
    assert [row.applied for row in made.rows] == sorted(
        (row.applied for row in made.rows), reverse=True
    )


def _done(effect: Adjustment, running: Fraction) -> Fraction:
    if effect.kind == "percent":
        return running * (100 + effect.value) / 100
    return effect.value if effect.kind == "set" else running + effect.value


@given(rules(), bases, lines, st.builds(Fraction, st.integers(1, 50), st.integers(1, 50)))
def test_scaling_the_base_scales_percentages(
    written: tuple[AttributePrice, ...], base: Fraction, attributes: dict[str, str], times: Fraction
) -> None:
    percentages = tuple(rule for rule in written if rule.percent is not None)
    one = _made(percentages, base, attributes)
    other = _made(percentages, base * times, attributes)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert one.value is not None
    assert other.value == one.value * times
    assert other.effects == one.effects


@given(rules(), bases, lines, st.builds(Fraction, st.integers(1, 50), st.integers(1, 50)))
def test_another_currency_scales_the_price(
    written: tuple[AttributePrice, ...], base: Fraction, attributes: dict[str, str], rate: Fraction
) -> None:
    """Base and amounts in another currency, or per another unit: the same price in it."""
    one = _made(written, base, attributes)
    converted = _made(written, base * rate, attributes, scale=rate)
    per_dozen = _made(written, base * rate, attributes, factor=rate)
    if isinstance(one, str):
        assert isinstance(converted, str)
        assert isinstance(per_dozen, str)
        return
    assert not isinstance(converted, str)
    assert not isinstance(per_dozen, str)
    assert one.value is not None
    assert converted.value == per_dozen.value == one.value * rate


@given(rules(), bases, lines)
def test_the_first_match_never_ties(
    written: tuple[AttributePrice, ...], base: Fraction, attributes: dict[str, str]
) -> None:
    made = _made(written, base, attributes, resolution="first_match")
    assert not isinstance(made, str) or "below_zero" in made


covered = st.lists(
    st.builds(
        lambda number, amount, **flags: ShareLine(str(number), "M8", Fraction(amount), **flags),
        st.integers(1, 99),
        amounts("0", "9999"),
        derived=st.booleans(),
        optional=st.booleans(),
    ),
    max_size=6,
)
shares = st.builds(
    PercentOfTotal,
    code=st.just("CARE"),
    product=st.just("CARE"),
    percent=amounts("0.01", "50"),
    aggregate=st.sampled_from(["sum", "min", "max", "avg"]),
    exempt=amounts("0", "300"),
    floor=st.none() | amounts("0", "50"),
    ceiling=st.none() | amounts("50", "900"),
)


@tried(2)
@given(shares, covered, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_share(
    rule: PercentOfTotal, found: list[ShareLine], random: object
) -> None:
    shuffled = found.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = share_of(rule, found), share_of(rule, shuffled)
    assert type(first) is type(second)
    assert sorted(first.left_out) == sorted(second.left_out)
    if isinstance(first, Share) and isinstance(second, Share):
        assert (first.value, first.base) == (second.value, second.base)
        assert sorted(first.counted) == sorted(second.counted)


@tried(2)
@given(shares, covered)
def test_a_share_lies_between_floor_and_ceiling(
    rule: PercentOfTotal, found: list[ShareLine]
) -> None:
    share = share_of(rule, found)
    counting = [line for line in found if not (line.derived or line.optional)]
    assert isinstance(share, Share) == bool(counting)
    if isinstance(share, Share):
        assert share.value >= (rule.floor or 0)
        assert rule.ceiling is None or share.value <= rule.ceiling
        assert rule.floor is not None or share.value <= share.base * Fraction(rule.percent) / 100
        assert len(share.counted) + len(share.left_out) == len(found)


@given(shares, st.lists(amounts("0", "9999"), min_size=1, max_size=6))
def test_a_share_of_the_sum_grows_with_its_lines(
    rule: PercentOfTotal, figures: list[Fraction]
) -> None:
    whole = rule.with_(aggregate="sum")
    found = [ShareLine(str(n), "M8", Fraction(figure)) for n, figure in enumerate(figures)]
    values = []
    for count in range(1, len(found) + 1):
        share = share_of(whole, found[:count])
        assert isinstance(share, Share)
        values.append(share.value)
    assert all(earlier <= later for earlier, later in pairwise(values))
