"""A configuration for another version of its model: what no longer holds is told at once."""

from pathlib import Path

from cpq.bom import BOM, Structure, structure
from cpq.configuration import check, configure, revalidate, validate
from tests.terminal import terminal

CHOSEN = {
    "head": "H12",
    "head.H12.lens": "F200",
    "extras": ["A", "C"],
    "bed": ["B1"],
    "colour": "red",
    "length": "2",
    "FAN.quantity": "2",
    "chiller.pump": "P2",
}


def group(code: str, *keys: str, **more: object) -> dict[str, object]:
    return {"code": code, "options": tuple({"product": key} for key in keys), **more}


def colour(*codes: str) -> dict[str, object]:
    return {"code": "colour", "values": tuple({"code": code} for code in codes)}


def fans(least: int) -> dict[str, object]:
    return {"product": "FAN", "quantity": least, "quantity_to": 4}


CHILLER = {"product": "CHILLER", "place": "chiller"}
LENGTH = {"code": "length", "range": {"low": 1, "high": 5}}
LENS = BOM(product="H12", groups=(group("lens", "F150", "F200"),))


def whole(machine: BOM, *pumps: str) -> Structure:
    chiller = BOM(product="CHILLER", groups=(group("pump", *pumps),))
    return structure("M", {"M": machine, "CHILLER": chiller, "H12": LENS})


THEN = whole(
    BOM(
        product="M",
        components=(CHILLER, fans(1)),
        attributes=(colour("red", "grey"), LENGTH),
        groups=(
            group("head", "H6", "H12"),
            group("extras", "A", "B", "C", minimum=0, maximum=2),
            group("bed", "B1", "B2", minimum=1, maximum=2),
        ),
    ),
    *("P1", "P2"),
)
TODAY = whole(
    BOM(
        product="M",
        components=(CHILLER, fans(3)),
        attributes=(colour("grey", "blue"), LENGTH),
        groups=(
            group("laser", "H6", "H12", preset=("H6",)),
            group("extras", "A", "B", minimum=0, maximum=2),
            group("bed", "B1", "B2", minimum=2, maximum=2),
        ),
        if_then=(
            {
                "code": "LONG",
                "when": "extras=A",
                "then": "length>=4",
                "message": {"en": "A needs room", "zh": "A 需要空间"},
            },
            {"code": "COOL", "when": "FAN.quantity<4", "then": "chiller.pump=P1"},
        ),
    ),
    *("P1", "P3"),
)
GONE = [
    ("FAN.quantity", "configuration.unknown_value", "2 is not offered; pick one of 3, 4"),
    ("bed", "configuration.choice_missing", "pick 2 of B1, B2; found B1"),
    ("chiller.pump", "configuration.not_met", "FAN.quantity<4 needs chiller.pump=P1 (rule COOL)"),
    ("chiller.pump", "configuration.unknown_value", "P2 is not offered; pick one of P1, P3"),
    ("colour", "configuration.unknown_value", "red is not offered; pick one of grey, blue"),
    ("extras", "configuration.unknown_value", "C is not offered; pick one of A, B"),
    ("head", "configuration.unknown_path", "nothing is chosen here; known are bed, colour"),
    ("laser", "configuration.choice_missing", "pick 1 of H6, H12; found none"),
    ("length", "configuration.not_met", "A needs room: extras=A needs length>=4 (rule LONG)"),
]


def test_all_that_no_longer_holds_is_told_at_once() -> None:
    made = configure(THEN, choose=CHOSEN)
    assert revalidate(made, THEN).holds
    found = revalidate(made, TODAY)
    assert not found.holds
    assert found.changes == ()
    assert found.findings == validate(made, TODAY)
    told = sorted(found.findings, key=lambda each: (each.place, each.code))
    assert [(each.place, each.code) for each in told] == [row[:2] for row in GONE]
    for each, (_, _, words) in zip(told, GONE, strict=True):
        assert words in each.message.en
        assert each.message.zh not in ("", each.message.en)


def test_what_was_chosen_below_something_gone_is_not_told_again() -> None:
    chosen = {"head": "H6", "bed": ["B1"]}
    gone = {**chosen, "head": "H99", "head.H99.lens": "F1"}
    assert [(each.place, each.code) for each in check(THEN, gone)] == [
        ("chiller.pump", "configuration.choice_missing"),
        ("head", "configuration.unknown_value"),
    ]
    renamed = {"cap": "X", "cap.X.size": "1", "capital": "Y"}
    places = [each.place for each in check(THEN, {**chosen, **renamed, "chiller.pump": "P1"})]
    assert places == ["cap", "capital"]


