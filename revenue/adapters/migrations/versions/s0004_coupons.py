"""The fourth schema: coupons, and which of them are blocked.

Frozen, as every step. A coupon is a document beside which stand the few columns that it is found
and listed by. ``place`` counts the coupons of one code, which follow one another in time: the next
place is given once, which is what two who issue the same code meet at.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = (
    """CREATE TABLE {p}coupon (
    tenant {text} NOT NULL,
    code_key {text} NOT NULL,
    place {int} NOT NULL,
    code {text} NOT NULL,
    promotion {text} NOT NULL,
    batch {text} NOT NULL,
    customer {text},
    state {text} NOT NULL,
    format {int} NOT NULL,
    body {text} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}coupon_pk PRIMARY KEY (tenant, code_key, place),
    CONSTRAINT {p}coupon_place CHECK (place >= 1 AND length(code_key) > 0),
    CONSTRAINT {p}coupon_state CHECK (state IN ('issued', 'blocked')),
    CONSTRAINT {p}coupon_sha256 CHECK (length(sha256) = 64)
)""",
    """CREATE TABLE {p}coupon_block (
    tenant {text} NOT NULL,
    code_key {text} NOT NULL,
    place {int} NOT NULL,
    on_day {text} NOT NULL,
    format {int} NOT NULL,
    body {text} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}coupon_block_pk PRIMARY KEY (tenant, code_key, place),
    CONSTRAINT {p}coupon_block_coupon FOREIGN KEY (tenant, code_key, place)
        REFERENCES {p}coupon (tenant, code_key, place),
    CONSTRAINT {p}coupon_block_day CHECK (length(on_day) = 10),
    CONSTRAINT {p}coupon_block_sha256 CHECK (length(sha256) = 64)
)""",
)
_BATCH = "CREATE INDEX {p}coupon_batch ON {p}coupon (tenant, batch, promotion)"
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
    """Make the tables of coupons and of what blocks them, with their triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    types = _SQLITE_TYPES if sqlite else _POSTGRES_TYPES
    for table in _TABLES:
        _execute(table + (" WITHOUT ROWID, STRICT" if sqlite else ""), prefix, types)
    _execute(_BATCH, prefix)
    for name in ("coupon", "coupon_block"):
        for text in _SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED:
            _execute(text, prefix, {"{table}": name})


def _execute(text: str, prefix: str, words: dict[str, str] | None = None) -> None:
    for place, word in {**(words or {}), "{p}": prefix}.items():
        text = text.replace(place, word)
    op.execute(text)
