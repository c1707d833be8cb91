"""Accounts as plain-text accounting names them (科目名称): ``Assets:1122-Accounts-receivable``.

beancount wants one of five roots, and parts of letters, digits and hyphens that begin with a
capital or a digit; hledger takes the same names, so both files show the same accounts. Chinese
names are allowed in both because the code stands first. The root follows from the Chinese numbering
of accounts, unless the host says otherwise:

    ======  ==================================  ===========
    1       assets 资产类                        Assets
    2       liabilities 负债类                   Liabilities
    3, 4    both ways, equity 共同类、权益类       Equity
    5       cost of production 成本类            Expenses
    60-63   income of the 损益类                 Income
    64-68   expenses of the 损益类               Expenses
    69      corrections of earlier years         Equity
    ======  ==================================  ===========
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue.chart import Account
from revenue.entry import JournalEntry

Root = Literal["Assets", "Liabilities", "Equity", "Income", "Expenses"]

_ROOTS: dict[str, Root] = {
    "1": "Assets",
    "2": "Liabilities",
    "3": "Equity",
    "4": "Equity",
    "5": "Expenses",
    "60": "Income",
    "61": "Income",
    "62": "Income",
    "63": "Income",
    "64": "Expenses",
    "65": "Expenses",
    "66": "Expenses",
    "67": "Expenses",
    "68": "Expenses",
    "69": "Equity",
}


def root_of(code: str, roots: Mapping[str, Root] | None = None) -> Root:
    """The root of an account: that of the longest beginning of its code that has one.

    ``roots`` go before the Chinese numbering. Raises ``Invalid`` (``journal_export.no_root``).

    >>> root_of("1122"), root_of("6001"), root_of("6702"), root_of("BANK", {"BANK": "Assets"})
    ('Assets', 'Income', 'Expenses', 'Assets')
    """
    for known in (roots or {}, _ROOTS):
        for length in range(len(code), 0, -1):
            root = known.get(code[:length])
            if root is not None:
                return root
    raise Invalid(
        "journal_export.no_root",
        f"account {code} is neither assets, liabilities, equity, income nor expenses by its "
        f"number; name its root, as in {code}=Assets",
        account=code,
    )


def account_names(
    entries: Iterable[JournalEntry],
    *,
    company: str = "",
    language: str = "en",
    roots: Mapping[str, Root] | None = None,
) -> dict[str, str]:
    """The name of each account by its code, in the order of the codes; no two are the same.

    An account that changed its name keeps the first one. ``company`` becomes the second part of
    every name, so that several books go into one file. Raises ``Invalid``
    (``journal_export.no_root``).

    >>> from datetime import date
    >>> from revenue import Receipt, journal
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> account_names(journal([receipt]), company="HT", language="zh")
    {'1002': 'Assets:HT:1002-银行存款', '224101': 'Liabilities:HT:224101-其他应付款-待核销款'}
    """
    accounts: dict[str, Account] = {}
    for entry in entries:
        for line in entry.lines:
            accounts.setdefault(line.account.code, line.account)
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code, account in sorted(accounts.items()):
        parts = (root_of(code, roots), *((part(company),) if company else ()))
        name = ":".join((*parts, part(f"{code}-{account.name.in_(language)}")))
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name}-{count}"
        taken.add(unique)
        names[code] = unique
    return names


def balances(entries: Iterable[JournalEntry]) -> list[tuple[str, Money]]:
    """Debits less credits of each account in each of its currencies, by code, then currency."""
    sums: dict[tuple[str, str], Money] = {}
    for entry in entries:
        for line in entry.lines:
            money = line.signed
            key = line.account.code, money.code
            sums[key] = sums[key] + money if key in sums else money
    return [(code, money) for (code, _), money in sorted(sums.items(), key=lambda item: item[0])]


def part(text: str) -> str:
    """The text as one part of an account's name: letters and digits, hyphens for all else.

    >>> part("222101-应交税费—应交增值税（销项税额）"), part("bank")
    ('222101-应交税费-应交增值税-销项税额', 'Xbank')
    """
    signs = "".join(sign if _is_plain(sign) else " " for sign in text)
    joined = "-".join(signs.split())
    first = unicodedata.category(joined[0]) if joined else ""
    return joined if first in ("Lu", "Nd") else f"X{joined}"


def _is_plain(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] == "L" or category == "Nd"
