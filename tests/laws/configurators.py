"""Small random structures with every kind of rule, and an evaluator that knows none of our code.

``every_choice`` writes out all choices that a structure's groups, attributes and quantities leave,
as trees; ``holds`` asks the rules about such a tree the way a person would, with a pencil.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, combinations, product

from hypothesis import strategies as st

from cpq.bom import (
    BOM,
    CompatibilityTable,
    Component,
    Excludes,
    IfThen,
    OptionGroup,
    Pick,
    Requires,
    Structure,
    SumRule,
    Supply,
    Term,
    structure,
)
from cpq.product import Attribute
from cpq.solver.problem import Problem

MOST = 1500
"""How many choices a structure may leave, for the sake of the evaluator."""


@dataclass
class Tree:
    """A product with what was chosen of it, and so many of each of its parts."""

    product: str
    picks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parts: list[tuple[str, Fraction, "Tree"]] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)


def solutions(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Every solution, by trying all values; a constraint is asked when its last variable is set."""
    ready: dict[int, list[object]] = {}
    for constraint in problem.constraints:
        ready.setdefault(max(constraint.scope, default=-1), []).append(constraint)
    blank = [0] * len(problem.sizes)
    if all(each.holds(blank) for each in ready.get(-1, [])):  # type: ignore[attr-defined]
        yield from _extended(problem, ready, [])


def _extended(
    problem: Problem, ready: dict[int, list[object]], values: list[int]
) -> Iterator[tuple[int, ...]]:
    if len(values) == len(problem.sizes):
        yield tuple(values)
        return
    number = len(values)
    for value in range(problem.sizes[number]):
        longer = [*values, value]
        padded = [*longer, *([0] * (len(problem.sizes) - len(longer)))]
        if all(each.holds(padded) for each in ready.get(number, [])):  # type: ignore[attr-defined]
            yield from _extended(problem, ready, longer)


def every_choice(whole: Structure, code: str) -> Iterator[Tree]:
    """Every tree that groups, attributes and quantities allow, whatever the rules say."""
    bom = whole.bom(code)
    if bom is None:
        yield Tree(code)
        return
    names = [attribute.code for attribute in bom.attributes]
    groups = [group.code for group in bom.groups]
    for values in product(*([value.code for value in a.values] for a in bom.attributes)):
        for picks in product(*(list(_subsets(group)) for group in bom.groups)):
            chosen = {name: (value,) for name, value in zip(names, values, strict=True)}
            chosen |= dict(zip(groups, picks, strict=True))
            parts = [(part.key, part) for part in bom.components]
            for group in bom.groups:
                picked = (each for each in group.options if each.key in chosen[group.code])
                parts += [(f"{group.code}.{option.key}", option) for option in picked]
            for made in product(*(list(_every_part(whole, *part)) for part in parts)):
                numbers = {f"{path}.quantity": str(count) for path, count, _ in made}
                lists = [[(at, each, tree) for at, each, tree in trees] for _, _, trees in made]
                yield Tree(code, chosen, list(chain.from_iterable(lists)), numbers)


Made = tuple[str, Fraction, list[tuple[str, Fraction, Tree]]]


def _every_part(whole: Structure, path: str, part: Component) -> Iterator[Made]:
    numbers = [Fraction(part.quantity)]
    while part.quantity_to is not None and numbers[-1] + 1 <= part.quantity_to:
        numbers.append(numbers[-1] + 1)
    for count in numbers:
        if part.distinct:
            trees = list(every_choice(whole, part.product))
            for chosen in product(trees, repeat=int(count)):
                places = [(f"{path}[{k}]", Fraction(1), t) for k, t in enumerate(chosen, start=1)]
                yield path, count, places
        elif count == 0:
            yield path, count, []
        else:
            for tree in every_choice(whole, part.product):
                yield path, count, [(path, count, tree)]


def _subsets(group: OptionGroup) -> Iterator[tuple[str, ...]]:
    keys = [option.key for option in group.options]
    for size in range(group.minimum, min(group.maximum, len(keys)) + 1):
        yield from combinations(keys, size)


def flat(whole: Structure, tree: Tree, prefix: str = "") -> dict[str, tuple[str, ...]]:
    """What was chosen by path, as ``check`` takes it: quantities only where they are to choose."""
    bom = whole.bom(tree.product)
    found = {f"{prefix}{path}": codes for path, codes in tree.picks.items()}
    if bom is None:
        return found
    for path, part in bom.placed():
        if part.quantity_to is not None and f"{path}.quantity" in tree.numbers:
            found[f"{prefix}{path}.quantity"] = (tree.numbers[f"{path}.quantity"],)
    for path, _, below in tree.parts:
        found |= flat(whole, below, f"{prefix}{path}.")
    return found


