"""Bad files, bad servers, bad addresses: each has its code, and no driver's exception leaks."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cpq.adapters import sql
from cpq.kernel.errors import DomainError, Invalid, Unavailable, Unreadable
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing import content, refused
from revenue.testing.small import applied, owed, paid, record_deal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deals.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{path}") as store:
        yield store


@pytest.mark.parametrize(
    "content",
    [b"this is a text file, and no database at all", b"SQLite format 3\x00" + b"\xff" * 5000],
)
def test_a_file_that_is_no_database_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refusal:
        open_store(f"sqlite:///{path}")
    assert refusal.value.code == "store.corrupt"
    assert path.read_bytes() == content


def test_a_damaged_database_is_refused(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store, store.unit() as deals:
        record_deal(deals)
    whole = path.read_bytes()
    seen = set()
    for start in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:start] + b"\xa5" * 2048 + whole[start + 2048 :])
        seen.add(_opened_and_verified(path))
    # One page of damage is refused, found by verify, or lies where nothing is kept.
    assert "store.corrupt" in seen
    assert seen <= {"store.corrupt", "store.no_schema", "store.newer_schema", "store.foreign",
                    "store.corrupt_document", "store.altered_row", "store.missing_row",
                    "store.failed", "sound", "store.chain_broken", "store.orphan_row"}  # fmt: skip


def _opened_and_verified(path: Path) -> str:
    try:
        with open_store(f"sqlite:///{path}") as store:
            findings = store.verify()
    except DomainError as error:
        return error.code
    return findings[0].code if findings else "sound"


def test_a_truncated_database_is_refused(path: Path) -> None:
    with open_store(f"sqlite:///{path}") as store, store.unit() as deals:
        record_deal(deals)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(Unreadable) as refusal, open_store(f"sqlite:///{path}") as store:
        store.verify()
    assert refusal.value.code == "store.corrupt"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nowhere") as refusal:
        open_store(f"sqlite:///{tmp_path}/nowhere/deals.db")
    assert refusal.value.code == "store.no_folder"


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with refused("store.cannot_open"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_database_that_only_reads_is_refused(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    with (
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as store,
        refused("store.read_only"),
        store.unit() as deals,
    ):
        deals.record(owed())
    with refused("store.cannot_open"):
        open_store(f"sqlite:///file:{path}x?mode=ro&uri=true")


def test_a_locked_database_is_busy(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "BUSY_MS", 50)
    with (
        open_store(f"sqlite:///{path}") as impatient,
        store.unit() as deals,
    ):
        deals.record(owed())
        with pytest.raises(Unavailable) as refusal, impatient.unit():
            pass
        assert refusal.value.code == "store.busy"
        with impatient.view() as other:
            assert other.facts() == ()


def test_a_full_disk_leaves_the_last_commit(store: Store) -> None:
    with store.unit() as deals:
        deals.record(owed(), paid())
    before = content(store.engine)
    with refused("store.full"), store.unit() as deals:
        pages = deals.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        deals.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for place in range(200):
            deals.record(paid(f"R-{place + 2}"))
    assert content(store.engine) == before
    assert store.verify() == ()


def test_a_newer_schema_is_refused(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE cpq_alembic_version SET version_num = '9999'")
    with pytest.raises(Unreadable, match="9999") as refusal:
        open_store(f"sqlite:///{path}")
    assert refusal.value.code == "store.newer_schema"


def test_somebody_elses_database_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE customer (name TEXT)")
    with pytest.raises(Unreadable, match="customer") as refusal:
        open_store(f"sqlite:///{path}")
    assert refusal.value.code == "store.foreign"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("customer",)]


@pytest.mark.parametrize("url", ["", "deals.db", "mysql://u@h/d", "sqlite://host/x", "a://b://c"])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        open_store(url)
    assert refusal.value.code == "store.bad_url"


def test_a_password_is_never_shown() -> None:
    with pytest.raises(DomainError) as refusal:
        open_store("postgresql://joe:s3cret@127.0.0.1:1/deals")
    assert refusal.value.code == "store.unreachable"
    assert "s3cret" not in str(refusal.value)
    with pytest.raises(Invalid) as malformed:
        open_store("postgresql://joe:s3cret@127.0.0.1:port/deals")
    assert "s3cret" not in str(malformed.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable, match="pip install") as refusal:
        open_store("postgresql://joe@127.0.0.1:1/deals")
    assert refusal.value.code == "store.driver_missing"


@pytest.mark.parametrize("prefix", ["", "x;DROP", "Cpq_", "1", "a" * 30, "a b"])
def test_a_prefix_that_is_no_name_is_refused(prefix: str) -> None:
    with refused("store.bad_prefix"):
        open_store("sqlite://", prefix=prefix)


@pytest.mark.parametrize("tenant", ["", " ", "a\nb", "a\x00", "x" * 65, None, 7])
def test_a_tenant_that_is_no_code_is_refused(tenant: str) -> None:
    with refused("store.bad_tenant"):
        open_store("sqlite://", tenant=tenant)


def test_a_closed_connection_is_refused(store: Store) -> None:
    connection = store.engine.connect()
    connection.close()
    deals = Deals(connection, tenant="default")
    for call in (deals.quotes, deals.facts, lambda: deals.record(owed())):
        with pytest.raises(Unavailable):
            call()


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_that_is_no_key_is_refused(store: Store, key: str) -> None:
    with store.unit() as deals, refused("command.bad_key"):
        deals.record(owed(), key=key)


def test_nothing_to_record_is_refused(store: Store) -> None:
    with store.unit() as deals, refused("record.nothing"):
        deals.record()


def test_what_is_no_fact_is_refused(store: Store) -> None:
    with store.unit() as deals:
        with refused("fact.unknown_kind"):
            deals.record("AR-1")
        with refused("document.unknown_kind"):
            deals.save(owed())


def test_a_number_that_grows_too_long_is_refused(store: Store) -> None:
    """One character that is written out as eighteen; the key must fit an index."""
    with store.unit() as deals, refused("number.too_long"):
        deals.record(owed("\ufdfa" * 20))


def test_every_code_says_busy_or_broken() -> None:
    """The meaning of what drivers say, table by table."""
    for number, code in (
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "store.busy"),
        (sqlite3.SQLITE_IOERR_WRITE, "store.io_error"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "store.corrupt"),
        (sqlite3.SQLITE_CONSTRAINT_CHECK, "store.constraint"),
        (sqlite3.SQLITE_NOMEM, "store.failed"),
    ):
        error = sqlite3.OperationalError("said by SQLite")
        error.sqlite_errorcode = number
        assert sql.refusal(error).code == code
    for state, code in (
        ("40001", "store.busy"),
        ("40P01", "store.busy"),
        ("55P03", "store.busy"),
        ("57014", "store.busy"),
        ("57P01", "store.unreachable"),
        ("28P01", "store.login_refused"),
        ("3D000", "store.no_database"),
        ("23505", "store.constraint"),
        ("42P01", "store.no_schema"),
        ("53100", "store.full"),
        ("XX001", "store.corrupt"),
        ("99999", "store.failed"),
    ):
        error = _Stated("said by PostgreSQL")
        error.sqlstate = state
        assert sql.refusal(error).code == code


class _Stated(Exception):
    sqlstate = ""


def test_a_row_that_the_database_refuses_is_a_conflict(store: Store) -> None:
    with refused("store.constraint"), store.unit() as deals:
        deals.record(owed(), paid(), applied())
        with sql.translated():
            deals.connection.exec_driver_sql("UPDATE cpq_balance SET left_minor = -1")
    assert content(store.engine)["cpq_fact"] == []


def test_every_connection_is_safe(store: Store) -> None:
    """What SQLite forgets between connections is set on each of them."""
    expected = {"foreign_keys": 1, "recursive_triggers": 1, "synchronous": 2,
                "journal_mode": "wal", "busy_timeout": 10_000, "trusted_schema": 0}  # fmt: skip

    def check() -> None:
        with store.engine.connect() as connection:
            for name, value in expected.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == value

    threads = [threading.Thread(target=check) for _ in range(4)]
    with store.engine.connect():
        check()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
