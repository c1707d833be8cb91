"""Rules that mean nothing, models that allow nothing, and choices that cannot be had."""

from cpq.bom import BOM, Condition, Structure, structure
from cpq.bom.soundness import refuse_unsound, unsound
from cpq.configuration import check
from cpq.configuration.compile import compiled
from cpq.configuration.lint import lint_model
from cpq.configuration.state import Configurator
from cpq.kernel.errors import Finding
from cpq.solver.oracle import Undecided
from cpq.solver.problem import Values
from tests.errors.registry import reproduces

COLOUR = {"code": "colour", "values": ({"code": "grey"}, {"code": "red"})}
LENGTH = {"code": "length", "range": {"low": 1, "high": 5}}
HEAD = {"code": "head", "options": ({"product": "H-6"}, {"product": "H-12"}), "preset": ("H-6",)}
EXTRAS = {
    "code": "extras",
    "options": ({"product": "LOADER"}, {"product": "FILTER"}),
    "minimum": 0,
    "maximum": 2,
}
FAN = {"product": "FAN", "quantity": 1, "quantity_to": 4}
RED_IS_STRONG = {"code": "RED", "when": "colour=red", "then": "head=H-12"}
Findings = tuple[Finding, ...]


def _cutter(*more: BOM, **fields: object) -> Structure:
    given = {"attributes": (COLOUR, LENGTH), "groups": (HEAD, EXTRAS), "components": (FAN,)}
    bom = BOM(product="CUTTER", **{**given, **fields})
    return structure("CUTTER", {each.product: each for each in (bom, *more)})


def _stepwise(**fields: object) -> Configurator:
    return Configurator(compiled(_cutter(**{"if_then": (RED_IS_STRONG,), **fields})))


@reproduces(
    "condition.syntax",
    en="A condition cannot be read; the message says at which character.",
    zh="选配条件无法解析，消息指出第几个字符。",
    do="Write comparisons such as `head=H-12` or `length>=3`, joined by `and`, `or`, `not`.",
    names=("head==H-12", "character 6"),
)
def a_condition_with_two_signs() -> None:
    Condition.of("head==H-12")


@reproduces(
    "condition.too_large",
    en="A condition is longer or nests deeper than anybody can read.",
    zh="选配条件过长或嵌套过深。",
    do="Make two rules of it.",
    names="50",
)
def a_condition_without_end() -> None:
    Condition.of("not " * 60 + "head=H-12")


@reproduces(
    "bom.group_bounds",
    en="A group asks for more picks than it allows, or than it has options.",
    zh="选配分组的最少项数大于最多项数，或大于选项个数。",
    do="Let `minimum` be at most `maximum`, and at most the number of options.",
    names=("head", "at least 3", "at most 1 of 2"),
)
def a_group_that_nobody_can_satisfy() -> None:
    BOM(product="CUTTER", groups=({**HEAD, "minimum": 3},))


@reproduces(
    "bom.no_value",
    en="An attribute, a range or a group has nothing to choose.",
    zh="属性、范围或分组没有任何可选值。",
    do="Give it values or options; of a range, `low` is at most `high`.",
    names="from 5 to 1",
)
def a_range_without_numbers() -> None:
    BOM(product="CUTTER", attributes=({"code": "length", "range": {"low": 5, "high": 1}},))


@reproduces(
    "bom.table_width",
    en="A row of a compatibility table has more or fewer cells than the table has columns.",
    zh="兼容表某行的格数与列数不符。",
    do="Give each row one cell for each column; `*` is anything, an empty cell nothing.",
    names=("'T'", "2 columns", "row 2 has 3"),
)
def a_table_with_a_long_row() -> None:
    table = {"code": "T", "columns": ("a", "b"), "rows": (("1", "2"), ("1", "2", "3"))}
    BOM(product="CUTTER", tables=(table,))


@reproduces(
    "bom.unsound",
    en="A model cannot be solved; `findings` has one entry for each rule that means nothing.",
    zh="选配模型无法求解；每条有问题的规则各有一条 finding。",
    do="Go through the findings; each names the BOM and the rule.",
    names=("CUTTER", "hat"),
)
def a_model_about_a_hat() -> None:
    refuse_unsound(_cutter(if_then=({"code": "R", "when": "hat=x", "then": "head=H-6"},)))


@reproduces(
    "bom.too_large",
    en="A model has more places, or a table more rows, than can be laid out.",
    zh="选配模型的位置数或兼容表的行数过多。",
    do="Give parts that are used often no choices of their own; put fewer `*` in a row.",
    names=("T", "100000"),
)
def a_table_of_everything() -> None:
    attributes = tuple({"code": c, "range": {"low": 1, "high": 100}} for c in "abc")
    table = {"code": "T", "columns": ("a", "b", "c"), "rows": (("*", "*", "*"),)}
    compiled(_cutter(attributes=attributes, tables=(table,)))


