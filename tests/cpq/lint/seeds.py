"""How a defect is seeded: a clean catalogue, changed in one place."""

from collections.abc import Callable
from typing import Any, NamedTuple

from cpq.agreement import AgreedPrice, PriceAgreement
from cpq.catalogue import Catalogue
from cpq.pricebook import (
    AttributePrice,
    PercentOfTotal,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
)
from cpq.promotion import PercentOff, PromotionPolicy
from tests.cpq.lint.clean import CLEAN

Change = Callable[[Catalogue], Catalogue]


class Defect(NamedTuple):
    """A row of the table; ``also`` are findings that the same change makes besides."""

    name: str
    base: str
    change: Change
    code: str
    place: str
    also: tuple[tuple[str, str], ...] = ()

    @property
    def catalogue(self) -> Catalogue:
        """The clean catalogue with the defect in it."""
        return self.change(CLEAN[self.base]())

    @property
    def expected(self) -> set[tuple[str, str]]:
        """Code and place of all that must be reported."""
        return {(self.code, self.place), *self.also}


# --- ways to change a catalogue in one place ------------------------------------------------------


def adding(field: str, *values: object) -> Change:
    """More products, books, promotions, agreements, …"""
    return lambda trade: trade.with_(**{field: (*getattr(trade, field), *values)})


def without(field: str, code: str) -> Change:
    return lambda trade: trade.with_(
        **{field: tuple(each for each in getattr(trade, field) if each.code != code)}
    )


def changing(field: str, code: str, **changes: object) -> Change:
    """One of them, otherwise."""
    return lambda trade: trade.with_(
        **{
            field: tuple(
                each.with_(**changes) if each.code == code else each
                for each in getattr(trade, field)
            )
        }
    )


def catalogue(**changes: object) -> Change:
    return lambda trade: trade.with_(**changes)


def _versions(code: str, change: Callable[[PriceBookVersion], PriceBookVersion]) -> Change:
    """The last version of a book, otherwise."""

    def changed(old: PriceBook) -> PriceBook:
        *earlier, last = old.versions
        return old.with_(versions=(*earlier, change(last)))

    return lambda trade: trade.with_(
        books=tuple(changed(old) if old.code == code else old for old in trade.books)
    )


def entries(code: str, *rows: PriceBookEntry) -> Change:
    """More entries in the last version of a book."""
    return _versions(code, lambda version: version.with_(entries=(*version.entries, *rows)))


def instead(code: str, product: str, *rows: PriceBookEntry) -> Change:
    """Other entries for a product in the last version of a book; none: it is left out."""
    return _versions(
        code,
        lambda version: version.with_(
            entries=(*(row for row in version.entries if row.product != product), *rows)
        ),
    )


def version(code: str, **changes: Any) -> Change:
    """The last version of a book with other fields."""
    return _versions(code, lambda version: version.with_(**changes))


def attribute(code: str, **said: object) -> Change:
    """One more attribute price in the list."""
    rule = AttributePrice.model_validate({"code": code, **said})
    return _versions("LIST", lambda version: version.with_(attributes=(*version.attributes, rule)))


def share(code: str, **said: object) -> Change:
    """One more percent of total in the list."""
    rule = PercentOfTotal.model_validate({"code": code, **said})
    return _versions("LIST", lambda version: version.with_(shares=(*version.shares, rule)))


def promotion(code: str, benefit: object, **said: object) -> Change:
    policy = PromotionPolicy.model_validate({"code": code, "benefit": benefit, **said})
    return adding("promotions", policy)


def agreement(code: str, *lines: AgreedPrice, **said: object) -> Change:
    fields = {"code": code, "currency": "CNY", "lines": lines, **said}
    return adding("agreements", PriceAgreement.model_validate(fields))


def agreed(product: str, **said: object) -> AgreedPrice:
    return AgreedPrice.model_validate({"product": product, **said})


def off(percent: object) -> PercentOff:
    return PercentOff(percent=percent)


def then(*changes: Change) -> Change:
    """Several changes that make one defect together."""

    def changed(trade: Catalogue) -> Catalogue:
        for change in changes:
            trade = change(trade)
        return trade

    return changed
