"""Provisions and write-offs: rates, histories, allowances, proposals, tax relief."""

from datetime import date, timedelta
from pathlib import Path

from cpq.kernel.errors import Finding
from revenue import Receipt, Receivable, ReceivablesLedger
from revenue.adapters.provision_file import read_matrix
from revenue.provision import (
    ApproverRole,
    EvidenceRule,
    HistoryPolicy,
    IndividualAssessment,
    WriteOffAuthority,
    WriteOffRule,
    allowance_movement,
    back_test,
    charge_to,
    check_allowance,
    check_proposal,
    decide_write_off,
    expected_loss,
    loss_rate,
    observe_losses,
    post_write_off,
    propose_write_off,
    provision_matrix,
    relief_on,
    tax_relief,
)
from revenue.writeoff import AllowanceCharge, WriteOffProposal
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, cny, untouched

LATER = date(2027, 6, 30)
MATRIX = provision_matrix("2026", {"": ("1%", "10%")}, buckets=(0,))
POLICY = HistoryPolicy(buckets=(0,), lost_after=90)
AUTHORITY = WriteOffAuthority(
    roles=(
        ApproverRole(role="sales head", people=("Li",), limits=(cny("50"),)),
        ApproverRole(role="CFO", people=("Wang",), unlimited=True),
    ),
    evidence=(EvidenceRule(reason="insolvent", any_of=("court order",)),),
)


def owed(*amounts: str) -> ReceivablesLedger:
    """Debts of C-1, due on the day."""
    return ReceivablesLedger().record(
        *(
            Receivable(number=f"AR-{n}", customer="C-1", on=DAY, due_on=DAY, amount=cny(amount))
            for n, amount in enumerate(amounts, start=1)
        )
    )


def proposed(ledger: ReceivablesLedger, *, by: str = "Chen") -> ReceivablesLedger:
    """With a proposal for AR-1 of the day."""
    return ledger.record(proposal(ledger, by=by))


def proposal(ledger: ReceivablesLedger, *, by: str = "Chen") -> WriteOffProposal:
    return propose_write_off(
        ledger, "AR-1", number="WP-1", on=DAY, reason="gone", by=by, authority=AUTHORITY
    )


def decided(
    ledger: ReceivablesLedger, *, by: str = "Wang", on: date = DAY, approved: bool = True
) -> ReceivablesLedger:
    """With a decision on WP-1."""
    return ledger.record(
        decide_write_off(
            ledger,
            "WP-1",
            approved=approved,
            number=f"WD-{len(ledger.facts)}",
            on=on,
            by=by,
            authority=AUTHORITY,
        )
    )


# --- rates ----------------------------------------------------------------------------------------


@reproduces(
    "provision.rate_invalid",
    en="A loss rate lies outside 0% to 100%.",
    zh="损失率不在 0% 到 100% 之间。",
    do="Write a percentage with its sign, as `8.7%`; a number without it is a fraction.",
    names=("12", "8.7%"),
)
def a_rate_of_twelve_times_the_debt() -> None:
    loss_rate("12")


@reproduces(
    "provision.rates_fall",
    en="A rate is lower than that of a younger bucket; what is older is not safer.",
    zh="较长账龄的损失率低于较短账龄；账龄越长风险不会越低。",
    do="Look at the two buckets that are named: mostly their rates are swapped.",
    names=("10.6%", "bucket 0", "0.3%", "bucket 91+", "swapped"),
)
def two_rates_that_are_swapped() -> None:
    provision_matrix("2026", {"": ("10.6%", "1.6%", "3.6%", "6.6%", "0.3%")})


@reproduces(
    "provision.rates_missing",
    en="A segment has more or fewer rates than the matrix has buckets.",
    zh="某分组的损失率个数与账龄区间个数不同。",
    do="Give one rate for each bucket that the message names.",
    names=("2 rates", "5 buckets"),
)
def two_rates_for_five_buckets() -> None:
    provision_matrix("2026", {"": ("1%", "2%")})


