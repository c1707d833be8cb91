"""What the documents of revenue show: every figure that of the facts, every sum one that foots."""

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal

import pytest

from cpq.adapters.layout import Layout
from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import LocalText
from revenue import CustomerStatement, Receipt, ReceivablesLedger, bill, deliver
from revenue.adapters.dunning_view import DunningView, dunning_view
from revenue.adapters.invoice_view import InvoiceView, invoice_view
from revenue.adapters.order_view import OrderView, order_view
from revenue.adapters.statement_view import StatementView, statement_view
from revenue.dunning_notice import dunning_notice
from revenue.ledger import OpenItem
from tests.revenue.deals import CUSTOMER, SELLER, SIGNED, cash, cny, contract_of, debt, order_of

EN, ZH, BOTH = Layout(locale="en"), Layout(locale="zh_CN"), Layout(locale="bilingual")
AS_OF = date(2027, 1, 15)
BANKED = SELLER.with_(bank=LocalText(en="Bank of Suzhou 7066", zh="苏州银行 7066"))


def number(text: str) -> Decimal:
    """A printed figure as a number again."""
    kept = text.replace("\N{MINUS SIGN}", "-").replace(",", "")
    return Decimal(kept.lstrip("CN¥€$"))


def confirmed(layout: Layout = EN, **changes: object) -> OrderView:
    contract = contract_of()
    return order_view(order_of(contract), contract, layout, **changes)[1]  # type: ignore[arg-type]


def account() -> ReceivablesLedger:
    """Five debts, one paid in part, and more paid than was applied."""
    ledger = ReceivablesLedger().record(
        debt("AR-1", "300.00", on=date(2026, 9, 1), due=date(2026, 10, 1)),
        debt("AR-2", "200.00", on=date(2026, 11, 1), due=date(2026, 12, 1)),
        debt("AR-3", "100.00", on=date(2026, 12, 20), due=date(2027, 1, 20)),
        debt("AR-4", "9.00", currency="EUR", on=date(2026, 12, 20), due=date(2027, 1, 2)),
        cash("RC-1", "450.00", on=date(2026, 12, 5), reference="AR-1"),
    )
    return ledger.apply("RC-1", to={"AR-1": cny("300"), "AR-2": cny("50")}, number="A", on=AS_OF)


def stated(
    layout: Layout = EN, *, since: date | None = None, as_of: date = AS_OF, **changes: object
) -> StatementView:
    ledger = account()
    given: dict[str, object] = {
        "statement": ledger.statement("C-1", since=since, as_of=as_of),
        "items": ledger.open_items("C-1", as_of=as_of),
        "on_account": ledger.on_account("C-1", as_of=as_of),
        **changes,
    }
    return statement_view(
        layout=layout,
        as_of=as_of,
        customer=CUSTOMER,
        seller=SELLER,
        **given,  # type: ignore[arg-type]
    )[1]


def test_an_order_is_confirmed_at_the_prices_of_its_contract() -> None:
    view = confirmed()
    assert [
        (line.number, line.quantity, line.net, line.tax, line.gross) for line in view.lines
    ] == [
        ("1", "3", "60,000.00", "7,800.00", "67,800.00"),
        ("2", "1", "5,000.00", "300.00", "5,300.00"),
    ]
    assert [line.price for line in view.lines] == ["20,000.00", "5,000.00"]
    assert view.total == "CN¥73,100.00"


def test_the_sums_of_a_confirmation_foot() -> None:
    view = confirmed(ZH)
    *summands, asked = [number(row.figure) for row in view.totals]
    assert sum(summands) == asked == sum(number(line.gross) for line in view.lines)
    assert sum(number(row.amount) for row in view.plan) == asked
    assert [row.percent for row in view.plan] == ["30%", "60%", "10%"]
    assert view.in_words == "人民币柒万叁仟壹佰元整"


def test_a_price_that_is_no_decimal_is_not_shown() -> None:
    contract = contract_of(("1", "100.00", "13", "3"), ("2", "50.00", "13", "1"))
    view = order_view(order_of(contract), contract, EN)[1]
    assert not view.prices
    assert {line.price for line in view.lines} == {""}


def test_parts_stand_below_what_holds_them() -> None:
    contract = contract_of(("1", "0.00", "13", "1"), ("1.2", "50.00", "13", "1"))
    head, part = order_view(order_of(contract), contract, EN)[1].lines
    assert (head.by_parts, head.gross, head.level) == (True, "", 0)
    assert (part.by_parts, part.gross, part.level) == (False, "56.50", 1)


def test_a_clause_of_consent_is_printed_only_where_it_is_given() -> None:
    assert confirmed().reply is None
    five, one = confirmed(ZH, reply_days=5).reply, confirmed(reply_days=1).reply
    assert five is not None
    assert "5 日内" in five.text
    assert one is not None
    assert "one day" in one.text


