"""The journal, and what ``verify`` finds in a ledger that somebody edited."""

import pytest

from revenue import ReceivablesLedger, Reversal, bill, journal, verify
from revenue.chart import STANDARD_CHART
from revenue.entry import JournalEntry, JournalLine
from revenue.ledger import Fact
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, applied, cny, contract, open_debt, owed, paid

UNDO = Reversal(number="X-1", reverses="A-1", on=DAY, reason="wrong invoice")


def edited(*facts: Fact) -> ReceivablesLedger:
    """A ledger as somebody may have edited it in a store: no rule was asked."""
    return ReceivablesLedger.model_construct(facts=facts)


def miscounted(patch: pytest.MonkeyPatch, **amounts: str) -> ReceivablesLedger:
    """A ledger whose posting rules book one entry of these signed amounts, unchecked."""
    lines = tuple(
        JournalLine(
            account=getattr(STANDARD_CHART, part),
            contract="HT-1",
            **{"credit" if amount.startswith("-") else "debit": abs(cny(amount))},
        )
        for part, amount in amounts.items()
    )
    entry = JournalEntry.model_construct(number="E-1", on=DAY, lines=lines)
    patch.setattr("revenue.verification.journal", lambda _facts: (entry,))
    return ReceivablesLedger()


@reproduces(
    "journal.unknown_fact",
    en="A fact cannot be posted, because one that it builds on is not among those before it.",
    zh="缺少其所依据的事实，无法记账。",
    do="Post all facts of a ledger, from the first on.",
    names="receipt R-1",
)
def posting_from_the_middle() -> None:
    journal([applied()])


@reproduces(
    "ledger.not_replayable",
    en="Recording the facts of a ledger again breaks a rule.",
    zh="重新登记台账事实违反规则。",
    do="Find out who changed the stored facts; restore them from a backup.",
    names=("application.exceeds_open", "999.00 CNY"),
)
def an_application_raised_afterwards() -> object:
    return verify(edited(owed(), paid(), applied(amount="999.00")))


@reproduces(
    "ledger.overdrawn",
    en="More was taken of a document than it has, on some day.",
    zh="单据被超额使用。",
    do="Look at the applications of the document; restore the one that was changed.",
    names=("receivable/ar-1", "2026-12-01", "-699.00 CNY"),
)
def an_overdrawn_receivable() -> object:
    return verify(edited(owed(), paid(), applied(amount="999.00")))


@reproduces(
    "ledger.reversed_twice",
    en="A fact is reversed by two reversals.",
    zh="同一事实被冲销两次。",
    do="Remove what was put in behind the ledger's back.",
    names=("A-1", "X-1", "X-2"),
)
def two_reversals() -> object:
    return verify(edited(owed(), paid(), applied(), UNDO, UNDO.with_(number="X-2")))


@reproduces(
    "ledger.nothing_reversed",
    en="A reversal reverses something that is not recorded before it.",
    zh="冲销的对象此前没有登记。",
    do="Restore the fact that is missing.",
    names=("X-1", "A-1"),
)
def a_reversal_of_nothing() -> object:
    return verify(edited(owed(), UNDO))


@reproduces(
    "ledger.balance_differs",
    en="A balance of the ledger is not what its facts add up to. This is a fault of the library.",
    zh="台账余额与事实重算不符。",
    do="Report it with the facts of the document that the finding names.",
    names=("receivable/ar-1", "300.00 CNY", "0.00 CNY"),
)
def a_balance_that_forgets(patch: pytest.MonkeyPatch) -> object:
    patch.setattr(
        ReceivablesLedger, "open_amount", lambda self, number, **_: self.receivable(number).amount
    )
    return verify(open_debt().record(applied()))


@reproduces(
    "ledger.control_differs",
    en="An account of the general ledger does not show what the receivables ledger holds.",
    zh="总账科目与台账不符。",
    do="Look for an invoice without its receivable, or the other way round.",
    names=("1122", "1306.40 CNY", "0.00 CNY"),
)
def an_invoice_without_receivable() -> object:
    invoice, _ = bill(contract(), event="signing", on=DAY, number="INV-1")
    return verify(ReceivablesLedger().record(invoice))


@reproduces(
    "ledger.not_balanced",
    en="The trial balance of a currency is not zero. This is a fault of the library.",
    zh="试算不平衡。",
    do="Report it with the facts of the ledger.",
    names=("CNY", "1.00 CNY"),
)
def a_journal_of_one_side(patch: pytest.MonkeyPatch) -> object:
    return verify(miscounted(patch, bank="1.00"))


@reproduces(
    "ledger.position_both",
    en="A contract has an asset and a liability at once. This is a fault of the library.",
    zh="同一合同同时有合同资产和合同负债。",
    do="Report it with the deliveries and invoices of the contract.",
    names=("ht-1", "1.00 CNY"),
)
def an_asset_and_a_liability(patch: pytest.MonkeyPatch) -> object:
    return verify(miscounted(patch, contract_asset="1.00", contract_liability="-1.00"))
