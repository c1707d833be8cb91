"""A request says with which coupons it comes, who sells, and what of limits is used."""

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from cpq import Catalogue
from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.adapters.asked_deal import deal_of, keeper_of, register_of
from cpq.coupon import Coupon, CouponRegister, MemoryCoupons
from cpq.kernel.errors import Conflict, NotFound, Refused, Unreadable
from tests.terminal import terminal

TRADE = Path(__file__).resolve().parents[3] / "examples" / "trade"
STORE = json.loads((TRADE / "request-store.json").read_text(encoding="utf-8"))
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(TRADE)


def asked(folder: Path, **changes: Any) -> Path:
    """The request of the store in a folder of its own, otherwise."""
    shutil.copytree(TRADE / "coupons", folder / "coupons", dirs_exist_ok=True)
    path = folder / "request.json"
    path.write_text(json.dumps({**STORE, **changes}), encoding="utf-8")
    return path


def cpq(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return terminal("cpq", *words, cwd=cwd)


# --- what a request says --------------------------------------------------------------------------


def test_a_request_without_any_of_it_says_nothing(tmp_path: Path) -> None:
    path = asked(tmp_path, coupons=[], coupon_file=None)
    assert deal_of(read_request(path), zone=ZONE) is None


def test_everything_reaches_the_promotions(tmp_path: Path, catalogue: Catalogue) -> None:
    used = {"TENT-15/1/customer=SHANYE/2026-11/units": 4}
    path = asked(tmp_path, sold_by="R-7", contract="HT-9", orders_placed=2, used=used)
    deal = quote_for(read_request(path), catalogue).pricing.deal
    assert deal is not None
    assert [coupon.code for coupon in deal.coupons] == ["W26-RQ7J-VTFY"]
    assert (deal.salesperson, deal.contract, deal.orders_placed) == ("R-7", "HT-9", 2)
    assert deal.usage.rows == (("TENT-15/1/customer=SHANYE/2026-11/units", Decimal(4)),)


def test_a_toml_request_says_the_same(tmp_path: Path) -> None:
    shutil.copytree(TRADE / "coupons", tmp_path / "coupons")
    path = tmp_path / "request.toml"
    path.write_text(
        'number = "Q-1"\ncustomer = "SHANYE"\nissued_on = 2026-11-21\nvalid_until = 2026-12-21\n'
        'coupons = ["W26-RQ7J-VTFY"]\ncoupon_file = "coupons/welcome.csv"\norders_placed = 1\n'
        '[used]\n"P/1/2026-11/orders" = 3\n[[items]]\nproduct = "MUG"\n',
        encoding="utf-8",
    )
    deal = deal_of(read_request(path), zone=ZONE)
    assert deal is not None
    assert (len(deal.coupons), deal.orders_placed) == (1, 1)
    assert deal.usage.rows == (("P/1/2026-11/orders", Decimal(3)),)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"coupons": "W26-RQ7J-VTFY"}, "coupons"),
        ({"coupons": ["A\nB"]}, "coupons.1"),
        ({"orders_placed": -1}, "orders_placed"),
        ({"used": {"P/1/2026-11/orders": "many"}}, "used.P/1/2026-11/orders"),
        ({"used": ["P"]}, "used.1"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_request(asked(tmp_path, **changes))
    assert refusal.value.findings[0].place == place


# --- who knows the coupons ------------------------------------------------------------------------


def test_the_file_of_a_request_is_sought_beside_it(tmp_path: Path, catalogue: Catalogue) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    quote = quote_for(read_request(asked(folder)), catalogue)
    assert [outcome.applied for outcome in quote.pricing.coupons] == [True]
    with pytest.raises(Unreadable, match=r"coupon\.unreadable"):
        quote_for(read_request(asked(folder, coupon_file="coupons/none.csv")), catalogue)


def test_a_store_of_coupons_does_as_well(tmp_path: Path, catalogue: Catalogue) -> None:
    request = read_request(asked(tmp_path, coupons=["host 1"], coupon_file=None))
    store = MemoryCoupons()
    store.issue([Coupon(code="HOST-1", promotion="WELCOME")])
    quote = quote_for(request, catalogue, coupons=store)
    assert [outcome.coupon for outcome in quote.pricing.coupons] == ["HOST-1"]


def test_the_file_and_the_host_are_both_asked(tmp_path: Path, catalogue: Catalogue) -> None:
    request = read_request(asked(tmp_path, coupons=["W26-RQ7J-VTFY", "HOST-1"]))
    host = CouponRegister(coupons=(Coupon(code="HOST-1", promotion="WELCOME"),))
    pricing = quote_for(request, catalogue, coupons=host).pricing
    reasons = {outcome.coupon: outcome.reason for outcome in pricing.coupons}
    assert reasons == {"HOST-1": "applied", "W26-RQ7J-VTFY": "same_promotion"}


def test_codes_that_nobody_can_look_up_are_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    request = read_request(asked(tmp_path, coupon_file=None))
    with pytest.raises(Refused, match=r"request\.no_coupons"):
        quote_for(request, catalogue)


def test_a_code_that_nobody_issued_is_refused_or_told(tmp_path: Path, catalogue: Catalogue) -> None:
    request = read_request(asked(tmp_path, coupons=["NONE-1", "W26-RQ7J-VTFY"]))
    with pytest.raises(NotFound, match=r"coupon\.unknown"):
        quote_for(request, catalogue)
    told: list[str] = []
    quote = quote_for(request, catalogue, on_unknown=lambda each: told.append(each.coupon))
    assert told == ["NONE-1"]
    assert [outcome.applied for outcome in quote.pricing.coupons] == [True]


def test_two_files_may_not_give_out_one_code(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"code,promotion,batch\nA-1,WELCOME,{name}\n")
    assert keeper_of([]) is None
    assert len(register_of([tmp_path / "a.csv"]).coupons) == 1
    with pytest.raises(Conflict, match=r"coupon\.code_taken"):
        register_of([tmp_path / "a.csv", tmp_path / "b.csv"])


# --- the command line -----------------------------------------------------------------------------


def test_price_says_what_became_of_each_code(tmp_path: Path) -> None:
    path = asked(
        tmp_path,
        items=[{"product": "TENT-2", "quantity": 6}],
        coupons=["w26 rq7j vtfy", "W26-RQ7J-VTYF"],
    )
    done = cpq("quote", "price", path, "-c", TRADE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    short = "needs 3000.00 CNY; found 2040.00 CNY: 960.00 CNY more is missing"
    assert f"· coupon W26-RQ7J-VTFY {short}" in lines
    assert lines[-1].startswith("· no coupon has the code W26-RQ7J-VTYF; its check character")
    chinese = cpq("quote", "price", path, "-c", TRADE, "-l", "zh_CN", cwd=tmp_path).stdout
    assert "· 优惠券 W26-RQ7J-VTFY 需满 3000.00 CNY，现为 2040.00 CNY，还差 960.00 CNY" in chinese
    assert "· 优惠券 W26-RQ7J-VTYF 不存在，且校验码不符，可能输入有误；请核对券码" in chinese


def test_files_of_coupons_are_named_on_the_command_line(tmp_path: Path) -> None:
    path = asked(tmp_path, coupon_file=None)
    bare = cpq("quote", "price", path, "-c", TRADE, cwd=tmp_path)
    assert (bare.returncode, "[request.no_coupons]" in bare.stderr) == (1, True)
    file = ("--coupons", "coupons/welcome.csv")
    done = cpq("quote", "price", path, "-c", TRADE, *file, cwd=tmp_path)
    assert "✓ coupon W26-RQ7J-VTFY is applied" in done.stdout
    assert "ORDER: best EVERY-1000 + WELCOME 515.52 CNY" in done.stdout


def test_make_and_trace_know_them_too(tmp_path: Path) -> None:
    path = asked(tmp_path, coupon_file=None, coupons=["W26-RQ7J-VTFY", "NONE-1"])
    file = ("--coupons", "coupons/welcome.csv", "-c", TRADE)
    made = cpq("quote", "make", path, *file, "--draft", "-l", "en", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "no coupon has the code NONE-1" in made.stderr
    assert "✓ coupon W26-RQ7J-VTFY is applied" in made.stdout
    text = PdfReader(tmp_path / made.stdout.splitlines()[-1]).pages[0].extract_text()
    assert "free goods: A lamp with two tents" in text
    # 15.8 % off wants an approval, so what is no draft is refused, coupons or not
    page = cpq("quote", "html", path, *file, cwd=tmp_path)
    assert "[quote.needs_approval]" in page.stderr
    why = cpq("trace", "why", path, *file, "--line", "7", "-l", "zh_CN", cwd=tmp_path)
    assert "赠品" in why.stdout
    trigger = cpq("trace", "trigger", path, *file, "-r", "LAMP-100", cwd=tmp_path)
    assert "a line of LAMP" in trigger.stdout


def test_simulate_prices_requests_with_their_coupons(tmp_path: Path) -> None:
    path = asked(tmp_path)
    shutil.copytree(TRADE, tmp_path / "next")
    toml = tmp_path / "next" / "promotions.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('percent = "3"', 'percent = "5"'), encoding="utf-8")
    done = cpq(
        "catalogue", "simulate", TRADE, path, "--draft", "next", "--by", "rule", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "Welcome coupon: 5% off  altered" in done.stdout
