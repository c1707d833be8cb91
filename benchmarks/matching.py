"""Matching receipts to open items: what is posted by itself, is it right, and what others do.

``python -m benchmarks matching [RECEIPTS[,OPEN_ITEMS[,SEED]]]``, as a rule 10,000 receipts against
50,000 open items. The matcher and the baselines get the same receipts in order of date, each with
the true open items of the morning; a person corrects everything in the evening. Right is only what
settles the very receivables of the truth by the very amounts, and gives up not a cent more. Every
wrong posting of the matcher is shown in full. ``docs/matching-benchmark.md`` defines each figure.
"""

import gc
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from math import floor
from statistics import median
from typing import NamedTuple

from benchmarks._baselines import baselines
from benchmarks._debtors import WITHHOLDING_PERCENT, Market
from benchmarks._deductions import FEES
from benchmarks._desk import (
    Answer,
    Clearing,
    Contestant,
    Desk,
    Judged,
    Worked,
    money,
    on_file,
    payment,
    work,
)
from benchmarks._receipts import Book, book
from benchmarks._rounds import in_rounds, timed
from revenue.ledger import OpenItem
from revenue.matching import BankFee, Candidate, Learned, Matcher, MatchPolicy, Payment

SIZES = (1_000, 10_000, 100_000)
RECEIPTS_TIMED, ROUNDS = 300, 3
_APART = {"dispute", "retention"}

POLICY = MatchPolicy(
    fees=tuple(BankFee(least=money(fee)) for fee in FEES),
    rounding_max="0.99",
    withholding_percents=(WITHHOLDING_PERCENT,),
    third_party=True,
    reference_length_min=3,
    suggestions_max=3,
)
"""What the seller of the book grants: known bank fees, cents dropped, tax withheld abroad. Anybody
may pay for a customer whose invoice he names, and the shortest invoice number has three digits."""


class Ours:
    """The matcher of this library as a contestant."""

    def __init__(self) -> None:
        self._matcher = Matcher(())

    def open_up(self, items: Sequence[OpenItem], known: Learned) -> None:
        """Begin a day: index what is open."""
        self._matcher = Matcher(items, policy=POLICY, learned=known)

    def answer(self, payment: Payment) -> Answer:
        """Match one payment; what it posts is not open any more."""
        found = self._matcher.match(payment)
        if found.posts:
            self._matcher.settled(found.posts)
        return Answer(
            clearing(found.posts) if found.posts else None,
            tuple(map(clearing, found.candidates)),
            found.stopped.code,
        )


