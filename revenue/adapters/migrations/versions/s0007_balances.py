"""The seventh schema: every kind of document in one table of balances, with what moved them.

Frozen, as every step. Receivables, receipts and write-offs had a table each, and so had what took
from them; credit notes, payables and retentions would have made as many again. A balance is what is
left of a document of any kind, a movement is what one fact took from it or gave back: a fact moves
a document once. What stood in the old tables is copied, and they are dropped.

A line of the journal may bear its value in the book currency beside its amount; an entry balances
in what its lines are worth. A fact bears what it is about, by which those of its kind are found,
and the head of a tenant the day through which its books are closed.
"""

from collections.abc import Iterable

from alembic import op
from sqlalchemy import text

from cpq.kernel.text import number_key

revision = "0007"
down_revision = "0006"

_KINDS = "'receivable', 'receipt', 'credit_note', 'payable', 'retention', 'write_off'"
_RANGE = "100000000000000000"

_TABLES = (
    """CREATE TABLE {p}balance (
    tenant {text} NOT NULL,
    kind {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    number {text} NOT NULL,
    customer {text} NOT NULL,
    customer_key {text} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    due_on {text},
    source_key {text},
    amount_minor {int} NOT NULL,
    left_minor {int} NOT NULL,
    book_currency {currency},
    book_minor {int},
    book_left_minor {int},
    revalued_minor {int},
    last_day {text} NOT NULL,
    CONSTRAINT {p}balance_pk PRIMARY KEY (tenant, kind, number_key),
    CONSTRAINT {p}balance_currency UNIQUE (tenant, kind, number_key, currency),
    CONSTRAINT {p}balance_kind CHECK (kind IN ({kinds})),
    CONSTRAINT {p}balance_iso4217 CHECK (length(currency) = 3),
    CONSTRAINT {p}balance_amount CHECK (amount_minor BETWEEN 1 AND {range}),
    CONSTRAINT {p}balance_left CHECK (left_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT {p}balance_book CHECK (
        (book_currency IS NULL) = (book_minor IS NULL)
        AND (book_currency IS NULL) = (book_left_minor IS NULL)
        AND (book_minor IS NULL OR book_minor BETWEEN 0 AND {range})
        AND (book_left_minor IS NULL OR book_left_minor BETWEEN -{range} AND {range})),
    CONSTRAINT {p}balance_days CHECK (length(on_day) = 10 AND last_day >= on_day),
    CONSTRAINT {p}balance_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq)
)""",
    """CREATE TABLE {p}movement (
    tenant {text} NOT NULL,
    kind {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    amount_minor {int} NOT NULL,
    book_minor {int},
    CONSTRAINT {p}movement_pk PRIMARY KEY (tenant, kind, number_key, seq),
    CONSTRAINT {p}movement_amount CHECK (amount_minor BETWEEN -{range} AND {range}),
    CONSTRAINT {p}movement_book
        CHECK (book_minor IS NULL OR book_minor BETWEEN -{range} AND {range}),
    CONSTRAINT {p}movement_something
        CHECK (amount_minor <> 0 OR COALESCE(book_minor, 0) <> 0),
    CONSTRAINT {p}movement_day CHECK (length(on_day) = 10),
    CONSTRAINT {p}movement_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq),
    CONSTRAINT {p}movement_balance FOREIGN KEY (tenant, kind, number_key, currency)
        REFERENCES {p}balance (tenant, kind, number_key, currency)
)""",
)
_INDEXES = (
    "CREATE INDEX {p}balance_customer ON {p}balance (tenant, kind, customer_key, due_on)",
    (
        "CREATE INDEX {p}balance_source ON {p}balance (tenant, kind, source_key) "
        "WHERE source_key IS NOT NULL"
    ),
    ("CREATE INDEX {p}fact_about ON {p}fact (tenant, about_key, kind) WHERE about_key IS NOT NULL"),
)
_COLUMNS = (
    "ALTER TABLE {p}fact ADD COLUMN about_key {text}",
    (
        "ALTER TABLE {p}head ADD COLUMN closed_through {text} "
        "CONSTRAINT {p}head_closed CHECK (length(closed_through) = 10)"
    ),
    "ALTER TABLE {p}journal_line ADD COLUMN book_currency {currency}",
    (
        "ALTER TABLE {p}journal_line ADD COLUMN booked_minor {int} "
        "CONSTRAINT {p}journal_line_booked CHECK ((booked_minor IS NULL) = (book_currency IS NULL)"
        " AND (booked_minor IS NULL OR booked_minor BETWEEN -{range} AND {range}))"
    ),
    (
        "ALTER TABLE {p}journal_line ADD COLUMN book_only {int} NOT NULL DEFAULT 0 "
        "CONSTRAINT {p}journal_line_book_only CHECK (book_only IN (0, 1))"
    ),
)

