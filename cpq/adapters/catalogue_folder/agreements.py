"""Price agreements from ``agreements.csv``: one agreed price a row, rows of one code together.

What holds for the agreement as a whole is said in one of its rows, or alike in several; the same
goes for the figures of a commitment that several rows draw on. A row that prices nothing is for an
agreement that only names a price book.
"""

from collections.abc import Iterator, Sequence

from cpq.adapters.catalogue_folder.tables import NAMES, PERIOD, period_of
from cpq.adapters.rows import Reading, Row, given, grouped
from cpq.agreement import AgreedPrice, PriceAgreement

_SCOPE = ("product", "category", "unit", "lower")
_AGREED = (*_SCOPE, "price", "percent_off_list", "percent_off_book", "not_above")
_POOL = ("measure", "committed", "consumed", "reserved", "over")
_PLAIN = (
    *("currency", "customer", "covers_children", "customer_group", "contract", "price_book"),
    *("zone", "promotable", "cascade"),
)
_HEAD = (*_PLAIN, *NAMES, "excluded", "from", "to")
_COLUMNS = ("code", *_HEAD, *_AGREED, "commitment", *_POOL)
_IN_LINE = {"commitment.code": "commitment", **{f"commitment.{name}": name for name in _POOL}}


def read_agreements(reading: Reading) -> Iterator[PriceAgreement]:
    """The agreements, in the order of their first rows."""
    rows = reading.rows("agreements.csv", columns=_COLUMNS, needs=("code",))
    for (code,), own in grouped(rows, ("code",)).items():
        sound = len(reading.findings)
        head = reading.together(own, _HEAD, about=f"agreement {code!r}")
        lines = tuple(_lines(reading, code or "", own))
        if len(reading.findings) > sound:
            continue  # a line is at fault, and that has been said
        fields = {
            "code": code,
            **head.filled(*_PLAIN),
            **given(
                name=head.local_text("name"),
                excluded=head.several("excluded"),
                period=period_of(head),
                lines=lines,
            ),
        }
        agreement = reading.of_row(PriceAgreement, fields, head, columns=PERIOD)
        if agreement is not None:
            reading.came(f"agreements/{code}", head)
            yield agreement


def _lines(reading: Reading, code: str, rows: Sequence[Row]) -> Iterator[AgreedPrice]:
    pools: dict[str, list[Row]] = {}
    for row in rows:
        if row.filled("commitment", *_POOL):
            pools.setdefault(row.get("commitment") or "", []).append(row)
    said = {
        pool: reading.together(own, _POOL, about=f"commitment {pool or '1'!r} of {code!r}")
        for pool, own in pools.items()
    }
    for row in rows:
        fields = row.filled(*_AGREED)
        drawn = row.filled("commitment", *_POOL)
        if not (fields or drawn):
            continue
        pool = said[row.get("commitment") or ""].filled(*_POOL) if drawn else {}
        commitment = {**pool, **given(code=row.get("commitment"))}
        line = reading.of_row(
            AgreedPrice, {**fields, **given(commitment=commitment)}, row, columns=_IN_LINE
        )
        if line is not None:
            reading.came(f"agreements/{code}/{line.scope}", row)
            yield line
