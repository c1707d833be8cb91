"""Coupons: codes as typed, codes in bulk, who may use one and when, and why one is refused."""

import os
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.cap import Cap
from cpq.coupon import (
    ALPHABET,
    ONCE,
    REASONS,
    Coupon,
    CouponBlock,
    CouponOutcome,
    CouponRegister,
    check_character,
    check_fits,
    coupon_key,
    coupons,
    outcome_of,
    refusal,
    seeded,
    unknown,
)
from cpq.coupon.check import SIGNS
from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from cpq.kernel.period import ALWAYS, Period

DAY = date(2026, 11, 21)


def coupon(code: str = "AUTUMN-7K4P", **changes: Any) -> Coupon:
    return Coupon.model_validate({"code": code, "promotion": "AUTUMN", **changes})


def made(count: int = 5, **changes: Any) -> tuple[Coupon, ...]:
    given: dict[str, Any] = {"promotion": "AUTUMN", "entropy": seeded("test"), **changes}
    return coupons(count, **given)


def refused_with(code: str) -> Any:
    return pytest.raises(DomainError, match=rf"\[{code}\]$")


# --- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "AUTUMN-7K4P",
        "autumn7k4p",
        "  Autumn 7K4P\r\n",
        "ＡＵＴＵＭＮ－７Ｋ４Ｐ",
        "A U T U M N 7 K 4 P",
        "AUTUMN—7K4P",
        "AUTUMN\u22127K4P",
        "\u200eAUTUMN\u200b7K4P\ufeff",
        "\u3000AUTUMN\u00a07K4P",
        "ÀUTUMN7K4P".replace("À", "A"),
    ],
)
def test_what_people_type_is_the_same_code(typed: str) -> None:
    assert coupon_key(typed) == "autumn7k4p"


@pytest.mark.parametrize(
    "typed", ["AUTUMN_7K4P", "AUTUMN.7K4P", "ÀUTUMN7K4P", "АUTUMN7K4P", "AUTUMN7K4"]
)
def test_what_looks_like_it_is_another_code(typed: str) -> None:
    assert coupon_key(typed) not in ("", "autumn7k4p")


def test_letters_that_fold_to_several_are_one_code() -> None:
    assert coupon_key("STRASSE") == coupon_key("straße") == coupon_key("STRAẞE")
    assert coupon_key("ﬁre²") == "fire2"
    assert coupon_key("e-\u0301") == coupon_key("É")


@pytest.mark.parametrize(
    "typed", ["", " - ", "\x00", "A\x07B", "\ud83d", "A\ud800", "\u202e", "7" * 401]
)
def test_what_is_no_code_has_no_key(typed: str) -> None:
    assert coupon_key(typed) == ""


def test_a_key_has_at_most_64_characters() -> None:
    assert coupon("A" * 64).key == "a" * 64
    assert len(coupon("\ufdfa" * 4).key) == 60
    for code in ("\ufdfa" * 5, "- -"):
        with pytest.raises(ValidationError, match=r"\[coupon.unreadable_code\]"):
            coupon(code)


# --- check characters --------------------------------------------------------------------------


def test_the_check_character_is_that_of_the_standard() -> None:
    """ISO/IEC 7064 gives this for MOD 37-2; of the signs of a code ``*`` is left out."""
    assert check_character("G123489654321") == "Y"
    assert check_fits("G123489654321Y")
    stars = [body for body in SIGNS if not check_character(body)]
    assert [(SIGNS.index(body) * 2) % 37 for body in stars] == [2]
    assert not check_fits(f"{stars[0]}*")


def test_every_slip_of_a_short_code_is_caught() -> None:
    """All codes of two signs and a check: each single slip and each swap, without exception."""
    for first in SIGNS:
        for second in SIGNS:
            sign = check_character(first + second)
            if not sign:
                continue
            code = first + second + sign
            assert check_fits(code)
            slips = {code[:at] + other + code[at + 1 :] for at in range(3) for other in SIGNS}
            slips |= {second + first + sign, first + sign + second}
            assert not any(check_fits(slip) for slip in slips - {code})


