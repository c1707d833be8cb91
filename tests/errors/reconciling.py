"""The reconciliation workbench: what a person decides, and the files it reads."""

from pathlib import Path

from revenue import ReceivablesLedger
from revenue.adapters.reconcile_cli import confirming, waiting
from revenue.application import Application
from revenue.matching import Match
from revenue.reconcile import assign, confirm, reconcile, take_back
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, cny, open_debt, owed, paid, store_at, untouched


def nobodys() -> ReceivablesLedger:
    """As ``open_debt``, and R-9 of an unknown payer brought the 300.00 CNY that AR-1 owes."""
    return open_debt().record(paid("R-9", "300.00").with_(customer="", reference="AR-1"))


def matched(ledger: ReceivablesLedger) -> Match:
    """What the matcher says of R-9."""
    (found,) = (
        row.match
        for row in reconcile(ledger, on=DAY).lines
        if row.match is not None and row.match.payment.number == "R-9"
    )
    return found


def books(folder: Path) -> str:
    """The URL of a store that holds ``open_debt``."""
    with store_at(folder) as store, store.unit() as deals:
        deals.record(*open_debt().facts)
    return f"sqlite:///{folder}/deals.db"


@reproduces(
    "reconcile.no_candidate",
    en="A candidate was chosen that the match does not have.",
    zh="所选候选不存在。",
    do="Choose one of those shown, or assign the receivables by hand.",
    names=("R-9", "number 9"),
)
def a_candidate_that_is_not_there() -> None:
    ledger = nobodys()
    confirm(ledger, matched(ledger), on=DAY, by="Li", choice=9)


@reproduces(
    "reconcile.exceeds_free",
    en="A candidate takes more of a receipt than is free: it was used meanwhile.",
    zh="候选金额超过收款可用余额。",
    do="Match it again and choose anew.",
    names=("300.00 CNY", "R-9", "299.00 CNY"),
)
def confirming_what_was_used() -> None:
    ledger = nobodys()
    match = matched(ledger)
    used = assign(ledger.record(owed("AR-2")), "R-9", {"AR-2": cny("1.00")}, on=DAY, by="Li")
    with untouched(used):
        confirm(used, match, on=DAY, by="Wang")


@reproduces(
    "reconcile.nothing_to_assign",
    en="Nothing is free of the receipt, or nothing is open of what is named.",
    zh="没有可核销的金额。",
    do="Look at the balances; take back what was assigned wrongly.",
    names=("R-1", "AR-1"),
)
def assigning_what_is_paid() -> None:
    whole = Application(
        number="A-1", receipt="R-1", receivable="AR-1", amount=cny("300.00"), on=DAY
    )
    assign(open_debt().record(whole), "R-1", {"AR-1": None}, on=DAY, by="Li")


@reproduces(
    "reconcile.nothing_to_take_back",
    en="The receipt settled nothing that stands.",
    zh="该收款没有可反核销的核销。",
    do="Nothing is left to do.",
    names="R-1",
)
def taking_nothing_back() -> None:
    take_back(open_debt(), "R-1", number="X-1", on=DAY, reason="wrong customer")


@reproduces(
    "reconcile.nothing_waits",
    en="The receipt to be confirmed does not wait: nothing of it is free, or it is an advance.",
    zh="该收款无待处理余额，或为预收款。",
    do="Nothing is left to do; an advance is applied with `assign`.",
    names="R-2",
)
def confirming_an_advance(folder: Path) -> None:
    url = books(folder)
    with store_at(folder) as store, store.unit() as deals:
        deals.record(paid("R-2").with_(advance=True))
    confirming("R-2", store=url, by="Li", on="2026-12-01")


@reproduces(
    "matching.bad_rules",
    en="A file of matching rules cannot be read, or holds a field that is wrong.",
    zh="匹配规则文件无法读取，或字段有误。",
    do="Write the fields of `MatchPolicy` as TOML.",
    names=("rules.toml", "subset_most"),
)
def rules_with_a_typo(folder: Path) -> None:
    file = folder / "rules.toml"
    file.write_text("subset_most = 3\n", encoding="utf-8")
    waiting(store=books(folder), rules=file, on="2026-12-01")


@reproduces(
    "matching.bad_payers",
    en="A file of known payers cannot be read, or names no customers.",
    zh="付款人文件无法读取，或字段有误。",
    do="Write a CSV with the columns `customer`, `name` and `account`.",
    names=("payers.csv", "'customer'"),
)
def payers_with_a_typo(folder: Path) -> None:
    file = folder / "payers.csv"
    file.write_text("who,name\nC-1,ACME Ltd\n", encoding="utf-8")
    waiting(store=books(folder), payers=file, on="2026-12-01")