@reproduces(
    "bom.unknown_path",
    en="A rule of a BOM speaks of a path at which nothing is chosen.",
    zh="BOM 规则所指的路径没有可选项。",
    do="Use one of the paths that the finding lists.",
    names=("boms/CUTTER/R", "hat", "colour"),
)
def a_rule_about_a_hat() -> Findings:
    return unsound(_cutter(if_then=({"code": "R", "when": "hat=x", "then": "head=H-6"},)))


@reproduces(
    "bom.unknown_value",
    en="A rule of a BOM speaks of a value that is not offered at its path.",
    zh="BOM 规则所指的值不在可选项中。",
    do="Use one of the values that the finding lists.",
    names=("head is never H-9", "H-6, H-12"),
)
def a_rule_about_another_head() -> Findings:
    return unsound(_cutter(if_then=({"code": "R", "when": "head=H-9", "then": "colour=red"},)))


@reproduces(
    "bom.not_a_number",
    en="A rule compares or adds up what is no number.",
    zh="规则对非数字的取值比较大小或求和。",
    do="Compare it with `=`, or give `weights` by value.",
    names="colour",
)
def a_colour_above_three() -> Findings:
    return unsound(_cutter(if_then=({"code": "R", "when": "colour>3", "then": "head=H-6"},)))


@reproduces(
    "bom.not_single",
    en="A column of a compatibility table is a group of which several may be picked.",
    zh="兼容表的列是可多选的分组。",
    do="Write an `if_then` rule about it.",
    names="extras",
)
def a_table_of_several_picks() -> Findings:
    table = {"code": "T", "columns": ("extras",), "rows": (("LOADER",),)}
    return unsound(_cutter(tables=(table,)))


@reproduces(
    "bom.empty_table",
    en="A compatibility table has no rows, so that nothing is allowed.",
    zh="兼容表没有任何行，因此什么都不允许。",
    do="Add rows, or remove the table.",
    names="boms/CUTTER/T",
)
def a_table_without_rows() -> Findings:
    return unsound(_cutter(tables=({"code": "T", "columns": ("head",), "rows": ()},)))


@reproduces(
    "bom.sum_never",
    en="A sum can never lie within the bounds of its rule.",
    zh="合计永远达不到规则的界限。",
    do="Correct the weights or the bounds.",
    names=("from 1 to 5", "boms/CUTTER/S"),
)
def a_length_of_six_out_of_five() -> Findings:
    terms = ({"path": "length", "each": 1},)
    return unsound(_cutter(sums=({"code": "S", "terms": terms, "at_least": 6},)))


@reproduces(
    "bom.derived_cycle",
    en="A derived quantity derives from itself.",
    zh="派生数量推算成环。",
    do="Let one of the quantities on the way be chosen or fixed.",
    names="A.quantity > B.quantity > A.quantity",
)
def two_quantities_that_wait_for_each_other() -> Findings:
    parts = (
        {"product": "A", "quantity_formula": "B.quantity + 1"},
        {"product": "B", "quantity_formula": "A.quantity + 1"},
    )
    return unsound(_cutter(components=parts))


@reproduces(
    "bom.derived_supply",
    en="A part whose quantity is derived supplies or draws a resource that is balanced.",
    zh="派生数量的子件参与资源平衡。",
    do="Give its amounts to the parts that its quantity follows.",
    names="boms/CUTTER/CABLE",
)
def cables_that_draw_power() -> Findings:
    cable = {"product": "CABLE", "quantity_formula": "FAN.quantity + 1"}
    supplies = ({"product": "CABLE", "resource": "power", "amount": -1},)
    return unsound(_cutter(components=(FAN, cable), supplies=supplies, balances=("power",)))


@reproduces(
    "bom.supply_twice",
    en="What a product supplies of a resource is given twice, with different amounts.",
    zh="同一产品的资源用量有两个不同的值。",
    do="Keep one of the two.",
    names=("FAN", "-1", "-2", "power"),
)
def a_fan_that_draws_one_and_two() -> Findings:
    rows = tuple({"product": "FAN", "resource": "power", "amount": each} for each in (-1, -2))
    return unsound(_cutter(supplies=rows))


@reproduces(
    "bom.idle_balance",
    en="A BOM balances a resource that none of its parts supplies or draws.",
    zh="BOM 平衡的资源没有任何子件提供或消耗。",
    do="Correct the code of the resource, or give amounts.",
    names="weight",
)
def a_balance_of_nothing() -> Findings:
    return unsound(_cutter(balances=("weight",)))


