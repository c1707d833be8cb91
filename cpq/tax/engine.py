"""What a tax engine is told and what it answers (计税引擎), and the engine that reads the table.

The library knows amounts, tax codes and where the customer is; what is owed on them is for an
engine to say. ``TableTaxes`` is the one that is built in; a host may put another in its place (see
``cpq.ports``).
"""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field, model_validator

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Rounding, currency_places
from cpq.kernel.period import Bound, Moment, zone
from cpq.kernel.text import Code, Line
from cpq.tax.reckon import LineTax, TaxDifference, TaxLevel, tax_differences, taxes_on
from cpq.tax.regime import TaxBasis, TaxPosition, TaxRegime
from cpq.tax.table import CHINA_VAT, TaxTable


class TaxFacts(Frozen):
    """What all lines of a document share: its currency and day, and where the customer stands.

    ``places`` are the decimals of its amounts, ``None`` meaning the currency's own. ``country``
    is ISO 3166 (``CN``), ``region`` a province or state, ``regime`` a ``TaxRegime``.

    >>> TaxFacts(currency="JPY", on="2026-11-21", country="JP").grid
    0
    """

    currency: CurrencyCode
    on: Bound
    places: int | None = Field(default=None, ge=0, le=18)
    country: Line = ""
    region: Line = ""
    regime: Code | None = None
    tax_id: Line = ""

    @property
    def grid(self) -> int:
        """How many decimals amounts of the document have."""
        return currency_places(self.currency) if self.places is None else self.places


class TaxableLine(Frozen):
    """A line as an engine is asked about it: ``amount`` after all discounts, on its ``basis``.

    ``quantity`` is in the unit that taxes per unit are for, of what recurs × its periods; it and
    ``amount`` are negative for what comes back. Something given away has the amount 0 and its
    quantity.

    >>> TaxableLine(line="1", tax_code="VAT13", quantity=2, amount="100.00").basis
    'net'
    """

    line: Line
    tax_code: Code
    quantity: Exact
    amount: Exact
    basis: TaxBasis = "net"


class TaxedLine(Frozen):
    """A line as it is taxed: ``net`` + ``tax`` = ``gross``, in the document's currency.

    ``tax_code`` and ``tax_percent`` are those that apply, ``fixed`` is the part of ``tax`` that is
    owed per unit.

    >>> TaxedLine(line="1", tax_code="VAT0", tax_percent=0, net=1, tax=0, gross=1).fixed
    Decimal('0')
    """

    line: Line
    tax_code: Code
    tax_percent: Exact
    net: Exact
    tax: Exact
    gross: Exact
    fixed: Exact = Decimal(0)


class TableTaxes(Frozen):
    """The built-in tax engine: rates from a table, changed by the customer's regime.

    ``level`` says where tax is rounded, ``zone`` where a business day begins.

    >>> facts = TaxFacts(currency="CNY", on="2026-11-21")
    >>> asked = TaxableLine(line="1", tax_code="VAT13", quantity=1, amount="113.00", basis="gross")
    >>> (answer,) = TableTaxes().tax([asked], facts=facts)
    >>> str(answer.net), str(answer.tax), str(answer.gross)
    ('100.00', '13.00', '113.00')
    """

    table: TaxTable = CHINA_VAT
    regimes: tuple[TaxRegime, ...] = ()
    level: TaxLevel = "line"
    mode: Rounding = Rounding.HALF_UP
    zone: Line = "UTC"

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "TableTaxes":
        codes = [regime.code for regime in self.regimes]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"regimes has {', '.join(twice)} twice; a code names one thing")
        return self

    def regime(self, code: str) -> TaxRegime:
        """The regime of ``code``. Raises ``NotFound`` (``tax.unknown_regime``)."""
        for regime in self.regimes:
            if regime.code == code:
                return regime
        known = ", ".join(sorted(regime.code for regime in self.regimes)) or "none"
        raise NotFound(
            "tax.unknown_regime",
            f"no tax regime is called {code!r}; correct the customer's, or add it; known: {known}",
            regime=code,
        )

    def position(self, code: str, *, on: Moment, regime: str | None = None) -> TaxPosition:
        """A tax code on a day under a regime: ask once per code of a document.

        Raises ``NotFound``: ``tax.unknown_code``, ``tax.unknown_regime``.

        >>> from datetime import date
        >>> TableTaxes().position("VAT13", on=date(2026, 11, 21)).rate.percent
        Decimal('13')
        """
        here = zone(self.zone)
        home = self.table.rate(code, on=on, zone=here)
        mapping = self.regime(regime).mapping(code) if regime is not None else None
        if mapping is None:
            return TaxPosition(home, home)
        if mapping.becomes == code:
            return TaxPosition(home, home, mapping.basis)
        return TaxPosition(home, self.table.rate(mapping.becomes, on=on, zone=here), mapping.basis)

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> tuple[TaxedLine, ...]:
        """The lines with their taxes, in the order asked.

        Raises ``NotFound`` (``tax.unknown_code``, ``tax.unknown_regime``) and ``Invalid``
        (``tax.currency_mismatch``).
        """
        positions = self._positions(lines, facts)
        taxes = self._taxes(lines, positions, facts, self.level)
        return tuple(
            _taxed(line.line, positions[line.tax_code], found)
            for line, found in zip(lines, taxes, strict=True)
        )

    def differences(
        self, lines: Sequence[TaxableLine], *, facts: TaxFacts
    ) -> tuple[TaxDifference, ...]:
        """What rounding once per tax code changes against rounding on the line, for each code
        where it does; none at the level ``line``.
        """
        if self.level == "line":
            return ()
        positions = self._positions(lines, facts)
        return tax_differences(
            [positions[line.tax_code].rate.code for line in lines],
            self._taxes(lines, positions, facts, self.level),
            by_line=self._taxes(lines, positions, facts, "line"),
        )

    def _positions(self, lines: Sequence[TaxableLine], facts: TaxFacts) -> dict[str, TaxPosition]:
        codes = dict.fromkeys(line.tax_code for line in lines)
        return {code: self.position(code, on=facts.on, regime=facts.regime) for code in codes}

    def _taxes(
        self,
        lines: Sequence[TaxableLine],
        positions: dict[str, TaxPosition],
        facts: TaxFacts,
        level: TaxLevel,
    ) -> list[LineTax]:
        bases = [line.basis for line in lines]
        return taxes_on(
            [line.amount for line in lines],
            [positions[line.tax_code].rate for line in lines],
            quantities=[line.quantity for line in lines],
            currency=facts.currency,
            places=facts.grid,
            basis="net" if "gross" not in bases else bases,
            level=level,
            mode=self.mode,
        )


def _taxed(line: str, position: TaxPosition, found: LineTax) -> TaxedLine:
    return TaxedLine.built(
        {
            "line": line,
            "tax_code": position.rate.code,
            "tax_percent": position.rate.percent,
            "net": found.net,
            "tax": found.tax,
            "gross": found.gross,
            "fixed": found.fixed,
        }
    )
