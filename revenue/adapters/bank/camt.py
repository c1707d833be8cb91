"""camt.053, the statement message of ISO 20022 (ISO 20022 camt.053 对账单), versions 02 to 13.

An entry is what the bank booked, its details are the payments in it. A collective entry whose
payments add up to it becomes a line for each, because each is somebody's; one that they do not add
up to stays one line, which says how many payments it holds. Whatever the file says that has no
field of its own is kept as a detail under its path, so nothing is lost.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from cpq.kernel.money import Money, money_total
from revenue.adapters.bank.camt_line import Entry, lines_of
from revenue.adapters.bank.figures import Field, decimal_amount, iso_day, known_currency
from revenue.adapters.bank.source import Detail, Source, detail
from revenue.adapters.bank.xml import Node, namespace_of, read_xml
from revenue.bank.line import BankLine
from revenue.bank.statement import BankStatement, renumbered

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])")
_OPENING, _CLOSING, _BETWEEN = ("OPBD", "PRCD"), ("CLBD",), "ITBD"
_STATUS = {"BOOK": "booked", "PDNG": "pending", "FUTR": "pending", "INFO": "information"}
_READ = frozenset({"Ntry"})


class Balance(NamedTuple):
    """A balance of the statement by its kind."""

    kind: str
    on: date
    amount: Money
    line: int


def read_camt(source: Source, encoding: str | None = None) -> tuple[BankStatement, ...]:
    """The statements of a camt.053 file, in the order of the file.

    Raises ``Unreadable`` (``bank_file.unknown_format``, ``bank_file.unsafe``,
    ``bank_file.malformed``, ``bank_line.unreadable``, ``bank_line.currency_mismatch``).
    """
    root = read_xml(source, encoding)
    namespace = namespace_of(root)
    if root.name != "Document" or not _NAMESPACE.fullmatch(namespace):
        raise source.refused(
            "bank_file.unknown_format",
            "an XML statement is camt.053.001.02 to .13, said by the namespace of its Document; "
            "ask the bank for camt.053 (camt.052 is not final, camt.054 has no balances)",
            line=root.line,
            field=root.name,
            found=namespace or "no namespace",
            zh="只支持 camt.053.001.02 至 .13，以 Document 的命名空间为准",
        )
    statements = root.every("BkToCstmrStmt/Stmt")
    if not statements:
        raise source.refused(
            "bank_file.malformed",
            "the file holds no statement (BkToCstmrStmt/Stmt); export it again",
            line=root.line,
            zh="文件中没有对账单",
        )
    message = root.text("BkToCstmrStmt/GrpHdr/MsgId")
    return tuple(_statement(source, node, message=message) for node in statements)


def _statement(source: Source, node: Node, *, message: str) -> BankStatement:
    account = node.text("Acct/Id/IBAN", "Acct/Id/Othr/Id")
    name = node.text("Id")
    for found, path in ((account, "Acct/Id"), (name, "Id")):
        if not found:
            raise source.refused(
                "bank_line.unreadable",
                "the statement names none; ask the bank for a complete file",
                line=node.line,
                field=path,
                zh="对账单缺少账号或编号",
            )
    balances = [_balance(source, each) for each in node.children("Bal")]
    opening, closing = _pair(balances)
    currency = _currency(source, node, balances)
    lines: list[BankLine] = []
    for entry in node.children("Ntry"):
        read = _entry(source, entry, currency=currency, account=account, name=name)
        lines += lines_of(read, position=len(lines) + 1)
    numbers = (node.text("ElctrncSeqNb"), node.text("LglSeqNb"))
    statement = source.value(
        BankStatement,
        {
            "format": "camt.053",
            "account": account,
            "bank": node.text(*(f"Acct/Svcr/FinInstnId/{each}" for each in ("BICFI", "BIC", "Nm"))),
            "currency": currency,
            "number": next((each for each in numbers if each), name),
            "name": name,
            "reference": message,
            "opening": opening.amount if opening else None,
            "closing": closing.amount if closing else None,
            "opening_on": opening.on if opening else None,
            "closing_on": closing.on if closing else None,
            "lines": renumbered(lines),
            "details": _rest(node),
            "file_line": closing.line if closing else node.line,
        },
        line=node.line,
    )
    _check_sums(source, node, statement)
    return statement


def _balance(source: Source, node: Node) -> Balance:
    amount = _money(source, node, node.first("Amt"))
    sign = _sign(source, node)
    on = node.text("Dt/Dt", "Dt/DtTm")
    return Balance(
        kind=node.text("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry"),
        on=iso_day(Field(source, node.line, "Bal/Dt", on)),
        amount=-amount if sign < 0 else amount,
        line=node.line,
    )


def _pair(balances: Sequence[Balance]) -> tuple[Balance | None, Balance | None]:
    """The balances it begins and ends with; a page begins or ends with intermediate ones."""
    opening = next((each for kind in _OPENING for each in balances if each.kind == kind), None)
    closing = next((each for each in balances if each.kind in _CLOSING), None)
    between = [each for each in balances if each.kind == _BETWEEN]
    if opening is None and between and (closing is not None or len(between) > 1):
        opening = between.pop(0)
    if closing is None and between:
        closing = between.pop(-1)
    return opening, closing


def _currency(source: Source, node: Node, balances: Sequence[Balance]) -> str:
    """The account's currency: as stated, else that of its balances, else of its first entry."""
    stated = node.text("Acct/Ccy")
    first = node.first("Ntry/Amt")
    for said in (
        stated,
        balances[0].amount.code if balances else "",
        first.attribute("Ccy") if first else "",
    ):
        if said:
            code = known_currency(Field(source, node.line, "Acct/Ccy", said))
            break
    else:
        raise source.refused(
            "bank_line.unreadable",
            "neither account nor balances nor entries name a currency; ask for a complete file",
            line=node.line,
            field="Acct/Ccy",
            zh="缺少账户币种",
        )
    for balance in balances:
        if balance.amount.code != code:
            raise _other_currency(source, balance.line, f"Bal {balance.kind}", balance.amount, code)
    return code


