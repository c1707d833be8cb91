"""What the same request would cost today (重新报价), and what the difference is made of.

An offer that has lapsed is not accepted at its old prices; whoever still wants to sell asks the
same request of today's catalogue and offers that in a new version, beside which stands what became
dearer, what cheaper, and by which rule.
"""

from collections.abc import Callable
from datetime import date
from functools import cached_property, partial

from cpq.catalogue import Catalogue
from cpq.comparison import Comparison, compare
from cpq.deal import DealFacts
from cpq.kernel.errors import DomainError, Finding, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.period import Bound, Moment
from cpq.kernel.text import LocalText, legible
from cpq.plan import PricingPlan
from cpq.ports import TaxEngine
from cpq.pricing.again import priced_under
from cpq.purchased import Purchased
from cpq.quote import Alternative, Quote, revise
from cpq.replay.replayed import refusals_of
from cpq.waterfall import Pricing


class Repricing(Frozen):
    """A version, and the same request under another catalogue or on another day.

    ``at`` is the business day or instant it was priced at anew, ``catalogue`` the hash of the
    snapshot. ``after`` is what is recommended, ``alternatives`` stand beside it. What has no price
    any more is missing there, and ``refusals`` say which lines of it and why.
    """

    before: Quote | Pricing
    after: Pricing | None
    at: Bound
    catalogue: str
    alternatives: tuple[Alternative, ...] = ()
    refusals: tuple[Finding, ...] = ()

    @property
    def pricing(self) -> Pricing:
        """The pricing of the version, as it was."""
        return self.before.pricing if isinstance(self.before, Quote) else self.before

    @property
    def change(self) -> Money | None:
        """By how much the total to pay would rise; ``None`` where there is no price any more."""
        return None if self.after is None else self.after.gross - self.pricing.gross

    @cached_property
    def comparison(self) -> Comparison | None:
        """What the change is made of, line by line; ``None`` where there is no price any more."""
        return None if self.after is None else compare(self.pricing, self.after)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What has no price any more, and what a person should know about the new prices."""
        return (*self.refusals, *(() if self.after is None else self.after.findings))

    def revised(self, *, issued_on: date, valid_until: date) -> Quote:
        """The next version of the quote as a draft, with the new pricings.

        Raises ``Refused``: ``replay.unpriceable`` with a finding for everything that has no price,
        ``replay.not_a_quote`` where a pricing was repriced that never was a quote; and what
        ``revise`` raises.
        """
        if not isinstance(self.before, Quote):
            raise Refused(
                "replay.not_a_quote",
                "a pricing without a quote has no next version; draft_quote() makes a quote of it",
            )
        if self.after is None or self.refusals:
            listed = "; ".join(str(found) for found in self.refusals)
            raise Refused(
                "replay.unpriceable",
                f"quote {self.before.reference} has no price on {self.at}: {listed}; mend the "
                "catalogue, or price what is left of the request",
                findings=self.refusals,
                number=self.before.number,
            )
        return revise(
            self.before,
            self.after,
            issued_on=issued_on,
            valid_until=valid_until,
            alternatives=self.alternatives,
        )

    def explain(self, locale: str = "en") -> str:
        """The outcome as text: both totals, then line by line what the difference is made of."""
        rows = [_head(self).in_(locale)]
        rows += (f"✗ {legible(each.message.in_(locale))}" for each in self.refusals)
        if self.comparison is not None:
            rows.append(self.comparison.explain(locale))
        return "\n".join(rows)


def reprice(
    version: Quote | Pricing,
    catalogue: Catalogue,
    *,
    at: Moment,
    current: Catalogue | None = None,
    book: str | None = None,
    plan: PricingPlan | None = None,
    taxes: TaxEngine | None = None,
    purchased: Purchased | None = None,
    deal: DealFacts | None = None,
) -> Repricing:
    """The same request priced under a catalogue, on a business day or at an aware instant.

    In the same currency, with the same manual prices, by the book that the request named, else by
    the one that the catalogue chooses now (``book`` names another). ``purchased`` and ``deal`` are
    as the version kept them unless given: whoever counts the limits of promotions gives what of
    them is used today. ``current`` is the catalogue of then, for rows of release 0.1, which do not
    say whether their book was named.

    What has no price any more is told, line by line, by ``refusals``. Raises ``Refused``
    (``replay.needs_taxes``) where the host's tax engine said what is owed and is not given.

    >>> from cpq import PriceBook, PriceBookVersion, Product, entry, item, price
    >>> def listed(bolt):
    ...     version = PriceBookVersion(entries=(entry("M8", price=bolt),))
    ...     return Catalogue(products=(Product(code="M8", name="Bolt"),), default_book="LIST",
    ...                      books=(PriceBook(code="LIST", currency="CNY", versions=(version,)),))
    >>> past = price([item("M8", 200)], catalogue=listed("0.35"), on=date(2026, 11, 21))
    >>> reprice(past, listed("0.38"), at=date(2026, 12, 21)).change
    Money('6.00', 'CNY')
    """
    pricings = version.pricings if isinstance(version, Quote) else (version,)
    if taxes is None and any(each.taxed_by_host for each in pricings):
        raise Refused(
            "replay.needs_taxes",
            "the host's tax engine said what is owed on these lines; give it with taxes=, for "
            "what it says of new amounts is not known here",
        )
    anew = partial(
        priced_under,
        draft=catalogue,
        current=current,
        on=at,
        book=book,
        taxes=taxes,
        plan=plan,
        purchased=purchased,
        deal=deal,
    )
    after, refusals = _tried(anew, pricings[0])
    beside: list[Alternative] = []
    for each in version.alternatives if isinstance(version, Quote) else ():
        found, more = _tried(anew, each.pricing, place=f"alternatives/{each.code}/")
        refusals += more
        beside += [] if found is None else [each.with_(pricing=found)]
    return Repricing.built(
        {
            "before": version,
            "after": after,
            "at": at,
            "catalogue": catalogue.hash,
            "alternatives": tuple(beside),
            "refusals": refusals,
        }
    )


def _tried(
    anew: Callable[[Pricing], Pricing], past: Pricing, *, place: str = ""
) -> tuple[Pricing | None, tuple[Finding, ...]]:
    """The pricing anew, or why there is none; ``place`` begins the places of what is said."""
    try:
        return anew(past), ()
    except DomainError as error:
        found = refusals_of(error)
        return None, tuple(each.with_(place=f"{place}{each.place}") for each in found)


def _head(found: Repricing) -> LocalText:
    before, after = found.pricing, found.after
    name = found.before.reference if isinstance(found.before, Quote) else before.catalogue[:12]
    was = f"{before.gross} ({before.on})"
    if after is None:
        return LocalText(
            en=f"{name}: {was} has no price on {found.at}: {len(found.refusals)} found",
            zh=f"{name}：原价 {was}，{found.at} 无法定价：{len(found.refusals)} 项问题",
        )
    if after.gross == before.gross:
        return LocalText(
            en=f"{name}: {was} comes to the same total on {found.at}",
            zh=f"{name}：原价 {was}，{found.at} 总价不变",
        )
    change = found.change
    assert change is not None
    sign = "+" if change.amount > 0 else ""
    return LocalText(
        en=f"{name}: {was} would be {after.gross} on {found.at} ({sign}{change})",
        zh=f"{name}：原价 {was}，{found.at} 为 {after.gross}（{sign}{change}）",
    )