def clearing(candidate: Candidate) -> Clearing:
    """What a candidate settles: a dispute and a retention stay owed, other differences do not."""
    cleared: dict[str, int] = {}
    given_up = 0
    for share in candidate.shares:
        granted = [each for each in share.differences if each.reason not in _APART]
        off = sum(each.amount.minor for each in granted)
        given_up += off
        cleared[share.receivable] = cleared.get(share.receivable, 0) + share.amount.minor + off
    reasons = {each.reason for share in candidate.shares for each in share.differences}
    return Clearing(
        tuple(sorted(cleared.items())), given_up, tuple(sorted(reasons)), candidate.proof
    )


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Match a book with everybody, then books of three sizes; the figures."""
    market = market_of(arguments)
    made = book(market)
    _print_head(made)
    # The book is no garbage of any contestant's.
    gc.collect()
    gc.freeze()
    contestants: dict[str, Contestant] = {"ours": Ours(), **baselines()}
    found = {name: work(made, contestants.pop(name)) for name in tuple(contestants)}
    unlearning = work(made, Ours(), learns=False)
    gc.unfreeze()
    own = found["ours"]
    _print_errors(own.judged, made)
    _print_classes(own.judged)
    curve = _print_curve(own.judged, unlearning.judged)
    print(f"\n{'':22}" + "".join(f"{name:>10}" for name in _COLUMNS))
    rows = {name: _row(name, worked) for name, worked in found.items()}
    rows["ours, learning off"] = _row("ours, learning off", unlearning)
    growth = _growth(market.seed)
    ours = rows.pop("ours")
    return {
        "receipts": market.receipts,
        "open_items": market.open_items,
        "seed": market.seed,
        **ours,
        **growth,
        "by_week": curve,
        "learning_off": rows.pop("ours, learning off"),
        "baselines": rows,
    }


def market_of(arguments: Sequence[str]) -> Market:
    """The standard market, or one of so many receipts, open items and that seed."""
    told = [int(part) for part in ",".join(arguments).split(",") if part]
    standard = Market()
    receipts, open_items, seed = (
        *told,
        *(standard.receipts, standard.open_items, standard.seed)[len(told) :],
    )
    return standard._replace(receipts=receipts, open_items=open_items, seed=seed)


class Score(NamedTuple):
    """Shares by count or by value; ``None`` where there is nothing to have a share of."""

    precision_auto: float | None
    recall_auto: float | None
    hit1: float | None
    hit3: float | None
    unknown: float | None
    left_alone: float | None


def score(judged: Iterable[Judged], *, by_value: bool = False) -> Score:
    """What the answers are worth, every receipt counting once or by its amount.

    Precision is of what was posted. Recall, hits and what nobody knew anything about are of the
    receipts that truly settle something, ``left_alone`` of those that settle nothing.
    """
    every = list(judged)

    def share(of: Callable[[Judged], bool], among: Callable[[Judged], bool]) -> float | None:
        counted = [(each.receipt.cents if by_value else 1, each) for each in every if among(each)]
        whole = sum(weight for weight, _ in counted)
        part = sum(weight for weight, each in counted if of(each))
        return part * 1_000_000 // whole / 1_000_000 if whole else None

    def settles(each: Judged) -> bool:
        return bool(each.receipt.truth.cleared)

    return Score(
        precision_auto=share(lambda each: each.posted_right, lambda each: each.posts),
        recall_auto=share(lambda each: each.posted_right, settles),
        hit1=share(lambda each: each.hit(1), settles),
        hit3=share(lambda each: each.hit(3), settles),
        unknown=share(lambda each: each.silent, settles),
        left_alone=share(lambda each: not each.posts, lambda each: not settles(each)),
    )


_COLUMNS = ("posted", "wrong", "precise", "of value", "recall", "of value", "hit@1", "hit@3",
            "unknown", "receipt/s")  # fmt: skip


def _row(name: str, worked: Worked) -> dict[str, object]:
    """Print and return the figures of a contestant."""
    by_count, by_value = score(worked.judged), score(worked.judged, by_value=True)
    posted = sum(each.posts for each in worked.judged)
    wrong = sum(each.posted_wrong for each in worked.judged)
    speed = round(len(worked.judged) / worked.seconds)
    told = (by_count.precision_auto, by_value.precision_auto, by_count.recall_auto,
            by_value.recall_auto, by_count.hit1, by_count.hit3, by_count.unknown)  # fmt: skip
    shown = "".join(f"{_percent(each):>10}" for each in told)
    print(f"{name:22}{posted:>10,}{wrong:>10,}{shown}{speed:>10,}")
    return {
        "posted": posted,
        "wrong": wrong,
        **by_count._asdict(),
        **{f"{key}_value": value for key, value in by_value._asdict().items()},
        "reasons_right": _reasons_right(worked.judged),
        "receipts_per_second": speed,
        "seconds_each_morning": round(worked.mornings / max(1, worked.days), 3),
    }


def _reasons_right(judged: Iterable[Judged]) -> float | None:
    """Of the right postings of money that differs, how many name the true reason."""
    found = [
        each.answer.posted.reasons == each.receipt.truth.reasons
        for each in judged
        if each.answer.posted and each.posted_right and each.receipt.truth.reasons
    ]
    return round(sum(found) / len(found), 4) if found else None


def _percent(share: float | None) -> str:
    """Two decimals, never rounded up: what is not all right is not called 100 %."""
    return "–" if share is None else f"{floor(share * 10_000) / 100:.2f}%"


def _print_head(made: Book) -> None:
    settling = [receipt for receipt in made.receipts if receipt.truth.cleared]
    pieces = sum(len(receipt.truth.cleared) for receipt in settling)
    value = sum(receipt.cents for receipt in made.receipts)
    print(
        f"{made.market}\n\n{len(made.receipts):,} receipts of {money(value)} against "
        f"{made.market.open_items:,} open items of {len(made.customers):,} customers; "
        f"{len(settling):,} receipts settle {pieces:,} items in whole or in part\n"
    )


def _print_errors(judged: Iterable[Judged], made: Book) -> None:
    """Every wrong posting in full: what the bank said, what was posted, what is true."""
    sources = {debt.number: f"{debt.customer} {debt.source}" for debt in made.debts}
    wrong = [each for each in judged if each.posted_wrong]
    print(f"posted wrongly: {len(wrong)}")
    for receipt, answer in wrong:
        print(
            f"\n{receipt.number} {receipt.on} {money(receipt.cents)} from {receipt.payer!r}: "
            f"{receipt.text!r} {receipt.references or ''}"
            f"\n  drawn: {receipt.customer}, {receipt.paid}, {receipt.told}, {receipt.differs}"
        )
        posted = answer.posted or Clearing(())
        for head, found in ((f"posted by {posted.why}", posted), ("true", receipt.truth)):
            pieces = [
                f"{sources[number]} ({number}) {money(part)}" for number, part in found.cleared
            ]
            off = f", {money(found.given_up)} given up: {', '.join(found.reasons)}"
            print(f"  {head}: {'; '.join(pieces) or 'nothing'}{off if found.given_up else ''}")


def _print_classes(judged: Sequence[Judged]) -> None:
    """The matcher's answers by what was drawn for the receipts."""
    for label in ("paid", "told", "differs"):
        print(f"\n{label:24}{'receipts':>10}{'posted':>10}{'wrong':>10}{'recall':>10}"
              f"{'hit@1':>10}{'hit@3':>10}{'unknown':>10}")  # fmt: skip
        kinds: dict[str, list[Judged]] = {}
        for each in judged:
            kinds.setdefault(getattr(each.receipt, label), []).append(each)
        for kind, own in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
            found = score(own)
            shares = (found.recall_auto, found.hit1, found.hit3, found.unknown)
            wrong, posted = (sum(getattr(each, name) for each in own)
                             for name in ("posted_wrong", "posts"))  # fmt: skip
            print(f"{kind:24}{len(own):>10,}{posted:>10,}{wrong:>10,}"
                  + "".join(f"{_percent(share):>10}" for share in shares))  # fmt: skip


