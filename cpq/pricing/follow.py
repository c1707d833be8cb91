"""Following the unit steps of a plan (单价步骤): one function per kind of step.

Each step takes its base from the price points that are there, makes its own points, and leaves
rows in the trace. A price is an exact fraction until the policy rounds it, once, at the end; or a
``Charge`` where it depends on the quantity within a tier.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from cpq.agreement import Agreed, CustomerAgreements
from cpq.catalogue import Catalogue
from cpq.kernel.errors import Refused
from cpq.kernel.money import RoundingPolicy, rounded_fraction
from cpq.kernel.text import LocalText
from cpq.manual import ManualPrice
from cpq.plan import UNIT_POINTS, PlanStep, PricePoint, StepKind
from cpq.pricebook import (
    EXACTLY,
    Asked,
    Bounds,
    Charge,
    Grounds,
    NoPrice,
    PriceBook,
    Value,
    Worked,
    numbers_of,
    shown,
)
from cpq.pricing.agreed import contracted
from cpq.pricing.found import UnitPrice
from cpq.pricing.scene import Scene
from cpq.pricing.walk import Walk
from cpq.tax import TaxPosition, rebased
from cpq.trace import Effect, Step
from cpq.waterfall import UnitPoints


class _Work:
    """One question on its way through the plan: the points so far and the rows they left."""

    def __init__(self, asked: Asked, book: PriceBook, manual: ManualPrice | None) -> None:
        self.asked = asked
        self.book = book
        self.manual = manual
        self.points: dict[PricePoint, Value] = {}
        self.rows: list[Step] = []
        self.agreed: Agreed | None = None
        self.above: Agreed | None = None
        self.at_book: Value | None = None
        self.root: Worked | None = None
        self.promotable = True

    def base(self, step: PlanStep) -> Value | None:
        """The first of the points that the step reads that is there."""
        point = step.base(self.points)
        return None if point is None else self.points[point]

    @property
    def cost(self) -> Fraction | None:
        """The cost of one asked unit, where it is known and does not depend on the quantity."""
        cost = self.points.get("cost")
        return cost if isinstance(cost, Fraction) else None


class Following:
    """The unit steps of one plan in one scene, ready to be followed for any product."""

    def __init__(self, catalogue: Catalogue, scene: Scene) -> None:
        self._catalogue = catalogue
        self._scene = scene
        self._prices = catalogue.prices
        self._walk = Walk(catalogue, scene)
        self.rates = self._walk.rates_needed()
        self._agreements: CustomerAgreements = catalogue.contracts.for_customer(
            scene.customer, currency=scene.currency
        )
        self._kinds: dict[StepKind, Callable[[_Work, PlanStep], None]] = {
            "cost": self._cost,
            "list": self._list,
            "book": self._book,
            "attribute": self._attribute,
            "contracted": self._contracted,
            "formula": self._formula,
            "manual": self._manual,
        }

    def bounds(self, asked: Asked) -> Bounds:
        """Where the answers for a product in a unit may change."""
        product, books = asked.product, [choice.book for choice in self._scene.books]
        if self._catalogue.cost_book is not None:
            books.append(self._catalogue.cost_book)
        found = Bounds(set(), set(), set())
        for code in books:
            each = self._prices.bounds(code, product, unit=asked.unit, factor=asked.factor)
            found.times.update(each.times)
            found.sizes.update(each.sizes)
            found.measures.update(each.measures)
            if each.tiered and self._agreements:
                found.measures.add(EXACTLY)
        found.times.update(self._catalogue.tax_bounds)
        if self._agreements:
            agreed = self._agreements.bounds(product.code, unit=asked.unit)
            found.times.update(agreed.times)
            found.sizes.update(agreed.sizes)
        return found

    def price(
        self, asked: Asked, *, manual: ManualPrice | None = None, above: Agreed | None = None
    ) -> UnitPrice | NoPrice:
        """What the first book that has a price says, after all unit steps of the plan."""
        searched: list[str] = []
        passed: list[Step] = []
        for choice in self._scene.books:
            chain = self._prices.chain(choice.book)
            work = _Work(asked, chain[0], manual)
            work.above = above
            for step in self._scene.plan.unit_steps:
                if not step.scoped or self._covers(step, asked):
                    self._kinds[step.kind](work, step)
            point = self._result(work)
            if point is not None:
                if point != "contracted":
                    work.agreed = None
                work.rows[:0] = passed
                return self._priced(work, point)
            searched += [link.code for link in chain]
            passed += [row for row in work.rows if not row.applied and row.point != "cost"]
        return NoPrice(asked.product.code, asked.unit, tuple(searched))

    def cost_of(self, asked: Asked) -> Value | None:
        """What one asked unit costs us, in the document's currency; ``None`` where not known."""
        value, _ = self._cost_of(asked)
        return value

    def _covers(self, step: PlanStep, asked: Asked) -> bool:
        product = asked.product
        categories = self._catalogue.lineage(product)
        return step.covers(product.code, family=product.variant_of, categories=categories)

    def _result(self, work: _Work) -> PricePoint | None:
        """The point of the unit price that the document phase begins with."""
        for step in self._scene.plan.document_steps:
            if step.kind != "share":
                reads = (point for point in step.reads if point in UNIT_POINTS)
                return next((point for point in reads if point in work.points), None)
        return None

    def _priced(self, work: _Work, point: PricePoint) -> UnitPrice:
        policy = self._scene.policy
        position = self.position_of(work.asked)
        # what a person gave is on the basis of the document already
        result = work.points[point]
        result = result if point == "manual" else self._under_regime(work, result)
        root, at_book = work.points.get("list"), work.at_book
        if root is not None:
            root = self._rebased(root, position, work.asked, work.book)
        if at_book is not None:
            at_book = self._rebased(at_book, position, work.asked, work.book)
        charge = None if isinstance(result, Fraction) else result
        exact = result if isinstance(result, Fraction) else None
        unit = Decimal(0) if exact is None else _rounded(exact, policy)
        listed = unit
        if isinstance(root, Fraction) and root != exact:
            listed = _rounded(root, policy)
        figures = {point: shown(value) for point, value in work.points.items()}
        return UnitPrice(
            list_price=listed,
            unit_price=unit,
            steps=tuple(work.rows),
            points=UnitPoints.model_validate(figures),
            exact=exact,
            charge=charge,
            listed=root,
            cost=work.points.get("cost"),
            promotable=work.promotable,
            book=work.book.code,
            agreed=work.agreed,
            at_book=at_book,
            position=position,
            basis=position.basis or work.book.tax_basis,
        )

    def _cost(self, work: _Work, _: PlanStep) -> None:
        cost, rows = self._cost_of(work.asked)
        if cost is not None:
            work.points["cost"] = cost
        work.rows += rows

    def _cost_of(self, asked: Asked) -> tuple[Value | None, list[Step]]:
        """The price in the cost book, with its attribute prices, as a cost."""
        code = self._catalogue.cost_book
        if code is None:
            return None, []
        chain = self._prices.chain(code)
        walked = self._walk.through(chain, asked, Grounds())
        value, rows = self._walk.adjusted(chain, asked, walked.value)
        return value, [row.with_(point="cost") for row in (*walked.rows, *rows)]

    def _list(self, work: _Work, step: PlanStep) -> None:
        """The root of the book's chain, on top of the list price that stands where they combine."""
        root = self._prices.chain(work.book.code)[-1:]
        walked = self._walk.through(root, work.asked, Grounds(cost=work.cost))
        work.rows += walked.rows
        work.root = walked
        if walked.value is None:
            return
        before = work.base(step) if step.combines else None
        value = walked.value
        if isinstance(before, Fraction):
            value = value + before if isinstance(value, Fraction) else value.shifted(before)
            work.rows.append(_combined_row(step, before, value))
        work.points["list"] = value

    def _book(self, work: _Work, step: PlanStep) -> None:
        """The books that derive from the root, one on the other, the asked one last.

        The point ``book`` is the price at the first tier, ``tier`` that of the tier reached.
        """
        chain = self._prices.chain(work.book.code)
        base, listed = work.base(step), work.points.get("list")
        if len(chain) == 1:
            root = work.root
            first = base if root is None or base != root.value else root.first
            walked = Worked(base, first, ())
        else:
            walked = self._walk.through(chain[:-1], work.asked, Grounds(base, listed, work.cost))
        work.rows += walked.rows
        if walked.value is None:
            return
        if walked.first is not None:
            work.points["book"] = walked.first
        if walked.value != walked.first:
            work.points["tier"] = walked.value

    def _attribute(self, work: _Work, step: PlanStep) -> None:
        chain = self._prices.chain(work.book.code)
        base = work.base(step)
        value, rows = self._walk.adjusted(chain, work.asked, base)
        work.rows += rows
        if value is not None and any(row.applied for row in rows):
            work.points["attribute"] = value

    def _contracted(self, work: _Work, step: PlanStep) -> None:
        if not self._agreements and work.above is None:
            return
        asked, base = work.asked, work.base(step)
        found = self._agreements.candidates(
            asked.product.code,
            unit=asked.unit,
            quantity=rounded_fraction(asked.quantity, 9),
            at=asked.at,
            above=work.above,
        )
        made = contracted(found, work.points.get("list"), base, quantity=asked.quantity)
        work.rows += made.steps
        if made.agreed is not None and made.value is not None:
            work.points["contracted"] = made.value
            work.agreed, work.at_book = made.agreed, base
            work.promotable = made.agreed.agreement.promotable

    def _formula(self, work: _Work, step: PlanStep) -> None:
        assert step.formula is not None
        asked = work.asked
        context = numbers_of(asked.attributes)
        context.update(
            (point, value) for point, value in work.points.items() if isinstance(value, Fraction)
        )
        before = work.base(step)
        if isinstance(before, Fraction):
            context["base"] = before
        made = max(Fraction(0), step.formula.value(context, rule=step.code))
        if step.combines and isinstance(before, Fraction):
            made += before
        for point in step.writes:
            work.points[point] = made
            work.rows.append(
                Step(
                    point=point,
                    rule=step.code,
                    name=LocalText(
                        en=f"{step.name.in_('en') or step.code} = {step.formula}",
                        zh=f"{step.name.in_('zh') or step.code} = {step.formula}",
                    ),
                    applied=True,
                    reason="applied",
                    before=shown(before),
                    after=shown(made),
                    effect=Effect(kind="set", value=made),
                )
            )

    def _manual(self, work: _Work, step: PlanStep) -> None:
        given, base = work.manual, work.base(step)
        if given is None:
            return
        if base is None or isinstance(base, Charge):
            if given.price is None:
                raise Refused(
                    "manual.no_base",
                    f"{given} off {work.asked.product.code!r}: there is no price per unit to take "
                    "it off; give the line a price",
                )
            base = None
        else:
            base = self._under_regime(work, base)
        made = given.of(base if isinstance(base, Fraction) else Fraction(0))
        who = ", ".join(part for part in (given.by, given.reason) if part)
        work.points["manual"] = made
        work.promotable = given.promotable
        work.agreed = None
        work.rows.append(
            Step(
                point="manual",
                rule="manual",
                name=LocalText(
                    en=f"manual price {given}" + (f" ({who})" if who else ""),
                    zh=f"手工价 {given}" + (f"（{who}）" if who else ""),
                ),
                applied=True,
                reason="applied",
                before=shown(base),
                after=shown(made),
                effect=Effect(kind="set", value=made),
            )
        )

    def _under_regime(self, work: _Work, value: Value) -> Value:
        """A price under the customer's regime, and the row that says so where it changes."""
        position = self.position_of(work.asked)
        made = self._rebased(value, position, work.asked, work.book)
        if made != value or position.home.code != position.rate.code:
            work.rows.append(_regime_row(position, value, made))
        return made

    def _rebased(self, value: Value, position: TaxPosition, asked: Asked, book: PriceBook) -> Value:
        """A price with tax in it under the customer's regime: the seller keeps his net."""
        basis, currency = book.tax_basis, self._scene.currency
        if isinstance(value, Fraction):
            made = rebased(value, position, basis=basis, currency=currency, units=asked.factor)
            return made.price
        one = rebased(Fraction(1), position, basis=basis, currency=currency).price
        if one != 1 and (position.home.per_unit or position.rate.per_unit):
            raise Refused(
                "tax.regime_on_tiers",
                f"the price of {asked.product.code!r} has tiers and a tax per unit in it, which "
                "the customer's tax regime changes; price it before tax",
            )
        return value.scaled(one)

    def position_of(self, asked: Asked) -> TaxPosition:
        """What tax a line owes on the day, under the customer's regime."""
        customer = self._scene.customer
        regime = customer.tax_regime if customer else None
        return self._catalogue.taxing.position(asked.product.tax_code, on=asked.at, regime=regime)


def _regime_row(position: TaxPosition, before: Value, after: Value) -> Step:
    home, owed = position.home, position.rate
    return Step(
        point="special",
        rule=f"tax {home.code}/{owed.code}",
        name=LocalText(
            en=f"tax regime: {home.code} becomes {owed.code}",
            zh=f"适用税制：{home.code} 改为 {owed.code}",
        ),
        applied=True,
        reason="applied",
        before=shown(before),
        after=shown(after),
        effect=Effect(kind="set", value=after) if isinstance(after, Fraction) else None,
    )


def _combined_row(step: PlanStep, before: Fraction, value: Value) -> Step:
    return Step(
        point="list",
        rule=step.code,
        name=LocalText(en="list prices add up", zh="目录价相加"),
        applied=True,
        reason="applied",
        before=shown(before),
        after=shown(value),
        effect=Effect(kind="add", value=before) if isinstance(value, Fraction) else None,
    )


def _rounded(exact: Fraction, policy: RoundingPolicy) -> Decimal:
    return rounded_fraction(exact, policy.unit_places, policy.mode)
