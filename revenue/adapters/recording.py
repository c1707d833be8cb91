"""Recording facts: rules, rows, balances and journal in one savepoint (记账).

The order matters. The command's key first, so that a repeated command does nothing. Then the
tenant's head row, which one transaction at a time holds: what is read after it stays true until
the end. Then the rules of the ledger on what the facts touch; then the rows. Each balance is
moved by an UPDATE that only fits where enough is left, and whose row count is looked at: what the
rules allowed is refused again, should anything have slipped between.
"""

from collections.abc import Iterable, Sequence
from typing import get_args

from cpq.kernel.errors import Conflict, Invalid, Unreadable
from cpq.kernel.model import Frozen, canonical_json
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.adapters.excerpt import Excerpt
from revenue.adapters.posting import post
from revenue.adapters.rows import Rows, key_of, minor, readable, sha256
from revenue.adapters.shapes import LEFT, Values, fact_row, typed_row
from revenue.application import Application, Reversal
from revenue.chart import ChartOfAccounts
from revenue.claim import ClaimSettlement
from revenue.ledger import rules
from revenue.ledger.balance import Balances
from revenue.ledger.fact import Fact, Settlement
from revenue.rebate.fact import RebateSettlement
from revenue.writeoff import Recovery, WriteOff

_COMMAND = (
    "SELECT fingerprint, result FROM {p}command "
    "WHERE tenant = :tenant AND op = 'record' AND key = :key"
)
_COMMAND_DONE = (
    "UPDATE {p}command SET result = :result WHERE tenant = :tenant AND op = 'record' AND key = :key"
)
# Writes what is there: it takes the lock on the row, or the write lock of the database.
_HEAD_LOCK = "UPDATE {p}head SET last_seq = last_seq WHERE tenant = :tenant"
_HEAD = "SELECT last_seq, chain FROM {p}head WHERE tenant = :tenant"
_HEAD_MOVE = (
    "UPDATE {p}head SET last_seq = :last, chain = :chain "
    "WHERE tenant = :tenant AND last_seq = :before"
)
_SETTLEMENT_SEQ = (
    "SELECT seq FROM {p}fact WHERE tenant = :tenant AND series = 'settlement' AND number_key = :key"
)
_MOVE = (
    "UPDATE {p}TABLE SET LEFT_COLUMN = LEFT_COLUMN + :amount "
    "WHERE tenant = :tenant AND number_key = :key "
    "AND currency = :currency AND LEFT_COLUMN + :amount BETWEEN 0 AND amount_minor"
)


_KINDS: tuple[type, ...] = get_args(get_args(Fact)[0])


class Recorded(Frozen):
    """What ``record`` did: the sequence numbers of the facts, ``first`` to ``last``."""

    first: int
    last: int


def record(
    rows: Rows, facts: Sequence[Fact], *, key: str | None, chart: ChartOfAccounts
) -> Recorded:
    """Append the facts, move their balances, post their journal entries; inside a savepoint."""
    if not facts:
        raise Invalid("record.nothing", "there is nothing to record; give at least one fact")
    for fact in facts:
        if not isinstance(fact, _KINDS):
            raise Invalid(
                "fact.unknown_kind",
                f"facts are such as a Receipt or an Application; found {type(fact).__name__}",
            )
    if key is not None:
        _refuse_bad_key(key)
        done = _done_before(rows, key, fingerprint(key, facts))
        if done is not None:
            return done
    last, chain = hold_head(rows)
    excerpt = Excerpt(rows)
    for fact in facts:
        excerpt.read_for(fact)
        rules.record(excerpt.draft, fact)
    for seq, fact in enumerate(facts, start=last + 1):
        chain = _append(rows, fact, seq, chain)
        _write_typed(rows, fact, seq, excerpt.draft)
    post(rows, facts, first=last + 1, before=excerpt.recorded(), chart=chart)
    recorded = Recorded(first=last + 1, last=last + len(facts))
    if rows.change(_HEAD_MOVE, last=recorded.last, chain=chain, before=last) != 1:
        raise Conflict("store.overtaken", "somebody else recorded facts meanwhile; try again")
    if key is not None:
        rows.change(_COMMAND_DONE, key=key, result=recorded.canonical())
    return recorded


