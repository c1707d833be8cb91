"""The generated machines as product models: bills of materials in bills of materials.

An assembly is a product with its frame and class as attributes, its parts as groups of options or
counted components, its assemblies as components. A rule stands at the innermost assembly that all
of it is in, and says by paths what the machine says by variables.
"""

from collections.abc import Mapping, Sequence

from benchmarks._machines import Machine
from cpq.bom import BOM, CompatibilityTable, Component, OptionGroup, Structure, SumRule, Term
from cpq.bom.structure import structure
from cpq.product import Attribute, AttributeValue
from cpq.solver.problem import Constraint, Sum, Table


def product_model(made: Machine) -> Structure:
    """What the machine is, as its manufacturer would write it down."""
    return _Writing(made).structure()


def path_of(made: Machine, variable: int) -> str:
    """The path of a variable from the whole machine."""
    return ".".join(_steps(made, variable))


def code_of(made: Machine, variable: int, value: int) -> str:
    """What a value of a variable is called."""
    component, what = made.places[variable]
    return {"count": f"{value}", "variant": f"P{component}-{value}"}.get(what, f"V{value}")


def _steps(made: Machine, variable: int) -> list[str]:
    component, what = made.places[variable]
    assemblies = [f"A{each}" for each in made.above(component)[1:]]
    if what == "count":
        return [*assemblies, f"Q{component}", "quantity"]
    if what == "variant":
        return [*assemblies, f"parts-{component}"]
    return [*assemblies, f"A{component}", what] if component else [what]


class _Writing:
    def __init__(self, made: Machine) -> None:
        self.made = made
        self.attributes: dict[int, list[Attribute]] = {}
        self.groups: dict[int, list[OptionGroup]] = {}
        self.components: dict[int, list[Component]] = {}
        self.tables: dict[int, list[CompatibilityTable]] = {}
        self.sums: dict[int, list[SumRule]] = {}

    def structure(self) -> Structure:
        """All bills of materials, one for each assembly."""
        for assembly in range(1, self.made.assemblies):
            self._component(assembly, Component(product=f"A{assembly}"))
        for variable in range(len(self.made.places)):
            self._variable(variable)
        for number, rule in enumerate(self.made.problem.constraints):
            self._rule(f"R{number}", rule)
        boms = {f"A{assembly}": self._bom(assembly) for assembly in range(self.made.assemblies)}
        return structure("A0", boms)

    def _bom(self, assembly: int) -> BOM:
        return BOM(
            product=f"A{assembly}",
            attributes=tuple(self.attributes.get(assembly, ())),
            groups=tuple(self.groups.get(assembly, ())),
            components=tuple(self.components.get(assembly, ())),
            tables=tuple(self.tables.get(assembly, ())),
            sums=tuple(self.sums.get(assembly, ())),
        )

    def _component(self, number: int, made: Component) -> None:
        self.components.setdefault(self.made.above(number)[-1], []).append(made)

    def _variable(self, variable: int) -> None:
        component, what = self.made.places[variable]
        size = self.made.problem.sizes[variable]
        codes = [code_of(self.made, variable, value) for value in range(size)]
        if what == "count":
            self._component(
                component, Component(product=f"Q{component}", quantity=0, quantity_to=size - 1)
            )
        elif what == "variant":
            options = tuple(Component(product=code) for code in codes)
            group = OptionGroup(code=f"parts-{component}", options=options)
            self.groups.setdefault(self.made.above(component)[-1], []).append(group)
        else:
            values = tuple(AttributeValue(code=code) for code in codes)
            attribute = Attribute(code=what, values=values)
            self.attributes.setdefault(component, []).append(attribute)

    def _rule(self, code: str, rule: Constraint) -> None:
        at, paths = self._from_innermost(rule.scope)
        if isinstance(rule, Table):
            rows = tuple(
                tuple(code_of(self.made, v, x) for v, x in zip(rule.scope, row, strict=True))
                for row in rule.rows
            )
            columns = tuple(paths[variable] for variable in rule.scope)
            table = CompatibilityTable(code=code, columns=columns, rows=rows)
            self.tables.setdefault(at, []).append(table)
        elif isinstance(rule, Sum):
            terms = tuple(
                Term(
                    path=paths[variable],
                    weights=tuple(
                        (code_of(self.made, variable, value), weight)
                        for value, weight in enumerate(weights)
                        if weight
                    ),
                )
                for variable, weights in rule.terms
                if any(weights)
            )
            found = SumRule(code=code, terms=terms, at_most=rule.high)
            self.sums.setdefault(at, []).append(found)

    def _from_innermost(self, scope: Sequence[int]) -> tuple[int, Mapping[int, str]]:
        """The innermost assembly that all variables are in, and their paths from there."""
        chains = []
        for variable in scope:
            component, what = self.made.places[variable]
            above = self.made.above(component)
            chains.append((*above, component) if what in {"frame", "class"} else above)
        depth = 0
        while all(len(each) > depth and each[depth] == chains[0][depth] for each in chains):
            depth += 1
        paths = {v: ".".join(_steps(self.made, v)[depth - 1 :]) for v in scope}
        return chains[0][depth - 1], paths
