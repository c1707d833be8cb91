"""The second schema: deal prices, and quotes that were lost.

Frozen, as every step. A deal price is a row of its own whose columns are the whole fact; its hash
stands beside it. Amounts and quantities are exact decimals or fractions as text, for a price per
unit has more decimals than any fixed scale; ``quantity_key`` is a quantity as text that sorts. Each
of the ways to look prices up has an index that holds all that the figures need, so that a look-up
reads nothing but hits, and reads them in one place.

On SQLite a CHECK is changed by making its table anew; nothing refers to the table of quotes.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATES = "'draft', 'sent', 'accepted', 'superseded', 'lost'"
_QUOTE_COLUMNS = (
    "tenant, number_key, version, revision, number, state, customer, currency, gross, issued_on, "
    "valid_until, format, body, sha256"
)
_SQLITE_QUOTE = (
    """CREATE TABLE {p}quote_0002 (
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
    "INSERT INTO {p}quote_0002 ({columns}) SELECT {columns} FROM {p}quote",
    "DROP TABLE {p}quote",
    "ALTER TABLE {p}quote_0002 RENAME TO {p}quote",
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

_DEAL_PRICE = """CREATE TABLE {p}deal_price (
    tenant {text} NOT NULL,
    quote_key {text} NOT NULL,
    version {int} NOT NULL,
    line {text} NOT NULL,
    status {text} NOT NULL,
    quote {text} NOT NULL,
    on_day {text} NOT NULL,
    product {text} NOT NULL,
    family {text} NOT NULL,
    attributes {text} NOT NULL,
    quantity {text} NOT NULL,
    unit {text} NOT NULL,
    base_quantity {text} NOT NULL,
    quantity_key {text} NOT NULL,
    base_unit {text} NOT NULL,
    currency {currency} NOT NULL,
    net {text} NOT NULL,
    list_price {text},
    customer {text} NOT NULL,
    group_codes {text} NOT NULL,
    region {text} NOT NULL,
    channel {text} NOT NULL,
    owner {text},
    one_off {int} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}deal_price_pk PRIMARY KEY (tenant, quote_key, version, line, status),
    CONSTRAINT {p}deal_price_version CHECK (version >= 1),
    CONSTRAINT {p}deal_price_status CHECK (status IN ('won', 'lost', 'quoted')),
    CONSTRAINT {p}deal_price_day CHECK (length(on_day) = 10),
    CONSTRAINT {p}deal_price_one_off CHECK (one_off IN (0, 1)),
    CONSTRAINT {p}deal_price_iso4217 CHECK (length(currency) = 3),
    CONSTRAINT {p}deal_price_sha256 CHECK (length(sha256) = 64)
)"""
# What a look-up needs to decide and to reckon, after the columns that it is found by. A table
# without row ids has its key in every index; elsewhere the key is named.
_FIGURES = "currency, one_off, quantity_key, net, base_quantity, list_price, group_codes"
_KEY = "quote_key, version, line"
_LOOK_UPS = {
    "product": "tenant, product, base_unit, status, on_day",
    "family": "tenant, family, base_unit, status, on_day",
    "customer": "tenant, customer, product, base_unit, status, on_day",
}
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
_SQLITE_TYPES = {"{int}": "INTEGER", "{text}": "TEXT", "{currency}": "TEXT"}
_POSTGRES_TYPES = {"{int}": "BIGINT", "{text}": 'TEXT COLLATE "C"', "{currency}": "CHAR(3)"}


def upgrade(prefix: str) -> None:
    """Let quotes be lost, and make the table of deal prices with its indexes and triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        _remake_quotes(prefix)
    else:
        for text in _POSTGRES_QUOTE:
            _execute(text, prefix)
    types = _SQLITE_TYPES if sqlite else _POSTGRES_TYPES
    _execute(_DEAL_PRICE + (" WITHOUT ROWID, STRICT" if sqlite else ""), prefix, types)
    for name, columns in _LOOK_UPS.items():
        held = f"{columns}, {_FIGURES}" if sqlite else columns
        beside = "" if sqlite else f" INCLUDE ({_FIGURES}, {_KEY})"
        _execute(f"CREATE INDEX {{p}}deal_price_{name} ON {{p}}deal_price ({held}){beside}", prefix)
    for text in _SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED:
        _execute(text, prefix, {"{table}": "deal_price"})


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
