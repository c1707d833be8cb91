"""What the matcher answers: every candidate with its proof, its rivals, and why it stopped.

A candidate says which receivables a payment settles and why it may be so (核销建议). It is a
proposal, no fact: whoever posts it gives the numbers, and so the number under which a retention or
a disputed part goes on.
"""

from datetime import date
from functools import cached_property

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, money_total
from cpq.kernel.text import Code, Line, LocalText, Number
from revenue.amount import NotNegative, Positive
from revenue.application import Difference, DifferenceReason
from revenue.matching.payment import Payment
from revenue.matching.policy import Proof


class Reason(Frozen):
    """One thing that speaks for a candidate or against posting it; ``code`` is stable.

    >>> str(Reason(code="exact_amount", text=LocalText(en="pays exactly AR-1", zh="恰好付清 AR-1")))
    'pays exactly AR-1 [exact_amount]'
    """

    code: Line
    text: LocalText

    def __str__(self) -> str:
        return f"{self.text} [{self.code}]"


class Shortfall(Frozen):
    """``amount`` of an item that was not paid, and the reason that explains it to the cent.

    ``tax`` is the output VAT inside it that is corrected, where the reason lowers the sale and the
    tax is known. ``percent`` is the percentage that gives the amount.

    >>> short = Shortfall(reason="retention", amount=Money("5", "CNY"), percent="5")
    >>> short.difference(residual="RT-1", due_on=date(2027, 12, 1)).residual
    'RT-1'
    """

    reason: DifferenceReason
    amount: Positive
    tax: NotNegative | None = None
    percent: Exact | None = None
    note: Line = ""

    def difference(self, *, residual: str = "", due_on: date | None = None) -> Difference:
        """The difference to record; a dispute and a retention need a number and a due date."""
        return Difference(
            reason=self.reason,
            amount=self.amount,
            tax=self.tax,
            residual=residual,
            due_on=due_on,
            note=self.note,
        )


class Share(Frozen):
    """``amount`` of a payment goes to a receivable, and ``differences`` of it are explained.

    >>> Share(receivable="AR-1", customer="C-1", amount=Money("95", "CNY"), differences=(
    ...     Shortfall(reason="retention", amount=Money("5", "CNY")),)).settled
    Money('100.00', 'CNY')
    """

    receivable: Number
    customer: Code
    amount: Positive
    differences: tuple[Shortfall, ...] = ()

    @property
    def settled(self) -> Money:
        """What is settled of the receivable: the money and every difference."""
        return self.amount + money_total((x.amount for x in self.differences), self.amount.code)


class Candidate(Frozen):
    """One way in which a payment may settle open items, with its proof.

    ``score`` orders candidates; it is no probability. ``rest_on_account`` is what is left over.
    """

    proof: Proof
    shares: tuple[Share, ...]
    rest_on_account: NotNegative
    score: int
    reasons: tuple[Reason, ...] = ()

    @property
    def receivables(self) -> tuple[str, ...]:
        """The numbers of the receivables, in the order of the shares."""
        return tuple(share.receivable for share in self.shares)

    @property
    def customer(self) -> str:
        """Whose items are settled; empty where they are of several customers."""
        found = {share.customer for share in self.shares}
        return found.pop() if len(found) == 1 else ""


class Match(Frozen):
    """What the matcher found for one payment.

    ``candidates`` come best first. ``customer`` is who paid, as far as that is known, ``rivals``
    how many other ways fit as well as the first one, ``nodes`` how far the search for sets went.
    ``posts`` is what may be posted without asking anybody, else ``None``; ``stopped`` says why.

    >>> from cpq.kernel.text import LocalText
    >>> payment = Payment(number="R-1", on=date(2026, 12, 1), amount=Money("300", "CNY"))
    >>> Match(payment=payment, stopped=Reason(code="nothing_open", text=LocalText())).posts is None
    True
    """

    payment: Payment
    customer: Line = ""
    candidates: tuple[Candidate, ...] = ()
    rivals: int = 0
    stopped: Reason
    auto: bool = False
    nodes: int = 0

    @cached_property
    def posts(self) -> Candidate | None:
        """The candidate that may be posted by itself: the first one, on proof; else ``None``."""
        return self.candidates[0] if self.auto else None
