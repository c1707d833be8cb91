"""AdventureWorks' bikes, configured: ``python examples/adventureworks/bikes.py FOLDER [MODEL]``.

Each product model becomes one configurable product. On every day on which a sale or a list price of
a model begins, each bike sold is put together from its colour and its size; it must have the parts
of its own bill of materials and cost what it costs by its own product number, there must be as many
configurations as bikes, and what is not sold must be refused with a reason. What does not match is
printed; the last line counts what does. With MODEL it tells how one bike is configured instead.
Exit code 0: all equal, 1: not all, 2: the folder cannot be read.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from books import CONSUMER, RESELLER, read_books
from command import answered
from comparison import compare, line_of
from configurable import COLOUR, SIZE, with_models
from variants import BikeModel, Variant, days_of, read_models

from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Configurator, compiled, explode_configuration
from cpq.kernel.errors import NotFound, Unreadable
from cpq.product import number_code

SELLER = "Linda Mitchell"


def check(folder: Path) -> bool:
    """Compare all bikes, print what does not match, last the counts; whether all matched.

    Raises ``Unreadable`` with file, line and column for what cannot be read.
    """
    books = read_books(folder)
    models = read_models(folder, books)
    if not models:
        raise Unreadable("file.empty", "BillOfMaterials.csv: no row marks a finished good")
    catalogues: dict[date, Catalogue] = {}
    equal: set[Variant] = set()
    unequal: set[Variant] = set()
    as_expected = True
    for model in models:
        for day in days_of(model, books):
            if day not in catalogues:
                catalogues[day] = with_models(books.catalogue, models, on=day)
            outcome = compare(model, catalogues[day], on=day)
            sold = model.sold_on(day)
            equal.update(outcome.equal)
            unequal.update(set(sold) - set(outcome.equal))
            as_expected = as_expected and not outcome.differences
            for text in outcome.differences:
                print(f"{model.name} {day}: {text}")
            refused = f", impossible pairs {outcome.refused}" if outcome.refused else ""
            print(
                f"{model.name} {day}: sold {len(sold)}, configurations {outcome.configurations}, "
                f"equal {len(outcome.equal)}{refused}"
            )
    count, all_bikes = len(equal - unequal), sum(len(model.variants) for model in models)
    print(f"models {len(models)} bikes {count}/{all_bikes} equal")
    return as_expected and count == all_bikes


# one bike, told -----------------------------------------------------------------------------------


def tell(folder: Path, name: str) -> None:
    """How one bike of a model is configured, on the last day on which something of it began.

    Raises ``Unreadable``; ``NotFound`` (``product.unknown``) where there is no such model.
    """
    books = read_books(folder)
    models = read_models(folder, books)
    model = next((each for each in models if each.name == name), None)
    if model is None:
        known = ", ".join(sorted(each.name for each in models))
        raise NotFound("product.unknown", f"there is no model {name!r}; models are {known}")
    day = days_of(model, books)[-1]
    catalogue = with_models(books.catalogue, [model], on=day)
    machine = Configurator(compiled(catalogue.bom(model.name, on=day)))
    count = machine.count()
    print(
        f"{catalogue.product(name).name} on {day}: {count} of {len(model.variants)} bikes are sold"
    )
    tell_choice(machine, model, day)
    made = machine.complete().configuration
    for choice in made.choices:
        if choice.origin == "rule":
            because = " + ".join(map(str, machine.implied_by(choice.path, choice.value)))
            print(f"so {choice.path}={choice.value}, because of {because or 'the model alone'}")
    tell_parts(made, catalogue)
    tell_price(made, catalogue, day)


def tell_choice(machine: Configurator, model: BikeModel, day: date) -> None:
    """A colour is chosen, the one with the fewest sizes; then the largest size that is left."""
    sold = model.sold_on(day)
    bom = machine.model.structure.bom(model.name)
    for attribute in bom.attributes if bom else ():
        names = [attribute.words(code) for code in machine.domain(attribute.code).possible]
        listed = (f"{name.en} {name.zh}".rstrip() for name in names)
        print(f"{attribute.code} {attribute.name.zh}: {', '.join(listed)}")
    colour = min(
        reversed(machine.domain(COLOUR).possible),
        key=lambda each: sum(variant.colour == each for variant in sold),
    )
    machine.choose(COLOUR, colour, author=SELLER)
    left = machine.domain(SIZE)
    print(f"in {colour} there is {SIZE} {', '.join(left.possible)}")
    for offer in left.offers:
        if offer.standing == "impossible":
            why = machine.explain(SIZE, offer.code).message
            print(f"    {why.in_('en')}\n    {why.in_('zh')}")
    machine.choose(SIZE, left.possible[-1], author=SELLER)


def tell_parts(made: Configuration, catalogue: Catalogue) -> None:
    """The exploded parts list, indented by level."""
    lines = explode_configuration(made)
    print(f"{len(lines)} lines of parts:")
    for line in lines:
        name = catalogue.product(line.product).name
        print(f"{'    ' * line.level}{number_code(line.total)} {line.unit} {line.product}  {name}")


def tell_price(made: Configuration, catalogue: Catalogue, day: date) -> None:
    """What one costs a consumer and a reseller, and what made it so."""
    for customer in (CONSUMER.code, RESELLER.code):
        line = line_of(made, catalogue, customer=customer, on=day)
        rules = [step.name.in_("en") for step in line.steps if step.applied]
        print(f"{customer} pays {number_code(line.unit_price)} USD: {'; '.join(rules)}")


def main(arguments: Sequence[str]) -> int:
    """Run the command; errors are one line."""
    if len(arguments) not in (1, 2) or any(each.startswith("-") for each in arguments):
        print("usage: python examples/adventureworks/bikes.py FOLDER [MODEL]", file=sys.stderr)
        return 2
    folder, *model = arguments

    def act(path: Path) -> bool:
        if not model:
            return check(path)
        tell(path, model[0])
        return True

    return answered(folder, act)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
