"""Laws of coupon codes: however typed the same one, mistyped never; each code one at a time."""

import unicodedata
from contextlib import suppress
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpq.coupon import (
    ALPHABET,
    Coupon,
    CouponRegister,
    MemoryCoupons,
    check_character,
    check_fits,
    coupon_key,
    coupons,
    refusal,
    seeded,
)
from cpq.coupon.check import SIGNS
from cpq.coupon.key import KEY_MAX
from cpq.kernel.errors import Conflict, NotFound
from cpq.kernel.period import Period
from tests.laws.strategies import tried

DAY = date(2026, 11, 1)
BLANKS = ("", " ", "-", "–", "\u3000", "\u2011", "\u00ad", "\u200b", "\t", "－", "−", " - ")
TEXTS = st.text(max_size=40) | st.text(
    st.sampled_from("aAｱ-－ ¨ªﷺßİıIſKẞ\u0301\u0345\u200d\ufe0f\u1100\u1161Å²ﬁΐ"), max_size=12
)
BODIES = st.text(SIGNS, min_size=1, max_size=36)
ZONES = st.sampled_from((None, "UTC", "Asia/Shanghai", "America/Lima", "Pacific/Kiritimati"))


@tried(5)
@given(TEXTS)
def test_a_key_is_its_own_key(text: str) -> None:
    key = coupon_key(text)
    assert coupon_key(key) == key
    assert not any(sign.isspace() or unicodedata.category(sign) == "Pd" for sign in key)
    assert key == unicodedata.normalize("NFKC", key)


@tried(5)
@given(TEXTS)
def test_capitals_and_widths_make_no_other_code(text: str) -> None:
    key = coupon_key(text)
    assume(key)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert coupon_key(unicodedata.normalize(form, text)) == key
    assert coupon_key(unicodedata.normalize("NFC", text).casefold()) == key


@given(BODIES, st.data())
def test_blanks_and_hyphens_make_no_other_code(body: str, data: st.DataObject) -> None:
    typed = "".join(
        data.draw(st.sampled_from(BLANKS)) + data.draw(st.sampled_from((sign, sign.lower(), wide)))
        for sign in body
        for wide in (chr(ord(sign) + 0xFEE0),)
    )
    assert coupon_key(typed + data.draw(st.sampled_from(BLANKS))) == body.lower()


@given(st.text(SIGNS + "äя券._/", min_size=1, max_size=8), st.text(SIGNS + "äя券._/", min_size=1))
def test_different_codes_have_different_keys(one: str, other: str) -> None:
    assert (coupon_key(one) == coupon_key(other)) is (one.casefold() == other.casefold())


@given(BODIES, st.data())
def test_one_mistyped_character_is_always_caught(body: str, data: st.DataObject) -> None:
    sign = check_character(body)
    assume(sign)
    code = body + sign
    assert check_fits(code)
    place = data.draw(st.integers(0, len(code) - 1))
    for other in SIGNS:
        typed = code[:place] + other + code[place + 1 :]
        assert check_fits(typed) is (other == code[place])
    for other in "äя券?.*":
        assert not check_fits(code[:place] + other + code[place + 1 :])


@given(st.text(SIGNS, min_size=1, max_size=35))
def test_two_swapped_characters_are_always_caught(body: str) -> None:
    """Neighbours, and any other two up to 36 places."""
    sign = check_character(body)
    assume(sign)
    code = body + sign
    for place in range(len(code)):
        for other in range(place + 1, len(code)):
            typed = list(code)
            typed[place], typed[other] = code[other], code[place]
            assert check_fits("".join(typed)) is (code[place] == code[other])


