"""Coupons: codes that cannot be, batches that cannot be made, codes taken, unknown, blocked."""

from datetime import date
from pathlib import Path

from cpq.adapters.coupon_rows import read_coupons
from cpq.cap import Cap
from cpq.coupon import Coupon, CouponRegister, coupons, seeded
from tests.errors.registry import reproduces
from tests.errors.shop import DAY


@reproduces(
    "coupon.unreadable_code",
    en="A coupon's code has nothing in it but blanks and hyphens, or too much.",
    zh="券码除空格和连字符外没有内容，或过长。",
    do="Give a code of 1 to 64 characters.",
    names=("'- -'", "0 characters"),
)
def a_code_of_hyphens() -> None:
    Coupon(code="- -", promotion="AUTUMN")


@reproduces(
    "coupon.cap_twice",
    en="Two caps of a coupon have the same code, so they would count on one counter.",
    zh="同一优惠券的两个限额编码相同，会共用一个计数。",
    do="Give each cap a code of its own.",
    names=("'A-1'", "'once'"),
)
def two_caps_of_one_code() -> None:
    once = Cap(code="once", orders=1, window="lifetime")
    Coupon(code="A-1", promotion="AUTUMN", caps=(once, once))


@reproduces(
    "coupon.bad_form",
    en="Codes of that count, length, prefix or alphabet cannot be made.",
    zh="券码的数量、长度、前缀或字符集无效。",
    do="Change what the message names; look-alikes such as 0 and O never stand side by side.",
    names="0 and O",
)
def codes_of_look_alikes() -> None:
    coupons(1, promotion="AUTUMN", entropy=seeded("1"), alphabet="0123456789O")


@reproduces(
    "coupon.guessable",
    en="The codes are so short for their number that guessing would pay.",
    zh="券码过短，容易被猜中。",
    do="Make them as long as the message says.",
    names=("1000 codes", "length 3", "6 long"),
)
def codes_that_can_be_guessed() -> None:
    coupons(1000, promotion="AUTUMN", entropy=seeded("1"), length=3)


@reproduces(
    "coupon.entropy_spent",
    en="The random bytes do not suffice for so many different codes.",
    zh="随机字节不足，无法生成所需数量的券码。",
    do="Give what makes bytes without end, such as `os.urandom`.",
    names="100 different codes",
)
def too_few_random_bytes() -> None:
    coupons(100, promotion="AUTUMN", entropy=b"too few")


@reproduces(
    "coupon.unknown",
    en="No coupon has the code; the message says whether its check character fits.",
    zh="优惠券不存在；消息说明校验码是否相符。",
    do="Have the customer check the code.",
    names=("autumn7k4q", "check the code"),
)
def a_mistyped_code() -> None:
    _register().find("autumn7k4q", at=DAY)


@reproduces(
    "coupon.code_taken",
    en="Another coupon has the code while both are valid.",
    zh="该券码在有效期内已被其他优惠券使用。",
    do="Wait until the other has run out, or choose another code.",
    names=("'autumn-7k4p'", "'AUTUMN-7K4P'", "AUTUMN"),
)
def one_code_for_two() -> None:
    _register().issued([Coupon(code="autumn-7k4p", promotion="WINTER")])


@reproduces(
    "coupon.blocked_already",
    en="The coupon was blocked before, on another day or for another reason.",
    zh="该优惠券此前已停用。",
    do="Nothing: the first block stands.",
    names=("'AUTUMN-7K4P'", "2026-11-21", "lost"),
)
def a_coupon_blocked_again() -> None:
    blocked = _register().blocked("autumn7k4p", on=date(2026, 11, 21), reason="lost")
    blocked.blocked("autumn7k4p", on=DAY, reason="stolen")


@reproduces(
    "coupon.unreadable",
    en="A file of coupons cannot be read; `findings` has an entry for everything that is wrong.",
    zh="优惠券清单无法读取；每处错误各有一条 finding。",
    do="Go through the findings; each names its line and column.",
    names=("coupons.csv:2:valid_until", "coupons.csv:3:orders"),
)
def a_file_of_coupons_with_slips(folder: Path) -> None:
    file = folder / "coupons.csv"
    file.write_text("code,promotion,valid_until,orders\nA-1,A,tomorrow,\nA-2,A,,many\n")
    read_coupons(file)


def _register() -> CouponRegister:
    return CouponRegister(coupons=(Coupon(code="AUTUMN-7K4P", promotion="AUTUMN"),))
