"""Bank files by their content: one way in for every format (读取银行对账单).

The name of a file says nothing: banks send MT940 as ``.sta``, ``.txt`` and ``.csv``. The format is
what the content shows, unless the caller says it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from cpq.kernel.errors import Invalid
from revenue.adapters.bank.bai2 import is_bai2, read_bai2
from revenue.adapters.bank.camt import read_camt
from revenue.adapters.bank.columns import AUTOMATIC, ColumnMap, read_column_map
from revenue.adapters.bank.csv_lines import read_csv
from revenue.adapters.bank.mt940 import is_mt940, read_mt940
from revenue.adapters.bank.source import Source, opened
from revenue.bank.running import broken_balance
from revenue.bank.statement import BankFormat, BankStatement

_FORMATS: tuple[BankFormat, ...] = ("mt940", "camt.053", "bai2", "csv")
_OTHERS = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"OFXHEADER", "an OFX file"),
    (b"<OFX", "an OFX file"),
    (b"!Type:", "a QIF file"),
    (b"\x1f\x8b", "a compressed file"),
)
_HTML = (b"<html", b"<!doctype html", b"<table")
_HEAD = 1024


def read_statements(
    path: str | Path,
    *,
    format: BankFormat | None = None,  # noqa: A002 the word of the trade
    columns: ColumnMap | str | Path | None = None,
    encoding: str | None = None,
    unbalanced: Literal["refuse", "keep"] = "refuse",
) -> tuple[BankStatement, ...]:
    """The statements in a bank file: MT940, camt.053, BAI2 or CSV; all of it or nothing.

    ``columns`` maps the columns of a CSV export, or is the path of a TOML file that does. A
    statement that does not add up is refused, unless ``unbalanced`` is ``keep``: then ``check()``
    tells. Raises ``Unreadable`` naming file, line and field, ``Refused``
    (``statement.unbalanced``) and ``Unavailable`` (``bank_file.no_library``).

    >>> read_statements("nowhere.sta")
    Traceback (most recent call last):
    cpq.kernel.errors.Unreadable: nowhere.sta: the file cannot be read: No such file or directory;
    give the path of a statement file [bank_file.missing]
    """
    if format is not None and format not in _FORMATS:
        raise Invalid(
            "bank_file.unknown_format",
            f"format is one of {', '.join(_FORMATS)}, or None to tell by content; found {format!r}",
        )
    asked = read_column_map(columns) if isinstance(columns, str | Path) else columns or AUTOMATIC
    source = opened(path)
    found = _read(source, format, asked, encoding)
    if unbalanced == "refuse":
        _refuse_unbalanced(source, found)
    return found


def _read(
    source: Source, stated: BankFormat | None, asked: ColumnMap, encoding: str | None
) -> tuple[BankStatement, ...]:
    if stated is None:
        _refuse_others(source)
    kind = stated or _format(source, encoding)
    if kind == "camt.053":
        return read_camt(source, encoding)
    if kind == "csv":
        return read_csv(source, asked, encoding)
    readers: dict[str, Callable[[Source, str], tuple[BankStatement, ...]]] = {
        "mt940": read_mt940,
        "bai2": read_bai2,
    }
    return readers[kind](source, source.text(encoding))


def _format(source: Source, encoding: str | None) -> BankFormat:
    """The format that the content shows; CSV where it shows no other.

    Only what is ASCII in every encoding is looked at, so a wrong encoding does not matter yet.
    """
    wide = source.data[:2] in (b"\xff\xfe", b"\xfe\xff")
    name = encoding if encoding and "16" in encoding else "utf-16" if wide else "latin-1"
    head = source.data[: 8 * _HEAD].decode(name, errors="replace").lstrip("\ufeffï»¿ \r\n\t")
    if head.startswith("<"):
        return "camt.053"
    if is_mt940(head):
        return "mt940"
    return "bai2" if is_bai2(head) else "csv"


def _refuse_others(source: Source) -> None:
    """Refuse what is known to be something else, with what to do."""
    head = source.data[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t")
    kind = next((what for mark, what in _OTHERS if head.startswith(mark)), "")
    if head.lower().startswith(_HTML):
        kind = "a web page saved as .xls"
    if "xls" in kind:
        raise source.refused(
            "bank_file.spreadsheet",
            f"this is {kind}, and spreadsheets round long account numbers; take the bank's CSV, "
            "MT940 or camt.053 export, or save the sheet as CSV UTF-8 and check the numbers",
            zh="这是电子表格文件；请从网银导出 CSV、MT940 或 camt.053，"
            "或另存为 CSV UTF-8 并核对账号",
        )
    if kind:
        raise source.refused(
            "bank_file.unknown_format",
            f"this is {kind}; bank statements are read as MT940, camt.053, BAI2 or CSV: take one "
            "of these from the bank",
            found=head[:20],
            zh="不支持该文件格式；请从网银导出 MT940、camt.053、BAI2 或 CSV",
        )


def _refuse_unbalanced(source: Source, statements: tuple[BankStatement, ...]) -> None:
    for statement in statements:
        broken = broken_balance(statement.lines)
        for finding in statement.check():
            raise source.unbalanced(
                f"account {finding.place}: {finding.message.en}",
                line=broken.file_line if broken else statement.file_line,
                zh=finding.message.zh,
            )
