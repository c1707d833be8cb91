"""A catalogue from a folder of CSV and TOML files, as people keep it in spreadsheets.

======================  ==========================================================================
``catalogue.toml``      ``zone``, ``default_book``, the ``seller``, own ``units`` and ``taxes``
``categories.csv``      ``code, parent, name_en, name_zh``
``products.csv``        ``code, name_en, name_zh, unit, category, variant_of, tax_code,
                        sellable_from, sellable_to, description_en, description_zh``
``customers.csv``       ``code, name_en, name_zh, address_en, address_zh, tax_id, contact_en,
                        contact_zh, email, phone, groups`` (separated by ``;``) ``, price_book,
                        currency``
``price_books.csv``     ``code, name_en, name_zh, currency, base, resolution, zone``
``prices.csv``          one tier per row: ``book, from, to`` (the version; days inclusive)
                        ``, product, category, unit, lower, price, percent_off, amount_off, rank``
``promotions.toml``     ``[[promotion]]`` tables: the fields of ``PromotionPolicy``
``boms/*.toml``         one BOM each: the fields of ``BOM``; picks are written ``path=value``
======================  ==========================================================================

Only ``products.csv``, ``price_books.csv`` and ``prices.csv`` must be there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from cpq.adapters.rows import Reading, Row
from cpq.bom import BOM
from cpq.catalogue import Catalogue
from cpq.customer import Customer, Party
from cpq.kernel.model import Frozen
from cpq.kernel.period import Period
from cpq.kernel.quantity import STANDARD_UNITS, Unit, UnitTable
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier
from cpq.product import Category, Product
from cpq.promotion import PromotionPolicy
from cpq.tax import CHINA_VAT, TaxRate, TaxTable

_NAMES = ("name_en", "name_zh")
_CATEGORY = ("code", "parent", *_NAMES)
_PRODUCT = (
    *("code", *_NAMES, "unit", "category", "variant_of", "tax_code"),
    *("sellable_from", "sellable_to", "description_en", "description_zh"),
)
_CUSTOMER = (
    *("code", *_NAMES, "address_en", "address_zh", "tax_id", "contact_en", "contact_zh"),
    *("email", "phone", "groups", "price_book", "currency"),
)
_BOOK = ("code", *_NAMES, "currency", "base", "resolution", "zone")
_PRICE = (
    *("book", "from", "to", "product", "category", "unit"),
    *("lower", "price", "percent_off", "amount_off", "rank"),
)
Value = TypeVar("Value", bound=Frozen)


def read_catalogue(folder: str | Path) -> Catalogue:
    """The catalogue that a folder describes.

    Raises ``Unreadable``: ``folder.missing``; ``catalogue.unreadable`` with one finding per file,
    line and column that is wrong or names what is not there.
    """
    reading = Reading(Path(folder))
    settings = reading.toml("catalogue.toml")
    fields = {
        "categories": _read(reading, "categories.csv", _CATEGORY, Category, _category),
        "products": _read(reading, "products.csv", _PRODUCT, Product, _product, optional=False),
        "customers": _read(reading, "customers.csv", _CUSTOMER, Customer, _customer),
        "books": tuple(_books(reading)),
        "promotions": tuple(_promotions(reading)),
        "boms": tuple(_boms(reading)),
        **_settings(reading, settings),
    }
    catalogue = None
    if not reading.findings:
        catalogue = reading.value(Catalogue, fields, place="catalogue")
    if catalogue is not None:
        reading.findings += catalogue.check()
    reading.finish("catalogue.unreadable")
    assert catalogue is not None
    return catalogue


def _read(
    reading: Reading,
    name: str,
    columns: tuple[str, ...],
    kind: type[Value],
    fields: Any,
    *,
    optional: bool = True,
) -> tuple[Value, ...]:
    rows = reading.rows(name, columns=columns, needs=("code",), optional=optional)
    values = (reading.value(kind, fields(row), place=f"{name}:{row.line}") for row in rows)
    return tuple(value for value in values if value is not None)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, {})}


def _category(row: Row) -> dict[str, Any]:
    return _given(code=row.get("code"), parent=row.get("parent"), name=row.local_text("name"))


def _product(row: Row) -> dict[str, Any]:
    period = _given(start=row.get("sellable_from"), end=row.get("sellable_to"))
    plain = {name: row.get(name) for name in ("code", "unit", "category", "variant_of", "tax_code")}
    return _given(
        name=row.local_text("name") or None,
        description=row.local_text("description"),
        sellable=period,
        **plain,
    )


def _customer(row: Row) -> dict[str, Any]:
    party = _given(
        name=row.local_text("name") or None,
        address=row.local_text("address"),
        contact=row.local_text("contact"),
        tax_id=row.get("tax_id"),
        email=row.get("email"),
        phone=row.get("phone"),
    )
    groups = tuple(part.strip() for part in (row.get("groups") or "").split(";") if part.strip())
    return _given(
        code=row.get("code"),
        party=party,
        groups=groups,
        price_book=row.get("price_book"),
        currency=row.get("currency"),
    )


def _books(reading: Reading) -> Iterator[PriceBook]:
    heads = list(
        reading.rows("price_books.csv", columns=_BOOK, needs=("code", "currency"), optional=False)
    )
    sound = len(reading.findings)
    rows = list(reading.rows("prices.csv", columns=_PRICE, needs=("book",), optional=False))
    unread = len(reading.findings) > sound
    known = {head.get("code") for head in heads}
    for row in rows:
        if row.get("book") not in known:
            reading.find(
                "price_book.unknown",
                f"prices.csv:{row.line}:book",
                f"price book {row.get('book')!r} is not in price_books.csv",
            )
    by_book = _grouped(rows, ("book",))
    for head in heads:
        own = by_book.get((head.get("code"),), [])
        sound = len(reading.findings)
        versions = tuple(_versions(reading, own))
        if len(reading.findings) > sound or (unread and not versions):
            continue  # its prices are at fault, and that has been said
        fields = _given(
            **{name: head.get(name) for name in ("code", "currency", "base", "resolution", "zone")},
            name=head.local_text("name"),
            versions=versions,
        )
        book = reading.value(PriceBook, fields, place=f"price_books.csv:{head.line}")
        if book is not None:
            yield book


def _versions(reading: Reading, rows: Iterable[Row]) -> Iterator[PriceBookVersion]:
    """Rows with the same ``from`` and ``to`` are one version."""
    for (start, end), own in _grouped(rows, ("from", "to")).items():
        place = f"prices.csv:{own[0].line}"
        period = reading.value(Period, _given(start=start, end=end), place=f"{place}:from/to")
        fields = {"period": period, "entries": tuple(_entries(reading, own))}
        version = reading.value(PriceBookVersion, fields, place=place) if period else None
        if version is not None:
            yield version


def _entries(reading: Reading, rows: Iterable[Row]) -> Iterator[PriceBookEntry]:
    """Rows of a version that price the same thing are the tiers of one entry."""
    scope = ("product", "category", "unit", "rank")
    for key, own in _grouped(rows, scope).items():
        names = ("lower", "price", "percent_off", "amount_off")
        tiers = [
            reading.value(
                Tier,
                _given(**{name: row.get(name) for name in names}),
                place=f"prices.csv:{row.line}",
            )
            for row in own
        ]
        if all(tier is not None for tier in tiers):
            fields = _given(**dict(zip(scope, key, strict=True)), tiers=tiers)
            found = reading.value(PriceBookEntry, fields, place=f"prices.csv:{own[0].line}")
            if found is not None:
                yield found


def _grouped(
    rows: Iterable[Row], columns: tuple[str, ...]
) -> dict[tuple[str | None, ...], list[Row]]:
    groups: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(column) for column in columns), []).append(row)
    return groups


def _promotions(reading: Reading) -> Iterator[PromotionPolicy]:
    tables = reading.toml("promotions.toml")
    for name in sorted(tables.keys() - {"promotion"}):
        reading.find("file.columns", f"promotions.toml:{name}", "unknown; known: promotion")
    found = reading.tables(tables, "promotion", file="promotions.toml")
    for place, fields in enumerate(found, start=1):
        policy = reading.value(PromotionPolicy, fields, place=f"promotions.toml:{place}")
        if policy is not None:
            yield policy


def _boms(reading: Reading) -> Iterator[BOM]:
    for path in sorted((reading.folder / "boms").glob("*.toml")):
        name = f"boms/{path.name}"
        fields = reading.toml(name)
        if fields:
            bom = reading.value(BOM, fields, place=name)
            if bom is not None:
                yield bom


def _settings(reading: Reading, settings: dict[str, Any]) -> dict[str, Any]:
    known = {"zone", "default_book", "seller", "units", "taxes"}
    for name in sorted(settings.keys() - known):
        reading.find(
            "file.columns", f"catalogue.toml:{name}", f"unknown; known: {', '.join(sorted(known))}"
        )
    fields: dict[str, Any] = {
        name: settings[name] for name in ("zone", "default_book") if name in settings
    }
    if "seller" in settings:
        fields["seller"] = reading.value(Party, settings["seller"], place="catalogue.toml:seller")
    units = [
        reading.value(Unit, row, place=f"catalogue.toml:units.{place}")
        for place, row in enumerate(
            reading.tables(settings, "units", file="catalogue.toml"), start=1
        )
    ]
    table = {unit.code: unit for unit in STANDARD_UNITS.units}
    fields["units"] = UnitTable(
        units=tuple({**table, **{unit.code: unit for unit in units if unit}}.values())
    )
    rates = [
        reading.value(TaxRate, row, place=f"catalogue.toml:taxes.{place}")
        for place, row in enumerate(
            reading.tables(settings, "taxes", file="catalogue.toml"), start=1
        )
    ]
    own = tuple(rate for rate in rates if rate)
    if own:
        table_of = {"rates": (*CHINA_VAT.rates, *own)}
        fields["taxes"] = reading.value(TaxTable, table_of, place="catalogue.toml:taxes")
    return fields


def _numbered(reading: Reading, settings: dict[str, Any], name: str) -> Iterator[tuple[int, Any]]:
    yield from enumerate(reading.tables(settings, name, file="catalogue.toml"), start=1)