def test_what_holds_other_signs_has_no_check_character() -> None:
    assert [check_character(code) for code in ("", "夏", "A_1", "²ä", "-")] == [""] * 5
    assert not any(check_fits(code) for code in ("", "7", "夏7", "A_1", "7-"))


# --- codes in bulk -----------------------------------------------------------------------------


def test_codes_look_as_they_are_asked_for() -> None:
    assert [each.code for each in made(2)] == [each.code for each in made(2)]
    for changes, groups in (
        ({}, [4, 4]),
        ({"group": 0}, [8]),
        ({"group": 3, "length": 8}, [3, 3, 2]),
        ({"prefix": "A26", "length": 12}, [3, 4, 4, 4]),
        ({"prefix": "Summer -"}, [6, 4, 4]),
    ):
        for each in made(20, **changes):
            assert [len(part) for part in each.code.split("-")] == groups
            assert check_fits(each.code)
    assert made(1, prefix="summer")[0].code.startswith("SUMMER-")


def test_codes_share_everything_else() -> None:
    caps = (Cap(code="each", orders=2, scope=("customer",), window="month"),)
    fields: dict[str, Any] = {
        "period": Period(end="2026-11-30"),
        "zone": "Asia/Shanghai",
        "customer": "C-1",
        "batch": "flyer",
        "caps": caps,
        "returns_on_cancel": False,
    }
    for each in made(3, **fields):
        assert each == coupon(each.code, **fields)
        assert each.canonical() == coupon(each.code, **fields).canonical()
        assert hash(each) == hash(coupon(each.code, **fields))
    assert made(1)[0].caps == ONCE
    assert made(1)[0].period == ALWAYS


def test_no_code_is_made_twice() -> None:
    first = made(2000)
    second = made(2000, taken=[each.code.lower().replace("-", " ") for each in first])
    assert len({each.key for each in first + second}) == 4000


def test_no_sign_is_likelier_than_another() -> None:
    """Every byte value once and again: but for the uneven rest each sign is drawn alike."""
    size = len(ALPHABET)
    even = bytes(value for value in range(256) if value < 256 // size * size)
    drawn: Counter[str] = Counter()
    for turn in range(7):
        entropy = (even[turn:] + even[:turn]) * 7
        for each in made(20, entropy=entropy, group=0):
            drawn.update(each.code[:-1])
    assert set(drawn) <= set(ALPHABET)
    uneven = bytes(range(256 // size * size, 256))
    assert made(3, entropy=uneven * 9 + even) == made(3, entropy=even)


def test_no_code_holds_look_alikes() -> None:
    assert not set("0O1IL") & set(ALPHABET)
    assert not any(set("0O1IL") & set(each.code) for each in made(500))


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 0},
        {"count": 1_000_001},
        {"length": 1},
        {"length": 0},
        {"length": -3},
        {"length": 65, "group": 0},
        {"length": 10**9},
        {"group": -1},
        {"prefix": "夏季"},
        {"prefix": "A_B"},
        {"prefix": "ß"},
        {"prefix": "A" * 60},
        {"alphabet": "ABCDEFG"},
        {"alphabet": "AABCDEFGH"},
        {"alphabet": "aAbcdefgh"},
        {"alphabet": "ABCDEFGH*"},
        {"alphabet": "0123456789O"},
        {"alphabet": "123456789I"},
        {"alphabet": "ABCDEFGHIL"},
        {"alphabet": ""},
    ],
)
def test_codes_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with refused_with("coupon.bad_form"):
        made(**changes)


def test_codes_that_can_be_guessed_are_refused() -> None:
    """One guess in a thousand hits at the most; the least length that does is named."""
    with refused_with("coupon.guessable") as refusal_:
        made(100_000, length=5)
    length = refusal_.value.facts["length"]
    assert len(made(1000, length=6)) == 1000
    assert length == 7
    assert len(ALPHABET) ** length >= 100_000 * 1000 * 37 > len(ALPHABET) ** (length - 1)
    with refused_with("coupon.guessable"):
        made(1, length=2)


@pytest.mark.parametrize(
    "entropy",
    [b"", b"\xff" * 10_000, b"\x07" * 10_000, lambda size: b"", bytes],
)
def test_spent_chance_is_refused(entropy: Any) -> None:
    with refused_with("coupon.entropy_spent"):
        made(20, entropy=entropy)


