"""The journal as an hledger file (hledger 账本): what ``hledger check --strict`` accepts.

The accounts, amounts and total prices are those of the beancount file. hledger has no quotes: a
semicolon begins a comment, a comma ends a tag, so signs that would mean something stand as
full-width ones. Accounts and commodities are declared, and at the end an entry of zeros asserts the
balance of each account, to the cent, in each of its currencies.
"""

from collections.abc import Iterable, Iterator, Mapping

from cpq.kernel.money import Money, currency_places
from revenue.adapters.export.account_names import Root, account_names, balances
from revenue.adapters.export.beancount import amount_of
from revenue.entry import JournalEntry

_TYPES: dict[str, str] = {
    "Assets": "A",
    "Liabilities": "L",
    "Equity": "E",
    "Income": "R",
    "Expenses": "X",
}
_WORDS = str.maketrans({";": "；", "|": "｜", "\n": " ", "\t": " "})
_CODE = str.maketrans({"(": "（", ")": "）", ";": "；", "\n": " ", "\t": " "})
_TAG = str.maketrans({",": "，", "[": "［", "]": "］", ";": "；", "\n": " ", "\t": " "})


def hledger_text(
    entries: Iterable[JournalEntry],
    *,
    company: str = "",
    language: str = "en",
    roots: Mapping[str, Root] | None = None,
) -> str:
    """The entries as an hledger journal, by day.

    ``company`` is the second part of every account; files with different companies can be joined.
    Raises ``Invalid`` (``journal_export.no_root``).

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> from revenue import Receipt, journal
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> print(hledger_text(journal([receipt])).split(chr(10) * 2)[2])
    2026-12-01 * (receipt/R-1) Receipt R-1 from C-1
        ; fact-kind:receipt, fact:R-1, rule:receipt.received, rule-version:1
        ; memo-zh:收到 C-1 款 R-1
        Assets:1002-Bank-deposits  300.00 CNY  ; customer:C-1
        Liabilities:224101-Other-payables-unapplied-cash  -300.00 CNY  ; customer:C-1
    """
    ordered = sorted(entries, key=lambda entry: entry.on)
    names = account_names(ordered, company=company, language=language, roots=roots)
    blocks = [
        "".join(_commodities(ordered)),
        "".join(_accounts(names)),
        *("".join(_transaction(entry, names, language)) for entry in ordered),
        "".join(_assertions(ordered, names)),
    ]
    return "\n".join(block for block in blocks if block)


def _commodities(entries: list[JournalEntry]) -> Iterator[str]:
    yield "decimal-mark .\n"
    codes = {
        money.code
        for entry in entries
        for line in entry.lines
        for money in (line.signed, line.value)
    }
    for code in sorted(codes):
        yield f"commodity 1000.{'0' * currency_places(code)} {code}\n"


def _accounts(names: Mapping[str, str]) -> Iterator[str]:
    for name in names.values():
        yield f"account {name}  ; type:{_TYPES[name.partition(':')[0]]}\n"


def _transaction(entry: JournalEntry, names: Mapping[str, str], language: str) -> Iterator[str]:
    other = "en" if language.startswith("zh") else "zh"
    words = entry.memo.in_(language)
    code = entry.number.translate(_CODE)
    yield f"{entry.on} * ({code}) {words.translate(_WORDS)}".rstrip() + "\n"
    yield (
        f"    ; fact-kind:{_tag(entry.fact_kind)}, fact:{_tag(entry.fact)}, "
        f"rule:{_tag(entry.rule)}, rule-version:{entry.rule_version}\n"
    )
    if entry.memo.in_(other) != words:
        yield f"    ; memo-{other}:{_tag(entry.memo.in_(other))}\n"
    for line in entry.lines:
        said = [
            *([f"customer:{_tag(line.customer)}"] if line.customer else ()),
            *([f"contract:{_tag(line.contract)}"] if line.contract else ()),
            *(["book-only:yes"] if line.book_only else ()),
        ]
        comment = f"  ; {', '.join(said)}" if said else ""
        yield f"    {names[line.account.code]}  {amount_of(line)}{comment}\n"


def _assertions(entries: list[JournalEntry], names: Mapping[str, str]) -> Iterator[str]:
    if not entries:
        return
    yield f"{entries[-1].on} * Balances\n"
    for code, money in balances(entries):
        yield (
            f"    {names[code]}  {Money.zero(money.code).amount:f} {money.code} = "
            f"{money.amount:f} {money.code}\n"
        )


def _tag(text: str) -> str:
    return text.translate(_TAG)
