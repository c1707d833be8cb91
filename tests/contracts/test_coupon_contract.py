"""The shipped contract of coupons, in memory and in databases; and many who issue at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from cpq.coupon import Coupon, Coupons, MemoryCoupons
from cpq.kernel.errors import DomainError
from revenue.adapters.store import Store, open_store
from revenue.testing.coupons import (
    DAY,
    CouponsContract,
    StoredCouponsContract,
    example_coupon,
    example_coupons,
)

_ISSUERS = 8
_ROUNDS = 5


class TestMemory(CouponsContract):
    @pytest.fixture
    def kept(self) -> Coupons:
        return MemoryCoupons()


class TestDatabaseInMemory(CouponsContract, StoredCouponsContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        with open_store("sqlite://") as store:
            yield store

    @pytest.fixture
    def kept(self, store: Store) -> Iterator[Coupons]:
        with store.unit() as deals:
            yield deals.coupons
            assert deals.verify() == ()


@pytest.mark.postgres
class TestPostgres(TestDatabaseInMemory):
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[Store]:
        with open_store(postgres_url) as store:
            yield store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deals.db"
    return str(request.getfixturevalue("postgres_url"))


def test_coupons_are_there_in_another_process(url: str) -> None:
    with open_store(url) as store, store.unit() as deals:
        deals.coupons.issue(example_coupons())
        deals.coupons.block("AUTUMN-7K4P", on=DAY, reason="lost")
    with open_store(url) as store, store.view() as deals:
        assert deals.coupons.find("autumn7k4p", at=DAY) == example_coupon(state="blocked")
        assert deals.verify() == ()


def _issued(store: Store, start: Barrier, coupons: list[Coupon]) -> str:
    start.wait()
    try:
        store.run(lambda deals: deals.coupons.issue(coupons))
    except DomainError as error:
        return error.code
    return "issued"


def test_a_code_is_given_to_one_of_many(url: str) -> None:
    """Each issues its own coupons and one code that all want; one gets it, with all of its own."""
    with open_store(url) as store, ThreadPoolExecutor(_ISSUERS) as pool:
        for round_ in range(_ROUNDS):
            start = Barrier(_ISSUERS)
            tries = [
                pool.submit(
                    _issued,
                    store,
                    start,
                    [
                        example_coupon(f"WANTED-{round_}", promotion=f"P-{issuer}"),
                        *(example_coupon(f"OWN-{round_}-{issuer}-{place}") for place in range(20)),
                    ],
                )
                for issuer in range(_ISSUERS)
            ]
            said = sorted(each.result() for each in tries)
            assert said == ["coupon.code_taken"] * (_ISSUERS - 1) + ["issued"]
        with store.view() as deals:
            assert deals.verify() == ()
            assert sum(each.issued for each in deals.coupons.batches()) == 21 * _ROUNDS


def test_many_issue_the_same_batch_once(url: str) -> None:
    """Whoever comes second finds it there, in whatever order it is given."""
    batch = list(example_coupons())
    with open_store(url) as store, ThreadPoolExecutor(_ISSUERS) as pool:
        start = Barrier(_ISSUERS)
        orders = [batch[place:] + batch[:place] for place in range(_ISSUERS)]
        tries = [pool.submit(_issued, store, start, each) for each in orders]
        assert {each.result() for each in tries} == {"issued"}
        with store.view() as deals:
            assert sum(each.issued for each in deals.coupons.batches()) == len(batch)
            assert deals.verify() == ()


def test_one_of_many_blocks_a_coupon(url: str) -> None:
    def block(store: Store, start: Barrier, reason: str) -> str:
        start.wait()
        try:
            store.run(lambda deals: deals.coupons.block("autumn7k4p", on=DAY, reason=reason))
        except DomainError as error:
            return error.code
        return reason

    with open_store(url) as store, ThreadPoolExecutor(_ISSUERS) as pool:
        with store.unit() as deals:
            deals.coupons.issue([example_coupon()])
        start = Barrier(_ISSUERS)
        tries = [pool.submit(block, store, start, f"because {n}") for n in range(_ISSUERS)]
        said = sorted(each.result() for each in tries)
        assert said[0].startswith("because")
        assert said[1:] == ["coupon.blocked_already"] * (_ISSUERS - 1)


def test_what_was_issued_cannot_be_changed(url: str) -> None:
    """UPDATE and DELETE are refused by the database itself, and so is a block of nothing."""
    with open_store(url) as store:
        with store.unit() as deals:
            deals.coupons.issue([example_coupon()])
            deals.coupons.block("autumn7k4p", on=DAY, reason="lost")
        blocks = "tenant, code_key, 2, on_day, format, body, sha256"
        columns = (
            "tenant, code_key, 0, code, promotion, batch, customer, state, format, body, sha256"
        )
        for change in (
            "UPDATE cpq_coupon SET promotion = 'OTHER'",
            "DELETE FROM cpq_coupon",
            "UPDATE cpq_coupon_block SET on_day = '2026-12-24'",
            "DELETE FROM cpq_coupon_block",
            f"INSERT INTO cpq_coupon_block SELECT {blocks} FROM cpq_coupon_block",
            f"INSERT INTO cpq_coupon SELECT {columns} FROM cpq_coupon",
        ):
            with store.engine.connect() as connection:
                with pytest.raises(IntegrityError):
                    connection.execute(text(change))
                connection.rollback()
        names = {
            check["name"] for check in inspect(store.engine).get_check_constraints("cpq_coupon")
        }
        assert names == {"cpq_coupon_place", "cpq_coupon_state", "cpq_coupon_sha256"}