@reproduces(
    "provision.segment_twice",
    en="A matrix has two rows, or two overlays, for one segment.",
    zh="准备矩阵中同一分组出现两次。",
    do="Keep one of the two.",
    names="'retail'",
)
def one_segment_with_two_rows() -> None:
    row = {"segment": "retail", "rates": ("1%", "10%")}
    fields = {"name": "x", "buckets": (0,), "segments": (row, row)}
    type(MATRIX).model_validate(fields)


@reproduces(
    "provision.segment_unknown",
    en="A customer is in a segment for which the matrix has no rates.",
    zh="客户所属分组在准备矩阵中没有损失率。",
    do="Add the segment to the matrix, or correct the customer's segment.",
    names=("'D'", "2026"),
)
def a_customer_of_an_unknown_segment() -> None:
    ledger = owed("100")
    with untouched(ledger):
        expected_loss(ledger, MATRIX, as_of=LATER, segments={"C-1": "D"})


@reproduces(
    "provision.other_ageing",
    en="The ageing is of another day, or has other buckets, than the matrix needs.",
    zh="账龄表的日期或区间与准备矩阵不一致。",
    do="Age what is open on that day with the buckets of the matrix.",
    names=("0, 1-30, 31-60, 61-90, 91+", "0, 1+"),
)
def an_ageing_with_other_buckets() -> None:
    expected_loss(owed("100").ageing(as_of=LATER), MATRIX, as_of=LATER)


@reproduces(
    "provision.assessed_twice",
    en="A customer has two individual assessments that differ.",
    zh="同一客户有两项不同的单项计提。",
    do="Keep one of them.",
    names="C-1",
)
def a_customer_assessed_twice() -> None:
    one = IndividualAssessment(customer="C-1", rate="50%", reason="sued")
    expected_loss(
        owed("100"), MATRIX, as_of=LATER, individual=[one, one.with_(rate=loss_rate("60%"))]
    )


# --- histories ------------------------------------------------------------------------------------


@reproduces(
    "provision.ends_too_early",
    en="A history counts as lost what the last bucket has not even begun to hold.",
    zh="lost_after 早于最后一个账龄区间的起点。",
    do="Give at least as many days as the last bucket begins after.",
    names=("30 days", "90"),
)
def a_history_that_ends_before_its_last_bucket() -> None:
    HistoryPolicy(lost_after=30)


@reproduces(
    "provision.no_history",
    en="No receivable was due long enough ago for its end to be known.",
    zh="没有到期时间足够长、结果已知的应收款。",
    do="Ask for a later day, or let `lost_after` be shorter.",
    names=("CNY", "90 days", "2026-12-02"),
)
def a_history_of_one_day() -> None:
    observe_losses(owed("100"), POLICY, as_of=DAY + timedelta(days=1), currency="CNY")


@reproduces(
    "provision.unobserved",
    en="Nothing was ever in this bucket; its rate is that of a neighbour or of all segments.",
    zh="没有应收款经过该账龄区间；其损失率取自相邻区间或全部分组。",
    do="Say whether that rate is right for it, and give another one where it is not.",
    names=("100%", "neighbour"),
)
def a_bucket_that_nothing_entered() -> tuple[Finding, ...]:
    ledger = owed("100").write_off("AR-1", number="W", on=DAY, reason="gone", approved_by="Wang")
    return observe_losses(ledger, POLICY, as_of=LATER, currency="CNY").findings


@reproduces(
    "provision.thin",
    en="A rate rests on fewer receivables than the policy calls enough.",
    zh="损失率所依据的应收款笔数太少。",
    do="Look further back, or smooth it with the rate of all segments.",
    names=("1 receivables", "30"),
)
def a_rate_that_rests_on_one_receivable() -> tuple[Finding, ...]:
    return observe_losses(owed("100"), POLICY, as_of=LATER, currency="CNY").findings


@reproduces(
    "provision.pooled",
    en="Observed rates fell with age; these buckets got one rate, their mean by amount.",
    zh="观察到的损失率随账龄下降；这些区间按金额加权合并为一个损失率。",
    do="Nothing has to be done; the observed rate stands beside the one that is used.",
    names=("0, 1+", "observed 50%", "used 33.33%"),
)
def a_history_whose_rates_fall() -> tuple[Finding, ...]:
    ledger = owed("100", "100").write_off(
        "AR-1", number="W", on=DAY, reason="gone", approved_by="Wang"
    )
    books = paid_late(ledger)
    return observe_losses(books, POLICY, as_of=LATER, currency="CNY").findings


