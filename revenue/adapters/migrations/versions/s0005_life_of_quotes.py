"""The fifth schema: quotes in approval, approved and withdrawn; numbers that were given out.

Frozen, as every step. A number is a document beside which stand the few columns that it is found
by. ``place`` is its place in the count of its series and period: each is given once, which is what
two who count at the same time meet at; and no two series of a tenant give the same number.

On SQLite a CHECK is changed by making its table anew; nothing refers to the table of quotes.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATES = (
    "'draft', 'in_approval', 'approved', 'sent', 'accepted', 'superseded', 'lost', 'withdrawn'"
)
_QUOTE_COLUMNS = (
    "tenant, number_key, version, revision, number, state, customer, currency, gross, issued_on, "
    "valid_until, format, body, sha256"
)
_SQLITE_QUOTE = (
    """CREATE TABLE {p}quote_0005 (
    tenant TEXT NOT NULL,
    number_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    customer TEXT NOT NULL,
    currency TEXT NOT NULL,
    gross TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    format INTEGER NOT NULL,
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    CONSTRAINT {p}quote_pk PRIMARY KEY (tenant, number_key, version, revision),
    CONSTRAINT {p}quote_version CHECK (version >= 1 AND revision >= 1),
    CONSTRAINT {p}quote_state CHECK (state IN ({states})),
    CONSTRAINT {p}quote_iso4217 CHECK (length(currency) = 3),
    CONSTRAINT {p}quote_sha256 CHECK (length(sha256) = 64)
) STRICT""",
    "INSERT INTO {p}quote_0005 ({columns}) SELECT {columns} FROM {p}quote",
    "DROP TABLE {p}quote",
    "ALTER TABLE {p}quote_0005 RENAME TO {p}quote",
    (
        "CREATE UNIQUE INDEX {p}quote_one_accepted ON {p}quote (tenant, number_key) "
        "WHERE state = 'accepted'"
    ),
    "CREATE INDEX {p}quote_customer ON {p}quote (tenant, customer)",
)
_POSTGRES_QUOTE = (
    "ALTER TABLE {p}quote DROP CONSTRAINT {p}quote_state",
    "ALTER TABLE {p}quote ADD CONSTRAINT {p}quote_state CHECK (state IN ({states}))",
)
_NUMBER = """CREATE TABLE {p}given_number (
    tenant {text} NOT NULL,
    series_key {text} NOT NULL,
    period {text} NOT NULL,
    place {int} NOT NULL,
    number_key {text} NOT NULL,
    number {text} NOT NULL,
    on_day {text} NOT NULL,
    format {int} NOT NULL,
    body {text} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}given_number_pk PRIMARY KEY (tenant, series_key, period, place),
    CONSTRAINT {p}given_number_once UNIQUE (tenant, number_key),
    CONSTRAINT {p}given_number_place CHECK (place >= 0 AND length(series_key) > 0),
    CONSTRAINT {p}given_number_day CHECK (length(on_day) = 10),
    CONSTRAINT {p}given_number_sha256 CHECK (length(sha256) = 64)
)"""
_SQLITE_UNCHANGED = (
    (
        "CREATE TRIGGER {p}{table}_no_update BEFORE UPDATE ON {p}{table} "
        "BEGIN SELECT RAISE(ABORT, '{p}{table} is append-only'); END"
    ),
    (
        "CREATE TRIGGER {p}{table}_no_delete BEFORE DELETE ON {p}{table} "
        "BEGIN SELECT RAISE(ABORT, '{p}{table} is append-only'); END"
    ),
)
_POSTGRES_UNCHANGED = (
    (
        "CREATE TRIGGER {p}{table}_no_change BEFORE UPDATE OR DELETE ON {p}{table} "
        "FOR EACH ROW EXECUTE FUNCTION {p}append_only()"
    ),
    (
        "CREATE TRIGGER {p}{table}_no_truncate BEFORE TRUNCATE ON {p}{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {p}append_only()"
    ),
)
_SQLITE_TYPES = {"{int}": "INTEGER", "{text}": "TEXT"}
_POSTGRES_TYPES = {"{int}": "BIGINT", "{text}": 'TEXT COLLATE "C"'}


def upgrade(prefix: str) -> None:
    """Let quotes be approved and withdrawn, and make the table of numbers with its triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        _remake_quotes(prefix)
    else:
        for text in _POSTGRES_QUOTE:
            _execute(text, prefix)
    types = _SQLITE_TYPES if sqlite else _POSTGRES_TYPES
    _execute(_NUMBER + (" WITHOUT ROWID, STRICT" if sqlite else ""), prefix, types)
    for text in _SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED:
        _execute(text, prefix, {"{table}": "given_number"})


def _remake_quotes(prefix: str) -> None:
    bind = op.get_bind()
    # A view of the host's on the old table must neither stop the new one from taking its name nor
    # be written anew.
    legacy = bind.exec_driver_sql("PRAGMA legacy_alter_table").scalar_one()
    op.execute("PRAGMA legacy_alter_table = ON")
    for text in _SQLITE_QUOTE:
        _execute(text, prefix, {"{states}": _STATES, "{columns}": _QUOTE_COLUMNS})
    op.execute(f"PRAGMA legacy_alter_table = {legacy}")
    for text in _SQLITE_UNCHANGED:
        _execute(text, prefix, {"{table}": "quote"})


def _execute(text: str, prefix: str, words: dict[str, str] | None = None) -> None:
    for place, word in {"{states}": _STATES, **(words or {}), "{p}": prefix}.items():
        text = text.replace(place, word)
    op.execute(text)
