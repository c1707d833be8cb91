"""What the linter finds in promotions, and what a request with coupons is refused for."""

from collections.abc import Callable
from pathlib import Path

from cpq import Catalogue
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.lint import LintFinding, lint
from tests.cpq.lint.promotion_corpus import PROMOTION_DEFECTS
from tests.errors.registry import ROOT, reproduces

_DEFECTS = {defect.name: defect for defect in PROMOTION_DEFECTS}
_TRADE = ROOT / "examples" / "trade"

_ROWS: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (
    (
        "lint.no_such_group",
        "a promotion in a group that nobody describes",
        "A promotion is in a group that the catalogue does not describe, so it stacks at rank 0.",
        "促销属于目录中未定义的分组。",
        "Describe the group, or correct its name.",
        ("SPRING", "SEASON"),
    ),
    (
        "lint.group_unused",
        "a group that no promotion is in",
        "No promotion is in a group.",
        "分组中没有促销。",
        "Put a promotion in it, or take the group out.",
        ("SEASON",),
    ),
    (
        "lint.no_such_promotion",
        "a promotion apart from one that is not there",
        "A promotion does not go with something that is no promotion and no group.",
        "促销声明不与不存在的促销或分组同用。",
        "Correct the name, or leave it out.",
        ("EVERY", "LADDER"),
    ),
    (
        "lint.gift_unpriced",
        "free goods without a price",
        "Free goods have no price, or are not sold, so they are never given.",
        "赠品没有价格或已停售，永远不会赠送。",
        "Add a price, or give something else.",
        ("CASE", "FRAME"),
    ),
    (
        "lint.no_freight",
        "free shipping where nothing is freight",
        "A promotion takes off freight, and no product is freight.",
        "促销减免运费，但没有产品标记为运费。",
        "Mark what transport costs as freight, or take the promotion out.",
        ("POST",),
    ),
    (
        "lint.ladder_falls",
        "a ladder that goes down",
        "A step of a ladder gives less than the one before it.",
        "满减阶梯的后一档比前一档优惠少。",
        "Correct the step.",
        ("STEPS", "8%", "5%", "300 CNY"),
    ),
    (
        "lint.every_exceeds",
        "more off than what it is off",
        "More is taken off for every so much than that is.",
        "每满减的减额超过满额。",
        "Take off less.",
        ("EVERY", "100.00 CNY", "6.00 CNY"),
    ),
    (
        "lint.set_beyond_max",
        "a set of more units than are let in",
        "A benefit begins with more units than the promotion, or a cap on it, lets in.",
        "优惠所需件数超过促销或其限额所允许的件数。",
        "Raise the bound, or ask for less.",
        ("TEA-3", "3 units", "2 at most"),
    ),
    (
        "lint.never_met",
        "a coupon that nobody can use",
        "Conditions of a promotion contradict each other, so no order can meet them.",
        "促销条件相互矛盾，没有订单能满足。",
        "Correct one of the conditions.",
        ("HELLO", "order number 1", "order number 3"),
    ),
    (
        "lint.layer_unreached",
        "a layer that begins beyond what is given",
        "A layer of a funding plan begins beyond the most that the promotion gives.",
        "费用承担层级的起点超过促销的最大优惠。",
        "Lower the layers before it, or take it out.",
        ("EVERY", "layer 2", "SWEET", "30.00 CNY"),
    ),
)
"""Code, defect of the corpus, meaning in both languages, what to do, and what the message names."""


def _linting(name: str) -> Callable[[], tuple[LintFinding, ...]]:
    return lambda: lint(_DEFECTS[name].catalogue)


for _code, _name, _en, _zh, _do, _names in _ROWS:
    reproduces(_code, en=_en, zh=_zh, do=_do, names=_names)(_linting(_name))


@reproduces(
    "request.no_coupons",
    en="A request names coupons, and nobody keeps any.",
    zh="请求中有券码，但没有可查的优惠券清单。",
    do="Name a CSV file of coupons as `coupon_file`, or with `--coupons`.",
    names=("Q-2026-0305", "coupon_file", "--coupons"),
)
def coupons_of_nobody() -> None:
    catalogue: Catalogue = read_catalogue(Path(_TRADE))
    quote_for(read_request(_TRADE / "request-store.json").with_(coupon_file=None), catalogue)
