"""What a customer's tax position changes (适用税制): export, another province, foreign VAT.

A regime maps tax codes to other tax codes. What happens to a price then depends on its basis. A
price *with* tax (含税价) is re-based on its net: the seller keeps what he got, the tax inside is
another. A price *net* of tax (不含税价) keeps its number, also where the regime says that the
number now includes the tax, as a shelf price in a country with prices that include it.
"""

from fractions import Fraction
from typing import Literal, NamedTuple

from pydantic import model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, LocalText
from cpq.tax.table import TaxRate

TaxBasis = Literal["net", "gross"]
"""Whether a price or an amount is net of tax (不含税) or includes it (含税)."""


class TaxMapping(Frozen):
    """Under a regime ``code`` becomes ``becomes``; ``basis`` is that of the price afterwards.

    ``None`` keeps the basis that the price has. ``becomes`` may be the same code, where only the
    basis changes.

    >>> TaxMapping(code="VAT13", becomes="VAT0").basis is None
    True
    """

    code: Code
    becomes: Code
    basis: TaxBasis | None = None


class TaxRegime(Frozen):
    """A tax position by its code; a tax code that no mapping names stays as it is.

    >>> export = TaxRegime(code="EXPORT", mappings=(TaxMapping(code="VAT13", becomes="VAT0"),))
    >>> export.mapping("VAT13").becomes, export.mapping("NONE")
    ('VAT0', None)
    """

    code: Code
    name: LocalText = LocalText()
    mappings: tuple[TaxMapping, ...] = ()

    @model_validator(mode="after")
    def _one_mapping_per_code(self) -> "TaxRegime":
        codes = [mapping.code for mapping in self.mappings]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"regime {self.code!r} maps {', '.join(twice)} twice; keep one")
        return self

    def mapping(self, code: str) -> TaxMapping | None:
        """What becomes of a tax code; ``None`` where nothing does."""
        return next((mapping for mapping in self.mappings if mapping.code == code), None)


class TaxPosition(NamedTuple):
    """A tax code as a document sees it: the rate that prices are made with at home, the rate
    that is owed, and the basis that the regime gives prices (``None``: the one they have).

    >>> home = TaxRate(code="VAT13", percent=13)
    >>> TaxPosition(home, home).basis is None
    True
    """

    home: TaxRate
    rate: TaxRate
    basis: TaxBasis | None = None


class RebasedPrice(NamedTuple):
    """A unit price under a regime, exact, and whether it is net or gross of tax."""

    price: Fraction
    basis: TaxBasis


def rebased(
    price: Fraction,
    position: TaxPosition,
    *,
    basis: TaxBasis,
    currency: str,
    units: Fraction = Fraction(1),
) -> RebasedPrice:
    """What a unit price on a basis becomes in a tax position: exact, nothing is rounded.

    A gross price keeps its net, a net price keeps its number. ``currency`` is the price's,
    ``units`` how many taxed units one priced unit is (12 for a box of twelve bottles).
    Raises ``Invalid`` (``tax.currency_mismatch``) where a tax per unit is in another currency.

    >>> home, abroad = TaxRate(code="BE21", percent=21), TaxRate(code="BE6", percent=6)
    >>> position = TaxPosition(home, abroad, "gross")
    >>> rebased(Fraction(121), position, basis="gross", currency="EUR")
    RebasedPrice(price=Fraction(106, 1), basis='gross')
    >>> rebased(Fraction(100), position, basis="net", currency="EUR")
    RebasedPrice(price=Fraction(100, 1), basis='gross')
    """
    becomes: TaxBasis = position.basis or basis
    if basis == "net" or (becomes == "gross" and position.home == position.rate):
        return RebasedPrice(price, becomes)
    net = position.home.net(price, currency=currency, units=units)
    if becomes == "net":
        return RebasedPrice(net, becomes)
    return RebasedPrice(position.rate.gross(net, currency=currency, units=units), becomes)
