"""The entries of camt.053 as bank lines: one each, or one for each payment of a collective entry.

Of a payment that came in the counterparty is the debtor, of one that went out the creditor; of a
reversal it is the other way round, because the bank repeats the parties of the first payment.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from cpq.kernel.money import Money, money_total
from revenue.adapters.bank.figures import Field, decimal_amount
from revenue.adapters.bank.source import Detail, Source, detail
from revenue.adapters.bank.xml import Leaf, Node
from revenue.bank.line import BankLine

_RETURNS = frozenset({"RRTN", "UPDD", "PRDD", "RPCR", "UPCQ", "RCDD"})
"""Sub-families of bank transaction codes that are returns or reversals."""

_NONE = frozenset({"", "NOTPROVIDED", "NONREF"})
_REFERENCES = (
    *("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb", "Refs/MndtId", "Refs/ChqNb"),
)
"""What a payer refers to; the identifications of the banks among themselves are details."""

_TEXTS = ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf")
_PARTY = {
    "in": ("Dbtr", "DbtrAcct", "DbtrAgt"),
    "out": ("Cdtr", "CdtrAcct", "CdtrAgt"),
}


class Entry(NamedTuple):
    """An entry with what was read of it; ``amount`` is signed."""

    source: Source
    node: Node
    account: str
    statement: str
    amount: Money
    booked_on: date
    value_on: date | None
    status: str


def lines_of(entry: Entry, *, position: int) -> list[BankLine]:
    """The lines that an entry makes, the first at ``position``."""
    payments = entry.node.every("NtryDtls/TxDtls")
    amounts = _amounts(entry, payments) if len(payments) > 1 else None
    if amounts is not None:
        return [
            _line(entry, [payment], amount, position=position + place)
            for place, (payment, amount) in enumerate(zip(payments, amounts, strict=True))
        ]
    return [_line(entry, payments, entry.amount, position=position, payments_in=_count(entry.node))]


def _count(node: Node) -> int:
    """How many payments an entry that is not broken down holds: as said, and as listed."""
    said = node.text("NtryDtls/Btch/NbOfTxs")
    stated = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 1
    return max(1, stated, len(node.every("NtryDtls/TxDtls")))


def _amounts(entry: Entry, payments: Sequence[Node]) -> list[Money] | None:
    """What each payment moved, where that is said in the account's currency and adds up."""
    found = []
    for payment in payments:
        amount = _own_amount(entry, payment)
        if amount is None:
            return None
        said = payment.text("CdtDbtInd")
        out = entry.amount.amount < 0 if not said else said == "DBIT"
        found.append(-amount if out else amount)
    return found if money_total(found, entry.amount.code) == entry.amount else None


def _own_amount(entry: Entry, payment: Node) -> Money | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = payment.first(path)
        if amount is not None and amount.attribute("Ccy") == entry.amount.code:
            field = Field(entry.source, amount.line, f"TxDtls/{path}", amount.text())
            return decimal_amount(field, entry.amount.code)
    return None


def _line(
    entry: Entry,
    payments: Sequence[Node],
    amount: Money,
    *,
    position: int,
    payments_in: int = 1,
) -> BankLine:
    node = entry.node
    leaves = [leaf for payment in payments for leaf in payment.leaves()]
    back = node.text("RvslInd") in ("true", "1") or any(each.first("RtrInf") for each in payments)
    is_return = back or _is_return(node, leaves)
    incoming = (amount.amount >= 0) != back
    party = _party(entry.account, payments, "in" if incoming else "out")
    end_to_end = _said(leaves, "Refs/EndToEndId")
    references = _every(leaves, _REFERENCES)
    fields: dict[str, Any] = {
        "account": entry.account,
        "statement": entry.statement,
        "position": position,
        "booked_on": entry.booked_on,
        "value_on": entry.value_on,
        "amount": amount,
        **party,
        "end_to_end": "" if end_to_end in _NONE else end_to_end,
        "references": references,
        "bank_reference": _said(leaves, "Refs/AcctSvcrRef") or node.text("AcctSvcrRef", "NtryRef"),
        "text": _text(node, leaves),
        "code": _code(node),
        "is_return": is_return,
        "original": _original(leaves) if is_return else "",
        "reason": _said(leaves, "RtrInf/Rsn/Cd") or _said(leaves, "RtrInf/Rsn/Prtry"),
        "status": entry.status,
        "payments": payments_in,
        "details": _details(node, leaves),
        "file_line": payments[0].line if payments else node.line,
    }
    return entry.source.value(BankLine, fields, line=node.line)


