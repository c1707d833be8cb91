"""Which column of a CSV export is what: a map, or the titles that banks use (列对照表).

There is no standard for CSV exports, so a ``ColumnMap`` says what the columns are called. What it
leaves out is recognised by its title, Chinese or English. The bank's 贷方 (credit) is money that
came in, because the bank owes it to the account's holder: the reverse of the holder's own books.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from cpq.adapters.problems import problems
from cpq.adapters.rows import read_toml
from cpq.kernel.errors import Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode
from cpq.kernel.text import Line, legible
from revenue.adapters.bank.figures import Separators
from revenue.adapters.bank.source import Source

TITLES: Mapping[str, tuple[str, ...]] = {
    "booked_on": (
        *("记账日期", "入账日期", "记账日", "入账日", "交易日期", "交易日", "日期"),
        *("记账时间", "入账时间", "交易时间", "booking date", "posting date"),
        *("transaction date", "date"),
    ),
    "value_on": ("起息日", "起息日期", "value date"),
    "amount": ("交易金额", "发生额", "金额", "交易额", "发生金额", "amount"),
    "credit": (
        *("贷方金额", "贷方发生额", "贷方发生金额", "贷方", "收入金额", "收入", "存入金额"),
        *("转入金额", "贷方交易金额", "credit amount", "credit", "paid in", "money in"),
    ),
    "debit": (
        *("借方金额", "借方发生额", "借方发生金额", "借方", "支出金额", "支出", "支取金额"),
        *("转出金额", "借方交易金额", "debit amount", "debit", "paid out", "money out"),
    ),
    "direction": (
        *("借贷方向", "收支方向", "借贷标志", "借贷", "借/贷", "收/支", "收付标志", "收支标志"),
        *("收支", "收支类型", "借贷类型", "交易方向", "direction", "debit/credit", "dr/cr"),
    ),
    "balance": ("账户余额", "余额", "交易后余额", "本次余额", "balance", "running balance"),
    "counterparty": (
        *("对方户名", "对方名称", "对方单位名称", "对方单位", "对方账户名称", "对方账户名"),
        *("交易对方", "交易对手", "对手户名", "对方", "收/付方名称", "收方名称"),
        *("counterparty", "counterparty name", "payer"),
    ),
    "counterparty_account": (
        *(
            "对方账号",
            "对方账户",
            "对方卡号",
            "对手账号",
            "对方银行账号",
            "收/付方账号",
            "收方账号",
        ),
        *("counterparty account", "counterparty iban"),
    ),
    "counterparty_bank": (
        *("对方开户行", "对方行名", "对方开户行名", "对方开户行名称", "对方银行", "对方开户机构"),
        *("收/付方开户行名", "收方开户行名", "对方行号", "counterparty bank", "counterparty bic"),
    ),
    "serial": (
        *("流水号", "交易流水号", "回单号", "回单编号", "银行流水号", "核心流水号", "业务流水号"),
        *("交易流水", "账户明细编号-交易流水号", "transaction id", "bank reference"),
    ),
    "end_to_end": ("企业流水号", "客户参考号", "end to end id", "customer reference", "reference"),
    "kind": ("交易类型", "业务类型", "交易名称", "transaction type", "type"),
    "text": (
        *("摘要", "用途", "附言", "备注", "交易摘要", "摘要说明", "客户附言", "交易附言", "留言"),
        *(
            "交易备注",
            "资金用途",
            "交易用途",
            "业务摘要",
            "其它摘要",
            "个性化信息",
            "description",
            "details",
            "remittance information",
            "memo",
        ),
    ),
    "account": ("账号", "本方账号", "账户", "本方账户", "本方卡号", "卡号", "account", "iban"),
    "currency": ("币种", "货币", "币别", "currency"),
}
"""By what is read: the titles that it is known by, the more certain ones first."""

SUMMARIES = frozenset({"摘要", "交易摘要", "摘要说明", "交易类型", "业务类型", "交易名称"})
"""Columns in which the bank, and not the payer, says what a movement is."""

INCOMING = (
    "贷",
    "贷方",
    "收",
    "收入",
    "转入",
    "存入",
    "入账",
    "c",
    "cr",
    "crdt",
    "credit",
    "in",
    "+",
)
OUTGOING = (
    "借",
    "借方",
    "支",
    "支出",
    "转出",
    "支取",
    "付",
    "d",
    "dr",
    "dbit",
    "debit",
    "out",
    "-",
)
CURRENCIES: Mapping[str, str] = {
    **dict.fromkeys(("人民币", "人民币元", "rmb", "cny", "元"), "CNY"),
    **dict.fromkeys(("美元", "usd"), "USD"),
    **dict.fromkeys(("欧元", "eur"), "EUR"),
    **dict.fromkeys(("港币", "港元", "hkd"), "HKD"),
    **dict.fromkeys(("日元", "日圆", "jpy"), "JPY"),
    **dict.fromkeys(("英镑", "gbp"), "GBP"),
}
_UNIT = re.compile(r"[(\[（【].*?[)\]）】]")


class ColumnMap(Frozen):
    """What the columns of a bank's CSV export are called, and how its figures are written.

    A column that is not named is recognised by its title; one that is named must be there.
    ``text`` may be several columns, joined line by line. ``account_number`` and ``currency_code``
    hold for the file where no column says them. ``dates`` is the order of day, month and year.
    With ``full_width`` amounts and days may be written in full-width characters (１２．５０).

    >>> ColumnMap(account_number="6222020200011223344", currency_code="CNY").dates
    'ymd'
    """

    booked_on: Line = ""
    value_on: Line = ""
    amount: Line = ""
    credit: Line = ""
    debit: Line = ""
    direction: Line = ""
    balance: Line = ""
    counterparty: Line = ""
    counterparty_account: Line = ""
    counterparty_bank: Line = ""
    serial: Line = ""
    end_to_end: Line = ""
    kind: Line = ""
    text: tuple[Line, ...] = ()
    account: Line = ""
    currency: Line = ""
    account_number: Line = ""
    currency_code: CurrencyCode | None = None
    incoming: tuple[Line, ...] = INCOMING
    outgoing: tuple[Line, ...] = OUTGOING
    totals: tuple[Line, ...] = ("合计", "总计", "小计", "累计", "本页合计", "total", "sum")
    dates: Literal["ymd", "dmy", "mdy"] = "ymd"
    decimal: Literal[".", ","] = "."
    group: Literal[",", ".", "'", " "] = ","
    delimiter: Literal["auto", ",", ";", "\t", "|", "，"] = "auto"
    full_width: bool = False
    header_rows: int = Field(default=60, ge=1, le=1000)

    @model_validator(mode="after")
    def _marks_differ(self) -> "ColumnMap":
        if self.decimal == self.group:
            raise ValueError(f"decimal and group are both {self.decimal!r}; they must differ")
        return self

    @property
    def separators(self) -> Separators:
        """The marks of its figures."""
        return Separators(decimal=self.decimal, group=self.group)

    def titles(self, role: str) -> tuple[str, ...]:
        """The titles that are named for what is read; none where it is to be recognised."""
        said = getattr(self, role)
        return tuple(each for each in ((said,) if isinstance(said, str) else said) if each)


AUTOMATIC = ColumnMap()
"""Every column recognised by its title."""


class Columns(Frozen):
    """Where what is read stands in the rows of a file: indices from 0."""

    header: tuple[str, ...]
    places: tuple[tuple[str, tuple[int, ...]], ...]

    def of(self, role: str) -> tuple[int, ...]:
        """The columns of what is read, in the order of the file."""
        return dict(self.places).get(role, ())

    @property
    def summaries(self) -> tuple[int, ...]:
        """Columns in which the bank says what a movement is."""
        return tuple(
            place for place, title in enumerate(self.header) if title_key(title) in SUMMARIES
        )

    @property
    def suffices(self) -> bool:
        """Whether a day and an amount are among them."""
        return bool(self.of("booked_on") and (self.of("amount") or self.of("credit")))

    @property
    def is_chinese(self) -> bool:
        """Whether a title that was recognised is Chinese: proof that the text was decoded right."""
        return any(
            not title_key(self.header[place]).isascii()
            for _, places in self.places
            for place in places
        )

    @property
    def unread(self) -> tuple[int, ...]:
        """Columns with a title that nothing is read from."""
        read = {place for _, places in self.places for place in places}
        return tuple(
            place for place, title in enumerate(self.header) if title and place not in read
        )


@lru_cache(maxsize=4096)
def title_key(title: str) -> str:
    """The form in which two titles are the same: without units, blanks and width.

    >>> title_key("交易金额（元）"), title_key(" Booking Date")
    ('交易金额', 'booking date')
    """
    plain = unicodedata.normalize("NFKC", _UNIT.sub("", title)).casefold()
    bare = plain.replace("帐", "账").strip("\ufeff'\"* \t").removesuffix("/元")
    return " ".join(bare.split())


def columns_of(header: Sequence[str], asked: ColumnMap) -> Columns:
    """The columns that a row of titles has; those that ``asked`` names by name.

    >>> columns_of(["记账日期", "贷方金额", "借方金额"], AUTOMATIC).suffices
    True
    """
    keys = [title_key(title) for title in header]
    places: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    for role in TITLES:
        for title in asked.titles(role):
            found = tuple(place for place, key in enumerate(keys) if key == title_key(title))
            places[role] = places.get(role, ()) + found
            taken.update(found)
    for role, titles in TITLES.items():
        if asked.titles(role):
            continue
        free = {place: key for place, key in enumerate(keys) if key and place not in taken}
        if role == "text":
            found = tuple(place for place, key in free.items() if key in titles)
        else:
            best = next((title for title in titles if title in free.values()), None)
            found = tuple(place for place, key in free.items() if key == best)
        if found:
            places[role] = found
            taken.update(found)
    if places.get("credit") and places.get("debit"):
        # two columns say all that a third amount or a direction repeats, which become details
        places = {role: at for role, at in places.items() if role not in ("amount", "direction")}
    return Columns(header=tuple(header), places=tuple(places.items()))


def refuse_unclear(source: Source, columns: Columns, asked: ColumnMap, *, line: int) -> None:
    """Refuse columns that are asked for and missing, there twice, or at odds with each other.

    Raises ``Unreadable`` (``bank_file.columns``).
    """
    missing = [
        title
        for role in TITLES
        for title in asked.titles(role)
        if title_key(title) not in {title_key(each) for each in columns.header}
    ]
    twice = [
        columns.header[places[0]]
        for role, places in columns.places
        if role != "text" and len(places) > 1
    ]
    alone = bool(columns.of("credit")) != bool(columns.of("debit"))
    if missing:
        rule, zh = f"no column is called {', '.join(missing)}", "缺少指定的列"
    elif twice:
        rule, zh = f"two columns are called {', '.join(twice)}", "有同名的列"
    elif alone and not columns.of("amount"):
        rule, zh = (
            "of the columns for money in and money out one is missing",
            "缺少借方或贷方金额列",
        )
    else:
        return
    raise source.refused(
        "bank_file.columns",
        f"{rule}; say what the columns are called with columns=ColumnMap(…)",
        line=line,
        found=" | ".join(columns.header),
        zh=f"{zh}；请用 columns=ColumnMap(…) 指定列名",
    )


def read_column_map(path: str | Path) -> ColumnMap:
    """A column map from a TOML file: the fields of ``ColumnMap``.

    Raises ``Unreadable`` (``file.missing``, ``file.unreadable``, ``column_map.unreadable``).
    """
    file = Path(path)
    said = read_toml(file)
    try:
        return ColumnMap.model_validate(said)
    except ValidationError as error:
        findings = tuple(problems(error, otherwise="column_map.unreadable", place=file.name))
    raise Unreadable(
        "column_map.unreadable",
        legible("; ".join(f"{each.place}: {each.message}" for each in findings[:3])),
        findings=findings,
        file=file.name,
    )
