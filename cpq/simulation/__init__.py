"""What a draft of the next prices would have done to past quotes (价格模拟).

Before a price book is published, the quotes of the last year are priced again under it: the same
items for the same customers, on their own days or on a new one. What comes out is the change by
line, customer and product, the rules that made it, what each deal would have earned, and the
quotes that a floor or an approver would stop now, or that could not be priced at all.

The past is read off the stored pricings and never reckoned again; the draft is a catalogue like
any other. The quotes are independent of each other, so any ``concurrent.futures.Executor`` may
share the work; what comes back is the same, in the order the quotes were given.
"""

from collections import ChainMap, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from cpq.approval import ApprovalMatrix, ApprovalNeed
from cpq.catalogue import Catalogue
from cpq.comparison.acting import comparable, findings_only_in
from cpq.comparison.change import LineChange, LineFigures, RuleChange, RuleFate
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.model import Frozen
from cpq.kernel.period import Bound, Moment
from cpq.kernel.text import Code, LocalText, legible
from cpq.ports import TaxEngine
from cpq.pricing.again import priced_under, repriced
from cpq.product import Product
from cpq.quote import Quote
from cpq.simulation.change import QuoteChange, RuleTally, Tally
from cpq.simulation.compare import compare
from cpq.simulation.needs import needs_of
from cpq.simulation.tally import Grouping, cost, rule_tallies, summed, tallies
from cpq.waterfall import Pricing

__all__ = [
    "Grouping",
    "LineChange",
    "LineFigures",
    "Past",
    "QuoteChange",
    "RuleChange",
    "RuleFate",
    "RuleTally",
    "Simulation",
    "Tally",
    "compare",
    "priced_under",
    "repriced",
    "simulate",
]

Past = Quote | Pricing | str
"""A quote, a pricing that never became one, or a quote as the JSON text that it is stored as."""

_SHARE = 100
"""Quotes that an executor is given at a time."""
_AHEAD = 32
"""How many such shares are under way at most."""


class Simulation(Frozen):
    """Past quotes under a draft catalogue, in the order they were given.

    ``draft`` is the content hash of the snapshot; ``on`` and ``book`` are the day and the book that
    all were priced by, where one was given.
    """

    draft: str
    on: Bound | None = None
    book: Code | None = None
    changes: tuple[QuoteChange, ...]

    @cached_property
    def totals(self) -> tuple[Tally, ...]:
        """The change of everything, one row per currency; the key is empty."""
        return tallies(self.changes, "all")

    def by(self, grouping: Grouping) -> tuple[Tally, ...]:
        """The change by customer, product, category, book or quote, and by currency.

        In the order of currencies, within each the largest change first. The rows of one currency
        add up to its total, however they are grouped.
        """
        return tallies(self.changes, grouping)

    @cached_property
    def rules(self) -> tuple[RuleTally, ...]:
        """The rules that act otherwise, the one on the most lines first."""
        return rule_tallies(self.changes)

    @property
    def unpriced(self) -> tuple[QuoteChange, ...]:
        """The quotes that cannot be priced any more."""
        return tuple(change for change in self.changes if change.after is None)

    @property
    def judged_anew(self) -> tuple[QuoteChange, ...]:
        """The quotes in which a finding or an approval appears or vanishes."""
        return tuple(change for change in self.changes if change.judged_anew)


class _Terms(NamedTuple):
    """What every quote is priced under."""

    draft: Catalogue
    current: Catalogue | None
    on: Moment | None
    book: str | None
    taxes: TaxEngine | None

    @property
    def products(self) -> Mapping[str, Product]:
        """The products of both catalogues: as the draft has them, where it does."""
        known = (self.current.products_by_code,) if self.current is not None else ()
        return ChainMap(self.draft.products_by_code, *known)

    @property
    def matrix_before(self) -> ApprovalMatrix:
        """Who had to agree before; as in the draft where the former catalogue is not given."""
        return (self.current or self.draft).approvals


class _Share(NamedTuple):
    """Some of the quotes for another process, all as text: the cheapest thing to send."""

    past: tuple[tuple[int, bool, str], ...]
    draft: str
    current: str | None
    on: Moment | None
    book: str | None
    taxes: TaxEngine | None