def _is_return(node: Node, leaves: Sequence[Leaf]) -> bool:
    """Whether the bank's own codes say so."""
    families = {
        node.text("BkTxCd/Domn/Fmly/SubFmlyCd"),
        *_every(leaves, ("BkTxCd/Domn/Fmly/SubFmlyCd",)),
    }
    return bool(families & _RETURNS)


def _party(account: str, payments: Sequence[Node], side: str) -> dict[str, str]:
    """Name, account and bank of the counterparty, where all payments have the same one."""
    found = {_counterparty(account, payment, side) for payment in payments}
    if len(found) != 1:
        return {}
    name, number, bank = found.pop()
    return {"counterparty": name, "counterparty_account": number, "counterparty_bank": bank}


def _counterparty(account: str, payment: Node, side: str) -> tuple[str, str, str]:
    other = "out" if side == "in" else "in"
    sides = {each: _of_side(payment, each) for each in (side, other)}
    name, number, bank = sides[side]
    if number == account or not (name or number):
        name, number, bank = sides[other] if sides[other][1] != account else (name, "", bank)
    return name, number, bank


def _of_side(payment: Node, side: str) -> tuple[str, str, str]:
    party, account, agent = _PARTY[side]
    parties, agents = f"RltdPties/{party}", f"RltdAgts/{agent}/FinInstnId"
    return (
        payment.text(f"{parties}/Pty/Nm", f"{parties}/Nm", f"{parties}/Agt/FinInstnId/Nm"),
        payment.text(f"RltdPties/{account}/Id/IBAN", f"RltdPties/{account}/Id/Othr/Id"),
        payment.text(*(f"{agents}/{each}" for each in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Nm"))),
    )


def _text(node: Node, leaves: Sequence[Leaf]) -> str:
    """The remittance text line by line; where there is none, what the bank added to the entry."""
    said = _every(leaves, _TEXTS, once=False)
    if not said:
        said = _every(leaves, ("AddtlTxInf",)) or (node.text("AddtlNtryInf"),)
    return "\n".join(each for each in said if each)


def _code(node: Node) -> str:
    """The bank transaction code as ``PMNT/RCDT/ESCT``, else the bank's own."""
    domain = [node.text(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(each for each in domain if each) or node.text("BkTxCd/Prtry/Cd")


def _original(leaves: Sequence[Leaf]) -> str:
    """The reference of the payment that came back: the payer's, else the bank's."""
    for path in ("Refs/EndToEndId", "Refs/TxId", "Refs/InstrId", "Refs/MsgId"):
        said = _said(leaves, path)
        if said not in _NONE:
            return said
    return ""


def _said(leaves: Sequence[Leaf], path: str) -> str:
    return next((leaf.text for leaf in leaves if leaf.path == path), "")


def _every(leaves: Sequence[Leaf], paths: Sequence[str], *, once: bool = True) -> tuple[str, ...]:
    """The values at the paths, path by path; each once unless every one counts."""
    found = [leaf.text for path in paths for leaf in leaves if leaf.path == path]
    kept = [each for each in found if each not in _NONE]
    return tuple(dict.fromkeys(kept)) if once else tuple(kept)


def _details(node: Node, leaves: Sequence[Leaf]) -> tuple[Detail, ...]:
    """Everything the entry says, and everything its payments say, by their paths."""
    own = [
        leaf
        for child in node.children()
        if child.name != "NtryDtls"
        for leaf in child.leaves(child.name)
    ]
    batch = [
        leaf for child in node.every("NtryDtls/Btch") for leaf in child.leaves("NtryDtls/Btch")
    ]
    return tuple(
        detail(f"{prefix}{leaf.path}", leaf.text)
        for prefix, group in (("Ntry/", (*own, *batch)), ("TxDtls/", leaves))
        for leaf in group
    )
