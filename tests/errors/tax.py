"""Tax: regimes nobody made, taxes per unit in another currency, engines that answer wrongly."""

from collections.abc import Sequence
from fractions import Fraction

from cpq.ports import taxed_by
from cpq.tax import (
    TableTaxes,
    TaxableLine,
    TaxedLine,
    TaxFacts,
    TaxPosition,
    TaxRate,
    rebased,
)
from tests.errors.registry import reproduces
from tests.errors.shop import DAY


@reproduces(
    "tax.unknown_regime",
    en="A customer's tax regime is not among those that the catalogue holds.",
    zh="客户的适用税制不存在。",
    do="Correct the customer's `tax_regime`, or add the regime.",
    names=("'EXPORT'", "known: none"),
)
def a_regime_nobody_made() -> None:
    TableTaxes().position("VAT13", on=DAY, regime="EXPORT")


@reproduces(
    "tax.currency_mismatch",
    en="A tax per unit is fixed in another currency than the document's.",
    zh="从量税额与单据币种不同。",
    do="Give the tax code a rate in the document's currency, or map it to one that has.",
    names=("'BOTTLE'", "0.25 EUR", "USD"),
)
def a_deposit_in_another_currency() -> None:
    bottle = TaxRate(code="BOTTLE", percent=19, per_unit="0.25", currency="EUR")
    abroad = TaxPosition(bottle, TaxRate(code="NONE", percent=0))
    rebased(Fraction(100), abroad, basis="gross", currency="USD")


class OneCentTooMuch:
    """An engine that adds up wrongly."""

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> list[TaxedLine]:
        return [
            TaxedLine(
                line=line.line,
                tax_code=line.tax_code,
                tax_percent=13,
                net=line.amount,
                tax="13.00",
                gross="113.01",
            )
            for line in lines
        ]


@reproduces(
    "tax.engine_broken",
    en="The host's tax engine gave an answer that cannot stand; `findings` name line and fault.",
    zh="税务引擎返回的结果不成立。",
    do="Mend the engine; `cpq.testing.TaxEngineContract` has the tests that it must pass.",
    names=("lines/2", "net 100.00 + tax 13.00 is not gross 113.01"),
)
def an_engine_that_invents_a_cent() -> None:
    line = TaxableLine(line="2", tax_code="VAT13", quantity=1, amount="100.00")
    taxed_by(OneCentTooMuch(), [line], facts=TaxFacts(currency="CNY", on=DAY))
