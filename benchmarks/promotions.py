"""Promotions: what they add to a quote, and what those cost that cannot match.

``python -m benchmarks promotions``. The quotes of ``pricing`` (200 products, 10, 100 and 1,000
lines) are priced with 3, 30 and 300 active promotions and without any, in the same rounds. Each
active promotion is for one product in fifteen (a category), and of every three one is a percentage
with a minimum amount, one an amount off with a cap, one a ladder; so with 300 each line is covered
by twenty. Of what comes back the rows and totals are read.

Idle promotions are in force and can never match: for other products, other categories, another
customer group, in turn. Three that match stand beside 3 and 300 of them; ``growth_idle_promotions``
is what a quote costs with 300 over what it costs with 3, over all sizes of quotes.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from benchmarks._deals import DAY, catalogue, quotes, wares
from benchmarks._rounds import Timing, added_up, figures, in_rounds, timed
from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.kernel.money import Money
from cpq.pricing import price
from cpq.promotion import AmountOff, Ladder, LadderStep, PercentOff, PromotionPolicy

ROUNDS = 9
SIZES = (10, 100, 1000)
LINES = {"active": 3_000, "idle": 6_000}
ACTIVE = (3, 30, 300)
IDLE = (3, 300)
_CATEGORIES = 15

Quote = Sequence[Item]


def matching(count: int) -> tuple[PromotionPolicy, ...]:
    """So many promotions of three kinds, each for one category."""
    found = []
    for place in range(count):
        benefit: PercentOff | AmountOff | Ladder
        caps: tuple[Cap, ...] = ()
        least = None
        if place % 3 == 0:
            benefit, least = PercentOff(percent=Decimal("0.3")), Money("100.00", "CNY")
        elif place % 3 == 1:
            benefit = AmountOff(amount=Money("5.00", "CNY"))
            caps = (Cap(amount=Money("4.00", "CNY")),)
        else:
            steps = (LadderStep(least=1000, percent=Decimal("0.2")),)
            benefit = Ladder(steps=steps, currency="CNY")
        found.append(
            PromotionPolicy(
                code=f"ON-{place:03}",
                categories=(f"C-{place // 3 % _CATEGORIES}",),
                benefit=benefit,
                amount_from=least,
                caps=caps,
            )
        )
    return tuple(found)


def idle(count: int) -> tuple[PromotionPolicy, ...]:
    """So many promotions that are in force, or not, and match nothing here."""
    found = []
    for place in range(count):
        target = (
            {"products": (f"OTHER-{place}",)},
            {"categories": (f"OTHER-{place}",)},
            {"customer_groups": (f"OTHER-{place}",)},
        )[place % 3]
        found.append(
            PromotionPolicy.model_validate(
                {
                    "code": f"OFF-{place:03}",
                    "benefit": {"kind": "percent_off", "percent": 5},
                    **target,
                }
            )
        )
    return tuple(found)


class Rivals:
    """The contestants of a round: catalogues with more and more promotions, on new quotes."""

    def __init__(self) -> None:
        self._wares = wares(200)
        plain = catalogue(self._wares)
        self._catalogues = {"none": plain}
        for count in ACTIVE:
            self._catalogues[f"active_{count}"] = plain.with_(promotions=matching(count))
        for count in IDLE:
            rules = (*matching(3), *idle(count))
            self._catalogues[f"idle_{count}"] = plain.with_(promotions=rules)
        for each in self._catalogues.values():
            for quote in quotes(self._wares, lines=2_000, size=100, seed=0):
                _read([asked.item for asked in quote], each)

    def of_round(self, number: int) -> dict[str, Callable[[], float]]:
        """Each by its name, such as ``active_30_100``: promotions and lines of a quote."""
        found: dict[str, Callable[[], float]] = {}
        for size in SIZES:
            for name, against in self._catalogues.items():
                lines = LINES["idle" if name.startswith("idle") else "active"]
                asked = quotes(self._wares, lines=lines, size=size, seed=number * 7 + size)
                items = [[line.item for line in quote] for quote in asked]
                found[f"{name}_{size}"] = timed(_pricing(items, against))
        return found


def _pricing(items: Sequence[Quote], against: Catalogue) -> Callable[[], object]:
    def work() -> None:
        for quote in items:
            _read(quote, against)

    return work


def _read(quote: Quote, against: Catalogue) -> Decimal:
    pricing = price(quote, catalogue=against, on=DAY)
    for line in pricing.lines:
        _ = line.steps
    return pricing.gross.amount


def run(_: Sequence[str]) -> dict[str, object]:
    """Price the quotes in rounds that take turns; the figures."""
    timings = in_rounds(Rivals().of_round, rounds=ROUNDS)
    _print_table(timings)
    few, many = (added_up([timings[f"idle_{count}_{size}"] for size in SIZES]) for count in IDLE)
    found: dict[str, object] = dict(figures("growth_idle_promotions", many.ratio_to(few)))
    for size in SIZES:
        ratio = timings[f"idle_300_{size}"].ratio_to(timings[f"idle_3_{size}"])
        found |= figures(f"growth_idle_promotions_{size}", ratio)
    for count in ACTIVE:
        for size in SIZES:
            own = timings[f"active_{count}_{size}"]
            found[f"lines_per_second_{count}_{size}"] = int(LINES["active"] / own.median)
            ratio = own.ratio_to(timings[f"none_{size}"])
            found |= figures(f"ratio_to_none_{count}_{size}", ratio, digits=1)
    return {"rounds": ROUNDS, **found}


def _print_table(timings: dict[str, Timing]) -> None:
    columns = "".join(f"{f'{size} lines':>14}" for size in SIZES)
    print(f"{'lines per second':28}{columns}")
    for name in ("none", *(f"active_{count}" for count in ACTIVE)):
        each = (LINES["active"] / timings[f"{name}_{size}"].median for size in SIZES)
        print(f"{name.replace('_', ' '):28}{''.join(f'{rate:>14,.0f}' for rate in each)}")
    for count in IDLE:
        each = (LINES["idle"] / timings[f"idle_{count}_{size}"].median for size in SIZES)
        title = f"3 active, {count} idle"
        print(f"{title:28}{''.join(f'{rate:>14,.0f}' for rate in each)}")
