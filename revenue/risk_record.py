"""The risk record: what is known of a customer that bears on its credit (司法/失信记录).

A lawsuit, an entry in the list of dishonest judgment debtors, a frozen share, a broken promise:
each is one fact with a source, the day it became known, its last day and its reference, so that
any grade of any past day can be reckoned again. Records come from people and from what a host has
licensed; nothing here looks anything up. What turns out wrong or is over is not deleted: a
withdrawal ends it from a day on.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative
from revenue.social_credit_code import SocialCreditCode

RiskType = Literal[
    "lawsuit",
    "payment_lawsuit",
    "judgment_debtor",
    "dishonest_debtor",
    "equity_freeze",
    "business_anomaly",
    "licence_revoked",
    "insolvency_petition",
    "insolvency",
    "tax_arrears",
    "overdue_history",
    "broken_promise",
    "insurance_cover",
]
"""What is known: a lawsuit as defendant (被告案件), one by another supplier over payment
(拖欠货款被诉), a judgment under enforcement (被执行人), an entry in the list of dishonest judgment
debtors (失信被执行人), shares frozen (股权冻结), listed for business anomalies (经营异常), licence
revoked (吊销), insolvency petitioned (破产申请) or opened (破产受理), tax arrears (欠税), paid late
(逾期), a promise to pay broken (承诺未兑现), a debt insured (信用保险)."""


class RiskRecord(Frozen):
    """One thing that is known of a customer from the day ``on``, and who says so.

    ``expires_on`` is the last day on which it counts, ``None`` where it has none; ``happened_on``
    the day on which the court or register acted, where that is earlier. ``amount`` is what is sued
    for, enforced, frozen, owed or insured; ``days`` how many days late, of what was paid late.
    ``social_credit_code`` names the company that the source means.

    >>> from cpq.kernel.money import Money
    >>> record = RiskRecord(number="RR-1", customer="C-1", type="judgment_debtor",
    ...     on=date(2026, 11, 20), source="court register", amount=Money("120000", "CNY"),
    ...     reference="(2026)粤0305执1234号", expires_on=date(2027, 11, 19))
    >>> record.counts_on(date(2027, 11, 19)), record.counts_on(date(2027, 11, 20))
    (True, False)
    """

    kind: Literal["risk_record"] = "risk_record"
    number: Number
    customer: Code
    type: RiskType
    on: date
    source: Line = Field(min_length=1)
    expires_on: date | None = None
    happened_on: date | None = None
    amount: NotNegative | None = None
    days: int | None = Field(default=None, ge=0)
    reference: Line = ""
    social_credit_code: SocialCreditCode = ""
    note: Line = ""

    @model_validator(mode="after")
    def _days_in_order(self) -> "RiskRecord":
        if self.expires_on is not None and self.expires_on < self.on:
            raise ValueError(f"expires_on {self.expires_on} lies before on {self.on}")
        if self.happened_on is not None and self.happened_on > self.on:
            raise ValueError(f"happened_on {self.happened_on} lies after on {self.on}")
        return self

    @property
    def since(self) -> date:
        """The day from which its age counts: when it happened, else when it became known."""
        return self.on if self.happened_on is None else self.happened_on

    def counts_on(self, day: date) -> bool:
        """Whether it is known on a day and not past its last day."""
        return self.on <= day and (self.expires_on is None or day <= self.expires_on)


class RiskRecordWithdrawal(Frozen):
    """Ends a risk record: from the day ``on`` it no longer counts, for a reason (撤销、结案).

    >>> RiskRecordWithdrawal(number="RW-1", record="RR-1", on=date(2027, 1, 5), by="Wang",
    ...                      reason="paid; removed from the list").record
    'RR-1'
    """

    kind: Literal["risk_record_withdrawal"] = "risk_record_withdrawal"
    number: Number
    record: Number
    on: date
    by: Line = Field(min_length=1)
    reason: Line = Field(min_length=1)
