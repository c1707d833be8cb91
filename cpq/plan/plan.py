"""The pricing plan: its steps in the order of their ranks, and which plan is in force when."""

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from pydantic import Field, field_validator, model_validator

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.period import ALWAYS, Moment, Period
from cpq.kernel.text import Code, LocalText
from cpq.plan.soundness import refuse_two_setters, refuse_unsound
from cpq.plan.step import PlanStep, PricePoint, StepKind


class PricingPlan(Frozen):
    """A named, versioned plan: its steps by rank, in force while its ``period`` holds.

    Refused inside pydantic's ``ValidationError``: ``plan.equal_code``, ``plan.equal_rank``,
    ``plan.unit_after_amount``, ``plan.unwritten_point``, ``plan.two_list_setters``,
    ``plan.no_result`` (nothing gives net, tax and gross for a line on which no optional rule acts),
    ``plan.result_lost``.

    >>> [step.code for step in STANDARD_PLAN.unit_steps]
    ['cost', 'list', 'book', 'attribute', 'contracted', 'manual']
    """

    code: Code
    version: int = Field(default=1, ge=1)
    name: LocalText = LocalText()
    period: Period = ALWAYS
    steps: tuple[PlanStep, ...] = Field(min_length=1)

    @field_validator("steps")
    @classmethod
    def _by_rank(cls, steps: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
        return tuple(sorted(steps, key=attrgetter("rank", "code")))

    @model_validator(mode="after")
    def _can_be_followed(self) -> "PricingPlan":
        refuse_unsound(str(self), self.steps)
        return self

    @cached_property
    def unit_steps(self) -> tuple[PlanStep, ...]:
        """The steps that find the price of one unit, in order: the same for every document."""
        return tuple(step for step in self.steps if not step.of_document)

    @cached_property
    def document_steps(self) -> tuple[PlanStep, ...]:
        """The steps that look at the whole document, in order, after all unit steps."""
        return tuple(step for step in self.steps if step.of_document)

    def step(self, code: str) -> PlanStep:
        """The step of that code. Raises ``KeyError``."""
        return self._by_code[code]

    @cached_property
    def _by_code(self) -> dict[str, PlanStep]:
        return {step.code: step for step in self.steps}

    def __hash__(self) -> int:
        """By name: a plan is a key of what was priced by it, many times for each plan made."""
        return hash((self.code, self.version))

    def __str__(self) -> str:
        return f"{self.code} version {self.version}"


def refuse_two_list_setters(
    plan: PricingPlan, *, product: str, family: str | None = None, categories: Sequence[str] = ()
) -> None:
    """Refuse a product whose list price two steps set: by its own code and by its category, say.

    Which categories a product is in, only the catalogue knows; call this for each product that it
    holds. Raises ``Invalid`` (``plan.two_list_setters``).

    >>> refuse_two_list_setters(STANDARD_PLAN, product="M8", categories=("bolts",))
    """
    covering = [
        step for step in plan.steps if step.covers(product, family=family, categories=categories)
    ]
    refuse_two_setters(str(plan), covering, what=product)


_OF_BOOKS: tuple[PricePoint, ...] = ("tier", "book", "list")
_ADJUSTED: tuple[PricePoint, ...] = ("attribute", *_OF_BOOKS)
_AGREED: tuple[PricePoint, ...] = ("contracted", *_ADJUSTED)
_ASKED: tuple[PricePoint, ...] = ("manual", "special", *_AGREED)
_Points = tuple[PricePoint, ...]
_STANDARD: tuple[tuple[str, StepKind, str, _Points, _Points, _Points], ...] = (
    ("cost", "cost", "成本", (), (), ("cost",)),
    ("list", "list", "目录价", (), (), ("list",)),
    ("book", "book", "价目表", ("list",), (), ("book", "tier")),
    ("attribute", "attribute", "属性定价", _OF_BOOKS, (), ("attribute",)),
    ("contracted", "contracted", "协议价", _ADJUSTED, (), ("contracted",)),
    ("manual", "manual", "手工价", _AGREED, (), ("manual",)),
    ("share_of_prices", "share", "按价格比例计价", ("manual", *_AGREED), (), ("special",)),
    ("promotion", "promotion", "促销", _ASKED, (), ("promotion",)),
    ("floor", "floor", "底价", ("promotion",), ("cost", "list"), ("floor",)),
    ("net", "net", "净额", ("floor", "promotion"), (), ("net",)),
    ("share_of_net", "share", "按净额比例计价", ("net",), ("promotion", "floor"), ("net",)),
    ("tax", "tax", "税额", ("net",), (), ("tax",)),
    ("gross", "gross", "价税合计", ("net",), ("tax",), ("gross",)),
)
"""Code, kind, Chinese name, reads, uses, writes; the ranks go up by ten."""

STANDARD_PLAN = PricingPlan(
    code="STANDARD",
    name=LocalText(en="Standard plan", zh="标准计价方案"),
    steps=tuple(
        PlanStep(
            code=code,
            rank=10 * place,
            kind=kind,
            name=LocalText(en=code.replace("_", " ").capitalize(), zh=zh),
            reads=reads,
            uses=uses,
            writes=writes,
        )
        for place, (code, kind, zh, reads, uses, writes) in enumerate(_STANDARD, start=1)
    ),
)
"""The plan where a catalogue has none.

A percent of total on prices comes before promotions, which may then act on it; one on what is left
after promotions comes after the floors, and only its own floor and ceiling bound it.
"""


def plan_at(plans: Iterable[PricingPlan], *, at: Moment, zone: tzinfo = UTC) -> PricingPlan:
    """The one plan in force at a moment; ``STANDARD_PLAN`` where none is.

    Days in periods are days in ``zone``. Raises ``Refused`` (``plan.two_published``).

    >>> from datetime import date
    >>> plan_at((), at=date(2026, 11, 21)).code
    'STANDARD'
    """
    published = tuple(plans)
    refuse_two_published(published, zone=zone)
    in_force = (plan for plan in published if plan.period.contains(at, zone))
    return next(in_force, STANDARD_PLAN)


def refuse_two_published(plans: Iterable[PricingPlan], *, zone: tzinfo = UTC) -> None:
    """Refuse plans of which two are in force at one moment: one is published, the former retired.

    Raises ``Refused`` (``plan.two_published``).

    >>> refuse_two_published((STANDARD_PLAN,))
    """
    spans = sorted(plans, key=lambda plan: plan.period.bounds(zone))
    for earlier, later in pairwise(spans):
        if earlier.period.overlaps(later.period, zone):
            raise Refused(
                "plan.two_published",
                f"plans {earlier} ({earlier.period}) and {later} ({later.period}) are in force at "
                "the same time; end the first before the second starts",
                plans=(str(earlier), str(later)),
            )
