"""The first schema: documents, facts, balances, journal, commands.

Frozen: what this step made is never changed here, only by a later step. Every key begins with the
tenant. Money is whole minor units, 64 bits, at most 10^17; days are ISO text, which sorts and
compares alike everywhere; SQLite tables are STRICT, because there a column's type is otherwise
only advice. Triggers refuse to change or delete what happened.
"""

from alembic import op

revision = "0001"
down_revision = None

_DOCUMENT = "format {int} NOT NULL,\n    body {text} NOT NULL,\n    sha256 {text} NOT NULL"
_CURRENCY = ",\n    CONSTRAINT {p}{table}_iso4217 CHECK (length(currency) = 3)"
_HASH = ",\n    CONSTRAINT {p}{table}_sha256 CHECK (length(sha256) = 64)"
_RANGE = "100000000000000000"

# Parents first. The first word of each is its name; the columns follow.
_TABLES = (
    """head
    tenant {text} NOT NULL,
    last_seq {int} NOT NULL,
    chain {text} NOT NULL,
    CONSTRAINT {p}head_pk PRIMARY KEY (tenant),
    CONSTRAINT {p}head_seq CHECK (last_seq >= 0)""",
    """command
    tenant {text} NOT NULL,
    op {text} NOT NULL,
    key {text} NOT NULL,
    fingerprint {text} NOT NULL,
    result {text} NOT NULL,
    CONSTRAINT {p}command_pk PRIMARY KEY (tenant, op, key)""",
    """quote
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    version {int} NOT NULL,
    revision {int} NOT NULL,
    number {text} NOT NULL,
    state {text} NOT NULL,
    customer {text} NOT NULL,
    currency {currency} NOT NULL,
    gross {text} NOT NULL,
    issued_on {text} NOT NULL,
    valid_until {text} NOT NULL,
    {document},
    CONSTRAINT {p}quote_pk PRIMARY KEY (tenant, number_key, version, revision),
    CONSTRAINT {p}quote_version CHECK (version >= 1 AND revision >= 1),
    CONSTRAINT {p}quote_state CHECK (state IN ('draft', 'sent', 'accepted', 'superseded'))""",
    """contract
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    version {int} NOT NULL,
    number {text} NOT NULL,
    quote_key {text} NOT NULL,
    quote_version {int} NOT NULL,
    customer {text} NOT NULL,
    currency {currency} NOT NULL,
    gross {text} NOT NULL,
    signed_on {text} NOT NULL,
    {document},
    CONSTRAINT {p}contract_pk PRIMARY KEY (tenant, number_key, version),
    CONSTRAINT {p}contract_version CHECK (version >= 1)""",
    """sales_order
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    number {text} NOT NULL,
    contract_key {text} NOT NULL,
    contract_version {int} NOT NULL,
    customer {text} NOT NULL,
    on_day {text} NOT NULL,
    {document},
    CONSTRAINT {p}sales_order_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}sales_order_contract FOREIGN KEY (tenant, contract_key, contract_version)
        REFERENCES {p}contract (tenant, number_key, version)""",
    """fact
    tenant {text} NOT NULL,
    seq {int} NOT NULL,
    series {text} NOT NULL,
    number_key {text} NOT NULL,
    kind {text} NOT NULL,
    number {text} NOT NULL,
    on_day {text} NOT NULL,
    contract_key {text},
    order_key {text},
    {document},
    chain {text} NOT NULL,
    CONSTRAINT {p}fact_pk PRIMARY KEY (tenant, seq),
    CONSTRAINT {p}fact_number UNIQUE (tenant, series, number_key),
    CONSTRAINT {p}fact_seq CHECK (seq >= 1),
    CONSTRAINT {p}fact_day CHECK (length(on_day) = 10),
    CONSTRAINT {p}fact_tenant FOREIGN KEY (tenant) REFERENCES {p}head (tenant)""",
    """receivable
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    customer {text} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    due_on {text} NOT NULL,
    source_key {text},
    amount_minor {int} NOT NULL,
    open_minor {int} NOT NULL,
    CONSTRAINT {p}receivable_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}receivable_currency UNIQUE (tenant, number_key, currency),
    CONSTRAINT {p}receivable_amount CHECK (amount_minor BETWEEN 1 AND {range}),
    CONSTRAINT {p}receivable_open CHECK (open_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT {p}receivable_seq UNIQUE (tenant, seq),
    CONSTRAINT {p}receivable_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq)""",
    """receipt
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    customer {text} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    amount_minor {int} NOT NULL,
    free_minor {int} NOT NULL,
    CONSTRAINT {p}receipt_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}receipt_currency UNIQUE (tenant, number_key, currency),
    CONSTRAINT {p}receipt_amount CHECK (amount_minor BETWEEN 1 AND {range}),
    CONSTRAINT {p}receipt_free CHECK (free_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT {p}receipt_seq UNIQUE (tenant, seq),
    CONSTRAINT {p}receipt_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq)""",
    """application
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    receipt_key {text} NOT NULL,
    receivable_key {text} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    amount_minor {int} NOT NULL,
    CONSTRAINT {p}application_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}application_amount CHECK (amount_minor BETWEEN 1 AND {range}),
    CONSTRAINT {p}application_seq UNIQUE (tenant, seq),
    CONSTRAINT {p}application_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq),
    CONSTRAINT {p}application_receipt FOREIGN KEY (tenant, receipt_key, currency)
        REFERENCES {p}receipt (tenant, number_key, currency),
    CONSTRAINT {p}application_receivable FOREIGN KEY (tenant, receivable_key, currency)
        REFERENCES {p}receivable (tenant, number_key, currency)""",
    """write_off
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    receivable_key {text} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    amount_minor {int} NOT NULL,
    recoverable_minor {int} NOT NULL,
    CONSTRAINT {p}write_off_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}write_off_currency UNIQUE (tenant, number_key, currency),
    CONSTRAINT {p}write_off_amount CHECK (amount_minor BETWEEN 1 AND {range}),
    CONSTRAINT {p}write_off_recoverable CHECK (recoverable_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT {p}write_off_seq UNIQUE (tenant, seq),
    CONSTRAINT {p}write_off_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq),
    CONSTRAINT {p}write_off_receivable FOREIGN KEY (tenant, receivable_key, currency)
        REFERENCES {p}receivable (tenant, number_key, currency)""",
    """recovery
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    seq {int} NOT NULL,
    write_off_key {text} NOT NULL,
    receipt_key {text} NOT NULL,
    currency {currency} NOT NULL,
    on_day {text} NOT NULL,
    amount_minor {int} NOT NULL,
    CONSTRAINT {p}recovery_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}recovery_amount CHECK (amount_minor BETWEEN 1 AND {range}),
    CONSTRAINT {p}recovery_seq UNIQUE (tenant, seq),
    CONSTRAINT {p}recovery_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq),
    CONSTRAINT {p}recovery_write_off FOREIGN KEY (tenant, write_off_key, currency)
        REFERENCES {p}write_off (tenant, number_key, currency),
    CONSTRAINT {p}recovery_receipt FOREIGN KEY (tenant, receipt_key, currency)
        REFERENCES {p}receipt (tenant, number_key, currency)""",
    """reversal
    tenant {text} NOT NULL,
    reverses_seq {int} NOT NULL,
    seq {int} NOT NULL,
    on_day {text} NOT NULL,
    CONSTRAINT {p}reversal_pk PRIMARY KEY (tenant, reverses_seq),
    CONSTRAINT {p}reversal_seq UNIQUE (tenant, seq),
    CONSTRAINT {p}reversal_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq),
    CONSTRAINT {p}reversal_of FOREIGN KEY (tenant, reverses_seq)
        REFERENCES {p}fact (tenant, seq)""",
    """journal_entry
    tenant {text} NOT NULL,
    number_key {text} NOT NULL,
    number {text} NOT NULL,
    seq {int} NOT NULL,
    place {int} NOT NULL,
    on_day {text} NOT NULL,
    rule {text} NOT NULL,
    rule_version {int} NOT NULL,
    {document},
    CONSTRAINT {p}journal_entry_pk PRIMARY KEY (tenant, number_key),
    CONSTRAINT {p}journal_entry_place UNIQUE (tenant, seq, place),
    CONSTRAINT {p}journal_entry_fact FOREIGN KEY (tenant, seq) REFERENCES {p}fact (tenant, seq)""",
    # Lines are written before their entry, which posts them: a foreign key that is looked at
    # when the transaction ends, and two triggers below.
    """journal_line
    tenant {text} NOT NULL,
    entry_key {text} NOT NULL,
    place {int} NOT NULL,
    account {text} NOT NULL,
    customer {text} NOT NULL,
    contract {text} NOT NULL,
    currency {currency} NOT NULL,
    debit_minor {int} NOT NULL,
    credit_minor {int} NOT NULL,
    CONSTRAINT {p}journal_line_pk PRIMARY KEY (tenant, entry_key, place),
    CONSTRAINT {p}journal_line_debit CHECK (debit_minor BETWEEN 0 AND {range}),
    CONSTRAINT {p}journal_line_credit CHECK (credit_minor BETWEEN 0 AND {range}),
    CONSTRAINT {p}journal_line_one_side CHECK ((debit_minor = 0) <> (credit_minor = 0)),
    CONSTRAINT {p}journal_line_entry FOREIGN KEY (tenant, entry_key)
        REFERENCES {p}journal_entry (tenant, number_key) DEFERRABLE INITIALLY DEFERRED""",
)
_INDEXES = (
    (
        "CREATE UNIQUE INDEX {p}quote_one_accepted ON {p}quote (tenant, number_key) "
        "WHERE state = 'accepted'"
    ),
    (
        "CREATE UNIQUE INDEX {p}contract_one_of_quote "
        "ON {p}contract (tenant, quote_key, quote_version) WHERE version = 1"
    ),
    "CREATE INDEX {p}quote_customer ON {p}quote (tenant, customer)",
    "CREATE INDEX {p}contract_customer ON {p}contract (tenant, customer)",
    "CREATE INDEX {p}sales_order_contract_idx ON {p}sales_order (tenant, contract_key)",
    "CREATE INDEX {p}fact_contract ON {p}fact (tenant, contract_key, kind)",
    "CREATE INDEX {p}fact_order ON {p}fact (tenant, order_key, kind)",
    "CREATE INDEX {p}receivable_due ON {p}receivable (tenant, customer, due_on)",
    "CREATE INDEX {p}receivable_source ON {p}receivable (tenant, source_key)",
    "CREATE INDEX {p}receipt_customer ON {p}receipt (tenant, customer)",
    "CREATE INDEX {p}application_receipt_idx ON {p}application (tenant, receipt_key)",
    "CREATE INDEX {p}application_receivable_idx ON {p}application (tenant, receivable_key)",
    "CREATE INDEX {p}write_off_receivable_idx ON {p}write_off (tenant, receivable_key)",
    "CREATE INDEX {p}recovery_receipt_idx ON {p}recovery (tenant, receipt_key)",
    "CREATE INDEX {p}recovery_write_off_idx ON {p}recovery (tenant, write_off_key)",
    "CREATE INDEX {p}journal_line_account ON {p}journal_line (tenant, account, currency)",
)

