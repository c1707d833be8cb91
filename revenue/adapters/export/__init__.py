"""The journal for other programs (凭证导出): CSV, Kingdee, Yonyou, beancount, hledger.

>>> from revenue.adapters.export import column_map
>>> column_map("yonyou").name.zh
'用友 U8 总账工具 凭证引入文本'
"""

from revenue.adapters.export.account_names import Root, account_names, root_of
from revenue.adapters.export.beancount import beancount_text
from revenue.adapters.export.column_map import (
    AccountCode,
    Column,
    ColumnMap,
    CurrencyName,
    column_map,
    shipped_maps,
)
from revenue.adapters.export.column_writer import export_journal, render_journal
from revenue.adapters.export.generic_csv import journal_csv, read_journal_csv
from revenue.adapters.export.hledger import hledger_text

__all__ = [
    "AccountCode",
    "Column",
    "ColumnMap",
    "CurrencyName",
    "Root",
    "account_names",
    "beancount_text",
    "column_map",
    "export_journal",
    "hledger_text",
    "journal_csv",
    "read_journal_csv",
    "render_journal",
    "root_of",
    "shipped_maps",
]