def test_an_order_of_something_else_is_not_confirmed() -> None:
    contract = contract_of()
    sold = order_of(contract)
    part = sold.with_(lines=(sold.lines[0].with_(quantity="2"), sold.lines[1]))
    for wrong in (part, sold.with_(lines=sold.lines[:1])):
        with pytest.raises(Refused) as refusal:
            order_view(wrong, contract, EN)
        assert refusal.value.code == "document.not_whole"
    with pytest.raises(Refused) as refusal:
        order_view(sold.with_(contract="HT-2"), contract, EN)
    assert refusal.value.code == "document.other_contract"


def test_a_statement_leads_from_balance_to_balance() -> None:
    yuan = stated(since=date(2026, 11, 1)).accounts[0]
    assert yuan.currency == "CNY"
    assert yuan.opening == "300.00"
    assert [(row.number, row.charged, row.settled, row.balance) for row in yuan.rows] == [
        ("AR-2", "200.00", "", "500.00"),
        ("RC-1", "", "450.00", "50.00"),
        ("AR-3", "100.00", "", "150.00"),
    ]
    assert (yuan.charged, yuan.settled, yuan.closing) == ("300.00", "450.00", "150.00")


def test_what_is_open_less_what_is_on_account_is_the_balance() -> None:
    yuan = stated().accounts[0]
    assert [(item.number, item.overdue, item.left) for item in yuan.items] == [
        ("AR-2", "45", "150.00"),
        ("AR-3", "", "100.00"),
    ]
    opened, ahead, closing = [number(row.figure) for row in yuan.composition]
    assert opened + ahead == closing == number(yuan.closing)


def test_the_bars_of_a_statement_show_its_buckets() -> None:
    yuan = stated().accounts[0]
    assert [(row.amount, row.percent, row.bar) for row in yuan.buckets] == [
        ("100.00", "40.0%", "66%"),
        ("0.00", "0.0%", ""),
        ("150.00", "60.0%", "100%"),
        ("0.00", "0.0%", ""),
        ("0.00", "0.0%", ""),
    ]


def test_a_chart_that_says_nothing_is_left_out() -> None:
    euro = stated().accounts[1]
    assert (euro.currency, euro.buckets, euro.composition) == ("EUR", (), ())


def test_shares_of_a_whole_add_up_to_it() -> None:
    dues = (date(2027, 2, 1), date(2027, 1, 10), date(2026, 12, 10))
    ledger = ReceivablesLedger().record(
        *(debt(f"AR-{place}", "100.00", due=due) for place, due in enumerate(dues))
    )
    view = statement_view(
        ledger.statement("C-1", as_of=AS_OF),
        ledger.open_items("C-1", as_of=AS_OF),
        (),
        EN,
        as_of=AS_OF,
        customer=CUSTOMER,
        seller=SELLER,
    )[1]
    shares = [Decimal(row.percent.rstrip("%")) for row in view.accounts[0].buckets]
    assert sum(shares) == 100


def test_the_slip_says_who_owes_whom() -> None:
    owing, euro = stated(BOTH).accounts
    assert owing.slip.sentence.text == "On 2027-01-15 we owed you"
    assert owing.slip.in_words == "人民币壹佰伍拾元整"
    assert euro.slip.in_words == ""
    ledger = ReceivablesLedger().record(cash("RC-1", "5.00"))
    ahead = statement_view(
        ledger.statement("C-1", as_of=AS_OF),
        (),
        ledger.on_account("C-1", as_of=AS_OF),
        EN,
        as_of=AS_OF,
        customer=CUSTOMER,
        seller=SELLER,
    )[1].accounts[0]
    assert ahead.label.text == "Balance in your favour"
    assert (ahead.balance, ahead.closing) == ("CN¥5.00", "−5.00")


def test_a_customer_without_movements_gets_a_statement() -> None:
    empty = CustomerStatement(
        customer="C-1", since=None, as_of=AS_OF, opening=(), rows=(), closing=()
    )
    view = stated(statement=empty, items=(), on_account=())
    assert [account.label.text for account in view.accounts] == ["Balance"]


@pytest.mark.parametrize("wrong", ["rows", "items", "on_account", "closing"])
def test_a_statement_that_contradicts_itself_is_not_printed(wrong: str) -> None:
    ledger = account()
    statement = ledger.statement("C-1", as_of=AS_OF)
    items = ledger.open_items("C-1", as_of=AS_OF)
    changes: dict[str, dict[str, object]] = {
        "rows": {"statement": statement.with_(rows=statement.rows[1:])},
        "items": {"items": items[1:]},
        "on_account": {"on_account": ()},
        "closing": {"statement": statement.with_(closing=(cny("1.00"), Money("9.00", "EUR")))},
    }
    with pytest.raises(Refused) as refusal:
        stated(**changes[wrong])  # type: ignore[arg-type]
    assert refusal.value.code == "document.does_not_add_up"


