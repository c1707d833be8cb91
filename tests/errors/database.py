"""Databases: files and servers that are not what they should be, or do not answer."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from psycopg import errors as postgres
from sqlalchemy import create_engine, exc

from cpq.adapters import sql
from revenue.adapters import Deals, open_store
from tests.errors.registry import reproduces
from tests.errors.shop import deal_file, owed, paid, store_at, untouched


@contextmanager
def server_says(error: Exception) -> Iterator[None]:
    """Inside, a PostgreSQL server answers a statement with this error of its driver."""
    with sql.translated():
        yield
        raise exc.OperationalError("SELECT 1", {}, error)


@contextmanager
def sqlite_says(number: int, words: str) -> Iterator[None]:
    """Inside, SQLite answers a statement with this code."""
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = number
    with sql.translated():
        yield
        raise exc.OperationalError("SELECT 1", {}, error)


@reproduces(
    "store.bad_url",
    en="The address of a store is no URL, or names a database that is not supported.",
    zh="存储地址无效或数据库类型不支持。",
    do="Write `sqlite:///deals.db` or `postgresql://user@host/database`.",
    names="mysql",
)
def an_address_of_mysql() -> None:
    open_store("mysql://joe@db/deals")


@reproduces(
    "store.driver_missing",
    en="The driver of the database is not installed.",
    zh="缺少数据库驱动。",
    do="Run the line that the message gives.",
    names=("psycopg", "pip install"),
)
def postgres_without_driver(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sys.modules, "psycopg", None)
    open_store("postgresql://joe@db/deals")


@reproduces(
    "store.no_folder",
    en="The folder of the database file does not exist.",
    zh="数据库文件所在文件夹不存在。",
    do="Make the folder first, or correct the path.",
    names="nowhere",
)
def a_file_in_no_folder(folder: Path) -> None:
    with untouched(folder):
        open_store(f"sqlite:///{folder}/nowhere/deals.db")


@reproduces(
    "store.corrupt",
    en="The file is damaged, or is no SQLite database.",
    zh="数据库文件损坏，或不是 SQLite 数据库。",
    do="Restore it from a backup; nothing was written to it.",
    names="not an SQLite database",
)
def a_text_file_as_store(folder: Path) -> None:
    file = deal_file(folder)
    file.write_bytes(b"no database at all" + file.read_bytes()[18:])
    with untouched(file):
        open_store(f"sqlite:///{file}")


@reproduces(
    "store.foreign",
    en="The database holds other tables and none of ours.",
    zh="数据库属于其他程序。",
    do="Open a database of its own, or be a guest: `upgrade(connection)`, `Deals(connection)`.",
    names=("customer", "'cpq_'"),
)
def somebody_elses_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "deals.db")) as connection, connection:
        connection.execute("CREATE TABLE customer (name TEXT)")
    with store_at(folder):
        pass


@reproduces(
    "store.newer_schema",
    en="A newer release of the library made or upgraded the database.",
    zh="数据库由更新版本创建。",
    do="Install that release or a newer one.",
    names="'9999'",
)
def a_database_of_the_future(folder: Path) -> None:
    with closing(sqlite3.connect(deal_file(folder))) as connection, connection:
        connection.execute("UPDATE cpq_alembic_version SET version_num = '9999'")
    with store_at(folder):
        pass


@reproduces(
    "store.no_schema",
    en="Our tables are not in the host's database.",
    zh="宿主数据库中没有本库的表。",
    do="Call `upgrade(connection)` once, and commit.",
    names="upgrade()",
)
def a_host_that_forgot_to_upgrade() -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            Deals(connection, tenant="acme").quotes()
    finally:
        engine.dispose()


@reproduces(
    "store.busy",
    en="Another writer holds the database longer than we wait.",
    zh="数据库正忙。",
    do="Try again; `store.run(work)` does so by itself.",
    names="another writer",
)
def two_writers(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sql, "BUSY_MS", 20)
    with store_at(folder) as first, store_at(folder) as second, first.unit() as deals:
        deals.record(owed())
        with second.unit() as other:
            other.record(paid())


@reproduces(
    "store.read_only",
    en="The database cannot be written to.",
    zh="数据库只读。",
    do="Check the rights of the file or of the login.",
    names="written to",
)
def a_file_opened_to_read(folder: Path) -> None:
    file = deal_file(folder)
    with (
        open_store(f"sqlite:///file:{file}?mode=ro&uri=true") as store,
        untouched(file),
        store.unit() as deals,
    ):
        deals.record(owed())


@reproduces(
    "store.cannot_open",
    en="The database file cannot be opened.",
    zh="数据库文件无法打开。",
    do="Check the path: perhaps it is a folder, or its rights.",
    names="cannot be opened",
)
def a_folder_as_store(folder: Path) -> None:
    open_store(f"sqlite:///{folder}")


@reproduces(
    "store.full",
    en="The disk or the server has no room left; nothing was written.",
    zh="磁盘空间不足，没有写入任何内容。",
    do="Make room and try again.",
    names="full",
)
def a_full_disk(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        pages = deals.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        deals.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for place in range(200):
            deals.record(paid(f"R-{place}"))


@reproduces(
    "store.constraint",
    en="The database itself refused a row, a value or a change of what happened.",
    zh="数据库约束拒绝了写入。",
    do="Write through `Deals` only; facts are appended, never changed.",
    names="append-only",
)
def changing_what_happened(folder: Path) -> None:
    deal_file(folder)
    with store_at(folder) as store, untouched(store), store.unit() as deals, sql.translated():
        deals.connection.exec_driver_sql("DELETE FROM cpq_fact")


@reproduces(
    "store.unsafe",
    en="SQLite does not take a setting that keeps the data safe.",
    zh="SQLite 不接受保障数据安全的设置。",
    do="Use a build of SQLite that supports it; Python's own does.",
    names=("synchronous", "9"),
)
def an_sqlite_without_safety(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sql, "_SQLITE_SETTINGS", {"synchronous": 9})
    open_store("sqlite://")


@reproduces(
    "store.autocommit",
    en="The host's connection commits each statement by itself.",
    zh="连接为自动提交模式。",
    do="Hand in a connection or session with transactions.",
    names="commits each statement",
)
def a_connection_without_transactions() -> None:
    driver = SimpleNamespace(dbapi_connection=SimpleNamespace(autocommit=True))
    sql.begun(
        SimpleNamespace(  # type: ignore[arg-type]
            in_transaction=lambda: True,
            connection=driver,
            dialect=SimpleNamespace(name="postgresql"),
        )
    )


@reproduces(
    "store.aborted",
    en="An earlier error ended the transaction; PostgreSQL would silently undo it.",
    zh="事务已因先前的错误失效。",
    do="Start the unit again; let errors leave it instead of catching them inside.",
    names="start again",
)
def committing_what_is_lost() -> None:
    status = SimpleNamespace(transaction_status=SimpleNamespace(name="INERROR"))
    driver = SimpleNamespace(dbapi_connection=SimpleNamespace(info=status))
    sql.refuse_aborted(SimpleNamespace(connection=driver))  # type: ignore[arg-type]


@reproduces(
    "store.unreachable",
    en="The database server does not answer, or ended the connection.",
    zh="数据库服务器无响应。",
    do="Check host, port and network; then try again.",
    names="not answer",
)
def a_server_that_is_not_there() -> None:
    open_store("postgresql://joe:secret@127.0.0.1:1/deals")


@reproduces(
    "store.login_refused",
    en="The server refuses the login.",
    zh="数据库登录被拒绝。",
    do="Check user and password in the URL.",
    names='"joe"',
)
def a_wrong_password() -> None:
    with server_says(postgres.InvalidPassword('password authentication failed for user "joe"')):
        pass


@reproduces(
    "store.no_database",
    en="The server has no database of that name.",
    zh="服务器上没有该数据库。",
    do="Create it, or correct the URL.",
    names='"deals"',
)
def a_database_nobody_made() -> None:
    with server_says(postgres.InvalidCatalogName('database "deals" does not exist')):
        pass


@reproduces(
    "store.not_permitted",
    en="The login, or the file's rights, do not allow it.",
    zh="没有权限。",
    do="Grant the login rights on our tables, or the process rights on the file.",
    names="cpq_fact",
)
def a_login_without_rights() -> None:
    with server_says(postgres.InsufficientPrivilege("permission denied for table cpq_fact")):
        pass


@reproduces(
    "store.io_error",
    en="The disk under the database does not answer.",
    zh="磁盘读写错误。",
    do="Check the disk; then open the store and `verify()` it.",
    names="disk I/O error",
)
def a_disk_that_fails() -> None:
    with sqlite_says(sqlite3.SQLITE_IOERR, "disk I/O error"):
        pass


@reproduces(
    "store.failed",
    en="The database failed in a way that has no code of its own.",
    zh="数据库出现其他错误。",
    do="Read the words of the database in the message; report them if they do not help.",
    names="out of memory",
)
def a_failure_of_its_own_kind() -> None:
    with sqlite_says(sqlite3.SQLITE_NOMEM, "out of memory"):
        pass