def _other_currency(
    source: Source, line: int, field: str, amount: Money, currency: str
) -> Exception:
    return source.refused(
        "bank_line.currency_mismatch",
        f"the account is kept in {currency}; ask the bank for a statement in one currency",
        line=line,
        field=field,
        found=str(amount),
        zh=f"账户币种为 {currency}，与此处币种不同",
    )


def _entry(source: Source, node: Node, *, currency: str, account: str, name: str) -> Entry:
    amount = _money(source, node, node.first("Amt"))
    if amount.code != currency:
        raise _other_currency(source, node.line, "Ntry/Amt", amount, currency)
    value_on = node.text("ValDt/Dt", "ValDt/DtTm")
    booked_on = node.text("BookgDt/Dt", "BookgDt/DtTm") or value_on
    return Entry(
        source=source,
        node=node,
        account=account,
        statement=name,
        amount=-amount if _sign(source, node) < 0 else amount,
        booked_on=iso_day(Field(source, node.line, "Ntry/BookgDt", booked_on)),
        value_on=iso_day(Field(source, node.line, "Ntry/ValDt", value_on)) if value_on else None,
        status=_status(source, node),
    )


def _status(source: Source, node: Node) -> str:
    status = node.text("Sts/Cd", "Sts/Prtry") or node.text("Sts") or "BOOK"
    if status not in _STATUS:
        raise source.refused(
            "bank_line.unreadable",
            f"an entry is {', '.join(_STATUS)}",
            line=node.line,
            field="Ntry/Sts",
            found=status,
            zh="分录状态无法识别",
        )
    return _STATUS[status]


def _money(source: Source, node: Node, amount: Node | None) -> Money:
    if amount is None:
        raise source.refused(
            "bank_line.unreadable",
            "the amount is missing; ask the bank for a complete file",
            line=node.line,
            field=f"{node.name}/Amt",
            zh="缺少金额",
        )
    place = f"{node.name}/Amt"
    currency = known_currency(Field(source, amount.line, place, amount.attribute("Ccy")))
    return decimal_amount(Field(source, amount.line, place, amount.text()), currency)


def _sign(source: Source, node: Node) -> int:
    said = node.text("CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise source.refused(
            "bank_line.unreadable",
            "an amount is CRDT (in) or DBIT (out); ask the bank for a complete file",
            line=node.line,
            field=f"{node.name}/CdtDbtInd",
            found=said,
            zh="借贷标志应为 CRDT 或 DBIT",
        )
    return 1 if said == "CRDT" else -1


def _rest(node: Node) -> tuple[Detail, ...]:
    """What a statement says beside its entries."""
    return tuple(
        detail(leaf.path, leaf.text)
        for child in node.children()
        if child.name not in _READ
        for leaf in child.leaves(child.name)
    )


def _check_sums(source: Source, node: Node, statement: BankStatement) -> None:
    """Refuse a statement whose own count of entries or sums do not fit its entries.

    Banks sum up all entries or only what is booked; either fits.
    """
    entries = node.children("Ntry")
    said = node.text("TxsSummry/TtlNtries/NbOfNtries")
    if said and said.lstrip("0") != str(len(entries)).lstrip("0"):
        _refuse_sum(source, node, "TtlNtries/NbOfNtries", said, str(len(entries)))
    for path, wanted in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
        text = node.text(f"TxsSummry/{path}/Sum")
        if not text:
            continue
        field = Field(source, node.line, f"TxsSummry/{path}/Sum", text)
        total = decimal_amount(field, statement.currency)
        moved = [
            (_money(source, entry, entry.first("Amt")), _status(source, entry))
            for entry in entries
            if _sign(source, entry) == wanted
        ]
        every = money_total((amount for amount, _ in moved), statement.currency)
        booked = money_total(
            (amount for amount, status in moved if status == "booked"), statement.currency
        )
        if total not in (every, booked):
            _refuse_sum(source, node, f"{path}/Sum", text, str(every))


def _refuse_sum(source: Source, node: Node, field: str, said: str, found: str) -> None:
    raise source.refused(
        "statement.total_differs",
        f"the statement says {said}, its entries make {found}; the file is cut off or was changed: "
        "ask the bank for it again",
        line=node.line,
        field=f"TxsSummry/{field}",
        zh=f"汇总为 {said}，明细为 {found}，文件不完整或被改动",
    )
