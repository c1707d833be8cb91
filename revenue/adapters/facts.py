"""Facts as rows: the statements that find them, and what a row holds (事实的读取).

Every statement reads the same columns, so that whatever finds a fact hands it to ``fact_of``, which
checks its hash. The statements are constants; nothing in them comes from outside. Some are put in
order by ``+seq``: by ``seq``, SQLite would read all facts of the tenant in that order instead of
finding some and sorting these.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from cpq.kernel.errors import Unreadable
from revenue.adapters.rows import FORMAT, sha256
from revenue.ledger.fact import Fact, read_fact
from revenue.ledger.series import IRREVERSIBLE

COLUMNS = "seq, series, kind, number_key, number, on_day, format, body, sha256, chain"
OF_FACT = ", ".join(f"f.{column}" for column in COLUMNS.split(", "))
"""The columns of a fact that is joined as ``f``."""

FACTS = f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant ORDER BY seq"  # noqa: S608
FACT = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND series = :series AND number_key = :key"
)
NUMBERED = (
    f"SELECT {OF_FACT} FROM (PAIRS) v JOIN {{p}}fact f ON f.tenant = :tenant "  # noqa: S608
    "AND f.series = v.column1 AND f.number_key = v.column2"
)
# Each series by its name: the index of numbers begins with the series.
SAME_NUMBER = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    f"AND series IN ('settlement', {', '.join(repr(kind) for kind in IRREVERSIBLE)}) "
    "AND number_key = :key"
)
OF_ORDER = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND order_key = :key AND kind = :kind ORDER BY +seq"
)
OF_CONTRACT = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND contract_key = :key AND kind = :kind ORDER BY +seq"
)
ABOUT = (
    f"SELECT {COLUMNS} FROM {{p}}fact "  # noqa: S608
    "WHERE tenant = :tenant AND about_key = :key AND kind = :kind ORDER BY +seq"
)
PERIODS = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND series IN ('period_close', 'period_reopening') ORDER BY +seq"
)
POSITION = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND contract_key = :key AND kind IN ('delivery', 'invoice', 'credit_note', 'receivable') "
    "ORDER BY +seq"
)
CLAIMS = (
    f"SELECT {COLUMNS} FROM (SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND contract_key = :key AND kind IN ('claim', 'claim_reversal', 'claim_settlement') "
    f"UNION ALL SELECT {OF_FACT} "
    "FROM {p}fact s JOIN {p}reversal r ON r.tenant = s.tenant AND r.reverses_seq = s.seq "
    "JOIN {p}fact f ON f.tenant = r.tenant AND f.seq = r.seq WHERE s.tenant = :tenant "
    "AND s.contract_key = :key AND s.kind = 'claim_settlement') every ORDER BY +seq"
)
# Of an agreement or into it: each by its own index, and none twice.
_OF_AGREEMENT = (
    f"SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "  # noqa: S608
    "AND contract_key = :key AND kind IN (KINDS) "
    f"UNION ALL SELECT {COLUMNS} FROM {{p}}fact WHERE tenant = :tenant "
    "AND order_key = :key AND contract_key <> :key AND kind IN (KINDS) "
)
_REBATE_KINDS = "'rebate_accrual', 'rebate_settlement', 'rebate_claw_back', 'rebate_carry'"
REBATES = (
    f"SELECT {COLUMNS} FROM ({_OF_AGREEMENT.replace('KINDS', _REBATE_KINDS)}"  # noqa: S608
    f"UNION ALL SELECT {OF_FACT} "
    "FROM {p}fact s JOIN {p}reversal r ON r.tenant = s.tenant AND r.reverses_seq = s.seq "
    "JOIN {p}fact f ON f.tenant = r.tenant AND f.seq = r.seq WHERE s.tenant = :tenant "
    "AND s.contract_key = :key AND s.kind = 'rebate_settlement') every ORDER BY +seq"
)
_ACCRUING = "'rebate_accrual', 'rebate_carry'"
FIRST_ACCRUAL = (
    f"SELECT {COLUMNS} FROM ({_OF_AGREEMENT.replace('KINDS', _ACCRUING)}) every "  # noqa: S608
    "ORDER BY +seq LIMIT 1"
)
REVERSED_BY = (
    "SELECT f.number FROM {p}reversal r "
    "JOIN {p}fact s ON s.tenant = r.tenant AND s.seq = r.reverses_seq "
    "JOIN {p}fact f ON f.tenant = r.tenant AND f.seq = r.seq "
    "WHERE r.tenant = :tenant AND s.series = 'settlement' AND s.number_key = :key"
)


def fact_of(row: Row[Any]) -> Fact:
    """The fact that a row holds, its hash checked.

    Raises ``Unreadable`` (``store.corrupt_document``), which names the row.
    """
    place = f"fact {row.seq}, {row.kind} {row.number}"
    why = "its content does not have the hash that was stored with it"
    if row.format != FORMAT:
        why = f"it is written in format {row.format}, and this release reads {FORMAT}"
    elif sha256(row.body) == row.sha256:
        try:
            return read_fact(row.body)
        except Unreadable as error:
            why = error.message
    raise Unreadable(
        "store.corrupt_document",
        f"{place}: {why}; restore the row from a backup, and run verify()",
        place=place,
    )


def facts_of(found: Iterable[Row[Any]]) -> tuple[Fact, ...]:
    """The facts that rows hold, their hashes checked."""
    return tuple(fact_of(row) for row in found)
