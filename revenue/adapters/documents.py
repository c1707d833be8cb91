"""Quotes, contracts and orders as rows that are added and never changed (单据存储).

Each saved state of a quote version is a row of its own: a draft may be saved again and again, and
what was sent stays as it was. A row holds the whole document as canonical JSON with its hash, and
beside it the few columns that lists and rules need. Saving what is already there changes nothing.
A version that goes out supersedes those before it in the same savepoint: one is live at most.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row

from cpq.history import DealPrice
from cpq.kernel.errors import Conflict, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.quote import Quote, supersede
from cpq.quote.versions import KeptVersion, overtaken, refuse_version, supersedes
from revenue.adapters.history import record_outcome
from revenue.adapters.recording import hold_head
from revenue.adapters.rows import Rows, document, key_of, readable, version_of
from revenue.adapters.shapes import contract_row, order_row, quote_row
from revenue.contract import Contract
from revenue.order import SalesOrder

_QUOTE_LATEST = (
    "SELECT version, revision, state, number, format, body, sha256 FROM {p}quote "
    "WHERE tenant = :tenant AND number_key = :key ORDER BY version DESC, revision DESC LIMIT 1"
)
_QUOTE_VERSION = (
    "SELECT version, revision, state, number, format, body, sha256 FROM {p}quote "
    "WHERE tenant = :tenant AND number_key = :key AND version = :version "
    "ORDER BY revision DESC LIMIT 1"
)
_QUOTE_BEFORE = (
    "SELECT version, revision, state, number, format, body, sha256 FROM {p}quote q "
    "WHERE tenant = :tenant AND number_key = :key AND version < :version AND NOT EXISTS "
    "(SELECT 1 FROM {p}quote n WHERE n.tenant = q.tenant AND n.number_key = q.number_key "
    "AND n.version = q.version AND n.revision > q.revision) ORDER BY version"
)
_QUOTES = (
    "SELECT number, version, state, customer, currency, gross, issued_on AS on_day FROM {p}quote q "
    "WHERE tenant = :tenant AND (:customer = '' OR customer = :customer) AND NOT EXISTS "
    "(SELECT 1 FROM {p}quote n WHERE n.tenant = q.tenant AND n.number_key = q.number_key AND "
    "(n.version > q.version OR (n.version = q.version AND n.revision > q.revision))) "
    "ORDER BY number_key"
)
_CONTRACT_LATEST = (
    "SELECT version, number, format, body, sha256 FROM {p}contract "
    "WHERE tenant = :tenant AND number_key = :key ORDER BY version DESC LIMIT 1"
)
_CONTRACT_VERSION = (
    "SELECT version, number, format, body, sha256 FROM {p}contract "
    "WHERE tenant = :tenant AND number_key = :key AND version = :version"
)
_CONTRACT_OF_QUOTE = (
    "SELECT number FROM {p}contract WHERE tenant = :tenant AND quote_key = :quote_key "
    "AND quote_version = :quote_version AND version = 1"
)
_CONTRACTS = (
    "SELECT number, version, 'signed' AS state, customer, currency, gross, signed_on AS on_day "
    "FROM {p}contract c WHERE tenant = :tenant AND (:customer = '' OR customer = :customer) "
    "AND NOT EXISTS (SELECT 1 FROM {p}contract n WHERE n.tenant = c.tenant "
    "AND n.number_key = c.number_key AND n.version > c.version) ORDER BY number_key"
)
_ORDER = (
    "SELECT number, format, body, sha256 FROM {p}sales_order "
    "WHERE tenant = :tenant AND number_key = :key"
)
_ORDERS = (
    "SELECT number, format, body, sha256 FROM {p}sales_order WHERE tenant = :tenant "
    "AND (:contract_key = '' OR contract_key = :contract_key) ORDER BY number_key"
)


class Heading(Frozen):
    """A quote or contract in a list: its newest version, without its lines. ``on`` is the day it
    was issued or signed; ``gross`` is the total to pay.
    """

    number: str
    version: int
    state: str
    customer: str
    gross: Money
    on: date


def save_quote(
    rows: Rows,
    quote: Quote,
    *,
    replaces: Quote | None,
    prices: Iterable[DealPrice] | None = None,
) -> tuple[Quote, ...]:
    """Add a state of a quote version, unless it is there, and what its prices leave to history;
    the states that were added: this one, then the earlier versions that it supersedes.

    Only the newest version changes; one before it may only become superseded. After an
    acceptance there is no next version.
    """
    written = _write_quote(rows, quote, replaces)
    if written or prices is not None:
        record_outcome(rows, quote, prices)
    return written


def _write_quote(rows: Rows, quote: Quote, replaces: Quote | None) -> tuple[Quote, ...]:
    """The states that were added; none, where it is there."""
    key, version = key_of(quote.number), version_of(quote.version)
    content = quote.content_hash()
    found = rows.first(_QUOTE_VERSION, key=key, version=version)
    if found is not None and found.sha256 == content:
        return ()
    # What is read from here on stays true: an acceptance and a next version wait for each other.
    hold_head(rows)
    found = rows.first(_QUOTE_VERSION, key=key, version=version)
    if found is not None and found.sha256 == content:
        return ()
    newest = rows.first(_QUOTE_LATEST, key=key)
    refuse_version(quote, newest=_kept(newest), found=_kept(found), replaces=replaces)
    _add_state(rows, quote, 1 if found is None else found.revision + 1)
    return quote, *_superseded(rows, quote)


def _add_state(rows: Rows, quote: Quote, revision: int) -> None:
    if not rows.insert("quote", unless_there=True, **quote_row(quote, revision)):
        raise overtaken(quote, "somebody else saved it, or another version was accepted")


def _superseded(rows: Rows, quote: Quote) -> Iterator[Quote]:
    """The versions before this one that it supersedes, added as such."""
    if quote.version == 1:
        return
    states = supersedes(quote)
    for row in rows.all(_QUOTE_BEFORE, key=key_of(quote.number), version=quote.version):
        if row.state in states:
            earlier = supersede(document(Quote, row, place=_place(row)))
            _add_state(rows, earlier, row.revision + 1)
            yield earlier


def _kept(row: Row[Any] | None) -> KeptVersion | None:
    if row is None:
        return None
    return KeptVersion(row.number, row.version, row.state, row.sha256)


def _place(row: Row[Any]) -> str:
    return f"quote {row.number} version {row.version} revision {row.revision}"


def read_quote(rows: Rows, number: str, version: int | None) -> Quote:
    """The newest state of a version, or of the newest version."""
    key = key_of(number)
    if version is None:
        row = rows.first(_QUOTE_LATEST, key=key)
    else:
        row = rows.first(_QUOTE_VERSION, key=key, version=version_of(version))
    if row is None:
        raise _unknown("quote", number, version)
    return document(Quote, row, place=_place(row))


def save_contract(rows: Rows, contract: Contract) -> None:
    """Add a version of a contract, unless it is there."""
    key = key_of(contract.number)
    found = rows.first(_CONTRACT_LATEST, key=key)
    if found is not None and found.version not in {contract.version, contract.version - 1}:
        raise _taken("contract", contract.number, f"its version {found.version} is stored")
    written = rows.insert("contract", unless_there=True, **contract_row(contract))
    if written:
        return
    found = rows.first(_CONTRACT_VERSION, key=key, version=contract.version)
    if found is None:
        other = rows.first(
            _CONTRACT_OF_QUOTE,
            quote_key=key_of(contract.quote),
            quote_version=contract.quote_version,
        )
        raise Conflict(
            "contract.quote_taken",
            f"quote {contract.quote} version {contract.quote_version} was signed already, "
            f"as contract {other.number if other else '?'}",
            quote=contract.quote,
        )
    if found.sha256 != contract.content_hash():
        raise _taken("contract", contract.number, "with other content; amend it as a new version")


def read_contract(rows: Rows, number: str, version: int | None) -> Contract:
    """A version of a contract, the newest unless said."""
    key = key_of(number)
    if version is None:
        row = rows.first(_CONTRACT_LATEST, key=key)
    else:
        row = rows.first(_CONTRACT_VERSION, key=key, version=version_of(version))
    if row is None:
        raise _unknown("contract", number, version)
    return document(Contract, row, place=f"contract {row.number} version {row.version}")


def save_order(rows: Rows, order: SalesOrder) -> Contract | None:
    """Add an order, unless it is there; its contract, which must be stored, where it was added."""
    contract = rows.first(_CONTRACT_LATEST, key=key_of(order.contract))
    if contract is None:
        raise _unknown("contract", order.contract, None)
    written = rows.insert("sales_order", unless_there=True, **order_row(order, contract.version))
    if written:
        return read_contract(rows, order.contract, contract.version)
    found = rows.first(_ORDER, key=key_of(order.number))
    if found is None or found.sha256 != order.content_hash():
        raise _taken("order", order.number, "with other content")
    return None


def read_order(rows: Rows, number: str) -> SalesOrder:
    """The order of that number."""
    row = rows.first(_ORDER, key=key_of(number))
    if row is None:
        raise _unknown("order", number, None)
    return document(SalesOrder, row, place=f"order {row.number}")


def read_orders(rows: Rows, contract: str | None) -> tuple[SalesOrder, ...]:
    """The orders of one contract, or all, by number."""
    found = rows.all(_ORDERS, contract_key=key_of(contract) if contract else "")
    return tuple(document(SalesOrder, row, place=f"order {row.number}") for row in found)


def list_quotes(rows: Rows, customer: str | None) -> tuple[Heading, ...]:
    """The newest version of each quote, by number."""
    return tuple(_heading(row) for row in rows.all(_QUOTES, customer=readable(customer or "")))


def list_contracts(rows: Rows, customer: str | None) -> tuple[Heading, ...]:
    """The newest version of each contract, by number."""
    return tuple(_heading(row) for row in rows.all(_CONTRACTS, customer=readable(customer or "")))


def _heading(row: Row[Any]) -> Heading:
    return Heading(
        number=row.number,
        version=row.version,
        state=row.state,
        customer=row.customer,
        gross=Money(row.gross, row.currency),
        on=date.fromisoformat(row.on_day),
    )


def _unknown(noun: str, number: str, version: int | None) -> NotFound:
    which = "" if version is None else f" version {version}"
    return NotFound(
        f"{noun}.unknown", f"no {noun} {number!r}{which} is stored for this tenant", number=number
    )


def _taken(noun: str, number: str, why: str) -> Conflict:
    return Conflict(
        f"{noun}.number_taken", f"the number of {noun} {number!r} is taken: {why}", number=number
    )
