"""What the annex of a quote is given: the trace of its prices as formatted text (内部附件视图).

Kept apart from what the offer is given, so that a template of an offer cannot print a cost by
mistake: these records reach a template only where the annex was asked for.
"""

from dataclasses import dataclass

from cpq.adapters.view import TotalView
from cpq.adapters.words import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """Something that the prices rest on: what it is, and one text or several."""

    label: Phrase
    values: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """What a person should know: where, how bad (``error``, ``approval``, ``note``), and what."""

    place: str
    kind: str
    severity: Phrase
    code: str
    message: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A row of the trace.

    ``kind``: a rule that was ``applied`` or ``refused``, the ``slice`` of a tier, the ``amount``
    of the line, the ``floor`` of promotions. Figures that there are none of are empty.
    """

    kind: str
    point: Phrase
    rule: Phrase
    note: Phrase | None
    effect: str
    before: str
    after: str
    result: Phrase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """A line and how its price came about: ``state`` says why it has none, or is not counted.

    ``is_short``: its rows fit on a page and are not parted; ``has_parts``: lines below it follow.
    """

    number: str
    level: int
    has_parts: bool
    is_short: bool
    name: Phrase
    code: str
    quantity: str
    unit: Phrase
    paid: str
    state: Phrase | None
    rows: tuple[RuleView, ...]
    settled: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SumView:
    """A line as it counts in the totals, or (``kind`` ``total``) all of them, or an ``option``."""

    kind: str
    number: str
    name: Phrase
    list_amount: str
    amount: str
    discount: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginView:
    """What a line, or (``kind`` ``total``) all of them, earns; ``percent`` may be undefined."""

    kind: str
    number: str
    name: Phrase
    net: str
    cost: Phrase
    margin: str
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualView:
    """A price that a person gave: on which line, what, who, why."""

    number: str
    price: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateView:
    """An exchange rate that was used, and what it was made from."""

    rate: str
    on: str
    kind: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexView:
    """The annex, ready to print. What there is none of is empty and left out.

    ``title`` is in both languages in every document: whoever holds the page must understand it.
    """

    title: Phrase
    facts: tuple[FactView, ...]
    findings: tuple[FindingView, ...]
    rates: tuple[RateView, ...]
    manual: tuple[ManualView, ...]
    lines: tuple[TraceView, ...]
    refused: tuple[RuleView, ...]
    sums: tuple[SumView, ...]
    margins: tuple[MarginView, ...]
    totals: tuple[TotalView, ...]
    words: object
