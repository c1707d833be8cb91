"""The rows of settlements (核销分录): what each kind debits and credits, and exchange differences.

Every row of a document bears what the settlement takes of its value in the books. Where the values
do not add up to zero the rest is the exchange difference, realised there and then.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, DebtorChange, Difference
from revenue.chart import Account, ChartOfAccounts
from revenue.ledger.allowance import borne
from revenue.ledger.balance import Document, value_of
from revenue.ledger.effect import opened
from revenue.ledger.fact import Taking
from revenue.posting.row import Posting, Row, account_of, negative, of_advance, with_exchange
from revenue.receipt import Identification, Refund
from revenue.retention import RetentionRelease
from revenue.writeoff import Recovery, WriteOff

_APPLIED = {"receipt": "applied", "credit_note": "credited", "payable": "netted"}


def settled(
    chart: ChartOfAccounts, fact: Taking, documents: Sequence[Document], customers: Sequence[str]
) -> Posting:
    """The posting of a settlement of ``documents``, which are those ``customers``' in order."""
    rows = with_exchange(chart, _rows(chart, fact, documents, customers))
    # Who is spelled in two ways is named as on what pays: entries of earlier releases say so.
    same = number_key(customers[0]) == number_key(customers[-1])
    return Posting(_rule(fact), rows, customers[0 if same else -1])


def _rule(fact: Taking) -> str:
    match fact:
        case Application():
            return f"application.{_APPLIED[fact.means]}"
        case Adjustment():
            return "adjustment.kept" if fact.document_kind == "receipt" else "adjustment.settled"
        case DebtorChange():
            return "debtor_change.moved"
        case Identification():
            return "identification.identified"
        case Refund():
            return "refund.bounced" if fact.cause == "bounced" else "refund.paid"
        case RetentionRelease():
            return "retention_release.due"
        case WriteOff():
            return "write_off.written_off"
        case Recovery():
            return "recovery.recovered"
        case _:
            assert_never(fact)


def _rows(
    chart: ChartOfAccounts, fact: Taking, documents: Sequence[Document], customers: Sequence[str]
) -> Iterable[Row]:
    books = iter(fact.books)
    valued = [value_of(document) is not None for document in documents]
    values = [next(books) if has else None for has in valued]
    accounts = [account_of(chart, document) for document in documents]
    match fact:
        case Application():
            yield from of_advance(
                chart, Row(accounts[0], fact.taken, values[0], customer=customers[0])
            )
            for each in fact.differences:
                yield from _difference(chart, each)
            yield Row(accounts[1], -fact.settled, negative(values[1]))
        case Adjustment() if fact.document_kind == "receipt":
            yield Row(accounts[0], fact.amount, values[0])
            yield Row(chart.payment_gain, -fact.amount, negative(values[0]))
        case Adjustment():
            yield from _difference(chart, fact.difference)
            yield Row(accounts[0], -fact.amount, negative(values[0]))
        case DebtorChange() | RetentionRelease():
            (item,) = opened(fact, documents)
            yield Row(account_of(chart, item), fact.amount, values[0], customer=_customer(item))
            yield Row(accounts[0], -fact.amount, negative(values[0]))
        case Identification():
            (item,) = opened(fact, documents)
            yield from of_advance(chart, Row(accounts[0], fact.amount, values[0]))
            worth = negative(value_of(item))
            yield from of_advance(
                chart,
                Row(account_of(chart, item), -fact.amount, worth, customer=fact.customer),
            )
        case Refund():
            yield from of_advance(chart, Row(accounts[0], fact.amount, values[0]))
            yield Row(chart.bank, -fact.amount, negative(fact.booked))
        case WriteOff():
            yield from _loss(chart, fact.amount, fact.tax_relief, fact.books)
            yield Row(accounts[0], -fact.amount, negative(values[0]))
        case Recovery():
            yield Row(chart.receivable, fact.amount, values[0])
            yield from _turned(_loss(chart, fact.amount, fact.tax, fact.books))
            yield Row(accounts[0], fact.amount, values[0])
            yield Row(chart.receivable, -fact.amount, negative(values[0]))
        case _:
            assert_never(fact)


def _customer(document: Document) -> str:
    assert not isinstance(document, WriteOff), "a write-off opens none that is posted"
    return document.customer


def _loss(
    chart: ChartOfAccounts, amount: Money, tax: Money | None, books: tuple[Money, ...]
) -> Iterable[Row]:
    """What the allowance bears, in the books' currency, and the tax office."""
    loss = borne(amount, tax, books)
    yield Row(chart.allowance, loss)
    if tax is not None:
        yield Row(chart.output_vat, tax, books[0] - loss if books else None)


def _turned(rows: Iterable[Row]) -> Iterable[Row]:
    for row in rows:
        yield Row(row.account, -row.amount, negative(row.booked))


def _difference(chart: ChartOfAccounts, difference: Difference) -> Iterable[Row]:
    """The difference's account, and the tax that it corrects."""
    value = difference.booked
    tax = difference.tax
    tax_value = None
    if tax is not None and value is not None:
        tax_value = value.share(tax.ratio_to(difference.amount))
        value = value - tax_value
    yield Row(_account(chart, difference), difference.net, value)
    if tax is not None:
        yield Row(chart.output_vat, tax, tax_value)


def _account(chart: ChartOfAccounts, difference: Difference) -> Account:
    return {
        "discount": chart.sales_discount,
        "short_pay": chart.payment_loss,
        "rounding": chart.payment_loss,
        "bank_fee": chart.bank_fees,
        "withholding_tax": chart.withholding_tax,
        "deduction": chart.deductions,
        "dispute": chart.disputed,
        "retention": chart.retention,
    }[difference.reason]
