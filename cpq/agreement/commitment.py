"""Drawing on commitments (承诺量核减): who gets the agreed price where it does not suffice for all.

Lines that draw on one commitment are served in an order made of what they are (product, unit,
prices, quantity from large to small), never of where they stand: permuting the lines of a document
changes no total. A document that is priced reserves nothing. What an order draws is a *fact* that
the host keeps; a cancellation is a fact that mirrors it; what remains is what was committed less
the sum of the facts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from cpq.agreement.model import Commitment, PriceAgreement
from cpq.agreement.outcome import Agreed
from cpq.kernel.errors import Conflict, Finding, Refused, Severity
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    Exact,
    Rounding,
    RoundingPolicy,
    difference,
    plain,
    product,
    rounded,
    rounded_fraction,
    total,
)
from cpq.kernel.text import Code, Line, LocalText, Number

_QUANTITY_PLACES = 9
_NOTHING = Decimal(0)
_LINES_SHOWN = 5


class Demand(NamedTuple):
    """A line that an agreement prices: ``quantity`` in ``unit``, whose least step is ``step``.

    ``price`` is the agreed price of one ``unit``, ``book`` what the rest would cost (``None``:
    nothing says). A quantity below 0 is a return.
    """

    line: str
    agreed: Agreed
    product: str
    unit: str
    quantity: Decimal
    step: Decimal
    price: Fraction
    book: Fraction | None = None


class Portion(NamedTuple):
    """How much of a line is at the agreed price, how much at book, and what it takes of which
    commitment (``""``: of none), in the measure of that; a return gives back what is below 0.
    """

    line: str
    agreement: str
    commitment: str
    agreed: Decimal
    book: Decimal
    taken: Decimal


class Taken(Frozen):
    """What a line takes of a commitment once it is ordered, as a pricing keeps it.

    >>> Taken(line="1", agreement="FW-1", commitment="1", taken=40).taken
    Decimal('40')
    """

    line: Line
    agreement: Code
    commitment: Code
    taken: Exact


class Shared(NamedTuple):
    """A portion for each line, in the order of the lines, and what is to be said about it."""

    portions: tuple[Portion, ...]
    findings: tuple[Finding, ...]


class Drawdown(Frozen):
    """What a line of a document took of a commitment (核减), as a fact; below 0 it gave back.

    ``consume`` is an order's, ``reserve`` that of a quote whose host wants it. ``reverses`` marks
    the mirror of a fact that was cancelled.

    >>> Drawdown(agreement="FW-1", commitment="1", document="SO-1", line="1", taken=40,
    ...          on="2026-11-29").taken
    Decimal('40')
    """

    kind: Literal["consume", "reserve"] = "consume"
    agreement: Code
    commitment: Code
    document: Number
    line: Line
    taken: Exact
    on: date
    reverses: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it this fact: kept twice, it counts once."""
        undone = "reversed" if self.reverses else ""
        return (self.agreement, self.commitment, self.kind, self.document, self.line, undone)


def shared(demands: Sequence[Demand], *, currency: str, policy: RoundingPolicy) -> Shared:
    """What remains of each commitment, shared over the lines that draw on it.

    Beyond it, ``block`` is a finding that is an error, ``warn`` a note, and ``book`` prices the
    rest of the line at book: at the agreed price is then the largest quantity on the grid of the
    line's unit that what remains suffices for. Quantities are counted to nine decimals of the unit
    committed to, amounts rounded as ``policy`` does in ``currency``. Returns have the agreed price
    and leave what remains to the others as it was.
    """
    portions: dict[int, Portion] = {}
    findings: list[Finding] = []
    pools: dict[tuple[str, str], list[int]] = {}
    for place, demand in enumerate(demands):
        pool = demand.agreed.commitment
        code = demand.agreed.agreement.code
        if pool is None:
            portions[place] = Portion(demand.line, code, "", demand.quantity, _NOTHING, _NOTHING)
        else:
            pools.setdefault((code, pool.code), []).append(place)
    for _, places in sorted(pools.items()):
        places.sort(key=lambda place: _content(demands[place]))
        rows = [demands[place] for place in places]
        served, said = _served(rows, currency=currency, policy=policy)
        portions.update(zip(places, served, strict=True))
        findings += said
    return Shared(tuple(portions[place] for place in range(len(demands))), tuple(findings))