def test_a_choice_below_an_option_that_was_not_picked_is_told() -> None:
    chosen = {"head": "H6", "bed": ["B1"], "chiller.pump": "P1", "head.H12.lens": "F200"}
    (found,) = check(THEN, chosen)
    assert (found.place, found.code) == ("head.H12.lens", "configuration.unknown_path")


def test_the_paths_that_are_known_are_named_nearest_first_and_not_all() -> None:
    many = tuple({"code": f"a{n}", "values": ({"code": "x"},)} for n in range(40))
    boms = {
        "M": BOM(product="M", attributes=many, components=({"product": "S", "place": "s"},)),
        "S": BOM(product="S", attributes=({"code": "hue", "values": ({"code": "x"},)},)),
    }
    (found,) = check(structure("M", boms), {"s.tone": "x"})
    assert found.message.en.startswith("nothing is chosen here; known are s.hue, a0, a1, a10, ")
    assert found.message.en.endswith("a24, a25, …")


def test_several_wrong_picks_leave_the_right_ones_to_the_rules() -> None:
    found = check(TODAY, {**CHOSEN, "extras": ["C"]})
    assert "configuration.not_met" not in {each.code for each in found if each.place == "length"}


SHOP = {
    "catalogue.toml": 'default_book = "LIST"\n[seller]\nname = { en = "Works" }\n',
    "products.csv": "code,name_en\n"
    + "".join(f"{code},{code}\n" for code in ("M", "H6", "H12", "A", "B", "C", "D")),
    "customers.csv": "code,name_en\nC-1,Buyer\n",
    "price_books.csv": "code,currency\nLIST,CNY\n",
    "prices.csv": "book,product,price\n"
    + "".join(f"LIST,{code},10\n" for code in ("M", "H6", "H12", "A", "B", "C", "D")),
}
MODEL = """product = "M"
[[groups]]
code = "head"
options = [{ product = "H6" }, { product = "H12" }]
[[groups]]
code = "extras"
minimum = 0
maximum = 3
options = [{ product = "A" }, { product = "B" }, { product = "C" }]
[[attributes]]
code = "length"
range = { low = 1, high = 5 }
[[attributes]]
code = "tint"
values = [{ code = "red" }, { code = "grey" }]
"""
LATER = (
    MODEL.replace('code = "head"', 'code = "laser"')
    .replace('{ product = "C" }', '{ product = "D" }')
    .replace('{ code = "red" }', '{ code = "blue" }')
    + '[[if_then]]\ncode = "LONG"\nwhen = "extras=A"\nthen = "length>=3"\n'
    + 'message = { en = "A needs room", zh = "A 需要空间" }\n'
)


def test_a_saved_configuration_is_quoted_by_its_model_and_refused_by_another(
    tmp_path: Path,
) -> None:
    for name, text in {**SHOP, "boms/M.toml": MODEL}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    typed = "head=H12\nextras=A\nextras=C\nlength=2\ntint=red\nsave Q-1.json\nquit\n"
    asked = ("M", "--catalogue", tmp_path, "--on", "2026-11-21", "--customer", "C-1")
    saved = terminal("cpq", "configure", *asked, cwd=tmp_path, typed=typed)
    assert saved.returncode == 0, saved.stderr
    quoted = ("cpq", "quote", "price", tmp_path / "Q-1.json", "-c", tmp_path)
    assert terminal(*quoted, cwd=tmp_path).returncode == 0

    (tmp_path / "boms/M.toml").write_text(LATER, encoding="utf-8")
    english, chinese = (terminal(*quoted, *words, cwd=tmp_path) for words in ((), ("-l", "zh_CN")))
    assert (english.returncode, chinese.returncode) == (1, 1)
    lines = [line.strip() for line in english.stderr.splitlines()]
    assert lines[0].endswith("Q-1.json: request Q-1: 5 found [configuration.invalid]")
    known, long = "known are extras, laser, length, tint", "extras=A needs length>=3 (rule LONG)"
    assert sorted(lines[1:]) == [
        "items/1/extras: C is not offered; pick one of A, B, D [configuration.unknown_value]",
        f"items/1/head: nothing is chosen here; {known} [configuration.unknown_path]",
        "items/1/laser: pick 1 of H6, H12; found none [configuration.choice_missing]",
        f"items/1/length: A needs room: {long} [configuration.not_met]",
        "items/1/tint: red is not offered; pick one of blue, grey [configuration.unknown_value]",
    ]
    assert len(chinese.stderr.splitlines()) == len(lines)
    assert "items/1/extras: C 不在可选项中；可选：A, B, D" in chinese.stderr
    assert "items/1/length: A 需要空间：extras=A 时须满足 length>=3" in chinese.stderr
