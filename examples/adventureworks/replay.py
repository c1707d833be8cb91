"""Replay AdventureWorks' sales orders: ``python examples/adventureworks/replay.py FOLDER``.

Every order is priced again, as of its day, from product, quantity and kind of customer alone, and
compared with what it cost: unit price, discount and special offer of each line, subtotal to the
cent. Every finished good's BOM is exploded and compared with a plain recount of the rows. What
does not match is printed; the last line counts what does. Exit code 0: all of it, 1: not all of
it, 2: the folder cannot be read.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from books import SOURCE_MONEY, AdventureWorks, read_books
from command import answered
from recount import Totals, recount_boms
from sales import Sale, SoldLine, read_sales

from cpq.bom import explode
from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Unreadable
from cpq.kernel.money import difference, plain, product, rounded
from cpq.pricing import price
from cpq.waterfall import PricedLine, Pricing

CENT_PLACES = 2
SOURCE_PLACES = 4


def price_sale(sale: Sale, catalogue: Catalogue) -> Pricing:
    """The order priced as of its day: neither its prices nor its offers are looked at."""
    return price(
        [line.item for line in sale.lines],
        catalogue=catalogue,
        on=sale.on,
        customer=sale.customer,
        policy=SOURCE_MONEY,
    )


def line_differences(sold: SoldLine, line: PricedLine, offers: Sequence[str]) -> Iterator[str]:
    """What of a line came out otherwise than it was sold."""
    if line.unit_price != sold.unit_price:
        yield f"unit price: expected {plain(sold.unit_price)}, found {plain(line.unit_price)}"
    discount = product(sold.item.quantity, sold.unit_price, sold.discount)
    if line.discount != discount:
        yield f"discount: expected {plain(discount)}, found {plain(line.discount)}"
    if tuple(offers) != sold.offers:
        expected, found = (", ".join(codes) or "none" for codes in (sold.offers, offers))
        yield f"special offer: expected {expected}, found {found}"


class Replay:
    """The orders priced so far: how many there were, how many matched, and what did not."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.orders = self.orders_equal = self.orders_equal_exactly = 0
        self.lines = self.lines_equal = 0

    def sale(self, sale: Sale) -> Iterator[str]:
        """Price one order and say what does not match."""
        self.orders += 1
        self.lines += len(sale.lines)
        try:
            pricing = price_sale(sale, self.catalogue)
        except DomainError as error:
            yield f"order {sale.number}: expected {plain(sale.subtotal)}, found {error}"
            for line in sale.lines:
                yield f"order {sale.number} line {line.number}: expected a price, found none"
            return
        yield from self._lines(sale, pricing)
        yield from self._subtotal(sale, pricing.net.amount)

    def _lines(self, sale: Sale, pricing: Pricing) -> Iterator[str]:
        offers: dict[str, list[str]] = {line.number: [] for line in pricing.lines}
        for share in pricing.allocations:
            offers[share.line].append(share.promotion)
        for sold, line in zip(sale.lines, pricing.lines, strict=True):
            found = list(line_differences(sold, line, offers[line.number]))
            self.lines_equal += not found
            for text in found:
                yield f"order {sale.number} line {sold.number}: {text}"

    def _subtotal(self, sale: Sale, net: Decimal) -> Iterator[str]:
        self.orders_equal_exactly += rounded(net, SOURCE_PLACES) == sale.subtotal
        if rounded(net, CENT_PLACES) == rounded(sale.subtotal, CENT_PLACES):
            self.orders_equal += 1
        else:
            by = plain(difference(net, sale.subtotal))
            expected = plain(sale.subtotal)
            yield f"order {sale.number}: subtotal: expected {expected}, found {plain(net)} ({by})"


def bom_differences(code: str, expected: Totals, books: AdventureWorks, on: date) -> Iterator[str]:
    """What of a finished good's component totals differs from the recount."""
    try:
        parts = explode(books.catalogue.bom(code, on=on))
    except DomainError as error:
        yield f"bom {code}: expected {len(expected)} components, found {error}"
        return
    found = {(part.product, part.unit): (part.quantity, part.level) for part in parts}
    wanted = {(books.codes[key], unit): total for (key, unit), total in expected.items()}
    for key in sorted(wanted.keys() | found.keys()):
        if found.get(key) != wanted.get(key):
            yield (
                f"bom {code} component {key[0]}: expected {_counted(wanted.get(key), key[1])}, "
                f"found {_counted(found.get(key), key[1])}"
            )


def _counted(total: tuple[Decimal, int] | None, unit: str) -> str:
    return "none" if total is None else f"{plain(total[0])} {unit} down to level {total[1]}"


def replay(folder: Path) -> bool:
    """Replay the folder, print what does not match, last the counts; whether all matched.

    Raises ``Unreadable`` with file, line and column for what cannot be read.
    """
    books = read_books(folder)
    sales = read_sales(folder, books.codes)
    if not sales:
        raise Unreadable("file.empty", "SalesOrderHeader.csv: there is no order to replay")
    run = Replay(books.catalogue)
    for sale in sales:
        for text in run.sale(sale):
            print(text)
    last_day = max(sale.on for sale in sales)
    finished = recount_boms(folder, last_day.isoformat())
    boms_equal = 0
    for key, totals in finished.items():
        differences = list(bom_differences(books.codes[key], totals, books, last_day))
        boms_equal += not differences
        for text in differences:
            print(text)
    print(f"subtotals to all 4 decimals: {run.orders_equal_exactly} of {run.orders}")
    print(f"boms as of {last_day}: {boms_equal} of {len(finished)} equal their recount")
    print(
        f"orders {run.orders_equal}/{run.orders} lines {run.lines_equal}/{run.lines} "
        f"boms {boms_equal}"
    )
    return (run.orders_equal, run.lines_equal, boms_equal) == (
        run.orders,
        run.lines,
        len(finished),
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command; errors are one line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python examples/adventureworks/replay.py FOLDER", file=sys.stderr)
        return 2
    return answered(arguments[0], replay)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
