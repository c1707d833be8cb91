"""Promotion policies (促销政策): who gets what off which products, until when and up to how much.

A policy is conditions + target + benefit + group + priority + combinability + caps + funding +
validity. Policies act group by group and inside a group in the order (priority from high to low,
code), never in the order somebody typed them: conditions look at a declared basis, benefits are
taken from what the ones before have left. A discount is reckoned on the total of the lines it is
for, rounded once and shared by largest remainder, so that the shares add up to it (policy
``per_line`` rounds each line instead).
"""

from datetime import tzinfo
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from cpq.cap import Cap
from cpq.funding import OWN, FundingPlan
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Exact, Money, plain
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, Line, LocalText
from cpq.promotion.benefit import Benefit, TaxSide
from cpq.promotion.condition import Condition, LinesAmount, Sees, leaves
from cpq.promotion.selector import Selector
from cpq.trace import Step

_KEPT_MAX = 1024

Basis = Literal["line", "order"]
Exclusive = Literal["no", "order", "line"]
"""What a policy excludes: nothing, every other on the order, every other on the lines it lowers."""

Weights = Literal["amount", "gross", "quantity", "margin", "manual"]
"""By what a discount on several lines is shared: what is left of them, the same with tax, their
quantities, their margins, or weights by product that the policy names."""

OnReturn = Literal["keep", "claw_back", "rebill"]
"""What becomes of the discount when goods come back and its threshold is no longer met."""


