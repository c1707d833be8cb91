"""Tax by table: a code on the product, a dated rate in the table (税率表).

The built-in table is China's VAT. Prices here are net of tax; tax is reckoned on each line's net
and rounded there, as a Chinese VAT invoice prints it, so the lines add up to the document.
"""

from datetime import UTC, tzinfo
from decimal import Decimal

from pydantic import Field, model_validator

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import EXACT, Exact, Rounding, rounded
from cpq.kernel.period import ALWAYS, Moment, Period
from cpq.kernel.text import Code, LocalText

_CENT = Decimal("0.01")


class TaxRate(Frozen):
    """A rate in percent for a tax code, while its period holds (days inclusive).

    >>> TaxRate(code="VAT13", percent="13").percent
    Decimal('13')
    """

    code: Code
    percent: Exact = Field(ge=0)
    name: LocalText = LocalText()
    period: Period = ALWAYS


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


def tax_on(
    net: Decimal, percent: Decimal, *, places: int, mode: Rounding = Rounding.HALF_UP
) -> Decimal:
    """The tax on a net amount at ``percent``, rounded to ``places`` decimals.

    >>> tax_on(Decimal("100.05"), Decimal(13), places=2)
    Decimal('13.01')
    """
    return rounded(EXACT.multiply(EXACT.multiply(net, percent), _CENT), places, mode)


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
