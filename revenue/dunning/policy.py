"""The policy of dunning (催款政策): which levels there are, when each is due, and what it costs.

A level is reached some days after the due date (``net_days``), at the end of the month of that day
(``end_of_month``), or some days after the level before it was processed (``previous_date``); these
are the three ways of the OCA module ``account_credit_control``. Of several policies the first that
names the customer or one of its groups holds, then the first that names nobody.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money
from cpq.kernel.text import Code, Line, LocalText, number_key
from revenue.amount import Positive
from revenue.dunning.interest import LateInterest
from revenue.dunning_notice import DunningLevel

Counting = Literal["net_days", "end_of_month", "previous_date"]
"""From where the days of a level are counted."""

_DAYS_MAX = 3650
_STEPS_MAX = 9


class DunningStep(Frozen):
    """A level: reached after ``days``, counted as said; ``fees`` are one for each currency at most.

    The letter speaks in ``tone`` 1 (friendly) to 3 (final) and asks for payment in ``pay_within``
    days. Interest for late payment is charged where ``interest`` says so and the policy has a rate.

    >>> DunningStep(days=10, tone=1, fees=[Money("5", "EUR")]).fee_in("EUR")
    Money('5.00', 'EUR')
    """

    days: int = Field(ge=0, le=_DAYS_MAX)
    counted: Counting = "net_days"
    tone: DunningLevel
    fees: tuple[Positive, ...] = ()
    interest: bool = False
    pay_within: int = Field(default=14, ge=0, le=_DAYS_MAX)
    channel: Literal["letter", "email", "phone"] = "letter"
    name: LocalText = LocalText()

    @model_validator(mode="after")
    def _one_fee_per_currency(self) -> "DunningStep":
        codes = [fee.code for fee in self.fees]
        if len(set(codes)) < len(codes):
            raise ValueError(f"a level has one fee for each currency; found {', '.join(codes)}")
        return self

    def fee_in(self, currency: str) -> Money:
        """The fee in a currency; 0 where none is given."""
        given = [fee for fee in self.fees if fee.code == currency]
        return given[0] if given else Money.zero(currency)

    def reached_on(self, due_on: date, *, previous_on: date | None) -> date | None:
        """The day on which a debt reaches the level; ``None`` where it never does.

        ``previous_on`` is the day on which the level before it was processed.

        >>> step = DunningStep(days=30, counted="end_of_month", tone=2)
        >>> step.reached_on(date(2026, 12, 5), previous_on=None)
        datetime.date(2027, 1, 31)
        """
        start = previous_on if self.counted == "previous_date" else due_on
        if start is None or self.days > (date.max - start).days:
            return None
        day = start + timedelta(days=self.days)
        if self.counted == "end_of_month":
            return day.replace(day=monthrange(day.year, day.month)[1])
        return day


class DunningPolicy(Frozen):
    """Levels in order, and for whom they hold: ``customers`` and ``groups``, all where both are
    empty.

    What is overdue by ``grace_days`` or less is left alone. Where what is to be dunned of a
    customer comes to less than the minimum of its currency, nobody writes. Fees and interest are
    not dunned themselves unless ``duns_charges``; interest they never bear. ``tax_percent`` is the
    output VAT inside fees and interest, where they bear it (价外费用). ``letters`` are one for each
    level that a customer has reached, or one for all, which then speaks in the tone of the highest;
    ``locale`` is their language.

    >>> policy = DunningPolicy(code="CN", steps=[{"days": 5, "tone": 1}, {"days": 20, "tone": 2}])
    >>> len(policy.steps), policy.holds_for("C-1", ())
    (2, True)
    """

    code: Code
    steps: tuple[DunningStep, ...] = Field(min_length=1, max_length=_STEPS_MAX)
    interest: LateInterest | None = None
    grace_days: int = Field(default=0, ge=0, le=_DAYS_MAX)
    minimums: tuple[Positive, ...] = ()
    customers: tuple[Code, ...] = ()
    groups: tuple[Code, ...] = ()
    duns_charges: bool = False
    tax_percent: Exact | None = Field(default=None, ge=0, lt=100)
    letters: Literal["per_level", "per_customer"] = "per_level"
    locale: Line = "bilingual"

    @model_validator(mode="after")
    def _holds_together(self) -> "DunningPolicy":
        if self.steps[0].counted == "previous_date":
            raise ValueError("nothing comes before the first level; count it from the due date")
        codes = [each.code for each in self.minimums]
        if len(set(codes)) < len(codes):
            raise ValueError("give one minimum for each currency")
        if self.interest is None and any(step.interest for step in self.steps):
            raise ValueError("a level charges interest, but the policy has no rate ([interest])")
        return self

    def holds_for(self, customer: str, groups: Sequence[str]) -> bool:
        """Whether the policy is this customer's, by its code or one of its groups."""
        if not self.customers and not self.groups:
            return True
        return number_key(customer) in map(number_key, self.customers) or any(
            number_key(group) in map(number_key, self.groups) for group in groups
        )

    def minimum_in(self, currency: str) -> Money:
        """The least that is written about, in a currency; 0 where no minimum is given."""
        given = [each for each in self.minimums if each.code == currency]
        return given[0] if given else Money.zero(currency)

    def step(self, level: int) -> DunningStep | None:
        """The level of that number, 1 for the first; ``None`` beyond the last."""
        return self.steps[level - 1] if level <= len(self.steps) else None


def policy_for(
    policies: Sequence[DunningPolicy], customer: str, *, groups: Sequence[str] = ()
) -> DunningPolicy:
    """The customer's policy: the first that names it or a group of it, else the first for all.

    Raises ``NotFound`` (``dunning.no_policy``).

    >>> every = DunningPolicy(code="ALL", steps=[{"days": 5, "tone": 1}])
    >>> state = every.with_(code="STATE", groups=("state",))
    >>> policy_for([every, state], "C-1", groups=("state",)).code
    'STATE'
    """
    found = [each for each in policies if each.holds_for(customer, groups)]
    named = [each for each in found if each.customers or each.groups]
    if not found:
        raise NotFound(
            "dunning.no_policy",
            f"no dunning policy is for customer {customer}; add one that names neither customers "
            "nor groups, which holds for all others",
            customer=customer,
        )
    return (named or found)[0]


def groups_of(groups: Mapping[str, Sequence[str]], customer: str) -> Sequence[str]:
    """The groups of a customer, whichever way its code is written.

    >>> groups_of({"c-1": ("state",)}, "C-1")
    ('state',)
    """
    key = number_key(customer)
    for code, named in groups.items():
        if number_key(code) == key:
            return named
    return ()