def drawn(
    agreement: PriceAgreement,
    portions: Iterable[Portion | Taken],
    *,
    document: str,
    on: date,
    kind: Literal["consume", "reserve"] = "consume",
) -> tuple[Drawdown, ...]:
    """The facts that a document leaves on the commitments of one agreement, one per line.

    >>> agreement = PriceAgreement(code="FW-1", price_book="LIST")
    >>> portion = Portion("1", "FW-1", "1", Decimal(40), Decimal(0), Decimal(40))
    >>> [str(fact.taken) for fact in drawn(agreement, [portion], document="SO-1",
    ...                                    on=date(2026, 11, 29))]
    ['40']
    """
    return tuple(
        Drawdown(
            kind=kind,
            agreement=agreement.code,
            commitment=portion.commitment,
            document=document,
            line=portion.line,
            taken=portion.taken,
            on=on,
        )
        for portion in portions
        if portion.agreement == agreement.code and portion.commitment and portion.taken
    )


def given_back(fact: Drawdown, *, on: date) -> Drawdown:
    """The mirror of a fact whose document was cancelled, or whose reservation ended.

    Raises ``Refused`` (``drawdown.not_reversible``) for a mirror: to draw again is a new fact.

    >>> fact = Drawdown(agreement="FW-1", commitment="1", document="SO-1", line="1", taken=40,
    ...                 on="2026-11-29")
    >>> given_back(fact, on=date(2026, 12, 3)).taken
    Decimal('-40')
    """
    if fact.reverses:
        raise Refused(
            "drawdown.not_reversible",
            f"the drawdown of {fact.document} line {fact.line} on agreement {fact.agreement!r} is "
            "itself a reversal; record a new drawdown under a new document number",
            document=fact.document,
        )
    return fact.with_(taken=product(fact.taken, Decimal(-1)), on=on, reverses=True)


def after(agreement: PriceAgreement, facts: Iterable[Drawdown]) -> PriceAgreement:
    """The agreement with what the facts drew on its commitments; those of others are left out.

    The order of the facts does not matter and one that comes twice counts once. Raises ``Conflict``
    (``drawdown.conflict``) where the same line drew twice and differently, ``Refused``
    (``drawdown.exceeds_consumed``) where more came back than was drawn, ``NotFound``
    (``commitment.unknown``).

    >>> from cpq.agreement.model import AgreedPrice
    >>> pool = Commitment(committed=100)
    >>> agreement = PriceAgreement(code="FW-1", currency="CNY", customer="C-1", lines=(
    ...     AgreedPrice(product="M8", price="0.30", commitment=pool),))
    >>> fact = Drawdown(agreement="FW-1", commitment="1", document="SO-1", line="1", taken=40,
    ...                 on="2026-11-29")
    >>> str(after(agreement, [fact]).commitment("1").remaining)
    '60'
    """
    kept: dict[tuple[str, ...], Drawdown] = {}
    for fact in facts:
        if fact.agreement == agreement.code and kept.setdefault(fact.key, fact) != fact:
            raise Conflict(
                "drawdown.conflict",
                f"{fact.document} line {fact.line} took {plain(kept[fact.key].taken)} of agreement "
                f"{agreement.code!r} and then {plain(fact.taken)}; reverse the first, and give the "
                "second a document number of its own",
                document=fact.document,
            )
    for code in sorted({fact.commitment for fact in kept.values()}):
        _ = agreement.commitment(code)  # a fact on a commitment that is not there is not lost
    pools = {pool.code: _drawn_on(agreement, pool, kept.values()) for pool in agreement.commitments}
    return agreement.with_(
        lines=tuple(
            line if line.commitment is None else line.with_(commitment=pools[line.commitment.code])
            for line in agreement.lines
        )
    )


def _drawn_on(agreement: PriceAgreement, pool: Commitment, facts: Iterable[Drawdown]) -> Commitment:
    own = [fact for fact in facts if fact.commitment == pool.code]
    consumed = total((pool.consumed, *(fact.taken for fact in own if fact.kind == "consume")))
    reserved = total((pool.reserved, *(fact.taken for fact in own if fact.kind == "reserve")))
    for left, what in ((consumed, "consumed"), (reserved, "reserved")):
        if left < 0:
            raise Refused(
                "drawdown.exceeds_consumed",
                f"agreement {agreement.code!r}, commitment {pool.code!r}: "
                f"{plain(left.copy_abs())} more came back than was {what}; correct the facts that "
                "give back",
                agreement=agreement.code,
            )
    return pool.with_(consumed=consumed, reserved=reserved)


