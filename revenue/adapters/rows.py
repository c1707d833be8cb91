"""Rows of one tenant: the only way in which this store speaks SQL (租户).

A statement is written once with ``{p}`` for the table prefix and ``:tenant`` for the tenant, which
is bound here and nowhere else, so that no statement can look into another tenant's rows. It is put
into the driver's own words once and then handed over as it is: what SQLAlchemy does for a statement
each time anew costs more than the databases take to run one of these.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, CursorResult, Dialect, Row, text

from cpq.adapters.sql import translated
from cpq.kernel.errors import Invalid, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import number_key, printable

FORMAT = 1
"""The version of the JSON that bodies are written in; a later reader knows how to read it."""

MINOR_MAX = 10**17
"""The largest amount that is stored, in minor units: ninety of them still add up in 64 bits."""

_KEY_MAX = 256
_VERSION_MAX = 2**31 - 1

Document = TypeVar("Document", bound=Frozen)


@lru_cache(maxsize=1024)
def _driver_sql(template: str, prefix: str, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """The statement as the driver takes it, and the order of its values where it takes a tuple."""
    statement = text(template.replace("{p}", prefix))
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ()) if compiled.positional else None


class Rows:
    """Statements on one connection, for one tenant, on the tables with one prefix."""

    def __init__(self, connection: Connection, *, tenant: str, prefix: str) -> None:
        self.connection = connection
        self.tenant = tenant
        self.prefix = prefix

    def _run(self, template: str, *many: Mapping[str, Any]) -> CursorResult[Any]:
        connection = self.connection
        statement, order = _driver_sql(template, self.prefix, connection.dialect)
        bound = [{**values, "tenant": self.tenant} for values in many]
        if order is None:
            return connection.exec_driver_sql(statement, bound if len(bound) > 1 else bound[0])
        rows = [tuple([values[name] for name in order]) for values in bound]
        return connection.exec_driver_sql(statement, rows if len(rows) > 1 else rows[0])

    def all(self, template: str, **values: Any) -> Sequence[Row[Any]]:
        """Every row that the statement finds."""
        with translated():
            return self._run(template, values).all()

    def first(self, template: str, **values: Any) -> Row[Any] | None:
        """The first row that the statement finds, or ``None``."""
        with translated():
            return self._run(template, values).first()

    def some(self, template: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Row[Any]]:
        """The rows that the statement finds for the ``PAIRS``, a hundred at once.

        They are a table to join: what is listed after IN makes SQLite look at every row.
        """
        for listed, bound in in_chunks(pairs):
            yield from self.all(_with_pairs(template, listed), **bound)

    def change(self, template: str, **values: Any) -> int:
        """How many rows the statement wrote."""
        with translated():
            return self._run(template, values).rowcount

    def insert(self, table: str, *, unless_there: bool = False, **values: Any) -> bool:
        """Write one row; say whether. With ``unless_there`` a key that is taken is no error."""
        template = _insertion(table, tuple(values), unless_there=unless_there)
        return self.change(template, **values) == 1

    def insert_all(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows of the same columns at once; a key that is taken is passed over."""
        if not rows:
            return
        template = _insertion(table, tuple(rows[0]), unless_there=True)
        with translated():
            self._run(template, *rows)

    def append(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows of the same columns at once; a key that is taken is an error."""
        if rows:
            with translated():
                self._run(_insertion(table, tuple(rows[0]), unless_there=False), *rows)

    def change_each(self, template: str, many: Sequence[Mapping[str, Any]]) -> int:
        """Run the statement for each of the values; how many rows it wrote in all."""
        if not many:
            return 0
        with translated():
            return self._run(template, *many).rowcount


_SIZES = (1, 2, 4, 10, 30, 100)


def in_chunks(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Pairs of texts as ``VALUES`` of a few sizes, so that few statements serve for all of them.

    What is left of a size is filled with nothing, which nothing is called.

    >>> list(in_chunks([("receipt", "r-1")]))
    [('VALUES (:a0, :b0)', {'a0': 'receipt', 'b0': 'r-1'})]
    """
    for start in range(0, len(pairs), _SIZES[-1]):
        some = pairs[start : start + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        padded = (*some, *[("", "")] * (size - len(some)))
        bound = {f"a{place}": first for place, (first, _) in enumerate(padded)}
        bound |= {f"b{place}": second for place, (_, second) in enumerate(padded)}
        yield _values_of(size), bound


@lru_cache(maxsize=16)
def _values_of(size: int) -> str:
    return "VALUES " + ", ".join(f"(:a{place}, :b{place})" for place in range(size))


@lru_cache(maxsize=256)
def _with_pairs(template: str, listed: str) -> str:
    return template.replace("PAIRS", listed)


@lru_cache(maxsize=256)
def _insertion(table: str, columns: tuple[str, ...], *, unless_there: bool) -> str:
    names = ("tenant", *columns)
    listed, bound = ", ".join(names), ", ".join(f":{name}" for name in names)
    # Names of tables and columns come from this package, values are bound.
    template = f"INSERT INTO {{p}}{table} ({listed}) VALUES ({bound})"  # noqa: S608
    return f"{template} ON CONFLICT DO NOTHING" if unless_there else template


def key_of(number: str) -> str:
    """The key under which a number is stored. Raises ``Invalid`` (``number.too_long``,
    ``number.unreadable``).

    >>> key_of("Q-2026-0001")
    'q-2026-0001'
    """
    key = number_key(readable(number))
    if not 0 < len(key) <= _KEY_MAX:
        raise Invalid(
            "number.too_long",
            f"the number {number[:40]!r} is {len(key)} characters long when written out; "
            f"1 to {_KEY_MAX} can be stored",
        )
    return key


def readable(text: str) -> str:
    r"""Text that every database takes, in normal form: a number, a customer, a key.

    Raises ``Invalid`` (``number.unreadable``) for control characters and lone surrogates.

    >>> readable("Q-1")
    'Q-1'
    """
    try:
        return printable(text)
    except (ValueError, AttributeError) as error:
        why = str(error) if isinstance(error, ValueError) else "it is no text"
        raise Invalid(
            "number.unreadable", f"{ascii(text)[:60]} is no number or code: {why}"
        ) from error


def version_of(version: object) -> int:
    """The version of a document, where it can be stored. Raises ``Invalid``
    (``document.bad_version``).

    >>> version_of(2)
    2
    """
    if isinstance(version, int) and 1 <= version <= _VERSION_MAX:
        return version
    large = isinstance(version, int) and version.bit_length() > 64
    raise Invalid(
        "document.bad_version",
        f"a version is a whole number from 1 to {_VERSION_MAX}; found "
        f"{'one far beyond' if large else ascii(version)[:40]}",
    )


def minor(money: Money) -> int:
    """The amount in minor units, where it can be stored. Raises ``Invalid``
    (``money.off_grid``, ``money.too_large``).

    >>> minor(Money("99999999999999.99", "CNY"))
    9999999999999999
    """
    amount = money.minor
    if abs(amount) > MINOR_MAX:
        raise Invalid(
            "money.too_large",
            f"{money} cannot be stored; the largest amount is "
            f"{Money.from_minor(MINOR_MAX, money.code)}",
        )
    return amount


def body_of(document: Frozen) -> dict[str, Any]:
    """The columns of a document's body: canonical JSON, its version and its hash."""
    body = document.canonical()
    return {"format": FORMAT, "body": body, "sha256": sha256(body)}


def sha256(*parts: str) -> str:
    """SHA-256 in hex of the parts, one after the other."""
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def document(kind: type[Document], row: Row[Any], *, place: str) -> Document:
    """The document that a row holds, its hash checked.

    Raises ``Unreadable`` (``store.corrupt_document``), which names ``place``.
    """
    broken = None
    if sha256(row.body) != row.sha256:
        broken = "its content does not have the hash that was stored with it"
    elif row.format != FORMAT:
        broken = f"it is written in format {row.format}, and this release reads {FORMAT}"
    else:
        try:
            return kind.model_validate_json(row.body)
        except ValidationError as error:
            broken = f"it cannot be read as a {kind.__name__} ({error.error_count()} errors)"
    raise Unreadable(
        "store.corrupt_document",
        f"{place}: {broken}; restore the row from a backup, and run verify()",
        place=place,
    )
