"""A sales conversation over a machining centre (一次选配对话), as a program.

Run it from anywhere: ``python examples/machine-tool/conversation.py``. It asks what is possible,
chooses, is refused and told why in both languages, applies the smallest correction, asks what a
value would cost more, has the rest completed in several ways, prices two machines and lists their
parts. All that it says follows from the catalogue folder beside it.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cpq import Configuration, Money, Pricing, price
from cpq.adapters import read_catalogue
from cpq.configuration import (
    Configurator,
    diff,
    explode_configuration,
    lint_model,
    validate,
)
from cpq.guidance import Aim, complete_by, configurator, price_effects
from cpq.kernel.errors import Refused
from cpq.kernel.money import plain
from cpq.product import number_code

HERE = Path(__file__).resolve().parent
TODAY, CUSTOMER, MACHINE = date(2026, 11, 21), "C-0310", "VMC-1000"
SELLER = "Sun Haoran"

AIMS: tuple[Aim, ...] = ("price", "cost", "margin")

Answer = tuple[str, str]
"""A path and a value of it."""

CATALOGUE = read_catalogue(HERE)
STRUCTURE = CATALOGUE.bom(MACHINE, on=TODAY)


def main() -> None:
    machine = configurator(MACHINE, catalogue=CATALOGUE, on=TODAY, customer=CUSTOMER)
    rules = sum(len(bom.rules) + len(bom.balances) for bom in STRUCTURE.boms)
    levels = max(line.level for line in explode_configuration(machine.complete().configuration))
    print(f"{MACHINE}: {len(machine.domains())} questions, {rules} rules, {levels + 1} levels")
    print(f"the linter finds {len(lint_model(STRUCTURE))} faults")

    print("\n--- what is possible")
    for path in ("spindle.motor", "changer", "colour", "table_length"):
        show(machine, path)
    costs(machine, "colour")

    print("\n--- choices, and what they imply")
    choose(machine, "colour", "red")
    choose(machine, "pallet.quantity", "2")
    choose(machine, "pallet[1].top", "TOP-ZERO")
    choose(machine, "table_length", "1200")

    print("\n--- a choice that is refused")
    refused(machine, "spindle.speed", "20000")

    print("\n--- what a value costs more")
    for path in ("spindle.motor", "axes.accuracy", "cabinet.supply"):
        costs(machine, path)

    print("\n--- the rest")
    choose(machine, "axes.accuracy", "3")
    choose(machine, "extras", "PROBE-TOOL")
    print(f"{machine.count()} configurations are left")
    done = machine.complete(quantity=2)
    made = done.configuration
    print(f"the nearest to the presets (proven: {'yes' if done.proven else 'no'}), * was chosen:")
    for choice in made.choices:
        mark = "*" if choice.origin == "user" else " "
        print(f"  {mark} {choice.path}={choice.value}")
    assert validate(made, STRUCTURE) == ()

    print("\n--- the best of what is left")
    best(machine)

    print("\n--- the price of two")
    tell_price(priced(made))

    print("\n--- the parts of two")
    tell_parts(made)


def show(machine: Configurator, path: str) -> None:
    """What may be chosen at a path, by how it stands."""
    domain = machine.domain(path)
    offers = [f"{offer.code or 'none'}" for offer in domain.offers if offer.standing == "possible"]
    print(f"{path}: {', '.join(offers)}")


def choose(machine: Configurator, path: str, code: str) -> None:
    """Make a choice and tell which other answers it leaves no freedom."""
    before = certain(machine)
    machine.choose(path, code, author=SELLER)
    print(f"{path}={code}")
    tell_implied(machine, before)


def tell_implied(machine: Configurator, before: Sequence[Answer]) -> None:
    """What follows now and did not before, with the choices that it follows from."""
    for path, code in certain(machine):
        if (path, code) not in before:
            because = " + ".join(map(str, machine.implied_by(path, code)))
            print(f"    so {path}={code}, because of {because}")


def certain(machine: Configurator) -> tuple[Answer, ...]:
    """The answers that the choices left no alternative to; what is not there is none."""
    return tuple(
        (domain.path, code)
        for domain in machine.domains()
        if domain.is_there
        for code in domain.implied
        if code
    )


def refused(machine: Configurator, path: str, code: str) -> None:
    """Try a choice that cannot be made; give up as little as possible for it."""
    try:
        machine.choose(path, code, author=SELLER)
    except Refused as refusal:
        print(f"[{refusal.code}]")
    conflict = machine.explain(path, code)
    for reason in conflict.reasons:
        print(f"    {reason.message.in_('en')}")
        print(f"    {reason.message.in_('zh')}")
    print(f"    with {' + '.join(map(str, conflict.choices))}")
    for correction in machine.corrections(path, code):
        print(f"it takes giving up {' + '.join(map(str, correction))}")
    smallest = machine.corrections(path, code, most=1)[0]
    before = certain(machine)
    machine.correct(path, code, smallest)
    print(f"now: {', '.join(map(str, machine.choices))}")
    tell_implied(machine, before)


def costs(machine: Configurator, path: str) -> None:
    """What each value of a path costs more than the nearest completion, with all it brings."""
    now = machine.complete().configuration
    print(f"{path}: {', '.join(now.chosen(path))} as it stands")
    for effect in price_effects(machine, path, catalogue=CATALOGUE, customer=CUSTOMER, on=TODAY):
        if not effect.code or effect.code in now.chosen(path) or effect.change is None:
            continue
        brings = [
            f"{change.path}={change.after or 'none'}"
            for change in diff(now, effect.configuration)
            if change.kind == "choice" and change.path != path
        ]
        more = f"{signed(effect.change)} ({effect.percent:+} %)"
        print(f"    {effect.code}: {more}" + (f", with {', '.join(brings)}" if brings else ""))


def best(machine: Configurator) -> None:
    """The cheapest machine that is left, and the one that earns most, two of each."""
    for aim in AIMS:
        found = complete_by(
            machine, aim, catalogue=CATALOGUE, customer=CUSTOMER, on=TODAY, quantity=2
        )
        motor = ", ".join(found.configuration.chosen("spindle.motor"))
        sure = "none is better" if found.proven else "perhaps not the best"
        print(f"by {aim}: {found.amount} with {motor}, {sure}")


def signed(amount: Money) -> str:
    """An amount with its sign."""
    return f"{'+' if amount.amount >= 0 else ''}{amount}"


def priced(made: Configuration) -> Pricing:
    """A configuration at the list prices of the day."""
    return price([made], catalogue=CATALOGUE, customer=CUSTOMER, on=TODAY)


def tell_price(pricing: Pricing) -> None:
    """Every line that has a price of its own, and the totals."""
    for line in pricing.lines:
        if not line.included:
            count = f"{number_code(line.quantity)} {line.unit}"
            each, net = number_code(line.unit_price), plain(line.net)
            print(f"{line.number:<6} {line.product:<15} {count:>5} × {each:>6} = {net:>10}")
    print(f"net {pricing.net}, tax {pricing.tax}, to pay {pricing.gross}")


def tell_parts(made: Configuration) -> None:
    """The exploded parts list, indented by level."""
    for line in explode_configuration(made):
        name = CATALOGUE.product(line.product).name
        print(
            f"{'  ' * line.level}{number_code(line.total)} {line.unit} {line.product}"
            f"  {name.in_('en')} {name.in_('zh')}"
        )


if __name__ == "__main__":
    main()
