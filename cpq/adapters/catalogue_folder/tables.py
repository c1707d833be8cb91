"""The tables of which every row is one value: products, customers, scopes, floors and the like.

Each table is its columns and a function from a row to the fields of its value; what is wrong in a
field is said of the column that it stands in.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cpq.adapters.rows import Reading, Row, given
from cpq.assignment import BookAssignment
from cpq.availability import SalesScope
from cpq.customer import Customer
from cpq.kernel.model import Frozen
from cpq.margin import Floor
from cpq.product import Category, Product

NAMES = ("name_en", "name_zh")
PERIOD = {"period": "from/to", "period.start": "from", "period.end": "to"}
"""In which columns a period stands."""

Value = TypeVar("Value", bound=Frozen)
_CATEGORY = ("code", "parent", *NAMES)
_SELLABLE = {"sellable": "sellable_from/sellable_to"}
_SELLABLE |= {"sellable.start": "sellable_from", "sellable.end": "sellable_to"}
_PRODUCT = (
    *("code", *NAMES, "unit", "category", "variant_of", "tax_code", "freight", "billing"),
    *("sellable_from", "sellable_to", "description_en", "description_zh"),
)
_PARTY = ("tax_id", "email", "phone")
_BUYS = ("price_book", "currency", "parent", "region", "channel", "tax_regime")
_CUSTOMER = (
    *("code", *NAMES, "address_en", "address_zh", "contact_en", "contact_zh"),
    *_PARTY,
    "groups",
    *_BUYS,
)
_FOR_ONE = ("customer", "customer_group", "channel", "region")
_ASSIGNMENT = ("book", *_FOR_ONE, "priority", "forced", "currency", "from", "to", "zone")
_LISTED = (
    *("products", "categories", "customers", "customer_groups", "regions", "channels", "books"),
)
_SCOPE = (*("code", *NAMES, "allow", *_LISTED, "from", "to", "zone", "reason_en", "reason_zh"),)
_FLOOR_PLAIN = (
    *("code", "product", "category", "unit", "zone", "kind", "margin", "percent_of_list"),
    *("last_price", "policy", "level", "approval"),
)
_FLOOR = (
    *(*_FLOOR_PLAIN, *NAMES, "customer_groups", "from", "to", "price", "cost_plus", "currency"),
)


def read_categories(reading: Reading) -> tuple[Category, ...]:
    """The nodes of the product tree."""
    return _read(reading, "categories", _CATEGORY, Category, _category)


def read_products(reading: Reading) -> tuple[Product, ...]:
    """The products; the file must be there."""
    return _read(
        reading, "products", _PRODUCT, Product, _product, columns=_SELLABLE, optional=False
    )


def read_customers(reading: Reading) -> tuple[Customer, ...]:
    """The customers, with what decides their prices and taxes."""
    inside = {f"party.{name}": name for name in ("name", "address", "contact", *_PARTY)}
    return _read(reading, "customers", _CUSTOMER, Customer, _customer, columns=inside)


def read_assignments(reading: Reading) -> tuple[BookAssignment, ...]:
    """Which price book is whose; these have no code."""
    found = []
    for row in reading.rows("assignments.csv", columns=_ASSIGNMENT, needs=("book",)):
        fields = {
            **row.filled("book", *_FOR_ONE, "priority", "forced", "currency", "zone"),
            **given(period=period_of(row)),
        }
        value = reading.of_row(BookAssignment, fields, row, columns=PERIOD)
        if value is not None:
            reading.came(f"assignments/{value.book}/{' '.join(value.target)}", row)
            found.append(value)
    return tuple(found)


def read_scopes(reading: Reading) -> tuple[SalesScope, ...]:
    """Who may buy what."""
    return _read(reading, "scopes", _SCOPE, SalesScope, _scope)


def read_floors(reading: Reading) -> tuple[Floor, ...]:
    """Below what nothing is sold; ``price`` and ``cost_plus`` are in the column ``currency``."""
    return _read(reading, "floors", _FLOOR, Floor, _floor, sound=_names_a_currency)


def period_of(row: Row, start: str = "from", end: str = "to") -> dict[str, str]:
    """The period that stands in two columns; nothing where both are empty."""
    return given(start=row.get(start), end=row.get(end))


def _is_sound(_reading: Reading, _row: Row) -> bool:
    return True


def _names_a_currency(reading: Reading, row: Row) -> bool:
    """Whether an amount of a floor has a currency; a finding where it has none."""
    amounts = row.filled("price", "cost_plus")
    named = not amounts or row.get("currency") is not None
    if not named:
        reading.find(
            "row.unreadable",
            row.place("currency"),
            f"the cell is empty; name the currency of {' and '.join(amounts)}",
        )
    return named


def _read(
    reading: Reading,
    name: str,
    header: tuple[str, ...],
    kind: type[Value],
    fields: Callable[[Row], dict[str, Any]],
    *,
    columns: Mapping[str, str] = PERIOD,
    sound: Callable[[Reading, Row], bool] = _is_sound,
    optional: bool = True,
) -> tuple[Value, ...]:
    found: list[Value] = []
    seen: dict[str, str] = {}
    for row in reading.rows(f"{name}.csv", columns=header, needs=("code",), optional=optional):
        code = row.get("code") or ""
        value = None
        if sound(reading, row):
            value = reading.of_row(kind, fields(row), row, columns=columns)
        if not reading.refuse_twice(seen, code, place=row.place("code")) and value is not None:
            reading.came(f"{name}/{code}", row)
            found.append(value)
    return tuple(found)


def _category(row: Row) -> dict[str, Any]:
    return {**row.filled("code", "parent"), **given(name=row.local_text("name"))}


def _product(row: Row) -> dict[str, Any]:
    return {
        **row.filled("code", "unit", "category", "variant_of", "tax_code", "freight", "billing"),
        **given(
            name=row.local_text("name"),
            description=row.local_text("description"),
            sellable=period_of(row, "sellable_from", "sellable_to"),
        ),
    }


def _customer(row: Row) -> dict[str, Any]:
    words = {name: row.local_text(name) for name in ("name", "address", "contact")}
    return {
        **row.filled("code", *_BUYS),
        **given(groups=row.several("groups")),
        "party": {**given(**words), **row.filled(*_PARTY)},
    }


def _scope(row: Row) -> dict[str, Any]:
    return {
        **row.filled("code", "allow", "zone"),
        **given(
            name=row.local_text("name"),
            reason=row.local_text("reason"),
            period=period_of(row),
            **{column: row.several(column) for column in _LISTED},
        ),
    }


def _floor(row: Row) -> dict[str, Any]:
    amounts = row.filled("price", "cost_plus")
    return {
        **row.filled(*_FLOOR_PLAIN),
        **given(
            name=row.local_text("name"),
            customer_groups=row.several("customer_groups"),
            period=period_of(row),
        ),
        **{
            name: {"amount": text, "currency": row.get("currency")}
            for name, text in amounts.items()
        },
    }
