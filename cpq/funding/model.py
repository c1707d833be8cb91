"""Who bears the cost of a promotion (费用分摊方案): the seller, a brand, a distributor, a channel.

A plan says it either by percentages of the whole, or by layers: the first 1,000 the brand, the
next 500 half and half, the rest the seller. A funder may pay at most so much of one document
(``cap``) and at most so much over a time (``budget``). What a funder no longer pays falls to one
declared ``bearer``, never back on the others, so a funder's bill depends on its own terms alone.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from cpq.cap import Cap
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money, plain, total
from cpq.kernel.text import Code

FunderKind = Literal["own", "brand", "distributor", "channel", "cost_centre"]
"""What a funder is; ``own`` is the seller itself, a ``cost_centre`` is a part of the seller."""

OWN_FUNDER = "own"
"""The code of the seller as a funder: in plans, in allocations, in margins."""

_BUDGET_SCOPES = frozenset(
    ("promotion", "customer", "group", "salesperson", "channel", "region", "contract")
)


class FunderShare(Frozen):
    """What one funder bears: ``percent`` of the whole, at most ``cap`` per document.

    In a plan of layers ``percent`` is left out and the layers say who pays. ``budget`` is what the
    funder pays at most over a time: an amount that is clipped, counted for the promotion and the
    funder. ``kind`` is by default ``own`` for the seller and ``brand`` for all others.

    >>> FunderShare(funder="ACME", percent="60", cap=Money("500.00", "CNY")).kind
    'brand'
    """

    funder: Code
    kind: FunderKind = "brand"
    percent: Exact | None = Field(default=None, gt=0, le=100)
    cap: Money | None = added(None)
    budget: Cap | None = added(None)

    @model_validator(mode="before")
    @classmethod
    def _own_is_own(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("funder") == OWN_FUNDER and "kind" not in value:
            return {**value, "kind": "own"}
        return value

    @model_validator(mode="after")
    def _pays_what_can_be_paid(self) -> "FunderShare":
        if (self.kind == "own") != (self.funder == OWN_FUNDER):
            raise Invalid(
                "funding.own",
                f"the seller as a funder has the code 'own' and the kind 'own', and nobody else "
                f"has; found funder {self.funder!r} of kind {self.kind!r}",
            )
        if self.cap is not None and self.cap.minor < 0:
            raise Invalid("funding.negative", f"a cap is 0 or more; found {self.cap}")
        budget = self.budget
        if budget is not None and not (
            budget.amount is not None
            and budget.counted
            and budget.behaviour == "clip"
            and _BUDGET_SCOPES.issuperset(budget.scope)
            and not budget.overshoot_last
        ):
            raise Invalid(
                "funding.budget",
                f"the budget of funder {self.funder!r} is an amount in a window longer than an "
                f"order, clipped, not per product or coupon; found {budget}, {budget.behaviour}",
            )
        return self

    @property
    def limited(self) -> bool:
        """Whether the funder may pay less than its share."""
        return self.cap is not None or self.budget is not None


class FunderPart(Frozen):
    """A funder's ``percent`` of a layer."""

    funder: Code
    percent: Exact = Field(gt=0, le=100)


class FundingLayer(Frozen):
    """The next ``up_to`` of what a promotion costs a document (``None``: all the rest), borne by
    one ``funder`` or by several in ``parts`` whose percentages sum to 100.

    >>> FundingLayer(funder="ACME", up_to=Money("1000.00", "CNY")).split
    (FunderPart(funder='ACME', percent=Decimal('100')),)
    """

    up_to: Money | None = None
    funder: Code | None = None
    parts: tuple[FunderPart, ...] = added(())

    @model_validator(mode="after")
    def _says_who(self) -> "FundingLayer":
        if (self.funder is None) == (not self.parts):
            raise Invalid(
                "funding.layers",
                "a layer is borne by a funder or by parts; give exactly one of the two",
            )
        if self.parts:
            _refuse_other_sum(self.parts)
        if self.up_to is not None and self.up_to.minor <= 0:
            raise Invalid("funding.negative", f"a layer is more than 0; found {self.up_to}")
        return self

    @cached_property
    def split(self) -> tuple[FunderPart, ...]:
        """Who bears the layer, in percent of it."""
        if self.funder is not None:
            return (FunderPart.model_validate({"funder": self.funder, "percent": 100}),)
        return self.parts


