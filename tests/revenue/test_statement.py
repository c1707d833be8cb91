from cpq.kernel.money import Money
from tests.revenue.deals import cash, cny, day, debt, ledger_of


def told():
    """A debt of 300, paid 200, 100 written off, 40 recovered, and all of it undone again."""
    ledger = ledger_of(
        debt("AR-1", "300", on=day(1), source="INV-1"),
        cash("R-1", "240", on=day(3), reference="bank 7"),
        debt("AR-9", "5", on=day(2), customer="C-9"),
    )
    ledger = ledger.apply("R-1", to={"AR-1": cny("200")}, number="A-1", on=day(3))
    ledger = ledger.write_off("AR-1", number="W-1", on=day(4), reason="gone", approved_by="Wang")
    ledger = ledger.recover("W-1", receipt="R-1", number="V-1", on=day(5))
    ledger = ledger.unapply("V-1", number="X-1", on=day(6), reason="bounced")
    ledger = ledger.unapply("W-1", number="X-2", on=day(6), reason="promised")
    return ledger.unapply("A-1", number="X-3", on=day(7), reason="wrong")


def test_a_statement_shows_what_changed_the_debt():
    statement = told().statement("C-1")
    assert [
        (row.kind, row.number, row.reference, row.amount, row.balance) for row in statement.rows
    ] == [
        ("receivable", "AR-1", "INV-1", cny("300"), cny("300")),
        ("receipt", "R-1", "bank 7", cny("-240"), cny("60")),
        ("write_off", "W-1", "AR-1", cny("-100"), cny("-40")),
        ("recovery", "V-1", "W-1", cny("40"), cny("0")),
        ("reversal", "X-1", "V-1", cny("-40"), cny("-40")),
        ("reversal", "X-2", "W-1", cny("100"), cny("60")),
    ]
    assert statement.closing == (cny("60.00"),)


def test_a_statement_is_from_a_day_to_a_day():
    statement = told().statement("C-1", since=day(3), as_of=day(4))
    assert statement.opening == (cny("300.00"),)
    assert [row.number for row in statement.rows] == ["R-1", "W-1"]
    assert statement.closing == (cny("-40.00"),)


def test_each_currency_has_its_own_balance():
    statement = ledger_of(debt("AR-1", "1"), debt("AR-2", "7", currency="USD")).statement("C-1")
    assert [row.balance for row in statement.rows] == [cny("1"), Money("7", "USD")]
    assert statement.closing == (cny("1"), Money("7", "USD"))


def test_a_customer_without_facts_has_an_empty_statement():
    statement = told().statement("C-8")
    assert (statement.opening, statement.rows, statement.closing) == ((), (), ())
