"""MT940, the statement message of SWIFT (SWIFT MT940 对账单).

A file is messages, each from ``:20:`` to a line ``-``, with whatever the bank's transport puts
between them. A message is one statement, or one page of it where its balances are intermediate
(``60M``, ``62M``). Its tags come in an order, and a message without its closing balance was cut
off. The shape of ``:61:`` is mt-940's, which knows how many banks bend it; everything else is read
here, because that library cuts long fields and says of nothing where it stands.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from cpq.kernel.money import Money
from revenue.adapters.bank.figures import (
    Field,
    known_currency,
    nearest_day,
    six_digit_day,
    swift_amount,
)
from revenue.adapters.bank.libraries import library
from revenue.adapters.bank.mt940_details import remittance
from revenue.adapters.bank.source import Detail, Source, TextLine, detail
from revenue.bank.line import BankLine
from revenue.bank.statement import BankStatement, renumbered

_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)", re.ASCII)
_END = re.compile(r"-(\}.*|[A-Z]{0,3})?\s*")
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})(.*)", re.ASCII)
_HEADER_MAX = 10
_OPENING, _CLOSING = ("60F", "60M", "60"), ("62F", "62M", "62")
_NOTHING = frozenset({"", "NONREF", "EREF+", "KREF+"})
_RETURNED = "RTI"
_DIGITS = re.compile("[0-9,]")


class Tag(NamedTuple):
    """A tag with its value, which goes over the lines up to the next tag."""

    line: int
    name: str
    values: tuple[str, ...]

    @property
    def raw(self) -> str:
        """The tag as it stands in the file."""
        return f":{self.name}:" + "\n".join(self.values)


class Balance(NamedTuple):
    """A balance: negative where the account is overdrawn (D)."""

    on: date
    amount: Money
    line: int


def is_mt940(text: str) -> bool:
    r"""Whether a text begins as MT940 files do: ``:20:`` after a few lines of transport.

    >>> is_mt940("ABNANL2A\n940\nABNANL2A\n:20:X\n"), is_mt940("a,b\n1,2\n")
    (True, False)
    """
    first = [line for line in text[:4000].splitlines() if line.strip()][: _HEADER_MAX + 1]
    return any(line.lstrip("\x01").startswith((":20:", "{1:F")) for line in first)


def read_mt940(source: Source, text: str) -> tuple[BankStatement, ...]:
    """The statements of an MT940 file, one for each message, in the order of the file.

    Raises ``Unreadable`` (``bank_file.malformed``, ``bank_line.unreadable``,
    ``bank_line.currency_mismatch``) naming line and tag.
    """
    found = tuple(_statement(source, tags) for tags in _messages(source, text))
    if not found:
        raise source.refused(
            "bank_file.malformed",
            "no statement begins with :20:; the file holds only headers: export it again",
            zh="文件中没有以 :20: 开头的对账单",
        )
    return found


def _messages(source: Source, text: str) -> list[list[Tag]]:
    """The tags of each message; a new one begins at ``:20:``."""
    messages: list[list[Tag]] = []
    inside, headers = False, 0
    for line in source.lines(text):
        tag = _TAG.match(line.text)
        if tag and tag[1] == "20":
            messages.append([Tag(line.number, "20", (tag[2],))])
            inside, headers = True, 0
        elif not inside:
            headers += bool(line.text.strip())
            _refuse_outside(source, line, is_tag=tag is not None, headers=headers)
        elif tag:
            messages[-1].append(Tag(line.number, tag[1], (tag[2],)))
        elif _END.fullmatch(line.text):
            inside = False
        else:
            last = messages[-1][-1]
            messages[-1][-1] = last._replace(values=(*last.values, line.text))
    if messages and not inside and headers > 2:
        raise source.refused(
            "bank_file.malformed",
            "text stands after the last statement that belongs to none; the file is cut off or "
            "not MT940 there: export it again",
            line=text.count("\n") + 1,
            zh="最后一份对账单之后还有不属于任何对账单的内容，文件可能不完整",
        )
    return messages


def _refuse_outside(source: Source, line: TextLine, *, is_tag: bool, headers: int) -> None:
    if is_tag or headers > _HEADER_MAX:
        raise source.refused(
            "bank_file.malformed",
            "this belongs to no statement; a statement begins with :20: and ends with a line '-': "
            "the file is cut off or mixed up, export it again",
            line=line.number,
            found=line.text,
            zh="此行不属于任何对账单；对账单以 :20: 开始、以“-”行结束",
        )


class _Message:
    """The tags of one message, read in their order."""

    def __init__(self, source: Source, tags: Sequence[Tag]) -> None:
        self.source = source
        self.tags = tags
        self.start = tags[0].line
        self.head = self._once(("20",)), self._once(("25", "25P")), self._once(("28C", "28"))
        self.opening_tag = self._wanted(_OPENING, "opening balance :60F:", "期初余额 :60F:")
        self.closing_tag = self._wanted(_CLOSING, "closing balance :62F:", "期末余额 :62F:")
        self.opening = self.balance(self.opening_tag)
        self.closing = self.balance(self.closing_tag)
        self.currency = self.opening.amount.code
        if self.closing.amount.code != self.currency:
            raise source.refused(
                "bank_line.currency_mismatch",
                f"the closing balance is in another currency than the opening one, {self.currency}",
                line=self.closing_tag.line,
                field=f":{self.closing_tag.name}:",
                found=self.closing_tag.values[0],
                zh=f"期末余额币种与期初余额币种 {self.currency} 不同",
            )

    def _once(self, names: Sequence[str]) -> Tag | None:
        found = [tag for tag in self.tags if tag.name in names]
        if len(found) > 1:
            raise self.source.refused(
                "bank_file.malformed",
                f"the statement that begins in line {self.start} has :{found[1].name}: twice; a "
                "line '-' or the next :20: is missing: export it again",
                line=found[1].line,
                field=f":{found[1].name}:",
                found=found[1].values[0],
                zh=f"第 {self.start} 行开始的对账单中 :{found[1].name}: 出现两次",
            )
        return found[0] if found else None

    def _wanted(self, names: Sequence[str], what: str, zh: str) -> Tag:
        tag = self._once(names)
        if tag is None:
            raise self.source.refused(
                "bank_file.malformed",
                f"the statement that begins in line {self.start} has no {what}; the file is cut "
                "off: export it again",
                line=self.tags[-1].line,
                field=f":{self.tags[-1].name}:",
                zh=f"第 {self.start} 行开始的对账单缺少{zh}，文件不完整",
            )
        return tag

    def field(self, tag: Tag, text: str | None = None) -> Field:
        """What stands in a tag, or a part of it."""
        whole = tag.values[0] if text is None else text
        return Field(self.source, tag.line, f":{tag.name}:", whole)

    def balance(self, tag: Tag) -> Balance:
        """The balance that a tag states."""
        text = "".join(tag.values).rstrip()
        found = _BALANCE.fullmatch(text)
        if not found:
            raise self.field(tag, text).wrong(
                "a balance is C or D, a day yymmdd, a currency and an amount with a comma, such as "
                "C261120EUR444,29",
                "余额应为借贷标志、日期、币种和金额",
            )
        currency = known_currency(self.field(tag, found[3]))
        amount = swift_amount(self.field(tag, found[4]), currency)
        on = six_digit_day(self.field(tag, found[2]))
        return Balance(on, -amount if found[1] == "D" else amount, tag.line)

    @cached_property
    def account(self) -> str:
        """The account as the bank writes it."""
        tag = self._wanted(("25", "25P"), "account :25:", "账号 :25:")
        text = tag.values[0].strip()
        if not text:
            raise self.field(tag).wrong("the account is missing", "缺少账号")
        return text

    @property
    def number(self) -> str:
        """The number of the statement and its page; empty where it has none."""
        tag = self.head[2]
        return tag.values[0].strip() if tag else ""

    def lines(self) -> list[tuple[Tag, list[Tag]]]:
        """Each ``:61:`` with what follows it up to the next, in the order of the file."""
        found: list[tuple[Tag, list[Tag]]] = []
        for tag in self.tags:
            if tag.name == "61":
                if not self.opening.line < tag.line < self.closing.line:
                    raise self.field(tag).source.refused(
                        "bank_file.malformed",
                        "a line stands before the opening or after the closing balance; the "
                        "statement is mixed up: export it again",
                        line=tag.line,
                        field=":61:",
                        found=tag.values[0],
                        zh="明细行不在期初与期末余额之间",
                    )
                found.append((tag, []))
            elif found and tag.line < self.closing.line:
                found[-1][1].append(tag)
        return found

    def details(self) -> tuple[Detail, ...]:
        """What the message says beside its lines and balances: ``:64:``, ``:86:``, unknown tags."""
        inside = {tag for line, rest in self.lines() for tag in (line, *rest)}
        read = {*self.head, self.opening_tag, self.closing_tag}
        return tuple(
            detail(f":{tag.name}:", "\n".join(tag.values).strip("\n"))
            for tag in self.tags
            if tag not in inside and tag not in read
        )


def _statement(source: Source, tags: Sequence[Tag]) -> BankStatement:
    message = _Message(source, tags)
    numbered = message.number.strip("0/")
    name = f"{message.closing.on} {message.number}" if numbered else ""
    lines = [
        _line(message, tag, rest, name=name, position=position)
        for position, (tag, rest) in enumerate(message.lines(), start=1)
    ]
    reference = message.head[0]
    return source.value(
        BankStatement,
        {
            "format": "mt940",
            "account": message.account,
            "currency": message.currency,
            "number": message.number,
            "name": name,
            "reference": reference.values[0].strip() if reference else "",
            "opening": message.opening.amount,
            "closing": message.closing.amount,
            "opening_on": message.opening.on,
            "closing_on": message.closing.on,
            "lines": renumbered(lines),
            "details": message.details(),
            "file_line": message.closing.line,
        },
        line=message.start,
    )


def _line(
    message: _Message, tag: Tag, rest: Sequence[Tag], *, name: str, position: int
) -> BankLine:
    found, more = _shape(message, tag)
    amount = swift_amount(message.field(tag, found["amount"]), message.currency)
    mark = str(found["status"]).upper()
    value_on = six_digit_day(message.field(tag, found["year"] + found["month"] + found["day"]))
    said = remittance([each.values for each in rest if each.name == "86"])
    customer = str(found["customer_reference"] or "").strip()
    supplement = "\n".join(more).strip()
    details = [detail(":61:/9", supplement)] if supplement else []
    if found["funds_code"]:
        details.insert(0, detail(":61:/4", found["funds_code"]))
    others = [each for each in rest if each.name != "86"]
    details += [detail(f":{each.name}:", "\n".join(each.values)) for each in others]
    kind = str(found["id"] or "").strip()
    is_return = mark.startswith("R") or kind.endswith(_RETURNED) or said.is_return
    references = () if customer in _NOTHING else (customer,)
    fields: dict[str, Any] = {
        "account": message.account,
        "statement": name,
        "position": position,
        "booked_on": _entry_day(message, tag, found, value_on),
        "value_on": value_on,
        "amount": amount if mark in ("C", "RD") else -amount,
        "counterparty": said.counterparty,
        "counterparty_account": said.account,
        "counterparty_bank": said.bank,
        "end_to_end": said.end_to_end,
        "references": (*references, *said.references),
        "bank_reference": str(found["bank_reference"] or "").strip(),
        "text": said.text or supplement,
        "code": kind,
        "is_return": is_return,
        "original": (said.end_to_end or customer.strip("+")) if is_return else "",
        "reason": said.reason if is_return else "",
        "details": (*details, *said.details),
        "file_line": tag.line,
        "raw": "\n".join(each.raw for each in (tag, *rest)),
    }
    if fields["original"] in _NOTHING:
        fields["original"] = ""
    return message.source.value(BankLine, fields, line=tag.line)


def _shape(message: _Message, tag: Tag) -> tuple[dict[str, Any], list[str]]:
    """The parts of a ``:61:``, and the lines below it."""
    shape = library("mt940.tags").StatementGLS().re
    first = tag.values[0].rstrip()
    found = shape.match(first)
    used = 1
    if found is None and len(tag.values) > 1:  # a few banks break the line before the amount
        first = f"{first}\n{tag.values[1].rstrip()}"
        found, used = shape.match(first), 2
    after = first[found.end("amount") :] if found else ""
    if found is None or _DIGITS.match(after):
        raise message.field(tag).wrong(
            "a line is a value day yymmdd, an entry day mmdd, C, D, RC or RD, an amount of up to "
            "15 characters with a comma and a transaction code, such as 2611201120C1000,00NTRF",
            "明细行应为起息日、入账日、借贷标志、金额和业务代码",
        )
    parts = found.groupdict()
    below = [parts["extra_details"] or "", *tag.values[used:]]
    return parts, below


def _entry_day(message: _Message, tag: Tag, found: dict[str, Any], value_on: date) -> date:
    """The day it was booked; the value day where the line has none or blanks for it."""
    text = f"{found['entry_month'] or ''}{found['entry_day'] or ''}"
    if not text.strip():
        return value_on
    field = message.field(tag, text)
    if not re.fullmatch("[0-9]{4}", text):
        raise field.wrong("an entry day is four digits mmdd, such as 1120", "入账日应为 mmdd")
    return nearest_day(field, value_on)