# Which columns of a table never change; "" is: none does.
_FIXED = {
    "head": "tenant",
    "command": "tenant, op, key, fingerprint",
    "quote": "",
    "contract": "",
    "sales_order": "",
    "fact": "",
    "receivable": "tenant, number_key, seq, customer, currency, on_day, due_on, "
    "source_key, amount_minor",
    "receipt": "tenant, number_key, seq, customer, currency, on_day, amount_minor",
    "application": "",
    "write_off": "tenant, number_key, seq, receivable_key, currency, on_day, amount_minor",
    "recovery": "",
    "reversal": "",
    "journal_entry": "",
    "journal_line": "",
}
_UNBALANCED = """NOT EXISTS (SELECT 1 FROM {p}journal_line l
        WHERE l.tenant = NEW.tenant AND l.entry_key = NEW.number_key)
    OR EXISTS (SELECT 1 FROM {p}journal_line l
        WHERE l.tenant = NEW.tenant AND l.entry_key = NEW.number_key
        GROUP BY l.currency HAVING SUM(l.debit_minor) <> SUM(l.credit_minor))"""
_POSTED = """EXISTS (SELECT 1 FROM {p}journal_entry e
        WHERE e.tenant = NEW.tenant AND e.number_key = NEW.entry_key)"""

_SQLITE_GUARDS = (
    "CREATE TRIGGER {p}journal_entry_balanced BEFORE INSERT ON {p}journal_entry WHEN "
    + _UNBALANCED
    + " BEGIN SELECT RAISE(ABORT, 'journal entry does not balance'); END",
    "CREATE TRIGGER {p}journal_line_posted BEFORE INSERT ON {p}journal_line WHEN "
    + _POSTED
    + " BEGIN SELECT RAISE(ABORT, 'journal entry is posted'); END",
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
_POSTGRES_GUARDS = (
    """CREATE FUNCTION {p}append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = '23000';
    END $$""",
    "CREATE FUNCTION {p}journal_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
    + _UNBALANCED
    + """ THEN RAISE EXCEPTION USING MESSAGE = 'journal entry does not balance',
    ERRCODE = '23000'; END IF; RETURN NEW; END $$""",
    "CREATE FUNCTION {p}journal_line_posted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
    + _POSTED
    + """ THEN RAISE EXCEPTION USING MESSAGE = 'journal entry is posted', ERRCODE = '23000';
    END IF; RETURN NEW; END $$""",
    (
        "CREATE TRIGGER {p}journal_entry_balanced BEFORE INSERT ON {p}journal_entry "
        "FOR EACH ROW EXECUTE FUNCTION {p}journal_entry_balanced()"
    ),
    (
        "CREATE TRIGGER {p}journal_line_posted BEFORE INSERT ON {p}journal_line "
        "FOR EACH ROW EXECUTE FUNCTION {p}journal_line_posted()"
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
    """Make every table, index and trigger, each name beginning with ``prefix``."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    types = _SQLITE_TYPES if sqlite else _POSTGRES_TYPES
    for text in _TABLES:
        name, columns = text.split("\n", 1)
        columns += _CURRENCY if "{currency}" in columns else ""
        columns += _HASH if "{document}" in columns else ""
        statement = f"CREATE TABLE {{p}}{name} (\n{columns}\n){' STRICT' if sqlite else ''}"
        _execute(statement.replace("{document}", _DOCUMENT), prefix, name, types)
    for text in (*_INDEXES, *(_SQLITE_GUARDS if sqlite else _POSTGRES_GUARDS)):
        _execute(text, prefix, "", {})
    for name, fixed in _FIXED.items():
        of = {"{of}": f"OF {fixed}" if fixed else ""}
        for text in _SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED:
            _execute(text, prefix, name, of)


def _execute(text: str, prefix: str, table: str, words: dict[str, str]) -> None:
    for place, word in {**words, "{p}": prefix, "{table}": table, "{range}": _RANGE}.items():
        text = text.replace(place, word)
    op.execute(text)
