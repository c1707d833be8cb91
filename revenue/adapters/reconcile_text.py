"""A reconciliation in words (对账结果): the same sentences for the terminal and for the report."""

from collections.abc import Iterator

from cpq.kernel.money import Money
from cpq.kernel.text import LocalText
from revenue.adapters.asked import amount_in
from revenue.application import DifferenceReason
from revenue.matching import Candidate, Share
from revenue.matching.policy import Proof
from revenue.reconcile import ReconciledLine

PROOF_WORDS: dict[Proof, LocalText] = {
    "reference": LocalText(en="reference", zh="凭据吻合"),
    "single": LocalText(en="single amount", zh="单笔吻合"),
    "unique": LocalText(en="unique sum", zh="唯一组合"),
    "prefix": LocalText(en="oldest first", zh="先到期先核"),
    "tolerance": LocalText(en="with a difference", zh="含差额"),
    "suggestion": LocalText(en="suggestion", zh="建议"),
}

REASON_WORDS: dict[DifferenceReason, LocalText] = {
    "discount": LocalText(en="discount", zh="现金折扣"),
    "short_pay": LocalText(en="short pay", zh="尾差"),
    "bank_fee": LocalText(en="bank fee", zh="手续费"),
    "rounding": LocalText(en="rounding", zh="舍入"),
    "withholding_tax": LocalText(en="tax withheld", zh="代扣税"),
    "deduction": LocalText(en="deduction", zh="扣款"),
    "dispute": LocalText(en="disputed", zh="争议"),
    "retention": LocalText(en="retention", zh="质保金"),
}


def amount_text(money: Money, locale: str) -> str:
    """An amount with its currency, as a locale writes it.

    >>> amount_text(Money("1250.00", "CNY"), "en")
    '1,250.00 CNY'
    """
    return f"{amount_in(money, locale)} {money.code}"


def payer_text(row: ReconciledLine) -> str:
    """Who paid, as far as anybody knows."""
    if row.line is not None:
        return row.line.counterparty or row.line.counterparty_account
    return "" if row.receipt is None else row.receipt.payer


def said_text(row: ReconciledLine) -> str:
    """What the payer wrote."""
    if row.line is not None:
        return " ".join(row.line.text.split())
    return "" if row.receipt is None else row.receipt.reference


def share_text(share: Share, locale: str) -> str:
    """What of a receivable is paid, and what needs no money.

    >>> from revenue.matching import Shortfall
    >>> share_text(Share(receivable="AR-1", customer="C-1", amount=Money("95", "CNY"), differences=(
    ...     Shortfall(reason="retention", amount=Money("5", "CNY")),)), "en")
    'AR-1 95.00 + retention 5.00'
    """
    parts = [f"{share.receivable} {amount_in(share.amount, locale)}"]
    for each in share.differences:
        words = REASON_WORDS[each.reason].in_(locale)
        parts.append(f"{words} {amount_in(each.amount, locale)}")
    return " + ".join(parts)


def candidate_text(candidate: Candidate, locale: str) -> str:
    """The proof, whose items, which items, and what stays on account."""
    shares = ", ".join(share_text(share, locale) for share in candidate.shares)
    proof = PROOF_WORDS[candidate.proof].in_(locale)
    text = f"[{proof}] {candidate.customer or '…'}: {shares}"
    if candidate.rest_on_account.amount:
        rest = amount_in(candidate.rest_on_account, locale)
        text += f"; {'余' if locale.startswith('zh') else 'on account'} {rest}"
    return text


def reasons_text(row: ReconciledLine, locale: str) -> Iterator[str]:
    """Why it was posted, or why it was not."""
    if row.returned is not None:
        yield row.returned.why.in_(locale)
    if row.match is None:
        return
    if row.status == "posted":
        for reason in row.match.candidates[0].reasons:
            yield reason.text.in_(locale)
        return
    if row.match.rivals:
        count = row.match.rivals
        yield (
            f"另有 {count} 种组合同样吻合"
            if locale.startswith("zh")
            else f"{count} rivals fit as well"
        )
    yield row.match.stopped.text.in_(locale)
