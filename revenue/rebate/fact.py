"""Rebates as facts of the ledger (返利计提、兑付、追回、结转).

What a customer earns is reckoned elsewhere, sale by sale; here stands what it comes to. An accrual
(below 0: what a return takes back) lowers revenue when the invoice is booked, because a rebate that
is expected is variable consideration (IFRS 15.51, CAS 14 art. 16). A settlement pays out at most
what is accrued. Where more was paid than is earned in the end, the customer owes it: a claw-back
makes it a receivable, a carry moves it to the agreement that follows. None is ever edited.
"""

from datetime import date
from typing import Literal

from pydantic import model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative, NotZero, Positive

RebateMeans = Literal["credit_note", "offset", "cash", "goods"]
"""How a rebate is settled: a credit note or an offset, which the customer may use for what it owes;
money; or goods of that worth that are handed over on the day.
"""

CREDITING: tuple[RebateMeans, ...] = ("credit_note", "offset")
"""Means that leave the customer a credit; a ``Receipt`` under the settlement's number holds it."""


class RebateAccrual(Frozen):
    """``amount`` is earned by a customer under an agreement, or taken back where it is below 0.

    ``document`` and ``line`` are the sale or the return that made it so; amounts are before tax.

    >>> RebateAccrual(number="RA-1", agreement="RB-1", customer="C-1", document="INV-1", line="1",
    ...               on=date(2026, 3, 2), amount=Money("1", "CNY")).amount
    Money('1.00', 'CNY')
    """

    kind: Literal["rebate_accrual"] = "rebate_accrual"
    number: Number
    agreement: Code
    customer: Code
    document: Line = ""
    line: Line = ""
    on: date
    amount: NotZero


class RebateSettlement(Frozen):
    """``amount`` of what is accrued is settled; with a credit note ``tax`` on it, too.

    ``reference`` is the credit note or the payment. Raises ``Invalid`` (``rebate.tax``).

    >>> RebateSettlement(number="RS-1", agreement="RB-1", customer="C-1", means="credit_note",
    ...     on=date(2026, 12, 31), amount=Money("100", "CNY"), tax=Money("13", "CNY")).gross
    Money('113.00', 'CNY')
    """

    kind: Literal["rebate_settlement"] = "rebate_settlement"
    number: Number
    agreement: Code
    customer: Code
    means: RebateMeans
    reference: Line = ""
    on: date
    amount: Positive
    tax: NotNegative | None = None

    @model_validator(mode="after")
    def _tax_fits(self) -> "RebateSettlement":
        _refuse_tax(self, taxed=self.means == "credit_note")
        return self

    @property
    def gross(self) -> Money:
        """What the customer gets."""
        return self.amount if self.tax is None else self.amount + self.tax

    @property
    def into(self) -> str:
        """Nothing is carried."""
        return ""


class RebateClawBack(Frozen):
    """``amount`` that was settled beyond what is earned, and the ``tax`` on it: a receivable whose
    ``source`` it is asks the customer for both. Raises ``Invalid`` (``rebate.tax``).

    >>> RebateClawBack(number="RC-1", agreement="RB-1", customer="C-1", on=date(2027, 1, 31),
    ...                amount=Money("30", "CNY")).gross
    Money('30.00', 'CNY')
    """

    kind: Literal["rebate_claw_back"] = "rebate_claw_back"
    number: Number
    agreement: Code
    customer: Code
    on: date
    amount: Positive
    tax: NotNegative | None = None

    @model_validator(mode="after")
    def _tax_fits(self) -> "RebateClawBack":
        _refuse_tax(self, taxed=True)
        return self

    @property
    def gross(self) -> Money:
        """What the customer owes for it."""
        return self.amount if self.tax is None else self.amount + self.tax

    @property
    def into(self) -> str:
        """Nothing is carried."""
        return ""


class RebateCarry(Frozen):
    """``amount`` that was settled beyond what is earned is carried ``into`` another agreement with
    the customer, which must earn it first.

    >>> RebateCarry(number="RC-1", agreement="RB-2026", into="RB-2027", customer="C-1",
    ...             on=date(2027, 1, 31), amount=Money("30", "CNY")).into
    'RB-2027'
    """

    kind: Literal["rebate_carry"] = "rebate_carry"
    number: Number
    agreement: Code
    into: Code
    customer: Code
    on: date
    amount: Positive

    @model_validator(mode="after")
    def _goes_elsewhere(self) -> "RebateCarry":
        if self.into == self.agreement:
            raise ValueError(f"a carry goes into another agreement than {self.agreement!r}")
        return self


RebateFact = RebateAccrual | RebateSettlement | RebateClawBack | RebateCarry
"""Everything that moves what is owed of a rebate."""


def rebate_effects(fact: RebateFact) -> tuple[tuple[str, Money], ...]:
    """By how much a fact changes what is owed to its customer, by agreement.

    >>> carry = RebateCarry(number="RC-1", agreement="RB-1", into="RB-2", customer="C-1",
    ...                     on=date(2027, 1, 31), amount=Money("30", "CNY"))
    >>> rebate_effects(carry)
    (('RB-1', Money('30.00', 'CNY')), ('RB-2', Money('-30.00', 'CNY')))
    """
    match fact:
        case RebateAccrual() | RebateClawBack():
            return ((fact.agreement, fact.amount),)
        case RebateSettlement():
            return ((fact.agreement, -fact.amount),)
        case RebateCarry():
            return (fact.agreement, fact.amount), (fact.into, -fact.amount)


def _refuse_tax(fact: RebateSettlement | RebateClawBack, *, taxed: bool) -> None:
    if fact.tax is None:
        return
    if not taxed or fact.tax.code != fact.amount.code:
        raise Invalid(
            "rebate.tax",
            f"{fact.number} has tax of {fact.tax} on {fact.amount}; tax is in the currency of the "
            "amount, and of settlements only a credit note bears it",
            number=fact.number,
        )