@reproduces(
    "bom.reserved_name",
    en="An attribute or a group is called `quantity`, which is how many there are of a component.",
    zh="属性或分组名为 quantity，该名称表示子件数量。",
    do="Give it another code.",
    names="boms/CUTTER",
)
def an_attribute_called_quantity() -> Findings:
    return unsound(_cutter(attributes=({"code": "quantity", "values": ({"code": "x"},)},)))


@reproduces(
    "bom.ambiguous_path",
    en="Two places of a structure have the same path, so that rules cannot tell them apart.",
    zh="结构中两处的路径相同，规则无法区分。",
    do="Give one of the components another `place`.",
    names="a.b.head",
)
def two_parts_at_one_path() -> Findings:
    inner = BOM(product="S", groups=(HEAD,))
    outer = BOM(product="T", components=({"product": "S", "place": "b"},))
    parts = ({"product": "S", "place": "a.b"}, {"product": "T", "place": "a"})
    return unsound(_cutter(inner, outer, components=parts))


@reproduces(
    "bom.rule_twice",
    en="Several rules of a BOM have the same code.",
    zh="BOM 中多条规则的代码相同。",
    do="Give each a code of its own.",
    names="boms/CUTTER/RED",
)
def two_rules_called_red() -> Findings:
    return unsound(_cutter(if_then=(RED_IS_STRONG, {**RED_IS_STRONG, "then": "length<3"})))


@reproduces(
    "bom.contradiction",
    en="The rules of a model exclude each other, so that nothing can be configured.",
    zh="选配模型的规则互相矛盾，无法选配。",
    do="Loosen one of the rules that the finding names; each of them is needed for it.",
    names=("A, B", "colour"),
)
def a_colour_that_is_none() -> Findings:
    rules = (
        {"code": "A", "when": "length>=1", "then": "colour=red"},
        {"code": "B", "when": "length>=1", "then": "colour=grey"},
    )
    return lint_model(_cutter(if_then=rules))


@reproduces(
    "bom.never_possible",
    en="An option or a value is in no configuration.",
    zh="选项或取值永远不可选。",
    do="Remove it, or loosen the rules on it.",
    names=("head", "H-12"),
)
def a_head_that_nobody_gets() -> Findings:
    return lint_model(_cutter(excludes=({"code": "X", "together": ("head=H-12", "head=H-12")},)))


@reproduces(
    "bom.always_forced",
    en="Only one value is ever possible where several are offered, or an option is always picked.",
    zh="看似可选，实际上只有一个取值或必选。",
    do="Make it a fixed component, or loosen the rules on it.",
    names=("head", "H-6"),
)
def a_head_that_everybody_gets() -> Findings:
    return lint_model(_cutter(excludes=({"code": "X", "together": ("head=H-12", "head=H-12")},)))


@reproduces(
    "bom.unreachable",
    en="A component is in no configuration.",
    zh="任何配置中都不会出现该子件。",
    do="Remove it, or loosen the rules on it.",
    names="FAN",
)
def a_fan_that_is_never_there() -> Findings:
    rule = {"code": "R", "when": "length>=1", "then": "FAN.quantity=0"}
    return lint_model(_cutter(components=({**FAN, "quantity": 0},), if_then=(rule,)))


@reproduces(
    "configuration.not_met",
    en="What a rule asks for, given other choices, does not hold.",
    zh="在已有选择下，规则要求的条件不成立。",
    do="Change one of the choices that the finding names.",
    names=("colour=red", "head=H-12", "RED"),
)
def a_red_cutter_with_a_weak_head() -> Findings:
    return check(_cutter(if_then=(RED_IS_STRONG,)), {"colour": "red"})


@reproduces(
    "configuration.not_in_table",
    en="Values stand together that are no row of a compatibility table.",
    zh="所选组合不在兼容表中。",
    do="Choose values that are in one row.",
    names=("colour=red, head=H-6", "T"),
)
def a_pair_that_is_no_row() -> Findings:
    table = {"code": "T", "columns": ("colour", "head"), "rows": (("grey", "*"), ("red", "H-12"))}
    return check(_cutter(tables=(table,)), {"colour": "red"})


@reproduces(
    "configuration.sum_missed",
    en="What the choices weigh together is outside the bounds of a rule.",
    zh="合计超出规则的界限。",
    do="Choose what weighs less, or more.",
    names=("the sum is 4", "at most 3"),
)
def four_fans_where_three_fit() -> Findings:
    terms = ({"path": "FAN.quantity", "each": 1},)
    rule = {"code": "S", "terms": terms, "at_most": 3}
    return check(_cutter(sums=(rule,)), {"FAN.quantity": "4"})


