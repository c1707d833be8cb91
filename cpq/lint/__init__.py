"""The price-book linter (价目表检查): defects of a catalogue, found before anybody buys.

A catalogue may be sound, every name in it known, and still say what nobody meant: 26 cost less than
25, a rule can never win, two promotions together go below the floor. Each check here goes through
the rules once, by what they speak of; what it says is proved from the catalogue alone, with the
figures of a case in which it happens, or it is not said.
"""

from cpq.catalogue import Catalogue
from cpq.kernel.period import Moment, instant, zone
from cpq.lint.agreed import agreed
from cpq.lint.assigned import assigned
from cpq.lint.attributes import attributes
from cpq.lint.audience import audience
from cpq.lint.cliffs import cliffs
from cpq.lint.configured import configured
from cpq.lint.finding import LintFinding
from cpq.lint.floors import floors
from cpq.lint.footing import footing
from cpq.lint.funded import funded
from cpq.lint.gaps import gaps
from cpq.lint.ground import Ground
from cpq.lint.grouped import grouped
from cpq.lint.guarded import guarded
from cpq.lint.idle import idle
from cpq.lint.lowered import lowered
from cpq.lint.met import met
from cpq.lint.offered import offered
from cpq.lint.pacts import Pacts
from cpq.lint.pledged import pledged
from cpq.lint.policies import held
from cpq.lint.promoted import promoted
from cpq.lint.rates import rates
from cpq.lint.reach import reach
from cpq.lint.schedule import Schedule
from cpq.lint.shadowed import shadowed
from cpq.lint.shares import shares
from cpq.lint.spans import BEGINNING
from cpq.lint.steps import steps
from cpq.lint.tiers import tiers
from cpq.lint.ties import ties
from cpq.lint.worst import Worst

__all__ = ["LintFinding", "lint"]

_UNSOUND = (".unknown", ".cycle", ".too_deep", ".other_currency", ".other_basis")


def lint(catalogue: Catalogue, *, on: Moment | None = None) -> tuple[LintFinding, ...]:
    """Everything that is wrong or odd about the rules of a catalogue, by place and code.

    With ``on`` what was over before that day (in the catalogue's zone) is left aside; without, all
    that was ever written is looked at. What ``catalogue.check()`` finds comes along; where the
    catalogue names what it does not hold, that alone is told, because nothing else can be judged.
    Products with a BOM are looked at by ``lint_model``, as of ``on``.
    The order of rules in the catalogue does not matter, nor do customers who are not in it.

    >>> from cpq.pricebook import PriceBook, PriceBookVersion, Tier, entry
    >>> from cpq.product import Product
    >>> tiers = (Tier(lower=1, price="90.00"), Tier(lower=26, price="80.00"))
    >>> seats = Catalogue(products=(Product(code="SEAT", name="Seat"),), default_book="LIST",
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(
    ...         PriceBookVersion(entries=(entry("SEAT", tiers=tiers),)),)),))
    >>> print(lint(seats)[0])  # doctest: +ELLIPSIS
    books/LIST/SEAT from 26: LIST, SEAT from 26: 25 pc of SEAT cost 2,250.00 CNY, 26 pc cost
    2,080.00 CNY, so more costs less; ... [lint.cliff]
    """
    checked = [LintFinding.model_validate(dict(found)) for found in catalogue.check()]
    if any(found.code.endswith(_UNSOUND) for found in checked):
        return _in_order(checked)
    start = BEGINNING if on is None else instant(on, zone(catalogue.zone))
    ground = Ground(catalogue, start=start)
    schedule, pacts = Schedule(ground), Pacts(ground)
    policies = held(ground)
    worst = Worst(ground, schedule, policies)
    return _in_order(
        [
            *checked,
            *cliffs(ground, schedule),
            *tiers(ground),
            *gaps(ground, schedule),
            *footing(ground, schedule),
            *rates(ground),
            *ties(ground, schedule),
            *shadowed(ground, schedule),
            *attributes(ground),
            *lowered(ground, schedule),
            *shares(ground),
            *agreed(ground, pacts),
            *idle(ground, schedule, pacts),
            *steps(ground, schedule, pacts),
            *assigned(ground),
            *promoted(ground, policies),
            *offered(ground, schedule, policies),
            *met(policies),
            *grouped(ground),
            *funded(policies),
            *audience(ground),
            *reach(ground),
            *floors(ground, schedule, worst),
            *guarded(ground),
            *pledged(ground, worst, pacts),
            *configured(ground, on=on),
        ]
    )


def _in_order(found: list[LintFinding]) -> tuple[LintFinding, ...]:
    """By place, then by code, then by what is said."""
    return tuple(sorted(found, key=lambda each: (each.place, each.code, each.message.en)))