def holds(whole: Structure, tree: Tree) -> bool:
    """Whether every rule holds of a tree, asked at every place where its product is."""
    bom = whole.bom(tree.product)
    if bom is None:
        return True
    seen = flat(whole, tree)
    rules = (*bom.requires, *bom.excludes, *bom.if_then, *bom.tables)
    return (
        all(_rule(rule, seen, _ways(rule, bom, tree)) for rule in rules)
        and all(_sum(rule, seen, bom) for rule in bom.sums)
        and all(_usage(whole, tree, code, top=True) >= 0 for code in bom.balances)
        and all(holds(whole, below) for _, _, below in tree.parts)
    )


def _ways(rule: object, bom: BOM, tree: Tree) -> list[dict[str, str]]:
    """Each way to name the instances of the one distinct component, where a rule leaves it open."""
    text = str(rule)
    for part in bom.components:
        if part.distinct and re.search(rf"\b{part.key}\.(?!quantity)", text):
            places = [path for path, _, _ in tree.parts if path.startswith(f"{part.key}[")]
            return [{f"{part.key}.": f"{path}."} for path in places]
    return [{}]


def _at(path: str, way: dict[str, str]) -> str:
    if path.endswith(".quantity"):
        return path
    for written, meant in way.items():
        if path.startswith(written):
            return meant + path.removeprefix(written)
    return path


def _read(seen: dict[str, tuple[str, ...]], path: str) -> tuple[str, ...]:
    if path.endswith(".quantity"):
        return seen.get(path, ("0",))
    return seen.get(path, ())


def _rule(rule: object, seen: dict[str, tuple[str, ...]], ways: list[dict[str, str]]) -> bool:
    def picked(pick: Pick, way: dict[str, str]) -> bool:
        return pick.value in _read(seen, _at(pick.path, way))

    for way in ways:
        match rule:
            case Requires():
                fine = not picked(rule.when, way) or any(picked(p, way) for p in rule.needs)
            case Excludes():
                fine = not all(picked(pick, way) for pick in rule.together)
            case IfThen():
                fine = not _says(str(rule.when), seen, way) or _says(str(rule.then), seen, way)
            case CompatibilityTable():
                found = [(*_read(seen, _at(path, way)), "")[0] for path in rule.columns]
                fine = any(
                    all(cell in ("*", value) for cell, value in zip(row, found, strict=True))
                    for row in rule.rows
                )
            case _:
                raise AssertionError(rule)
        if not fine:
            return False
    return True


def _says(text: str, seen: dict[str, tuple[str, ...]], way: dict[str, str]) -> bool:
    """A condition as Python says it: comparisons are replaced by what they come to."""

    def compared(match: re.Match[str]) -> str:
        path, sign, wanted = match.groups()
        found = _read(seen, _at(path, way))
        if sign == "=":
            return str(any(code in wanted.split("|") for code in found))
        if sign == "!=":
            return str(not any(code in wanted.split("|") for code in found))
        return str(any(eval(f"{code}{sign}{wanted}") for code in found))

    return bool(eval(re.sub(r"([\w.\[\]]+)(!=|>=|<=|=|<|>)([\w|.]+)", compared, text)))


def _sum(rule: SumRule, seen: dict[str, tuple[str, ...]], bom: BOM) -> bool:
    amount = Fraction(0)
    for term in rule.terms:
        head, _, rest = term.path.partition(".")
        pattern = re.escape(term.path)
        if any(part.distinct and part.key == head for part in bom.components) and (
            rest != "quantity"
        ):
            pattern = rf"{re.escape(head)}\[\d+\]\.{re.escape(rest)}"
        for path, codes in seen.items():
            if re.fullmatch(pattern, path):
                for code in codes:
                    each = term.each * int(code) if term.each is not None else 0
                    amount += Fraction(each or dict(term.weights).get(code, 0))
    return (rule.at_least is None or amount >= Fraction(rule.at_least)) and (
        rule.at_most is None or amount <= Fraction(rule.at_most)
    )


def _usage(whole: Structure, tree: Tree, code: str, *, top: bool = False) -> Fraction:
    bom = whole.bom(tree.product)
    if not top and bom is not None and code in bom.balances:
        return Fraction(0)
    rows = [row for each in whole.boms for row in each.supplies]
    own = [r.amount for r in rows if (r.product, r.resource) == (tree.product, code)]
    return sum((Fraction(each) for each in own), Fraction(0)) + sum(
        (count * _usage(whole, below, code) for _, count, below in tree.parts), Fraction(0)
    )


