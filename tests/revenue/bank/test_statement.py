"""Statements add up, hold their own lines, and follow each other."""

from datetime import date

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue.bank import BankLine, BankStatement, broken_balance, gaps, in_time


def cny(amount):
    return Money(amount, "CNY")


def line(amount, position=1, **fields):
    said = {"account": "6222", "statement": "S-1", "booked_on": date(2026, 11, 20)}
    return BankLine(position=position, amount=cny(amount), **{**said, **fields})


def statement(*lines, opening="10.00", closing="15.00", **fields):
    return BankStatement(
        format="csv",
        account="6222",
        currency="CNY",
        name="S-1",
        opening=cny(opening) if opening else None,
        closing=cny(closing) if closing else None,
        lines=lines,
        **fields,
    )


def test_a_statement_that_adds_up_has_no_finding():
    found = statement(line("8.00"), line("-3.00", 2))
    assert (found.difference(), found.check()) == (cny("0.00"), ())


def test_a_statement_that_is_one_cent_off_names_the_cent():
    (finding,) = statement(line("8.01"), line("-3.00", 2)).check()
    assert finding.code == "statement.unbalanced"
    assert "-0.01 CNY is missing" in finding.message.en
    assert "-0.01 CNY" in finding.message.zh


def test_what_is_not_booked_moves_no_balance():
    assert statement(line("5.00"), line("99.00", 2, status="pending")).check() == ()


@pytest.mark.parametrize("fields", [{"opening": None}, {"closing": None}])
def test_without_both_balances_nothing_can_be_checked(fields):
    found = statement(line("8.00"), **fields)
    assert (found.difference(), found.check()) == (None, ())


def refusal(*lines):
    with pytest.raises(ValidationError) as caught:
        statement(*lines)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, Invalid)
    return error.code


def test_a_position_stands_for_one_line():
    assert refusal(line("1.00"), line("1.00")) == "statement.position_twice"


def test_a_line_of_another_account_or_statement_is_refused():
    assert refusal(line("1.00", account="9")) == "statement.other_account"
    assert refusal(line("1.00", statement="S-2")) == "statement.other_account"


def test_a_line_in_another_currency_is_refused():
    assert refusal(line("1.00").with_(amount=Money("1", "USD"))) == "money.currency_mismatch"


def balances(*rows, day=None):
    return [
        line(amount, place, balance=cny(balance), booked_on=date(2026, 11, day or place))
        for place, (amount, balance) in enumerate(rows, start=1)
    ]


def test_balances_after_each_line_prove_it_forward_and_backward():
    rows = balances(("5.00", "15.00"), ("-3.00", "12.00"), ("1.00", "13.00"))
    assert broken_balance(rows) is None
    assert broken_balance(rows[::-1]) is None
    assert in_time(rows[::-1]) == tuple(rows)


def test_balances_of_one_day_tell_the_order_by_themselves():
    rows = balances(("5.00", "15.00"), ("-3.00", "12.00"), ("1.00", "13.00"), day=3)
    assert in_time(rows[::-1]) == tuple(rows)


def test_a_sign_read_the_wrong_way_round_breaks_the_balances():
    rows = balances(("5.00", "15.00"), ("-3.00", "12.00"), ("5.00", "17.00"), day=3)
    flipped = [each.with_(amount=-each.amount) for each in rows]
    assert broken_balance(flipped) is not None
    found = statement(*flipped, opening="20.00", closing="13.00")
    assert [each.code for each in found.check()] == ["statement.unbalanced"]


def test_a_statement_that_is_missing_between_two_is_told():
    def page(number, opening, closing, account="1"):
        return BankStatement(
            format="mt940",
            account=account,
            currency="CNY",
            number=number,
            opening=cny(opening),
            closing=cny(closing),
        )

    assert gaps([page("1", "0", "5"), page("9", "1", "2", "other"), page("2", "5", "7")]) == ()
    (finding,) = gaps([page("1", "0", "5"), page("3", "7", "9")])
    assert (finding.code, finding.severity) == ("statement.gap", "note")
    assert "'3' begins with 7" in finding.message.en
