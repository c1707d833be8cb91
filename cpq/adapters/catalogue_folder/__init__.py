"""A catalogue from a folder of CSV and TOML files, as people keep it (产品目录文件夹).

What is a table is CSV, what has structure is TOML, and columns are called as the fields that they
fill. Only ``products.csv``, ``price_books.csv`` and ``prices.csv`` must be there.

========================  ========================================================================
``catalogue.toml``        ``zone``, ``default_book``, ``cost_book``, the ``seller``, own ``units``
                          and ``taxes``, the ``regimes``, the ``resources`` (code, name, unit), and
                          ``pivot`` of the ``rates``
``categories.csv``        a node of the product tree a row
``products.csv``          a product a row
``customers.csv``         a customer a row
``price_books.csv``       a price book a row, without its prices
``prices.csv``            a tier a row; rows for one thing in one version are one entry
``attribute_prices.csv``  an attribute price a row
``percent_of_total.csv``  a share of other lines a row
``agreements.csv``        an agreed price a row; rows of one code are one agreement
``assignments.csv``       a price book for somebody a row
``scopes.csv``            a sales scope a row
``floors.csv``            a floor a row
``rates.csv``             an exchange rate a row
``promotions.toml``       ``[[promotion]]`` tables: the fields of ``PromotionPolicy``; ``[[group]]``
                          tables: those of ``PromotionGroup``
``plans.toml``            ``[[plan]]`` tables: the fields of ``PricingPlan``
``approvals.toml``        the fields of ``ApprovalMatrix``
``boms/*.toml``           one BOM each: the fields of ``BOM``; picks are written ``path=value``; the
                          rows of a table may stand in a CSV file beside it, its ``rows_file``
``resources.csv``         what a product supplies of a resource, or draws (negative), a row
========================  ========================================================================
"""

from pathlib import Path

from cpq.adapters.catalogue_folder.agreements import read_agreements
from cpq.adapters.catalogue_folder.boms import BOMFolder, read_supplies
from cpq.adapters.catalogue_folder.books import read_books
from cpq.adapters.catalogue_folder.settings import (
    read_approvals,
    read_plans,
    read_promotions,
    read_rates,
    read_settings,
)
from cpq.adapters.catalogue_folder.tables import (
    read_assignments,
    read_categories,
    read_customers,
    read_floors,
    read_products,
    read_scopes,
)
from cpq.adapters.rows import Reading
from cpq.catalogue import Catalogue

__all__ = ["read_catalogue"]


def read_catalogue(folder: str | Path) -> Catalogue:
    """The catalogue that a folder describes.

    Raises ``Unreadable``: ``folder.missing``; ``catalogue.unreadable`` with one finding per file,
    line and column that is wrong or names what is not there.
    """
    reading = Reading(Path(folder))
    settings = reading.toml("catalogue.toml")
    fields = {
        **read_settings(reading, settings),
        "categories": read_categories(reading),
        "products": read_products(reading),
        "customers": read_customers(reading),
        "books": tuple(read_books(reading)),
        "agreements": tuple(read_agreements(reading)),
        "assignments": read_assignments(reading),
        "scopes": read_scopes(reading),
        "floors": read_floors(reading),
        "rates": read_rates(reading, settings),
        **read_promotions(reading),
        "plans": tuple(read_plans(reading)),
        "approvals": read_approvals(reading),
    }
    assemblies, supplies = BOMFolder(reading), read_supplies(reading)
    fields |= {"boms": assemblies.boms, "supplies": supplies}
    for name, file in (("books", "price_books.csv"), ("plans", "plans.toml")):
        reading.came(name, file)
    catalogue = None
    if not reading.findings:
        catalogue = reading.value(Catalogue, fields, place="catalogue")
    if catalogue is not None:
        reading.findings += reading.located(catalogue.check())
    else:
        reading.findings += reading.located(assemblies.misfits(supplies=supplies))
    reading.finish("catalogue.unreadable")
    assert catalogue is not None
    return catalogue