def fingerprint(key: str, facts: Iterable[Fact]) -> str:
    """What a command was: its key and its facts, as a hash."""
    return sha256(canonical_json([key, [fact.canonical() for fact in facts]]))


def _refuse_bad_key(key: str) -> None:
    if not 0 < len(readable(key)) <= 200 or len(key) > 200:
        raise Invalid(
            "command.bad_key", f"the key of a command has 1 to 200 characters; found {len(key)}"
        )


def _done_before(rows: Rows, key: str, content: str) -> Recorded | None:
    if rows.insert(
        "command", unless_there=True, op="record", key=key, fingerprint=content, result=""
    ):
        return None
    found = rows.first(_COMMAND, key=key)
    if found is None or found.fingerprint != content:
        raise Conflict(
            "command.key_reused",
            f"the key {key!r} was used for other facts; a key names one command for ever",
            key=key,
        )
    return Recorded.model_validate_json(found.result)


def hold_head(rows: Rows) -> tuple[int, str]:
    """Take the tenant's head row and say where its facts end."""
    if rows.change(_HEAD_LOCK) == 0:
        rows.insert("head", unless_there=True, last_seq=0, chain=sha256(rows.tenant))
        rows.change(_HEAD_LOCK)
    head = rows.first(_HEAD)
    assert head is not None, "it was written above and is never deleted"
    return head.last_seq, head.chain


def _append(rows: Rows, fact: Fact, seq: int, chain: str) -> str:
    values = fact_row(fact, seq)
    chain = sha256(chain, values["sha256"])
    rows.insert("fact", chain=chain, **values)
    return chain


def _write_typed(rows: Rows, fact: Fact, seq: int, draft: Balances) -> None:
    values = typed_row(fact, seq)
    if values is None:
        return
    if isinstance(fact, Reversal):
        _write_reversal(rows, fact, values, draft)
        return
    rows.insert(fact.kind, **values)
    if isinstance(fact, Settlement):
        _move(rows, fact, sign=-1)


def _write_reversal(rows: Rows, fact: Reversal, values: Values, draft: Balances) -> None:
    settlement = draft.facts.get(("settlement", number_key(fact.reverses)))
    found = rows.first(_SETTLEMENT_SEQ, key=key_of(fact.reverses))
    if not isinstance(settlement, Settlement) or found is None:
        raise Unreadable("store.corrupt_document", f"{fact.reverses} is there and is not")
    rows.insert("reversal", reverses_seq=found.seq, **values)
    _move(rows, settlement, sign=1)


def _move(rows: Rows, fact: Settlement, *, sign: int) -> None:
    """Take a settlement's amount from its documents (−1), or give it back (+1)."""
    amount = fact.amount * sign
    match fact:
        case Application():
            _move_balance(rows, fact, "receivable", fact.receivable, amount)
            _move_balance(rows, fact, "receipt", fact.receipt, amount)
        case WriteOff():
            _move_balance(rows, fact, "receivable", fact.receivable, amount)
            if sign > 0:
                _move_balance(rows, fact, "write_off", fact.number, -amount)
        case Recovery():
            _move_balance(rows, fact, "write_off", fact.write_off, amount)
            _move_balance(rows, fact, "receipt", fact.receipt, amount)
        case ClaimSettlement() | RebateSettlement():
            pass  # kept as a fact alone: the head row holds back every other recording


_EXCESS = {
    "receivable": "exceeds_open",
    "receipt": "exceeds_receipt",
    "write_off": "exceeds_write_off",
}


def _move_balance(rows: Rows, fact: Settlement, table: str, number: str, amount: Money) -> None:
    statement = _MOVE.replace("TABLE", table).replace("LEFT_COLUMN", LEFT[table])
    moved = rows.change(statement, key=key_of(number), currency=amount.code, amount=minor(amount))
    if moved != 1:
        raise Conflict(
            f"{fact.kind}.{_EXCESS[table]}",
            f"{fact.kind} {fact.number}: {abs(amount)} no longer fits what is left of "
            f"{table.replace('_', '-')} {number}; somebody else was first: read it again",
            number=fact.number,
            asked=abs(amount),
        )
