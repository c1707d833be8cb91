"""Rules about what does not hold on a day: they find nothing there, and the rest goes on."""

from datetime import date

import pytest

from cpq.bom import BOM, Structure, structure
from cpq.configuration import Configurator, compiled, configure
from cpq.kernel.errors import NotFound, Refused

THEN, NOW = date(2026, 12, 31), date(2027, 1, 1)
OVER = {"end": "2026-12-31"}
HEAD = {
    "code": "head",
    "options": ({"product": "H-6"}, {"product": "H-12", "period": OVER}),
    "preset": ("H-6",),
}
EXTRA = {"code": "extra", "minimum": 0, "options": ({"product": "LOADER", "period": OVER},)}
FAN = {"product": "FAN", "quantity": 0, "quantity_to": 2, "period": OVER}


def cutter(on: date, **fields: object) -> Structure:
    bom = BOM(product="CUTTER", groups=(HEAD, EXTRA), components=(FAN,), **fields)
    return structure("CUTTER", {"CUTTER": bom}, on=on)


@pytest.mark.parametrize(
    "rule",
    [
        {"if_then": ({"code": "R", "when": "head=H-12", "then": "extra=LOADER"},)},
        {"if_then": ({"code": "R", "when": "extra=LOADER", "then": "head=H-12"},)},
        {"if_then": ({"code": "R", "when": "FAN.quantity>=1", "then": "head=H-12"},)},
        {"requires": ({"code": "R", "when": "head=H-12", "needs": ("extra=LOADER",)},)},
        {"excludes": ({"code": "R", "together": ("head=H-12", "extra=LOADER")},)},
        {
            "tables": (
                {
                    "code": "R",
                    "columns": ("head", "extra", "FAN.quantity"),
                    "rows": (("H-12", "LOADER", "1"), ("H-6", "", "*")),
                },
            )
        },
        {"sums": ({"code": "R", "terms": ({"path": "FAN.quantity", "each": 1},), "at_most": 1},)},
    ],
)
def test_a_rule_outlives_what_it_speaks_of(rule: dict[str, object]) -> None:
    before = Configurator(compiled(cutter(THEN, **rule)))
    assert [slot.path for slot in before.model.layout.slots] == ["head", "extra", "FAN.quantity"]
    after = Configurator(compiled(cutter(NOW, **rule)))
    assert [(each.path, each.possible) for each in after.domains()] == [("head", ("H-6",))]
    assert configure(cutter(NOW, **rule)).chosen("head") == ("H-6",)


def test_a_rule_that_needs_what_is_over_excludes_what_wants_it() -> None:
    needs = {"code": "R", "when": "head=H-6", "then": "FAN.quantity>=1"}
    with pytest.raises(Refused) as refusal:
        Configurator(compiled(cutter(NOW, if_then=(needs,))))
    assert refusal.value.code == "configuration.no_solution"


def test_a_derived_quantity_counts_nothing_of_what_is_over() -> None:
    disc = {"product": "DISC", "quantity_formula": "2 * FAN.quantity + 1"}
    bom = BOM(product="CUTTER", components=(FAN, disc))
    made = configure(structure("CUTTER", {"CUTTER": bom}, on=NOW))
    assert [(part.product, str(part.total)) for part in made.parts] == [("DISC", "1")]


def test_a_rule_over_instances_that_are_over_asks_for_nothing() -> None:
    pallet = {**FAN, "product": "PALLET", "distinct": True}
    top = {"code": "top", "options": ({"product": "SLOT"}, {"product": "ZERO"})}
    rule = {"code": "R", "when": "head=H-6", "then": "PALLET.top=ZERO"}
    boms = {
        "CUTTER": BOM(product="CUTTER", groups=(HEAD,), components=(pallet,), if_then=(rule,)),
        "PALLET": BOM(product="PALLET", groups=(top,)),
    }
    whole = structure("CUTTER", boms, on=NOW)
    assert Configurator(compiled(whole)).domain("head").possible == ("H-6",)
    assert configure(whole).chosen("head") == ("H-6",)


def test_a_path_that_never_was_is_still_refused() -> None:
    wrong = {"code": "R", "when": "head=H-12", "then": "wheels=W-1"}
    with pytest.raises(Refused, match="nothing is chosen at wheels"):
        compiled(cutter(NOW, if_then=(wrong,)))
    with pytest.raises(Refused, match="head is never H-99"):
        compiled(cutter(NOW, if_then=({"code": "R", "when": "head=H-99", "then": "head=H-6"},)))


def test_a_value_of_another_day_is_said_to_be_one() -> None:
    machine = Configurator(compiled(cutter(NOW)))
    with pytest.raises(NotFound, match="'H-12' is not offered at head on this day"):
        machine.choose("head", "H-12")
