"""Tables for Kingdee, Yonyou and anybody: columns, numbers, sums, and what is refused."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue.adapters.export import Column, ColumnMap, column_map, export_journal, render_journal
from revenue.adapters.export.column_map import AccountCode, CurrencyName
from revenue.adapters.export.sheet import sheets
from revenue.entry import JournalEntry, JournalLine
from revenue.journal import STANDARD_CHART, journal
from tests.revenue.adapters.export.books import booked_books
from tests.revenue.deals import cash, day, debt, ledger_of

DEBIT_CREDIT = tuple(Column(title=name, value=name) for name in ("debit", "credit"))  # type: ignore[arg-type]
LEDGER = ledger_of(debt("AR-1", "300.00", on=day(1)), cash("R-1", "500.00", on=day(3)))
ENTRIES = journal(LEDGER.apply("R-1", to=["AR-1"], number="A-1", on=day(3)).facts)


def own(*columns: Column, **changes) -> ColumnMap:
    return ColumnMap(
        code="own",
        name={"en": "Own"},
        sources=("a test",),
        checked="by a test",
        columns=columns or (Column(title="n", value="number"), *DEBIT_CREDIT),
        **{"encoding": "utf-8", **changes},
    )


def table(content: bytes, encoding: str = "utf-8", skip: int = 0) -> list[dict[str, str]]:
    text = content.decode(encoding).split("\r\n", skip)[-1]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def dollars(amount: str, booked: str, part: str = "bank") -> JournalLine:
    money, worth = Money(amount, "USD"), Money(booked, "CNY")
    return JournalLine(
        account=getattr(STANDARD_CHART, part),
        debit=money if money.amount > 0 else None,
        credit=-money if money.amount < 0 else None,
        booked=worth,
        customer="C-7",
    )


def entry(*lines: JournalLine, on: date = date(2026, 12, 3), number: str = "E-1") -> JournalEntry:
    return JournalEntry(
        number=number,
        on=on,
        fact_kind="receipt",
        fact=number,
        rule="r",
        rule_version=1,
        lines=lines,
        memo={"en": "Paid", "zh": "收款"},
    )


IN_DOLLARS = entry(dollars("100.00", "712.34"), dollars("-100.00", "-712.34", "unapplied_cash"))


# --- the maps that ship ---


def test_kingdee_k3_has_its_37_columns_in_order() -> None:
    content = render_journal(ENTRIES, column_map("kingdee"), names={"C-1": "恒泰有限公司"})
    titles, first, *_ = csv.reader(io.StringIO(content.decode("gb18030")))
    assert len(titles) == 37
    assert titles[:6] == ["凭证日期", "会计年度", "会计期间", "凭证字", "凭证号", "科目代码"]
    assert titles[-4:] == ["核算项目", "过账", "机制凭证", "现金流量"]
    row = dict(zip(titles, first, strict=True))
    told = {
        "凭证日期": "2026-12-01",
        "会计年度": "2026",
        "会计期间": "12",
        "凭证字": "记",
        "凭证号": "1",
        "科目代码": "1122",
        "科目名称": "应收账款",
        "币别代码": "RMB",
        "币别名称": "人民币",
        "原币金额": "300.00",
        "借方": "300.00",
        "贷方": "0",
        "凭证摘要": "应收 AR-1（外部开票）",
        "汇率": "1",
        "分录序号": "0",
        "核算项目": "客户---C-1---恒泰有限公司",
    }
    assert {name: row[name] for name in told} == told


def test_kingdee_names_the_customer_only_on_accounts_that_carry_one() -> None:
    rows = table(render_journal(ENTRIES, column_map("kingdee")), "gb18030")
    carrying = {row["科目代码"]: bool(row["核算项目"]) for row in rows}
    assert carrying == {"1122": True, "224102": True, "1002": False, "224101": True}


def test_kingdee_cloud_has_two_rows_of_titles_and_heads_once() -> None:
    content = render_journal(ENTRIES, column_map("kingdee-cloud"))
    keys, titles, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert (keys[0], titles[0]) == ("FBillHead(GL_VOUCHER)", "*单据头(序号)")
    place = keys.index("FDate")
    assert [row[place] for row in rows] == [
        *("2026-12-01", "", "2026-12-03", "", "2026-12-03", ""),
    ]
    assert [row[0] for row in rows] == ["1", "", "2", "", "3", ""]
    assert [row[keys.index("FEntity")] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert {row[keys.index("FCURRENCYID")] for row in rows} == {"PRE001"}


def test_yonyou_u8_is_text_without_titles_and_quotes() -> None:
    renamed = [each.with_(memo={"zh": 'A,B;"C"\n=1'}) for each in ENTRIES]
    first, *rows = render_journal(renamed, column_map("yonyou")).decode("gb18030").split("\r\n")
    assert first == "填制凭证,V800"
    assert rows.pop() == ""
    cells = [row.split(",") for row in rows]
    assert {len(row) for row in cells} == {48}
    assert cells[0][:8] == [
        *("2026-12-01", "记", "1", "0", "A，B；＂C＂ =1", "1122", "300.00", "0"),
    ]
    assert [row[17] for row in cells] == ["C-1", "C-1", "", "C-1", "C-1", "C-1"]


def test_yonyou_t3_and_nc_tell_dollars_and_their_rate() -> None:
    row = table(render_journal([IN_DOLLARS], column_map("yonyou-t3")), "utf-8-sig")[0]
    assert len(row) == 73
    told = ("币种", "借方金额", "贷方金额", "外币借方金额", "外币贷方金额", "汇率")
    assert [row[name] for name in told] == ["美元", "712.34", "0", "100.00", "0", "7.123400"]
    row = table(render_journal([IN_DOLLARS], column_map("yonyou-nc")), "utf-8-sig")[1]
    assert len(row) == 49
    told = ("* 原币借方金额", "* 原币贷方金额", "* 本币贷方金额", "组织本币汇率", "辅助核算1")
    assert [row[name] for name in told] == ["0", "100.00", "712.34", "7.123400", "C-7:0004"]


@pytest.mark.parametrize(
    "name", ["kingdee-k3-wise", "kingdee-cloud", "yonyou-u8", "yonyou-t3", "yonyou-nc"]
)
def test_a_map_keeps_every_amount(name: str) -> None:
    columns = column_map(name)
    titles = [column.title for column in columns.columns]
    debit, credit = (
        next(place for place, column in enumerate(columns.columns) if column.value == side)
        for side in ("debit", "credit")
    )
    text = render_journal((*ENTRIES, IN_DOLLARS), columns).decode(columns.encoding)
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == len(titles)]
    rows = rows[len(columns.titles) :]
    sums = [sum(Decimal(row[place] or 0) for row in rows) for place in (debit, credit)]
    assert sums == [300 + 500 + 300 + Decimal("712.34")] * 2


# --- numbers and sums ---


def test_entries_are_numbered_from_one_in_each_period() -> None:
    facts = [
        debt(f"AR-{place}", "1.00", on=on)
        for place, on in enumerate((day(31), day(1), day(32), day(15), day(33)))
    ]
    got = [
        (sheet.entry.fact, sheet.number, sheet.place, sheet.before)
        for sheet in sheets(journal(facts), own())
    ]
    assert got == [
        *(("AR-1", 1, 1, 0), ("AR-3", 2, 2, 2), ("AR-0", 3, 3, 4)),
        *(("AR-2", 1, 4, 6), ("AR-4", 2, 5, 8)),
    ]
    numbers = [sheet.number for sheet in sheets(journal(facts), own(), first_number=41)]
    assert numbers == [41, 42, 43, 1, 2]
    by_file = sheets(journal(facts), own(count="file"), first_number=41)
    assert [sheet.number for sheet in by_file] == [41, 42, 43, 44, 45]
    by_year = sheets(journal(facts), own(count="year"))
    assert [sheet.number for sheet in by_year] == [1, 2, 3, 1, 2]


@given(entries=booked_books)
def test_a_day_summed_up_keeps_debits_and_credits(entries: list[JournalEntry]) -> None:
    def moved(found: list[JournalEntry]) -> dict[tuple[object, ...], tuple[int, int]]:
        sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
        for each in found:
            for line in each.lines:
                key = (each.on, line.account.code, line.signed.code, line.debit is None,
                       line.customer, line.book_only)  # fmt: skip
                sums[key][0] += line.signed.minor
                sums[key][1] += line.value.minor
        return {key: (signed, value) for key, (signed, value) in sums.items()}

    summed = [sheet.entry for sheet in sheets(entries, own(per="day"))]
    assert moved(summed) == moved(entries)
    assert all(one.on < other.on for one, other in pairwise(summed))


def test_a_day_of_many_is_one_entry_that_says_so() -> None:
    facts = [cash(f"R-{place}", "100.00", on=day(2)) for place in range(3)]
    (sheet,) = sheets(journal(facts), own(per="day"))
    assert sheet.entry.memo.zh == "2026-12-02 汇总 3 笔"
    assert [str(line.signed) for line in sheet.entry.lines] == ["300.00 CNY", "-300.00 CNY"]


def test_contracts_stay_apart_only_where_they_are_shown() -> None:
    entries = [
        entry(
            dollars("1.00", "7.00").with_(contract=contract),
            dollars("-1.00", "-7.00").with_(contract=contract),
            number=contract,
        )
        for contract in ("HT-1", "HT-2")
    ]
    (together,) = sheets(entries, own(per="day"))
    shown = own(Column(title="c", template="{contract}"), per="day")
    (apart,) = sheets(entries, shown)
    assert (len(together.entry.lines), len(apart.entry.lines)) == (2, 4)


# --- columns ---


def test_a_template_stays_empty_where_a_part_is_missing() -> None:
    columns = own(Column(title="who", template="{customer}/{contract}", empty="-"))
    assert [row["who"] for row in table(render_journal([IN_DOLLARS], columns))] == ["-", "-"]
    named = IN_DOLLARS.with_(lines=[line.with_(contract="HT-1") for line in IN_DOLLARS.lines])
    assert table(render_journal([named], columns))[0]["who"] == "C-7/HT-1"


def test_accounts_and_currencies_have_the_codes_of_the_other_side() -> None:
    columns = own(
        Column(title="account", value="account"),
        Column(title="currency", value="currency"),
        accounts=(AccountCode(account="1002", code="1002.01"),),
        currencies=(CurrencyName(currency="USD", code="$"),),
    )
    rows = table(render_journal([IN_DOLLARS], columns))
    assert [(row["account"], row["currency"]) for row in rows] == [
        ("1002.01", "$"),
        ("224101", "$"),
    ]


@pytest.mark.parametrize(
    ("days", "text"),
    [("2026/1/31", "2026/12/3"), ("2026/01/31", "2026/12/03"), ("20260131", "20261203")],
)
def test_days_are_written_as_the_map_says(days: str, text: str) -> None:
    columns = own(Column(title="day", value="date"), days=days)
    assert table(render_journal([IN_DOLLARS], columns))[0]["day"] == text


def test_amounts_get_the_decimals_of_their_column() -> None:
    columns = own(
        Column(title="d", value="debit", places=4), Column(title="r", value="rate", places=2)
    )
    row = table(render_journal([IN_DOLLARS], columns))[0]
    assert (row["d"], row["r"]) == ("712.3400", "7.12")


def test_sides_have_the_words_of_the_map() -> None:
    columns = own(Column(title="dc", value="side"), sides=("D", "C"))
    assert [row["dc"] for row in table(render_journal([IN_DOLLARS], columns))] == ["D", "C"]


def test_words_are_no_formula_in_a_table_and_stay_as_they_are_in_text() -> None:
    formula = IN_DOLLARS.with_(memo={"zh": '=HYPERLINK("x")'})
    columns = own(Column(title="m", value="memo"), Column(title="f", fixed="-"))
    assert table(render_journal([formula], columns))[0] == {"m": '\'=HYPERLINK("x")', "f": "-"}
    plain = columns.with_(guard=False)
    assert table(render_journal([formula], plain))[0]["m"] == '=HYPERLINK("x")'


def test_a_memo_is_cut_and_a_number_is_not() -> None:
    assert table(render_journal([IN_DOLLARS], own(Column(title="m", value="memo", longest=1))))[
        0
    ] == {"m": "收"}
    with pytest.raises(Refused) as refusal:
        render_journal([IN_DOLLARS], own(Column(title="F", value="fact", longest=2)))
    assert refusal.value.code == "journal_export.does_not_fit"
    assert refusal.value.facts == {"entry": "E-1", "column": "F"}


def test_an_amount_is_refused_rather_than_rounded() -> None:
    columns = own(Column(title="D", value="debit", places=1))
    with pytest.raises(Refused) as refusal:
        render_journal([IN_DOLLARS], columns)
    assert refusal.value.code == "journal_export.does_not_fit"
    assert "712.34 has more than 1 decimals" in refusal.value.message


def test_dollars_without_their_value_in_yuan_are_refused() -> None:
    bare = entry(*(line.with_(booked=None) for line in IN_DOLLARS.lines))
    with pytest.raises(Refused) as refusal:
        render_journal([bare], own())
    assert refusal.value.code == "journal_export.no_book_value"
    rows = table(render_journal([bare], own(book="USD")))
    assert [row["debit"] for row in rows] == ["100.00", ""]


def test_a_currency_without_a_code_is_refused() -> None:
    known = (CurrencyName(currency="CNY", code="RMB"),)
    columns = own(Column(title="c", value="currency"), currencies=known)
    with pytest.raises(Refused) as refusal:
        render_journal([IN_DOLLARS], columns)
    assert refusal.value.code == "journal_export.unknown_currency"


def test_the_same_entries_give_the_same_bytes_in_a_file_that_appears_whole(tmp_path: Path) -> None:
    path = export_journal(ENTRIES, column_map("kingdee"), tmp_path / "k3.csv")
    assert path.read_bytes() == render_journal(ENTRIES, column_map("kingdee"))
    bare = entry(*(line.with_(booked=None) for line in IN_DOLLARS.lines))
    with pytest.raises(Refused):
        export_journal([*ENTRIES, bare], column_map("kingdee"), path)
    assert path.read_bytes() == render_journal(ENTRIES, column_map("kingdee"))
    assert list(tmp_path.iterdir()) == [path]