def paid_late(ledger: ReceivablesLedger) -> ReceivablesLedger:
    """AR-2 is paid a month late."""
    on = DAY + timedelta(days=30)
    cash = {"number": "R", "customer": "C-1", "on": on, "amount": cny("100")}
    return ledger.record(Receipt.model_validate(cash)).apply("R", to="AR-2", number="A", on=on)


@reproduces(
    "provision.day_not_past",
    en="A back-test is asked about a day that does not lie before the day it looks from.",
    zh="回溯检验的日期不早于观察日期。",
    do="Give days of the past.",
    names="2027-06-30",
)
def a_back_test_of_today() -> None:
    back_test(owed("100"), POLICY, days=[LATER], as_of=LATER, currency="CNY")


# --- allowance ------------------------------------------------------------------------------------


@reproduces(
    "allowance.other_day",
    en="An expected loss of one day would be charged on another.",
    zh="预期信用损失的日期与计提日期不同。",
    do="Date the charge that day, or reckon the loss of the day of the charge.",
    names=("2027-06-30", "2027-07-01", "P-1"),
)
def a_charge_of_another_day() -> None:
    loss = expected_loss(owed("100"), MATRIX, as_of=LATER)
    charge_to(owed("100"), loss, number="P-1", on=LATER + timedelta(days=1), reason="half year")


@reproduces(
    "allowance.rate_missing",
    en="An allowance in one currency is asked for in another, and no rate is given.",
    zh="需要以另一币种计量坏账准备，但没有给出汇率。",
    do="Give the rate of that currency.",
    names=("CNY", "EUR"),
)
def an_allowance_in_another_currency() -> None:
    allowance_movement(owed("100"), currency="CNY", as_of=LATER, book="EUR")


def allowed(amount: str) -> AllowanceCharge:
    return AllowanceCharge(number="P-1", on=DAY, amount=cny(amount), reason="year end")


@reproduces(
    "allowance.exceeds_gross",
    en="The allowance is higher than all that is open.",
    zh="坏账准备超过应收余额。",
    do="Release what is too much.",
    names=("150.00 CNY", "100.00 CNY"),
)
def an_allowance_above_what_is_open() -> tuple[Finding, ...]:
    return check_allowance(owed("100").record(allowed("150")), as_of=LATER)


@reproduces(
    "allowance.below_zero",
    en="More was written off than the allowance held.",
    zh="核销金额超过坏账准备（借方余额）。",
    do="Charge the difference with the next expected loss.",
    names="40.00 CNY",
)
def an_allowance_that_is_used_up() -> tuple[Finding, ...]:
    ledger = owed("100").write_off(
        "AR-1", number="W", on=DAY, reason="gone", approved_by="Wang", amount=cny("40")
    )
    return check_allowance(ledger)


# --- write-offs -----------------------------------------------------------------------------------


@reproduces(
    "write_off_authority.role_twice",
    en="The authority of write-offs names a role, or the evidence of a reason, twice.",
    zh="核销权限中同一角色或同一原因出现两次。",
    do="Keep one of the two.",
    names="'cfo'",
)
def an_authority_with_two_chiefs() -> None:
    role = ApproverRole(role="CFO", people=("Wang",), unlimited=True)
    WriteOffAuthority(roles=(role, role))


@reproduces(
    "write_off_rule.no_condition",
    en="A rule for writing off does not say when it holds.",
    zh="核销规则没有条件。",
    do="Give `months_overdue`, `marked` or `amount_max`.",
    names=("'whatever'", "months_overdue"),
)
def a_rule_that_always_holds() -> None:
    WriteOffRule(reason="whatever")


@reproduces(
    "write_off_proposal.incomplete",
    en="A proposal lacks what its approval needs; `findings` has one entry for each.",
    zh="核销申请缺少审批所需内容；每项各有一条 finding。",
    do="Go through the findings.",
    names=("WP-1", "court order"),
)
def a_proposal_without_evidence() -> None:
    ledger = owed("100")
    with untouched(ledger):
        propose_write_off(
            ledger,
            "AR-1",
            number="WP-1",
            on=DAY,
            reason="insolvent",
            by="Chen",
            authority=AUTHORITY,
        )


