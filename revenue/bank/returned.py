"""Bounced and reversed payments, and the receipts that they undo (退票、冲正).

A payment that bounced was booked as a receipt before; the bank takes it back and names the payment
by its reference, if at all. The proof is said, and decides between receipts: the same reference,
else the same account of the payer, else the same name, always with the same amount on the same day
or before. Of two receipts that fit equally none is taken: a person decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, LocalText, number_key
from revenue.bank.line import BankLine
from revenue.receipt import Receipt

ReturnProof = Literal["reference", "account", "name", "none"]
_PROOFS: tuple[ReturnProof, ...] = ("reference", "account", "name")
_TOKEN = re.compile(r"[^\s,;，；、/]+")
_TOO_SHORT = 3
"""A reference of up to three characters stands in many texts by chance."""


class ReturnedPayment(Frozen):
    """A bounced or reversed payment with the receipt that it undoes, by a stated proof.

    ``receipt`` is empty where none fits or several do, which ``rivals`` names. ``why`` is for
    people. Undoing it is a ``Refund`` with cause ``bounced``.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> ReturnedPayment(line=BankLine(account="1", position=1, booked_on=date(2026, 11, 20),
    ...                 amount=Money("-9.00", "EUR"), is_return=True), why="no receipt").proof
    'none'
    """

    line: BankLine
    receipt: Line = ""
    proof: ReturnProof = "none"
    rivals: tuple[str, ...] = ()
    why: LocalText


def returned(lines: Iterable[BankLine], receipts: Iterable[Receipt]) -> tuple[ReturnedPayment, ...]:
    """Each booked return among ``lines`` that took money back, with the receipt that it undoes.

    Give the receipts that are not undone yet. A receipt is undone once: two lines that fit one
    receipt equally well leave each other without it. Other lines are left out.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> receipt = Receipt(number="RC-1", customer="C-1", on=date(2026, 11, 18),
    ...                   amount=Money("90.00", "EUR"), reference="E2E-0017 INV-5")
    >>> line = BankLine(account="1", position=1, booked_on=date(2026, 11, 20), is_return=True,
    ...                 amount=Money("-90.00", "EUR"), original="E2E-0017")
    >>> [(each.receipt, each.proof) for each in returned([line], [receipt])]
    [('RC-1', 'reference')]
    """
    bounced = [
        line
        for line in lines
        if line.is_return and line.status == "booked" and line.amount.amount < 0
    ]
    known = _Receipts(receipts)
    found = [known.fitting(line) for line in bounced]
    wanted: dict[str, int] = defaultdict(int)
    for _, candidates in found:
        for number in candidates:
            wanted[number] += 1
    return tuple(
        _judged(line, proof, candidates, known.of_amount(line), wanted)
        for line, (proof, candidates) in zip(bounced, found, strict=True)
    )


class _Receipts:
    """Receipts by amount, and what each can be known by."""

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        self._by_amount: dict[tuple[int, str], list[Receipt]] = defaultdict(list)
        for receipt in receipts:
            self._by_amount[receipt.amount.minor, receipt.amount.code].append(receipt)

    def of_amount(self, line: BankLine) -> list[Receipt]:
        """The receipts of the amount that went back, of the day or before."""
        key = (-line.amount.minor, line.amount.code)
        return [each for each in self._by_amount.get(key, ()) if each.on <= line.booked_on]

    def fitting(self, line: BankLine) -> tuple[ReturnProof, tuple[str, ...]]:
        """The strongest proof that any receipt has, and the receipts that have it."""
        fitting = self.of_amount(line)
        for proof in _PROOFS:
            numbers = tuple(each.number for each in fitting if _proves(proof, line, each))
            if numbers:
                return proof, numbers
        return "none", ()


def _proves(proof: ReturnProof, line: BankLine, receipt: Receipt) -> bool:
    if proof == "reference":
        wanted = number_key(line.original)
        if len(wanted) <= _TOO_SHORT:
            return False
        return wanted in _tokens(receipt.reference) or wanted == number_key(receipt.reference)
    if proof == "account":
        mine, other = (_bare(each) for each in (line.counterparty_account, receipt.payer_account))
    else:
        mine, other = number_key(line.counterparty), number_key(receipt.payer)
    return bool(mine) and mine == other


def _tokens(text: str) -> frozenset[str]:
    """The whole words of a reference, and what stands between blanks: never a part of a word."""
    keyed = number_key(text)
    return frozenset([*_TOKEN.findall(keyed), *keyed.split()])


def _bare(account: str) -> str:
    return number_key(account).replace(" ", "")


def _judged(
    line: BankLine,
    proof: ReturnProof,
    numbers: Sequence[str],
    same_amount: Sequence[Receipt],
    wanted: dict[str, int],
) -> ReturnedPayment:
    back = -line.amount
    if not numbers:
        rivals = tuple(each.number for each in same_amount)
        return ReturnedPayment(
            line=line,
            rivals=rivals,
            why=LocalText(
                en=f"{back} went back; no receipt of that amount bears the reference "
                f"{line.original!r}, the account or the name of the payer",
                zh=f"退回 {back}；没有金额相同且参考号、账号或户名相符的收款单",
            ),
        )
    if len(numbers) > 1 or wanted[numbers[0]] > 1:
        contest = "several receipts" if len(numbers) > 1 else "several returned payments"
        return ReturnedPayment(
            line=line,
            rivals=tuple(numbers),
            why=LocalText(
                en=f"{back} went back; by {proof} and amount {contest} fit: "
                f"{', '.join(numbers)}; decide which",
                zh=f"退回 {back}；有多笔相符：{'、'.join(numbers)}，请人工确认",
            ),
        )
    return ReturnedPayment(
        line=line,
        receipt=numbers[0],
        proof=proof,
        why=LocalText(
            en=f"{back} went back; only receipt {numbers[0]} has that {proof} and amount",
            zh=f"退回 {back}；只有收款单 {numbers[0]} 的金额与{_PROOF_ZH[proof]}均相符",
        ),
    )


_PROOF_ZH = {"reference": "参考号", "account": "付款账号", "name": "付款户名"}
