"""Why something is deducted, in words (扣减说明)."""

from typing import NamedTuple

from cpq.kernel.money import plain
from cpq.kernel.text import LocalText, legible
from cpq.returns.credit import DeductionReason
from cpq.returns.sold import DeductionKey, Figures, Sold


class _Words(NamedTuple):
    """What is said where something is deducted, and where it is given back again."""

    en: str
    zh: str
    back_en: str
    back_zh: str


_SAID: dict[DeductionReason, _Words] = {
    "claw_back": _Words(
        "{en}: what stays of line {line} ({product}) no longer earns it; {amount} deducted",
        "{zh}：第 {line} 行（{product}）留下的部分不再满足条件，扣回 {amount}",
        "{en}: {amount} that was deducted on line {line} ({product}) is given back",
        "{zh}：第 {line} 行（{product}）此前扣回的 {amount} 予以退还",
    ),
    "gift": _Words(
        "{en}: the gift on line {line} ({product}) stays and is no longer earned; {amount} charged",
        "{zh}：第 {line} 行赠品（{product}）未退回且不再满足条件，按价值收取 {amount}",
        "{en}: {amount} that was charged for the gift on line {line} ({product}) is given back",
        "{zh}：第 {line} 行赠品（{product}）此前收取的 {amount} 予以退还",
    ),
    "rebill": _Words(
        "what stays of line {line} ({product}) is priced anew as of {on}; {amount} deducted",
        "第 {line} 行（{product}）留下的部分按 {on} 重新计价，扣减 {amount}",
        "what stays of line {line} ({product}) is priced anew as of {on}; {amount} given back",
        "第 {line} 行（{product}）留下的部分按 {on} 重新计价，退还 {amount}",
    ),
    "honoured": _Words(
        "{en}: {amount} that was given back on line {line} ({product}) is deducted",
        "{zh}：第 {line} 行（{product}）此前退还的 {amount} 予以扣减",
        "{en}: kept on what stays of line {line} ({product}); {amount} given back",
        "{zh}：第 {line} 行（{product}）留下的部分保留优惠，退还 {amount}",
    ),
}


def words(sold: Sold, key: DeductionKey, figures: Figures) -> LocalText:
    """The reason of a deduction as a customer reads it; the amount is with tax."""
    line, said, pricing = sold.lines[key.line], _SAID[key.reason], sold.pricing
    back = figures.gross < 0
    name = next(
        (row.name for row in pricing.allocations if row.promotion == key.promotion), LocalText()
    )
    facts = {
        "en": name.in_("en") or key.promotion,
        "zh": name.in_("zh") or key.promotion,
        "line": key.line,
        "product": line.product,
        "amount": f"{plain(abs(figures.gross))} {pricing.currency}",
        "on": pricing.on.isoformat(),
    }
    return LocalText(
        en=legible((said.back_en if back else said.en).format(**facts)),
        zh=legible((said.back_zh if back else said.zh).format(**facts)),
    )
