"""Numbers given out without gaps (单据编号): a row for each, never changed and never taken out.

A number is given inside the transaction of the document that bears it. The tenant's head row is
taken first, so that one transaction at a time counts; if it is undone, the number is undone with
it, and whoever waited gets the same one.
"""

from datetime import date

from cpq.kernel.errors import Conflict
from cpq.quote import GivenNumber, NumberSeries
from revenue.adapters.recording import hold_head
from revenue.adapters.rows import Rows, document, key_of
from revenue.adapters.shapes import number_row

_LAST = (
    "SELECT MAX(place) AS place FROM {p}given_number "
    "WHERE tenant = :tenant AND series_key = :series_key AND period = :period"
)
_GIVEN = (
    "SELECT series_key, period, place, format, body, sha256 FROM {p}given_number "
    "WHERE tenant = :tenant AND (:series_key = '' OR series_key = :series_key) "
    "ORDER BY series_key, period, place"
)


def give(rows: Rows, series: NumberSeries, *, on: date) -> str:
    """The next number of a series, written down, inside a savepoint."""
    hold_head(rows)
    last = rows.first(_LAST, series_key=key_of(series.code), period=series.period(on))
    n = series.first if last is None or last.place is None else last.place + 1
    given = GivenNumber(series=series, on=on, n=n, number=series.number(n, on=on))
    if not rows.insert("given_number", unless_there=True, **number_row(given)):
        raise Conflict(
            "series.number_taken",
            f"the series {series.code} comes to {given.number}, which another series of this "
            "tenant gave; write its pattern so that no two series have a number in common",
            series=series.code,
            number=given.number,
        )
    return given.number


def given(rows: Rows, series: str | None) -> tuple[GivenNumber, ...]:
    """The numbers that were given, in the order of their counts."""
    found = rows.all(_GIVEN, series_key=key_of(series) if series else "")
    return tuple(
        document(GivenNumber, row, place=f"given_number {row.series_key} {row.period} {row.place}")
        for row in found
    )
