"""Caps and selectors in both languages (限额与适用范围的说法), for what the linter says of them."""

from cpq.cap import Cap
from cpq.kernel.money import plain
from cpq.kernel.text import LocalText
from cpq.promotion import Selector

_COUNTS = {"units": "件", "uses": "次", "orders": "单"}
_WINDOWS = {
    "line": "每行",
    "order": "每单",
    "day": "每日",
    "week": "每周",
    "month": "每月",
    "quarter": "每季",
    "year": "每年",
    "contract": "合同期内",
    "lifetime": "累计",
}
_SCOPES = {
    "customer": "每客户",
    "group": "每客户组",
    "salesperson": "每销售",
    "channel": "每渠道",
    "region": "每地区",
    "product": "每产品",
    "coupon": "每券",
    "contract": "每合同",
}


def cap_words(cap: Cap) -> LocalText:
    """A cap in words.

    >>> cap_words(Cap(orders=1, scope=("customer",), window="month")).zh
    '每客户每月 1 单'
    """
    if cap.amount is not None:
        what = str(cap.amount)
    elif cap.percent is not None:
        what = f"{plain(cap.percent)}%"
    else:
        what = f"{plain(cap.limit)} {_COUNTS[cap.measure]}"
    window = f"{cap.days} 日内" if cap.window == "rolling" else _WINDOWS[cap.window]
    whom = "".join(_SCOPES[name] for name in cap.scope if name in _SCOPES)
    return LocalText(en=str(cap), zh=f"{whom}{window} {what}")


def selector_words(selector: Selector) -> LocalText:
    """Which lines a selector means, in words.

    >>> selector_words(Selector(products=("A",), except_categories=("rare",))).zh
    'A（不含 rare）'
    """
    named = "、".join((*selector.products, *selector.categories)) or "任意产品"
    out = "、".join((*selector.except_products, *selector.except_categories))
    return LocalText(en=str(selector), zh=f"{named}（不含 {out}）" if out else named)
