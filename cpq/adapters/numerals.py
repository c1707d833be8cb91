"""Amounts of renminbi in capital numerals, as cheques and contracts want them (大写金额).

Written after the rules for filling in bills of the People's Bank (支付结算办法, 附件一): capital
figures, 零 for zeros between figures, once for several; 整 where nothing follows the yuan or the
jiao. Where the rules leave a choice: 圆 is written 元; 零 stands between a yuan that ends in zero
and the jiao (拾元零叁角), but not where a zero only fills the end of a group of four (拾万柒仟元).
"""

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEPS = ("仟", "佰", "拾", "")
_LIMIT = 10**16


def capital_amount(money: Money) -> str:
    """An amount of CNY in capital numerals, exact to the fen, without the word 人民币.

    Raises ``Invalid``: ``numeral.currency`` unless it is CNY, ``numeral.out_of_range`` below zero
    or from ten thousand billion (10^16) yuan, ``money.off_grid`` for parts of a fen.

    >>> capital_amount(Money("1680.32", "CNY")), capital_amount(Money("16409.02", "CNY"))
    ('壹仟陆佰捌拾元零叁角贰分', '壹万陆仟肆佰零玖元零贰分')
    >>> capital_amount(Money("0.50", "CNY")), capital_amount(Money("0.00", "CNY"))
    ('伍角整', '零元整')
    """
    if money.code != "CNY":
        raise Invalid("numeral.currency", f"only CNY is written in capitals; found {money}")
    yuan, fen = divmod(money.minor, 100)
    if not 0 <= yuan < _LIMIT:
        raise Invalid(
            "numeral.out_of_range",
            f"capitals are written for 0 up to 10^16 yuan; found {money}",
        )
    if not yuan and not fen:
        return "零元整"
    jiao, fen = divmod(fen, 10)
    parts = [f"{_whole(yuan)}元"] if yuan else []
    if yuan and (fen if not jiao else yuan % 10 == 0):
        parts.append("零")
    if jiao:
        parts.append(f"{_DIGITS[jiao]}角")
    parts.append(f"{_DIGITS[fen]}分" if fen else "整")
    return "".join(parts)


def _whole(number: int) -> str:
    """A number from 1 to 10^16 − 1, split at 亿, then at 万."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        above, below = divmod(number, size)
        if above:
            link = "零" if 0 < below < size // 10 else ""
            return f"{_whole(above)}{name}{link}{_whole(below) if below else ''}"
    return _group(number)


def _group(number: int) -> str:
    """A number from 1 to 9999, zeros inside it written once."""
    words, gap = "", False
    for place, digit in enumerate(f"{number:04d}"):
        if digit == "0":
            gap = True
        else:
            words += ("零" if gap and words else "") + _DIGITS[int(digit)] + _STEPS[place]
            gap = False
    return words
