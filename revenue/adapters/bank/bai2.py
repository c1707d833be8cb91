"""BAI2, the cash management report of American banks (BAI2 现金管理报告).

Records of comma-separated fields, each ended by ``/`` and continued by ``88``: a file (01) holds
groups (02) of accounts (03) with their movements (16), and each level ends with a control total and
a count of its records (49, 98, 99). All of these are checked, so a file that lost a record is
refused. Amounts are whole minor units. A file has no statement numbers: lines are known by what
they say. What type codes mean is the table of bai2.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from cpq.kernel.money import Money
from revenue.adapters.bank.figures import Field, known_currency, minor_amount, six_digit_day
from revenue.adapters.bank.libraries import library
from revenue.adapters.bank.source import Detail, Source, detail
from revenue.bank.line import BankLine
from revenue.bank.statement import BankStatement, renumbered

_BREAK = "\x1e"
"""Where a record was ended by ``/`` and goes on: no file can hold it, as control characters are
refused."""

_RECORDS = frozenset({"01", "02", "03", "16", "49", "88", "98", "99"})
_FIELD = re.compile(rf"([^,{_BREAK}]*)([,{_BREAK}]|$)")
_GROUP_STATUS = {"2": "deletion", "4": "test"}
_OPENING, _CLOSING = "010", "015"
_AVAILABILITY = {"S": 3, "V": 2}
_RETURNS = frozenset(
    {"123", "252", "255", "257", "258", "266", "395"}
    | {"423", "552", "555", "557", "558", "566", "694"}
)
"""Type codes of single movements that are returns or reversals."""


class Record(NamedTuple):
    """A record with its continuations: the first line, how many lines, all but the code."""

    line: int
    code: str
    text: str
    length: int
    raw: str


class _Fields:
    """The fields of a record, taken one after the other."""

    def __init__(self, source: Source, record: Record) -> None:
        self.source = source
        self.record = record
        self._at = 0

    def take(self, name: str) -> Field:
        """The next field, empty where the record has no more."""
        found = _FIELD.match(self.record.text, self._at)
        assert found
        self._at = found.end()
        return Field(self.source, self.record.line, f"{self.record.code}/{name}", found[1].strip())

    @property
    def more(self) -> bool:
        """Whether the record has fields yet."""
        return self._at < len(self.record.text)

    def rest(self) -> str:
        """All that is left, as text of several lines."""
        text, self._at = self.record.text[self._at :], len(self.record.text)
        return "\n".join(part.strip() for part in text.split(_BREAK) if part.strip())


class _Account(NamedTuple):
    """An account as its record 03 says it."""

    line: int
    number: str
    currency: str
    balances: dict[str, Money]
    details: tuple[Detail, ...]
    total: int


def is_bai2(text: str) -> bool:
    """Whether a text begins with the header record of a BAI2 file.

    >>> is_bai2("01,SENDER,RECEIVER,261120,0800,1,80,1,2/"), is_bai2("01,2,3")
    (True, False)
    """
    first = next((line for line in text[:4000].splitlines() if line.strip()), "")
    return first.startswith("01,") and first.count(",") >= 7


def read_bai2(source: Source, text: str) -> tuple[BankStatement, ...]:
    """The statements of a BAI2 file: one for each account of each group.

    Raises ``Unreadable`` (``bank_file.malformed``, ``bank_line.unreadable``,
    ``statement.total_differs``).
    """
    records = _records(source, text)
    reading = _Reading(source, records)
    return reading.file()


def _records(source: Source, text: str) -> list[Record]:
    found: list[Record] = []
    ended = True
    for line in source.lines(text):
        stripped = line.text.strip()
        if not stripped:
            continue
        code, _, rest = stripped.partition(",")
        code = code.rstrip("/")
        if code not in _RECORDS or (code == "88" and not found):
            raise source.refused(
                "bank_file.malformed",
                f"a record begins with one of {', '.join(sorted(_RECORDS))} and a comma; the file "
                "is damaged: export it again",
                line=line.number,
                found=stripped,
                zh="BAI2 记录应以记录代码开头，文件已损坏",
            )
        body, closed = (rest[:-1], True) if rest.endswith("/") else (rest, False)
        if code == "88":
            last = found[-1]
            between = _BREAK if ended or last.code != "16" else "\n"
            found[-1] = last._replace(
                text=f"{last.text}{between}{body}",
                length=last.length + 1,
                raw=f"{last.raw}\n{stripped}",
            )
        else:
            found.append(Record(line.number, code, body, 1, stripped))
        ended = closed
    return found


class _Reading:
    """The records of a file, level by level, with their control totals."""

    def __init__(self, source: Source, records: Sequence[Record]) -> None:
        self.source = source
        self.records = list(records)
        self.at = 0

    def file(self) -> tuple[BankStatement, ...]:
        """All statements of the file, once its trailer holds."""
        header = self.wanted("01", "file header")
        fields = _Fields(self.source, header)
        names = ("sender", "receiver", "date", "time", "file", "length", "block", "version")
        said = {name: fields.take(name) for name in names}
        if said["version"].text not in ("", "2"):
            raise said["version"].wrong("only version 2 of BAI is read", "只支持 BAI2")
        reference = said["file"].text
        start, total, groups = self.at - 1, 0, 0
        statements: list[BankStatement] = []
        while self.code == "02":
            found, amount = self.group(reference)
            statements += found
            total, groups = total + amount, groups + 1
        self.trailer("99", "groups", total=total, parts=groups, start=start)
        if self.at < len(self.records):
            self.wanted("", "end of the file")
        return tuple(statements)

    @property
    def code(self) -> str:
        """The code of the next record, empty at the end."""
        return self.records[self.at].code if self.at < len(self.records) else ""

    def wanted(self, code: str, what: str) -> Record:
        """The next record, which must be of that code."""
        if self.code != code:
            line = self.records[min(self.at, len(self.records) - 1)].line if self.records else 1
            raise self.source.refused(
                "bank_file.malformed",
                f"here stands the {what} (record {code or 'none'}); the file is cut off or mixed "
                "up: export it again",
                line=line,
                found=self.code or "the end of the file",
                zh=f"此处应为记录 {code or '文件结尾'}，文件不完整或次序有误",
            )
        self.at += 1
        return self.records[self.at - 1]

    def group(self, reference: str) -> tuple[list[BankStatement], int]:
        """The statements of a group, and its control total."""
        start = self.at
        fields = _Fields(self.source, self.wanted("02", "group header"))
        names = ("receiver", "originator", "status", "date", "time", "currency", "modifier")
        said = {name: fields.take(name) for name in names}
        status = said["status"]
        if status.text in _GROUP_STATUS:
            raise status.wrong(
                f"a group of {_GROUP_STATUS[status.text]} holds no new movements; do not import it",
                "该组为删除或测试数据，不导入",
            )
        on = six_digit_day(said["date"])
        currency = said["currency"]._replace(text=said["currency"].text or "USD")
        statements, total = [], 0
        while self.code == "03":
            statement, amount = self.account(on, known_currency(currency), reference)
            statements.append(statement)
            total += amount
        self.trailer("98", "accounts", total=total, parts=len(statements), start=start)
        return statements, total

    def account(self, on: date, currency: str, reference: str) -> tuple[BankStatement, int]:
        """The statement of an account, and its control total."""
        start = self.at
        account = _account(self.source, self.wanted("03", "account"), currency)
        lines: list[BankLine] = []
        total = account.total
        while self.code == "16":
            line = _line(self.source, self.wanted("16", "movement"), account, on, len(lines) + 1)
            lines.append(line)
            total += abs(line.amount.minor)
        self.trailer("49", "", total=total, parts=0, start=start)
        balances = account.balances
        statement = self.source.value(
            BankStatement,
            {
                "format": "bai2",
                "account": account.number,
                "currency": account.currency,
                "number": on.isoformat(),
                "reference": reference,
                "opening": balances.get(_OPENING),
                "closing": balances.get(_CLOSING),
                "opening_on": on if _OPENING in balances else None,
                "closing_on": on if _CLOSING in balances else None,
                "lines": renumbered(lines),
                "details": account.details,
                "file_line": account.line,
            },
            line=account.line,
        )
        return statement, total

    def trailer(self, code: str, what: str, *, total: int, parts: int, start: int) -> None:
        """The trailer of a level, whose control total and counts must hold."""
        fields = _Fields(self.source, self.wanted(code, "trailer"))
        self._hold(fields.take("total"), total)
        if what:
            self._hold(fields.take(what), parts)
        records = fields.take("records")
        found = sum(record.length for record in self.records[start : self.at])
        if records.text:
            self._hold(records, found)

    def _hold(self, field: Field, found: int) -> None:
        if field.text.lstrip("+") != str(found):
            raise self.source.refused(
                "statement.total_differs",
                f"the records make {found}; the file lost a record or was changed: ask the bank "
                "for it again",
                line=field.line,
                field=field.name,
                found=field.text,
                zh=f"控制合计应为 {found}，文件缺少记录或被改动",
            )


def _account(source: Source, record: Record, group_currency: str) -> _Account:
    fields = _Fields(source, record)
    number, code = fields.take("account"), fields.take("currency")
    if not number.text:
        raise number.wrong("the account is missing", "缺少账号")
    currency = known_currency(code._replace(text=code.text or group_currency))
    balances: dict[str, Money] = {}
    details: list[Detail] = []
    total = 0
    while fields.more:
        kind, amount = fields.take("type"), fields.take("amount")
        items, funds = fields.take("items"), fields.take("funds")
        available = _availability(fields, funds)
        if not kind.text:
            continue
        if amount.text:
            money = minor_amount(amount, currency)
            total += money.minor
            balances[kind.text] = money
        said = (amount.text, items.text, funds.text, *available)
        details.append(detail(_named(kind.text), ",".join(said).rstrip(",")))
    return _Account(record.line, number.text, currency, balances, tuple(details), total)


def _availability(fields: _Fields, funds: Field) -> list[str]:
    """What follows the funds type: days and amounts, or a day and a time."""
    count = _AVAILABILITY.get(funds.text, 0)
    if funds.text == "D":
        days = fields.take("distributions")
        if not re.fullmatch("[0-9]{1,2}", days.text):
            raise days.wrong("the number of distributions is one or two digits", "应为一两位数字")
        return [days.text, *(fields.take("distribution").text for _ in range(2 * int(days.text)))]
    return [fields.take("availability").text for _ in range(count)]


def _line(source: Source, record: Record, account: _Account, on: date, position: int) -> BankLine:
    fields = _Fields(source, record)
    kind, amount, funds = fields.take("type"), fields.take("amount"), fields.take("funds")
    available = _availability(fields, funds)
    own, payer = fields.take("bank reference"), fields.take("customer reference")
    text = fields.rest()
    sign = _direction(kind, amount)
    if amount.text.startswith(("+", "-")):
        raise amount.wrong("the amount of a movement has no sign; its type says it", "不应有符号")
    money = minor_amount(amount, account.currency) if amount.text else Money.zero(account.currency)
    value_on = None
    if funds.text == "V" and available[0]:
        value_on = six_digit_day(funds._replace(name="16/value date", text=available[0]))
    is_return = kind.text in _RETURNS
    details = [detail("type", _named(kind.text))]
    if funds.text:
        details.append(detail("funds", ",".join((funds.text, *available))))
    values: dict[str, Any] = {
        "account": account.number,
        "position": position,
        "booked_on": on,
        "value_on": value_on,
        "amount": -money if sign < 0 else money,
        "references": (payer.text,) if payer.text else (),
        "bank_reference": own.text,
        "text": text,
        "code": kind.text,
        "is_return": is_return,
        "original": (payer.text or own.text) if is_return else "",
        "status": "booked" if sign else "information",
        "details": tuple(details),
        "file_line": record.line,
        "raw": record.raw,
    }
    return source.value(BankLine, values, line=record.line)


def _direction(kind: Field, amount: Field) -> int:
    """1 for money in, -1 for money out, 0 for a record that moves none."""
    if not re.fullmatch("[0-9]{3}", kind.text):
        raise kind.wrong("a type code has three digits", "类型代码应为三位数字")
    known = library("bai2.constants").TypeCodes.get(kind.text)
    said = known.transaction.value if known is not None and known.transaction else ""
    if not said:
        said = _by_range(int(kind.text))
    if said in ("credit", "debit"):
        return 1 if said == "credit" else -1
    if amount.text.strip("0"):
        raise kind.wrong(
            "this type moves an amount, but neither the standard nor bai2 says whether in or out; "
            "ask the bank what it means",
            "该类型代码的收支方向未知，请向银行确认",
        )
    return 0


def _by_range(code: int) -> str:
    """What the standard reserves: 100 to 399 and 920 to 959 are money in, the next ones out."""
    if 100 <= code < 400 or 920 <= code < 960:
        return "credit"
    return "debit" if 400 <= code < 700 or 960 <= code <= 999 else ""


def _named(code: str) -> str:
    known = library("bai2.constants").TypeCodes.get(code)
    return f"{code} {known.description}" if known is not None else code
