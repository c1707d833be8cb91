"""The budget ledger: what caps leave, what offers hold, what orders took."""

from datetime import date
from decimal import Decimal

from cpq.cap import CapTake, Counter
from cpq.cap.ledger import BudgetLedger, BudgetMovement
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, EARLY, untouched

_ORDERS = Counter(owner="AUTUMN", cap="1", measure="orders")
_MONEY = Counter(owner="AUTUMN", cap="2", measure="amount", currency="CNY")
_LAST = date(2026, 12, 31)


def _take(counter: Counter, amount: str, limit: str = "100") -> CapTake:
    return CapTake(counter=counter, amount=Decimal(amount), limit=Decimal(limit))


def _offer(ledger: BudgetLedger, document: str, *takes: CapTake) -> BudgetLedger:
    return ledger.reserve(
        takes, document=document, on=DAY, expires_on=_LAST, key=f"send {document}"
    )


def _offered() -> BudgetLedger:
    """98 of 100 orders and 300 of 1,000 yuan are held by one offer."""
    takes = (_take(_ORDERS, "98"), _take(_MONEY, "300.00", "1000"))
    return _offer(BudgetLedger(), "Q-1/1", *takes)


def _ordered() -> BudgetLedger:
    return _offered().commit(document="Q-1/1", on=DAY, key="order")


@reproduces(
    "cap.exceeded",
    en="A hard limit leaves less than is asked for, beside all that others reserved and ordered.",
    zh="限额不足：已占用与已核减之外的余额少于申请额。",
    do="Price it again to see what is still granted, or wait until reservations lapse.",
    names=("'AUTUMN'", "2 left of 100", "3 is asked"),
)
def three_orders_where_two_are_left() -> None:
    ledger = _offered()
    with untouched(ledger):
        _offer(ledger, "Q-2/1", _take(_ORDERS, "3"))


@reproduces(
    "budget.reserved",
    en="The document holds a reservation already.",
    zh="该单据已占用额度。",
    do="Move it to the new version, or release it first.",
    names=("Q-1/1", "98", "2026-12-31"),
)
def reserving_twice_for_one_offer() -> None:
    ledger = _offered()
    with untouched(ledger):
        ledger.reserve(
            [_take(_ORDERS, "1")], document="Q-1/1", on=DAY, expires_on=_LAST, key="again"
        )


@reproduces(
    "budget.committed",
    en="The document was ordered: it cannot reserve, be ordered again or be released.",
    zh="该单据的额度已核减。",
    do="Cancel the order first, or use another document.",
    names=("Q-1/1", "2026-12-01"),
)
def ordering_twice() -> None:
    ledger = _ordered()
    with untouched(ledger):
        ledger.commit(document="Q-1/1", on=DAY, key="order again")


@reproduces(
    "budget.released",
    en="What the document reserved was released by a decision, so it cannot be ordered.",
    zh="该单据的占用已释放，不能核减。",
    do="Reserve again.",
    names=("Q-1/1", "2026-12-01"),
)
def ordering_what_was_withdrawn() -> None:
    ledger = _offered().release(document="Q-1/1", on=DAY, key="withdraw")
    with untouched(ledger):
        ledger.commit(document="Q-1/1", on=DAY, key="order")


@reproduces(
    "budget.not_committed",
    en="Nothing of the document is committed that could come back.",
    zh="该单据没有已核减的额度可退回。",
    do="Release a reservation; only what was ordered is cancelled or given back.",
    names=("Q-1/1", "reserved"),
)
def cancelling_what_nobody_ordered() -> None:
    ledger = _offered()
    with untouched(ledger):
        ledger.cancel(document="Q-1/1", on=DAY, key="cancel")


@reproduces(
    "budget.exceeds_committed",
    en="More comes back than is left of what the order took.",
    zh="退回额度超过已核减余额。",
    do="Give back at most what is left.",
    names=("Q-1/1", "300.01", "300.00"),
)
def more_back_than_was_taken() -> None:
    ledger = _ordered()
    with untouched(ledger):
        back = {_MONEY.key: Decimal("300.01")}
        ledger.give_back(document="Q-1/1", on=DAY, key="return", amounts=back)


