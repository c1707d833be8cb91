"""Bills of materials, and choices that do not make a configuration."""

from cpq import BOM, Component, Excludes, Finding, OptionGroup, Period, Pick, configure
from cpq.bom import structure
from cpq.configuration import check
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, goods, laser, machine, untouched

RIGHT = {"head": "HEAD-6KW"}


@reproduces(
    "bom.unknown",
    en="The product has no bill of materials, so it cannot be configured.",
    zh="该产品没有 BOM，不能选配。",
    do="Order it as an item, or give it a bill of materials.",
    names="'NOZZLE-15'",
)
def a_product_without_bom() -> None:
    laser().bom("NOZZLE-15")


@reproduces(
    "bom.cycle",
    en="A product contains itself, at whatever depth.",
    zh="BOM 循环：产品直接或间接包含自身。",
    do="Remove one of the parts on the path that the message shows.",
    names="BOLT > NUT > BOLT",
)
def a_bolt_made_of_itself() -> None:
    catalogue = goods(
        boms=(
            BOM(product="BOLT", components=(Component(product="NUT"),)),
            BOM(product="NUT", components=(Component(product="BOLT"),)),
        )
    )
    catalogue.bom("BOLT")


@reproduces(
    "bom.too_deep",
    en="A bill of materials has more than 150 levels.",
    zh="BOM 层级超过 150 层。",
    do="Join some of the levels.",
    names=("'P0'", "150"),
)
def a_bill_of_200_levels() -> None:
    boms = {
        f"P{n}": BOM(product=f"P{n}", components=(Component(product=f"P{n + 1}"),))
        for n in range(200)
    }
    structure("P0", boms)


@reproduces(
    "bom.group_lapsed",
    en="On the day asked, a group has fewer options left than must be picked.",
    zh="在所询日期，选配分组剩余的可选项少于必选数量。",
    do="Extend the periods of its options, or lower the group's minimum.",
    names=("'head'", "'A'", "2026-12-01"),
)
def a_group_whose_options_have_ended() -> None:
    ended = Component(product="H", period=Period(end="2025-12-31"))
    boms = {"A": BOM(product="A", groups=(OptionGroup(code="head", options=(ended,)),))}
    structure("A", boms, on=DAY)


@reproduces(
    "bom.dead_rule",
    en="A rule of a BOM speaks of an option or a path that does not exist.",
    zh="BOM 规则所指的选项或路径不存在。",
    do="Correct the path or the value of the pick.",
    names=("boms/BOLT/R", "head=H-9"),
)
def a_rule_about_nothing() -> tuple[Finding, ...]:
    rule = Excludes(code="R", together=(Pick.read("head=NUT"), Pick.read("head=H-9")))
    group = OptionGroup(code="head", options=(Component(product="NUT"),))
    return goods(boms=(BOM(product="BOLT", groups=(group,), excludes=(rule,)),)).check()


@reproduces(
    "configuration.ambiguous_path",
    en="Two places of the bill of materials have the same path.",
    zh="BOM 中两处的路径相同。",
    do="Give one of the components another `place`.",
    names="a.b.q",
)
def two_places_with_one_path() -> tuple[Finding, ...]:
    group = OptionGroup(code="q", options=(Component(product="X"),))
    boms = {
        "A": BOM(
            product="A",
            components=(Component(product="P", place="a.b"), Component(product="Q", place="a")),
        ),
        "P": BOM(product="P", groups=(group,)),
        "Q": BOM(product="Q", components=(Component(product="P", place="b"),)),
    }
    return check(structure("A", boms), {"a.b.q": "X"})


@reproduces(
    "configuration.invalid",
    en="The choices do not make a configuration; `findings` has one entry per violation.",
    zh="选配不成立；每项违规各有一条 finding。",
    do="Go through the findings; each names its place.",
    names=("LASER-3000", "head=HEAD-12KW", "colour=red"),
)
def choices_that_fail() -> None:
    structure = machine()
    choose = {"head": "HEAD-12KW", "colour": "red", "extras": "LOADER-A"}
    with untouched(structure):
        configure(structure, choose=choose)


@reproduces(
    "configuration.excluded",
    en="Choices that a rule excludes (互斥) were made together.",
    zh="互斥的选项被同时选择。",
    do="Change one of the choices that the finding names.",
    names=("colour=red", "extras=LOADER-A", "RED-NO-LOADER"),
)
def a_red_machine_with_a_loader() -> None:
    configure(machine(), choose={**RIGHT, "colour": "red", "extras": "LOADER-A"})


@reproduces(
    "configuration.required",
    en="A choice requires (依赖) another one that was not made.",
    zh="所选项依赖的选项没有选择。",
    do="Add the choice that is needed, or take back the one that needs it.",
    names=("head=HEAD-12KW", "cooling=CHILLER-W"),
)
def twelve_kilowatts_without_water() -> None:
    configure(machine(), choose={"head": "HEAD-12KW"})


@reproduces(
    "configuration.choice_missing",
    en="Fewer options of a group are picked than it needs.",
    zh="选配分组所选项数不足。",
    do="Pick one of the options that the finding lists.",
    names=("head", "HEAD-6KW", "none"),
)
def a_machine_without_head() -> None:
    configure(machine())


@reproduces(
    "configuration.too_many",
    en="More options of a group are picked than it allows, or one twice.",
    zh="选配分组所选项数超限或重复。",
    do="Leave as many as the finding allows.",
    names=("head", "pick 1 of", "HEAD-6KW, HEAD-12KW"),
)
def a_machine_with_two_heads() -> None:
    configure(machine(), choose={"head": ["HEAD-6KW", "HEAD-12KW"]})


@reproduces(
    "configuration.unknown_value",
    en="The option or attribute value is not offered at this place.",
    zh="所选值不在可选项中。",
    do="Pick one that the finding lists.",
    names=("colour", "green", "grey, red"),
)
def a_green_machine() -> None:
    configure(machine(), choose={**RIGHT, "colour": "green"})


@reproduces(
    "configuration.unknown_path",
    en="There is nothing to choose at this path.",
    zh="此路径没有可选项。",
    do="Use one of the paths that the finding lists; levels are joined by dots.",
    names=("chiller", "known are"),
)
def a_choice_nobody_offers() -> object:
    return check(machine(), {**RIGHT, "chiller": "CHILLER-W"})


@reproduces(
    "configuration.quantity_not_positive",
    en="Nothing, or less than nothing, of a product is configured.",
    zh="选配数量不是正数。",
    do="Give a quantity above 0; what comes back is a return.",
    names=("0 set", "above 0"),
)
def no_machine_at_all() -> None:
    configure(machine(), choose=RIGHT, quantity=0)


@reproduces(
    "configuration.off_grid",
    en="A fraction of a product is configured whose unit has no such decimals.",
    zh="选配数量的小数位超过单位精度。",
    do="Give a quantity that the unit can have, such as a whole number of machines.",
    names=("2.5", "set"),
)
def half_a_machine() -> None:
    configure(machine(), choose=RIGHT, quantity="2.5")