def _content(demand: Demand) -> tuple[str, str, Fraction, Fraction, Decimal]:
    """What a line is, whatever its number: lines that are alike here are interchangeable."""
    book = Fraction(-1) if demand.book is None else demand.book
    return (demand.product, demand.unit, demand.price, book, demand.quantity.copy_negate())


def _served(
    demands: Sequence[Demand], *, currency: str, policy: RoundingPolicy
) -> tuple[list[Portion], list[Finding]]:
    """The lines of one commitment in their order: what each gets, and what is to be said."""
    agreement = demands[0].agreed.agreement
    pool = demands[0].agreed.commitment
    assert pool is not None
    counted = pool.measure == "quantity"
    places = _QUANTITY_PLACES if counted else policy.places_for(currency)

    def measured(quantity: Decimal, per: Fraction) -> Decimal:
        value = Fraction(quantity) * per
        return _count(value) if counted else rounded_fraction(value, places, policy.mode)

    left = max(pool.remaining, _NOTHING)
    asked = _NOTHING
    portions: list[Portion] = []
    for demand in demands:
        per = demand.agreed.scale if counted else demand.price
        quantity = demand.quantity
        whole = measured(quantity, per)
        if quantity > 0:
            asked = total((asked, whole))
        if pool.over == "book" and quantity > 0:
            room = rounded(left, places, Rounding.DOWN)
            quantity = quantity if whole <= room else _sufficing(demand, per, room=room)
        taken = measured(quantity, per)
        if quantity > 0:
            left = difference(left, taken)
        rest = difference(demand.quantity, quantity)
        portions.append(Portion(demand.line, agreement.code, pool.code, quantity, rest, taken))
    if asked <= max(pool.remaining, _NOTHING):
        return portions, []
    drawing = [demand.line for demand in demands if demand.quantity > 0]
    lines = ", ".join((*drawing[:_LINES_SHOWN], *(["…"] if drawing[_LINES_SHOWN:] else [])))
    return portions, [_beyond(agreement, pool, asked, lines=lines)]


def _count(value: Fraction) -> Decimal:
    """A quantity with as many decimals as it needs, at most nine, the rest cut off: what is counted
    is never more than what there is.
    """
    exact = (places for places in range(_QUANTITY_PLACES) if not 10**places % value.denominator)
    return rounded_fraction(value, next(exact, _QUANTITY_PLACES), Rounding.DOWN)


def _sufficing(demand: Demand, per: Fraction, *, room: Decimal) -> Decimal:
    """The largest quantity on the unit's grid that ``room`` suffices for."""
    steps = Fraction(room) / per // Fraction(demand.step)
    return product(demand.step, Decimal(steps))


def _beyond(agreement: PriceAgreement, pool: Commitment, asked: Decimal, *, lines: str) -> Finding:
    needed, actual = plain(asked), plain(max(pool.remaining, _NOTHING))
    of = f"{plain(pool.committed)}{f' {agreement.currency}' if pool.measure == 'amount' else ''}"
    en = f"agreement {agreement.code!r} has {actual} left of {of} and lines {lines} draw {needed}"
    zh = f"协议 {agreement.code!r} 承诺 {of}，剩余 {actual}，第 {lines} 行需要 {needed}"
    if pool.over == "book":
        return Finding(
            code="commitment.remainder_at_book",
            place=f"agreements/{agreement.code}",
            message=LocalText(
                en=f"{en}; the rest is priced at book", zh=f"{zh}；超出部分按价目表计价"
            ),
            severity="note",
        )
    blocks = pool.over == "block"
    severity: Severity = "error" if blocks else "note"
    en_end = "ask for less, or extend the agreement" if blocks else "the agreed price still holds"
    zh_end = "请减少数量或续签协议" if blocks else "仍按协议价计价"
    return Finding(
        code="commitment.exceeded",
        place=f"agreements/{agreement.code}",
        message=LocalText(en=f"{en}; {en_end}", zh=f"{zh}；{zh_end}"),
        severity=severity,
    )
