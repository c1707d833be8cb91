"""The configurator of a product for a customer on a day (客户可选范围): only what he may buy.

Options that sales scopes withhold from the customer, or that are not sold on the day, are filtered
before anything is solved, and the reason is kept: asked why an option is impossible, the
configurator answers with the scope.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from cpq.catalogue import Catalogue
from cpq.configuration import Configurator, compiled, not_offered
from cpq.customer import Customer
from cpq.kernel.errors import DomainError, Finding, Refused
from cpq.kernel.money import COMMERCIAL
from cpq.kernel.period import Moment, instant, zone
from cpq.kernel.text import LocalText, legible
from cpq.pricing.scene import scene_of
from cpq.solver.oracle import Oracle
from cpq.solver.problem import Problem
from cpq.solver.solver import PATIENCE

_SHOWN_MAX = 3


def configurator(
    product: str,
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    patience: int = PATIENCE,
    oracle: Callable[[Problem], Oracle] | None = None,
) -> Configurator:
    """A configurator that offers what a customer may buy on a day; nobody: what is free to all.

    ``on`` is a business day in the catalogue's zone or an aware instant. ``oracle`` makes a
    complete engine for a problem, such as ``ClingoOracle``, which is asked after ``patience``
    tries. Where nothing can be had without what is withheld, or the product itself is, that is
    refused (``configuration.no_solution``) with what withholds it. Raises ``NotFound``
    (``customer.unknown``, ``bom.unknown``) and what ``Catalogue.bom``, ``compiled`` and
    ``Configurator`` raise.

    >>> from datetime import date
    >>> from cpq.availability import SalesScope
    >>> from cpq.bom import BOM
    >>> from cpq.product import Product
    >>> head = {"code": "head", "options": ({"product": "H6"}, {"product": "H12"})}
    >>> catalogue = Catalogue(
    ...     products=tuple(Product(code=code, name=code) for code in ("M", "H6", "H12")),
    ...     boms=(BOM(product="M", groups=(head,)),),
    ...     scopes=(SalesScope(code="CN", products=("H12",), regions=("CN",)),))
    >>> machine = configurator("M", catalogue=catalogue, on=date(2026, 11, 22))
    >>> machine.explain("head", "H12").reasons[0].code
    'availability.not_offered'
    """
    buyer = None if customer is None else catalogue.customer(customer)
    at = instant(on, zone(catalogue.zone))
    whole = catalogue.bom(product, on=on)
    withheld = not_offered(whole, lambda code: _why_not(code, catalogue, buyer, at))
    head = _why_not(product, catalogue, buyer, at)
    if head is not None:
        raise _nothing_left(product, [head])
    model = compiled(whole, without=withheld)
    asked = None if oracle is None else oracle(model.problem)
    try:
        return Configurator(model, patience=patience, oracle=asked)
    except Refused as refusal:
        if refusal.code != "configuration.no_solution" or not withheld:
            raise
        raise _nothing_left(product, [each.finding for each in withheld]) from None


def _nothing_left(product: str, findings: Sequence[Finding]) -> Refused:
    """Nothing of a product can be had without what is withheld."""
    told = list(dict.fromkeys(findings))
    en = "; ".join(each.message.in_("en") for each in told[:_SHOWN_MAX])
    zh = "；".join(each.message.in_("zh") for each in told[:_SHOWN_MAX])
    return Refused(
        "configuration.no_solution",
        f"nothing of {product!r} can be configured without what is not offered: {en}",
        findings=tuple(told),
        product=product,
        message_zh=f"除去不可售的部分，{product} 已无可选配置：{zh}",
    )


def _why_not(
    code: str, catalogue: Catalogue, buyer: Customer | None, at: datetime
) -> Finding | None:
    shelved = catalogue.shelved(code)
    if not shelved.sold_from <= at < shelved.sold_until:
        period = shelved.product.sellable
        return Finding(
            code="product.not_sellable",
            message=LocalText(
                en=legible(f"product {code!r} is sold from {period}"),
                zh=legible(f"产品 {code!r} 的可售期为 {period}"),
            ),
        )
    found = catalogue.availability.why_not(
        code,
        categories=shelved.categories,
        family=shelved.product.variant_of,
        customer=buyer,
        book=_book(catalogue, buyer, at),
        at=at,
    )
    return None if found is None else found.finding("")


def _book(catalogue: Catalogue, buyer: Customer | None, at: datetime) -> str:
    """The price book that is asked first; none where there is nothing to price by."""
    if not catalogue.availability:
        return ""
    try:
        plan = catalogue.plan_at(at)
        return scene_of(catalogue, buyer, at=at, plan=plan, policy=COMMERCIAL).books[0].book
    except DomainError:
        return ""
