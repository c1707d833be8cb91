"""Ports (端口): what a host may put in place of what is built in, and how the library asks it.

A port is a Protocol: a host's class needs no base class of ours, only the method. What comes back
is checked before anything is built on it, because a cent that an engine invents would otherwise
surface on an invoice. ``cpq.testing`` has the tests with which a host proves its own engine.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from cpq.kernel.errors import Finding, refuse_if
from cpq.kernel.money import plain, rounded, total
from cpq.kernel.text import LocalText
from cpq.tax import TaxableLine, TaxedLine, TaxFacts


class TaxEngine(Protocol):
    """Says what is owed on the lines of a document; ``cpq.tax.TableTaxes`` is built in.

    One ``TaxedLine`` for each line, in the order asked. Amounts have at most ``facts.grid``
    decimals, ``net`` + ``tax`` = ``gross``, and the amount of the line stands: as the ``net`` on
    the basis net, as the ``gross`` on the basis gross. The same question has the same answer.
    What cannot be answered is raised, never guessed.

    >>> class NothingOwed:
    ...     def tax(self, lines, *, facts):
    ...         return [TaxedLine(line=each.line, tax_code=each.tax_code, tax_percent=0,
    ...                           net=each.amount, tax=0, gross=each.amount) for each in lines]
    >>> asked = TaxableLine(line="1", tax_code="EXPORT", quantity=1, amount="99.90")
    >>> taxed_by(NothingOwed(), [asked], facts=TaxFacts(currency="CNY", on="2026-11-21"))[0].gross
    Decimal('99.90')
    """

    def tax(self, lines: Sequence[TaxableLine], *, facts: TaxFacts) -> Sequence[TaxedLine]:
        """The lines with their taxes."""
        ...


def taxed_by(
    engine: TaxEngine, lines: Sequence[TaxableLine], *, facts: TaxFacts
) -> tuple[TaxedLine, ...]:
    """What the engine says is owed, checked.

    Raises ``Refused`` (``tax.engine_broken``) with a finding for each thing that is wrong with the
    answer, all at once; what the engine itself raises passes through.

    >>> from cpq.tax import TableTaxes
    >>> facts = TaxFacts(currency="CNY", on="2026-11-21")
    >>> line = TaxableLine(line="1", tax_code="VAT6", quantity=3, amount="99.90")
    >>> taxed_by(TableTaxes(), [line], facts=facts)[0].tax
    Decimal('5.99')
    """
    answer: object = engine.tax(lines, facts=facts)
    findings = tuple(_wrong(answer, lines, facts))
    refuse_if(
        findings, code="tax.engine_broken", subject="the answer of the tax engine cannot be used"
    )
    assert isinstance(answer, Sequence)
    return tuple(answer)


def _wrong(answer: object, lines: Sequence[TaxableLine], facts: TaxFacts) -> Iterator[Finding]:
    if not isinstance(answer, Sequence):
        found = _kind(answer)
        yield _fault(
            "lines",
            f"found {found} in place of a sequence of TaxedLine",
            f"应返回 TaxedLine 序列，实际为 {found}",
        )
        return
    if len(answer) != len(lines):
        yield _fault(
            "lines",
            f"{len(lines)} lines were asked about and {len(answer)} answered; "
            "answer each line once, in the order asked",
            f"询问了 {len(lines)} 行，返回了 {len(answer)} 行",
        )
        return
    for line, taxed in zip(lines, answer, strict=True):
        yield from _wrong_with(taxed, line, facts)


def _wrong_with(taxed: object, line: TaxableLine, facts: TaxFacts) -> Iterator[Finding]:
    place = f"lines/{line.line}"
    if not isinstance(taxed, TaxedLine):
        found = _kind(taxed)
        yield _fault(
            place, f"found {found} in place of a TaxedLine", f"应为 TaxedLine，实际为 {found}"
        )
        return
    if taxed.line != line.line:
        yield _fault(
            place,
            f"the answer in its place is for line {taxed.line!r}; answer in the order asked",
            f"该位置返回的是第 {taxed.line!r} 行",
        )
        return
    if total((taxed.net, taxed.tax)) != taxed.gross:
        net, tax, gross = map(plain, (taxed.net, taxed.tax, taxed.gross))
        yield _fault(
            place,
            f"net {net} + tax {tax} is not gross {gross}",
            f"未税 {net} + 税额 {tax} 不等于含税 {gross}",
        )
    for name, amount in (("net", taxed.net), ("tax", taxed.tax), ("fixed", taxed.fixed)):
        if rounded(amount, facts.grid) != amount:
            yield _off_grid(place, name, amount, facts)
    kept = taxed.net if line.basis == "net" else taxed.gross
    if kept != line.amount:
        asked, found = plain(line.amount), plain(kept)
        yield _fault(
            place,
            f"the {line.basis} amount is {asked} and must stand; the answer has {found}",
            f"{'未税' if line.basis == 'net' else '含税'}金额应为 {asked}，返回 {found}",
        )


def _off_grid(place: str, name: str, amount: Decimal, facts: TaxFacts) -> Finding:
    found = plain(amount)
    return _fault(
        place,
        f"{name} {found} has more than the {facts.grid} decimals of the document in "
        f"{facts.currency}",
        f"{name} {found} 超出 {facts.currency} 单据的 {facts.grid} 位小数",
    )


def _fault(place: str, en: str, zh: str) -> Finding:
    return Finding(code="tax.engine_broken", place=place, message=LocalText(en=en, zh=zh))


def _kind(value: object) -> str:
    return type(value).__name__
