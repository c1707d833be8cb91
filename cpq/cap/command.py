"""The commands of the budget ledger as values: what a host asked for, under which key.

A command that comes twice must be done once, also where the first answer was lost on its way. So a
command has a key that the host keeps before it sends it, and is a value whose content can be
compared: the same key with the same content is the same command, with other content a mistake. The
ledger in memory and the one in a database take the same commands and decide them by
``cpq.cap.decision``.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from cpq.cap.counter import CapTake, Counter
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, currency_places, exact, plain, rounded, total
from cpq.kernel.text import Number, printable

Amounts = tuple[tuple[str, Exact], ...]
"""An amount for each counter, by the counter's key."""

_KEY_MAX = 200
_COUNT_PLACES = 9


class Reserve(Frozen):
    """Hold what an offer takes through ``expires_on``; the reservation of ``leaves`` ends with it,
    as that of the version before, and does not stand in its way.
    """

    verb: Literal["reserve"] = "reserve"
    key: str
    document: Number
    on: date
    expires_on: date
    takes: tuple[CapTake, ...]
    leaves: Number | None = None


class Commit(Frozen):
    """Take what was reserved, or the ``amounts`` said instead: the offer was ordered."""

    verb: Literal["commit"] = "commit"
    key: str
    document: Number
    on: date
    amounts: Amounts = ()


class Release(Frozen):
    """Let go of what is reserved: the offer was lost, withdrawn or refused."""

    verb: Literal["release"] = "release"
    key: str
    document: Number
    on: date


class Cancel(Frozen):
    """Give back what a cancelled order took, but for the counters named in ``keep``."""

    verb: Literal["cancel"] = "cancel"
    key: str
    document: Number
    on: date
    keep: tuple[str, ...] = ()


class GiveBack(Frozen):
    """Give back a part of what an order took: goods came back."""

    verb: Literal["give_back"] = "give_back"
    key: str
    document: Number
    on: date
    amounts: Amounts


class Expire(Frozen):
    """Release every reservation whose last day lies before ``on``."""

    verb: Literal["expire"] = "expire"
    key: str
    on: date


BudgetCommand = Reserve | Commit | Release | Cancel | GiveBack | Expire
"""What can be asked of a budget ledger; ``content_hash()`` says whether two are the same."""


def command_key(key: str) -> str:
    """The key of a command. Raises ``Invalid`` (``command.bad_key``): 1 to 200 characters.

    >>> command_key("send Q-2026-0001/2")
    'send Q-2026-0001/2'
    """
    try:
        good = 0 < len(key) <= _KEY_MAX and printable(key) == key and key.strip() == key
    except ValueError:
        good = False
    if not good:
        raise Invalid(
            "command.bad_key",
            f"the key of a command has 1 to {_KEY_MAX} characters that can be printed, and no "
            f"white space around them; found {len(key)}: {key[:40]!a}",
        )
    return key


def gathered(takes: Iterable[CapTake]) -> tuple[CapTake, ...]:
    """What is taken of each counter once, in the order of their keys; takes of one counter add up.

    Of several limits for one counter the lowest hard one holds. Raises ``Invalid``
    (``budget.off_grid``).

    >>> counter = Counter(owner="AUTUMN", cap="1", measure="amount", currency="CNY")
    >>> takes = [CapTake(counter=counter, amount=amount, limit=1000) for amount in (200, 500)]
    >>> [str(take.amount) for take in gathered(takes)]
    ['700']
    """
    by_key: dict[str, list[CapTake]] = {}
    for take in takes:
        on_grid(take.amount, take.counter)
        by_key.setdefault(take.counter.key, []).append(take)
    return tuple(_added_up(by_key[key]) for key in sorted(by_key))


def amounts_of(amounts: Mapping[str, Decimal] | None) -> Amounts:
    """Amounts by the counters' keys, in their order. Raises ``Invalid`` (``budget.negative``)."""
    rows = tuple(sorted((key, exact(amount)) for key, amount in (amounts or {}).items()))
    for key, amount in rows:
        if amount < 0:
            raise Invalid(
                "budget.negative",
                f"an amount is 0 or more; found {plain(amount)} for {key}: to take less, give back",
                counter=key,
            )
    return rows


def on_grid(amount: Decimal, counter: Counter) -> Decimal:
    """``amount``, where it lies on the counter's grid: its currency's, or nine decimals of a count.

    Raises ``Invalid`` (``budget.off_grid``).

    >>> on_grid(Decimal("0.50"), Counter(owner="AUTUMN", cap="1", measure="units"))
    Decimal('0.50')
    """
    places = _COUNT_PLACES if counter.currency is None else currency_places(counter.currency)
    if rounded(amount, places) != amount:
        raise Invalid(
            "budget.off_grid",
            f"{counter.key} moves in {places} decimals; found {plain(amount)}: round it first",
            counter=counter.key,
        )
    return amount


def _added_up(takes: list[CapTake]) -> CapTake:
    if len(takes) == 1:
        return takes[0]
    strict = [take for take in takes if take.hard] or takes
    return takes[0].with_(
        amount=total(take.amount for take in takes),
        limit=min(take.limit for take in strict),
        hard=strict[0].hard,
        overshoot=all(take.overshoot for take in strict),
    )