def test_the_chance_of_the_system_makes_codes() -> None:
    first, second = made(50, entropy=os.urandom), made(50, entropy=os.urandom)
    assert not {each.key for each in first} & {each.key for each in second}


# --- the coupon --------------------------------------------------------------------------------


def test_a_coupon_is_good_for_one_order_unless_said() -> None:
    assert [str(cap) for cap in coupon().caps] == ["1 order per lifetime"]
    assert coupon().returns_on_cancel
    assert coupon(caps=()).caps == ()


def test_two_caps_never_share_a_counter() -> None:
    with pytest.raises(ValidationError, match=r"\[coupon.cap_twice\]"):
        coupon(caps=[{"orders": 1, "window": "day"}, {"orders": 5, "window": "month"}])
    assert len(coupon(caps=[{"orders": 1}, {"code": "2", "orders": 5}]).caps) == 2


def test_a_code_reissued_counts_anew() -> None:
    owners = {
        coupon(period=period).owner
        for period in ({}, {"start": "2026-11-01"}, {"start": "2026-11-01T00:00:00+08:00"})
    }
    assert "coupon autumn7k4p" in owners
    assert len(owners) == 3


@pytest.mark.parametrize(
    "changes",
    [{"code": ""}, {"code": "A\u200bB"}, {"state": "used"}, {"zone": "Mars"}, {"uses": 1}],
)
def test_a_coupon_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, DomainError)):
        coupon(**changes)


def test_a_coupon_prints_and_reads_as_the_same() -> None:
    for each in (coupon(), coupon("夏季 Öl", customer="C-1", period={"end": "2026-11-30"})):
        assert Coupon.model_validate_json(each.canonical()) == each


# --- why a coupon does not count ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "customer", "at", "expected"),
    [
        ({}, None, DAY, None),
        ({"period": {"start": DAY, "end": DAY}}, None, DAY, None),
        (
            {"period": {"start": "2026-11-22"}},
            "C-1",
            DAY,
            ("outside_period", "2026-11-22 to …", "2026-11-21"),
        ),
        (
            {"period": {"end": "2026-11-20"}},
            "C-1",
            DAY,
            ("outside_period", "… to 2026-11-20", "2026-11-21"),
        ),
        ({"customer": "C-1"}, "C-1", DAY, None),
        ({"customer": "C-1"}, "C-2", DAY, ("other_customer", "C-1", "C-2")),
        ({"customer": "C-1"}, None, DAY, ("other_customer", "C-1", "")),
        ({"state": "blocked", "period": {"end": "2026-01-01"}}, None, DAY, ("blocked", "", "")),
    ],
)
def test_a_coupon_by_itself_says_why_not(
    changes: dict[str, Any], customer: str | None, at: date, expected: Any
) -> None:
    assert refusal(coupon(**changes), customer=customer, at=at) == expected


def test_the_last_day_ends_where_the_coupon_is_at_home() -> None:
    """Till midnight of its own zone, else of the asker's; the day that is named is that one."""
    last = coupon(period={"end": "2026-11-30"}, zone="Asia/Shanghai")
    before = datetime.fromisoformat("2026-11-30T15:59:59+00:00")
    after = datetime.fromisoformat("2026-11-30T16:00:00+00:00")
    assert refusal(last, customer=None, at=before, zone="America/Lima") is None
    found = refusal(last, customer=None, at=after, zone="America/Lima")
    assert found == ("outside_period", "… to 2026-11-30", "2026-12-01")
    homeless = last.with_(zone=None)
    assert refusal(homeless, customer=None, at=after) is None
    assert refusal(homeless, customer=None, at=after, zone="Asia/Shanghai") == found


# --- outcomes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [*REASONS, "some_new_reason"])
def test_every_reason_has_words_in_both_languages(reason: str) -> None:
    missing = Money("35.00", "CNY") if reason == "amount_below" else None
    outcome = outcome_of(coupon(), reason, "100.00 CNY", "65.00 CNY", missing=missing)
    message = outcome.message
    assert message.en != message.zh
    assert any("\u4e00" <= sign <= "\u9fff" for sign in message.zh)
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in message.en)
    for words in (message.en, message.zh):
        assert "AUTUMN" in words
        assert "{" not in words
        assert ("35.00 CNY" in words) is (missing is not None)
    assert outcome.applied is (reason == "applied")
    assert CouponOutcome.model_validate_json(outcome.canonical()) == outcome


