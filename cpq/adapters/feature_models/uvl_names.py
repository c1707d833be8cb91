"""What the names in a constraint of a UVL file stand for, and where that cannot be said.

A name is a feature, or an attribute of a feature. Of an imported model only the features are known
that the tree hangs in; of a feature with too many instances to write out, only that it is there.
"""

from collections.abc import Iterable
from fractions import Fraction

from cpq.adapters.feature_models.uvl_formula import Name
from cpq.adapters.feature_models.uvl_tree import Feature, Import


class Inexpressible(Exception):
    """Why a constraint cannot be said; it is left out by name."""


class Unknown(Exception):
    """A name that nothing bears."""


class Names:
    """The features of a model by name, and their variables in the order of the file.

    >>> from fractions import Fraction
    >>> from cpq.adapters.feature_models.uvl_tree import AttributeValue
    >>> bell = Feature("Bell", 2, attributes={"Price": AttributeValue("5", Fraction(5))})
    >>> names = Names(bell, ())
    >>> names.variable("Bell"), names.number(Name(("Bell", "Price")))
    (0, ('Bell', Fraction(5, 1)))
    """

    def __init__(self, root: Feature, imports: Iterable[Import]) -> None:
        self.features = {feature.name: feature for feature in root.below()}
        self._variables = {name: variable for variable, name in enumerate(self.features)}
        self._imported = tuple(f"{each.alias}." for each in imports)
        self._root = root
        self._known = {name for each in self.features.values() for name in each.attributes}
        self._absent = {
            inner.name
            for feature in self.features.values()
            if feature.cardinality and feature.cardinality[0] == 0
            for inner in feature.below()
            if inner is not feature
        }

    def variable(self, feature: str) -> int:
        """The variable of a feature."""
        return self._variables[feature]

    def meant(self, name: Name) -> tuple[Feature, str]:
        """The feature, and the attribute of it or ``""``.

        Raises ``Inexpressible``, and ``Unknown`` where no feature bears the name.
        """
        lacking = ""
        for end in range(len(name.parts), 0, -1):
            feature = self.features.get(".".join(name.parts[:end]))
            if feature is None:
                continue
            attribute = ".".join(name.parts[end:])
            if feature.name in self._absent:
                raise Inexpressible(f"there may be no {feature.name}")
            if not attribute or attribute in feature.attributes:
                return feature, attribute
            lacking = lacking or f"{feature.name} has no attribute {attribute}"
        written = ".".join(name.parts)
        if f"{written}.".startswith(self._imported):
            raise Inexpressible(f"{written} is imported")
        if lacking:
            raise Inexpressible(lacking)
        raise Unknown(written)

    def number(self, name: Name) -> tuple[str, Fraction]:
        """The feature that bears a numeric attribute, and its value.

        Raises ``Inexpressible`` for anything else, and ``Unknown``.
        """
        feature, attribute = self.meant(name)
        if not attribute:
            type_ = feature.type
            what = "is selected or not" if type_ == "Boolean" else f"has a value of type {type_}"
            raise Inexpressible(f"{feature.name} {what}")
        value = feature.attributes[attribute]
        if value.number is None:
            raise Inexpressible(f"{feature.name}.{attribute} is {value.text}")
        return feature.name, value.number

    def bearers(self, arguments: tuple[Name, ...]) -> dict[int, Fraction]:
        """The variables of the features with a numeric attribute, below a feature or anywhere.

        The attribute comes first and the feature second, or the other way round where only that
        makes sense. Raises ``Inexpressible`` where features may be missing, and ``Unknown``.
        """
        root, attribute = self._root, ".".join(arguments[0].parts)
        if len(arguments) == 2:
            within, other = arguments[1], ".".join(arguments[1].parts)
            if other not in self.features and attribute in self.features:
                within, attribute = arguments[0], other
            root, _ = self.meant(within)
        elif attribute not in self._known:
            name, number = self.number(arguments[0])
            return {self._variables[name]: number}
        if attribute not in self._known:
            self.number(Name((attribute,)))
        for feature in root.below():
            if feature.cardinality not in (None, (1, 1)):
                raise Inexpressible(f"how many {feature.name} there are is not said")
            if feature.name.startswith(self._imported):
                raise Inexpressible(f"{feature.name} is imported")
        return {
            self._variables[feature.name]: value.number
            for feature in root.below()
            if (value := feature.attributes.get(attribute)) and value.number is not None
        }