def simulate(
    past: Iterable[Past],
    *,
    draft: Catalogue,
    current: Catalogue | None = None,
    on: Moment | None = None,
    book: str | None = None,
    taxes: TaxEngine | None = None,
    executor: Executor | None = None,
    on_done: Callable[[int], object] | None = None,
) -> Simulation:
    """Past quotes or pricings priced again under a draft catalogue, and what changed.

    Each on the day or instant it was priced on, unless ``on`` says another; in its own currency;
    from ``book`` where that is given, else as ``priced_under`` says. ``current`` is the catalogue
    they were priced under: it tells requests that named a book from those that did not, and which
    approvals were needed before. ``taxes`` must be picklable where the ``executor`` has processes.
    ``on_done`` is told how many quotes are done.

    A quote that cannot be priced any more is among the changes, with its findings; nothing is
    raised for it. A text that is no quote is pydantic's ``ValidationError``.

    >>> from datetime import date
    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
    >>> from cpq.pricing import item, price
    >>> from cpq.product import Product
    >>> def listed(bolt):
    ...     version = PriceBookVersion(entries=(entry("M8", price=bolt),))
    ...     return Catalogue(products=(Product(code="M8", name="Bolt"),), default_book="LIST",
    ...                      books=(PriceBook(code="LIST", currency="CNY", versions=(version,)),))
    >>> past = price([item("M8", 200)], catalogue=listed("0.35"), on=date(2026, 11, 21))
    >>> total, = simulate([past], draft=listed("0.38")).totals
    >>> total.before, total.after, total.change, total.percent
    (Money('70.00', 'CNY'), Money('76.00', 'CNY'), Money('6.00', 'CNY'), Decimal('8.57'))
    """
    terms = _Terms(draft, current, on, book, taxes)
    numbered = enumerate(past, start=1)
    changes: list[QuoteChange] = []
    found: Iterator[list[QuoteChange]]
    if executor is None:
        found = ([_changed(place, _read(each), terms)] for place, each in numbered)
    else:
        found = _spread(numbered, terms, executor)
    for some in found:
        changes += some
        if on_done is not None:
            on_done(len(changes))
    return Simulation(draft=draft.hash, on=on, book=book, changes=tuple(changes))


def _spread(
    numbered: Iterator[tuple[int, Past]], terms: _Terms, executor: Executor
) -> Iterator[list[QuoteChange]]:
    """The changes share by share, in their order; so many shares are under way at a time."""
    pending: deque[Future[list[QuoteChange]]] = deque()
    try:
        for share in _shares(numbered, terms):
            pending.append(executor.submit(_shared, share))
            if len(pending) == _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def _shares(numbered: Iterator[tuple[int, Past]], terms: _Terms) -> Iterator[_Share]:
    draft = terms.draft.canonical()
    current = None if terms.current is None else terms.current.canonical()
    while some := tuple(islice(numbered, _SHARE)):
        past = tuple((place, isinstance(each, Pricing), _text(each)) for place, each in some)
        yield _Share(past, draft, current, terms.on, terms.book, terms.taxes)


def _shared(share: _Share) -> list[QuoteChange]:
    """A share of the work, wherever it is done."""
    current = None if share.current is None else _catalogue(share.current)
    terms = _Terms(_catalogue(share.draft), current, share.on, share.book, share.taxes)
    return [
        _changed(place, Pricing.model_validate_json(text) if plain else _read(text), terms)
        for place, plain, text in share.past
    ]


def _text(past: Past) -> str:
    return past if isinstance(past, str) else past.model_dump_json()


def _read(past: Past) -> Quote | Pricing:
    return Quote.model_validate_json(past) if isinstance(past, str) else past


@lru_cache(maxsize=4)
def _catalogue(text: str) -> Catalogue:
    """A catalogue from its canonical text, compiled once per process."""
    return Catalogue.model_validate_json(text)


def _changed(place: int, past: Quote | Pricing, terms: _Terms) -> QuoteChange:
    """One past quote under the draft."""
    before = past.pricing if isinstance(past, Quote) else past
    after, refusals = _under(before, terms)
    lines = compare(before, after, products=terms.products, refusals=refusals)
    asked, spared = _needs(past, after, terms)
    return QuoteChange.built(
        {
            "place": place,
            "reference": past.reference if isinstance(past, Quote) else f"#{place}",
            "customer": before.customer,
            "currency": before.currency,
            "book": before.book,
            "on": before.on,
            "catalogue": before.catalogue,
            "traced": comparable(before),
            "before": before.net,
            "after": None if after is None else after.net,
            "cost_before": summed((cost(line.before) for line in lines), before.currency),
            "cost_after": None
            if after is None
            else summed((cost(line.after) for line in lines), before.currency),
            "lines": lines,
            "refusals": refusals,
            "appeared": () if after is None else findings_only_in(after, before),
            "vanished": () if after is None else findings_only_in(before, after),
            "asked": asked,
            "spared": spared,
        }
    )


def _under(before: Pricing, terms: _Terms) -> tuple[Pricing | None, tuple[Finding, ...]]:
    """A pricing under the draft, or why there is none."""
    try:
        found = priced_under(
            before,
            draft=terms.draft,
            current=terms.current,
            on=terms.on,
            book=terms.book,
            taxes=terms.taxes,
        )
    except DomainError as error:
        errors = tuple(each for each in error.findings if each.severity == "error")
        said = LocalText(en=legible(error.message))
        return None, errors or (Finding(code=error.code, message=said),)
    return found, ()


def _needs(
    past: Quote | Pricing, after: Pricing | None, terms: _Terms
) -> tuple[tuple[ApprovalNeed, ...], tuple[ApprovalNeed, ...]]:
    """The approvals that a quote needs now and did not, and those it needed and does not."""
    if after is None or isinstance(past, Pricing):
        return (), ()
    was = needs_of(past, past.pricing, past.customer, terms.matrix_before)
    buyer = terms.draft.customer(past.customer.code)
    now = needs_of(past, after, buyer, terms.draft.approvals)
    known, wanted = {need.key for need in was}, {need.key for need in now}
    return (
        tuple(need for need in now if need.key not in known),
        tuple(need for need in was if need.key not in wanted),
    )
