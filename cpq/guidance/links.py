"""Which lines of a bill price each other (联动计价): a tier may count more than its own line."""

from collections.abc import Iterator, Sequence

from cpq.catalogue import Catalogue
from cpq.guidance.bill import BillLine
from cpq.product import Product


def are_reckonable(catalogue: Catalogue) -> bool:
    """Whether what lines cost is the sum of what they cost alone, or with what they are counted.

    Not where a line may be a share of others, or an agreement gives a price to parts below its
    product or to as much as is left of a commitment.
    """
    if any(each.cascade or each.commitments for each in catalogue.agreements):
        return False
    return not any(version.shares for book in catalogue.books for version in book.versions)


def counted_together(
    lines: Sequence[BillLine], catalogue: Catalogue
) -> tuple[tuple[BillLine, ...], ...]:
    """The lines whose tiers count more than a line, each group with all that it counts."""
    known = catalogue.products_by_code
    codes = dict.fromkeys(line.product for line in lines if line.counts and line.product in known)
    names = {code: _names(known[code], catalogue) for code in codes}
    groups: list[set[str]] = []
    for priced in dict.fromkeys(line.product for line in lines if line.counts and not line.held):
        measures = set(_measures(known[priced], catalogue)) if priced in known else set()
        if not measures:
            continue
        group = {code for code in codes if not measures.isdisjoint(names[code])}
        for other in [each for each in groups if not each.isdisjoint(group)]:
            group |= other
            groups.remove(other)
        groups.append(group)
    return tuple(
        tuple(line for line in lines if line.counts and line.product in group) for group in groups
    )


def _measures(product: Product, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What the tiers of a product count besides its own line."""
    for book in catalogue.books:
        for version in book.versions:
            for row, _ in catalogue.prices.covering(version, product):
                if row.counts == "group" and not row.product:
                    yield ("group", row.category or "")
                elif row.counts == "family":
                    yield ("family", product.variant_of or product.code)
                elif row.counts != "line":
                    yield ("product", product.code)


def _names(product: Product, catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """What a product is counted in."""
    categories = (("group", category) for category in catalogue.lineage(product))
    family = ("family", product.variant_of or product.code)
    return frozenset((("product", product.code), family, ("group", ""), *categories))
