"""A hostile modeller: everything wrong with a product model is told in one go, where it stands."""

import json
from pathlib import Path

import pytest

from cpq.adapters import read_catalogue
from cpq.kernel.errors import Finding, Unreadable
from tests.terminal import terminal

SHOP = {
    "catalogue.toml": 'default_book = "LIST"\n',
    "products.csv": "code,name_en\nM,Machine\nS,Spindle\nT,Tool\nX,X\nY,Y\nZ,Z\n",
    "price_books.csv": "code,currency\nLIST,CNY\n",
    "prices.csv": "book,product,price\nLIST,M,10\n",
}
SIZE = '[[attributes]]\ncode = "size"\nrange = { low = 1, high = 5 }\n'
HEAD = '[[groups]]\ncode = "head"\noptions = [{ product = "X" }, { product = "Y" }]\n'
MISTAKES = {
    "no values": (
        '[[attributes]]\ncode = "colour"\nvalues = []\n',
        ("bom.no_value", "boms/M.toml:attributes.1", "'colour'", "colour"),
    ),
    "no numbers": (
        '[[attributes]]\ncode = "length"\nrange = { low = 5, high = 1 }\n',
        ("bom.no_value", "boms/M.toml:attributes.2.range", "from 5 to 1", "5 至 1"),
    ),
    "no options": (
        '[[groups]]\ncode = "bed"\noptions = []\n',
        ("bom.no_value", "boms/M.toml:groups.1", "'bed'", "bed"),
    ),
    "min above max": (
        '[[groups]]\ncode = "lamp"\nminimum = 3\nmaximum = 1\noptions = [{ product = "Z" }]\n',
        ("bom.group_bounds", "boms/M.toml:groups.2", "'lamp'", "lamp"),
    ),
    "wrong arity": (
        '[[tables]]\ncode = "WIDE"\ncolumns = ["head", "size"]\nrows = [["X", 1], ["X", 1, 2]]\n',
        ("bom.table_width", "boms/M.toml:tables.1", "'WIDE' has 2 columns", "WIDE 有 2 列"),
    ),
    "unknown path": (
        '[[if_then]]\ncode = "HAT"\nwhen = "hat=x"\nthen = "size>2"\n',
        ("bom.unknown_path", "boms/M.toml:HAT", "at hat", "hat 处没有可选项"),
    ),
    "unknown value": (
        '[[if_then]]\ncode = "NINE"\nwhen = "head=X9"\nthen = "size>2"\n',
        ("bom.unknown_value", "boms/M.toml:NINE", "head is never X9", "X9"),
    ),
    "unknown pick": (
        '[[requires]]\ncode = "DEAD"\nwhen = "head=X"\nneeds = ["cap=Z"]\n',
        ("bom.dead_rule", "boms/M.toml:DEAD", "cap=Z", "cap=Z"),
    ),
    "sum that never holds": (
        '[[sums]]\ncode = "NEVER"\nterms = [{ path = "size", each = 1 }]\nat_least = 9\n',
        ("bom.sum_never", "boms/M.toml:NEVER", "from 1 to 5", "1 至 5"),
    ),
}
CYCLE = ("bom.cycle", "boms/M.toml", "M > S > T > M", "M > S > T > M")
SHORT_CYCLE = ("bom.cycle", "boms/S.toml", "S > T > S", "S > T > S")
DEEP = ("bom.unknown_path", "boms/S.toml:DEEP", "at shoe", "shoe")
SPINDLE = """product = "S"
components = [{ product = "T" }]
[[groups]]
code = "ok"
options = [{ product = "Z" }]
[[if_then]]
code = "DEEP"
when = "shoe=1"
then = "ok=Z"
[[if_then]]
code = "BEYOND"
when = "ok=Z"
then = "T.M.colour=red and T.M.size>1"
"""
TOOL = 'product = "T"\ncomponents = [{ product = "M" }, { product = "S", place = "back" }]\n'
FINE = """
[[if_then]]
code = "INTO-WHAT-IS-WRONG"
when = "colour=red or lamp.Z.hue=dim"
then = "bed=none"
[[sums]]
code = "OVER-WHAT-IS-WRONG"
terms = [{ path = "length", each = 1 }]
at_least = 900
[[requires]]
code = "OF-WHAT-IS-WRONG"
when = "lamp=Z"
needs = ["bed=X"]
"""


