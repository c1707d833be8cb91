"""Laws of bank statements: what is written is read, a cent off is refused, twice is once.

The writers are in ``bank_writers`` and know nothing of the readers.
"""

from datetime import date, timedelta
from itertools import accumulate

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue import Receipt
from revenue.adapters.bank import read_statements
from revenue.bank import BankLine, BankStatement, content_key, returned, unseen
from revenue.bank.statement import renumbered
from tests.laws.bank_writers import camt, chinese_csv, mt940

FIRST = date(2026, 12, 20)
ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,()'"
CHINESE = ASCII + "上海激光设备有限公司镕𠮷&<>;äß"
CURRENCIES = st.sampled_from(["EUR", "CNY", "JPY", "KWD"])
CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=4, max_size=14)
MINOR = st.integers(-(10**9), 10**9).filter(bool)


def words(alphabet, longest):
    return st.text(alphabet, max_size=longest).map(lambda text: " ".join(text.split()))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("laws") / "statement"


@st.composite
def statements(draw, format_, *, alphabet, longest=250, least=0):
    """A statement as its format can hold it, with the balances that its lines make."""
    currency, account = draw(CURRENCIES), draw(CODES)
    sizes = draw(st.lists(MINOR, min_size=least, max_size=6))
    number = draw(st.integers(1, 999).map(str)) if format_ != "csv" else ""
    first, days = (
        Money.from_minor(draw(MINOR), currency),
        sorted(draw(st.lists(st.integers(0, 20), min_size=len(sizes), max_size=len(sizes)))),
    )
    last = FIRST + timedelta(days=days[-1] if days else 0)
    name = {"csv": "", "mt940": f"{last} {number}", "camt.053": f"S-{number}"}[format_]
    balances = list(accumulate(sizes, initial=first.minor))
    lines = []
    for place, (minor, day) in enumerate(zip(sizes, days, strict=True)):
        booked_on = FIRST + timedelta(days=day)
        is_return = format_ != "csv" and draw(st.booleans())
        end_to_end = draw(CODES | st.just(""))
        references = () if format_ == "csv" else draw(st.just(()) | st.tuples(CODES))
        if format_ == "mt940" or not is_return:
            original = end_to_end or (references[0] if references else "")
        else:
            original = end_to_end
        lines.append(
            BankLine(
                account=account,
                statement=name,
                position=place + 1,
                booked_on=booked_on,
                value_on=booked_on + timedelta(days=draw(st.integers(-3, 3))),
                amount=Money.from_minor(minor, currency),
                counterparty=draw(words(alphabet, 54)),
                counterparty_account=draw(CODES.filter(lambda code: code != account)),
                counterparty_bank=draw(CODES),
                end_to_end=end_to_end,
                references=references,
                bank_reference=draw(CODES),
                text=draw(words(alphabet, longest).filter(bool)),
                is_return=is_return,
                original=original if is_return else "",
                balance=(
                    Money.from_minor(balances[place + 1], currency) if format_ == "csv" else None
                ),
            )
        )
    return BankStatement(
        format=format_,
        account=account,
        currency=currency,
        number=number,
        name=name,
        opening=first,
        closing=Money.from_minor(balances[-1], currency),
        opening_on=FIRST + timedelta(days=days[0]) if format_ == "csv" else FIRST,
        closing_on=last,
        lines=renumbered(lines),
    )


SWIFT = statements("mt940", alphabet=ASCII)
ISO = statements("camt.053", alphabet=CHINESE, longest=300)
TABLE = statements("csv", alphabet=CHINESE, least=1)


def said(statement):
    """What a statement says, without where in its file it does and beside its fields."""
    lines = tuple(line.with_(details=(), file_line=0, raw="", code="") for line in statement.lines)
    return statement.with_(lines=lines, details=(), file_line=0, reference="")


def read(file, text, encoding="utf-8"):
    file.write_bytes(text.encode(encoding))
    (found,) = read_statements(file)
    return found


@given(SWIFT)
def test_what_is_written_as_mt940_is_read_as_the_same_statement(file, statement):
    assert said(read(file, mt940(statement))) == statement


