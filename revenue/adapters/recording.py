"""Recording facts: rules, rows, balances and journal in one savepoint (记账).

The order matters. The command's key first, so that a repeated command does nothing. Then the
tenant's head row, which one transaction at a time holds: what is read after it stays true until
the end. Then the rules of the ledger on what the facts touch; then the rows. Each balance is
moved by an UPDATE that only fits where enough is left, and whose row count is looked at: what the
rules allowed is refused again, should anything have slipped between.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, get_args

from cpq.kernel.errors import Conflict, Invalid, Unreadable
from cpq.kernel.model import Frozen, canonical_json
from revenue.adapters.balances import Step, write_balances
from revenue.adapters.excerpt import Excerpt
from revenue.adapters.posting import post
from revenue.adapters.rows import Rows, key_of, readable, sha256
from revenue.adapters.shapes import Values, fact_row
from revenue.application import Application, Reversal
from revenue.chart import ChartOfAccounts
from revenue.ledger import rules
from revenue.ledger.effect import differences
from revenue.ledger.fact import Fact, Taking
from revenue.ledger.valuation import valued

_COMMAND = (
    "SELECT fingerprint, result FROM {p}command "
    "WHERE tenant = :tenant AND op = 'record' AND key = :key"
)
_COMMAND_DONE = (
    "UPDATE {p}command SET result = :result WHERE tenant = :tenant AND op = 'record' AND key = :key"
)
# Writes what is there: it takes the lock on the row, or the write lock of the database.
_HEAD_LOCK = "UPDATE {p}head SET last_seq = last_seq WHERE tenant = :tenant"
_HEAD = f"{_HEAD_LOCK} RETURNING last_seq, chain, closed_through"
_HEAD_MOVE = (
    "UPDATE {p}head SET last_seq = :last, chain = :chain, closed_through = :closed "
    "WHERE tenant = :tenant AND last_seq = :before"
)
_SETTLEMENT_SEQ = (
    "SELECT seq FROM {p}fact WHERE tenant = :tenant AND series = 'settlement' AND number_key = :key"
)

_KINDS: tuple[type, ...] = get_args(get_args(Fact)[0])


class Recorded(Frozen):
    """What ``record`` did: the sequence numbers of the facts, ``first`` to ``last``."""

    first: int
    last: int


class Head(NamedTuple):
    """Where the facts of a tenant end, and through which day its books are closed."""

    last: int
    chain: str
    closed: str | None


def record(
    rows: Rows,
    facts: Sequence[Fact],
    *,
    key: str | None,
    chart: ChartOfAccounts,
    with_values: bool = False,
) -> Recorded:
    """Append the facts, move their balances, post their journal entries; inside a savepoint.

    ``with_values`` puts on each settlement what it takes in the book currency now.
    """
    _refuse_other_things(facts)
    if key is not None:
        _refuse_bad_key(key)
        done = _done_before(rows, key, fingerprint(key, facts))
        if done is not None:
            return done
    head = _head(rows)
    excerpt = Excerpt(rows, closed=head.closed)
    excerpt.read_ahead(facts)
    steps: list[Step] = []
    for seq, given in enumerate(facts, start=head.last + 1):
        fact = given
        excerpt.read_for(fact)
        if with_values and isinstance(fact, Taking):
            fact = valued(excerpt.draft, fact)
        rules.record(excerpt.draft, fact)
        steps.append((seq, fact, excerpt.documents.noted(fact)))
    chain = _append(rows, steps, head.chain)
    _write_reversals(rows, steps)
    write_balances(rows, steps, excerpt.documents)
    made = [fact for _, fact, _ in steps]
    post(rows, made, first=head.last + 1, before=excerpt.recorded(), chart=chart)
    recorded = Recorded(first=head.last + 1, last=head.last + len(facts))
    closed = closed_text(excerpt.draft.closed.get(""))
    if not rows.change(
        _HEAD_MOVE, last=recorded.last, chain=chain, closed=closed, before=head.last
    ):
        raise Conflict("store.overtaken", "somebody else recorded facts meanwhile; try again")
    if key is not None:
        rows.change(_COMMAND_DONE, key=key, result=recorded.canonical())
    return recorded


def _refuse_other_things(facts: Sequence[Fact]) -> None:
    if not facts:
        raise Invalid("record.nothing", "there is nothing to record; give at least one fact")
    for fact in facts:
        if not isinstance(fact, _KINDS):
            raise Invalid(
                "fact.unknown_kind",
                f"facts are such as a Receipt or an Application; found {type(fact).__name__}",
            )


def fingerprint(key: str, facts: Iterable[Fact]) -> str:
    """What a command was: its key and its facts, as a hash.

    The book values of settlements are the ledger's at that moment, and no part of the command.
    """
    return sha256(canonical_json([key, [_unvalued(fact).canonical() for fact in facts]]))


def _unvalued(fact: Fact) -> Fact:
    if not isinstance(fact, Taking):
        return fact
    changes: dict[str, object] = {"books": ()} if fact.books else {}
    if any(each.booked is not None for each in differences(fact)):
        bare = tuple(each.with_(booked=None) for each in differences(fact))
        changes |= (
            {"differences": bare} if isinstance(fact, Application) else {"difference": bare[0]}
        )
    return fact.with_(**changes) if changes else fact


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


def hold_head(rows: Rows) -> None:
    """Take the tenant's head row until the transaction ends: nobody else records meanwhile."""
    if rows.change(_HEAD_LOCK) == 0:
        rows.insert("head", unless_there=True, last_seq=0, chain=sha256(rows.tenant))
        rows.change(_HEAD_LOCK)


def _head(rows: Rows) -> Head:
    head = rows.first(_HEAD)
    if head is None:
        hold_head(rows)
        head = rows.first(_HEAD)
    assert head is not None, "it is held, and never deleted"
    return Head(head.last_seq, head.chain, head.closed_through)


def closed_text(through: date | None) -> str | None:
    """The day through which the books are closed, as it is stored; ``None`` where nothing is."""
    return None if through is None or through == date.min else through.isoformat()


def _append(rows: Rows, steps: Sequence[Step], chain: str) -> str:
    found = []
    for seq, fact, _ in steps:
        values = fact_row(fact, seq)
        chain = sha256(chain, values["sha256"])
        found.append({**values, "chain": chain})
    rows.append("fact", found)
    return chain


def _write_reversals(rows: Rows, steps: Sequence[Step]) -> None:
    """The rows of what is reversed: the facts of this call are written already."""
    found: list[Values] = []
    for seq, fact, _ in steps:
        if isinstance(fact, Reversal):
            settlement = rows.first(_SETTLEMENT_SEQ, key=key_of(fact.reverses))
            if settlement is None:
                raise Unreadable("store.corrupt_document", f"{fact.reverses} is there and is not")
            found.append(reversal_row(fact, seq, settlement.seq))
    rows.append("reversal", found)


def reversal_row(fact: Reversal, seq: int, reverses: int) -> Values:
    """A reversal, and the sequence number of what it reverses."""
    return {"seq": seq, "on_day": fact.on.isoformat(), "reverses_seq": reverses}
