"""大写金额 to the fen, against the worked examples of the rules and by reading them back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.numerals import capital_amount
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money

# the examples of 支付结算办法 附件一 are marked; where it allows two forms, ours is the first
CASES = (
    ("0", "零元整"),
    ("0.50", "伍角整"),
    ("0.05", "伍分"),
    ("0.55", "伍角伍分"),
    ("1.05", "壹元零伍分"),
    ("10.00", "壹拾元整"),
    ("10.05", "壹拾元零伍分"),
    ("1001.00", "壹仟零壹元整"),
    ("1010.00", "壹仟零壹拾元整"),
    ("1409.50", "壹仟肆佰零玖元伍角整"),  # 附件一
    ("6007.14", "陆仟零柒元壹角肆分"),  # 附件一
    ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),  # 附件一
    ("107000.53", "壹拾万柒仟元零伍角叁分"),  # 附件一
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),  # 附件一
    ("325.04", "叁佰贰拾伍元零肆分"),  # 附件一
    ("10001.00", "壹万零壹元整"),
    ("100000000.00", "壹亿元整"),
    ("100000001.00", "壹亿零壹元整"),
    ("100010000.00", "壹亿零壹万元整"),
    ("110000000.00", "壹亿壹仟万元整"),
    ("1000000000000.00", "壹万亿元整"),
    ("7505559.43", "柒佰伍拾万伍仟伍佰伍拾玖元肆角叁分"),
)


@pytest.mark.parametrize(("amount", "words"), CASES)
def test_capital_amounts_follow_the_bill_rules(amount: str, words: str) -> None:
    assert capital_amount(Money(amount, "CNY")) == words


def _read(words: str) -> int:
    """The fen that capital numerals say, read by place value and not as they were written."""
    yuan, _, rest = words.rpartition("元")
    if not yuan:
        rest = words
    fen = sum(
        "零壹贰叁肆伍陆柒捌玖".index(digit) * {"角": 10, "分": 1}[unit]
        for digit, unit in re.findall("([壹贰叁肆伍陆柒捌玖])([角分])", rest)
    )
    return _value(yuan) * 100 + fen


def _value(words: str) -> int:
    for name, size in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        above, found, below = words.rpartition(name)
        if found:
            return _value(above) * size + _value(below)
    return int("".join(str("零壹贰叁肆伍陆柒捌玖".index(digit)) for digit in words) or "0")


@given(st.integers(0, 10**18 - 1))
def test_reading_capitals_back_gives_the_amount(fen: int) -> None:
    words = capital_amount(Money.from_minor(fen, "CNY"))
    assert _read(words) == fen
    assert "零零" not in words


@pytest.mark.parametrize(
    ("money", "code"),
    [
        (Money("-0.01", "CNY"), "numeral.out_of_range"),
        (Money("10000000000000000", "CNY"), "numeral.out_of_range"),
        (Money("1.00", "USD"), "numeral.currency"),
        (Money("0.005", "CNY"), "money.off_grid"),
    ],
)
def test_what_has_no_capital_form_is_refused(money: Money, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        capital_amount(money)
    assert refusal.value.code == code
