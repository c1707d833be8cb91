"""The tax table (税率表): a code on the product, a dated rate in the table.

A rate is one row per code and period: a percentage of the net (从价), and an amount for each unit
(从量), such as a bottle deposit tax or an excise by volume. The amount per unit is a tax of its
own: no discount lowers it, and it is owed on what is given away. Several of them are one row with
their sum, because a line has one tax code.
"""

from datetime import UTC, tzinfo
from decimal import Decimal
from fractions import Fraction

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Exact, plain
from cpq.kernel.period import ALWAYS, Moment, Period
from cpq.kernel.text import Code, LocalText

_NOTHING = Decimal(0)


class TaxRate(Frozen):
    """A rate for a tax code, while its period holds (days inclusive).

    ``percent`` is of the net amount, ``per_unit`` an amount in ``currency`` for each unit.

    >>> TaxRate(code="VAT13", percent="13").percent
    Decimal('13')
    >>> TaxRate(code="BOTTLE", percent="13", per_unit="0.30", currency="CNY").per_unit
    Decimal('0.30')
    """

    code: Code
    percent: Exact = Field(ge=0)
    name: LocalText = LocalText()
    period: Period = ALWAYS
    per_unit: Exact = added(_NOTHING)
    currency: CurrencyCode | None = added(None)

    @model_validator(mode="after")
    def _an_amount_has_a_currency(self) -> "TaxRate":
        if self.per_unit < 0:
            raise ValueError(f"a tax per unit is 0 or more; found {plain(self.per_unit)}")
        if self.per_unit and self.currency is None:
            raise ValueError(f"tax code {self.code!r} has a tax per unit; name its currency")
        return self

    def per_unit_in(self, currency: str) -> Decimal:
        """The tax per unit, in ``currency``; zero where the code has none.

        Raises ``Invalid`` (``tax.currency_mismatch``) where it is fixed in another currency.

        >>> TaxRate(code="VAT13", percent=13).per_unit_in("USD")
        Decimal('0')
        """
        if self.per_unit and self.currency != currency:
            raise Invalid(
                "tax.currency_mismatch",
                f"tax code {self.code!r} is {plain(self.per_unit)} {self.currency} per unit and "
                f"the document in {currency}; give the code a rate in {currency}, or map it to one",
                tax_code=self.code,
                currency=currency,
            )
        return self.per_unit

    def net(self, gross: Fraction, *, currency: str, units: Fraction = Fraction(1)) -> Fraction:
        """What is left of a gross price without its tax, exactly: (gross - fixed) / (1 + rate).

        ``units`` is how many taxed units the price is for.
        Raises ``Invalid`` (``tax.currency_mismatch``).

        >>> TaxRate(code="VAT21", percent=21).net(Fraction(121), currency="EUR")
        Fraction(100, 1)
        """
        fixed = Fraction(self.per_unit_in(currency)) * units
        return (gross - fixed) * 100 / (100 + Fraction(self.percent))

    def gross(self, net: Fraction, *, currency: str, units: Fraction = Fraction(1)) -> Fraction:
        """A net price with its tax, exactly; the inverse of ``net``.

        >>> TaxRate(code="VAT6", percent=6).gross(Fraction(100), currency="EUR")
        Fraction(106, 1)
        """
        fixed = Fraction(self.per_unit_in(currency)) * units
        return net * (100 + Fraction(self.percent)) / 100 + fixed


class TaxTable(Frozen):
    """The rates a catalogue knows; for one code at one moment there is one rate.

    >>> from datetime import date
    >>> CHINA_VAT.rate("VAT13", on=date(2026, 11, 21)).percent
    Decimal('13')
    """

    rates: tuple[TaxRate, ...]

    @model_validator(mode="after")
    def _one_rate_at_a_time(self) -> "TaxTable":
        for place, rate in enumerate(self.rates):
            for other in self.rates[:place]:
                if rate.code == other.code and rate.period.overlaps(other.period):
                    raise ValueError(f"tax code {rate.code!r} has two rates at the same time")
        return self

    def rate(self, code: str, *, on: Moment, zone: tzinfo = UTC) -> TaxRate:
        """The rate of ``code`` on a day, or at an instant with days reckoned in ``zone``.

        Raises ``NotFound`` (``tax.unknown_code``).
        """
        for rate in self.rates:
            if rate.code == code and (rate.period is ALWAYS or rate.period.contains(on, zone)):
                return rate
        known = ", ".join(sorted({rate.code for rate in self.rates}))
        raise NotFound("tax.unknown_code", f"tax code {code!r} has no rate on {on}; known: {known}")


CHINA_VAT = TaxTable(
    rates=tuple(
        TaxRate(code=code, percent=percent, name=LocalText(en=en, zh=zh))
        for code, percent, en, zh in (
            ("VAT13", Decimal(13), "VAT 13%", "增值税 13%"),
            ("VAT9", Decimal(9), "VAT 9%", "增值税 9%"),
            ("VAT6", Decimal(6), "VAT 6%", "增值税 6%"),
            ("VAT0", Decimal(0), "VAT 0%", "增值税 0%"),
            ("NONE", Decimal(0), "no tax", "不计税"),
        )
    )
)
"""China's VAT rates since 2019-04-01 (goods 13, transport and building 9, services 6, export 0)."""
