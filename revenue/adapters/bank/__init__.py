"""Readers of bank files behind one function (银行对账单导入).

``read_statements`` tells the format by the content and gives ``BankStatement`` values: MT940 of
SWIFT, camt.053 of ISO 20022, BAI2 of American banks, and the CSV exports of Chinese and other banks
with a ``ColumnMap``. The libraries that these need are loaded when a file needs them.
"""

from revenue.adapters.bank.columns import ColumnMap, read_column_map
from revenue.adapters.bank.reading import read_statements

__all__ = ["ColumnMap", "read_column_map", "read_statements"]
