"""Published models of many alike: the figures that their sources give for what is still possible.

The metro wagon is restated from the COOM suite (see ``metro_wagon.toml``), the restaurant from
github potassco/coom-benchmarks (commit 7632b08, MIT licence, copyright 2024 Nicolas Ruehling): big
tables with three to five chairs, small ones with one or two, as many chairs as guests.
"""

from collections.abc import Sequence
from itertools import product

import pytest

from cpq.bom import BOM, Structure, structure
from cpq.configuration import Compiled, Configurator, compiled
from tests.cases.test_published_models import model

BIG, SMALL = (3, 5), (1, 2)
"""How many chairs a table has."""

RANGES = {
    (100, 200): ((0, 66), (0, 100)),
    (500, 2000): ((200, 500), (0, 500)),
    (2000, 8000): ((800, 2000), (0, 2000)),
}
"""By how many tables of each kind there are and how many guests: how many big and small ones."""


def left(line: Configurator, path: str) -> list[int]:
    """The numbers that are still possible at a path, each of them proved."""
    offers = line.domain(path).offers
    assert all(offer.standing != "unproved" for offer in offers)
    return [int(each) for each in line.domain(path).possible if each]


# --- the metro wagon ------------------------------------------------------------------------------


def most_passengers(of: Compiled) -> tuple[tuple[int, ...], ...]:
    """Costs by which the cheapest completion has the most passengers."""
    return tuple(
        tuple(200 - int(code) for code in each.codes)
        if each.path == "passengers"
        else (0,) * len(each.codes)
        for each in of.variables
    )


@pytest.mark.parametrize(
    ("length", "most"), [("10000", 120), ("15000", 180), ("16667", 200), ("20000", 200)]
)
def test_a_wagon_carries_as_many_as_published(length: str, most: int) -> None:
    wagon = model("metro_wagon")
    line = Configurator(wagon)
    line.choose("length", length)
    assert left(line, "passengers") == list(range(50, most + 1))
    full = line.complete(most_passengers(wagon))
    assert (full.configuration.chosen("passengers"), full.proven) == ((str(most),), True)
    assert full.configuration.chosen("handrail") != ()


def test_a_wagon_of_twenty_metres_has_eighty_seats_where_nobody_stands() -> None:
    line = Configurator(model("metro_wagon"))
    line.choose("length", "20000")
    line.choose("standing", "0")
    assert left(line, "seats.quantity") == list(range(50, 81))
    assert left(line, "passengers") == list(range(50, 81))
    line.choose("seats.quantity", "80")
    made = line.complete().configuration
    assert [(part.key, str(part.quantity)) for part in made.parts] == [
        ("seats", "80"),
        ("BRACKET", "160"),
    ]


def test_who_stands_needs_a_handrail_of_the_class_of_the_seats() -> None:
    line = Configurator(model("metro_wagon"))
    line.choose("standing", "1")
    line.choose("class", "Premium")
    assert line.domain("handrail").possible == ("Premium",)


# --- the restaurant -------------------------------------------------------------------------------


def table(name: str, most: int, *, distinct: bool = False) -> dict[str, object]:
    part = {"product": name, "place": name.lower(), "quantity": 0, "quantity_to": most}
    return {**part, "distinct": distinct}


def term(path: str, each: int) -> dict[str, object]:
    return {"path": path, "each": each}


def by_kind(tables: int, guests: int) -> Structure:
    """All tables of a kind at once: as many chairs fit as there are guests."""
    least = (term("big.quantity", BIG[0]), term("small.quantity", SMALL[0]))
    most = (term("big.quantity", BIG[1]), term("small.quantity", SMALL[1]))
    room = BOM(
        product="ROOM",
        components=(table("BIG", tables), table("SMALL", tables)),
        sums=(
            {"code": "NOT-TOO-MANY", "terms": least, "at_most": guests},
            {"code": "ENOUGH", "terms": most, "at_least": guests},
        ),
    )
    return structure("ROOM", {"ROOM": room})


