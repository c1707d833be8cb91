"""The posting rules (凭证模板): which accounts each kind of fact moves.

    ==================  ==================================  =====================================
    fact                debit                               credit
    ==================  ==================================  =====================================
    invoice             receivable (gross)                  contract asset up to its balance, the
                                                            rest contract liability; output VAT
    delivery            contract liability up to its        revenue
                        balance, the rest contract asset
    receivable billed   receivable                          billed elsewhere
    elsewhere
    receipt             bank                                unapplied cash
    application         unapplied cash                      receivable
    allowance charge    credit loss                         allowance (a release: reversed)
    write-off           allowance                           receivable
    recovery            receivable; unapplied cash          allowance; receivable
    claim               see ``revenue.claim.accounts``, for its reversal and settlement too
    rebate              see ``revenue.rebate.accounts``, for its receipts and receivables too
    reversal            what the reversed entry credited    what it debited
    ==================  ==================================  =====================================

The position of a contract is what was delivered less what was billed, both before tax. Above zero
it is a contract asset, below zero a contract liability, and never both.
"""

from typing import NamedTuple, assert_never

from pydantic import Field

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, LocalText, number_key
from revenue.application import Application, Reversal
from revenue.chart import Account, ChartOfAccounts
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.claim.accounts import claimed_rows, settled_rows
from revenue.entry import JournalEntry, JournalLine
from revenue.fulfilment import Acceptance, Delivery
from revenue.invoice import Invoice
from revenue.ledger import Fact, Settlement
from revenue.rebate.accounts import rebate_rows
from revenue.rebate.fact import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateSettlement,
)
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff


class PostingRule(Frozen):
    """Which rule made an entry, in which version, and the words it is booked under (凭证模板)."""

    code: Code
    version: int = Field(default=1, ge=1)
    memo: LocalText

    def words(self, **facts: str) -> LocalText:
        """The memo of one entry."""
        return LocalText(en=self.memo.en.format(**facts), zh=self.memo.zh.format(**facts))


def _rule(code: str, en: str, zh: str) -> PostingRule:
    return PostingRule(code=code, memo=LocalText(en=en, zh=zh))


RULES = {
    rule.code: rule
    for rule in (
        _rule("invoice.billed", "Invoice {number}", "开具发票 {number}"),
        _rule("delivery.revenue", "Delivery {number}: revenue", "发货 {number} 确认收入"),
        _rule("receivable.elsewhere", "Receivable {number}", "应收 {number}（外部开票）"),
        _rule(
            "receipt.received", "Receipt {number} from {customer}", "收到 {customer} 款 {number}"
        ),
        _rule(
            "application.applied",
            "Receipt {receipt} pays {receivable}",
            "{receipt} 核销 {receivable}",
        ),
        _rule("allowance.charged", "Allowance for bad debts {number}", "计提坏账准备 {number}"),
        _rule("allowance.released", "Allowance released {number}", "转回坏账准备 {number}"),
        _rule(
            "write_off.written_off", "Bad debt {receivable} written off", "核销坏账 {receivable}"
        ),
        _rule("recovery.recovered", "Bad debt {write_off} recovered", "收回已核销坏账 {write_off}"),
        _rule("claim.revenue", "Claim {number} on {funder}", "向 {funder} 申请促销费用 {number}"),
        _rule("claim.cost", "Claim {number} on {funder}", "向 {funder} 申请费用冲减成本 {number}"),
        _rule("claim.internal", "Claim {number} on {funder}", "{funder} 承担促销费用 {number}"),
        _rule(
            "claim_reversal.mirrored",
            "Claim {claim} reversed: {reason}",
            "冲回费用申请 {claim}：{reason}",
        ),
        _rule("claim_settlement.settled", "{funder} settles {claim}", "{funder} 结算费用 {claim}"),
        _rule(
            "rebate_accrual.accrued",
            "Rebate {agreement}: {document}",
            "计提返利 {agreement}：{document}",
        ),
        _rule("rebate_settlement.settled", "Rebate {agreement} settled", "兑付返利 {agreement}"),
        _rule("rebate_claw_back.owed", "Rebate {agreement} clawed back", "追回返利 {agreement}"),
        _rule("receipt.rebate", "Rebate {rebate} credited", "返利 {rebate} 记入客户贷方"),
        _rule("receivable.rebate", "Rebate {source} owed", "应收追回返利 {source}"),
        _rule("reversal.mirrored", "Reversal of {reverses}: {reason}", "冲销 {reverses}：{reason}"),
    )
}
"""The posting rules by code; a change of a rule is a new version of it."""


