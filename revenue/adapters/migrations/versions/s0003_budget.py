"""The third schema: the budget ledger of promotions.

Frozen, as every step. Movements are facts: what moved on a counter, for which document, by which
command. A counter row holds what they add up to, and is what a guarded UPDATE looks at; a hold is
what one document has of one counter. Figures are whole numbers: minor units of the counter's
currency, or counts times 10^9; ``places`` says which. The limit that a reservation was granted
under is the decimal as it was written, and nothing reckons with it here.

Holds and counters refer to each other at the end of the transaction, because the counter, which
everybody waits for, is written last.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = (
    """budget_counter
    tenant {text} NOT NULL,
    counter_key {text} NOT NULL,
    owner {text} NOT NULL,
    cap {text} NOT NULL,
    time_window {text} NOT NULL,
    days {int},
    measure {text} NOT NULL,
    currency {currency},
    places {int} NOT NULL,
    reserved {int} NOT NULL,
    committed {int} NOT NULL,
    format {int} NOT NULL,
    body {text} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}budget_counter_pk PRIMARY KEY (tenant, counter_key),
    CONSTRAINT {p}budget_counter_reserved CHECK (reserved BETWEEN 0 AND {range}),
    CONSTRAINT {p}budget_counter_committed CHECK (committed BETWEEN 0 AND {range}),
    CONSTRAINT {p}budget_counter_iso4217 CHECK (length(currency) = 3),
    CONSTRAINT {p}budget_counter_sha256 CHECK (length(sha256) = 64)""",
    """budget_hold
    tenant {text} NOT NULL,
    document_key {text} NOT NULL,
    counter_key {text} NOT NULL,
    document {text} NOT NULL,
    phase {text} NOT NULL,
    asked {int} NOT NULL,
    reserved {int} NOT NULL,
    committed {int} NOT NULL,
    expires_on {text} NOT NULL,
    counts_on {text},
    last_on {text} NOT NULL,
    granted_limit {text} NOT NULL,
    hard {int} NOT NULL,
    overshoot {int} NOT NULL,
    CONSTRAINT {p}budget_hold_pk PRIMARY KEY (tenant, document_key, counter_key),
    CONSTRAINT {p}budget_hold_reserved CHECK (reserved BETWEEN 0 AND asked),
    CONSTRAINT {p}budget_hold_committed CHECK (committed BETWEEN 0 AND {range}),
    CONSTRAINT {p}budget_hold_one_of CHECK (reserved = 0 OR committed = 0),
    CONSTRAINT {p}budget_hold_phase
        CHECK (phase IN ('reserved', 'lapsed', 'released', 'committed', 'cancelled')),
    CONSTRAINT {p}budget_hold_day CHECK (length(expires_on) = 10 AND length(last_on) = 10),
    CONSTRAINT {p}budget_hold_yes_no CHECK (hard IN (0, 1) AND overshoot IN (0, 1)),
    CONSTRAINT {p}budget_hold_counter FOREIGN KEY (tenant, counter_key)
        REFERENCES {p}budget_counter (tenant, counter_key) DEFERRABLE INITIALLY DEFERRED""",
    """budget_movement
    tenant {text} NOT NULL,
    seq {seq} NOT NULL,
    document_key {text} NOT NULL,
    counter_key {text} NOT NULL,
    document {text} NOT NULL,
    kind {text} NOT NULL,
    on_day {text} NOT NULL,
    counts_on {text} NOT NULL,
    reserved {int} NOT NULL,
    committed {int} NOT NULL,
    expires_on {text},
    granted_limit {text},
    hard {int} NOT NULL,
    overshoot {int} NOT NULL,
    command {text} NOT NULL,
    sha256 {text} NOT NULL,
    CONSTRAINT {p}budget_movement_pk PRIMARY KEY (tenant, seq),
    CONSTRAINT {p}budget_movement_day CHECK (length(on_day) = 10 AND length(counts_on) = 10),
    CONSTRAINT {p}budget_movement_kind CHECK (CASE kind
        WHEN 'reserve' THEN reserved >= 0 AND committed = 0 AND granted_limit IS NOT NULL
            AND expires_on IS NOT NULL
        WHEN 'commit' THEN reserved <= 0 AND committed >= 0
        WHEN 'release' THEN reserved <= 0 AND committed <= 0 AND (reserved = 0 OR committed = 0)
        WHEN 'adjust' THEN reserved = 0 AND committed <= 0
        ELSE 1 = 0 END),
    CONSTRAINT {p}budget_movement_yes_no CHECK (hard IN (0, 1) AND overshoot IN (0, 1)),
    CONSTRAINT {p}budget_movement_sha256 CHECK (length(sha256) = 64),
    CONSTRAINT {p}budget_movement_hold FOREIGN KEY (tenant, document_key, counter_key)
        REFERENCES {p}budget_hold (tenant, document_key, counter_key)""",
)
_INDEXES = (
    (
        "CREATE INDEX {p}budget_hold_lapsing ON {p}budget_hold (tenant, counter_key, expires_on) "
        "WHERE phase = 'reserved'"
    ),
    (
        "CREATE INDEX {p}budget_movement_counter "
        "ON {p}budget_movement (tenant, counter_key, counts_on, committed)"
    ),
)
# Which columns of a table never change; "" is: none does.
_FIXED = {
    "budget_counter": "tenant, counter_key, owner, cap, time_window, days, measure, currency, "
    "places, format, body, sha256",
    "budget_hold": "tenant, document_key, counter_key",
    "budget_movement": "",
}
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
# Two figures of this size and one amount still add up in 64 bits.
_RANGE = "4000000000000000000"
_SQLITE_TYPES = {"{int}": "INTEGER", "{text}": "TEXT", "{currency}": "TEXT", "{seq}": "INTEGER"}
_POSTGRES_TYPES = {
    "{int}": "BIGINT",
    "{text}": 'TEXT COLLATE "C"',
    "{currency}": "CHAR(3)",
    "{seq}": "BIGINT GENERATED BY DEFAULT AS IDENTITY",
}


def upgrade(prefix: str) -> None:
    """Make the counters, holds and movements, with their indexes and triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    types = _SQLITE_TYPES if sqlite else _POSTGRES_TYPES
    for text in _TABLES:
        name, columns = text.split("\n", 1)
        # A counter is one row that is written again and again: on PostgreSQL it stays in its page.
        rest = " WITHOUT ROWID, STRICT" if sqlite else ""
        rest = " WITH (fillfactor = 30)" if not sqlite and name == "budget_counter" else rest
        _execute(f"CREATE TABLE {{p}}{name} (\n{columns}\n){rest}", prefix, types)
    for text in _INDEXES:
        _execute(text, prefix)
    for name, fixed in _FIXED.items():
        words = {"{table}": name, "{of}": f"OF {fixed}" if fixed else ""}
        for text in _SQLITE_UNCHANGED if sqlite else _POSTGRES_UNCHANGED:
            _execute(text, prefix, words)


def _execute(text: str, prefix: str, words: dict[str, str] | None = None) -> None:
    for place, word in {**(words or {}), "{p}": prefix, "{range}": _RANGE}.items():
        text = text.replace(place, word)
    op.execute(text)
