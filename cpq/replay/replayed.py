"""A version reckoned once more (报价复算): the same bytes, or every place where it is not the same.

What a version was priced from stands in it: items, customer, day, book, currency, manual prices,
what was bought before, facts of the sale with the limits used up to then, policy, plan and what the
host's tax engine said; the rest is in the snapshot whose hash it names. So whoever has both can
reckon it again, today and in ten years, and show that nobody touched a figure.
"""

from functools import cached_property
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, LocalText, legible
from cpq.plan import PricingPlan
from cpq.ports import TaxEngine
from cpq.pricing.again import repriced
from cpq.quote import Quote
from cpq.replay.difference import Difference, differences
from cpq.waterfall import Pricing

_TELLING = ("replay.other_catalogue", "replay.other_plan")


class Replayed(Frozen):
    """What a replay gave: the ``pricing``, and where it ``differs`` from the one that was kept.

    ``kept`` and ``found`` are the content hashes of both. Where the request is refused now,
    ``pricing`` is ``None`` and ``refusals`` say why. ``alternatives`` are what the replay of each
    alternative of the version gave, by its code.
    """

    reference: Line = ""
    kept: str
    found: str | None
    pricing: Pricing | None
    differs: tuple[Difference, ...] = ()
    refusals: tuple[Finding, ...] = ()
    alternatives: tuple[tuple[Code, "Replayed"], ...] = ()

    @property
    def same(self) -> bool:
        """Whether the replay gave the same bytes, of every alternative."""
        return self.kept == self.found and all(each.same for _, each in self.alternatives)

    @property
    def same_figures(self) -> bool:
        """Whether every price, amount, tax and quantity is the same, whatever is said of them."""
        own = self.pricing is not None and all(each.kind != "figure" for each in self.differs)
        return own and all(each.same_figures for _, each in self.alternatives)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What differs and what was refused: errors where a figure is another one, else notes.

        Codes: ``replay.differs``, and those of the refusals.
        """
        own = (*self.refusals, *(each.finding("replay.differs") for each in self.differs))
        beside = (
            found.with_(place=f"alternatives/{code}/{found.place}")
            for code, each in self.alternatives
            for found in each.findings
        )
        return (*own, *beside)

    def explain(self, locale: str = "en") -> str:
        """The outcome as text: one line where it is the same, else a line per difference."""
        return "\n".join((_head(self).in_(locale), *_rows(self, locale)))


def replay(
    version: Quote | Pricing,
    catalogue: Catalogue,
    *,
    plan: PricingPlan | None = None,
    taxes: TaxEngine | None = None,
) -> Replayed:
    """A version priced again from its own inputs, against the snapshot that it was priced against.

    ``plan`` and ``taxes`` stand in for what the version keeps: the plan that its request brought
    along, and what the host's tax engine said of its lines; versions of release 0.1 keep neither.
    A version as its customer may see it (``published``) has lost what it is reckoned from.

    Raises ``Refused``: ``replay.other_catalogue`` where the snapshot has another hash,
    ``replay.other_plan``. What else keeps it from a price is told by ``refusals``.

    >>> from datetime import date
    >>> from cpq import PriceBook, PriceBookVersion, Product, entry, item, price
    >>> book = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> catalogue = Catalogue(products=(Product(code="M8", name="Bolt"),), books=(book,),
    ...                       default_book="LIST")
    >>> pricing = price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 21))
    >>> replay(pricing, catalogue).same
    True
    """
    terms = _Terms(catalogue, plan, taxes)
    if isinstance(version, Pricing):
        return _replayed(version, "", terms)
    found = _replayed(version.pricing, version.reference, terms)
    beside = tuple(
        (each.code, _replayed(each.pricing, version.reference, terms))
        for each in version.alternatives
    )
    return Replayed.built({**dict(found), "alternatives": beside})


class _Terms(NamedTuple):
    """What a version is reckoned under."""

    catalogue: Catalogue
    plan: PricingPlan | None
    taxes: TaxEngine | None


def _replayed(pricing: Pricing, reference: str, terms: _Terms) -> Replayed:
    kept = pricing.content_hash()
    again: Pricing | None = None
    refusals: tuple[Finding, ...] = ()
    try:
        again = repriced(pricing, catalogue=terms.catalogue, plan=terms.plan, taxes=terms.taxes)
    except DomainError as error:
        if error.code in _TELLING:
            raise
        refusals = refusals_of(error)
    found = None if again is None else again.content_hash()
    return Replayed.built(
        {
            "reference": reference,
            "kept": kept,
            "found": found,
            "pricing": again,
            "differs": () if again is None or found == kept else differences(pricing, again),
            "refusals": refusals,
            "alternatives": (),
        }
    )


def refusals_of(error: DomainError) -> tuple[Finding, ...]:
    """Why there is no price: the errors that a refusal lists, or the refusal itself."""
    errors = tuple(each for each in error.findings if each.severity == "error")
    return errors or (Finding(code=error.code, message=error.text),)


def _head(found: Replayed) -> LocalText:
    name = found.reference or found.kept[:12]
    if found.same:
        return LocalText(
            en=f"{name} gives the same figures and the same trace: {found.kept[:12]}…",
            zh=f"{name} 复算一致，金额与计价明细相同：{found.kept[:12]}…",
        )
    if found.pricing is None:
        return LocalText(
            en=f"{name} cannot be priced again: {len(found.refusals)} found",
            zh=f"{name} 无法复算：{len(found.refusals)} 项问题",
        )
    if found.same_figures:
        return LocalText(
            en=f"{name} gives the same figures, said otherwise in {len(found.findings)} places",
            zh=f"{name} 金额一致，但有 {len(found.findings)} 处说明不同",
        )
    return LocalText(
        en=f"{name} does not give the same figures: {len(found.findings)} differences",
        zh=f"{name} 复算不一致：{len(found.findings)} 处差异",
    )


def _rows(found: Replayed, locale: str) -> tuple[str, ...]:
    signs = {"error": "✗", "approval": "!", "note": "·"}
    return tuple(
        f"{signs[each.severity]} {legible(each.message.in_(locale))}" for each in found.findings
    )