@given(
    st.integers(1, 60),
    st.text(st.sampled_from("AB O0-"), max_size=6),
    st.integers(8, 14),
    st.integers(0, 5),
    st.sampled_from(
        (
            ALPHABET,
            "0123456789",
            "BCDFGHJKMNPQRSTVWXZ",
            SIGNS.translate({79: None, 73: None, 76: None}),
        )
    ),
    st.text(max_size=4),
)
def test_generated_codes_are_distinct_and_fit(
    count: int, prefix: str, length: int, group: int, alphabet: str, seed: str
) -> None:
    def made(taken: tuple[str, ...] = ()) -> tuple[Coupon, ...]:
        return coupons(
            count,
            promotion="AUTUMN",
            entropy=seeded(seed.encode("utf-8", "replace").hex()),
            length=length,
            prefix=prefix,
            group=group,
            alphabet=alphabet,
            taken=taken,
            batch="b",
        )

    first = made()
    assert first == made()
    start = coupon_key(prefix)
    assert len({coupon.key for coupon in first}) == count
    for coupon in first:
        assert coupon == Coupon(code=coupon.code, promotion="AUTUMN", batch="b")
        assert check_fits(coupon.code)
        assert coupon.key.startswith(start)
        assert len(coupon.key) == len(start) + length <= KEY_MAX
        assert set(coupon.key[len(start) :].upper()) <= set(alphabet)
    # The same chance beside codes that are taken gives others, however those are written.
    others = made(tuple(coupon.code.lower().replace("-", " ") for coupon in first))
    assert not {coupon.key for coupon in first} & {coupon.key for coupon in others}
    CouponRegister(coupons=first + others)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Period, str | None]:
    """A period of days around ``DAY``, open at an end now and then, and whose days they are."""
    start = draw(st.none() | st.integers(0, 12))
    end = draw(st.none() | st.integers(start or 0, 14))
    bounds = (None if days is None else DAY + timedelta(days=days) for days in (start, end))
    return Period(**dict(zip(("start", "end"), bounds, strict=True))), draw(ZONES)


@given(st.lists(spans(), min_size=1, max_size=4))
def test_at_each_moment_a_code_is_one_coupon(found: list[tuple[Period, str | None]]) -> None:
    """What a register takes is never ambiguous, wherever the asker's days begin."""
    kept = MemoryCoupons()
    for place, (period, zone) in enumerate(found):
        coupon = Coupon(code="ONE", promotion=f"P-{place}", period=period, zone=zone)
        with suppress(Conflict):
            kept.issue([coupon])
    issued = kept.register.coupons
    assert len({coupon.owner for coupon in issued}) == len(issued)
    for days in range(-1, 17):
        day = DAY + timedelta(days=days)
        for home in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12"):
            noon = Period(start=day).bounds()[0] + timedelta(hours=12)
            holding = [coupon for coupon in issued if coupon.holds(noon, zone=home)]
            assert len(holding) <= 1
            asked = kept.find("one", at=noon, zone=home)
            assert asked in (holding or issued)
            assert (refusal(asked, customer=None, at=noon, zone=home) is None) is bool(holding)


@given(st.lists(st.sampled_from([
    Coupon(code="A-1", promotion="A"),
    Coupon(code="a1", promotion="A", period={"end": "2026-10-31"}),
    Coupon(code="A-1", promotion="B", period={"start": "2026-12-01"}),
    Coupon(code="B-1", promotion="B", customer="C-1"),
    Coupon(code="B-2", promotion="B"),
]), max_size=3, unique=True))  # fmt: skip
def test_the_order_of_entry_changes_nothing(given_out: list[Coupon]) -> None:
    """The same coupons in any order: all of them, or none, and the same answers."""
    answers = set()
    for order in permutations(given_out):
        register = CouponRegister()
        try:
            register = register.issued(order)
        except Conflict:
            answers.add("refused")
            continue
        found = []
        for code in ("A1", "B1", "B2"):
            for day in (DAY, date(2026, 12, 1), date(2026, 10, 31)):
                try:
                    found.append(register.find(code, at=day).canonical())
                except NotFound as error:
                    found.append(error.code)
        answers.add("\n".join(found))
    assert len(answers) == 1


@pytest.mark.parametrize("size", [1, 7, 64])
def test_any_chance_gives_the_same_codes_in_any_portions(size: int) -> None:
    """Bytes at once, or as many at a time as their source likes to give."""
    whole = seeded("portions")(20_000)
    left = [whole]

    def some(_: int) -> bytes:
        part, left[0] = left[0][:size], left[0][size:]
        return part

    at_once = coupons(50, promotion="AUTUMN", entropy=whole)
    assert coupons(50, promotion="AUTUMN", entropy=some) == at_once
