"""The statement of a funder (费用对账单): what was claimed, reversed and settled, what is owed."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, Number, number_key
from revenue.application import Reversal
from revenue.claim.fact import Claim, ClaimReversal, ClaimSettlement

ClaimFact = Claim | ClaimReversal | ClaimSettlement


class FunderRow(Frozen):
    """One fact on a statement: ``amount`` raises or lowers what the funder owes, ``balance`` is
    what it owes after it, in the same currency; below 0 it is owed that much.
    """

    on: date
    kind: Code
    number: Number
    promotion: Code
    reference: Line = ""
    amount: Money
    balance: Money


class FunderSum(Frozen):
    """One promotion, or all together, in one currency: ``opening`` + ``claimed`` − ``reversed``
    − ``settled`` = ``closing``.
    """

    promotion: Line = ""
    opening: Money
    claimed: Money
    reversed: Money
    settled: Money
    closing: Money


class FunderStatement(Frozen):
    """The statement of one funder from ``since`` (``None``: the first fact) to ``until``
    (``None``: the last), both inclusive.

    ``totals`` has one row per currency, ``promotions`` one per promotion and currency, by code.
    """

    funder: Code
    since: date | None
    until: date | None
    rows: tuple[FunderRow, ...]
    promotions: tuple[FunderSum, ...]
    totals: tuple[FunderSum, ...]


class _Change(NamedTuple):
    fact: ClaimFact | Reversal
    claim: Claim
    column: str
    amount: Money
    reference: str


def funder_statement(
    facts: Iterable[object],
    funder: str,
    *,
    since: date | None = None,
    until: date | None = None,
) -> FunderStatement:
    """The statement of a funder from the facts of a ledger; facts of other kinds are passed over.

    Rows come by day, and within a day as recorded.

    >>> from revenue.claim.fact import ClaimLine
    >>> claim = Claim(number="CL-1", funder="ACME", promotion="AUTUMN", contract="HT-1",
    ...     document="INV-1", on=date(2026, 12, 1), lines=(
    ...         ClaimLine(line="1", tax_code="VAT13", amount=Money("30", "CNY")),))
    >>> paid = ClaimSettlement(number="S-1", claim="CL-1", funder="ACME", contract="HT-1",
    ...     means="cash", on=date(2027, 1, 5), amount=Money("20", "CNY"))
    >>> total, = funder_statement([claim, paid], "ACME", since=date(2027, 1, 1)).totals
    >>> total.opening, total.settled, total.closing
    (Money('30.00', 'CNY'), Money('20.00', 'CNY'), Money('10.00', 'CNY'))
    """
    changes = sorted(_changes(facts, number_key(funder)), key=lambda change: change.fact.on)
    held = [change for change in changes if until is None or change.fact.on <= until]
    rows: list[FunderRow] = []
    owed: dict[str, Money] = {}
    sums: dict[tuple[str, str], dict[str, Money]] = {}
    totals: dict[tuple[str, str], dict[str, Money]] = {}
    for change in held:
        code = change.amount.code
        owed[code] = owed.get(code, Money.zero(code)) + change.amount
        opening = since is not None and change.fact.on < since
        for table, name in ((sums, change.claim.promotion), (totals, "")):
            _add(table.setdefault((name, code), {}), change, opening=opening)
        if not opening:
            rows.append(
                FunderRow(
                    on=change.fact.on,
                    kind=change.fact.kind,
                    number=change.fact.number,
                    promotion=change.claim.promotion,
                    reference=change.reference,
                    amount=change.amount,
                    balance=owed[code],
                )
            )
    return FunderStatement(
        funder=funder,
        since=since,
        until=until,
        rows=tuple(rows),
        promotions=_summed(sums),
        totals=_summed(totals),
    )


def funder_statements(
    facts: Iterable[object], *, since: date | None = None, until: date | None = None
) -> tuple[FunderStatement, ...]:
    """The statement of every funder on whom something was claimed up to a day, by code.

    >>> from revenue.claim.fact import ClaimLine
    >>> line = ClaimLine(line="1", tax_code="VAT13", amount=Money("30", "CNY"))
    >>> every = [Claim(number=f"CL-{day}", funder=funder, promotion="AUTUMN", contract="HT-1",
    ...                document="INV-1", on=date(2026, 12, day), lines=(line,))
    ...          for day, funder in ((1, "LUMEN"), (2, "ACME"))]
    >>> [(each.funder, str(each.totals[0].closing)) for each in funder_statements(every)]
    [('ACME', '30.00 CNY'), ('LUMEN', '30.00 CNY')]
    """
    own: dict[str, list[object]] = {}
    names: dict[str, str] = {}
    settled: dict[str, str] = {}
    for fact in facts:
        match fact:
            case Claim() | ClaimReversal() | ClaimSettlement():
                key = number_key(fact.funder)
                names.setdefault(key, fact.funder)
                own.setdefault(key, []).append(fact)
                if isinstance(fact, ClaimSettlement):
                    settled[number_key(fact.number)] = key
            case Reversal() if number_key(fact.reverses) in settled:
                own[settled[number_key(fact.reverses)]].append(fact)
            case _:
                pass
    found = (
        funder_statement(own[key], names[key], since=since, until=until) for key in sorted(own)
    )
    return tuple(statement for statement in found if statement.totals)


def _changes(facts: Iterable[object], funder: str) -> Iterable[_Change]:
    """What the facts change in what the funder owes, in the order in which they were recorded."""
    claims: dict[str, Claim] = {}
    settlements: dict[str, ClaimSettlement] = {}
    for fact in facts:
        match fact:
            case Claim() if number_key(fact.funder) == funder:
                claims[number_key(fact.number)] = fact
                yield _Change(fact, fact, "claimed", fact.amount, fact.document)
            case ClaimReversal() if number_key(fact.claim) in claims:
                claim = claims[number_key(fact.claim)]
                yield _Change(fact, claim, "reversed", -fact.amount, fact.document)
            case ClaimSettlement() if number_key(fact.claim) in claims:
                claim = claims[number_key(fact.claim)]
                settlements[number_key(fact.number)] = fact
                yield _Change(fact, claim, "settled", -fact.amount, fact.reference or claim.number)
            case Reversal() if number_key(fact.reverses) in settlements:
                undone = settlements[number_key(fact.reverses)]
                claim = claims[number_key(undone.claim)]
                yield _Change(fact, claim, "settled", undone.amount, undone.number)
            case _:
                pass


def _add(columns: dict[str, Money], change: _Change, *, opening: bool) -> None:
    zero = Money.zero(change.amount.code)
    column, amount = change.column, change.amount
    if opening:
        column = "opening"
    elif column != "claimed":
        amount = -amount
    columns[column] = columns.get(column, zero) + amount
    columns["closing"] = columns.get("closing", zero) + change.amount


def _summed(tables: dict[tuple[str, str], dict[str, Money]]) -> tuple[FunderSum, ...]:
    names = ("opening", "claimed", "reversed", "settled", "closing")
    return tuple(
        FunderSum(
            promotion=promotion,
            **{name: tables[promotion, code].get(name, Money.zero(code)) for name in names},
        )
        for promotion, code in sorted(tables)
    )
