"""What a tax engine must do, as tests to run on one's own (计税引擎契约)."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from cpq.kernel.errors import DomainError
from cpq.kernel.money import product, quantum, total
from cpq.ports import TaxEngine, taxed_by
from cpq.tax import TaxableLine, TaxedLine, TaxFacts

_MINOR = (1, 7, 99, 100, 3333, 123456, 99999999)
"""Amounts in minor units: one, ties and spare cents of common rates, a large one."""


class TaxEngineContract:
    """Tests of a tax engine; give a fixture ``engine``, and ``codes`` and ``facts`` of your own.

    ``codes`` are tax codes that the engine knows, ``facts`` a document that it may be asked about.
    """

    codes: ClassVar[tuple[str, ...]] = ("VAT13", "VAT6")
    facts: ClassVar[TaxFacts] = TaxFacts(currency="CNY", on=date(2026, 11, 21), country="CN")

    def test_each_line_is_answered(self, engine: TaxEngine) -> None:
        """In the order asked, on the grid, net and tax adding up to the gross; see ``taxed_by``."""
        assert len(self._taxed(engine, self._lines())) == len(self._lines())

    def test_no_lines_owe_nothing(self, engine: TaxEngine) -> None:
        """A document without lines has an answer too."""
        assert self._taxed(engine, ()) == ()

    def test_the_same_question_has_the_same_answer(self, engine: TaxEngine) -> None:
        """A document that is priced again gives the same bytes."""
        lines = self._lines()
        assert self._taxed(engine, lines) == self._taxed(engine, lines)

    def test_the_order_of_lines_changes_no_total(self, engine: TaxEngine) -> None:
        """Whoever sorts the lines of a quote pays the same tax."""
        lines = self._lines()
        totals = _totals(self._taxed(engine, lines))
        assert _totals(self._taxed(engine, lines[::-1])) == totals
        assert _totals(self._taxed(engine, (*lines[3:], *lines[:3]))) == totals

    def test_what_comes_back_mirrors_what_was_sold(self, engine: TaxEngine) -> None:
        """The same lines with the other sign take all of the tax back."""
        lines = self._lines()
        back = tuple(line.with_(amount=-line.amount, quantity=-line.quantity) for line in lines)
        sold = [(line.net, line.tax, line.gross) for line in self._taxed(engine, lines)]
        returned = [(-line.net, -line.tax, -line.gross) for line in self._taxed(engine, back)]
        assert returned == sold

    def test_a_line_that_is_given_away_is_answered(self, engine: TaxEngine) -> None:
        """An amount of 0 is a line as any other; a tax per unit is owed on it."""
        free = self._line("1", self.codes[0], Decimal(0))
        (taxed,) = self._taxed(engine, (free,))
        assert taxed.tax == taxed.fixed

    def test_a_gross_amount_holds_its_tax(self, engine: TaxEngine) -> None:
        """What is reckoned up from a net is found again inside its gross, but for one cent."""
        for code in self.codes:
            (up,) = self._taxed(engine, (self._line("1", code, Decimal(100)),))
            asked = self._line("1", code, up.gross).with_(basis="gross")
            (down,) = self._taxed(engine, (asked,))
            assert abs(down.tax - up.tax) <= quantum(self.facts.grid), code

    def test_an_unknown_code_is_refused(self, engine: TaxEngine) -> None:
        """An engine that guesses would charge the wrong tax in silence."""
        refused = False
        try:
            engine.tax((self._line("1", "NO-SUCH-TAX-CODE", Decimal(1)),), facts=self.facts)
        except DomainError:
            refused = True
        assert refused, "a tax code that the engine does not know was taxed"

    def _taxed(self, engine: TaxEngine, lines: tuple[TaxableLine, ...]) -> tuple[TaxedLine, ...]:
        return taxed_by(engine, lines, facts=self.facts)

    def _lines(self) -> tuple[TaxableLine, ...]:
        """Every code at every amount, on both bases, with some that come back among them."""
        step = quantum(self.facts.grid)
        lines: list[TaxableLine] = []
        for code in self.codes:
            for minor in (*_MINOR, -1, -3333):
                net = self._line(str(len(lines) + 1), code, product(Decimal(minor), step))
                lines += [net, net.with_(line=f"{net.line}.1", basis="gross")]
        return tuple(lines)

    def _line(self, number: str, code: str, amount: Decimal) -> TaxableLine:
        quantity = -1 if amount < 0 else 1
        return TaxableLine(line=number, tax_code=code, quantity=quantity, amount=amount)


def _totals(lines: tuple[TaxedLine, ...]) -> tuple[Decimal, ...]:
    return (
        total(line.net for line in lines),
        total(line.tax for line in lines),
        total(line.gross for line in lines),
    )