# structures ---------------------------------------------------------------------------------------

_BELOW = {"a": ("u", "v"), "n": ("1", "2")}
_DEEPER = {"c": ("k", "l")}


@st.composite
def wholes(draw: st.DrawFn) -> Structure:
    """A machine M over a sub-assembly S over a leaf assembly T, with rules at two levels."""
    deep = BOM(product="T", attributes=(_attribute("c", _DEEPER["c"]),))
    holder = draw(st.sampled_from(["none", "fixed", "some", "option"]))
    inner: dict[str, tuple[str, ...]] = dict(_BELOW)
    attributes = tuple(_attribute(*each) for each in _BELOW.items())
    parts: tuple[Component, ...] = ()
    groups: tuple[OptionGroup, ...] = ()
    if holder == "fixed":
        parts = (Component(product="T", quantity=2),)
        inner["T.c"] = _DEEPER["c"]
    elif holder == "some":
        parts = (Component(product="T", quantity=0, quantity_to=2),)
        inner |= {"T.c": _DEEPER["c"], "T.quantity": ("0", "1", "2")}
    elif holder == "option":
        groups = (_group("h", ("T", "x"), draw(st.integers(0, 1)), 1),)
        inner |= {"h": ("T", "x"), "h.T.c": _DEEPER["c"]}
    middle = BOM(
        product="S", attributes=attributes, components=parts, groups=groups, **draw(_rules(inner))
    )
    outer, top = draw(_top(inner))
    supplies = tuple(
        Supply(product=code, resource="power", amount=draw(st.integers(-3, 4)))
        for code in ("M", "S", "T", "x", "y")
        if draw(st.booleans())
    )
    balances = draw(st.sampled_from([(), ("power",)]))
    if draw(st.booleans()):
        middle = middle.with_(balances=("power",))
    machine = BOM(
        product="M",
        attributes=(_attribute("p", ("1", "2", "3")),),
        **top,
        **draw(_rules(outer)),
        supplies=supplies,
        balances=balances,
    )
    return structure("M", {"M": machine, "S": middle, "T": deep})


@st.composite
def _top(
    draw: st.DrawFn, inner: dict[str, tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, object]]:
    """How the machine holds the sub-assembly, and the paths that its own rules may speak of."""
    outer: dict[str, tuple[str, ...]] = {"p": ("1", "2", "3")}
    low, high = draw(st.sampled_from([(0, 1), (0, 2), (1, 2), (1, 1), (2, 2)]))
    ranged = low < high
    span = {"quantity": low, "quantity_to": high} if ranged else {"quantity": low}
    how = draw(st.sampled_from(["part", "distinct", "option"]))
    multi = _group("g", ("x", "y"), draw(st.integers(0, 1)), 2)
    outer["g"] = ("x", "y")
    if how == "option":
        place = "o.S"
        span = {"quantity": 1, "quantity_to": 2} if ranged else {}
        option = Component(product="S", **span)
        choice = OptionGroup(code="o", options=(option, Component(product="y")), minimum=0)
        outer |= {"o": ("S", "y"), **{f"o.S.{path}": codes for path, codes in inner.items()}}
        found: dict[str, object] = {"groups": (choice, multi)}
    else:
        place = "S"
        part = Component(product="S", distinct=how == "distinct", **span)
        below = {f"S.{path}": codes for path, codes in inner.items()}
        if how == "distinct":
            below = {path: codes for path, codes in below.items() if ".quantity" not in path}
            below |= {path.replace("S.", "S[1].", 1): codes for path, codes in below.items()}
        outer |= below
        found = {"groups": (multi,), "components": (part,)}
    if ranged:
        numbers = range(1 if how == "option" else low, (2 if how == "option" else high) + 1)
        outer[f"{place}.quantity"] = tuple(str(each) for each in numbers)
    return outer, found


@st.composite
def _rules(draw: st.DrawFn, paths: dict[str, tuple[str, ...]]) -> dict[str, object]:
    """Up to three rules of random kinds over these paths."""
    found: dict[str, list[object]] = {}
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["requires", "excludes", "if_then", "tables", "sums"]))
        found.setdefault(kind, []).append(draw(_RULES[kind](f"R{number}", paths)))
    return {kind: tuple(rules) for kind, rules in found.items()}


