"""Whose a receipt is (认领、改认领、拆分): one customer's, or several customers' in parts."""

from collections.abc import Mapping
from datetime import date

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue.ledger import ReceivablesLedger
from revenue.receipt import Identification


def identify(
    ledger: ReceivablesLedger,
    receipt: str,
    customer: str | Mapping[str, Money],
    *,
    number: str,
    on: date,
    by: str,
    reason: str = "",
    contract: str = "",
    advance: bool = False,
) -> ReceivablesLedger:
    """A receipt of an unknown payer, or of another customer, is this customer's: what is free of it
    goes on as receipt ``number``; shared among several customers as number/1, number/2 ….

    Raises what ``record`` raises, and ``Refused`` (``identification.nothing_free``).

    >>> from revenue.receipt import Receipt
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receipt(number="R-9", customer="", on=day, amount=Money("80", "CNY"), payer="ACME"))
    >>> known = identify(ledger, "R-9", "C-1", number="ID-1", on=day, by="Li")
    >>> known.free_amount("R-9"), known.free_amount("ID-1"), known.on_account("C-1")
    (Money('0.00', 'CNY'), Money('80.00', 'CNY'), (Money('80.00', 'CNY'),))
    """
    if isinstance(customer, str):
        free = ledger.balance("receipt", receipt).available_from(on)
        if not free.amount:
            raise Refused(
                "identification.nothing_free",
                f"nothing of receipt {receipt} is free from {on} on; reverse its applications "
                "first, or identify another receipt",
                receipt=receipt,
            )
        parts = {customer: free}
    else:
        parts = dict(customer)
    return ledger.settle(
        *(
            Identification(
                number=number if len(parts) == 1 else f"{number}/{place}",
                receipt=receipt,
                customer=owner,
                amount=amount,
                on=on,
                by=by,
                reason=reason,
                contract=contract,
                advance=advance,
            )
            for place, (owner, amount) in enumerate(parts.items(), start=1)
        )
    )
