"""The movements of a CSV export as bank lines and statements (CSV 流水).

Money in is positive, whether the file has one column with signs, a column that says 借 or 贷, or a
column for each. Where signs could mean two things the file is refused. Where it states the balance
after each movement, the balances prove signs, order and completeness row by row.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from cpq.kernel.errors import Unreadable
from cpq.kernel.money import Money
from revenue.adapters.bank.columns import (
    CURRENCIES,
    TITLES,
    ColumnMap,
    Columns,
    title_key,
)
from revenue.adapters.bank.csv_table import Row, Table, bare, read_table
from revenue.adapters.bank.figures import Field, known_currency, written_amount, written_day
from revenue.adapters.bank.source import Source, detail
from revenue.bank.line import BankLine
from revenue.bank.running import in_time
from revenue.bank.statement import BankStatement, renumbered

_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]+", re.IGNORECASE | re.ASCII)
_WORDS = frozenset({"counterparty", "kind"})
_RETURNED = ("退汇", "冲正", "退票", "冲账", "抹账")
"""Words by which Chinese banks mark a return or a reversal in their own summary."""


class _Moved(NamedTuple):
    """A row with what it moved; ``is_red`` is a reversal written as a negative (红字)."""

    row: Row
    booked_on: date
    amount: Money
    balance: Money | None
    is_red: bool
    account: str
    currency: str


def read_csv(source: Source, asked: ColumnMap, encoding: str | None) -> tuple[BankStatement, ...]:
    """The statements of a CSV export: one for each account and currency in it.

    Raises ``Unreadable`` (``bank_file.columns``, ``bank_file.encoding``, ``bank_line.unreadable``).
    """
    table = _table(source, asked, encoding)
    if not table.rows:
        raise source.refused(
            "bank_file.empty",
            "below the titles stands no movement; export the period again",
            zh="表头下没有流水；请重新导出",
        )
    _refuse_hidden_direction(source, table, asked)
    moved = list(_moved(source, table, asked))
    groups: dict[tuple[str, str], list[_Moved]] = {}
    for each in moved:
        groups.setdefault((each.account, each.currency), []).append(each)
    return tuple(
        _statement(source, table, group, asked, account=account, currency=currency)
        for (account, currency), group in groups.items()
    )


def _table(source: Source, asked: ColumnMap, encoding: str | None) -> Table:
    """The table as UTF-8, or as GB18030 where Chinese titles prove that it is."""
    try:
        table = read_table(source, source.text(encoding), asked)
    except Unreadable as error:
        if encoding or error.code != "bank_file.encoding":
            raise
        table = _as_gb18030(source, asked)
        if table is None:
            raise
    if table is not None:
        return table
    named = [title for role in TITLES for title in asked.titles(role)]
    if named:
        raise source.refused(
            "bank_file.columns",
            f"no row among the first {asked.header_rows} has titles for a day and an amount; the "
            f"column map names {', '.join(named)}: correct its titles",
            found=source.data[:80],
            zh="找不到含日期与金额的表头；请更正列对照表中的列名",
        )
    raise source.refused(
        "bank_file.unknown_format",
        "this is neither MT940, camt.053 nor BAI2, and no row has titles for a day and an "
        "amount as in a CSV export; say what the columns are called with columns=ColumnMap(…)",
        found=source.data[:80],
        zh="无法识别文件格式，也没有含日期与金额的表头；请用 columns=ColumnMap(…) 指定列名",
    )


def _as_gb18030(source: Source, asked: ColumnMap) -> Table | None:
    try:
        text = source.data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    table = read_table(source, text, asked)
    return table if table is not None and table.columns.is_chinese else None


def _refuse_hidden_direction(source: Source, table: Table, asked: ColumnMap) -> None:
    """Refuse a column of unread title whose cells all say in or out: it decides the signs."""
    if table.columns.of("direction") or table.columns.of("credit"):
        return
    words = {title_key(word) for word in (*asked.incoming, *asked.outgoing)}
    for place in table.columns.unread:
        cells = {title_key(row.cell(place)) for row in table.rows}
        if cells <= words:
            raise source.refused(
                "bank_file.columns",
                "the column says of each movement whether it is in or out, but its title is not "
                "known; name it with columns=ColumnMap(direction=…)",
                line=table.rows[0].number,
                field=table.columns.header[place],
                found=table.rows[0].cell(place),
                zh="此列似为收支方向，但列名未知；请用 ColumnMap(direction=…) 指定",
            )


class _Cells:
    """The cells of a row by what is read from them."""

    def __init__(self, source: Source, columns: Columns, row: Row, asked: ColumnMap) -> None:
        self.source = source
        self.columns = columns
        self.row = row
        self.asked = asked

    def text(self, role: str) -> str:
        """The cell, empty where there is no such column; only words are taken as they stand."""
        places = self.columns.of(role)
        text = self.row.cell(places[0]) if places else ""
        return text if role in _WORDS else bare(text)

    def field(self, role: str) -> Field:
        """The cell as a field; full-width figures are made plain where the map asks for it."""
        text = self.text(role)
        if self.asked.full_width:
            text = unicodedata.normalize("NFKC", text)
        places = self.columns.of(role)
        name = self.columns.header[places[0]] if places else role
        return Field(self.source, self.row.number, name, text)

    def amount(self, role: str, currency: str) -> Money | None:
        """The amount in the cell, ``None`` where it is empty or a dash."""
        field = self.field(role)
        if field.text in ("", "-", "--"):
            return None
        return written_amount(field, currency, self.asked.separators)


def _moved(source: Source, table: Table, asked: ColumnMap) -> Iterator[_Moved]:
    redundant = _signs_repeat(source, table, asked)
    for row in table.rows:
        cells = _Cells(source, table.columns, row, asked)
        currency = _currency(cells, table)
        amount, is_red = _amount(cells, currency, redundant=redundant)
        yield _Moved(
            row=row,
            booked_on=written_day(cells.field("booked_on"), asked.dates),
            amount=amount,
            balance=cells.amount("balance", currency),
            is_red=is_red,
            account=_account(cells, table),
            currency=currency,
        )


def _amount(cells: _Cells, currency: str, *, redundant: bool) -> tuple[Money, bool]:
    """What a row moved, and whether it is a reversal written as a negative."""
    if cells.columns.of("credit"):
        return _of_two(cells, currency)
    amount = cells.amount("amount", currency)
    if amount is None:
        raise cells.field("amount").wrong("the amount is missing; fill it in", "缺少金额")
    if not cells.columns.of("direction"):
        return amount, False
    incoming = _is_incoming(cells)
    if amount.amount < 0 and not redundant:
        raise cells.field("amount").wrong(
            "the row has a direction and a minus, which may be money out or a reversal; leave the "
            "direction out of the map if the signs say it, or correct the row",
            "既有收支方向又为负数，含义不明",
        )
    size = abs(amount)
    return (size if incoming else -size), False


def _of_two(cells: _Cells, currency: str) -> tuple[Money, bool]:
    credit, debit = (cells.amount(role, currency) for role in ("credit", "debit"))
    if credit is not None and debit is not None and credit.amount and debit.amount:
        raise cells.field("debit").wrong(
            "the row has money in and money out; one of the two is empty or zero",
            "同一行既有贷方又有借方金额",
        )
    if credit is None and debit is None:
        raise cells.field("credit").wrong("the amount is missing; fill it in", "缺少金额")
    zero = Money.zero(currency)
    amount = (credit or zero) - (debit or zero)
    return amount, any(each is not None and each.amount < 0 for each in (credit, debit))


def _is_incoming(cells: _Cells) -> bool:
    said = title_key(cells.text("direction"))
    if said in {title_key(word) for word in cells.asked.incoming}:
        return True
    if said in {title_key(word) for word in cells.asked.outgoing}:
        return False
    raise cells.field("direction").wrong(
        "a direction is 贷/收/C for money in, 借/支/D for money out; say other words with "
        "incoming and outgoing in the column map",
        "收支方向无法识别",
    )


def _signs_repeat(source: Source, table: Table, asked: ColumnMap) -> bool:
    """Whether minus signs only repeat the direction: all money out has one, no money in."""
    if not table.columns.of("direction") or table.columns.of("credit"):
        return False
    found = set()
    for row in table.rows:
        cells = _Cells(source, table.columns, row, asked)
        negative = cells.text("amount").lstrip("¥￥ ").startswith(("-", "−"))
        found.add((_is_incoming(cells), negative))
    return found <= {(True, False), (False, True)} and (False, True) in found


def _currency(cells: _Cells, table: Table) -> str:
    said = cells.text("currency")
    if not said and cells.asked.currency_code:
        return cells.asked.currency_code
    said = said or next((table.said[key] for key in TITLES["currency"] if key in table.said), "")
    if not said:
        raise cells.source.refused(
            "bank_file.columns",
            "the file says no currency; say it with columns=ColumnMap(currency_code=…)",
            line=cells.row.number,
            field="currency",
            zh="文件未注明币种；请用 ColumnMap(currency_code=…) 指定",
        )
    code = CURRENCIES.get(title_key(said), said.strip())
    return known_currency(Field(cells.source, cells.row.number, "currency", code))


def _account(cells: _Cells, table: Table) -> str:
    said = cells.text("account") or cells.asked.account_number
    said = said or next((table.said[key] for key in TITLES["account"] if key in table.said), "")
    if not said:
        raise cells.source.refused(
            "bank_file.columns",
            "the file says no account; say it with columns=ColumnMap(account_number=…)",
            line=cells.row.number,
            field="account",
            zh="文件未注明账号；请用 ColumnMap(account_number=…) 指定",
        )
    return said


def _statement(
    source: Source,
    table: Table,
    group: Sequence[_Moved],
    asked: ColumnMap,
    *,
    account: str,
    currency: str,
) -> BankStatement:
    lines = renumbered(
        [_line(source, table, each, asked, place) for place, each in enumerate(group, start=1)]
    )
    ordered = in_time(lines)
    first, last = ordered[0], ordered[-1]
    stated = all(line.balance is not None for line in lines)
    opening = first.balance - first.amount if stated and first.balance is not None else None
    return source.value(
        BankStatement,
        {
            "format": "csv",
            "account": account,
            "currency": currency,
            "opening": opening,
            "closing": last.balance if stated else None,
            "opening_on": first.booked_on,
            "closing_on": last.booked_on,
            "lines": lines,
            "details": table.details,
            "file_line": last.file_line,
        },
        line=group[0].row.number,
    )


def _line(source: Source, table: Table, moved: _Moved, asked: ColumnMap, position: int) -> BankLine:
    row, columns = moved.row, table.columns
    cells = _Cells(source, columns, row, asked)
    for role in ("counterparty_account", "serial", "account"):
        if _EXPONENT.fullmatch(cells.text(role)):
            raise cells.field(role).wrong(
                "a spreadsheet rounded this number to 15 digits and shows it with an exponent; "
                "export the file again and do not save it in a spreadsheet",
                "电子表格已将该号码转为科学计数，末位丢失；请重新导出",
            )
    texts = [row.cell(place) for place in columns.of("text")]
    summary = " ".join(row.cell(place) for place in columns.summaries)
    marked = any(word in summary for word in _RETURNED)
    value_on = cells.text("value_on")
    fields: dict[str, Any] = {
        "account": moved.account,
        "position": position,
        "booked_on": moved.booked_on,
        "value_on": written_day(cells.field("value_on"), asked.dates) if value_on else None,
        "amount": moved.amount,
        "counterparty": cells.text("counterparty"),
        "counterparty_account": cells.text("counterparty_account"),
        "counterparty_bank": cells.text("counterparty_bank"),
        "end_to_end": cells.text("end_to_end"),
        "bank_reference": cells.text("serial"),
        "text": "\n".join(text for text in texts if text),
        "code": cells.text("kind"),
        "is_return": moved.is_red or marked,
        "original": cells.text("end_to_end") if moved.is_red or marked else "",
        "reason": next((word for word in _RETURNED if word in summary), ""),
        "balance": moved.balance,
        "details": tuple(
            detail(columns.header[place], row.cell(place))
            for place in columns.unread
            if row.cell(place)
        ),
        "file_line": row.number,
        "raw": row.raw,
    }
    return source.value(BankLine, fields, line=row.number)
