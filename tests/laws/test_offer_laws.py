"""Laws of options, of last days and of numbers."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from cpq.kernel.errors import Refused
from cpq.kernel.money import total
from cpq.quote import (
    NumberSeries,
    accept,
    missing_numbers,
    next_number,
    options_of,
    send,
    state_at,
    with_options,
)
from tests.cpq.quotes import line, offer, pricing_of

ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
CENTS = st.integers(0, 10**7).map(lambda cents: f"{cents // 100}.{cents % 100:02}")


@st.composite
def pricings(draw):
    """Lines with parts up to three deep; a line is optional as a whole or not at all."""
    lines = []
    for place in range(1, draw(st.integers(1, 12)) + 1):
        optional = draw(st.booleans())
        below = draw(st.sampled_from(((), (".1",), (".1", ".1.1", ".2"), (".1", ".10"))))
        lines += [line(f"{place}{part}", draw(CENTS), optional=optional) for part in ("", *below)]
    return pricing_of(*lines)


@given(pricings(), st.data())
def test_options_add_their_lines_and_nothing_else(pricing, data):
    numbers = [each.number for each in options_of(pricing)]
    taken = data.draw(st.lists(st.sampled_from(numbers), unique=True) if numbers else st.just([]))
    agreed = accept(send(offer(pricing)), on=offer().issued_on, by="x", options=taken).agreed
    assert agreed == with_options(pricing, taken)
    added = [each for each in pricing.lines if each.optional and each.number.split(".")[0] in taken]
    for figure in ("net", "tax", "gross", "amount"):
        before, after = getattr(pricing, figure).amount, getattr(agreed, figure).amount
        assert after == total((before, *(getattr(each, figure) for each in added)))
    assert total(row.tax.amount for row in agreed.taxes) == agreed.tax.amount
    assert agreed.net.amount + agreed.tax.amount == agreed.gross.amount
    assert set(options_of(agreed)) == {
        each for each in options_of(pricing) if each.number not in taken
    }


@given(
    st.sampled_from(ZONES),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.timedeltas(timedelta(days=-3), timedelta(days=3)),
)
def test_an_offer_is_in_time_while_its_last_day_lasts(zone, last, apart):
    sent = send(offer(zone=zone, issued_on=last - timedelta(days=30), valid_until=last))
    for at in (
        sent.expires_at + apart,
        sent.expires_at,
        sent.expires_at - timedelta(microseconds=1),
    ):
        local = at.astimezone(ZoneInfo(zone)).date()
        in_time = local <= last
        assert in_time == (at < sent.expires_at)
        assert state_at(sent, at=at) == ("sent" if in_time else "expired")
        for told in ({"at": at}, {"on": local}, {"on": local, "at": at}):
            if in_time:
                assert accept(sent, by="x", **told).acceptance.on == local
            else:
                with pytest.raises(Refused, match="valid until"):
                    accept(sent, by="x", **told)


SHOWN = {
    "never": ((),),
    "year": (("{year}",), ("{yy}",)),
    "month": (("{year}", "{month}"), ("{yy}", "{month}")),
}
MORE = st.lists(st.sampled_from(("{year}", "{yy}", "{month}", "-", "Q", "7", "报")), max_size=3)


@st.composite
def numbered(draw):
    """A series whose pattern has what it needs, in any order, and more."""
    restart = draw(st.sampled_from(sorted(SHOWN)))
    shown = draw(st.sampled_from(SHOWN[restart]))
    parts = [draw(st.sampled_from(("{n}", "{n:03}"))), *shown, *draw(MORE)]
    pattern = "".join(draw(st.permutations(parts)))
    return NumberSeries(code="s", pattern=pattern, restart=restart)


DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(numbered(), DAYS, DAYS, st.integers(0, 12000), st.integers(0, 12000))
def test_no_two_places_of_a_series_have_one_number(series, on, other, n, m):
    number = series.number(n, on=on)
    assert series.place(number, on=on) == n
    read = series.place(number, on=other)
    assert read == (n if series.period(on) == series.period(other) else None)
    if (series.period(on), n) != (series.period(other), m):
        assert number != series.number(m, on=other)


@given(DAYS, st.integers(0, 9), st.integers(1, 30))
def test_a_list_that_is_counted_on_has_no_gap(on, first, count):
    series = NumberSeries(code="s", pattern="Q{year}{n:02}", first=first)
    taken = ["Q-1", "other"]
    for _ in range(count):
        taken.append(next_number(series, taken, on=on))
    assert len(set(taken)) == count + 2
    assert missing_numbers(series, taken, on=on) == ()
    assert taken[-1] == series.number(first + count - 1, on=on)
    gap = taken.pop(2)
    assert missing_numbers(series, taken, on=on) == ((gap,) if count > 1 else ())
