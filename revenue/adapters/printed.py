"""The records of files that were made of quotes (单据存证): added, never changed, found by version.

A record is kept beside the state of the quote that it was made of, which must be stored: a hash on
record is worth what it points at. The same file on record twice is one record.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import Conflict, Finding, Unreadable
from cpq.replay import PrintedDocument
from revenue.adapters import doubts as found
from revenue.adapters.rows import Rows, body_of, document, key_of, version_of

_STATE = (
    "SELECT revision FROM {p}quote WHERE tenant = :tenant AND number_key = :key "
    "AND version = :version AND sha256 = :quote_hash"
)
_PRINTED = (
    "SELECT number_key, version, document_sha256, format, body, sha256 FROM {p}quote_document "
    "WHERE tenant = :tenant AND number_key = :key AND (:version = 0 OR version = :version) "
    "ORDER BY version, kind, locale, document_sha256"
)
_EVERY = "SELECT * FROM {p}quote_document WHERE tenant = :tenant ORDER BY number_key, version"


def printed_row(record: PrintedDocument) -> dict[str, Any]:
    """A record as a row."""
    return {
        "number_key": key_of(record.number),
        "version": version_of(record.version),
        "document_sha256": record.sha256,
        "kind": record.kind,
        "locale": record.locale,
        "quote_hash": record.quote_hash,
        **body_of(record),
    }


def keep_printed(rows: Rows, record: PrintedDocument) -> None:
    """Add a record, unless the file is on record; the state it was made of must be stored."""
    values = printed_row(record)
    state = rows.first(
        _STATE,
        key=values["number_key"],
        version=values["version"],
        quote_hash=record.quote_hash,
    )
    if state is None:
        raise Conflict(
            "printed.not_stored",
            f"quote {record.reference} is not stored as it was printed; save() that state of it "
            "first, then keep() the record",
            number=record.number,
            version=record.version,
        )
    rows.insert("quote_document", unless_there=True, **values)


def read_printed(rows: Rows, number: str, version: int | None) -> tuple[PrintedDocument, ...]:
    """The records of a quote, or of one version of it: by version, kind and language."""
    wanted = 0 if version is None else version_of(version)
    return tuple(_record(row) for row in rows.all(_PRINTED, key=key_of(number), version=wanted))


def verify_printed(rows: Rows) -> Iterator[Finding]:
    """Every finding about the records of a tenant; none in a sound store."""
    for row in rows.all(_EVERY):
        try:
            record = _record(row)
        except Unreadable as error:
            yield found.corrupt(_place(row), error)
            continue
        yield from found.columns(row, printed_row(record), _place(row))
        stored = rows.first(
            _STATE, key=row.number_key, version=row.version, quote_hash=record.quote_hash
        )
        if stored is None:
            yield found.orphan(_place(row))


def _place(row: Row[Any]) -> str:
    return f"quote_document {row.number_key} version {row.version} {row.document_sha256[:12]}"


def _record(row: Row[Any]) -> PrintedDocument:
    return document(PrintedDocument, row, place=_place(row))