class _Posting(NamedTuple):
    """An entry in the making: the rule and the signed amounts, zeros among them."""

    rule: str
    rows: tuple[tuple[Account, Money], ...]
    customer: str = ""
    contract: str = ""


class Poster:
    """Posts facts in order and remembers what the next ones need."""

    def __init__(self, chart: ChartOfAccounts) -> None:
        self._chart = chart
        self._positions: dict[str, Money] = {}
        self._invoices: set[str] = set()
        self._customers: dict[tuple[str, str], str] = {}
        self._settled: dict[str, JournalEntry] = {}
        self._claims: dict[str, Claim] = {}
        self._claw_backs: set[str] = set()

    def post(self, fact: Fact) -> JournalEntry | None:
        """The entry of one fact; ``None`` where it moves no account."""
        if isinstance(fact, Reversal):
            return self._mirror(fact)
        posting = self._posting(fact)
        lines = () if posting is None else _lines(posting)
        if posting is None or not lines:
            return None
        entry = _entry(fact, posting.rule, lines)
        if isinstance(fact, Settlement):
            self._settled[number_key(fact.number)] = entry
        return entry

    def _posting(self, fact: Fact) -> _Posting | None:
        match fact:
            case Invoice():
                return self._invoice(fact)
            case Delivery():
                return self._delivery(fact)
            case Receivable():
                return self._receivable(fact)
            case Receipt():
                return self._receipt(fact)
            case Application():
                return self._application(fact)
            case AllowanceCharge():
                return self._allowance_charge(fact)
            case WriteOff():
                return self._write_off(fact)
            case Recovery():
                return self._recovery(fact)
            case Claim() | ClaimReversal() | ClaimSettlement():
                return self._claim(fact)
            case RebateAccrual() | RebateSettlement() | RebateClawBack() | RebateCarry():
                return self._rebate(fact)
            case Acceptance() | Reversal():
                return None
            case _:
                assert_never(fact)

    def _invoice(self, fact: Invoice) -> _Posting:
        self._invoices.add(number_key(fact.number))
        asset, liability = self._moved(fact.contract, -fact.net)
        chart = self._chart
        rows = (
            (chart.receivable, fact.gross),
            (chart.contract_asset, asset),
            (chart.contract_liability, liability),
            (chart.output_vat, -fact.tax),
        )
        return _Posting("invoice.billed", rows, fact.customer, fact.contract)

    def _delivery(self, fact: Delivery) -> _Posting:
        asset, liability = self._moved(fact.contract, fact.net)
        chart = self._chart
        rows = (
            (chart.contract_liability, liability),
            (chart.contract_asset, asset),
            (chart.revenue, -fact.net),
        )
        return _Posting("delivery.revenue", rows, contract=fact.contract)

    def _moved(self, contract: str, amount: Money) -> tuple[Money, Money]:
        """How the asset and the liability of a contract change with its position."""
        key, zero = number_key(contract), Money.zero(amount.code)
        before = self._positions.get(key, zero)
        after = self._positions[key] = before + amount
        return (
            max(after, zero) - max(before, zero),
            min(after, zero) - min(before, zero),
        )

    def _receivable(self, fact: Receivable) -> _Posting | None:
        self._customers["receivable", number_key(fact.number)] = fact.customer
        if fact.source and number_key(fact.source) in self._invoices:
            return None
        owed = bool(fact.source) and number_key(fact.source) in self._claw_backs
        return self._pair(
            "receivable.rebate" if owed else "receivable.elsewhere",
            self._chart.receivable,
            self._chart.rebate_clearing if owed else self._chart.billed_elsewhere,
            amount=fact.amount,
            customer=fact.customer,
        )

    def _receipt(self, fact: Receipt) -> _Posting:
        self._customers["receipt", number_key(fact.number)] = fact.customer
        return self._pair(
            "receipt.rebate" if fact.rebate else "receipt.received",
            self._chart.rebate_clearing if fact.rebate else self._chart.bank,
            self._chart.unapplied_cash,
            amount=fact.amount,
            customer=fact.customer,
        )

    def _application(self, fact: Application) -> _Posting:
        return self._pair(
            "application.applied",
            self._chart.unapplied_cash,
            self._chart.receivable,
            amount=fact.amount,
            customer=self._customer("receipt", fact.receipt),
        )

    def _allowance_charge(self, fact: AllowanceCharge) -> _Posting:
        return self._pair(
            "allowance.charged" if fact.amount.amount > 0 else "allowance.released",
            self._chart.credit_loss,
            self._chart.allowance,
            amount=fact.amount,
        )

    def _write_off(self, fact: WriteOff) -> _Posting:
        return self._pair(
            "write_off.written_off",
            self._chart.allowance,
            self._chart.receivable,
            amount=fact.amount,
            customer=self._customer("receivable", fact.receivable),
        )

    def _recovery(self, fact: Recovery) -> _Posting:
        chart, amount = self._chart, fact.amount
        rows = (
            (chart.receivable, amount),
            (chart.allowance, -amount),
            (chart.unapplied_cash, amount),
            (chart.receivable, -amount),
        )
        customer = self._customer("receipt", fact.receipt)
        return _Posting("recovery.recovered", rows, customer)

    def _claim(self, fact: Claim | ClaimReversal | ClaimSettlement) -> _Posting:
        if isinstance(fact, Claim):
            self._claims[number_key(fact.number)] = fact
            rule, rows = f"claim.{fact.treatment}", claimed_rows(self._chart, fact, fact.amount)
            return _Posting(rule, rows, fact.funder, fact.contract)
        claim = self._claims.get(number_key(fact.claim))
        if claim is None:
            raise _not_before(f"claim {fact.claim}")
        if isinstance(fact, ClaimReversal):
            rule, rows = "claim_reversal.mirrored", claimed_rows(self._chart, claim, -fact.amount)
        else:
            rule, rows = "claim_settlement.settled", settled_rows(self._chart, claim, fact)
        return _Posting(rule, rows, claim.funder, claim.contract)

    def _rebate(self, fact: RebateFact) -> _Posting:
        if isinstance(fact, RebateClawBack):
            self._claw_backs.add(number_key(fact.number))
        rule = {
            "rebate_accrual": "rebate_accrual.accrued",
            "rebate_settlement": "rebate_settlement.settled",
        }.get(fact.kind, "rebate_claw_back.owed")
        return _Posting(rule, rebate_rows(self._chart, fact), fact.customer, fact.agreement)

    @staticmethod
    def _pair(
        rule: str, debit: Account, credit: Account, *, amount: Money, customer: str = ""
    ) -> _Posting:
        return _Posting(rule, ((debit, amount), (credit, -amount)), customer)

    def _customer(self, kind: str, number: str) -> str:
        found = self._customers.get((kind, number_key(number)))
        if found is None:
            raise _not_before(f"{kind} {number}")
        return found

    def _mirror(self, fact: Reversal) -> JournalEntry:
        original = self._settled.get(number_key(fact.reverses))
        if original is None:
            raise _not_before(fact.reverses)
        lines = tuple(line.mirrored() for line in original.lines)
        return _entry(fact, "reversal.mirrored", lines)


def _not_before(what: str) -> NotFound:
    return NotFound(
        "journal.unknown_fact",
        f"{what} is not among the facts before it; post the facts of a ledger from the first on",
        missing=what,
    )


def _lines(posting: _Posting) -> tuple[JournalLine, ...]:
    return tuple(
        JournalLine(
            account=account,
            debit=amount if amount.amount > 0 else None,
            credit=-amount if amount.amount < 0 else None,
            customer=posting.customer,
            contract=posting.contract,
        )
        for account, amount in posting.rows
        if amount.amount
    )


def _entry(fact: Fact, rule_code: str, lines: tuple[JournalLine, ...]) -> JournalEntry:
    rule = RULES[rule_code]
    words = {name: value for name, value in fact if isinstance(value, str)}
    return JournalEntry(
        number=f"{fact.kind}/{fact.number}",
        on=fact.on,
        fact_kind=fact.kind,
        fact=fact.number,
        rule=rule.code,
        rule_version=rule.version,
        lines=lines,
        memo=rule.words(**words),
    )
