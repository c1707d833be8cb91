"""What we must do as a guest: live in the host's transaction and leave it the host's (宿主契约)."""

from datetime import date

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session

from revenue.adapters.deals import Deals
from revenue.adapters.schema import schema_version, upgrade
from revenue.testing.inspect import content_of, refused
from revenue.testing.small import applied, offer, owed, paid, record_deal

_PREFIX = "crm_deals_"


class GuestContract:
    """Tests of a guest; give a fixture ``host``: an engine of the host on an empty database."""

    def test_the_host_commits_what_we_wrote(self, host: Engine) -> None:
        """Host and guest write in one transaction; both are there afterwards."""
        _prepared(host)
        with host.begin() as connection:
            _host_writes(connection)
            record_deal(_deals(connection))
        with host.connect() as connection:
            assert _host_rows(connection) == 1
            assert _deals(connection).verify() == ()
            assert len(_deals(connection).facts()) > 20

    def test_the_host_rolls_back_what_we_wrote(self, host: Engine) -> None:
        """We commit nothing, not even before the host has written anything."""
        _prepared(host)
        with host.connect() as connection:
            record_deal(_deals(connection))
            _host_writes(connection)
            connection.rollback()
        with host.connect() as connection:
            assert _host_rows(connection) == 0
            assert _deals(connection).facts() == ()
            assert _deals(connection).quotes() == ()

    def test_a_refusal_leaves_the_host_its_work(self, host: Engine) -> None:
        """After a refusal the host's transaction is alive, with all that it wrote before."""
        _prepared(host)
        with host.connect() as connection:
            _host_writes(connection)
            deals = _deals(connection)
            deals.record(owed())
            with refused("receipt.unknown"):
                deals.record(paid("R-2"), applied())
            _host_writes(connection)
            deals.record(paid())
            connection.commit()
        with host.connect() as connection:
            assert _host_rows(connection) == 2
            assert _deals(connection).facts() == (owed(), paid())
            assert _deals(connection).verify() == ()

    def test_the_database_refusing_leaves_it_too(self, host: Engine) -> None:
        """A row that the database itself refuses undoes our write alone."""
        _prepared(host)
        with host.connect() as connection:
            deals = _deals(connection)
            deals.record(owed(), paid())
            _host_writes(connection)
            # What a program with a fault in it would do: the balance goes, the facts stay.
            connection.execute(text(f"UPDATE {_PREFIX}balance SET left_minor = 1"))  # noqa: S608
            with refused("application.exceeds_open"):
                deals.record(applied())
            assert [finding.place for finding in deals.verify()] == [
                "balance receipt r-1",
                "balance receivable ar-1",
            ]
            connection.execute(
                text(f"UPDATE {_PREFIX}balance SET left_minor = amount_minor")  # noqa: S608
            )
            deals.record(applied())
            connection.commit()
        with host.connect() as connection:
            assert _host_rows(connection) == 1
            assert _deals(connection).verify() == ()

    def test_a_full_budget_leaves_the_host_its_work(self, host: Engine) -> None:
        """An offer without room undoes itself alone; lapsed ones that were looked at stay."""
        _prepared(host)
        with host.connect() as connection:
            deals = _deals(connection)
            offer(deals, "Q-1/1", 4, expires_on=date(2026, 11, 21))
            offer(deals, "Q-2/1", 6)
            _host_writes(connection)
            with refused("cap.exceeded"):
                offer(deals, "Q-3/1", 5)
            with refused("cap.exceeded"):
                offer(deals, "Q-4/1", 5, on=date(2026, 11, 22))
            offer(deals, "Q-4/1", 4, on=date(2026, 11, 22))
            connection.commit()
        with host.connect() as connection:
            assert _host_rows(connection) == 1
            deals = _deals(connection)
            assert [len(deals.budget.held(f"Q-{number}/1")) for number in (1, 2, 3, 4)] == [
                1, 1, 0, 1,
            ]  # fmt: skip
            assert deals.verify() == ()

    def test_a_session_serves_as_well(self, host: Engine) -> None:
        """The host's Session, its savepoints and its rollback."""
        _prepared(host)
        with Session(host) as session:
            deals = _deals(session)
            deals.record(owed())
            with session.begin_nested() as inner:
                deals.record(paid())
                inner.rollback()
            session.commit()
            assert _deals(session).facts() == (owed(),)
            _deals(session).record(paid())
            session.rollback()
            assert _deals(session).facts() == (owed(),)

    def test_only_tables_of_ours_are_touched(self, host: Engine) -> None:
        """The host's tables and its own migration history stay; twice upgraded is once."""
        with host.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('host')"))
        _prepared(host)
        with host.begin() as connection:
            upgrade(connection, prefix=_PREFIX)
            assert schema_version(connection, prefix=_PREFIX) is not None
            tables = inspect(connection).get_table_names()
            foreign = {name for name in tables if not name.startswith(_PREFIX)}
            assert foreign == {"alembic_version", "host_note"}
            found = connection.execute(text("SELECT version_num FROM alembic_version")).all()
            assert [tuple(row) for row in found] == [("host",)]

    def test_an_upgrade_is_the_hosts_to_commit(self, host: Engine) -> None:
        """Until it does, nothing of ours is there."""
        with host.connect() as connection:
            upgrade(connection, prefix=_PREFIX)
            connection.rollback()
            assert inspect(connection).get_table_names() == []

    def test_missing_tables_are_named(self, host: Engine) -> None:
        """Who forgot ``upgrade`` is told so."""
        with host.connect() as connection, refused("store.no_schema"):
            _deals(connection).quotes()

    def test_a_crash_of_the_host_leaves_nothing(self, host: Engine) -> None:
        """A connection that goes away takes the transaction with it."""
        _prepared(host)
        connection = host.connect()
        record_deal(_deals(connection))
        connection.invalidate()
        connection.close()
        with host.connect() as again:
            rows = content_of(again, prefix=_PREFIX)
            assert all(not found for name, found in rows.items() if "alembic" not in name)


def _deals(host: Session | Connection) -> Deals:
    return Deals(host, tenant="default", prefix=_PREFIX)


def _prepared(host: Engine) -> None:
    with host.begin() as connection:
        connection.execute(text("CREATE TABLE host_note (words VARCHAR(20))"))
        upgrade(connection, prefix=_PREFIX)


def _host_writes(connection: Connection) -> None:
    connection.execute(text("INSERT INTO host_note VALUES ('host')"))


def _host_rows(connection: Connection) -> int:
    return len(connection.execute(text("SELECT words FROM host_note")).all())
