"""A comparison as print wants it (比较视图): text alone, which a template can only print."""

from dataclasses import dataclass

from cpq.adapters.words import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One of the versions: its number (or what it is, where it has none), its totals."""

    label: Phrase
    reference: str
    net: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """The difference of the totals; the percentages are empty where there is nothing to compare.

    ``net_figure`` is the net without the symbol of its currency, for the table.
    """

    net: str
    net_figure: str
    gross: str
    percent_net: str
    percent_gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarView:
    """A bar of the bridge in whole steps of the chart: ``kind`` is ``total``, ``up`` or ``down``.

    ``middle`` is where its words stand, ``reach`` where the line to the next bar ends (0: none) at
    the height ``level``.
    """

    kind: str
    left: int
    top: int
    width: int
    height: int
    middle: int
    level: int
    reach: int
    label: Phrase
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """The bridge from total to total; ``is_cut`` where its axis does not begin at nothing."""

    title: str
    is_cut: bool
    width: int
    height: int
    foot: int
    bars: tuple[BarView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeView:
    """A row of the bridge as a table: ``kind`` is ``total`` or ``driver``."""

    kind: str
    label: Phrase
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """A figure before and after; ``after`` alone where they are the same or there is one side."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLineView:
    """A row of the lines: ``kind`` is ``added``, ``removed`` or ``changed``.

    ``effects`` stand in the order of the columns.
    """

    kind: str
    number: str
    moved: Phrase | None
    state: Phrase | None
    name: Phrase
    code: str
    quantity: PairView
    unit: Phrase
    periods: Phrase | None
    unit_price: PairView
    price_note: Phrase | None
    before: str
    effects: tuple[str, ...]
    after: str
    change: str
    notes: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRuleView:
    """A rule that acts otherwise: ``kind`` is ``gained``, ``lost`` or ``altered``."""

    kind: str
    fate: Phrase
    point: Phrase
    title: Phrase
    lines: str
    why: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTermView:
    """Something else that has changed; ``None`` where there was or is nothing."""

    label: Phrase
    place: str
    before: Phrase | None
    after: Phrase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFindingView:
    """A finding that appeared or vanished."""

    kind: str
    state: Phrase
    place: str
    message: Phrase
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """Two versions side by side, ready to print.

    ``is_internal`` where it holds what the customer does not see: rules, findings. ``drivers`` are
    the columns of effects before tax, ``totals`` what they come to.
    """

    lang: str
    title: str
    created: str
    page: tuple[str, str, str]
    customer: str
    currency: str
    is_internal: bool
    is_same: bool
    before: VersionView
    after: VersionView
    change: ChangeView
    remarks: tuple[Phrase, ...]
    chart: ChartView
    bridge: tuple[BridgeView, ...]
    amounts_in: Phrase
    drivers: tuple[Phrase, ...]
    lines: tuple[ComparedLineView, ...]
    totals: tuple[str, ...]
    unchanged: Phrase | None
    rules: tuple[ComparedRuleView, ...]
    terms: tuple[ComparedTermView, ...]
    findings: tuple[ComparedFindingView, ...]
