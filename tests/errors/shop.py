"""What the reproducers start from: the laser example, a small deal, and a look at what is kept."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from cpq import BOM, Catalogue, Money, Party, PriceBook, PriceBookVersion, Product, entry
from cpq.adapters import read_catalogue
from cpq.bom import Structure
from cpq.kernel.model import Frozen
from cpq.pricebook import PriceBookEntry
from cpq.quote import Quote
from revenue import Contract, ReceivablesLedger, SalesOrder
from revenue.adapters import open_store
from revenue.adapters.store import Store
from revenue.testing import content, example_contract, example_order, example_quote
from revenue.testing.small import accepted, applied, owed, paid, record_deal
from revenue.writeoff import WriteOff
from tests.errors.registry import ROOT

__all__ = [
    "DAY",
    "EARLY",
    "LATE",
    "accepted",
    "applied",
    "book",
    "cny",
    "contract",
    "deal_file",
    "goods",
    "laser",
    "laser_folder",
    "machine",
    "open_debt",
    "order",
    "owed",
    "paid",
    "quote",
    "store_at",
    "tampered",
    "untouched",
    "usd",
    "written_off",
]

DAY = date(2026, 12, 1)
EARLY = date(2026, 11, 1)
LATE = date(2027, 6, 30)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def usd(amount: str) -> Money:
    return Money(amount, "USD")


# --- products and prices --------------------------------------------------------------------


@cache
def laser() -> Catalogue:
    """The catalogue of the laser example."""
    return read_catalogue(ROOT / "examples" / "laser")


def machine() -> Structure:
    """The two-level BOM of the laser cutter."""
    return laser().bom("LASER-3000")


def laser_folder(folder: Path, **changed: tuple[str, str]) -> Path:
    """A copy of the laser example, with a text replaced in ``prices`` (.csv) and the like."""
    copy = folder / "catalogue"
    shutil.copytree(ROOT / "examples" / "laser", copy)
    for name, (old, new) in changed.items():
        (file,) = copy.rglob(f"{name}.*")
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{file.name} holds no {old!r}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def book(
    *entries: PriceBookEntry, code: str = "LIST", currency: str = "CNY", base: str | None = None
) -> PriceBook:
    """A price book with one version that always holds."""
    return PriceBook(
        code=code, currency=currency, base=base, versions=(PriceBookVersion(entries=entries),)
    )


def goods(*books: PriceBook, boms: tuple[BOM, ...] = (), seller: str = "") -> Catalogue:
    """A bolt and a nut, priced by these books; the first is asked unless one is named."""
    listed = books or (book(entry("BOLT", price="0.35")),)
    return Catalogue(
        products=(Product(code="BOLT", name="Bolt"), Product(code="NUT", name="Nut")),
        books=listed,
        boms=boms,
        default_book=listed[0].code,
        seller=Party(name=seller) if seller else None,
    )


# --- a deal -----------------------------------------------------------------------------------


def quote() -> Quote:
    """A draft of 4,354.65 CNY, payable 30/60/10, valid from 2026-11-21 to 2026-12-21."""
    return example_quote()


def contract() -> Contract:
    """The contract of the quote, signed on 2026-11-28: three of P-1, three of P-2."""
    return example_contract(quote())


def order() -> SalesOrder:
    """The order of the contract, of 2026-11-29."""
    return example_order(contract())


def open_debt() -> ReceivablesLedger:
    """AR-1 owes 300.00 CNY, R-1 brought 350.00 CNY; both of customer C-1 on 2026-12-01."""
    return ReceivablesLedger().record(owed(), paid())


def written_off() -> ReceivablesLedger:
    """As ``open_debt``, with AR-1 written off by W-1 on 2026-12-01."""
    return open_debt().record(
        WriteOff(
            number="W-1",
            receivable="AR-1",
            amount=cny("300.00"),
            on=DAY,
            reason="insolvent",
            approved_by="Wang Fang",
        )
    )


# --- a store ----------------------------------------------------------------------------------


@contextmanager
def store_at(folder: Path) -> Iterator[Store]:
    """A store in ``deals.db``; empty unless ``deal_file`` wrote it."""
    with open_store(f"sqlite:///{folder}/deals.db") as store:
        yield store


@cache
def _deal_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        with store_at(Path(name)) as store, store.unit() as deals:
            record_deal(deals)
        return (Path(name) / "deals.db").read_bytes()


def deal_file(folder: Path) -> Path:
    """``deals.db`` with the whole example deal in it."""
    file = folder / "deals.db"
    file.write_bytes(_deal_bytes())
    return file


def tampered(folder: Path, statement: str, **values: object) -> Path:
    """The example deal, after somebody with the file took the guards off and changed rows."""
    file = deal_file(folder)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        changed = connection.execute(statement, values).rowcount
        assert changed > 0, f"changed nothing: {statement}"
    return file


# --- nothing is half-written ----------------------------------------------------------------


@contextmanager
def untouched(*things: Frozen | Path | Store) -> Iterator[None]:
    """What is refused inside leaves values, files and stores exactly as they were."""
    before = [_state(thing) for thing in things]
    try:
        yield
    finally:
        assert [_state(thing) for thing in things] == before


def _state(thing: Frozen | Path | Store) -> object:
    if isinstance(thing, Frozen):
        return thing.canonical()
    if isinstance(thing, Store):
        return content(thing.engine)
    if thing.is_dir():
        files = (file for file in sorted(thing.rglob("*")) if file.is_file())
        return {file: file.read_bytes() for file in files if file.suffix != ".pyc"}
    return thing.read_bytes() if thing.exists() else None
