"""Settling by instruction (按指令核销): sources in their order pay receivables in theirs."""

from collections.abc import Iterable, Sequence
from datetime import date

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application
from revenue.ledger import ReceivablesLedger
from revenue.settlement.instruction import Instruction, Source

Settling = Application | Adjustment


def settle(
    ledger: ReceivablesLedger,
    sources: Iterable[Source | str],
    items: Iterable[Instruction | str],
    *,
    number: str,
    on: date,
    by: str = "",
    proof: str = "",
    agreement: str = "",
) -> ReceivablesLedger:
    """The ledger in which the sources pay the items: each in its order, as far as it goes.

    A plain number is a receipt, or a receivable that is paid as far as the money goes. What is left
    of a source stays on account. Differences stand with the first payment of their instruction, or
    alone where nothing is paid by it. One fact takes ``number``, several number/1, number/2 ….
    Raises what ``record`` raises, and ``Refused``: ``settlement.short_of_means`` (the sources do
    not pay what is instructed), ``settlement.nothing_to_settle``.

    >>> from revenue.application import Difference
    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("119", "EUR")),
    ...     Receipt(number="R-1", customer="C-1", on=day, amount=Money("106", "EUR")))
    >>> paid = settle(ledger, ["R-1"], [Instruction(receivable="AR-1", differences=(
    ...     Difference(reason="discount", amount=Money("3", "EUR"), tax=Money("0.48", "EUR")),
    ...     Difference(reason="bank_fee", amount=Money("10", "EUR"))))], number="A-1", on=day)
    >>> paid.open_amount("AR-1"), paid.free_amount("R-1")
    (Money('0.00', 'EUR'), Money('0.00', 'EUR'))
    """
    purse = _Purse(ledger, [_source(each) for each in sources], on=on)
    made: list[Settling] = []
    for given in items:
        item = Instruction(receivable=given) if isinstance(given, str) else given
        named, begun = not isinstance(given, str), len(made)
        for source, amount, paid in _payments(ledger, purse, item, named=named, on=on):
            made.append(
                Application(
                    number=f"{number}/{len(made) + 1}",
                    receipt=source.number,
                    receivable=item.receivable,
                    amount=amount,
                    on=on,
                    means=source.means,
                    differences=item.differences if len(made) == begun else (),
                    paid=paid,
                    agreement=agreement,
                    proof=proof,
                    by=by,
                )
            )
        if len(made) == begun:
            made += _alone(item, number=number, before=len(made), on=on, by=by or proof)
    if not made:
        raise Refused(
            "settlement.nothing_to_settle",
            f"settlement {number} on {on}: nothing is free of what pays, or nothing is open of "
            "what is paid; name others, or leave it out",
            number=number,
        )
    if len(made) == 1:
        made = [made[0].with_(number=number)]
    return ledger.settle(*made)


def _source(given: Source | str) -> Source:
    return Source(number=given) if isinstance(given, str) else given


class _Purse:
    """What is free of each source, less what this settlement took of it."""

    def __init__(self, ledger: ReceivablesLedger, sources: Sequence[Source], *, on: date) -> None:
        self.sources = sources
        self._left: dict[tuple[str, str], Money] = {}
        for each in sources:
            free = ledger.balance(each.means, each.number).available_from(on)
            limit = free if each.up_to is None else min(free, each.up_to)
            self._left.setdefault((each.means, number_key(each.number)), limit)

    def left(self, source: Source) -> Money:
        return self._left[source.means, number_key(source.number)]

    def take(self, source: Source, amount: Money) -> None:
        self._left[source.means, number_key(source.number)] = self.left(source) - amount


def _payments(
    ledger: ReceivablesLedger, purse: _Purse, item: Instruction, *, named: bool, on: date
) -> Iterable[tuple[Source, Money, Money | None]]:
    """What each source pays of one item."""
    open_amount = ledger.balance("receivable", item.receivable).available_from(on)
    without = money_total((each.amount for each in item.differences), open_amount.code)
    need = open_amount - without if item.pay is None else item.pay
    asked = need
    for source in purse.sources:
        if need.amount <= 0:
            break
        left = purse.left(source)
        if item.paid is not None:
            if left.code == item.paid.code and item.paid <= left:
                purse.take(source, item.paid)
                yield source, need, item.paid
                need = need - need
            continue
        amount = min(left, need) if left.code == need.code else left - left
        if amount.amount > 0:
            purse.take(source, amount)
            need = need - amount
            yield source, amount, None
    if named and need.amount > 0 and (item.pay is not None or item.differences):
        raise Refused(
            "settlement.short_of_means",
            f"receivable {item.receivable} is to be paid {asked}, and the sources have {need} less "
            "of that; name more of them, or pay less",
            receivable=item.receivable,
            missing=need,
        )


def _alone(
    item: Instruction, *, number: str, before: int, on: date, by: str
) -> Iterable[Adjustment]:
    for place, each in enumerate(item.differences, start=before + 1):
        yield Adjustment(
            number=f"{number}/{place}",
            document=item.receivable,
            difference=each,
            on=on,
            reason=item.note or each.note or each.reason,
            by=by or "instruction",
        )
