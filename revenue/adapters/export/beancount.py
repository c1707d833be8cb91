"""The journal as a beancount file (beancount 账本): what ``bean-check`` accepts.

Every entry is a transaction with its fact, rule and rule's version as metadata, every line a
posting with its customer and contract. A line in a foreign currency carries what it is worth in the
books as a total price (``@@``), so the entry balances there as it does here. At the end each
account's balance is asserted to the cent, in each of its currencies.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from revenue.adapters.export.account_names import Root, account_names, balances
from revenue.entry import JournalEntry, JournalLine

# A price for one unit is a fraction: what is cut off it, times the units, is far below a cent.
_HEAD = 'option "inferred_tolerance_default" "*:0.000001"\n'
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


def beancount_text(
    entries: Iterable[JournalEntry],
    *,
    company: str = "",
    language: str = "en",
    roots: Mapping[str, Root] | None = None,
) -> str:
    """The entries as a beancount file, by day.

    ``company`` is the second part of every account; files with different companies can be joined.
    Raises ``Invalid`` (``journal_export.no_root``).

    >>> from cpq.kernel.money import Money
    >>> from revenue import Receipt, journal
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> print(beancount_text(journal([receipt])).split(chr(10) * 2)[2])
    2026-12-01 * "Receipt R-1 from C-1"
      entry: "receipt/R-1"
      fact-kind: "receipt"
      fact: "R-1"
      rule: "receipt.received"
      rule-version: 1
      memo-zh: "收到 C-1 款 R-1"
      Assets:1002-Bank-deposits  300.00 CNY
        customer: "C-1"
      Liabilities:224101-Other-payables-unapplied-cash  -300.00 CNY
        customer: "C-1"
    """
    ordered = sorted(entries, key=lambda entry: entry.on)
    names = account_names(ordered, company=company, language=language, roots=roots)
    blocks = [
        _HEAD,
        "".join(_openings(ordered, names)),
        *("".join(_transaction(entry, names, language)) for entry in ordered),
        "".join(_assertions(ordered, names)),
    ]
    return "\n".join(block for block in blocks if block)


def _openings(entries: list[JournalEntry], names: Mapping[str, str]) -> Iterator[str]:
    first: dict[str, date] = {}
    currencies: dict[str, set[str]] = {}
    for entry in entries:
        for line in entry.lines:
            first.setdefault(line.account.code, entry.on)
            currencies.setdefault(line.account.code, set()).add(line.signed.code)
    for code, name in names.items():
        yield f"{first[code]} open {name} {','.join(sorted(currencies[code]))}\n"
        yield f"  account: {_quoted(code)}\n"


def _transaction(entry: JournalEntry, names: Mapping[str, str], language: str) -> Iterator[str]:
    other = "en" if language.startswith("zh") else "zh"
    words = entry.memo.in_(language)
    yield f"{entry.on} * {_quoted(words)}\n"
    yield f"  entry: {_quoted(entry.number)}\n"
    yield f"  fact-kind: {_quoted(entry.fact_kind)}\n"
    yield f"  fact: {_quoted(entry.fact)}\n"
    yield f"  rule: {_quoted(entry.rule)}\n"
    yield f"  rule-version: {entry.rule_version}\n"
    if entry.memo.in_(other) != words:
        yield f"  memo-{other}: {_quoted(entry.memo.in_(other))}\n"
    for line in entry.lines:
        yield f"  {names[line.account.code]}  {amount_of(line)}\n"
        for key, said in (("customer", line.customer), ("contract", line.contract)):
            if said:
                yield f"    {key}: {_quoted(said)}\n"
        if line.book_only:
            yield "    book-only: TRUE\n"


def amount_of(line: JournalLine) -> str:
    """The amount of a posting, with what it is worth in the books where that is another currency.

    >>> from revenue.chart import STANDARD_CHART
    >>> from cpq.kernel.money import Money
    >>> amount_of(JournalLine(account=STANDARD_CHART.bank, credit=Money("100", "CNY")))
    '-100.00 CNY'
    """
    original, value = line.signed, line.value
    if value.code == original.code:
        return f"{original.amount:f} {original.code}"
    return f"{original.amount:f} {original.code} @@ {abs(value.amount):f} {value.code}"


def _assertions(entries: list[JournalEntry], names: Mapping[str, str]) -> Iterator[str]:
    if not entries or entries[-1].on == date.max:
        return
    after = entries[-1].on + timedelta(days=1)
    for code, balance in balances(entries):
        yield f"{after} balance {names[code]}  {balance.amount:f} ~ 0 {balance.code}\n"


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
