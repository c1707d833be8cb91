"""The trace of a price (计价追溯): one row per rule that was looked at, applied or refused.

A price that nobody can explain is a price that nobody may give. Each row names the rule, what it
needed, what it found and what it made of the price; rules that were refused stand there too. A row
that was applied carries its *effect*, so that the rows of a line, applied one after the other to
nothing, give its price again: ``replayed`` does that, and a law holds it to the cent.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact
from cpq.kernel.ratio import Ratio
from cpq.kernel.text import Code, Line, LocalText
from cpq.plan import PricePoint

EffectKind = Literal["set", "percent", "add", "times", "at_least", "at_most"]


class Effect(Frozen):
    """What an applied rule does to the running figure, exactly.

    ``set`` makes it the value, ``percent`` adds so many percent of it (−8 is 8 % off), ``add`` and
    ``times`` say what they do, ``at_least`` and ``at_most`` are a floor and a ceiling.

    >>> Effect(kind="percent", value=-8).on(Fraction(100))
    Fraction(92, 1)
    """

    kind: EffectKind
    value: Ratio

    def on(self, running: Fraction | None) -> Fraction:
        """The running figure after the effect; only ``set`` may be the first."""
        if self.kind == "set":
            return self.value
        assert running is not None, f"{self.kind} needs a figure to act on"
        if self.kind == "percent":
            return running * (100 + self.value) / 100
        if self.kind == "add":
            return running + self.value
        if self.kind == "times":
            return running * self.value
        return max(running, self.value) if self.kind == "at_least" else min(running, self.value)


class Step(Frozen):
    """One row of the trace.

    ``rule`` is what ``why_not`` and ``what_would_trigger`` are asked with, ``name`` how people
    read it. ``before`` and ``after`` are prices per unit at the points up to ``manual`` and
    amounts of the line from ``promotion`` on, at most six decimals shown; ``effect`` is exact. A
    rule that was not applied says what it ``needed`` and what it found (``actual``); ``basis``
    names what was counted where that is not the line alone.

    >>> Step(point="book", rule="VIP: machines from 10", applied=False, reason="quantity_below",
    ...      needed="10", actual="8").applied
    False
    """

    point: PricePoint
    rule: Line
    applied: bool
    reason: Code
    needed: Line = ""
    actual: Line = ""
    before: Exact | None = None
    after: Exact | None = None
    name: LocalText = added(LocalText())
    effect: Effect | None = added(None)
    basis: Line = added("")

    def named(self, rule: str) -> bool:
        """Whether the row is of a rule: by its whole name, or by that of the book it stands in; an
        attribute price by its own code, too.
        """
        if self.rule == rule or self.rule.startswith(f"{rule}:"):
            return True
        return self.point == "attribute" and self.rule.endswith(f": {rule}")

    def title(self, locale: str = "en") -> str:
        """The rule as people read it."""
        return self.name.in_(locale) or self.rule


def replayed(steps: Iterable[Step], running: Fraction | None = None) -> Fraction | None:
    """The figure that the applied rows make, one after the other; ``None`` where none acts.

    Rows of the point ``cost`` are of another figure and left out.

    >>> rows = (Step(point="list", rule="LIST: M8", applied=True, reason="applied",
    ...              effect=Effect(kind="set", value="100")),
    ...         Step(point="book", rule="VIP: M8", applied=True, reason="applied",
    ...              effect=Effect(kind="percent", value=-8)))
    >>> replayed(rows)
    Fraction(92, 1)
    """
    for step in steps:
        if step.effect is not None and step.applied and step.point != "cost":
            running = step.effect.on(running)
    return running