@reproduces(
    "write_off_proposal.evidence_missing",
    en="The reason of a proposal wants evidence that it does not show.",
    zh="核销原因要求的证据没有提供。",
    do="Add a line `kind: reference` to its evidence.",
    names=("WP-1", "'insolvent'", "court order"),
)
def evidence_that_is_missing() -> tuple[Finding, ...]:
    asked = proposal(owed("100")).with_(reason="insolvent")
    return check_proposal(asked, AUTHORITY)


@reproduces(
    "write_off_proposal.no_approver",
    en="Nobody but the proposer may approve so much.",
    zh="除申请人外无人有权批准该金额。",
    do="Give a role a higher limit, or another person.",
    names=("Wang", "100.00 CNY"),
)
def a_proposal_of_the_only_one_who_may() -> tuple[Finding, ...]:
    asked = proposal(owed("100")).with_(by="Wang")
    return check_proposal(asked, AUTHORITY)


@reproduces(
    "write_off_proposal.pending",
    en="Another proposal for the receivable waits.",
    zh="该应收已有尚未完结的核销申请。",
    do="Decide on that one, and post it, first.",
    names=("AR-1", "WP-1"),
)
def two_proposals_for_one_receivable() -> None:
    proposal(proposed(owed("100")))


@reproduces(
    "write_off_proposal.nothing_open",
    en="Nothing of the receivable is open.",
    zh="该应收已无未清金额。",
    do="Nothing is left to give up.",
    names=("AR-1", "2026-12-01"),
)
def a_proposal_for_what_is_gone() -> None:
    ledger = owed("100").write_off("AR-1", number="W", on=DAY, reason="gone", approved_by="Wang")
    proposal(ledger)


@reproduces(
    "write_off_proposal.exceeds_open",
    en="A proposal gives up more than is open.",
    zh="核销申请金额超过未清金额。",
    do="Propose at most what is open.",
    names=("100.01 CNY", "100.00 CNY"),
)
def a_proposal_of_a_cent_too_much() -> None:
    propose_write_off(
        owed("100"),
        "AR-1",
        number="WP-1",
        on=DAY,
        reason="gone",
        by="Chen",
        authority=AUTHORITY,
        amount=cny("100.01"),
    )


@reproduces(
    "write_off_proposal.unknown",
    en="No write-off proposal has this number.",
    zh="没有该编号的核销申请。",
    do="Record it first, or correct the number.",
    names="'WP-9'",
)
def a_proposal_that_nobody_made() -> None:
    post_write_off(owed("100"), "WP-9", number="W", on=DAY)


@reproduces(
    "write_off_proposal.not_approved",
    en="Only an approved proposal is posted.",
    zh="核销申请未经批准，不能入账。",
    do="Let another person decide on it.",
    names=("WP-1", "proposed"),
)
def a_proposal_posted_before_its_decision() -> None:
    post_write_off(proposed(owed("100")), "WP-1", number="W", on=DAY)


@reproduces(
    "write_off_proposal.already_posted",
    en="A proposal is posted once.",
    zh="核销申请已入账。",
    do="Propose anew where more is to be given up.",
    names=("WP-1", "W-1"),
)
def a_proposal_posted_twice() -> None:
    ledger = decided(proposed(owed("100")))
    ledger = ledger.record(post_write_off(ledger, "WP-1", number="W-1", on=DAY))
    post_write_off(ledger, "WP-1", number="W-2", on=DAY)


@reproduces(
    "write_off_proposal.too_early",
    en="A step of a write-off is dated before the one that it needs.",
    zh="核销流程中某一步的日期早于其前一步。",
    do="Date it that day or later.",
    names=("2027-06-30", "2026-12-01"),
)
def a_write_off_before_its_approval() -> None:
    ledger = decided(proposed(owed("100")), on=LATER)
    post_write_off(ledger, "WP-1", number="W", on=DAY)