@reproduces(
    "budget.too_early",
    en="A command is dated before what it follows.",
    zh="日期早于该单据的上一笔变动。",
    do="Date it on the day that the message names, or later.",
    names=("Q-1/1", "2026-11-01", "2026-12-01"),
)
def ordering_before_it_was_offered() -> None:
    ledger = _offered()
    with untouched(ledger):
        ledger.commit(document="Q-1/1", on=EARLY, key="order")


@reproduces(
    "budget.ends_early",
    en="A reservation ends before it begins.",
    zh="占用截止日早于占用日。",
    do="Correct the last day; it is inclusive.",
    names=("Q-1/1", "2026-11-01", "2026-12-01"),
)
def a_reservation_that_is_over_before_it_begins() -> None:
    BudgetLedger().reserve(
        [_take(_ORDERS, "1")], document="Q-1/1", on=DAY, expires_on=EARLY, key="send"
    )


@reproduces(
    "budget.unknown_document",
    en="The budget ledger knows nothing of the document.",
    zh="额度台账中没有该单据。",
    do="Reserve first, or correct the number; an offer that takes nothing needs no command.",
    names="'Q-9/1'",
)
def ordering_what_was_never_offered() -> None:
    ledger = _offered()
    with untouched(ledger):
        ledger.commit(document="Q-9/1", on=DAY, key="order")


@reproduces(
    "budget.unknown_counter",
    en="The document holds nothing of the counter, or nothing ever moved it.",
    zh="该单据未占用此限额计数。",
    do="Use a key that the message lists.",
    names=("Q-1/1", "'AUTUMN/9'", "AUTUMN/1/lifetime/orders"),
)
def giving_back_to_no_counter() -> None:
    ledger = _ordered()
    with untouched(ledger):
        back = {"AUTUMN/9": Decimal(1)}
        ledger.give_back(document="Q-1/1", on=DAY, key="return", amounts=back)


@reproduces(
    "budget.negative",
    en="An amount to commit or to give back is below 0.",
    zh="额度金额不能为负。",
    do="Give 0 or more; what gives back has a command of its own.",
    names=("-1", "AUTUMN/2"),
)
def giving_back_less_than_nothing() -> None:
    ledger = _ordered()
    with untouched(ledger):
        back = {_MONEY.key: Decimal(-1)}
        ledger.give_back(document="Q-1/1", on=DAY, key="return", amounts=back)


@reproduces(
    "budget.off_grid",
    en="An amount has more decimals than its currency, or a count more than nine.",
    zh="额度金额的小数位超出币种或计数精度。",
    do="Round it first, where the document is priced.",
    names=("AUTUMN/2", "2 decimals", "0.005"),
)
def half_a_cent_of_a_budget() -> None:
    _offer(BudgetLedger(), "Q-1/1", _take(_MONEY, "0.005"))


@reproduces(
    "budget.bad_movement",
    en="A movement of the budget ledger has signs or fields that its kind cannot have.",
    zh="额度变动的方向或字段与其类型不符。",
    do="Restore the row from the original; movements are made by commands.",
    names=("commit", "-1", "AUTUMN/1/lifetime/orders"),
)
def a_commit_that_takes_less_than_nothing() -> None:
    BudgetMovement(
        kind="commit",
        counter=_ORDERS,
        document="Q-1/1",
        on=DAY,
        committed=Decimal(-1),
        command="order",
    )


@reproduces(
    "budget.mismatch",
    en="A movement ends or gives back what the document does not hold.",
    zh="额度变动与该单据的占用不符。",
    do="Look for the movement that is missing or was altered; the backup has it.",
    names=("commit", "-98", "Q-1/1", "holds nothing"),
)
def an_order_whose_offer_was_cut_away() -> None:
    movements = [each for each in _ordered().movements if each.kind == "commit"]
    BudgetLedger(movements=tuple(movements))
