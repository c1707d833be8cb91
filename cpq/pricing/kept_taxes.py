"""What a host's tax engine said, asked once more (计税结果): read off the lines that kept it.

An engine of another company may be gone, or know other rates by now. What it said of an offer is
what the offer says, so a replay asks the offer.
"""

from collections.abc import Sequence

from cpq.kernel.errors import Refused
from cpq.kernel.money import plain
from cpq.tax import TaxableLine, TaxedLine, TaxFacts
from cpq.waterfall import Pricing


class KeptTaxes:
    """A tax engine that answers as another one did: from the lines of a pricing.

    >>> from cpq.waterfall import PricedLine
    >>> from types import SimpleNamespace
    >>> line = PricedLine(number="1", product="M8", name="Bolt", quantity=200, unit="pc",
    ...                   currency="CNY", list_price="0.30", unit_price="0.30",
    ...                   list_amount="60.00", amount="60.00", discount="0.00", net="60.00",
    ...                   tax_code="EXPORT", tax_percent=0, tax="0.00", gross="60.00")
    >>> asked = TaxableLine(line="1", tax_code="VAT13", quantity=200, amount="60.00")
    >>> engine = KeptTaxes(SimpleNamespace(lines=(line,)))
    >>> engine.tax([asked], facts=TaxFacts(currency="CNY", on="2026-11-21"))[0].tax_code
    'EXPORT'
    """

    def __init__(self, pricing: Pricing) -> None:
        self._lines = {line.number: line for line in pricing.lines}

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> Sequence[TaxedLine]:
        """The lines with the taxes that were kept. Raises ``Refused`` (``replay.never_taxed``)."""
        return [self._answer(line, facts.currency) for line in lines]

    def _answer(self, asked: TaxableLine, currency: str) -> TaxedLine:
        kept = self._lines.get(asked.line)
        amount = None if kept is None else kept.net if kept.basis == "net" else kept.gross
        if kept is None or kept.basis != asked.basis or amount != asked.amount:
            was = "is new" if amount is None else f"was taxed on {plain(amount)}"
            raise Refused(
                "replay.never_taxed",
                f"line {asked.line} {was} and now comes to {plain(asked.amount)} {currency}, of "
                "which the host's tax engine never spoke; give that engine with taxes=",
                line=asked.line,
                amount=asked.amount,
            )
        return TaxedLine.built(
            {
                "line": kept.number,
                "tax_code": kept.tax_code,
                "tax_percent": kept.tax_percent,
                "net": kept.net,
                "tax": kept.tax,
                "gross": kept.gross,
                "fixed": kept.tax_fixed,
            }
        )
