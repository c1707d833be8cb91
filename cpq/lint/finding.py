"""What the linter says (检查结果): one finding per defect, in two languages, with its figures.

A finding names the rules that make it together, shows the figures of a case in which it happens
and says what to do. It is an ``error`` where a request will be refused or a floor that blocks is
broken, and a ``note`` where everything prices, but hardly as it was meant.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.errors import Finding, Severity
from cpq.kernel.model import added
from cpq.kernel.money import currency_places, plain, rounded_fraction
from cpq.kernel.text import Code, Line, LocalText, legible
from cpq.lint.spans import BEGINNING, END, Span

_PLACES_MAX = 6
_RULE_MAX = 200
_NAMED_MAX = 5


class LintFinding(Finding):
    """A defect of a catalogue: ``rules`` make it together, ``products`` are those it was seen on.

    >>> found = LintFinding(code="lint.cliff", message=LocalText(en="26 cost less than 25"),
    ...                     place="books/LIST/M8 from 26", severity="note",
    ...                     rules=("LIST: M8 from 26",), products=("M8",))
    >>> str(found)
    'books/LIST/M8 from 26: 26 cost less than 25 [lint.cliff]'
    """

    rules: tuple[Line, ...] = added(())
    products: tuple[Code, ...] = added(())


def remark(
    code: str,
    place: str,
    *,
    en: str,
    zh: str,
    severity: Severity = "note",
    rules: Sequence[str] = (),
    products: Sequence[str] = (),
) -> LintFinding:
    """A finding whose texts are one legible line each; a rule is named once."""
    return LintFinding(
        code=code,
        message=LocalText(en=legible(en), zh=legible(zh)),
        place=place,
        severity=severity,
        rules=tuple(legible(rule)[:_RULE_MAX] for rule in dict.fromkeys(rules)),
        products=tuple(products),
    )


def money(value: Fraction, currency: str) -> str:
    """An amount for people: the currency's decimals or as many more as it needs, at most six.

    >>> money(Fraction(2250), "CNY"), money(Fraction(1, 8), "CNY"), money(Fraction(1, 3), "JPY")
    ('2,250.00', '0.125', '0.333333')
    """
    figure = _shown(value, currency_places(currency))
    return f"{figure:,f}"


def count(value: Fraction) -> str:
    """A quantity or a percentage for people: as few decimals as it needs, at most six.

    >>> count(Fraction(26)), count(Fraction(5, 2))
    ('26', '2.5')
    """
    if value.denominator == 1:
        return str(value.numerator)
    return plain(_shown(value, 0)).rstrip("0")


def _shown(value: Fraction, least: int) -> Decimal:
    """With as few decimals as it needs, from ``least`` on."""
    places = least
    while places < _PLACES_MAX and 10**places % value.denominator:
        places += 1
    return rounded_fraction(value, places)


def listed(codes: Sequence[str]) -> str:
    """The first few of many codes.

    >>> listed(["A", "B"]), listed("ABCDEFG")
    ('A, B', 'A, B, C, D, E, …')
    """
    shown = ", ".join(codes[:_NAMED_MAX])
    return f"{shown}, …" if len(codes) > _NAMED_MAX else shown


def told(span: Span, home: tzinfo) -> LocalText:
    """A span in words, both days inclusive: ``from 2026-07-01 to 2026-07-14``.

    >>> from datetime import UTC
    >>> whole = (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))
    >>> told(whole, UTC).en, told((BEGINNING, END), UTC).en
    ('from 2026-07-01 to 2026-07-14', 'at any time')
    """
    first = None if span[0] == BEGINNING else _moment(span[0], home)
    last = None if span[1] == END else _moment(span[1], home, last=True)
    if first and last:
        return LocalText(en=f"from {first} to {last}", zh=f"{first} 至 {last}")
    if first:
        return LocalText(en=f"from {first} on", zh=f"自 {first} 起")
    if last:
        return LocalText(en=f"until {last}", zh=f"至 {last} 止")
    return LocalText(en="at any time", zh="任何时候")


def _moment(at: datetime, home: tzinfo, *, last: bool = False) -> str:
    local = at.astimezone(home)
    midnight = not (local.hour or local.minute or local.second or local.microsecond)
    if not midnight:
        return local.isoformat(timespec="minutes")
    return (local - timedelta(days=1) if last else local).date().isoformat()
