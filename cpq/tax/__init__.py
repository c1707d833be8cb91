"""Tax (税): by table, or by an engine of the host's own.

A product names a tax code; the table has its rate on a day: a percentage, and perhaps an amount
per unit. Prices are net of tax or include it; from either the other is derived, so that net and
tax always add up to the gross. A customer's regime changes the codes, and prices with them. Tax is
rounded on each line, as a Chinese VAT invoice prints it, or once per tax code of the document.
"""

from cpq.tax.engine import TableTaxes, TaxableLine, TaxedLine, TaxFacts
from cpq.tax.reckon import (
    LineTax,
    TaxDifference,
    TaxLevel,
    tax_differences,
    tax_in,
    tax_on,
    taxes_on,
)
from cpq.tax.regime import RebasedPrice, TaxBasis, TaxMapping, TaxPosition, TaxRegime, rebased
from cpq.tax.table import CHINA_VAT, TaxRate, TaxTable

__all__ = [
    "CHINA_VAT",
    "LineTax",
    "RebasedPrice",
    "TableTaxes",
    "TaxBasis",
    "TaxDifference",
    "TaxFacts",
    "TaxLevel",
    "TaxMapping",
    "TaxPosition",
    "TaxRate",
    "TaxRegime",
    "TaxTable",
    "TaxableLine",
    "TaxedLine",
    "rebased",
    "tax_differences",
    "tax_in",
    "tax_on",
    "taxes_on",
]