class FundingPlan(Frozen):
    """Who bears the cost of a promotion; a plain text is the one funder who bears all of it.

    ``shares`` have percentages that sum to exactly 100, or none of them has and ``layers`` say who
    pays in which order. What exceeds a funder's cap or budget, or the last layer, falls to the
    ``bearer``, who has neither.
    Raises ``Invalid``: ``funding.percent``, ``funding.layers``, ``funding.repeated``,
    ``funding.bearer``, ``funding.currency``.

    >>> FundingPlan.model_validate("ACME").funders, OWN.sole
    (('ACME',), 'own')
    >>> FundingPlan(layers=(
    ...     FundingLayer(funder="ACME", up_to=Money("1000.00", "CNY")),
    ...     FundingLayer(funder="own"))).funders
    ('ACME', 'own')
    """

    shares: tuple[FunderShare, ...] = ()
    layers: tuple[FundingLayer, ...] = added(())
    bearer: Code = added(OWN_FUNDER)

    @model_validator(mode="before")
    @classmethod
    def _from_plain_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"shares": ({"funder": value, "percent": 100},)}
        return value

    @model_validator(mode="after")
    def _adds_up(self) -> "FundingPlan":
        names = [share.funder for share in self.shares]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise Invalid(
                "funding.repeated",
                f"each funder has one share; found {', '.join(repeated)} more than once",
            )
        if self.layers:
            self._refuse_loose_layers()
        else:
            _refuse_other_sum(self.shares)
        bearing = self.share_of(self.bearer)
        if bearing is not None and bearing.limited:
            raise Invalid(
                "funding.bearer",
                f"{self.bearer!r} bears what the others do not pay and so has no cap and no "
                "budget; name another bearer",
            )
        currencies = sorted({money.code for money in self.moneys()})
        if len(currencies) > 1:
            raise Invalid(
                "funding.currency",
                f"a plan is in one currency; found {' and '.join(currencies)}",
            )
        return self

    def _refuse_loose_layers(self) -> None:
        if any(share.percent is not None for share in self.shares):
            raise Invalid(
                "funding.layers",
                "a plan has percentages of the whole or layers, not both; where layers say who "
                "pays, shares give kind, cap and budget only",
            )
        if any(layer.up_to is None for layer in self.layers[:-1]):
            raise Invalid(
                "funding.layers", "only the last layer may be without up_to: it takes all the rest"
            )
        paying = {part.funder for layer in self.layers for part in layer.split}
        idle = sorted({share.funder for share in self.shares} - paying - {self.bearer})
        if idle:
            raise Invalid(
                "funding.layers", f"no layer names {', '.join(idle)}, who has a share; name it"
            )

    @cached_property
    def funders(self) -> tuple[str, ...]:
        """Everybody who may pay, in the order of the plan, the bearer last where not named."""
        layered = (part.funder for layer in self.layers for part in layer.split)
        named = (share.funder for share in self.shares)
        open_ended = bool(self.layers) and self.layers[-1].up_to is not None
        last = (self.bearer,) if open_ended or self._limited else ()
        return tuple(dict.fromkeys((*layered, *named, *last)))

    @cached_property
    def _limited(self) -> bool:
        return any(share.limited for share in self.shares)

    @cached_property
    def sole(self) -> str | None:
        """The one funder who bears everything whatever the amount; ``None`` where it depends."""
        return self.funders[0] if len(self.funders) == 1 else None

    def share_of(self, funder: str) -> FunderShare | None:
        """What the plan says of a funder; ``None`` of one whom only a layer or nobody names."""
        return next((share for share in self.shares if share.funder == funder), None)

    def kind_of(self, funder: str) -> FunderKind:
        """What a funder is: as declared, else the seller is ``own`` and others are brands."""
        share = self.share_of(funder)
        if share is not None:
            return share.kind
        return "own" if funder == OWN_FUNDER else "brand"

    def moneys(self) -> Iterator[Money]:
        """Every amount that the plan names; they share one currency."""
        for share in self.shares:
            if share.cap is not None:
                yield share.cap
            if share.budget is not None and share.budget.amount is not None:
                yield share.budget.amount
        yield from (layer.up_to for layer in self.layers if layer.up_to is not None)


def _refuse_other_sum(parts: Sequence[FunderShare] | Sequence[FunderPart]) -> None:
    """Refuse percentages that are missing, repeat a funder or do not sum to 100."""
    given = [part.percent for part in parts if part.percent is not None]
    names = {part.funder for part in parts}
    if len(given) == len(names) == len(parts) and total(given) == 100:
        return
    found = ", ".join(
        f"{part.funder} {'none' if part.percent is None else plain(part.percent)}" for part in parts
    )
    raise Invalid(
        "funding.percent",
        f"each funder has one percentage and together they are 100; found {found or 'none'}",
    )


OWN = FundingPlan.model_validate(OWN_FUNDER)
"""The seller bears it all: the plan where nothing else is said."""