class PromotionPolicy(Frozen):
    """A promotion policy.

    It holds while ``period`` does (days inclusive, in ``zone``, else the catalogue's), for
    customers in one of ``customer_groups`` (none given: for all), on lines whose product or one of
    whose categories is named (none given: on all but freight), those excepted apart.
    ``quantity_from`` and ``quantity_to`` (both inclusive) and ``amount_from`` are conditions on the
    targeted lines: each line by itself, or all of the order together, as ``basis`` says;
    ``conditions`` must all hold as well. ``sees`` is what amounts in conditions are: by default
    those before any promotion in the first group that acts, and what is left in later ones.

    ``needs_coupon``: only a coupon opens it. ``picks`` the cheapest or dearest of its lines only,
    ``undiscounted`` those that no promotion has lowered yet. ``not_with`` names promotions and
    groups that it does not go together with. An ``exclusive`` policy acts before all others and
    keeps them away; ``if_better`` only where it gives at least as much as all others together.
    ``returns_on_cancel``: a cancelled order gives back what it used of the caps.

    >>> from cpq.promotion.benefit import PercentOff
    >>> PromotionPolicy(code="AUTUMN", benefit=PercentOff(percent="5"),
    ...                 caps=(Cap(amount=Money("500.00", "CNY")),)).priority
    0
    """

    code: Code
    name: LocalText = LocalText()
    period: Period = ALWAYS
    zone: str | None = None
    priority: int = 0
    customer_groups: tuple[Code, ...] = ()
    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    basis: Basis = "order"
    quantity_from: Exact | None = None
    quantity_to: Exact | None = None
    amount_from: Money | None = None
    benefit: Benefit
    spread: Literal["order", "per_line"] = "order"
    caps: tuple[Cap, ...] = added(())
    funding: FundingPlan = added(OWN)
    except_products: tuple[Code, ...] = added(())
    except_categories: tuple[Code, ...] = added(())
    customers: tuple[Code, ...] = added(())
    regions: tuple[Line, ...] = added(())
    channels: tuple[Line, ...] = added(())
    unit: Code | None = added(None)
    tax: TaxSide | None = added(None)
    sees: Sees | None = added(None)
    conditions: tuple[Condition, ...] = added(())
    group: Code | None = added(None)
    exclusive: Exclusive = added("no")
    if_better: bool = added(False)
    not_with: tuple[Code, ...] = added(())
    needs_coupon: bool = added(False)
    picks: Literal["all", "cheapest", "dearest"] = added("all")
    undiscounted: bool = added(False)
    weights: Weights = added("amount")
    manual_weights: tuple[tuple[Code, Exact], ...] = added(())
    on_return: OnReturn = added("keep")
    returns_on_cancel: bool = added(True)

    @model_validator(mode="after")
    def _can_be_met(self) -> "PromotionPolicy":
        zone(self.zone or "UTC")
        low, high = self.quantity_from, self.quantity_to
        if low is not None and high is not None and low > high:
            raise ValueError(f"promotion {self.code!r} asks for {low} to {high}: nothing is both")
        for money in self.moneys():
            _ = money.minor  # an amount that cannot be paid cannot be promised
        currencies = {money.code for money in self.moneys()}
        if len(currencies) > 1:
            raise ValueError(f"promotion {self.code!r} mixes {' and '.join(sorted(currencies))}")
        if "/" in self.code or self.code.startswith("coupon "):
            raise Invalid(
                "promotion.code",
                f"promotion {self.code!r}: a code has no '/' and does not begin with 'coupon ', as "
                "the counters of funders and coupons do; choose another",
                promotion=self.code,
            )
        codes = [cap.code for cap in self.caps]
        if len(set(codes)) < len(codes):
            raise Invalid(
                "promotion.cap_twice",
                f"promotion {self.code!r} has two caps of one code ({', '.join(codes)}), which "
                "would run on one counter; give each a code of its own",
                promotion=self.code,
            )
        if (self.weights == "manual") != bool(self.manual_weights):
            raise Invalid(
                "promotion.weights",
                f"promotion {self.code!r} shares by manual weights where, and only where, it names "
                "them; give weights='manual' and manual_weights together",
                promotion=self.code,
            )
        if self.if_better and self.exclusive != "order":
            raise Invalid(
                "promotion.if_better",
                f"promotion {self.code!r} is if_better, which only one that is exclusive on the "
                "order can be; give exclusive='order'",
                promotion=self.code,
            )
        return self

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where neither it nor a catalogue names one."""
        return zone(self.zone or "UTC")

    @cached_property
    def target(self) -> Selector:
        """The lines that it is for."""
        return Selector(
            products=self.products,
            categories=self.categories,
            except_products=self.except_products,
            except_categories=self.except_categories,
        )

    @cached_property
    def title(self) -> LocalText:
        """How a trace names the policy: its name, else its code, and its benefit."""
        off = self.benefit.words
        return LocalText(
            en=f"{self.name.en or self.code}: {off.en}",
            zh=f"{self.name.zh or self.name.en or self.code}：{off.zh}",
        )

    @cached_property
    def refusals(self) -> dict[tuple[str, str, str, str], Step]:
        """Rows of the trace that were made before, by reason, needed, actual and basis."""
        return {}

    @cached_property
    def least(self) -> str:
        """The least quantity that the policy asks for, as a trace writes it."""
        return "" if self.quantity_from is None else plain(self.quantity_from)

    @cached_property
    def leaves(self) -> tuple[Condition, ...]:
        """The leaves of its conditions."""
        return tuple(leaf for each in self.conditions for leaf in leaves(each))

    @cached_property
    def order_cap(self) -> Cap | None:
        """Its cap on the amount of one order, where it has one."""
        for cap in self.caps:
            if cap.amount is not None and cap.window == "order":
                return cap
        return None

    @cached_property
    def is_plain(self) -> bool:
        """Whether it looks at nothing but its own lines and has no memory: no tree, no counter, no
        coupon, no company.
        """
        counted = any(cap.counted or cap.measure != "amount" for cap in self.caps)
        alone = self.exclusive == "no" and not self.not_with and self.group is None
        whole = self.picks == "all" and not self.undiscounted and self.sees is None
        simple = self.benefit.kind == "percent_off" or (
            self.benefit.kind == "amount_off" and self.benefit.per == "order"
        )
        free = not (self.conditions or self.needs_coupon or counted or self.tax)
        return simple and free and alone and whole

    def covers(
        self, product: str, categories: tuple[str, ...], *, family: str | None = None
    ) -> bool:
        """Whether the policy is for a product of that family that lies in these categories.

        >>> from cpq.promotion.benefit import PercentOff
        >>> policy = PromotionPolicy(code="A", categories=("bolts",), benefit=PercentOff(percent=5))
        >>> policy.covers("M8", ("bolts", "parts")), policy.covers("M8", ())
        (True, False)
        """
        return self.target.covers(product, categories, family=family)

    def moneys(self) -> tuple[Money, ...]:
        """Every amount the policy names; they share one currency."""
        floor = (self.amount_from,) if self.amount_from is not None else ()
        caps = (cap.amount for cap in self.caps if cap.amount is not None)
        seen = (
            money
            for leaf in self.leaves
            if isinstance(leaf, LinesAmount)
            for money in leaf.moneys()
        )
        return (*self.benefit.moneys(), *floor, *caps, *seen, *self.funding.moneys())

    @cached_property
    def currency(self) -> CurrencyCode | None:
        """The currency of its amounts; ``None`` where it names none and holds in any."""
        moneys = self.moneys()
        return moneys[0].code if moneys else None


def refusal(
    promotion: PromotionPolicy, reason: str, needed: str = "", actual: str = "", basis: str = ""
) -> Step:
    """The row of a policy that does not act, with what it needed and what it found."""
    kept = promotion.refusals
    key = (reason, needed[:200], actual[:200], basis[:200])
    row = kept.get(key)
    if row is None:
        if len(kept) >= _KEPT_MAX:
            kept.clear()
        row = kept[key] = Step(
            point="promotion",
            rule=promotion.code,
            name=promotion.title,
            applied=False,
            reason=reason,
            needed=key[1],
            actual=key[2],
            basis=key[3],
        )
    return row
