"""Losses with tax relief, and losses of debts in another currency than the books."""

from typing import Any

from revenue import ReceivablesLedger
from revenue.writeoff import Recovery, WriteOff
from tests.errors.foreign import abroad
from tests.errors.registry import reproduces
from tests.errors.settling import refused
from tests.errors.shop import DAY, cny, open_debt, paid, usd


def lost(**fields: Any) -> WriteOff:
    said = {"number": "W-1", "receivable": "AR-1", "on": DAY, "reason": "insolvent"}
    who = {"approved_by": "Wang Fang", "amount": cny("300.00")}
    return WriteOff.model_validate({**said, **who, **fields})


def recovery(**fields: Any) -> Recovery:
    said = {"number": "V-1", "write_off": "W-1", "receipt": "R-1", "on": DAY}
    return Recovery.model_validate({**said, "amount": cny("100.00"), **fields})


def relieved() -> ReceivablesLedger:
    """As ``open_debt``, with AR-1 written off, of which 39.00 CNY was relieved of tax."""
    return open_debt().record(lost(tax_relief=cny("39.00")))


@reproduces(
    "write_off.exceeds_tax",
    en="A write-off is relieved of more tax than its receivable bears.",
    zh="退税额超过应收所含税额。",
    do="Relieve the tax inside the amount.",
    names=("W-1", "39.01 CNY", "AR-2", "39.00 CNY"),
)
def relieving_more_than_the_tax() -> None:
    debt = open_debt().receivable("AR-1").with_(number="AR-2", tax=cny("39.00"))
    refused(lost(receivable="AR-2", tax_relief=cny("39.01")), ledger=open_debt().record(debt))


@reproduces(
    "recovery.relief_forgotten",
    en="What is recovered was relieved of tax, and the recovery does not say how much of the tax "
    "is owed again.",
    zh="坏账核销时已退税，收回时须注明应补缴的税额。",
    do="Give `tax`, as `recover_write_off(...)` reckons it; 0 where nothing is owed again.",
    names=("W-1", "39.00 CNY", "V-1", "tax"),
)
def recovering_without_the_tax() -> None:
    refused(recovery(), ledger=relieved())


@reproduces(
    "recovery.exceeds_relief",
    en="More tax is given back than the write-off was relieved of, earlier recoveries counted.",
    zh="补缴税额超过坏账核销时的退税额。",
    do="Give back the rest at most.",
    names=("W-1", "39.00 CNY", "V-1", "39.01 CNY"),
)
def giving_back_more_than_the_relief() -> None:
    refused(recovery(tax=cny("39.01")), ledger=relieved())


@reproduces(
    "recovery.not_booked",
    en="The loss and what is recovered of it bear values in different currencies: one bears none.",
    zh="坏账与收回款的本位币不一致：其中一方没有本位币价值。",
    do="Record the receipt with `booked`, its value in the books, where the debt had one.",
    names=("W-1", "CNY", "receipt R-2", "USD"),
)
def recovering_what_bears_no_value() -> None:
    ledger = abroad().settle(lost(amount=usd("300.00"))).record(paid("R-2", currency="USD"))
    refused(recovery(receipt="R-2", amount=usd("100.00")), ledger=ledger)
