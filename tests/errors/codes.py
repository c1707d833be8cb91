"""Every error code in the source of ``cpq`` and ``revenue``, found by reading the syntax tree.

A code is what a refusal, a finding or a function that makes one is called with. Where it is put
together as it runs, ``COMPOSED`` says what it can become; where it is handed on, ``PASSED_ON``.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from revenue import ReceivablesLedger
from tests.errors.registry import ROOT

SAYS: dict[str, int | str] = {
    **dict.fromkeys(("Invalid", "NotFound", "Refused", "Conflict", "Unreadable", "Unavailable"), 0),
    **dict.fromkeys(
        ("DomainError", "find", "finish", "_find", "_finding", "_failure", "refused", "kind"), 0
    ),
    **dict.fromkeys(("Finding", "refuse_if"), "code"),
    "remark": 0,
    "problems": "otherwise",
    "_differing": 0,
    "_refuse": 1,
}
"""Who is called with a code, and as which argument: its place, or its name."""

_TAKING = (
    *("application", "adjustment", "debtor_change", "identification", "refund"),
    *("retention_release", "write_off", "recovery"),
)
"""Kinds of facts that take from documents."""

_EXCEEDED = (
    *("application.exceeds_open", "application.exceeds_receipt"),
    *("application.exceeds_credit_note", "application.exceeds_payable"),
    *("adjustment.exceeds_open", "adjustment.exceeds_receipt", "debtor_change.exceeds_open"),
    *("identification.exceeds_receipt", "refund.exceeds_receipt", "refund.exceeds_credit_note"),
    *("retention_release.exceeds_retention", "write_off.exceeds_open"),
    *("recovery.exceeds_write_off", "recovery.exceeds_receipt"),
)
"""What takes more than is left: which fact, and of what."""

COMPOSED: dict[tuple[str, str], tuple[str, ...]] = {
    ("cpq/catalogue/check.py", "f'{kind}.unknown'"): (
        *("unit.unknown", "category.unknown", "product.unknown"),
        *("tax_code.unknown", "price_book.unknown", "customer.unknown"),
    ),
    ("cpq/margin/judge.py", "f'floor.{_REASONS[breach.missing]}'"): (
        *("floor.below", "floor.cost_unknown", "floor.rate_unknown", "floor.unit_incompatible"),
    ),
    ("cpq/lint/broken.py", "each.code"): ("lint.below_cost", "lint.below_floor"),
    ("cpq/lint/floors.py", "kind"): (*("lint.no_cost", "lint.no_rate", "lint.other_unit"),),
    ("cpq/history/guard.py", "f'history.{reason}'"): (
        *("history.above_last", "history.below_last", "history.below_p10", "history.not_compared"),
    ),
    ("cpq/adapters/templates.py", "code"): ("template.no_annex",),
    ("cpq/replay/difference.py", "code"): ("replay.differs", "verify.data_differs"),
    ("cpq/adapters/doctor.py", "code"): (
        *("pdf.no_weasyprint", "pdf.no_pango", "pdf.no_chinese", "pdf.no_harfbuzz_subset"),
        *("pdf.probe_failed", "pdf.ready"),
    ),
    ("cpq/adapters/sql.py", "f'store.{reason}'"): (
        *("store.busy", "store.read_only", "store.io_error", "store.full", "store.cannot_open"),
        *("store.not_permitted", "store.corrupt", "store.constraint", "store.unreachable"),
        *("store.login_refused", "store.no_database", "store.no_schema", "store.failed"),
    ),
    ("revenue/fulfilment.py", "f'{noun}.too_early'"): (
        "delivery.too_early",
        "acceptance.too_early",
    ),
    ("revenue/ledger/taking.py", "f'{kind}.unknown'"): (
        *("receivable.unknown", "receipt.unknown", "credit_note.unknown", "payable.unknown"),
        *("retention.unknown", "write_off.unknown"),
    ),
    ("revenue/ledger/taking.py", "f'{kind}.currency_mismatch'"): tuple(
        f"{kind}.currency_mismatch" for kind in _TAKING
    ),
    ("revenue/ledger/taking.py", "f'{fact.kind}.advance_with_tax'"): (
        *("adjustment.advance_with_tax", "recovery.advance_with_tax"),
    ),
    ("revenue/ledger/taking.py", "f'{kind}.other_customer'"): (
        *("application.other_customer", "recovery.other_customer"),
    ),
    ("revenue/ledger/taking.py", "f'{fact.kind}.same_customer'"): (
        *("debtor_change.same_customer", "identification.same_customer"),
    ),
    ("revenue/ledger/taking.py", "f'{fact.kind}.out_of_date'"): tuple(
        f"{kind}.out_of_date" for kind in _TAKING
    ),
    ("revenue/ledger/taking.py", "f'{fact.kind}.difference_not_valued'"): (
        *("application.difference_not_valued", "adjustment.difference_not_valued"),
    ),
    ("revenue/ledger/taking.py", "f'{fact.kind}.{reason}'"): _EXCEEDED,
    ("revenue/adapters/balances.py", "f'{fact.kind}.{_EXCESS[kind]}'"): _EXCEEDED,
    ("revenue/ledger/billing.py", "f'{fact.kind}.not_booked'"): (
        *("delivery.not_booked", "invoice.not_booked", "credit_note.not_booked"),
        "receivable.not_booked",
    ),
    ("revenue/ledger/notes.py", "f'{kind}.unknown'"): (
        *("credit_hold.unknown", "risk_record.unknown"),
    ),
    ("revenue/ledger/notes.py", "f'{fact.kind}.ended_already'"): (
        *("hold_release.ended_already", "risk_record_withdrawal.ended_already"),
    ),
    ("revenue/ledger/notes.py", "f'{fact.kind}.other_customer'"): (
        *("reminder.other_customer", "dunning_block.other_customer"),
    ),
    ("revenue/ledger/series.py", "f'{fact.kind}.too_early'"): (
        *(f"{kind}.too_early" for kind in _TAKING),
        *("reversal.too_early", "receivable.too_early", "credit_note.too_early"),
        "invoice.too_early",
        *("revaluation.too_early", "period_reopening.too_early", "hold_release.too_early"),
        *("write_off_proposal.too_early", "write_off_decision.too_early"),
        "risk_record_withdrawal.too_early",
        *("claim_reversal.too_early", "claim_settlement.too_early", "receipt.too_early"),
    ),
    ("revenue/ledger/claims.py", "f'{fact.kind}.other_claim'"): (
        *("claim_reversal.other_claim", "claim_settlement.other_claim"),
    ),
    ("revenue/ledger/claims.py", "f'{fact.kind}.out_of_date'"): (
        *("claim.out_of_date", "claim_reversal.out_of_date"),
    ),
    ("revenue/ledger/rules.py", "f'receivable.{reason}'"): (
        "receivable.currency_mismatch",
        "receivable.other_customer",
        "receivable.exceeds_invoice",
    ),
    ("revenue/adapters/documents.py", "f'{noun}.unknown'"): (
        "quote.unknown",
        "contract.unknown",
        "order.unknown",
    ),
    ("revenue/adapters/documents.py", "f'{noun}.number_taken'"): (
        "contract.number_taken",
        "order.number_taken",
    ),
    ("revenue/adapters/doubts.py", "f'store.{reason}'"): (
        *("store.altered_row", "store.orphan_row", "store.corrupt_document"),
        *("store.missing_row", "store.chain_broken", "store.broken_rule"),
    ),
}

PASSED_ON = {
    ("cpq/bom/formula.py", "error.code"),
    ("cpq/bom/misfits.py", "error.code"),
    ("cpq/bom/soundness.py", "code"),
    ("cpq/configuration/configure.py", "code"),
    ("cpq/configuration/judge.py", "code"),
    ("cpq/adapters/problems.py", "said[1] if said else otherwise"),
    ("cpq/kernel/errors.py", "code"),
    ("cpq/kernel/money/amount.py", "error.code"),
    ("cpq/kernel/money/currency.py", "error.code"),
    ("cpq/catalogue/check.py", "error.code"),
    ("cpq/pricing/answers.py", "draft"),
    ("cpq/pricing/plain.py", "draft"),
    ("cpq/pricing/unit.py", "draft"),
    ("cpq/lint/broken.py", "each"),
    ("cpq/pricing/__init__.py", "draft"),
    ("cpq/adapters/asked_deal.py", "code"),
    ("cpq/adapters/coupon_cli.py", "code"),
    ("cpq/adapters/coupon_rows.py", "error.code"),
    ("cpq/coupon/kept.py", "code"),
    ("cpq/coupon/register.py", "code"),
    ("cpq/simulation/__init__.py", "error.code"),
    ("cpq/approval/decision.py", "code"),
    ("cpq/kernel/expression/compiled.py", "code"),
    ("cpq/kernel/expression/model.py", "error.code"),
    ("cpq/kernel/expression/model.py", "code"),
    ("cpq/kernel/expression/source.py", "code"),
    ("cpq/pricing/draft.py", "error.code"),
    ("cpq/adapters/doctor.py", "error.code"),
    ("cpq/adapters/press.py", "findings[0].code"),
    ("cpq/adapters/compare_html.py", "each"),
    ("cpq/replay/replayed.py", "error.code"),
    ("cpq/adapters/render_job.py", "self.code"),
    ("cpq/adapters/renderer.py", "code"),
    ("cpq/adapters/rows.py", "code"),
    ("cpq/adapters/rows.py", "error.code"),
    ("revenue/adapters/bank/source.py", "code"),
    ("revenue/credit/judge.py", "code"),
    ("revenue/posting/position.py", "code"),
    ("revenue/verification.py", "code"),
}
"""Arguments that hold a code said elsewhere, or that are no code at all."""


class Said(NamedTuple):
    """An argument that should be a code: where it stands, and its text in the source."""

    file: str
    line: int
    argument: ast.expr

    @property
    def key(self) -> tuple[str, str]:
        return self.file, ast.unparse(self.argument)

    @property
    def literal(self) -> str | None:
        value = self.argument.value if isinstance(self.argument, ast.Constant) else None
        return value if isinstance(value, str) else None


@cache
def said() -> tuple[Said, ...]:
    """Every argument that should be a code."""
    found = []
    for package in ("cpq", "revenue"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith("revenue/testing/"):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found += [Said(name, call.lineno, argument) for call, argument in _arguments(tree)]
    return tuple(found)


def promised() -> Iterator[tuple[str, str]]:
    """Every code that a docstring or a page of the docs names, with its file."""
    nouns = {code.partition(".")[0] for code in codes()}
    files = [path for package in ("cpq", "revenue") for path in (ROOT / package).rglob("*.py")]
    for path in sorted([*files, *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]):
        for noun, reason in _NAMED.findall(path.read_text(encoding="utf-8")):
            if noun in nouns and reason not in _SUFFIXES and not _is_of_ledger(noun, reason):
                yield path.relative_to(ROOT).as_posix(), f"{noun}.{reason}"


def _is_of_ledger(noun: str, reason: str) -> bool:
    """Whether it is a verb of the ledger, such as ``ledger.apply``, and no code."""
    return noun == "ledger" and hasattr(ReceivablesLedger, reason)


_NAMED = re.compile(r"(?<!`)``?([a-z_]+)\.([a-z_]+)``?(?!`)")
_SUFFIXES = {"json", "toml", "csv", "html", "css", "py"}


def _arguments(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        place = SAYS.get(ast.unparse(call.func).rpartition(".")[2])
        if isinstance(place, int) and len(call.args) > place:
            yield call, call.args[place]
        elif isinstance(place, str):
            yield from ((call, each.value) for each in call.keywords if each.arg == place)


def codes() -> frozenset[str]:
    """Every code that the source can say."""
    whole = {each.literal for each in said() if each.literal and "." in each.literal}
    return frozenset(whole).union(*COMPOSED.values())


def unexplained() -> list[str]:
    """Arguments that are neither a code nor said by a table here to be one."""
    return [
        f"{each.file}:{each.line}: {ast.unparse(each.argument)}"
        for each in said()
        if each.literal is None and each.key not in COMPOSED and each.key not in PASSED_ON
    ]


def outdated() -> list[tuple[str, str]]:
    """Rows of the tables here that no longer stand in the source."""
    keys = {each.key for each in said()}
    return sorted({*COMPOSED, *PASSED_ON} - keys)


def halves() -> list[str]:
    """Reasons without a noun, whose code is in no composition of their file."""
    return [
        f"{each.file}:{each.line}: {each.literal}"
        for each in said()
        if each.literal
        and "." not in each.literal
        and not any(
            code.endswith(f".{each.literal}")
            for (file, _), composed in COMPOSED.items()
            for code in composed
            if file == each.file
        )
    ]