def _some(draw: st.DrawFn, paths: dict[str, tuple[str, ...]], most: int) -> list[str]:
    several = st.lists(st.sampled_from(sorted(paths)), min_size=1, max_size=most, unique=True)
    return draw(several)


def _pick(draw: st.DrawFn, paths: dict[str, tuple[str, ...]]) -> Pick:
    path = draw(st.sampled_from(sorted(paths)))
    return Pick(path=path, value=draw(st.sampled_from(paths[path])))


@st.composite
def _requires(draw: st.DrawFn, code: str, paths: dict[str, tuple[str, ...]]) -> Requires:
    needs = tuple(_pick(draw, paths) for _ in range(draw(st.integers(1, 2))))
    return Requires(code=code, when=_pick(draw, paths), needs=needs)


@st.composite
def _excludes(draw: st.DrawFn, code: str, paths: dict[str, tuple[str, ...]]) -> Excludes:
    return Excludes(code=code, together=(_pick(draw, paths), _pick(draw, paths)))


@st.composite
def _condition(draw: st.DrawFn, paths: dict[str, tuple[str, ...]], depth: int = 2) -> str:
    shape = draw(st.sampled_from(["one", "one", "not", "and", "or"])) if depth else "one"
    if shape == "not":
        return f"not ({draw(_condition(paths, depth - 1))})"
    if shape in ("and", "or"):
        parts = [draw(_condition(paths, depth - 1)) for _ in range(draw(st.integers(2, 3)))]
        return f" {shape} ".join(f"({part})" for part in parts)
    path = draw(st.sampled_from(sorted(paths)))
    codes = paths[path]
    signs = ["=", "!="]
    if all(code.isdigit() for code in codes):
        signs += ["<", "<=", ">", ">="]
    sign = draw(st.sampled_from(signs))
    wanted = [draw(st.sampled_from(codes))]
    if sign in ("=", "!=") and draw(st.booleans()):
        wanted.append(draw(st.sampled_from(codes)))
    return f"{path}{sign}{'|'.join(wanted)}"


@st.composite
def _if_then(draw: st.DrawFn, code: str, paths: dict[str, tuple[str, ...]]) -> IfThen:
    return IfThen(code=code, when=draw(_condition(paths)), then=draw(_condition(paths)))


@st.composite
def _table(draw: st.DrawFn, code: str, paths: dict[str, tuple[str, ...]]) -> CompatibilityTable:
    single = {path: codes for path, codes in paths.items() if path != "g"}
    columns = tuple(_some(draw, single, 3))
    cells = [[*single[path], "*", "*", ""] for path in columns]
    rows = tuple(
        tuple(draw(st.sampled_from(each)) for each in cells) for _ in range(draw(st.integers(1, 4)))
    )
    return CompatibilityTable(code=code, columns=columns, rows=rows)


@st.composite
def _sum_rule(draw: st.DrawFn, code: str, paths: dict[str, tuple[str, ...]]) -> SumRule:
    terms = []
    for path in _some(draw, paths, 3):
        if all(value.isdigit() for value in paths[path]):
            terms.append(Term(path=path, each=draw(st.sampled_from(["1", "-1", "0.5", "2"]))))
        else:
            weights = tuple((value, draw(st.integers(-2, 3))) for value in paths[path])
            terms.append(Term(path=path, weights=weights))
    low = sum(_end(term, paths[term.path], min) for term in terms)
    high = sum(_end(term, paths[term.path], max) for term in terms)
    bound = st.integers(int(low), max(int(low), int(high)))
    least, most = sorted((draw(bound), draw(bound)))
    sides = draw(st.sampled_from(["least", "most", "both"]))
    return SumRule(
        code=code,
        terms=tuple(terms),
        at_least=least if sides != "most" else None,
        at_most=most if sides != "least" else None,
    )


def _end(term: Term, codes: Sequence[str], end: object) -> Fraction:
    return Fraction(end(term.weight((code,)) for code in codes))  # type: ignore[operator]


_RULES = {
    "requires": _requires,
    "excludes": _excludes,
    "if_then": _if_then,
    "tables": _table,
    "sums": _sum_rule,
}


def _attribute(code: str, codes: Sequence[str]) -> Attribute:
    return Attribute(code=code, values=tuple({"code": each} for each in codes))


def _group(code: str, keys: Sequence[str], minimum: int, maximum: int) -> OptionGroup:
    options = tuple(Component(product=key) for key in keys)
    return OptionGroup(code=code, options=options, minimum=minimum, maximum=maximum)
