"""A price for every line (逐行取价): asked of the unit phase, in the order of the lines.

Most lines are asked as they stand. What is held by another line, withheld from the customer, a
share of other lines, given by a person or agreed for what it is part of, is asked accordingly.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cpq.agreement import Agreed, carried
from cpq.kernel.errors import DomainError, Finding, Refused
from cpq.kernel.money import plain
from cpq.kernel.period import zone
from cpq.kernel.text import LocalText
from cpq.manual import ManualPrice
from cpq.pricebook import NoPrice
from cpq.pricing.document import Shares
from cpq.pricing.draft import PLAIN, Draft, finding_of
from cpq.pricing.found import UnitPrice
from cpq.pricing.measure import Counted
from cpq.pricing.unit import UnitPrices
from cpq.purchased import Purchased
from cpq.trace import Step


class Answers:
    """The lines of one document being priced; ``shares`` are those that wait for the others."""

    def __init__(
        self,
        page: UnitPrices,
        drafts: Sequence[Draft],
        *,
        at: datetime,
        manual: Mapping[str, ManualPrice],
        before: Purchased | None,
    ) -> None:
        self._page = page
        self._drafts = drafts
        self._at = at
        self._manual = manual
        self._counted = Counted(drafts, page.catalogue, before)
        self._agreed: dict[str, Agreed | None] = {}
        self._allocated = {draft.number for draft in drafts if draft.manner.allocated}
        self.shares: Shares = {}

    def prices(self, findings: list[Finding]) -> list[UnitPrice]:
        """A price per line; what has none becomes a finding."""
        page, at = self._page, self._at
        special = bool(self._manual) or page.has_shares or bool(page.catalogue.availability)
        prices: list[UnitPrice] = []
        for place, draft in enumerate(self._drafts):
            found: UnitPrice | NoPrice | Finding
            try:
                if draft.manner is PLAIN and not special and not page.measures_of(draft):
                    found = page.find(draft, at=at)
                else:
                    found = self._special(draft, place)
            except DomainError as error:
                found = finding_of(f"lines/{draft.number}", error)
            if isinstance(found, UnitPrice):
                prices.append(found)
            elif isinstance(found, NoPrice):
                day = at.astimezone(zone(page.catalogue.zone))
                findings.append(_unpriced(draft, found, day))
            else:
                findings.append(found)
        return prices

    def _special(self, draft: Draft, place: int) -> UnitPrice | NoPrice | Finding:
        """The price of a line that is out of the ordinary, or why it has none."""
        page, at, manner = self._page, self._at, draft.manner
        parent = draft.number.rpartition(".")[0]
        given = self._manual.get(draft.number)
        if manner.included or manner.rolled_up:
            if given is not None:
                raise Refused(
                    "manual.no_base",
                    f"{given} is given for line {draft.number} ({draft.shelved.product.code!r}), "
                    "whose price lies in other lines; give one of those a price",
                )
            weighed = manner.included and parent in self._allocated
            withheld = None if manner.included else page.withheld(draft, at=at)
            return withheld or page.held(draft, at=at, weighed=weighed)
        withheld = page.withheld(draft, at=at)
        if withheld is not None:
            return withheld
        rule = None if given is not None else page.share(draft, at=at)
        if rule is not None:
            self.shares[place] = rule
            return page.held(draft, at=at, weighed=False)
        above = self._agreed.get(parent)
        measures = self._counted.of(draft, page.measures_of(draft))
        found = page.find(draft, at=at, measures=measures, manual=given, above=above)
        if not isinstance(found, NoPrice):
            self._agreed[draft.number] = carried(found.agreed, above)
            if manner.full_quantity is not None:
                size = plain(manner.full_quantity.copy_abs())
                found = found._replace(steps=tuple(_in_full(row, size) for row in found.steps))
        return found


def _in_full(row: Step, size: str) -> Step:
    """The row, which says what was found where that is not the quantity of its line."""
    if row.reason != "quantity_below" or row.actual or row.basis:
        return row
    return row.with_(actual=size)


def _unpriced(draft: Draft, missing: NoPrice, at: datetime) -> Finding:
    books, day = ", ".join(missing.searched), at.date().isoformat()
    return Finding(
        code="price.none",
        place=f"lines/{draft.number}",
        message=LocalText(
            en=f"no price for {missing.product!r} per {missing.unit} on {day} in {books}; "
            "add an entry, or name another book",
            zh=f"{day} 在价目表 {books} 中没有 {missing.product!r} 每 {missing.unit} 的价格",
        ),
    )
