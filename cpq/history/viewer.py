"""Who may see whose deals (查看权限): a rep's own and those of the segment whole, others' nameless.

A figure helps to price without saying whose it is; a name does not belong to everybody. What is
hidden is hidden in the value itself, so that nothing shows it by mistake.
"""

from collections.abc import Iterable

from cpq.history.comparables import Comparables
from cpq.history.deal import DealPrice
from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code


class Viewer(Frozen):
    """Who looks: the deals that ``owner`` made, those of ``groups`` and ``customers`` are in full.

    >>> Viewer(owner="R-7", groups=("key-account",)).everything
    False
    """

    owner: Code | None = None
    groups: tuple[Code, ...] = ()
    customers: tuple[Code, ...] = ()
    everything: bool = False

    def knows(self, deal: DealPrice) -> bool:
        """Whether the deal is shown whole."""
        return (
            self.everything
            or (deal.owner is not None and deal.owner == self.owner)
            or deal.customer in self.customers
            or any(group in self.groups for group in deal.groups)
        )


def visible(hits: Iterable[DealPrice], *, to: Viewer) -> tuple[DealPrice, ...]:
    """The deals as a viewer may see them, in the same order.

    Of a deal that is not the viewer's own the quote, the customer, the customer's groups and the
    owner are taken out; product, quantity, price, day and region stay.

    >>> deal = DealPrice(quote="Q-1", status="won", on="2026-03-01", customer="C-1", line="1",
    ...                  product="M8", quantity=2, unit="pc", base_quantity=2, base_unit="pc",
    ...                  currency="CNY", net="7.00")
    >>> hidden, = visible([deal], to=Viewer(owner="R-7"))
    >>> hidden.quote, hidden.customer, hidden.net
    (None, None, Decimal('7.00'))
    """
    return tuple(
        deal if to.knows(deal) else deal.with_(quote=None, customer=None, groups=(), owner=None)
        for deal in hits
    )


def refuse_unseen(query: Comparables, *, to: Viewer) -> None:
    """Refuse to look up the deals of customers whose names the viewer may not see.

    Asking for one customer's prices says whose they are, even where every row is nameless.
    Raises ``Refused`` (``history.not_permitted``).
    """
    others = [code for code in query.customers if code not in to.customers]
    if others and not to.everything and query.group not in to.groups:
        raise Refused(
            "history.not_permitted",
            f"the prices of customer {', '.join(others)} are not yours to see; ask for all "
            "customers, or for your segment",
            customers=tuple(others),
        )
