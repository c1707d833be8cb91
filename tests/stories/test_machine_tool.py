"""A sales conversation over a machining centre: what it said, and that the figures are right.

The story is the example ``examples/machine-tool/conversation.py``; two machines were reckoned by
hand from ``prices.csv``, each line for two (units, axes and cabinet are in the machine's price):

    machine, from 2        2 × 459,000   918,000      chiller        2 × 14,800    29,600
    heavy bed              2 ×  78,500   157,000      glass scales   2 × 15,600    31,200
    40 tools               2 ×  63,500   127,000      cabinet 14     2 ×  9,400    18,800
    high-pressure coolant  2 ×  34,800    69,600      supply 60 kW   2 × 11,900    23,800
    paper filter           2 ×   5,200    10,400      conditioner    2 ×  4,300     8,600
    conveyor               2 ×  18,900    37,800      zero-point top 2 × 19,700    39,400
    extractor              2 ×  11,200    22,400      I/O, from 4    4 ×  1,390     5,560
    tool setter            2 ×  17,300    34,600      pallets, from 4  4 × 14,800  59,200
    hydraulic unit         2 ×  14,600    29,200
                                       1,406,000                                 216,160

Together 1,622,160.00, and 13 % of it are 210,880.80.
"""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cpq import Money, configure, price
from cpq.adapters import read_catalogue
from cpq.bom import Structure
from cpq.configuration import Configurator, check, compiled, lint_model
from tests.terminal import terminal

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "machine-tool"
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def said() -> str:
    """What another process said in the conversation."""
    done = subprocess.run(
        [sys.executable, FOLDER / "conversation.py"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    return done.stdout


@pytest.fixture(scope="module")
def machine() -> Structure:
    return read_catalogue(FOLDER).bom("VMC-1000", on=TODAY)


def section(said: str, title: str) -> list[str]:
    """The lines below a title."""
    return said.partition(f"--- {title}\n")[2].partition("\n\n---")[0].splitlines()


def test_the_model_is_large_and_has_no_fault(said: str, machine: Structure) -> None:
    assert said.startswith(
        "VMC-1000: 37 questions, 70 rules, 4 levels\nthe linter finds 0 faults\n"
    )
    assert lint_model(machine) == ()


def test_the_folder_has_no_finding(tmp_path: Path) -> None:
    done = terminal("cpq", "catalogue", "check", str(FOLDER), cwd=tmp_path, environment={})
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_choice_tells_what_it_implies(said: str) -> None:
    assert section(said, "choices, and what they imply") == [
        "colour=red",
        "    so spindle.through=no, because of colour=red",
        "pallet.quantity=2",
        "    so extras=HYDRAULIC, because of pallet.quantity=2",
        "pallet[1].top=TOP-ZERO",
        "table_length=1200",
    ]


def test_a_refusal_is_told_in_both_languages_and_corrected_with_least_loss(said: str) -> None:
    lines = section(said, "a choice that is refused")
    assert lines[0] == "[configuration.conflict]"
    needs = "spindle.speed>=18000 needs coolant=COOL-HP (rule FAST-COOL)"
    assert f"    High speed wants coolant under pressure: {needs}" in lines
    needs = "spindle.speed>=18000 时须满足 coolant=COOL-HP（规则 FAST-COOL）"
    assert f"    高转速须配高压冷却：{needs}" in lines
    apart = "colour=red + extras=MIST-EXTRACTOR 不能同时选择（规则 RED-MIST）"
    assert f"    油雾收集器只有灰色和白色：{apart}" in lines
    assert "it takes giving up colour=red" in lines
    assert (
        "now: pallet.quantity=2, pallet[1].top=TOP-ZERO, table_length=1200, spindle.speed=20000"
        in lines
    )
    # spindle 575, axes and guides 1,530, motors 42, magazine and pockets 1,080, pallets 1,080,
    # their tops 300: 4,607 kg, and the standard bed bears 4,600
    bed = "pallet.quantity=2 + pallet[1].top=TOP-ZERO + spindle.speed=20000"
    assert f"    so bed=BED-HD, because of {bed}" in lines
    assert "    so changer=ATC-40, because of spindle.speed=20000" in lines


def test_what_a_value_costs_more_is_what_it_brings_along(said: str) -> None:
    assert section(said, "what a value costs more") == [
        "spindle.motor: SPM-15 as it stands",
        "    SPM-22: +29800.00 CNY (+3.8 %)",
        "axes.accuracy: 5 as it stands",
        "    2: +23400.00 CNY (+3.0 %), with axes.scale=SCALE-ABS",
        "    3: +15600.00 CNY (+2.0 %), with axes.scale=SCALE-GLASS",
        "    4: +0.00 CNY (+0.0 %)",
        "cabinet.supply: PSU-60 as it stands",
        "    PSU-90: +5700.00 CNY (+0.7 %)",  # 17,600 less 11,900
    ]


def test_two_machines_cost_what_was_reckoned_by_hand(said: str) -> None:
    lines = section(said, "the price of two")
    assert len(lines) == 19
    assert lines[-1] == "net 1622160.00 CNY, tax 210880.80 CNY, to pay 1833040.80 CNY"
    pallets = [line.split() for line in lines if "PALLET" in line]
    assert [words[-1] for words in pallets] == ["29600.00", "29600.00"]


def test_the_parts_follow_from_the_choices(said: str) -> None:
    parts = section(said, "the parts of two")
    assert "    10 pc CABLE  Bus cable 总线电缆" in parts  # two machines, 2 × 2 modules + 1 each
    assert "  16 pc FOOT  Levelling foot 调平垫铁" in parts  # 2 × ceil(1200 / 500) + 2 each
    assert "      15 m COOLANT-HOSE  Coolant hose 冷却软管" in parts  # 7.5 m each
    assert "    80 pc POCKET  Tool pocket 刀套" in parts
    pallet = parts.index("  2 pc PALLET  Pallet 交换托盘")
    assert parts[pallet + 1] == "    2 pc TOP-ZERO  Zero-point top 零点定位台面"
    assert parts[pallet + 3] == "    2 pc TOP-SLOT  T-slot top T 型槽台面"


def test_power_that_is_not_supplied_is_not_offered(machine: Structure) -> None:
    # with a rotary table at least 18 motor, 9 axes, 1.4 control, 0.1 I/O, 1.5 magazine, 4
    # hydraulics, 2.2 extractor, 3 the table: 39.2 of 40 kW; with the coolant's 1.5 it is 40.7
    line = Configurator(compiled(machine))
    line.choose("cabinet.supply", "PSU-40")
    for extra in ("HYDRAULIC", "MIST-EXTRACTOR"):
        line.choose("extras", extra)
    assert "ROTARY-4" in line.domain("extras").possible
    line.choose("coolant", "COOL-STD")
    assert "ROTARY-4" not in line.domain("extras").possible
    conflict = line.explain("extras", "ROTARY-4")
    assert "power" in [reason.code for reason in conflict.reasons]
    assert "功率的提供量不小于需求量" in conflict.message.zh


def test_a_red_machine_costs_its_paint() -> None:
    catalogue = read_catalogue(FOLDER)
    bom = catalogue.bom("VMC-1000", on=TODAY)
    plain, red = (
        price([configure(bom, choose=chosen)], catalogue=catalogue, customer="C-0310", on=TODAY)
        for chosen in ({}, {"colour": "red"})
    )
    assert red.net - plain.net == Money("3600.00", "CNY")


def test_the_instances_of_a_pallet_are_judged_one_by_one(machine: Structure) -> None:
    chosen = {
        "pallet.quantity": "2",
        "extras": ["HYDRAULIC"],
        "pallet[2].top": "TOP-ZERO",
        "pallet[2].clamp": "CLAMP-MAN",
        "pallet[1].clamp": "CLAMP-MAN",
        "cabinet.modules.quantity": "2",
    }
    (found,) = check(machine, chosen)
    assert "ZERO-CLAMP" in str(found)
    assert (found.code, found.place) == ("configuration.not_met", "pallet[2].clamp")
    assert check(machine, {**chosen, "pallet[2].clamp": "CLAMP-HYD"}) == ()


def test_the_rest_is_completed_by_what_is_aimed_at(said: str) -> None:
    assert section(said, "the best of what is left") == [
        "by price: 1622160.00 CNY with SPM-15, none is better",
        "by cost: 563940.00 CNY with SPM-15, none is better",
        "by margin: 1493494.00 CNY with SPM-22, none is better",
    ]
