"""What is named comes to more than was paid: reasons, one item left out, or a part (短付).

One exact reason alone, on what whole tokens name, is proof. A part payment is never proven: less
was paid than is owed, and nothing says why.
"""

from collections.abc import Iterator, Sequence

from cpq.kernel.money import Money
from revenue.matching.book import Item
from revenue.matching.candidate import Reason
from revenue.matching.draft import SCORES, Case, Draft, filled, in_full, listed, with_parts
from revenue.matching.meant import NAMED_BEARS, Meant, choices, misspelt, slipped
from revenue.matching.policy import Proof
from revenue.matching.shortfall import Parts, explained
from revenue.matching.subset import chance, grid
from revenue.matching.words import because


def short(case: Case, said: Meant) -> list[Draft]:
    """What is named comes to more than the amount, and reasons explain what is missing."""
    found: list[tuple[tuple[Item, ...], Parts, bool]] = []
    for items, strong in choices(said)[:12]:
        missing = sum(item.open for item in items) - case.amount
        if missing > 0:
            found += [(items, parts, strong) for parts in _explained(case, items, missing)]
    exact = [each for each in found if _is_exact(each[1])]
    drafts = []
    for items, parts, strong in found:
        rivals = len(exact or found) - 1
        stop = because("ambiguous_reason", count=rivals + 1) if rivals else None
        stop = stop or _doubt(case, said, items, parts, strong=strong) or misspelt(case, items)
        reasons = (*said.reasons, _said_of(parts, case.money(sum(part.total for part in parts))))
        score = SCORES["reference"] - (0 if _is_exact(parts) else 30) - (0 if strong else 40)
        proof: Proof = "reference" if stop is None else "tolerance"
        picks = with_parts(items, parts)
        drafts.append(Draft(proof, picks, score - 60, reasons, rivals=rivals, stop=stop))
    return drafts


def _doubt(
    case: Case, said: Meant, items: Sequence[Item], parts: Parts, *, strong: bool
) -> Reason | None:
    """What speaks against posting the only explanation of what is named.

    A contract, or several invoices with instalments, leave open which items are meant; two reasons
    at once need whole tokens and a payer who is known.
    """
    loosely = len(said.groups) > 1 or any(each.loosely for each in said.named)
    if loosely or (not strong and (not _is_exact(parts) or slipped(said) or not case.certain)):
        return because("only_suggested")
    if len(parts) > 1 and (said.groups or not strong or not case.certain):
        return because("only_suggested")
    if not all(part.reason in case.policy.auto_reasons for part in parts):
        return because("not_allowed")
    if _too_round(case, items, parts):
        return because("too_round", amount=case.money(case.amount))
    return None


def _too_round(case: Case, items: Sequence[Item], parts: Parts) -> bool:
    """Whether an amount as round as this one meets some explanation by chance too often.

    A name is evidence of its own, so that more chance is borne than for an amount alone; less where
    nobody knows who paid.
    """
    policy = case.policy
    single = len(policy.fees) + len(policy.retention_percents) + len(policy.withholding_percents)
    ways = single + 2 if len(parts) == 1 else (single + 2) ** 2
    whole = sum(item.open for item in items)
    bearable = policy.chance_max * (NAMED_BEARS if case.certain else NAMED_BEARS // 5)
    return ways * 2 * grid(case.amount) > bearable * whole * (1 if _is_exact(parts) else 2)


def _explained(case: Case, items: Sequence[Item], missing: int) -> list[Parts]:
    return explained(
        items,
        missing,
        code=case.code,
        on=case.payment.on,
        policy=case.policy,
        lines=case.lines,
    )


def _is_exact(parts: Parts) -> bool:
    return all(part.exact for part in parts)


def _said_of(parts: Parts, missing: Money) -> Reason:
    code = f"short_{parts[0].reason}" if parts[0].earned else "discount_late"
    return because(code, amount=missing)


def without_one(case: Case, said: Meant) -> Iterator[Draft]:
    """Everything that is named but one item: that one is disputed, or was left for later."""
    if len(said.forced) < 3 or said.groups:
        return
    missing = sum(item.open for item in said.forced) - case.amount
    left_out = [item for item in said.forced if item.open == missing]
    for item in left_out:
        stop = because("rivals", count=len(left_out) - 1) if len(left_out) > 1 else None
        likely = chance([each.open for each in said.forced], missing, size_max=1)
        if stop is None and case.too_likely(likely, times=NAMED_BEARS):
            stop = case.by_chance(likely)
        paid = [each for each in said.forced if each is not item]
        reasons = (*said.reasons, because("all_but_one", name=listed([item])))
        score = SCORES["reference"] - 40
        yield Draft("reference", in_full(paid), score, reasons, rivals=len(left_out) - 1, stop=stop)


def in_part(case: Case, said: Meant) -> Iterator[Draft]:
    """What is named comes to more and nothing explains it: a part is paid, the oldest first."""
    items = next((each for each, _ in choices(said)), ())
    missing = sum(item.open for item in items) - case.amount
    if missing <= 0:
        return
    picks = filled(items, case.amount)
    single = len(said.forced) == 1 and not said.groups
    allowed = case.policy.partial and single
    stop = None if allowed else because(
        "amount_differs", open=case.money(case.amount + missing)
    )  # fmt: skip
    left = because("part", name=listed([picks[-1].item]), amount=case.money(missing))
    score = SCORES["reference"] - 120
    proof: Proof = "reference" if allowed else "suggestion"
    yield Draft(proof, picks, score, (*said.reasons, left), stop=stop)
