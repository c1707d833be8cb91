"""Databases for the contracts: files, memory, and PostgreSQL where CPQ_POSTGRES_URL names one.

On PostgreSQL each test gets a schema of its own, and with it an empty database.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text

_numbers = itertools.count(1)


@contextmanager
def empty_schema() -> Iterator[str]:
    """The URL of a fresh PostgreSQL schema, dropped afterwards."""
    server = os.environ.get("CPQ_POSTGRES_URL")
    if not server:
        pytest.skip("CPQ_POSTGRES_URL names no PostgreSQL server")
    name = f"cpq_test_{os.getpid()}_{next(_numbers)}"
    # A connection that a failed test left open must not hold up the others.
    engine = create_engine(server, connect_args={"options": "-c lock_timeout=10s"})
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    url = make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with empty_schema() as url:
        yield url