def with_chairs(tables: int, guests: int) -> Structure:
    """The same, with the chairs at each kind of table chosen too."""
    parts, sums = [table("BIG", tables), table("SMALL", tables)], []
    for name, (low, high) in (("big", BIG), ("small", SMALL)):
        most = min(high * tables, guests)
        parts.append({"product": "CHAIR", "place": f"{name}Chairs", "quantity": 0})
        parts[-1]["quantity_to"] = most
        for code, each, bound in (("MIN", -low, "at_least"), ("MAX", -high, "at_most")):
            terms = (term(f"{name}Chairs.quantity", 1), term(f"{name}.quantity", each))
            sums.append({"code": f"{name}-{code}", "terms": terms, bound: 0})
    chairs = (term("bigChairs.quantity", 1), term("smallChairs.quantity", 1))
    sums.append({"code": "ALL", "terms": chairs, "at_least": guests, "at_most": guests})
    room = BOM(product="ROOM", components=tuple(parts), sums=tuple(sums))
    return structure("ROOM", {"ROOM": room})


def one_by_one(tables: int, guests: int) -> Structure:
    """Every table by itself, with its own chairs."""
    chairs = (term("big.chairs", 1), term("small.chairs", 1))
    room = BOM(
        product="ROOM",
        components=(table("BIG", tables, distinct=True), table("SMALL", tables, distinct=True)),
        sums=({"code": "ALL", "terms": chairs, "at_least": guests, "at_most": guests},),
    )
    boms = {
        name: BOM(
            product=name,
            attributes=({"code": "chairs", "range": {"low": span[0], "high": span[1]}},),
        )
        for name, span in (("BIG", BIG), ("SMALL", SMALL))
    }
    return structure("ROOM", {"ROOM": room, **boms})


def ends(numbers: Sequence[int]) -> tuple[int, int]:
    """The first and the last of numbers without a gap."""
    assert list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    return numbers[0], numbers[-1]


@pytest.mark.parametrize(("tables", "guests"), RANGES, ids=str)
def test_a_restaurant_has_the_published_ranges_of_tables(tables: int, guests: int) -> None:
    line = Configurator(compiled(by_kind(tables, guests)))
    found = tuple(ends(left(line, f"{name}.quantity")) for name in ("big", "small"))
    assert found == RANGES[tables, guests]


def test_chairs_that_are_chosen_too_leave_the_same_tables() -> None:
    line = Configurator(compiled(with_chairs(100, 200)))
    found = tuple(ends(left(line, f"{name}.quantity")) for name in ("big", "small"))
    assert found == RANGES[100, 200]
    line.choose("big.quantity", "66")
    assert left(line, "bigChairs.quantity") == [198, 199, 200]
    assert left(line, "small.quantity") == [0, 1, 2]


def brute_force(tables: int, guests: int) -> dict[str, set[int]]:
    """What is possible at each path, by trying every number of tables and of their chairs.

    Tables of a kind differ only in their chairs, so what one can have each of them can.
    """
    found: dict[str, set[int]] = {}
    for big, small in product(range(tables + 1), repeat=2):
        for chairs in range(BIG[0] * big, BIG[1] * big + 1):
            rest = guests - chairs
            if SMALL[0] * small <= rest <= SMALL[1] * small:
                found.setdefault("big.quantity", set()).add(big)
                found.setdefault("small.quantity", set()).add(small)
                for name, number, span, have in (
                    ("big", big, BIG, chairs),
                    ("small", small, SMALL, rest),
                ):
                    own = {
                        each
                        for each in range(span[0], span[1] + 1)
                        if number and (number - 1) * span[0] <= have - each
                        if have - each <= (number - 1) * span[1]
                    }
                    for place in range(1, number + 1):
                        found.setdefault(f"{name}[{place}].chairs", set()).update(own)
    return found


@pytest.mark.parametrize("guests", [2, 12, 24, 30, 41, 42])
def test_tables_one_by_one_leave_what_brute_force_leaves(guests: int) -> None:
    line = Configurator(compiled(one_by_one(6, guests)))
    expected = brute_force(6, guests)
    for each in line.domains():
        assert set(left(line, each.path)) == expected.get(each.path, set()), each.path
    kinds = Configurator(compiled(by_kind(6, guests)))
    for path in ("big.quantity", "small.quantity"):
        assert left(kinds, path) == left(line, path)


def test_each_of_several_alike_keeps_all_its_values() -> None:
    line = Configurator(compiled(one_by_one(6, 24)))
    line.choose("big.quantity", "3")
    line.choose("small.quantity", "6")
    assert [left(line, f"big[{n}].chairs") for n in (1, 2, 3)] == [[3, 4, 5]] * 3
    line.choose("big[3].chairs", "3")
    line.choose("big[1].chairs", "4")
    assert left(line, "big[2].chairs") == [5]
