"""The best completion by real prices (最优补全): lowest price, lowest cost, largest margin.

What a line costs follows from few variables (``Bill``), so each of its possible amounts is priced
once, as a line alone, by the catalogue. The solver then looks for the machine whose amounts are the
best together and proves it. Promotions look at the whole of an order and are asked afterwards: what
is best is so before them, and the price that is told has them.

Lines that are counted together to reach a tier are priced together. Where a line is a share of
others, an agreement reaches from a product to its parts, or too many combinations decide a line,
the result is the best of an estimate, and no bound is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from typing import Final, Literal, NamedTuple

from cpq.bom import BOM
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Costs
from cpq.configuration.state import Configurator
from cpq.guidance.bill import Bill, BillLine
from cpq.guidance.links import are_reckonable, counted_together
from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, difference, exact, places_of, total
from cpq.kernel.period import Moment
from cpq.pricing import price
from cpq.solver.network import values_of
from cpq.solver.optimum import Joint
from cpq.waterfall import PricedLine, Pricing

Aim = Literal["price", "cost", "margin"]
"""What is best: the lowest net price, the lowest cost to us, the largest net price less cost."""

_COMBINATIONS_MAX: Final = 4_000
_TOGETHER_MAX: Final = 500
_AIMS: Final[tuple[Aim, ...]] = ("price", "cost", "margin")

Probe = tuple[Configuration, ...]
"""Lines that are priced in one document to see what they come to."""


class Best(NamedTuple):
    """The best configuration found, and what it costs with everything that counts (``pricing``).

    ``amount`` is what was aimed at, before promotions and tax; no configuration has a better one
    than ``bound`` (``None``: nothing is known). ``proven``: none is better than this one.
    """

    configuration: Configuration
    pricing: Pricing
    amount: Money
    bound: Money | None
    proven: bool


def complete_by(
    machine: Configurator,
    aim: Aim,
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    quantity: object = 1,
    periods: int | None = None,
) -> Best:
    """The best configuration that agrees with the choices, by the real prices of a customer.

    ``quantity`` machines are priced together, so that tiers count, what recurs for so many
    ``periods``; amounts are net of tax, before promotions, in the currency that the customer is
    priced in. What has no price is not picked as long as anything else can be; what has no known
    cost neither, where costs count. Deterministic.

    Raises what ``price`` and ``configure`` do; ``Invalid`` (``guidance.unknown_aim``); ``Refused``
    (``guidance.cost_unknown``) where the cost of something that must be there is not known.

    >>> from datetime import date
    >>> from cpq.bom import BOM, structure
    >>> from cpq.configuration.compile import compiled
    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
    >>> from cpq.product import Product
    >>> head = {"code": "head", "options": (
    ...     {"product": "H12", "sold": "priced"}, {"product": "H6", "sold": "priced"})}
    >>> prices = (entry("M", price="1000"), entry("H6", price="100"), entry("H12", price="210"))
    >>> catalogue = Catalogue(
    ...     products=tuple(Product(code=code, name=code) for code in ("M", "H6", "H12")),
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(
    ...         PriceBookVersion(entries=prices),)),),
    ...     default_book="LIST")
    >>> machine = Configurator(compiled(structure("M", {"M": BOM(product="M", groups=(head,))})))
    >>> found = complete_by(machine, "price", catalogue=catalogue, on=date(2026, 11, 22))
    >>> found.configuration.chosen("head"), found.amount, found.proven
    (('H6',), Money('1100.00', 'CNY'), True)
    """
    if aim not in _AIMS:
        raise Invalid(
            "guidance.unknown_aim",
            f"a completion aims at one of {', '.join(_AIMS)}; found {aim!r}",
        )
    asked = _Asked(aim, catalogue, on, customer)
    bill = Bill(machine.model, catalogue=catalogue, quantity=exact(quantity), periods=periods)
    boms = machine.model.structure.boms
    perhaps = frozenset(bom.product for bom in boms if next(bom.parts(), None))
    surely = frozenset(bom.product for bom in boms if _has_parts(bom))
    try:
        return _best(machine, bill, asked._replace(assembled=perhaps), sure=True)
    except Refused as refusal:
        if refusal.code != "guidance.cost_unknown" or perhaps == surely:
            raise
    return _best(machine, bill, asked._replace(assembled=surely), sure=False)


def _has_parts(bom: BOM) -> bool:
    """Whether something is always below a product, so that its cost lies there."""
    return any(part.fixed for part in bom.components) or any(g.minimum for g in bom.groups)


def _best(machine: Configurator, bill: Bill, asked: "_Asked", *, sure: bool) -> Best:
    tariff = _Tariff(bill, machine.masks, asked)
    found = machine.complete(tariff.costs, joint=tariff.joint, quantity=bill.quantity)
    made = found.configuration.with_(periods=bill.periods)
    amount = asked.amount_of(asked.price([made]))
    sure = sure and tariff.sure and amount.amount == tariff.money(found.cost)
    bound = Money(tariff.money(found.bound), amount.currency) if sure else None
    if asked.aim == "margin":
        amount, bound = -amount, None if bound is None else -bound
    return Best(made, asked.price([made], promotions=True), amount, bound, sure and found.proven)


class _Asked(NamedTuple):
    """What is aimed at, for whom and when. Amounts are the less the better.

    What is ``assembled`` of lines of its own costs nothing by itself, unless the cost book says so.
    """

    aim: Aim
    catalogue: Catalogue
    on: Moment
    customer: str | None
    assembled: frozenset[str] = frozenset()

    def price(self, things: Sequence[Configuration], *, promotions: bool = False) -> Pricing:
        return price(
            things,
            catalogue=self.catalogue,
            on=self.on,
            customer=self.customer,
            promotions=promotions,
            trace=promotions,
        )

    def amount(self, line: PricedLine) -> Decimal | None:
        """What a line adds to the aim; ``None`` where that is not known."""
        if self.aim == "price":
            return line.net
        cost = Decimal(0) if line.cost is None and line.product in self.assembled else line.cost
        if cost is None:
            return None
        return cost if self.aim == "cost" else difference(cost, line.net)

    def amount_of(self, pricing: Pricing) -> Money:
        """What all lines add to the aim. Raises ``Refused`` (``guidance.cost_unknown``)."""
        amounts = [(line, self.amount(line)) for line in pricing.lines]
        unknown = sorted({line.product for line, amount in amounts if amount is None})
        if unknown:
            raise Refused(
                "guidance.cost_unknown",
                f"what {', '.join(unknown)} cost us is not known, so nothing is best by "
                f"{self.aim}; give the cost book their prices",
                products=tuple(unknown),
            )
        return Money(total(each for _, each in amounts if each is not None), pricing.currency)


class _Tariff:
    """What each value of each variable adds to the aim, in whole units of ``10 ** -places``."""

    def __init__(self, bill: Bill, masks: Sequence[int], asked: _Asked) -> None:
        self._bill = bill
        self._masks = masks
        self.sure = are_reckonable(asked.catalogue)
        groups = counted_together(bill.lines, asked.catalogue)
        grouped = {line.place for group in groups for line in group}
        single = [line for line in bill.lines if line.place not in grouped]
        rows = [self._row((line,), most=_COMBINATIONS_MAX) for line in single]
        amounts = _alone([each for row in rows for each in row.probes.values() if each], asked)
        for group in groups:
            rows.append(self._row(group, most=_TOGETHER_MAX))
            found = (probe for probe in rows[-1].probes.values() if probe is not None)
            amounts |= {probe: _together(probe, asked) for probe in found}
        known = [amount for amount in amounts.values() if amount is not None]
        self._places = max(map(places_of, known), default=0)
        units = {probe: self._units(amount) for probe, amount in amounts.items()}
        self._dear = 1 + sum(abs(each) for each in units.values() if each is not None)
        self._fixed = 0
        self._costs = [[0] * len(each.codes) for each in bill.model.variables]
        self._sum(rows, units)

    @property
    def costs(self) -> Costs:
        """What each value of each variable adds by itself."""
        return tuple(tuple(row) for row in self._costs)

    def money(self, cost: int) -> Decimal:
        """What so many units are, with what is the same in all machines."""
        return exact(self._fixed + cost).scaleb(-self._places)

    def _units(self, amount: Decimal | None) -> int | None:
        return None if amount is None else int(amount.scaleb(self._places))

    def _row(self, lines: Sequence[BillLine], *, most: int) -> "_Row":
        """The lines for every combination of the possible values of their variables.

        Where these are too many, some variables are held at their first value.
        """
        scope = sorted({variable for line in lines for variable in line.scope})
        possible = [tuple(values_of(self._masks[variable])) for variable in scope]
        while prod(map(len, possible)) > most:
            widest = max(range(len(possible)), key=lambda place: len(possible[place]))
            possible[widest] = possible[widest][:1]
            self.sure = False
        free = [place for place, values in enumerate(possible) if len(values) > 1]
        probes: dict[tuple[int, ...], Probe | None] = {}
        for values in product(*possible):
            chosen = dict(zip(scope, values, strict=True))
            probes[tuple(values[place] for place in free)] = self._probe(lines, chosen)
        return _Row(tuple(scope[place] for place in free), probes)

    def _probe(self, lines: Sequence[BillLine], chosen: Mapping[int, int]) -> Probe | None:
        """The lines that are there; ``None`` where no rule would let these values go together."""
        try:
            found = [self._bill.probe(line, chosen) for line in lines]
        except Invalid:
            return None
        return tuple(each for each in found if each)

    def _sum(self, rows: Iterable["_Row"], units: Mapping[Probe, int | None]) -> None:
        together: defaultdict[tuple[int, ...], dict[tuple[int, ...], int]] = defaultdict(dict)
        for scope, probes in rows:
            sums = together[scope]
            for values, probe in probes.items():
                known = None if probe is None else units[probe] if probe else 0
                sums[values] = sums.get(values, 0) + (self._dear if known is None else known)
        joint: list[Joint] = []
        for scope, sums in together.items():
            if not scope:
                self._fixed += sums[()]
            elif len(scope) == 1:
                for (value,), cost in sums.items():
                    self._costs[scope[0]][value] += cost
            else:
                joint.append(Joint(scope, sums))
        self.joint = tuple(joint)


class _Row(NamedTuple):
    """What is there for every combination of values of ``scope``; ``None``: it cannot be."""

    scope: tuple[int, ...]
    probes: Mapping[tuple[int, ...], Probe | None]


def _alone(probes: Iterable[Probe], asked: _Asked) -> dict[Probe, Decimal | None]:
    """What each probe of one line adds to the aim; ``None`` where it cannot be priced."""
    waiting = list(dict.fromkeys(probes))
    found: dict[Probe, Decimal | None] = dict.fromkeys(waiting)
    while waiting:
        try:
            lines = asked.price([line for (line,) in waiting]).lines
        except Invalid:
            # a figure beyond what amounts can be: it spoils the others, so they go one by one
            return {probe: _together(probe, asked) for probe in found}
        except Refused as refusal:
            refused = {int(each.place.split("/")[1].split(".")[0]) for each in refusal.findings}
            if not refused:
                raise
            waiting = [each for number, each in enumerate(waiting, 1) if number not in refused]
            continue
        found.update(zip(waiting, map(asked.amount, _own(lines)), strict=True))
        break
    return found


def _together(probe: Probe, asked: _Asked) -> Decimal | None:
    """What lines that are priced together add to the aim."""
    if not probe:
        return Decimal(0)
    try:
        lines = asked.price(probe).lines
    except (Refused, Invalid):
        return None
    amounts = [asked.amount(line) for line in _own(lines)]
    known = [each for each in amounts if each is not None]
    return total(known) if len(known) == len(amounts) else None


def _own(lines: Iterable[PricedLine]) -> Iterable[PricedLine]:
    """Of what was asked for the last line each: that of what is built in, else the only one."""
    return {line.number.partition(".")[0]: line for line in lines}.values()