@given(ISO, st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_what_is_written_as_camt_053_is_read_as_the_same_statement(file, statement, encoding):
    assert said(read(file, camt(statement), encoding)) == statement


@given(TABLE, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_what_is_written_as_chinese_csv_is_read_as_the_same_statement(file, statement, encoding):
    assert said(read(file, chinese_csv(statement), encoding)) == statement


@given(TABLE)
def test_an_export_backward_in_time_says_the_same(file, statement):
    assume(statement.lines[0].booked_on != statement.lines[-1].booked_on)
    forward = read(file, chinese_csv(statement))
    backward = read(file, chinese_csv(statement, backward=True))
    assert (backward.opening, backward.closing) == (forward.opening, forward.closing)
    assert {content_key(line) for line in backward.lines} == {
        content_key(line) for line in forward.lines
    }


@pytest.mark.parametrize("write", [mt940, camt, chinese_csv])
@given(data=st.data(), more=st.sampled_from([-1, 1, 100]))
def test_a_closing_balance_that_is_off_by_the_least_amount_is_refused(file, write, data, more):
    """Its exact twin is read: the laws above."""
    kind = {mt940: SWIFT, camt: ISO, chinese_csv: TABLE}[write]
    statement = data.draw(kind)
    file.write_text(write(statement, more=more), encoding="utf-8")
    if write is chinese_csv and len(statement.lines) == 1:
        assert read_statements(file)[0].opening.minor == statement.opening.minor + more
        return
    with pytest.raises(Refused) as caught:
        read_statements(file)
    assert caught.value.code == "statement.unbalanced"
    (kept,) = read_statements(file, unbalanced="keep")
    assert kept.difference() == Money.from_minor(more, statement.currency)


@given(TABLE, st.data())
def test_exports_of_days_that_overlap_bring_every_line_once(file, statement, data):
    days = sorted({line.booked_on for line in statement.lines})
    first = data.draw(st.sampled_from(days))
    second = data.draw(st.sampled_from(days))
    windows = (
        [line for line in statement.lines if line.booked_on <= max(first, second)],
        [line for line in statement.lines if line.booked_on >= min(first, second)],
        list(statement.lines),
    )
    seen, brought = [], 0
    for lines in windows:
        part = statement.with_(lines=(), opening=None, closing=None)
        file.write_text(chinese_csv(part.with_(lines=renumbered(lines))), encoding="utf-8")
        (found,) = read_statements(file)
        new = unseen(found.lines, seen=seen)
        seen += [content_key(line) for line in new]
        brought += len(new)
    assert brought == len(statement.lines)


@given(st.data())
def test_returns_are_paired_the_same_in_any_order_and_no_receipt_twice(data):
    names = st.sampled_from(["", "A", "B"])
    references = st.sampled_from(["", "E2E-1", "E2E-2"])
    amounts = st.sampled_from(["1.00", "2.00"])
    lines = [
        BankLine(
            account="1",
            position=place + 1,
            booked_on=FIRST,
            amount=-Money(data.draw(amounts), "EUR"),
            counterparty=data.draw(names),
            original=data.draw(references),
            is_return=True,
        )
        for place in range(data.draw(st.integers(0, 5)))
    ]
    receipts = [
        Receipt(
            number=f"R-{place}",
            customer="C-1",
            on=FIRST,
            amount=Money(data.draw(amounts), "EUR"),
            payer=data.draw(names),
            reference=data.draw(references),
        )
        for place in range(data.draw(st.integers(0, 5)))
    ]
    found = returned(lines, receipts)
    shuffled = returned(data.draw(st.permutations(lines)), data.draw(st.permutations(receipts)))
    assert {(each.line.position, each.receipt, each.proof) for each in found} == {
        (each.line.position, each.receipt, each.proof) for each in shuffled
    }
    undone = [each.receipt for each in found if each.receipt]
    assert len(undone) == len(set(undone))
    by_number = {receipt.number: receipt for receipt in receipts}
    for each in found:
        if each.receipt:
            assert by_number[each.receipt].amount == -each.line.amount