def test_a_statement_too_long_for_one_document_is_refused() -> None:
    ledger = account()
    item = ledger.open_items("C-1", as_of=AS_OF)[0]
    with pytest.raises(Refused, match="since=") as refusal:
        stated(items=(item,) * 2001)
    assert refusal.value.code == "document.too_long"


def reminded(layout: Layout, level: int, **changes: object) -> DunningView:
    late = OpenItem(receivable=debt("AR-1", "300.00", due=date(2026, 12, 1)), open=cny("120"))
    notice = dunning_notice(
        [late],
        on=AS_OF,
        level=level,  # type: ignore[arg-type]
        pay_by=date(2027, 1, 29),
        **changes,  # type: ignore[arg-type]
    )
    return dunning_view(notice, layout, customer=CUSTOMER, seller=BANKED)[1]


def test_each_level_has_words_of_its_own_in_both_languages() -> None:
    texts = [reminded(layout, level).opening.text for layout in (EN, ZH) for level in (1, 2, 3)]
    assert len(set(texts)) == 6
    assert all("2027" in text for text in texts)


def test_a_reminder_asks_for_what_its_notice_says() -> None:
    view = reminded(EN, 2, interest=cny("1.10"), fee=cny("5.00"))
    assert [(item.number, item.overdue, item.amount, item.left) for item in view.items] == [
        ("AR-1", "45", "300.00", "120.00")
    ]
    *summands, asked = [number(row.figure) for row in view.sums]
    assert sum(summands) == asked == Decimal("126.10")
    assert view.total == "CN¥126.10"


def test_a_sum_of_one_is_not_added_up() -> None:
    assert [row.kind for row in reminded(EN, 1).sums] == ["total"]


def test_a_reminder_goes_to_its_own_customer() -> None:
    late = OpenItem(receivable=debt("AR-1", "300.00", due=date(2026, 12, 1)), open=cny("120"))
    notice = dunning_notice([late], on=AS_OF, level=1, pay_by=AS_OF)
    other = Customer(code="C-2", party=Party(name="Other"))
    with pytest.raises(Refused) as refusal:
        dunning_view(notice, EN, customer=other, seller=SELLER)
    assert refusal.value.code == "document.other_customer"


def billed(layout: Layout = EN, **changes: object) -> InvoiceView:
    contract = contract_of()
    first, _ = bill(contract, event="signing", on=SIGNED, number="INV-1")
    sent = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=date(2026, 12, 1))
    second, _ = bill(
        contract, event="delivery", on=sent.on, number="INV-2", delivery=sent, before=[first]
    )
    return invoice_view(second, contract, layout, **changes)[1]  # type: ignore[arg-type]


def test_an_invoice_says_what_it_bills_a_part_of() -> None:
    view = billed()
    assert view.billed.text == "For instalment 2 of contract HT-1, delivery D-1"
    assert view.lines[0].of_whole.text == ("part of 67,800.00 for 3 pc; billed before: 20,340.00")
    *summands, asked = [number(row.figure) for row in view.totals]
    assert sum(summands) == asked == sum(number(line.gross) for line in view.lines)


def test_only_where_chinese_is_read_an_invoice_says_that_it_is_no_fapiao() -> None:
    said = {
        layout.locale: [note.text for note in billed(layout).notes] for layout in (EN, ZH, BOTH)
    }
    assert not any("fapiao" in text for text in said["en"])
    assert any("增值税发票" in text for text in said["zh_CN"])
    assert any("fapiao" in text for text in said["bilingual"])


def test_the_bank_stands_once_on_what_asks_for_money() -> None:
    late = OpenItem(receivable=debt("AR-1", "300.00", due=date(2026, 12, 1)), open=cny("120"))
    notice = dunning_notice([late], on=AS_OF, level=1, pay_by=AS_OF)
    paper, view, _ = dunning_view(notice, EN, customer=CUSTOMER, seller=BANKED)
    assert paper.seller.bank is None
    assert view.bank is not None


def test_the_bank_of_a_customer_is_printed_nowhere() -> None:
    rich = CUSTOMER.with_(party=CUSTOMER.party.with_(bank=LocalText(en="Secret 1")))
    ledger = ReceivablesLedger().record(
        Receipt(number="R", customer="C-1", on=SIGNED, amount=cny(1))
    )
    paper, _, _ = statement_view(
        ledger.statement("C-1", as_of=AS_OF),
        (),
        ledger.on_account("C-1", as_of=AS_OF),
        EN,
        as_of=AS_OF,
        customer=rich,
        seller=SELLER,
    )
    assert paper.customer.bank is None


@pytest.mark.parametrize("layout", [EN, ZH, BOTH], ids=lambda layout: layout.locale)
def test_views_hold_text_and_nothing_else(layout: Layout) -> None:
    views = (confirmed(layout), stated(layout), reminded(layout, 1), billed(layout))
    assert all(_is_plain(view) for view in views)


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    if is_dataclass(value):
        return all(_is_plain(getattr(value, field.name)) for field in fields(value))
    return value is None or isinstance(value, str | int)
