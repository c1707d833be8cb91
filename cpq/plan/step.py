"""Steps of a pricing plan (计价步骤): what each kind makes, out of which price points.

A step declares the points it reads and writes, so that a plan can be judged without pricing
anything. What a kind of step may write, and what it always leaves, stands in one table here.
"""

from collections.abc import Container, Iterable
from typing import Literal, NamedTuple, get_args

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.expression import Expression
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, LocalText

UnitPoint = Literal["cost", "list", "book", "tier", "attribute", "contracted", "special", "manual"]
"""What one unit of a line costs, in the order in which it is found."""

AmountPoint = Literal["promotion", "floor", "net", "tax", "gross"]
"""What a line comes to as a whole."""

PricePoint = Literal[UnitPoint, AmountPoint]
"""A point of the waterfall (价格节点): kept beside the others, never overwritten by the next."""

StepKind = Literal[
    "cost",
    "list",
    "book",
    "attribute",
    "contracted",
    "formula",
    "manual",
    "share",
    "promotion",
    "floor",
    "net",
    "tax",
    "gross",
]
"""What a step does; ``share`` prices a line as a percentage of others (percent of total)."""

UNIT_POINTS: tuple[PricePoint, ...] = get_args(UnitPoint)
POINTS: tuple[PricePoint, ...] = get_args(PricePoint)


class _Trade(NamedTuple):
    """What steps of a kind may write, what of it they always leave, and in which phase."""

    writes: tuple[PricePoint, ...]
    leaves: tuple[PricePoint, ...] = ()
    of_document: bool = False


_TRADES: dict[StepKind, _Trade] = {
    "cost": _Trade(("cost",)),
    "list": _Trade(("list",), ("list",)),
    "book": _Trade(("book", "tier"), ("book",)),
    "attribute": _Trade(("attribute",)),
    "contracted": _Trade(("contracted",)),
    "formula": _Trade(("list", "special"), ("list", "special")),
    "manual": _Trade(("manual",)),
    "share": _Trade(("special", "net"), of_document=True),
    "promotion": _Trade(("promotion",), ("promotion",), of_document=True),
    "floor": _Trade(("floor",), ("floor",), of_document=True),
    "net": _Trade(("net",), ("net",), of_document=True),
    "tax": _Trade(("tax",), ("tax",), of_document=True),
    "gross": _Trade(("gross",), ("gross",), of_document=True),
}


class PlanStep(Frozen):
    """One step: what kind, when (``rank``), for which products, from which points to which.

    ``reads`` are in order of preference: the first that is there is the base. ``uses`` are looked
    at besides, such as the cost by a floor. ``formula`` belongs to the kind ``formula``; a price
    point that it names is among ``reads`` or ``uses``. Without ``products`` and ``categories`` the
    step is for everything. ``combines`` declares that a list price is set on top of the one that
    stands, which the step then reads: their prices add up.

    Refused inside pydantic's ``ValidationError``: ``plan.wrong_point``, ``plan.formula_misplaced``,
    ``plan.undeclared_point``, ``plan.unit_reads_amount``.

    >>> step = PlanStep(code="promotions", rank=80, kind="promotion", reads=("manual", "book"),
    ...                 writes=("promotion",))
    >>> step.base({"list", "book"})
    'book'
    """

    code: Code
    rank: int
    kind: StepKind
    name: LocalText = LocalText()
    reads: tuple[PricePoint, ...] = ()
    uses: tuple[PricePoint, ...] = ()
    writes: tuple[PricePoint, ...] = Field(min_length=1)
    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    formula: Expression | None = None
    combines: bool = False

    @model_validator(mode="after")
    def _can_be_done(self) -> "PlanStep":
        for points in ((*self.reads, *self.uses), self.writes):
            if len(set(points)) < len(points):
                raise ValueError(f"step {self.code!r} names a point twice: {', '.join(points)}")
        if self.combines and not ("list" in self.writes and "list" in self.reads):
            raise ValueError(
                f"step {self.code!r} combines list prices, so it reads list and writes it"
            )
        self._writes_what_its_kind_makes()
        self._declares_what_it_reads()
        return self

    def _writes_what_its_kind_makes(self) -> None:
        allowed = _TRADES[self.kind].writes
        foreign = [point for point in self.writes if point not in allowed]
        if foreign:
            raise Invalid(
                "plan.wrong_point",
                f"step {self.code!r} is of the kind {self.kind} and writes {', '.join(foreign)}; "
                f"a step of that kind writes {' or '.join(allowed)}",
            )
        amounts = [point for point in (*self.reads, *self.uses) if point not in UNIT_POINTS]
        if amounts and any(point in UNIT_POINTS for point in self.writes):
            raise Invalid(
                "plan.unit_reads_amount",
                f"step {self.code!r} writes {', '.join(self.writes)}, a price per unit, and reads "
                f"{', '.join(amounts)}, an amount of the line; let it read unit prices only",
            )

    def _declares_what_it_reads(self) -> None:
        if (self.formula is not None) != (self.kind == "formula"):
            raise Invalid(
                "plan.formula_misplaced",
                f"step {self.code!r} is of the kind {self.kind} and has "
                f"{'no' if self.formula is None else 'a'} formula; steps of the kind formula have "
                "one, no others do",
            )
        named = self.formula.names if self.formula is not None else frozenset()
        silent = [point for point in POINTS if point in named - {*self.reads, *self.uses}]
        if silent:
            raise Invalid(
                "plan.undeclared_point",
                f"the formula of step {self.code!r} names {', '.join(silent)}, which the step does "
                "not declare; add them to uses",
            )

    @property
    def of_document(self) -> bool:
        """Whether the step looks at the document as a whole, after all unit prices are found."""
        return _TRADES[self.kind].of_document

    @property
    def scoped(self) -> bool:
        """Whether the step is for some products only."""
        return bool(self.products or self.categories)

    @property
    def leaves(self) -> tuple[PricePoint, ...]:
        """What of ``writes`` is there after the step wherever it has a base, rule or no rule."""
        return tuple(point for point in self.writes if point in _TRADES[self.kind].leaves)

    def base(self, there: Container[PricePoint]) -> PricePoint | None:
        """The first of ``reads`` that is there; ``None`` where none is."""
        return next((point for point in self.reads if point in there), None)

    def covers(
        self, product: str, *, family: str | None = None, categories: Iterable[str] = ()
    ) -> bool:
        """Whether the step is for a product: by its code, its family's, or one of its categories.

        >>> PlanStep(code="list", rank=1, kind="list", writes=("list",)).covers("M8")
        True
        """
        if not self.scoped:
            return True
        named = product in self.products or family in self.products
        return named or any(code in self.categories for code in categories)
