"""Whether a sale counts under a rebate agreement, and how much of it (计返范围)."""

from decimal import Decimal

from cpq.kernel.errors import Refused
from cpq.kernel.money import places_of, rounded
from cpq.rebate.agreement import RebateAgreement
from cpq.rebate.sale import RebateSale


def covers(agreement: RebateAgreement, sale: RebateSale) -> bool:
    """Whether a sale counts under an agreement: its day, customer and product; of a return those
    of what it takes back.

    >>> from cpq.kernel.money import Money
    >>> from cpq.rebate.agreement import RebateTier
    >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), products=("M8",),
    ...     currency="CNY", tiers=(RebateTier(percent=10),))
    >>> covers(agreement, RebateSale(document="INV-1", line="1", customer="C-2", product="M8",
    ...     quantity=1, net=Money("10.00", "CNY"), on="2026-03-02"))
    False
    """
    on = sale.on if sale.returned is None else sale.returned.on
    return (
        agreement.is_with(sale.customer, sale.groups)
        and agreement.is_on(sale.product, family=sale.family, categories=sale.categories)
        and agreement.period.contains(on, agreement.home)
    )


def counted(agreement: RebateAgreement, sale: RebateSale) -> tuple[Decimal, Decimal]:
    """Quantity and amount that count, in the unit and the currency of the agreement.

    Raises ``Refused``: ``rebate.currency_mismatch``, ``rebate.unit_mismatch``,
    ``rebate.paid_unknown``.
    """
    where = f"{sale.document} line {sale.line}"
    if sale.currency != agreement.currency:
        raise Refused(
            "rebate.currency_mismatch",
            f"{where} is in {sale.currency}, rebate agreement {agreement.code!r} in "
            f"{agreement.currency}; convert it at a stated rate, or agree on a rebate in "
            f"{sale.currency}",
            document=sale.document,
        )
    if agreement.counts_units and sale.unit != agreement.unit:
        raise Refused(
            "rebate.unit_mismatch",
            f"{where} is counted in {sale.unit!r}, rebate agreement {agreement.code!r} in "
            f"{agreement.unit!r}; convert the quantity first",
            document=sale.document,
        )
    if agreement.base != "net_paid":
        return sale.quantity, _alike(sale.net.amount, agreement.places)
    if sale.paid is None:
        raise Refused(
            "rebate.paid_unknown",
            f"{where} does not say what is paid of it, and rebate agreement {agreement.code!r} is "
            "on net paid; give paid, 0 where nothing is",
            document=sale.document,
        )
    return sale.quantity, _alike(sale.paid.amount, agreement.places)


def _alike(amount: Decimal, places: int) -> Decimal:
    """An amount with the decimals of its currency, or more where it has them: 10 reads 10.00."""
    return rounded(amount, max(places_of(amount), places))
