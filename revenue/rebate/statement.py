"""What of a rebate was settled, for who reckons what is due (返利兑付记录)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.rebate.fact import RebateCarry, RebateClawBack, RebateSettlement


class RebateReversal(NamedTuple):
    """A settlement that was reversed, from the day of the reversal on."""

    number: str
    agreement: str
    customer: str
    on: date
    amount: Money
    kind: str = "rebate_reversal"
    into: str = ""


RebateMove = RebateSettlement | RebateReversal | RebateClawBack | RebateCarry
"""What moves a rebate otherwise than by sales."""


def rebate_moves(facts: Iterable[object]) -> tuple[RebateMove, ...]:
    """Settlements, their reversals, claw-backs and carries among the facts of a ledger, in order:
    the movements that statements and settlements of a rebate are reckoned with.

    >>> settled = RebateSettlement(number="RS-1", agreement="RB-1", customer="C-1", means="cash",
    ...     on=date(2026, 12, 31), amount=Money("100", "CNY"))
    >>> bounced = Reversal(number="X-1", reverses="RS-1", on=date(2027, 1, 4), reason="returned")
    >>> [move.kind for move in rebate_moves([settled, bounced])]
    ['rebate_settlement', 'rebate_reversal']
    """
    settled: dict[str, RebateSettlement] = {}
    moves: list[RebateMove] = []
    for fact in facts:
        match fact:
            case RebateSettlement():
                settled[number_key(fact.number)] = fact
                moves.append(fact)
            case RebateClawBack() | RebateCarry():
                moves.append(fact)
            case Reversal() if number_key(fact.reverses) in settled:
                undone = settled[number_key(fact.reverses)]
                moves.append(
                    RebateReversal(
                        fact.number, undone.agreement, undone.customer, fact.on, undone.amount
                    )
                )
            case _:
                pass
    return tuple(moves)