_CUSTOMERS = "SELECT customer FROM {p}receivable UNION SELECT customer FROM {p}receipt"
_KEYS = "CREATE TABLE {p}customer_0007 (customer {text} PRIMARY KEY, customer_key {text} NOT NULL)"
_KEY = "INSERT INTO {p}customer_0007 (customer, customer_key) VALUES (:customer, :key)"
_OPENED = (
    "INSERT INTO {p}balance (tenant, kind, number_key, seq, number, customer, customer_key, "
    "currency, on_day, due_on, source_key, amount_minor, left_minor, last_day) "
    "SELECT d.tenant, '{kind}', d.number_key, d.seq, f.number, o.customer, k.customer_key, "
    "d.currency, d.on_day, {due}, d.amount_minor, d.{left}, d.on_day FROM {p}{kind} d "
    "JOIN {p}fact f ON f.tenant = d.tenant AND f.seq = d.seq JOIN {owner} "
    "JOIN {p}customer_0007 k ON k.customer = o.customer"
)
_OWN = "{p}{kind} o ON o.tenant = d.tenant AND o.number_key = d.number_key"
_OWED_BY = "{p}receivable o ON o.tenant = d.tenant AND o.number_key = d.receivable_key"
_DOCUMENTS = (
    ("receivable", "d.due_on, d.source_key", "open_minor", _OWN),
    ("receipt", "NULL, NULL", "free_minor", _OWN),
    ("write_off", "NULL, NULL", "recoverable_minor", _OWED_BY),
)
_MOVED = (
    (
        "INSERT INTO {p}movement (tenant, kind, number_key, seq, currency, on_day, amount_minor) "
        "SELECT t.tenant, '{kind}', t.{key}, t.seq, t.currency, t.on_day, -t.amount_minor "
        "FROM {p}{table} t"
    ),
    (
        "INSERT INTO {p}movement (tenant, kind, number_key, seq, currency, on_day, amount_minor) "
        "SELECT t.tenant, '{kind}', t.{key}, r.seq, t.currency, r.on_day, {sign}t.amount_minor "
        "FROM {p}{table} t JOIN {p}reversal r ON r.tenant = t.tenant AND r.reverses_seq = t.seq"
    ),
)
_TAKEN = (
    ("application", "receipt"),
    ("application", "receivable"),
    ("write_off", "receivable"),
    ("recovery", "receipt"),
    ("recovery", "write_off"),
)
_LAST_DAYS = (
    "UPDATE {p}balance SET last_day = (SELECT MAX(m.on_day) FROM {p}movement m "
    "WHERE m.tenant = {p}balance.tenant AND m.kind = {p}balance.kind "
    "AND m.number_key = {p}balance.number_key) "
    "WHERE EXISTS (SELECT 1 FROM {p}movement m WHERE m.tenant = {p}balance.tenant "
    "AND m.kind = {p}balance.kind AND m.number_key = {p}balance.number_key "
    "AND m.on_day > {p}balance.last_day)"
)
# Children first.
_GONE = ("recovery", "application", "write_off", "receipt", "receivable")

# Which columns of a table never change; "" is: none does.
_FIXED = {
    "balance": "tenant, kind, number_key, seq, number, customer, customer_key, currency, on_day, "
    "due_on, source_key, amount_minor, book_currency, book_minor",
    "movement": "",
}
_UNBALANCED = """NOT EXISTS (SELECT 1 FROM {p}journal_line l
        WHERE l.tenant = NEW.tenant AND l.entry_key = NEW.number_key)
    OR EXISTS (SELECT 1 FROM {p}journal_line l
        WHERE l.tenant = NEW.tenant AND l.entry_key = NEW.number_key
        GROUP BY COALESCE(l.book_currency, l.currency)
        HAVING SUM(COALESCE(l.booked_minor, l.debit_minor - l.credit_minor)) <> 0)"""
