"""What a store must do with bank statements: each line once, whoever brings it (存储契约)."""

from datetime import date

from cpq.kernel.money import Money
from cpq.quote import NumberSeries
from revenue.adapters.store import Store
from revenue.bank import BankLine, BankStatement, place_key
from revenue.receipt import Identification
from revenue.testing.inspect import content, refused

_ACCOUNT = "6222021234567890"
_SERIES = NumberSeries(code="receipts", pattern="RC-{year}-{n:04}")


def example_statement(
    name: str = "27/1", *, lines: int = 5, amount: str = "100.00"
) -> BankStatement:
    """A statement of so many lines: money in, but for the third, which is the bank's charge.

    >>> [str(line.amount) for line in example_statement(lines=3).lines]
    ['100.00 CNY', '100.00 CNY', '-2.00 CNY']
    """
    return BankStatement(
        format="csv",
        account=_ACCOUNT,
        currency="CNY",
        number=name,
        name=name,
        lines=tuple(
            BankLine(
                account=_ACCOUNT,
                statement=name,
                position=place,
                booked_on=date(2026, 12, 1),
                amount=Money("-2.00" if place == 3 else amount, "CNY"),
                counterparty="上海机床有限公司",
                text=f"INV-{place}",
            )
            for place in range(1, lines + 1)
        ),
    )


def receipt_number(line: BankLine) -> str:
    """The number of the receipt of a line, the same in every process.

    >>> receipt_number(example_statement().lines[1])
    'RC/27/1/2'
    """
    return f"RC/{line.statement}/{line.position}"


class StoreStatements:
    """The part of ``StoreContract`` that imports bank statements."""

    def test_a_statement_is_recorded_once(self, store: Store) -> None:
        """Its receipts name their place; the same again writes not one row."""
        statement = example_statement()
        with store.unit() as deals:
            done = deals.import_statement(
                statement, number=_SERIES, customer=lambda line: "C-1" if line.position == 1 else ""
            )
            assert [each.number for each in done.receipts] == [
                f"RC-2026-{n:04}" for n in range(1, 5)
            ]
            assert [each.customer for each in done.receipts] == ["C-1", "", "", ""]
            assert (done.others, done.known) == ((statement.lines[2],), 0)
        rows = content(store.engine)
        with store.unit() as deals:
            again = deals.import_statement(statement, number=_SERIES)
            assert (again.receipts, again.others, again.known) == ((), (), 5)
        assert content(store.engine) == rows
        with store.unit() as deals:
            assert deals.facts() == done.receipts
            assert [each.bank for each in done.receipts] == [
                place_key(line) for line in statement.lines if line.is_receipt
            ]
            deals.record(
                Identification(
                    number="ID-1", receipt="RC-2026-0002", customer="C-1", on=date(2026, 12, 2),
                    amount=Money("60.00", "CNY"), by="Li",
                )
            )  # fmt: skip
            assert deals.verify() == ()

    def test_a_longer_statement_adds_its_new_lines(self, store: Store) -> None:
        """What the first half brought is known, more than a hundred lines too."""
        with store.unit() as deals:
            first = deals.import_statement(example_statement(lines=120), number=receipt_number)
            whole = deals.import_statement(example_statement(lines=230), number=receipt_number)
            other = deals.import_statement(example_statement("28/1"), number=receipt_number)
            assert (len(first.receipts), len(whole.receipts), whole.known) == (119, 110, 120)
            assert len(other.receipts) == 4
            assert deals.verify() == ()

    def test_a_line_that_changed_is_refused(self, store: Store) -> None:
        """And with it the whole statement, whose other lines were new."""
        with store.unit() as deals:
            deals.import_statement(example_statement(), number=receipt_number)
        rows = content(store.engine)
        for lines in (5, 9):
            with store.unit() as deals, refused("statement.content_differs"):
                changed = example_statement(lines=lines, amount="100.01")
                deals.import_statement(changed, number=receipt_number)
        assert content(store.engine) == rows

    def test_what_is_not_booked_waits(self, store: Store) -> None:
        """A line that is expected may come again as booked, in another amount."""
        statement = example_statement(lines=2)
        waiting = statement.with_(
            lines=tuple(line.with_(status="pending") for line in statement.lines)
        )
        with store.unit() as deals:
            none = deals.import_statement(waiting, number=receipt_number)
            assert (none.receipts, none.others, none.known) == ((), (), 0)
            booked = example_statement(lines=2, amount="99.00")
            assert len(deals.import_statement(booked, number=receipt_number).receipts) == 2

    def test_a_receipt_refused_leaves_no_line(self, store: Store) -> None:
        """A number that is taken undoes the import, and every line may come again."""
        with store.unit() as deals:
            with refused("fact.number_taken"):
                deals.import_statement(example_statement(), number=lambda _: "RC-1")
            assert deals.facts() == ()
            deals.import_statement(example_statement(), number=receipt_number)
            assert deals.verify() == ()