def shop(tmp_path: Path, **boms: str) -> Path:
    for name, text in {
        **SHOP,
        **{f"boms/{code}.toml": text for code, text in boms.items()},
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def machine(*parts: str) -> str:
    return f'product = "M"\ncomponents = [{{ product = "S", place = "sub" }}]\n{"".join(parts)}'


def found_in(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(Unreadable) as refusal:
        read_catalogue(folder)
    assert refusal.value.code == "catalogue.unreadable"
    return refusal.value.findings


def hostile(tmp_path: Path) -> Path:
    every = (text for text, _ in MISTAKES.values())
    return shop(tmp_path, M=machine(SIZE, HEAD, *every, FINE), S=SPINDLE, T=TOOL)


def expected() -> list[tuple[str, str, str, str]]:
    """All mistakes, in the numbers of a file that begins with a sound attribute and group."""
    found = [said for _, said in MISTAKES.values()]
    moved = {"attributes.1": "attributes.2", "attributes.2": "attributes.3"}
    moved |= {"groups.1": "groups.2", "groups.2": "groups.3"}
    rows = []
    for code, place, en, zh in found:
        file, _, step = place.partition(":")
        head, dot, rest = step.rpartition(".range") if step.endswith(".range") else (step, "", "")
        rows.append((code, f"{file}:{moved.get(head, head)}{dot}{rest}", en, zh))
    return [*rows, CYCLE, SHORT_CYCLE, DEEP]


def test_all_mistakes_of_a_model_are_told_at_once_and_nothing_else(tmp_path: Path) -> None:
    found = found_in(hostile(tmp_path))
    assert sorted((each.code, each.place) for each in found) == sorted(
        (code, place) for code, place, _, _ in expected()
    )
    for code, place, en, zh in expected():
        (said,) = [each for each in found if (each.code, each.place) == (code, place)]
        assert en in said.message.en
        assert zh in said.message.zh
        assert said.severity == "error"


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_alone_is_told_alone(tmp_path: Path, name: str) -> None:
    text, (code, _, en, zh) = MISTAKES[name]
    spindle = 'product = "S"\n'
    (said,) = found_in(shop(tmp_path, M=machine(SIZE, HEAD, text), S=spindle))
    assert said.code == code
    assert said.place.startswith("boms/M.toml:")
    assert en in said.message.en
    assert zh in said.message.zh


def test_the_same_shop_without_mistakes_is_read(tmp_path: Path) -> None:
    catalogue = read_catalogue(shop(tmp_path, M=machine(SIZE, HEAD), S='product = "S"\n'))
    assert catalogue.check() == ()
    assert [bom.product for bom in catalogue.boms] == ["M", "S"]


def test_a_broken_table_file_and_a_bad_rule_are_told_together(tmp_path: Path) -> None:
    table = '[[tables]]\ncode = "T"\ncolumns = ["head", "size"]\nrows_file = "t.csv"\n'
    folder = shop(tmp_path, M=machine(SIZE, HEAD, table, MISTAKES["unknown path"][0]))
    (folder / "boms" / "t.csv").write_text("head,size\nX\n", encoding="utf-8")
    assert [(each.code, each.place) for each in found_in(folder)] == [
        ("row.unreadable", "boms/t.csv:2"),
        ("bom.unknown_path", "boms/M.toml:HAT"),
    ]


@pytest.mark.parametrize("text", ["product = ", 'product = "S"\nroll = "x"\n', 'product = ""\n'])
def test_what_cannot_be_read_is_not_held_against_those_who_speak_of_it(
    tmp_path: Path, text: str
) -> None:
    rule = '[[if_then]]\ncode = "R"\nwhen = "sub.ok=Z"\nthen = "size>2"\n'
    bad = MISTAKES["unknown path"][0]
    found = found_in(shop(tmp_path, M=machine(SIZE, rule, bad), S=text))
    assert [each.place.partition(":")[0] for each in found] == ["boms/S.toml", "boms/M.toml"]
    assert found[1].place == "boms/M.toml:HAT"


def test_a_bad_price_does_not_hide_a_bad_rule(tmp_path: Path) -> None:
    folder = shop(tmp_path, M=machine(SIZE, HEAD, MISTAKES["unknown path"][0]))
    (folder / "prices.csv").write_text("book,product,price\nLIST,M,ten\n", encoding="utf-8")
    assert [each.place for each in found_in(folder)] == ["prices.csv:2:price", "boms/M.toml:HAT"]


def test_the_command_tells_them_in_either_language_and_to_programs(tmp_path: Path) -> None:
    folder = hostile(tmp_path)
    done = {
        words: terminal("cpq", "catalogue", "lint", folder, *words, cwd=tmp_path)
        for words in ((), ("-l", "zh_CN"), ("--json",))
    }
    assert {each.returncode for each in done.values()} == {3}
    for code, place, en, zh in expected():
        assert f"  {place}: " in done[()].stderr
        assert en in done[()].stderr
        assert zh in done["-l", "zh_CN"].stderr
        assert done[()].stderr.count(f"[{code}]") == done["-l", "zh_CN"].stderr.count(f"[{code}]")
    rows = json.loads(done["--json",].stdout)
    assert {(row["code"], row["place"]) for row in rows} == {row[:2] for row in expected()}