_SQLITE_BALANCED = (
    "DROP TRIGGER {p}journal_entry_balanced",
    "CREATE TRIGGER {p}journal_entry_balanced BEFORE INSERT ON {p}journal_entry WHEN "
    + _UNBALANCED
    + " BEGIN SELECT RAISE(ABORT, 'journal entry does not balance'); END",
)
_POSTGRES_BALANCED = (
    "CREATE OR REPLACE FUNCTION {p}journal_entry_balanced() RETURNS trigger "
    "LANGUAGE plpgsql AS $$ BEGIN IF "
    + _UNBALANCED
    + """ THEN RAISE EXCEPTION USING MESSAGE = 'journal entry does not balance',
    ERRCODE = '23000'; END IF; RETURN NEW; END $$""",
)
_SQLITE_UNCHANGED = (
    (
        "CREATE TRIGGER {p}{table}_no_update BEFORE UPDATE {of} ON {p}{table} "
        "BEGIN SELECT RAISE(ABORT, '{p}{table} is append-only'); END"
    ),
    (
        "CREATE TRIGGER {p}{table}_no_delete BEFORE DELETE ON {p}{table} "
        "BEGIN SELECT RAISE(ABORT, '{p}{table} is append-only'); END"
    ),
)
_POSTGRES_UNCHANGED = (
    (
        "CREATE TRIGGER {p}{table}_no_change BEFORE UPDATE {of} OR DELETE ON {p}{table} "
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
    """Make the two tables, copy what there is, and drop the tables that it was in."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    words = {**(_SQLITE_TYPES if sqlite else _POSTGRES_TYPES), "{kinds}": _KINDS}
    # What is left of a document changes again and again: on PostgreSQL it stays in its page.
    rest = (" WITHOUT ROWID, STRICT",) * 2 if sqlite else (" WITH (fillfactor = 85)", "")
    for table, options in zip(_TABLES, rest, strict=True):
        _execute(table + options, prefix, words)
    _each(_COLUMNS, prefix, words)
    _copy(prefix, words)
    for name in _GONE:
        _execute("DROP TABLE {p}{table}", prefix, {"{table}": name})
    _each((*_INDEXES, *(_SQLITE_BALANCED if sqlite else _POSTGRES_BALANCED)), prefix, words)
    for name, fixed in _FIXED.items():
        own = {"{table}": name, "{of}": f"OF {fixed}" if fixed else ""}
        _each(_SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED, prefix, own)


def _copy(prefix: str, words: dict[str, str]) -> None:
    """Everything into the two tables: first the documents, then what moved them, then the days."""
    bind = op.get_bind()
    _execute(_KEYS, prefix, words)
    customers = [row[0] for row in bind.execute(text(_CUSTOMERS.replace("{p}", prefix)))]
    if customers:
        keys = [{"customer": each, "key": number_key(each)} for each in customers]
        bind.execute(text(_KEY.replace("{p}", prefix)), keys)
    for kind, due, left, owner in _DOCUMENTS:
        own = {"{owner}": owner, "{kind}": kind, "{due}": due, "{left}": left}
        _execute(_OPENED, prefix, own)
    for table, kind in _TAKEN:
        own = {"{table}": table, "{kind}": kind, "{key}": f"{kind}_key", "{sign}": ""}
        _each(_MOVED, prefix, own)
    # A write-off that was reversed is closed by that.
    own = {"{table}": "write_off", "{kind}": "write_off", "{key}": "number_key", "{sign}": "-"}
    _execute(_MOVED[1], prefix, own)
    _execute(_LAST_DAYS, prefix, words)
    _execute("DROP TABLE {p}customer_0007", prefix, words)


def _each(texts: Iterable[str], prefix: str, words: dict[str, str]) -> None:
    for each in texts:
        _execute(each, prefix, words)


def _execute(statement: str, prefix: str, words: dict[str, str]) -> None:
    for place, word in {**words, "{p}": prefix, "{range}": _RANGE}.items():
        statement = statement.replace(place, word)
    op.execute(statement)
