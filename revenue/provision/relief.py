"""Tax relief on bad debts: whether the tax office gives output VAT back (坏账增值税冲减).

It does only where a law says so, so a relief is a policy that somebody names; without one there is
none. Of what is written off the tax inside is relieved, in proportion; of what is recovered after
all the relief is owed again, in proportion. Both are rounded half up on the running total, so that
a debt written off in parts is relieved of exactly its tax, and one recovered in parts gives back
exactly its relief.

    ============  ==================  ==========================================================
    policy        relief              source
    ============  ==================  ==========================================================
    DE-USTG-17    at once             UStG § 17 (2) no. 1: a consideration that became
                                      uncollectible; sentence 2: received after all, corrected
                                      again
    GB-VATA-36    after 6 months      VATA 1994 s 36, Notice 700/18: written off, and unpaid for
                                      six months after the later of supply and due day
    CN-VAT        none                no rule of the VAT law lowers output VAT for a bad debt; the
                                      loss counts for income tax only (公告 2011 年第 25 号)
    ============  ==================  ==========================================================
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Literal, TypeVar

from pydantic import Field

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Code, Line, number_key
from revenue.application import Reversal
from revenue.ledger import ReceivablesLedger
from revenue.provision.months import months_later
from revenue.writeoff import Recovery, WriteOff

_Loss = TypeVar("_Loss", WriteOff, Recovery)


class TaxRelief(Frozen):
    """A law that gives output VAT back on a bad debt, or does not, and where it is written.

    ``months`` counts from the due day, which never lies before the supply is billed.

    >>> tax_relief("GB-VATA-36").months
    6
    """

    name: Code
    jurisdiction: Code
    when: Literal["never", "at_once", "after_months"]
    months: int = Field(default=0, ge=0, le=1200)
    source: Line = Field(min_length=1)

    def granted_from(self, due_on: date) -> date | None:
        """The first day on which a debt due on that day is relieved; ``None`` is never.

        >>> tax_relief("GB-VATA-36").granted_from(date(2026, 1, 31))
        datetime.date(2026, 8, 1)
        """
        if self.when == "never":
            return None
        if self.when == "at_once":
            return date.min
        end = months_later(due_on, self.months)
        return end if end == date.max else date.fromordinal(end.toordinal() + 1)


TAX_RELIEFS = (
    TaxRelief(
        name="DE-USTG-17", jurisdiction="DE", when="at_once", source="UStG § 17 Abs. 2 Nr. 1"
    ),
    TaxRelief(
        name="GB-VATA-36",
        jurisdiction="GB",
        when="after_months",
        months=6,
        source="VATA 1994 s 36; VAT Notice 700/18",
    ),
    TaxRelief(
        name="CN-VAT",
        jurisdiction="CN",
        when="never",
        source="no rule gives output VAT back for a bad debt",
    ),
)
"""Reliefs that ship; a host adds its own as data."""


def tax_relief(name: str) -> TaxRelief:
    """The shipped relief of that name. Raises ``NotFound`` (``tax_relief.unknown``).

    >>> tax_relief("CN-VAT").when
    'never'
    """
    key = number_key(name)
    found = next((each for each in TAX_RELIEFS if number_key(each.name) == key), None)
    if found is None:
        known = ", ".join(each.name for each in TAX_RELIEFS)
        raise NotFound(
            "tax_relief.unknown",
            f"no tax relief is named {name!r}; known are {known}",
            message_zh=f"没有名为 {name!r} 的税收冲减政策；已知：{known}",
            name=name,
        )
    return found


def relief_on(
    ledger: ReceivablesLedger,
    receivable: str,
    amount: Money,
    *,
    on: date,
    policy: TaxRelief | None,
) -> Money | None:
    """The output VAT relieved where ``amount`` of a receivable is written off on a day.

    ``None`` where no policy is named or it gives nothing on that day. Half up on the running total
    of what was relieved of the receivable, so that parts add up to its tax. Raises ``Refused``
    (``tax_relief.tax_unknown``) where the receivable does not say what tax is inside.

    >>> from revenue.receivable import Receivable
    >>> debt = Receivable(number="AR-1", customer="C-1", on=date(2026, 1, 1),
    ...                   due_on=date(2026, 1, 31), amount=Money("119", "EUR"),
    ...                   tax=Money("19", "EUR"))
    >>> ledger = ReceivablesLedger().record(debt)
    >>> law = tax_relief("DE-USTG-17")
    >>> relief_on(ledger, "AR-1", Money("59.50", "EUR"), on=date(2026, 6, 1), policy=law)
    Money('9.50', 'EUR')
    """
    debt = ledger.receivable(receivable)
    since = None if policy is None else policy.granted_from(debt.due_on)
    if policy is None or since is None or on < since:
        return None
    if debt.tax is None:
        raise Refused(
            "tax_relief.tax_unknown",
            f"receivable {debt.number} does not say what tax is inside, so {policy.name} cannot "
            "relieve it; give its tax, or write it off without relief",
            message_zh=f"应收 {debt.number} 未注明税额，无法按 {policy.name} 冲减；"
            "请补充税额，或不作税收冲减",
            receivable=debt.number,
        )
    earlier = [
        fact
        for fact in _live(ledger, WriteOff)
        if number_key(fact.receivable) == number_key(receivable) and fact.tax_relief is not None
    ]
    code = amount.code
    before = money_total((fact.amount for fact in earlier), code)
    given = money_total((fact.tax_relief for fact in earlier if fact.tax_relief), code)
    return _part(debt.tax, before + amount, debt.amount, given, amount)


def relief_owed_again(ledger: ReceivablesLedger, write_off: str, amount: Money) -> Money | None:
    """The relief that is owed to the tax office again where ``amount`` is recovered.

    ``None`` where the write-off had none. Half up on the running total, so that a debt recovered
    in full gives back all its relief.
    """
    key = number_key(write_off)
    fact = next((each for each in _live(ledger, WriteOff) if number_key(each.number) == key), None)
    if fact is None or fact.tax_relief is None:
        return None
    earlier = [each for each in _live(ledger, Recovery) if number_key(each.write_off) == key]
    before = money_total((each.amount for each in earlier), amount.code)
    given = money_total((each.tax for each in earlier if each.tax), amount.code)
    return _part(fact.tax_relief, before + amount, fact.amount, given, amount)


def recover_write_off(
    ledger: ReceivablesLedger,
    write_off: str,
    *,
    receipt: str,
    number: str,
    on: date,
    amount: Money | None = None,
) -> Recovery:
    """A recovery of ``amount`` (by default as much as can be), with the relief it gives back.

    Raises ``NotFound`` (``write_off.unknown``, ``receipt.unknown``) and ``Refused``
    (``recovery.nothing_to_recover``); what else is wrong with it, ``record`` refuses.
    """
    owed = ledger.recoverable_amount(write_off)
    free = ledger.free_amount(receipt)
    if amount is None and owed.code == free.code:
        amount = min(owed, free)
    elif amount is None:
        amount = owed
    if not amount.amount:
        raise Refused(
            "recovery.nothing_to_recover",
            f"write-off {write_off} is recovered, or receipt {receipt} has nothing free",
            write_off=write_off,
            receipt=receipt,
        )
    tax = relief_owed_again(ledger, write_off, amount) if amount.code == owed.code else None
    return Recovery(
        number=number, write_off=write_off, receipt=receipt, amount=amount, on=on, tax=tax
    )


def _part(tax: Money, reached: Money, whole: Money, given: Money, amount: Money) -> Money:
    """The tax of a running total less what was given before, between 0 and the amount."""
    zero = Money.zero(tax.code)
    share = min(reached.ratio_to(whole), Fraction(1))
    return min(max(tax.share(share) - given, zero), amount)


def _live(ledger: ReceivablesLedger, kind: type[_Loss]) -> Iterator[_Loss]:
    """The facts of a kind that no reversal undid, as recorded."""
    undone = {number_key(each.reverses) for each in ledger.facts if isinstance(each, Reversal)}
    for fact in ledger.facts:
        if isinstance(fact, kind) and number_key(fact.number) not in undone:
            yield fact
