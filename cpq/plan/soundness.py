"""Whether a plan can be followed (方案校验): each fault has its own code and names the steps.

What a step writes must reach the tax and the gross amount where nothing else acts than what always
acts. Rules that act now and then, such as a contract, may replace what came before: on the lines
that they are for, that is what they are for.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import NamedTuple, NoReturn

from cpq.kernel.errors import Invalid
from cpq.plan.step import PlanStep, PricePoint

Steps = tuple[PlanStep, ...]


def refuse_unsound(plan: str, steps: Steps) -> None:
    """Refuse steps, given by rank, that make no plan. Raises ``Invalid``, see ``PricingPlan``."""
    for check in (_told_apart, _units_first, _written_before_read, _one_list_price, _ends):
        check(plan, steps)
    for step in steps:
        _reaches_the_gross(plan, steps, step)


def _told_apart(plan: str, steps: Steps) -> None:
    codes: set[str] = set()
    for step in steps:
        if step.code in codes:
            raise Invalid(
                "plan.equal_code",
                f"plan {plan} has two steps {step.code!r}; name one of them otherwise",
            )
        codes.add(step.code)
    for first, second in pairwise(steps):
        if first.rank == second.rank:
            raise Invalid(
                "plan.equal_rank",
                f"plan {plan}: steps {first.code!r} and {second.code!r} both have rank "
                f"{first.rank}; give each its own, so that their order is stated",
            )


def _units_first(plan: str, steps: Steps) -> None:
    for first, second in pairwise(steps):
        if first.of_document and not second.of_document:
            raise Invalid(
                "plan.unit_after_amount",
                f"plan {plan}: step {second.code!r} finds a unit price and comes after step "
                f"{first.code!r}, which looks at the whole document; give it a rank below "
                f"{first.rank}",
            )


def _written_before_read(plan: str, steps: Steps) -> None:
    written: set[PricePoint] = set()
    for step in steps:
        missing = [point for point in (*step.reads, *step.uses) if point not in written]
        if missing:
            raise Invalid(
                "plan.unwritten_point",
                f"plan {plan}: step {step.code!r} reads {', '.join(missing)}, which no earlier "
                "step writes; add such a step before it, or let it read another point",
            )
        written.update(step.writes)


def _one_list_price(plan: str, steps: Steps) -> None:
    for first, second in _setters(steps):
        shared = {*first.products, *first.categories} & {*second.products, *second.categories}
        if shared or not (first.scoped and second.scoped):
            _refuse_setters(plan, first, second, ", ".join(sorted(shared)) or "every product")


def _setters(steps: Iterable[PlanStep]) -> list[tuple[PlanStep, PlanStep]]:
    """Every two steps that set the list price without saying that they combine."""
    setters = [step for step in steps if "list" in step.writes]
    return [(first, second) for first, second in combinations(setters, 2) if not second.combines]


def _refuse_setters(plan: str, first: PlanStep, second: PlanStep, what: str) -> NoReturn:
    raise Invalid(
        "plan.two_list_setters",
        f"plan {plan}: steps {first.code!r} and {second.code!r} both set the list price of "
        f"{what}; keep one, separate their products, or let {second.code!r} read list and set "
        "combines",
    )


def refuse_two_setters(plan: str, steps: Iterable[PlanStep], *, what: str) -> None:
    """Refuse steps, all of which are for ``what``, of which two set its list price."""
    for first, second in _setters(steps):
        _refuse_setters(plan, first, second, what)


class _Run(NamedTuple):
    """What is there at the end of a run, what of it carries the traced result, who wrote what."""

    there: set[PricePoint]
    carries: set[PricePoint]
    writers: dict[PricePoint, tuple[PlanStep, PricePoint | None]]


def _run(
    steps: Steps,
    traced: PlanStep | None = None,
    written: PricePoint | None = None,
    *,
    also: PlanStep | None = None,
) -> _Run:
    """Follow the steps on a line that has a list price, and on which only ``traced`` acts besides.

    ``also`` is a step that mostly does not act and this time does, such as an attribute price.

    A step for other products, or for some only of the traced step's, does not act: what it
    replaces stands elsewhere, so it was replaced on purpose.
    """
    run = _Run(set(), set(), {})
    for step in steps:
        if step is traced and written is not None:
            run.there.add(written)
            run.carries.add(written)
            continue
        base = step.base(run.there)
        if (step.reads and base is None) or not _acts(step, traced):
            continue
        left = step.writes if step is also else step.leaves
        run.there.update(left)
        run.writers.update(dict.fromkeys(left, (step, base)))
        if base in run.carries or any(point in run.carries for point in step.uses):
            run.carries.update(left)
        else:
            run.carries.difference_update(left)
    return run


def _acts(step: PlanStep, traced: PlanStep | None) -> bool:
    if not step.scoped:
        return True
    if "list" in step.writes and (traced is None or "list" not in traced.writes):
        return True
    if traced is None or not traced.scoped:
        return False
    products, categories = set(step.products), set(step.categories)
    return products.issuperset(traced.products) and categories.issuperset(traced.categories)


def _ends(plan: str, steps: Steps) -> None:
    there = _run(steps).there
    missing = [point for point in ("net", "tax", "gross") if point not in there]
    if missing:
        raise Invalid(
            "plan.no_result",
            f"plan {plan}: a line with a list price on which no other rule acts has no "
            f"{' and no '.join(missing)}; add steps that write them from points that are always "
            "there, such as list",
        )


def _reaches_the_gross(plan: str, steps: Steps, step: PlanStep) -> None:
    """The cost may end in the margin; all else must be in the tax and in the gross amount."""
    wanted: tuple[PricePoint, ...] = (
        ("gross",) if step.kind in ("tax", "gross") else ("gross", "tax")
    )
    for point in step.writes if step.kind != "cost" else ():
        runs = [_run(steps, step, point)]
        if point in step.leaves:
            runs += [_run(steps, step, point, also=each) for each in _rare(steps, step)]
        for run, end in ((run, end) for run in runs for end in wanted):
            if end not in run.carries:
                raise Invalid(
                    "plan.result_lost",
                    f"plan {plan}: what step {step.code!r} writes as {point} never reaches the "
                    f"{end}: {_loss(run, step, point, end=end)}; let a later step read {point} "
                    f"first, or take {step.code!r} out",
                )


def _rare(steps: Steps, traced: PlanStep) -> Iterator[PlanStep]:
    """The unit steps that act now and then; a manual price takes all others' place on purpose."""
    for step in steps:
        always = step.writes == step.leaves or step.of_document
        if not always and step is not traced and step.kind != "manual":
            yield step


def _loss(run: _Run, traced: PlanStep, point: PricePoint, *, end: PricePoint) -> str:
    """Why the traced result is not in the end point: walk back to the step that passed it by."""
    step, base = run.writers[end]
    while base is not None and base in run.writers:
        before = run.writers[base][0]
        if before.rank <= traced.rank or before.rank >= step.rank:
            break
        step, base = run.writers[base]
    if step.rank < traced.rank:
        return f"step {step.code!r} has written the {end} before"
    again = f"writes {point} again" if point in step.writes else "starts again"
    return f"step {step.code!r} {again} from {base or 'nothing'}"
