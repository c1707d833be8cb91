"""What arrived: new lines, and the receipts that they stand for (到账、收款单).

A receipt says no more than the bank did. Whose money it is may be unknown (待认领), and stays so
until somebody says it or a match proves it.
"""

from collections.abc import Iterable

from cpq.kernel.errors import Conflict, Refused
from revenue.bank.line import BankLine, content_key, place_key
from revenue.receipt import Receipt

_REFERENCE_MAX = 200
_CUT = " …"


def receipt_of(line: BankLine, *, number: str, customer: str = "") -> Receipt:
    """The receipt of money that came in; ``customer`` is empty while the payer is unknown.

    The day is the booking day. The reference is what the payer referred to, then the remittance
    text, on one line: above 200 characters it ends in `` …`` and the line named by ``bank`` has the
    whole. Raises ``Refused`` (``bank_line.no_receipt``) for money out, returns, zero, and what is
    not booked.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> line = BankLine(account="6222", statement="S-1", position=3, booked_on=date(2026, 11, 20),
    ...                 amount=Money("300.00", "CNY"), counterparty="上海机床有限公司",
    ...                 text="货款 INV-1")
    >>> receipt = receipt_of(line, number="RC-1")
    >>> receipt.payer, receipt.reference, receipt.bank
    ('上海机床有限公司', '货款 INV-1', '6222/S-1/3')
    """
    if not line.is_receipt:
        raise Refused(
            "bank_line.no_receipt",
            f"bank line {place_key(line)} of {line.amount} is {_nature(line)}; only booked money "
            "that came in is a receipt: use returned() for bounced payments, leave out the others",
            message_zh=f"银行流水 {place_key(line)} 金额 {line.amount} 不是收款，不能生成收款单",
            line=place_key(line),
        )
    return Receipt(
        number=number,
        customer=customer,
        on=line.booked_on,
        amount=line.amount,
        payer=line.counterparty,
        reference=_reference(line),
        payer_account=line.counterparty_account,
        bank=place_key(line),
    )


def _nature(line: BankLine) -> str:
    if line.status != "booked":
        return f"not booked ({line.status})"
    if line.is_return:
        return "a return or a reversal"
    return "money that went out" if line.amount.amount < 0 else "nothing"


def _reference(line: BankLine) -> str:
    """Each reference once, then the text; as much as fits, whole words."""
    text = " ".join(line.text.split())
    words = [each for each in dict.fromkeys((line.end_to_end, *line.references)) if each]
    whole = " ".join([*(each for each in words if each not in text), text]).strip()
    if len(whole) <= _REFERENCE_MAX:
        return whole
    room = whole[: _REFERENCE_MAX - len(_CUT) + 1]
    return (room.rpartition(" ")[0] or room[:-1]) + _CUT


def unseen(lines: Iterable[BankLine], *, seen: Iterable[str]) -> tuple[BankLine, ...]:
    """The lines whose content keys are not among those ``seen``, in their order.

    Raises ``Conflict`` (``statement.content_differs``) where a place that was seen holds something
    else now: the bank changed the statement, or two statements bear one name.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> line = BankLine(account="6222", statement="S-1", position=3, booked_on=date(2026, 11, 20),
    ...                 amount=Money("300.00", "CNY"))
    >>> len(unseen([line], seen=[])), len(unseen([line], seen=[content_key(line)]))
    (1, 0)
    """
    keys = frozenset(seen)
    places = {key.rpartition("/")[0] for key in keys}
    new: dict[str, BankLine] = {}
    for line in lines:
        key, place = content_key(line), place_key(line)
        if key in keys or key in new:
            continue
        if place in places:
            raise Conflict(
                "statement.content_differs",
                f"bank line {place} was imported with another content; now it is {line.amount} on "
                f"{line.booked_on} of {line.counterparty!r}: compare the two statements, and give "
                "a corrected one under a number of its own",
                message_zh=f"银行流水 {place} 此前导入的内容与现在不同，请核对两份对账单",
                line=place,
            )
        places.add(place)
        new[key] = line
    return tuple(new.values())