def _print_curve(on: Sequence[Judged], off: Sequence[Judged]) -> list[dict[str, float | None]]:
    """Recall and hits by week, with and without what was confirmed on the days before."""
    print(
        f"\n{'week':8}{'recall':>10}{'hit@3':>10}{'not learning:':>16}{'recall':>10}{'hit@3':>10}"
    )
    found: list[dict[str, float | None]] = []
    for monday in sorted({_week(each) for each in on}):
        learns, forgets = (
            score(each for each in judged if _week(each) == monday) for judged in (on, off)
        )
        week: dict[str, float | None] = {
            "recall_auto": learns.recall_auto, "hit3": learns.hit3,
            "recall_auto_not_learning": forgets.recall_auto, "hit3_not_learning": forgets.hit3,
        }  # fmt: skip
        one, two, three, four = map(_percent, week.values())
        print(f"{len(found) + 1:<8}{one:>10}{two:>10}{'':16}{three:>10}{four:>10}")
        found.append(week)
    return found


def _week(judged: Judged) -> tuple[int, int]:
    year, week, _ = judged.receipt.on.isocalendar()
    return year, week


def _growth(seed: int) -> dict[str, object]:
    """The seconds for a receipt with more and more open items of customers alike in size."""
    timings = in_rounds(
        lambda number: {f"{size}": _answering(size, seed + number) for size in SIZES},
        rounds=ROUNDS,
    )
    print(f"\n{'open items':>10}{'ms a receipt':>14}")
    each = {size: timings[f"{size}"].median / RECEIPTS_TIMED for size in SIZES}
    for size, seconds in each.items():
        print(f"{size:>10,}{seconds * 1000:>14.3f}")
    ratios = timings[f"{SIZES[-1]}"].ratio_to(timings[f"{SIZES[0]}"])
    print(f"{SIZES[-1]:,} against {SIZES[0]:,}: {median(ratios):.2f}\n")
    return {
        "growth_open_items": round(median(ratios), 2),
        "growth_open_items_rounds": [round(ratio, 2) for ratio in ratios],
        "ms_per_receipt_by_open_items": {
            f"{size}": round(seconds * 1000, 3) for size, seconds in each.items()
        },
    }


def _answering(size: int, seed: int) -> Callable[[], float]:
    """A morning's receipts against so many open items, none settled before the others."""
    made = book(
        Market(
            receipts=RECEIPTS_TIMED, open_items=size, seed=seed, days=1, issued_per_receipt=0,
            size_max=8.0,
        )
    )  # fmt: skip
    matcher = Matcher(Desk(made).morning(_first(made)), policy=POLICY, learned=on_file(made))
    payments = [payment(receipt) for receipt in made.receipts]
    return timed(lambda: [matcher.match(each) for each in payments])


def _first(made: Book) -> date:
    return made.receipts[0].on
