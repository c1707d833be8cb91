"""Charts of receivables: what is drawn is what the values say, and nothing comes from elsewhere."""

import re
from datetime import date
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from cpq.kernel.errors import NotFound
from cpq.kernel.money import Money
from revenue.adapters.chart_drawing import Scale, shortened, ticks
from revenue.adapters.receivables_chart import ageing_chart, collections_chart, dso_chart
from revenue.ageing import AgedRow, AgeingReport, CollectionSpell, DsoPoint

SVG = "{http://www.w3.org/2000/svg}"
BUCKETS = ("0", "1-30", "31+")


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def aged(group: str, *amounts: str, disputed: str = "0", code: str = "CNY") -> AgedRow:
    return AgedRow(
        group=group,
        currency=code,
        amounts=tuple(Money(each, code) for each in amounts),
        disputed=Money(disputed, code),
        on_account=Money("0", code),
    )


def report(*rows: AgedRow) -> AgeingReport:
    return AgeingReport(as_of=date(2026, 12, 31), by="customer", buckets=BUCKETS, rows=rows)


def spell(month: int, received: str, due: str = "50", returned: str = "0") -> CollectionSpell:
    return CollectionSpell(
        start=date(2026, month, 1),
        end=date(2026, month, 28),
        received=cny(received),
        returned=cny(returned),
        fell_due=cny(due),
    )


def point(month: int, days: str, best: str | None = "20") -> DsoPoint:
    return DsoPoint(
        on=date(2026, month, 28),
        countback=Fraction(days),
        simple=None,
        best_possible=None if best is None else Fraction(best),
    )


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def bars(svg: str) -> list[tuple[str, int, int]]:
    """What each bar says, its width and its height."""
    return [
        (rect.findtext(f"{SVG}title") or "", int(rect.attrib["width"]), int(rect.attrib["height"]))
        for rect in drawn(svg).iter(f"{SVG}rect")
        if rect.find(f"{SVG}title") is not None
    ]


CHARTS = {
    "ageing": ageing_chart(report(aged("C-1", "10", "0", "30", disputed="5")), currency="CNY"),
    "collections": collections_chart([spell(1, "90"), spell(2, "40")], currency="CNY"),
    "dso": dso_chart([point(1, "40"), point(2, "52.25")], currency="CNY"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_told_to_those_who_do_not_see_it(name: str) -> None:
    root = drawn(CHARTS[name])
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], description.attrib["id"]]
    assert title.attrib["id"] == f"{name}-title"
    assert title.text
    assert description.text


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_holds_no_script_and_refers_to_nothing(name: str) -> None:
    text = CHARTS[name].replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"<script|href|url\(|https?:|@import| on[a-z]+=", text)


def test_bars_are_as_long_as_their_amounts() -> None:
    rows = aged("C-1", "100", "50", "0"), aged("C-2", "30", "0", "0")
    svg = ageing_chart(report(*rows), currency="CNY")
    lengths = {told: width for told, width, _ in bars(svg)}
    assert lengths == {
        "C-1, not due: CN¥100.00": 387,
        "C-1, 1–30 days: CN¥50.00": 193,
        "C-2, not due: CN¥30.00": 116,
    }


def test_the_description_of_the_ageing_names_every_bucket_that_holds_something() -> None:
    assert drawn(CHARTS["ageing"]).findtext(f"{SVG}desc") == (
        "As of December 31, 2026 CN¥45.00 are open: not due 10.00, over 30 days 30.00, "
        "disputed 5.00."
    )


def test_the_smallest_groups_are_drawn_as_one() -> None:
    rows = [aged(f"C-{place}", str(place), "0", "0") for place in range(1, 6)]
    svg = ageing_chart(report(*rows), currency="CNY", most=2, locale="zh_CN")
    assert [told for told, _, _ in bars(svg)] == [
        "C-5, 未到期: ¥5.00",
        "C-4, 未到期: ¥4.00",
        "其他 3 项, 未到期: ¥6.00",
    ]


def test_other_currencies_are_left_to_their_own_chart() -> None:
    both = report(aged("C-1", "1", "0", "0"), aged("C-1", "7", "0", "0", code="USD"))
    assert [told for told, _, _ in bars(ageing_chart(both, currency="USD"))] == [
        "C-1, not due: $7.00"
    ]


def test_names_are_words_and_never_markup() -> None:
    svg = ageing_chart(
        report(aged("C-1", "1", "0", "0"), aged("", "1", "0", "0")),
        currency="CNY",
        names={"C-1": '<script>"&'},
    )
    said = [each.text for each in drawn(svg).iter(f"{SVG}text")]
    assert '<script>"&' in said
    assert "(none)" in said


def test_what_came_in_stands_above_the_foot_and_what_went_back_below() -> None:
    svg = collections_chart([spell(1, "100"), spell(2, "0", returned="50")], currency="CNY")
    (_, _, up), (told, _, down) = bars(svg)
    assert (up, down) == (149, 75)
    assert told == "2026-02: came in \N{MINUS SIGN}CN¥50.00, fell due CN¥50.00"


def test_the_line_of_the_best_possible_is_broken_where_nothing_was_sold() -> None:
    svg = dso_chart([point(1, "40"), point(2, "50", None), point(3, "60")], currency="CNY")
    lines = [each.attrib["points"].count(",") for each in drawn(svg).iter(f"{SVG}polyline")]
    assert lines == [1, 1, 3]
    assert "2026-01 40.0, 2026-02 50.0, 2026-03 60.0." in svg


def test_many_weeks_have_few_labels_and_the_last_one_always() -> None:
    weeks = [
        CollectionSpell(
            start=date.fromordinal(day),
            end=date.fromordinal(day + 6),
            received=cny("1"),
            returned=cny("0"),
            fell_due=cny("1"),
        )
        for day in range(date(2026, 1, 5).toordinal(), date(2026, 12, 28).toordinal(), 7)
    ]
    svg = collections_chart(weeks, currency="CNY")
    said = [each.text or "" for each in drawn(svg).iter(f"{SVG}text")]
    days = [text for text in said if re.fullmatch(r"\d\d-\d\d", text)]
    assert 10 <= len(days) <= 13
    assert days[-1] == "12-21"


@pytest.mark.parametrize("chart", [collections_chart, dso_chart])
def test_nothing_is_shown_as_nothing(chart) -> None:
    assert "没有数据。" in chart((), currency="CNY", locale="zh_CN")
    assert "Nothing is open." in ageing_chart(report(), currency="CNY")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(NotFound):
        ageing_chart(report(), currency="CNY", locale="xx")


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("0", "0", "0 1/5 2/5 3/5 4/5 1"),
        ("0", "7", "0 2 4 6 8"),
        ("0", "1000000", "0 200000 400000 600000 800000 1000000"),
        ("-1", "1", "-1 -1/2 0 1/2 1"),
        ("0", "0.03", "0 1/100 1/50 3/100"),
    ],
)
def test_an_axis_has_round_figures_from_end_to_end(low: str, high: str, found: str) -> None:
    assert [str(each) for each in ticks(Fraction(low), Fraction(high))] == found.split()


def test_a_scale_may_run_upwards() -> None:
    scale = Scale(Fraction(-1), Fraction(1), 200, 100)
    assert [scale.at(Fraction(each)) for each in (-1, 0, 1)] == [200, 150, 100]


def test_a_name_that_fits_is_not_cut() -> None:
    assert shortened("恒泰机械设备", 6) == "恒泰机械设备"
    assert shortened("恒泰机械设备公", 6) == "恒泰机械设…"
    assert shortened("abcdefghijkl", 6) == "abcdefghijkl"