@reproduces(
    "write_off_decision.decided",
    en="A proposal is decided on once.",
    zh="核销申请已经审批。",
    do="Propose anew where the decision was wrong.",
    names=("WP-1", "Wang"),
)
def two_decisions_on_one_proposal() -> None:
    decided(decided(proposed(owed("100"))))


@reproduces(
    "write_off_decision.too_early",
    en="A decision is dated before its proposal.",
    zh="审批日期早于申请日期。",
    do="Date it the day of the proposal or later.",
    names=("WP-1", "2026-12-01", "2026-11-30"),
)
def a_decision_before_its_proposal() -> None:
    decided(proposed(owed("100")), on=DAY - timedelta(days=1))


@reproduces(
    "write_off_decision.own_proposal",
    en="Whoever proposed a write-off decides on it.",
    zh="申请人不能审批自己的核销申请。",
    do="Let another person decide (four eyes).",
    names=("Wang", "WP-1", "another person"),
)
def a_decision_of_the_proposer() -> None:
    decided(proposed(owed("50"), by="Wang"))


@reproduces(
    "write_off_decision.no_role",
    en="The person has no role that decides on write-offs.",
    zh="该人员没有核销审批权限。",
    do="Let somebody in one of the named roles decide.",
    names=("Sun", "sales head", "CFO"),
)
def a_decision_of_anybody() -> None:
    decided(proposed(owed("100")), by="Sun")


@reproduces(
    "write_off_decision.above_limit",
    en="The amount exceeds what the person's role may give up.",
    zh="金额超过该人员的审批限额。",
    do="Let one of the roles that are named decide.",
    names=("50.01 CNY", "Li", "CFO"),
)
def a_decision_above_the_limit() -> None:
    decided(proposed(owed("50.01")), by="Li")


@reproduces(
    "tax_relief.unknown",
    en="No tax relief that ships has this name.",
    zh="没有该名称的税收冲减政策。",
    do="Name one that is listed, or make a `TaxRelief` of your own.",
    names=("'FR'", "DE-USTG-17"),
)
def a_law_that_does_not_ship() -> None:
    tax_relief("FR")


@reproduces(
    "tax_relief.tax_unknown",
    en="The receivable does not say what tax is inside, so none can be relieved.",
    zh="应收款未注明税额，无法冲减。",
    do="Give its tax, or write it off without relief.",
    names=("AR-1", "DE-USTG-17"),
)
def relief_of_an_unknown_tax() -> None:
    relief_on(owed("100"), "AR-1", cny("100"), on=LATER, policy=tax_relief("DE-USTG-17"))


# --- files ----------------------------------------------------------------------------------------


def matrix_file(folder: Path, text: str) -> Path:
    place = folder / "matrix.toml"
    place.write_text(text, encoding="utf-8")
    return place


@reproduces(
    "provision_file.invalid",
    en="A matrix file or a write-off file has fields that are wrong; `findings` names each.",
    zh="准备矩阵文件或核销权限文件有错误字段；每个字段各有一条 finding。",
    do="Go through the findings; each names its field.",
    names=("matrix.toml", "segment"),
)
def a_matrix_file_without_rates(folder: Path) -> None:
    read_matrix(matrix_file(folder, 'name = "2026"\n'))


@reproduces(
    "provision_file.field",
    en="A field of a matrix file or a write-off file is missing or wrong.",
    zh="准备矩阵文件或核销权限文件的字段缺失或有误。",
    do="Write the field as the message says.",
    names=("segment", "missing"),
)
def a_matrix_file_with_a_missing_field(folder: Path) -> None:
    read_matrix(matrix_file(folder, 'name = "2026"\n'))


@reproduces(
    "provision_file.two_segments",
    en="A matrix file puts a customer into two segments.",
    zh="准备矩阵文件把同一客户放入两个分组。",
    do="Keep the customer in one.",
    names=("C-1", "'a'", "'b'"),
)
def a_customer_in_two_segments(folder: Path) -> None:
    rows = "".join(
        f'[[segment]]\nname = "{name}"\nrates = ["1%", "2%"]\ncustomers = ["C-1"]\n'
        for name in "ab"
    )
    read_matrix(matrix_file(folder, f'name = "2026"\nbuckets = [0]\n{rows}'))