@reproduces(
    "configuration.out_of_balance",
    en="More of a resource is drawn than supplied.",
    zh="资源的需要量大于提供量。",
    do="Add what supplies it, or take away what draws it.",
    names=("8", "5", "3"),
)
def four_fans_on_a_small_supply() -> Findings:
    supplies = (
        {"product": "FAN", "resource": "power", "amount": -2},
        {"product": "CUTTER", "resource": "power", "amount": 5},
    )
    return check(_cutter(supplies=supplies, balances=("power",)), {"FAN.quantity": "4"})


@reproduces(
    "configuration.underivable",
    en="A formula gives no quantity: it is negative, or has no end.",
    zh="公式得不出有效的数量。",
    do="Use `max`, `ceil` or `round` in the formula.",
    names=("CABLE", "1/3"),
)
def a_third_of_a_cable() -> Findings:
    cable = {"product": "CABLE", "quantity_formula": "FAN.quantity / 3"}
    return check(_cutter(components=(FAN, cable)), {})


@reproduces(
    "configuration.no_solution",
    en="A model allows no configuration at all.",
    zh="模型不允许任何配置。",
    do="Ask the linter of the model which rules exclude each other.",
    names="CUTTER",
)
def a_cutter_that_cannot_be() -> None:
    none = {"code": "T", "columns": ("colour", "head"), "rows": (("red", "H-6"),)}
    _stepwise(tables=(none,))


@reproduces(
    "configuration.conflict",
    en="A value is excluded by other choices and rules, which the message names.",
    zh="该值与其他选择及规则冲突，消息列出了它们。",
    do="Take one of the choices back; `corrections` lists the smallest sets that suffice.",
    names=("colour=red", "head=H-6", "RED"),
)
def a_colour_that_the_head_excludes() -> None:
    cutter = _stepwise()
    cutter.choose("head", "H-6")
    cutter.choose("colour", "red")


class Silent:
    """An engine that never knows."""

    def solve(self, domains: object) -> Values | None:
        raise Undecided(domains)


def puzzle() -> Structure:
    """A box that is either easy, or has to be packed three ways to the gram."""
    slots = [{"code": f"a{n}", "values": ({"code": "out"}, {"code": "in"})} for n in range(24)]
    sums = []
    for code in "ABC":
        weights = [(ord(code) * (n * n + 7) * 7919) % 97 for n in range(24)]
        half = sum(weights) // 2
        terms = [{"path": f"a{n}", "weights": {"in": each}} for n, each in enumerate(weights)]
        for side, sign in (("at_least", 1), ("at_most", -1)):
            easy = {"path": "packed", "weights": {"easily": sign * 10_000}}
            sums.append({"code": f"{code}-{side}", "terms": (*terms, easy), side: half})
    packed = {"code": "packed", "values": ({"code": "easily"}, {"code": "exactly"})}
    return structure("BOX", {"BOX": BOM(product="BOX", attributes=(packed, *slots), sums=sums)})


@reproduces(
    "configuration.undecided",
    en="Whether something is possible was not found out within the patience of the solver.",
    zh="在限定的尝试次数内未能判定是否可行。",
    do="Give the solver an oracle or more patience, or make other choices first.",
    names="packed=exactly",
)
def a_puzzle_without_patience() -> None:
    box = Configurator(compiled(puzzle()), patience=1, oracle=Silent())
    box.choose("packed", "exactly")


@reproduces(
    "configuration.unknown_choice",
    en="There is no such path, or the value is not offered there.",
    zh="没有此路径，或该值不在可选项中。",
    do="Use one that the message lists.",
    names=("H-9", "H-6, H-12"),
)
def a_head_that_is_not_made() -> None:
    _stepwise().choose("head", "H-9")


@reproduces(
    "configuration.not_chosen",
    en="A choice is taken back that was never made.",
    zh="撤销的选择不存在。",
    do="Take back one of the choices that the message lists.",
    names="head",
)
def a_choice_that_was_never_made() -> None:
    _stepwise().unchoose("head")


@reproduces(
    "configuration.not_several",
    en="An option is ruled out where only one can be picked.",
    zh="单选分组不能逐项排除。",
    do="Choose another option.",
    names="head",
)
def a_head_that_is_ruled_out() -> None:
    _stepwise().rule_out("head", "H-6")


@reproduces(
    "configuration.possible",
    en="An explanation is asked for a value that is possible, or not the only one.",
    zh="该值可选或并非唯一，无需解释。",
    do="Choose it.",
    names="head=H-12",
)
def a_question_without_need() -> None:
    _stepwise().explain("head", "H-12")
