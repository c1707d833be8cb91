"""The sixth schema: the records of files that were made of quotes.

Frozen, as every step. A record is a document beside which stand the few columns that it is found
by; a file, known by the hash of its bytes, is on record once for a version.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

_TABLE = """CREATE TABLE {p}quote_document (
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    version {int} NOT NULL,
    document_sha256 {text} NOT NULL,
    kind {text} NOT NULL,
    locale {text} NOT NULL,
    quote_hash {text} NOT NULL,
    format {int} NOT NULL,
    body {text} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}quote_document_pk PRIMARY KEY (tenant, number_key, version, document_sha256),
    CONSTRAINT {p}quote_document_version CHECK (version >= 1),
    CONSTRAINT {p}quote_document_kind CHECK (kind IN ('pdf', 'html')),
    CONSTRAINT {p}quote_document_hashes
        CHECK (length(document_sha256) = 64 AND length(quote_hash) = 64 AND length(sha256) = 64)
)"""
_SQLITE_UNCHANGED = (
    (
        "CREATE TRIGGER {p}quote_document_no_update BEFORE UPDATE ON {p}quote_document "
        "BEGIN SELECT RAISE(ABORT, '{p}quote_document is append-only'); END"
    ),
    (
        "CREATE TRIGGER {p}quote_document_no_delete BEFORE DELETE ON {p}quote_document "
        "BEGIN SELECT RAISE(ABORT, '{p}quote_document is append-only'); END"
    ),
)
_POSTGRES_UNCHANGED = (
    (
        "CREATE TRIGGER {p}quote_document_no_change BEFORE UPDATE OR DELETE ON {p}quote_document "
        "FOR EACH ROW EXECUTE FUNCTION {p}append_only()"
    ),
    (
        "CREATE TRIGGER {p}quote_document_no_truncate BEFORE TRUNCATE ON {p}quote_document "
        "FOR EACH STATEMENT EXECUTE FUNCTION {p}append_only()"
    ),
)
_SQLITE_TYPES = {"{int}": "INTEGER", "{text}": "TEXT"}
_POSTGRES_TYPES = {"{int}": "BIGINT", "{text}": 'TEXT COLLATE "C"'}


def upgrade(prefix: str) -> None:
    """Make the table of printed documents, with its triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    table = _TABLE
    for place, word in (_SQLITE_TYPES if sqlite else _POSTGRES_TYPES).items():
        table = table.replace(place, word)
    _execute(table + (" WITHOUT ROWID, STRICT" if sqlite else ""), prefix)
    for text in _SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED:
        _execute(text, prefix)


def _execute(text: str, prefix: str) -> None:
    op.execute(text.replace("{p}", prefix))
