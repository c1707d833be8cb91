"""What can be wrong with stored rows, as findings that name the row (核对结果)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.text import LocalText
from revenue.adapters.shapes import Values


def _finding(reason: str, place: str, en: str, zh: str) -> Finding:
    return Finding(code=f"store.{reason}", place=place, message=LocalText(en=en, zh=zh))


def differs(place: str, column: str) -> Finding:
    """A column that was changed."""
    return _finding(
        "altered_row",
        place,
        f"the column {column} does not hold what the document says",
        f"{column} 列与单据内容不符",
    )


def columns(row: Row[Any], expected: Values, place: str) -> Iterator[Finding]:
    """A finding for each column that does not hold what it must."""
    found = row._asdict()
    for column, value in expected.items():
        if found[column] != value:
            yield differs(place, column)


def orphan(place: str) -> Finding:
    """A row that nothing explains."""
    return _finding(
        "orphan_row", place, "the row belongs to nothing that is stored", "该行没有对应的单据"
    )


def corrupt(place: str, error: DomainError) -> Finding:
    """A row whose content cannot be what was written."""
    return _finding("corrupt_document", place, error.message, "内容与其哈希值不符，或无法读取")


def gap(place: str) -> Finding:
    """A row that must be there and is not."""
    return _finding("missing_row", place, "a row is missing", "缺少一行")


def chain_broken(place: str) -> Finding:
    """The chain of hashes of the facts breaks."""
    return _finding(
        "chain_broken",
        place,
        "the chain of hashes breaks here: a fact was changed, removed or put in",
        "哈希链在此断开：有记录被修改、删除或插入",
    )


def broken_rule(place: str, error: DomainError) -> Finding:
    """A fact that does not follow from those before it."""
    return _finding("broken_rule", place, str(error), f"违反台账规则 [{error.code}]")
