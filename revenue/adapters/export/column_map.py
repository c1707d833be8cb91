"""Which columns an accounting program wants of a journal, as a file of one's own (凭证引入列映射).

Kingdee and Yonyou take entries as tables whose columns differ from product to product and from one
installation to the next. So a map is data: a TOML file that names every column in order and
says what stands in it, which encoding, which day format, which codes the other side uses for
currencies and accounts. Those that ship lie in ``maps/``, each with where its columns were found;
a host copies one, changes it and names its path.
"""

import re
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationError, model_validator

from cpq.adapters.problems import problems
from cpq.adapters.rows import read_toml
from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode
from cpq.kernel.text import Code, Line, LocalText, Text

Value = Literal[
    "date", "year", "month", "period", "word", "number", "line", "memo", "memo_en", "memo_zh",
    "account", "account_name", "account_name_en", "currency", "currency_name", "side",
    "debit", "credit", "original", "original_debit", "original_credit",
    "foreign", "foreign_debit", "foreign_credit", "rate", "foreign_rate",
    "customer", "customer_name", "contract", "entry", "fact_kind", "fact", "rule", "rule_version",
    "sheet", "row",
]  # fmt: skip
"""What a column can hold; docs/journal-export.md says what each is."""

_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
_FOLDER = Path(__file__).with_name("maps")
_SHORT = {"kingdee": "kingdee-k3-wise", "yonyou": "yonyou-u8"}


class Column(Frozen):
    """A column: its title, and a value, a fixed text or a template such as ``客户---{customer}``.

    ``key`` is the title in a second row of titles, where a program has one. ``where`` is ``first``
    for what is written on the first line of each entry only. ``empty`` stands where there is
    nothing to write; ``places`` are the decimals of a number, the currency's own unless said;
    ``longest`` cuts a memo and refuses anything else that is longer.
    """

    title: Text
    key: Text = ""
    value: Value | None = None
    fixed: Text = ""
    template: Text = ""
    where: Literal["every", "first"] = "every"
    empty: Line = ""
    places: int | None = Field(default=None, ge=0, le=12)
    longest: int | None = Field(default=None, ge=1)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of values in the template."""
        return tuple(_PLACEHOLDER.findall(self.template))

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Column":
        if sum(map(bool, (self.value, self.fixed, self.template))) > 1:
            raise ValueError("a column is a value, a fixed text or a template, one of them")
        for name in self.placeholders:
            if name not in get_args(Value):
                raise ValueError(f"the template names {name!r}, which is no value of a column")
        return self


class CurrencyName(Frozen):
    """What the other program calls a currency, such as ``RMB`` 人民币."""

    currency: CurrencyCode
    code: Code
    name: Line = ""


class AccountCode(Frozen):
    """The code that an account has in the other program's chart."""

    account: Code
    code: Code


class ColumnMap(Frozen):
    """A table that an accounting program reads as entries.

    ``sources`` say where its columns were found, ``checked`` how far that was verified. ``book`` is
    the currency of the books. ``per`` is what becomes one entry there: an entry here, or all of a
    day with their lines summed up. Entries are numbered anew in each ``count``. Only accounts that
    begin with one of ``customer_accounts`` carry the customer; none named, all of them do.

    >>> column_map("kingdee").code, column_map("yonyou-u8").encoding
    ('kingdee-k3-wise', 'gb18030')
    """

    code: Code
    name: LocalText
    sources: tuple[Text, ...] = Field(min_length=1)
    checked: Text
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"] = "utf-8-sig"
    separator: Literal[",", ";", "\t"] = ","
    quoting: Literal["standard", "none"] = "standard"
    guard: bool = True
    ends: Literal["crlf", "lf"] = "crlf"
    head: tuple[Text, ...] = ()
    titles: tuple[Literal["title", "key"], ...] = ("title",)
    days: Literal["2026-01-31", "2026/1/31", "2026/01/31", "20260131"] = "2026-01-31"
    language: Literal["en", "zh"] = "zh"
    word: Line = "记"
    sides: tuple[Line, Line] = ("借", "贷")
    per: Literal["entry", "day"] = "entry"
    count: Literal["period", "year", "file"] = "period"
    first_line: int = Field(default=1, ge=0)
    book: CurrencyCode = "CNY"
    currencies: tuple[CurrencyName, ...] = ()
    accounts: tuple[AccountCode, ...] = ()
    customer_accounts: tuple[Code, ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)

    def uses(self, value: str) -> bool:
        """Whether a column shows this value."""
        return any(value == column.value or value in column.placeholders for column in self.columns)


def shipped_maps() -> tuple[Path, ...]:
    """The files of the maps that ship, by name.

    >>> [path.stem for path in shipped_maps()][:2]
    ['kingdee-cloud', 'kingdee-k3-wise']
    """
    return tuple(sorted(_FOLDER.glob("*.toml")))


def column_map(named: str | Path) -> ColumnMap:
    """A map by its name, ``kingdee`` and ``yonyou`` among them, or by the path of a TOML file.

    Raises ``NotFound`` (``journal_export.unknown_format``), ``Invalid``
    (``journal_export.bad_map``, with a finding for each fault), ``Unreadable`` (``file.missing``,
    ``file.unreadable``).
    """
    text = str(named)
    known = {path.stem: path for path in shipped_maps()}
    path = known.get(_SHORT.get(text, text))
    if path is None:
        if not text.endswith(".toml"):
            names = ", ".join((*_SHORT, *known))
            raise NotFound(
                "journal_export.unknown_format",
                f"no map of columns is called {text[:80]!r}; there are {names}, and a file of "
                "one's own ends in .toml",
            )
        path = Path(named)
    fields = read_toml(path)
    try:
        return ColumnMap.model_validate(fields)
    except ValidationError as error:
        found = tuple(problems(error, otherwise="journal_export.bad_map", fields=fields))
        raise Invalid(
            "journal_export.bad_map",
            f"{path.name} is no map of columns: {'; '.join(map(str, found))}",
            findings=found,
        ) from None
