"""The bank line: one movement on an account as the bank states it (银行流水).

The remittance text is what a payer wrote, and on it hangs whose money it is: it is kept whole.
What a format says beyond the fields that every format has is kept beside it as details, so that
nothing of a file is lost.

Two imports of one file must not book twice. A line is known by its *place* (account, statement,
position) and by its *content*. A statement without a name (a CSV export, whose next export
overlaps it) gives its lines no place; there the content and how many alike came before are it.
"""

import hashlib
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from cpq.kernel.model import Frozen, canonical_json
from cpq.kernel.money import Money
from cpq.kernel.text import Line, printable

_TEXT_MAX = 20_000
_HASH = 32

BankText = Annotated[str, StringConstraints(max_length=_TEXT_MAX), AfterValidator(printable)]
"""Text of a bank, of several lines: at most 20,000 characters, for payers name many invoices."""

Name = Annotated[Line, StringConstraints(max_length=64)]
"""An account or a statement, of at most 64 characters on one line; it is part of a key."""

BankStatus = Literal["booked", "pending", "information"]
"""Only what is booked moves the balance; banks list what is expected, too, or merely announced."""


class BankDetail(Frozen):
    """One thing that the file says beyond the common fields, under the file's own name for it.

    >>> BankDetail(name="?34", text="901").text
    '901'
    """

    name: Line
    text: BankText


class BankLine(Frozen):
    """One movement: ``amount`` is positive for money in, on the currency's grid.

    ``position`` counts from 1 in the statement; ``repeat`` counts lines of equal content.
    ``end_to_end`` and ``references`` are the payer's, ``bank_reference`` is the bank's own.
    ``text`` is the remittance information, whole. Where ``is_return``, a payment bounced or was
    reversed: ``original`` is the reference of that payment and ``reason`` the bank's code, where
    given. ``payments`` is above 1 for a collective entry that the file does not break down.
    ``balance`` is the account's after this line. ``file_line`` and ``raw`` are where it stands.

    >>> line = BankLine(account="DE02120300000000202051", statement="27/1", position=1,
    ...                 booked_on=date(2026, 11, 20), amount=Money("119.00", "EUR"),
    ...                 counterparty="Müller GmbH", text="INV-2026-0017")
    >>> line.is_receipt, content_key(line)[:28]
    (True, 'DE02120300000000202051/27/1/')
    """

    account: Name = Field(min_length=1)
    statement: Name = ""
    position: int = Field(ge=1)
    repeat: int = Field(default=1, ge=1)
    booked_on: date
    value_on: date | None = None
    amount: Money
    counterparty: Line = ""
    counterparty_account: Line = ""
    counterparty_bank: Line = ""
    end_to_end: Line = ""
    references: tuple[Line, ...] = ()
    bank_reference: Line = ""
    text: BankText = ""
    code: Line = ""
    is_return: bool = False
    original: Line = ""
    reason: Line = ""
    status: BankStatus = "booked"
    payments: int = Field(default=1, ge=1)
    balance: Money | None = None
    details: tuple[BankDetail, ...] = ()
    file_line: int = Field(default=0, ge=0)
    raw: BankText = ""

    @property
    def is_receipt(self) -> bool:
        """Whether money of a payer came in: booked, positive, and nothing that comes back."""
        return self.status == "booked" and self.amount.amount > 0 and not self.is_return

    def detail(self, name: str) -> str:
        """What the file says under ``name``, empty where it says nothing.

        >>> BankLine(account="1", position=1, booked_on=date(2026, 11, 20),
        ...          amount=Money("1", "CNY"),
        ...          details=(BankDetail(name="?10", text="0399"),)).detail("?10")
        '0399'
        """
        return next((each.text for each in self.details if each.name == name), "")


def place_key(line: BankLine) -> str:
    """``account/statement/position``: where a line stands, the same however often it is read.

    Where the statement has no name, content and ``repeat`` take the place of the position.

    >>> place_key(BankLine(account="6222", statement="S-1", position=3,
    ...                    booked_on=date(2026, 11, 20), amount=Money("1.00", "CNY")))
    '6222/S-1/3'
    """
    if line.statement:
        return f"{line.account}/{line.statement}/{line.position}"
    return f"{line.account}//{content_of(line)}.{line.repeat}"


def content_key(line: BankLine) -> str:
    """The idempotency key: the place and a hash of what is said there (幂等键).

    Equal keys are one line; an equal place with another hash is a statement that was changed. What
    the file says in details, its balance and where the line stands in it are no part of the key.

    >>> line = BankLine(account="6222", statement="S-1", position=3,
    ...                 booked_on=date(2026, 11, 20), amount=Money("1.00", "CNY"))
    >>> content_key(line) == content_key(line.with_(file_line=9))
    True
    """
    return f"{place_key(line)}/{content_of(line)}"


def content_of(line: BankLine) -> str:
    """A hash of what the line says, wherever it stands: equal for lines that say the same.

    >>> line = BankLine(account="6222", position=1, booked_on=date(2026, 11, 20),
    ...                 amount=Money("1.00", "CNY"))
    >>> content_of(line) == content_of(line.with_(position=2))
    True
    """
    said = (
        *(line.account, line.booked_on.isoformat()),
        line.value_on.isoformat() if line.value_on else "",
        *(line.amount.minor, line.amount.code),
        *(line.counterparty, line.counterparty_account, line.counterparty_bank),
        *(line.end_to_end, *line.references, line.bank_reference),
        *(line.text, line.code, line.status),
    )
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()[:_HASH]
