"""What an agreed price makes of the prices of list and book, and the rows it leaves in the trace.

The lookup says which line wins; what comes out depends on the prices that the books gave. A fixed
price takes their place, a percentage is taken off one of them, a highest price bounds them. A
campaign bounds them whatever it says: it never makes anything dearer.
"""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.agreement.model import AgreedPrice, Commitment, PriceAgreement
from cpq.kernel.money import plain, rounded_fraction
from cpq.kernel.text import LocalText, legible
from cpq.trace import Effect, Step

_SHOWN_PLACES = 6
_RULE_MAX = 200


class Agreed(NamedTuple):
    """The line of an agreement that wins a product.

    One asked unit is ``scale`` of the unit that the line is written in. ``rank`` says how near the
    agreement is to the customer; ``cascaded`` that it was agreed for a product above this one.
    """

    agreement: PriceAgreement
    line: AgreedPrice
    scale: Fraction
    rank: tuple[int, int]
    cascaded: bool = False

    @property
    def carries(self) -> bool:
        """Whether it holds for the components below what it prices, too."""
        return self.agreement.cascade and self.line.is_percentage

    @property
    def commitment(self) -> Commitment | None:
        """What the line draws on; a component draws nothing of what its whole was promised."""
        return None if self.cascaded else self.line.commitment


class Contracted(NamedTuple):
    """What a unit costs after agreements (``None``: there is no price), exactly, and why.

    ``agreed`` is the line that made the price, ``None`` where the book's price stays.
    """

    price: Fraction | None
    agreed: Agreed | None
    steps: tuple[Step, ...]

    @property
    def promotable(self) -> bool:
        """Whether promotions may act on the line."""
        return self.agreed is None or self.agreed.agreement.promotable


class Candidates(NamedTuple):
    """Who wins a product, if anybody, and a row for each line that does not."""

    winner: Agreed | None
    lost: tuple[Step, ...]

    def on(self, *, list_price: Fraction | None, book_price: Fraction | None) -> Contracted:
        """What the winner makes of the prices per asked unit; ``None`` where a book has none.

        A fixed price needs neither; a percentage needs what it is off, a campaign and a highest
        price what they bound. Where that is missing they make no price.

        >>> ten = Agreed(PriceAgreement(code="FW-1", customer="C-1", lines=(
        ...     AgreedPrice(product="M8", percent_off_book=10),)), AgreedPrice(product="M8",
        ...     percent_off_book=10), Fraction(1), (0, 0))
        >>> made = Candidates(ten, ()).on(list_price=Fraction(10), book_price=Fraction(8))
        >>> made.price, made.steps[-1].rule
        (Fraction(36, 5), 'FW-1: M8')
        """
        if self.winner is None:
            return Contracted(book_price, None, self.lost)
        price, step = _made(self.winner, list_price, book_price)
        agreed = self.winner if step.applied else None
        return Contracted(price, agreed, (*self.lost, step))


def carried(winner: Agreed | None, above: Agreed | None) -> Agreed | None:
    """What goes on from a product to the components below it: its own winner where that cascades,
    else what came from above.
    """
    return winner if winner is not None and winner.carries else above


def lost_row(
    agreement: PriceAgreement, line: AgreedPrice, *, reason: str, needed: str = "", actual: str = ""
) -> Step:
    """The row of a line that does not win."""
    return Step(
        point="contracted",
        rule=_rule(agreement, line),
        name=_name(agreement, line),
        applied=False,
        reason=reason,
        needed=needed[:_RULE_MAX],
        actual=actual[:_RULE_MAX],
    )


def _made(
    winner: Agreed, listed: Fraction | None, book: Fraction | None
) -> tuple[Fraction | None, Step]:
    agreement, line = winner.agreement, winner.line
    kind = line.said[0]
    bounds = agreement.is_campaign or kind == "not_above"
    wanted, effect = _wanted(winner, listed, book)
    if wanted is None or (bounds and book is None):
        base = "list" if kind == "percent_off_list" and listed is None else "book"
        return None, lost_row(agreement, line, reason="no_price", needed=base)
    if bounds and book is not None:
        if wanted >= book:
            needed, actual = plain(_shown(book)), plain(_shown(wanted))
            return book, lost_row(agreement, line, reason="not_lower", needed=needed, actual=actual)
        if kind != "percent_off_book":
            effect = Effect(kind="at_most", value=wanted)
    step = Step(
        point="contracted",
        rule=_rule(agreement, line),
        name=_name(agreement, line),
        applied=True,
        reason="cascaded" if winner.cascaded else "applied",
        before=None if book is None else _shown(book),
        after=_shown(wanted),
        effect=effect,
    )
    return wanted, step


def _wanted(
    winner: Agreed, listed: Fraction | None, book: Fraction | None
) -> tuple[Fraction | None, Effect | None]:
    """What the line alone would make it, and the effect that says so."""
    kind, value = winner.line.said
    left = (100 - Fraction(value)) / 100
    if kind == "percent_off_book":
        price = None if book is None else book * left
        return price, Effect(kind="percent", value=-Fraction(value))
    if kind == "percent_off_list":
        price = None if listed is None else listed * left
    else:
        price = Fraction(value) * winner.scale
    return price, None if price is None else Effect(kind="set", value=price)


def _rule(agreement: PriceAgreement, line: AgreedPrice) -> str:
    return f"{agreement.code}: {line.scope.en}"[:_RULE_MAX]


def _name(agreement: PriceAgreement, line: AgreedPrice) -> LocalText:
    words = line.words
    return LocalText(
        en=legible(f"{agreement.name.in_('en') or agreement.code}: {words.en}"),
        zh=legible(f"{agreement.name.in_('zh') or agreement.code}：{words.zh}"),
    )


def _shown(value: Fraction) -> Decimal:
    return rounded_fraction(value, _SHOWN_PLACES)
