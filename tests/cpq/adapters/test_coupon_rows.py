"""Coupons as CSV, for the printer and back in; the commands that make and check codes."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from cpq.adapters.coupon_cli import commands
from cpq.adapters.coupon_rows import COLUMNS, csv_text, read_coupons, write_coupons
from cpq.cap import Cap
from cpq.coupon import Coupon, check_fits, coupons, seeded
from cpq.kernel.errors import DomainError, Invalid, Unavailable, Unreadable
from cpq.kernel.money import Money
from revenue.testing.coupons import example_coupon, example_coupons


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "coupons.csv") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def findings(text: str) -> list[tuple[str, str]]:
    """The places and codes of everything that is wrong with a file."""
    with pytest.raises(Unreadable) as refusal:
        read_coupons(written(text))
    assert refusal.value.code == "coupon.unreadable"
    return [(finding.place, finding.code) for finding in refusal.value.findings]


def run(*words: object) -> Any:
    done = CliRunner().invoke(commands, [str(word) for word in words])
    if isinstance(done.exception, DomainError | ValidationError):
        raise done.exception
    return done


# --- files -------------------------------------------------------------------------------------


def test_what_is_written_reads_back_the_same() -> None:
    """Every field of each, in their order."""
    write_coupons("out.csv", example_coupons())
    assert read_coupons("out.csv") == example_coupons()
    write_coupons("none.csv", [])
    assert read_coupons("none.csv") == ()


words = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=9
)
caps = st.lists(
    st.sampled_from(
        (
            Cap(code="once", orders=1, window="lifetime"),
            Cap(code="each", orders=3, scope=("customer", "channel"), window="week", over="warn"),
            Cap(code="money", amount=Money("99.90", "CNY"), window="rolling", days=30, tax="gross"),
            Cap(code="units", units="2.5", zone="Asia/Shanghai", window="month"),
            Cap(code="share", percent="10"),
        )
    ),
    max_size=3,
    unique_by=lambda cap: cap.code,
).map(tuple)


@given(words, words, words, words | st.none(), caps, st.booleans(), st.integers(1, 99))
def test_any_coupon_reads_back_the_same(
    code: str, promotion: str, batch: str, customer: str | None, own: Any, back: bool, days: int
) -> None:
    """Quotes, commas, signs that spreadsheets take for formulas, caps of any kind."""
    try:
        coupon = Coupon(
            code=code,
            promotion=promotion,
            batch=batch,
            customer=customer,
            caps=own,
            returns_on_cancel=back,
            period={"start": date.fromordinal(738000 + days)},
        )
    except ValidationError:
        return
    read = read_coupons(written(csv_text([coupon, example_coupon("OTHER-1")])))
    assert read == (coupon, example_coupon("OTHER-1"))


def test_a_printer_gets_no_empty_columns() -> None:
    made = coupons(2, promotion="A", entropy=seeded("1"), period={"end": "2026-11-30"})  # type: ignore[arg-type]
    assert csv_text(made).splitlines()[0] == "code,promotion,valid_until"
    header = csv_text([example_coupon("VIP", caps=(), batch="b", customer="C-1")]).splitlines()[0]
    assert header == "code,promotion,valid_from,valid_until,zone,customer,batch,orders"


def test_a_file_is_never_overwritten() -> None:
    """The codes in it may be printed already."""
    write_coupons("out.csv", example_coupons())
    before = Path("out.csv").read_bytes()
    for path in ("out.csv", "nowhere/out.csv", "."):
        with pytest.raises(Unavailable) as refusal:
            write_coupons(path, example_coupons())
        assert refusal.value.code == "file.not_written"
    assert Path("out.csv").read_bytes() == before


def test_a_file_of_people_is_read() -> None:
    """Columns in any order, blank rows, days in words of ISO, orders as a number."""
    (first, second, third) = read_coupons(
        written(
            "promotion,code,orders,valid_until,returns_on_cancel,state\r\n"
            "AUTUMN, 7k4p ,3,2026-11-30,no,\r\n"
            ",,,,,\r\n"
            "AUTUMN,POSTER,any,,yes,blocked\r\n"
            'AUTUMN,"A,B",,,,issued\r\n'
        )
    )
    assert (first.code, str(first.caps[0]), first.returns_on_cancel) == (
        "7k4p",
        "3 orders per lifetime",
        False,
    )
    assert str(first.period) == "… to 2026-11-30"
    assert (second.caps, second.state) == ((), "blocked")
    assert third == Coupon(code="A,B", promotion="AUTUMN")


def test_everything_wrong_is_said_at_once() -> None:
    """Each with its line and its column."""
    assert findings(
        "code,promotion,valid_from,valid_until,zone,state,orders,caps,returns_on_cancel\n"
        ",A,,,,,,,\n"
        "A-2,A,tomorrow,,,,,,\n"
        "A-3,A,2026-12-01,2026-11-30,,,,,\n"
        "A-4,A,,,Mars,,,,\n"
        "A-5,A,,,,used,many,,maybe\n"
        "A-6,A,,,,,0,,\n"
        "A-7,A,,,,,1,[],\n"
        "A-8,A,,,,,,{,\n"
        'A-9,A,,,,,,"[{""orders"": 1}]",\n'
        'B-1,A,,,,,,"[{""orders"": 1, ""uses"": 1}]",\n'
        'B-2,A,,,,,,"[{""orders"": 1}, {""uses"": 1}]",\n'
        "B-3,A,,,,,²,,\n"
        "- -,A,,,,,,,\n"
        "a4,A,,,,,,,\n"
        "A-9,B,,,,,,,\n"
    ) == [
        ("coupons.csv:2:code", "row.unreadable"),
        ("coupons.csv:3:valid_from", "row.unreadable"),
        ("coupons.csv:4:valid_until", "row.unreadable"),
        ("coupons.csv:5", "zone.unknown"),
        ("coupons.csv:6:orders", "row.unreadable"),
        ("coupons.csv:6:returns_on_cancel", "row.unreadable"),
        ("coupons.csv:6:state", "row.unreadable"),
        ("coupons.csv:7:orders", "row.unreadable"),
        ("coupons.csv:8:caps", "row.unreadable"),
        ("coupons.csv:9:caps", "row.unreadable"),
        ("coupons.csv:11:caps.1", "cap.one_measure"),
        ("coupons.csv:12", "coupon.cap_twice"),
        ("coupons.csv:13:orders", "row.unreadable"),
        ("coupons.csv:14", "coupon.unreadable_code"),
        ("coupons.csv:16:code", "coupon.code_taken"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code\nA-1\n", "file.columns"),
        ("code,promotion,colour\nA-1,A,red\n", "file.columns"),
        ('code,promotion\n"A-1,A\n', "row.unreadable"),
        ("code,promotion\nA-1\n", "row.unreadable"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, code: str) -> None:
    assert [found for _, found in findings(text)] == [code]


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_coupons("none.csv")
    assert [finding.code for finding in refusal.value.findings] == ["file.missing"]
    with pytest.raises(Unreadable, match=r"\[folder.missing\]"):
        read_coupons("nowhere/none.csv")


def test_a_code_that_stands_twice_is_named_with_both_lines() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_coupons(written("code,promotion\nA-1,A\nB-1,A\na1,A\n"))
    (finding,) = refusal.value.findings
    assert finding.place == "coupons.csv:4:code"
    assert "line 2" in finding.message.en


def test_columns_are_those_of_a_coupon() -> None:
    fields = {"valid_from": "period", "valid_until": "period", "orders": "caps"}
    assert {fields.get(column, column) for column in COLUMNS} == set(Coupon.model_fields)


# --- commands ----------------------------------------------------------------------------------


def test_make_writes_a_new_file_of_codes() -> None:
    named = ("--prefix", "A26", "--until", "2026-11-30", "--batch", "flyer", "--orders", "2")
    whose = ("--zone", "Asia/Shanghai", "--customer", "C-1")
    done = run("make", 50, "-p", "AUTUMN", "-o", "a.csv", *named, *whose)
    made = read_coupons("a.csv")
    assert done.exit_code == 0
    assert done.output == f"50 coupons for AUTUMN, such as {made[0].code}\na.csv\n"
    assert len({each.key for each in made}) == 50
    for each in made:
        assert each.code.startswith("A26-")
        assert check_fits(each.code)
        assert (each.customer, each.batch, each.zone) == ("C-1", "flyer", "Asia/Shanghai")
        assert str(each.period) == "… to 2026-11-30"
        assert str(each.caps[0]) == "2 orders per lifetime"
    run("make", 1, "-p", "A", "-o", "b.csv", "--orders", "any")
    assert read_coupons("b.csv")[0].caps == ()


def test_make_stays_clear_of_other_files() -> None:
    """The same seed makes the same codes, but not beside a file that has them."""
    for name, more in (("a", ()), ("b", ()), ("c", ("--beside", "a.csv"))):
        run("make", 30, "-p", "AUTUMN", "-o", f"{name}.csv", "--seed", "1", *more)
    first, second, third = (read_coupons(f"{name}.csv") for name in "abc")
    assert first == second
    assert not {each.key for each in first} & {each.key for each in third}
    run("make", 30, "-p", "AUTUMN", "-o", "d.csv")
    run("make", 30, "-p", "AUTUMN", "-o", "e.csv")
    assert read_coupons("d.csv") != read_coupons("e.csv")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--until", "tomorrow"), "input.invalid"),
        (("--orders", "0"), "input.invalid"),
        (("--orders", "many"), "input.invalid"),
        (("--length", "3"), "coupon.guessable"),
        (("--alphabet", "0O"), "coupon.bad_form"),
    ],
)
def test_make_refuses_and_writes_nothing(words: tuple[str, ...], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        run("make", 50, "-p", "AUTUMN", "-o", "a.csv", *words)
    assert refusal.value.code == code
    with pytest.raises(ValidationError):
        run("make", 50, "-p", "AUTUMN", "-o", "a.csv", "--from", "2026-12-02", "--until",
            "2026-12-01")  # fmt: skip
    assert not Path("a.csv").exists()


def test_check_looks_at_the_check_character() -> None:
    (code,) = (each.code for each in coupons(1, promotion="A", entropy=seeded("1")))
    assert (run("check", code.lower()).output, run("check", code).exit_code) == (
        "the check character fits\n",
        0,
    )
    slip = run("check", f"{code}2", "-l", "zh_CN")
    assert (slip.output, slip.exit_code) == ("校验码不符，请核对券码\n", 1)


def test_check_looks_into_files() -> None:
    """What the code opens on a day and for a customer, else the reason."""
    write_coupons("a.csv", example_coupons())
    write_coupons("b.csv", [example_coupon("B-1", promotion="B"), *example_coupons()[:3]])
    files = ("-i", "a.csv", "-i", "b.csv")
    for words, said, code in (
        (("autumn7k4p", "--on", "2026-11-30"), "AUTUMN-7K4P opens promotion AUTUMN", 0),
        (("autumn7k4p", "--on", "2026-12-01"), "2026-11-01 to 2026-11-30", 1),
        (("vip1", "--on", "2026-11-21"), "other customers", 1),
        (("vip1", "--on", "2026-11-21", "--customer", "C-7"), "opens promotion", 0),
        (("lost", "--on", "2026-11-21", "-l", "zh_CN"), "优惠券 lost 已停用", 1),
        (("b1", "--on", "2026-11-21", "-l", "zh_CN"), "可用于促销 B", 0),
        (("nobodys",), "check the code", 1),
    ):
        done = run("check", *words, *files)
        assert said in done.output
        assert done.exit_code == code


def test_check_means_today_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpq.adapters.coupon_cli.today", lambda: date(2026, 11, 21))
    write_coupons("a.csv", [example_coupon()])
    assert run("check", "autumn7k4p", "-i", "a.csv").output == (
        "coupon AUTUMN-7K4P opens promotion AUTUMN on 2026-11-21\n"
    )
    monkeypatch.setattr("cpq.adapters.coupon_cli.today", lambda: date(2027, 11, 21))
    assert run("check", "autumn7k4p", "-i", "a.csv").exit_code == 1
