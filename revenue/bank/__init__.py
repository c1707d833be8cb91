"""What the bank says: statements, their lines, and what they mean (银行对账单、流水).

A ``BankStatement`` is what one file says of one account between two balances, a ``BankLine`` is one
movement on it: money in is positive, whatever side the bank calls it (the bank's 贷方 is money in).
A line is never changed; ``receipt_of`` makes the receipt that it stands for, ``returned`` finds the
receipt that a bounced payment undoes, ``unseen`` leaves out what was imported before.
"""

from revenue.bank.arrival import receipt_of, unseen
from revenue.bank.line import BankDetail, BankLine, content_key, place_key
from revenue.bank.returned import ReturnedPayment, returned
from revenue.bank.running import broken_balance, in_time
from revenue.bank.statement import BankFormat, BankStatement, gaps

__all__ = [
    "BankDetail",
    "BankFormat",
    "BankLine",
    "BankStatement",
    "ReturnedPayment",
    "broken_balance",
    "content_key",
    "gaps",
    "in_time",
    "place_key",
    "receipt_of",
    "returned",
    "unseen",
]