def test_the_messages_of_refusals() -> None:
    """What a rep reads out to the customer."""
    needed, actual = "2026-11-01 to 2026-11-30", "2026-12-01"
    told = outcome_of(coupon(), "outside_period", needed, actual).message
    assert told.en == (
        "coupon AUTUMN-7K4P holds 2026-11-01 to 2026-11-30, both days included; found 2026-12-01"
    )
    assert told.zh == (
        "优惠券 AUTUMN-7K4P 的有效期为 2026-11-01 至 2026-11-30（含首末日），当前为 2026-12-01"
    )
    told = outcome_of(coupon(), "amount_below", "100.00 CNY", "65.00 CNY",
                      missing=Money("35.00", "CNY")).message  # fmt: skip
    assert told.en == (
        "coupon AUTUMN-7K4P needs 100.00 CNY; found 65.00 CNY: 35.00 CNY more is missing"
    )
    assert told.zh == "优惠券 AUTUMN-7K4P 需满 100.00 CNY，现为 65.00 CNY，还差 35.00 CNY"
    told = outcome_of(coupon(), "some_new_reason", "3", "2").message
    assert told.en == "coupon AUTUMN-7K4P does not apply: some new reason (needs 3, found 2)"


def test_whose_coupon_it_is_is_not_told_to_others() -> None:
    found = refusal(coupon(customer="C-SECRET"), customer="C-2", at=DAY)
    assert found is not None
    outcome = outcome_of(coupon(), *found)
    assert "C-SECRET" not in outcome.message.en + outcome.message.zh
    assert outcome.needed == "C-SECRET"


def test_a_text_with_braces_is_only_text() -> None:
    outcome = outcome_of(coupon("{coupon}"), "blocked", "{needed}", "{0}")
    assert str(outcome) == "coupon {coupon} is blocked"


def test_an_unknown_code_is_told_from_a_mistyped_one() -> None:
    code = made(1)[0].code
    assert unknown(code).reason == "unknown"
    assert unknown(code.lower()).reason == "unknown"
    assert unknown(f"{code}7").reason == "mistyped"
    assert "check the code" in str(unknown(f"{code}7"))


@pytest.mark.parametrize("typed", ["", "\x00\ud800", "a\tb\nc", "7" * 100_000, "\u202eA"])
def test_any_text_can_be_named_as_unknown(typed: str) -> None:
    outcome = unknown(typed)
    assert len(outcome.coupon) <= 64
    assert outcome.coupon.isprintable()
    outcome.canonical().encode()


# --- the register ------------------------------------------------------------------------------


def test_a_register_is_a_value() -> None:
    """Issuing and blocking give new ones; the old one answers as before."""
    empty = CouponRegister()
    register = empty.issued([coupon()])
    blocked = register.blocked("autumn7k4p", on=DAY, reason="lost")
    assert empty.coupons == ()
    assert register.find("AUTUMN7K4P", at=DAY).state == "issued"
    assert blocked.find("AUTUMN7K4P", at=DAY).state == "blocked"
    assert blocked.coupons == register.coupons
    block = CouponBlock(coupon="coupon autumn7k4p", on=DAY, reason="lost")
    assert blocked.blocks == (block,)
    assert CouponRegister.model_validate_json(blocked.canonical()) == blocked


def test_a_register_written_with_two_of_a_code_is_refused() -> None:
    """Also where they come in by the constructor, such as out of a file."""
    with refused_with("coupon.code_taken"):
        CouponRegister(coupons=(coupon(), coupon(promotion="OTHER")))
    with refused_with("coupon.code_taken"):
        CouponRegister(coupons=(coupon(), coupon()))


def test_a_block_has_a_reason() -> None:
    with pytest.raises(ValidationError):
        CouponRegister().issued([coupon()]).blocked("autumn7k4p", on=DAY, reason=" ")
