"""Agreements that contradict each other, and lines that never win (协议检查).

Two lines tie where one customer can have both, they are equally near to product and customer, and
their agreements started on the same day: pricing refuses the line. A line for a group is dead where
every customer of the group has a nearer one, and the older of two agreements where the younger
covers all that is left of it.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from cpq.agreement import AgreedPrice
from cpq.lint.finding import LintFinding, remark
from cpq.lint.ground import Ground
from cpq.lint.pacts import Pact, Pacts, Target, scope_of, share_a_currency
from cpq.lint.places import agreed_place, agreed_rule

_Line = tuple[Pact, AgreedPrice]


def agreed(ground: Ground, pacts: Pacts) -> Iterator[LintFinding]:
    """Agreements that tie (``lint.agreements_tie``), lines that never win
    (``lint.agreed_shadowed``), agreements in a currency that no order is in (``lint.no_currency``).
    """
    yield from _in_no_currency(ground, pacts)
    yield from _tied_lines(ground, pacts)
    yield from _tied_books(pacts)
    for pact in pacts.every:
        for line in pact.agreement.lines:
            if ground.reach(scope_of(line)):
                yield from _superseded(ground, pacts, (pact, line))
                if pact.target[0] == "group":
                    yield from _overtaken(ground, pacts, (pact, line))


def _in_no_currency(ground: Ground, pacts: Pacts) -> Iterator[LintFinding]:
    sold = ", ".join(sorted(ground.currencies_sold))
    for pact in pacts.every:
        code, currency = pact.agreement.code, pact.agreement.currency
        if currency is not None and currency not in ground.currencies_sold:
            yield remark(
                "lint.no_currency",
                f"agreements/{code}",
                en=f"agreement {code} is in {currency}, and no order is: the books are in {sold}; "
                "name its prices in one of these",
                zh=f"协议 {code} 的币种为 {currency}，但没有该币种的价目表（现有 {sold}）；"
                "请改用其中之一",
                rules=(code,),
            )


def _tied_lines(ground: Ground, pacts: Pacts) -> Iterator[LintFinding]:
    buckets: dict[object, list[_Line]] = {}
    for pact in pacts.every:
        for line in pact.agreement.lines:
            if ground.reach(scope_of(line)):
                key = (scope_of(line), line.unit, line.lower, pact.started)
                buckets.setdefault(key, []).append((pact, line))
    for lines in buckets.values():
        for (one, first), (other, second) in _meeting(pacts, lines):
            if _said(one, first) != _said(other, second):
                yield _tie(one, first, other, second)


def _meeting(pacts: Pacts, lines: Sequence[_Line]) -> Iterator[tuple[_Line, _Line]]:
    """Pairs of lines that one customer can have at once; the first pair of each two targets."""
    by_target: dict[Target, list[_Line]] = {}
    for pact, line in lines:
        by_target.setdefault(pact.target, []).append((pact, line))
    for same in by_target.values():
        for one, other in pairwise(same):
            if share_a_currency(one[0].agreement, other[0].agreement):
                yield one, other
    groups = sorted(target for target in by_target if target[0] == "group")
    for first, second in combinations(groups, 2):
        ours = {customer.code for customer in pacts.members.get(first[1], ())}
        if any(customer.code in ours for customer in pacts.members.get(second[1], ())):
            one, other = by_target[first][0], by_target[second][0]
            if share_a_currency(one[0].agreement, other[0].agreement):
                yield one, other


def _said(pact: Pact, line: AgreedPrice) -> tuple[object, ...]:
    """What a line comes to, as ``agreement.ambiguous`` sees it."""
    agreement = pact.agreement
    pool = (agreement.code, line.commitment.code) if line.commitment else ()
    return (line.said, agreement.promotable, agreement.cascade and line.is_percentage, pool)


def _tie(one: Pact, first: AgreedPrice, other: Pact, second: AgreedPrice) -> LintFinding:
    codes = (one.agreement.code, other.agreement.code)
    return remark(
        "lint.agreements_tie",
        agreed_place(one.agreement, first),
        severity="error",
        en=f"agreements {codes[0]} ({first}) and {codes[1]} ({second}) hold for one customer at "
        "the same time, equally near, and started together, so the line is refused; end one of "
        "them, or let one start later",
        zh=f"协议 {codes[0]}（{first.words.zh}）与 {codes[1]}（{second.words.zh}）同时适用于同一"
        "客户，且同日生效，该行将被拒绝；请结束其一或错开生效日期",
        rules=(agreed_rule(one.agreement, first), agreed_rule(other.agreement, second)),
        products=(first.product,) if first.product else (),
    )


def _tied_books(pacts: Pacts) -> Iterator[LintFinding]:
    """Agreements that tie in the price book that they name."""
    for held in pacts.by_target.values():
        by_start: dict[object, list[Pact]] = {}
        for pact in held:
            if pact.agreement.price_book:
                by_start.setdefault(pact.started, []).append(pact)
        for same in by_start.values():
            for one, other in pairwise(same):
                books = (one.agreement.price_book, other.agreement.price_book)
                if books[0] != books[1] and share_a_currency(one.agreement, other.agreement):
                    yield _book_tie(one, other)


def _book_tie(one: Pact, other: Pact) -> LintFinding:
    first, second = one.agreement, other.agreement
    return remark(
        "lint.agreements_tie",
        f"agreements/{first.code}",
        severity="error",
        en=f"agreements {first.code} and {second.code} name the price books {first.price_book} "
        f"and {second.price_book} for the same customers, so nothing is priced; take one off, or "
        "let one start later",
        zh=f"协议 {first.code} 与 {second.code} 为同一客户指定了不同的价目表 {first.price_book} 与 "
        f"{second.price_book}，无法计价；请去掉其一或错开生效日期",
        rules=(first.code, second.code),
    )


def _covers(ground: Ground, nearer: _Line, own: _Line) -> bool:
    """Whether a line holds whenever another one does, for all that it is for."""
    (pact, line), (other, theirs) = nearer, own
    currency = pact.agreement.currency
    return (
        pact.span[0] <= other.span[0]
        and other.span[1] <= pact.span[1]
        and (currency is None or currency == other.agreement.currency)
        and line.unit in (None, theirs.unit)
        and (line.lower <= theirs.lower if line.unit == theirs.unit else not line.lower)
        and scope_of(line) in ground.above(scope_of(theirs))
    )


def _superseded(ground: Ground, pacts: Pacts, own: _Line) -> Iterator[LintFinding]:
    """A line behind one of an agreement with the same customer that started later."""
    pact, line = own
    for other in pacts.by_target[pact.target]:
        if other.started <= pact.started:
            continue
        for theirs in other.agreement.by_scope.get(scope_of(line), ()):
            if theirs.unit == line.unit and _covers(ground, (other, theirs), own):
                yield _never_wins(own, (other, theirs), everybody=False)
                return


def _overtaken(ground: Ground, pacts: Pacts, own: _Line) -> Iterator[LintFinding]:
    """A line for a group whose every customer has a nearer one."""
    pact = own[0]
    nearest: _Line | None = None
    for customer in pacts.customers(pact):
        if customer.code in pact.agreement.excluded:
            continue
        nearer = _nearer(ground, pacts, customer.code, own)
        if nearer is None:
            return
        nearest = nearest or nearer
    if nearest is not None:
        yield _never_wins(own, nearest, everybody=True)


def _nearer(ground: Ground, pacts: Pacts, customer: str, own: _Line) -> _Line | None:
    for pact in pacts.by_target.get(("customer", customer), ()):
        for scope in ground.above(scope_of(own[1])):
            for line in pact.agreement.by_scope.get(scope, ()):
                if customer not in pact.agreement.excluded and _covers(ground, (pact, line), own):
                    return pact, line
    return None


def _never_wins(own: _Line, winner: _Line, *, everybody: bool) -> LintFinding:
    (pact, line), (other, theirs) = own, winner
    code, nearer = pact.agreement.code, other.agreement.code
    why = f"{nearer} ({theirs}) started later and holds as long"
    why_zh = f"{nearer}（{theirs.words.zh}）生效更晚且期间覆盖"
    if everybody:
        group = pact.agreement.customer_group
        why = f"every customer of {group} has a nearer one, such as {nearer} ({theirs})"
        why_zh = f"客户组 {group} 的所有客户都有更近的协议，如 {nearer}（{theirs.words.zh}）"
    return remark(
        "lint.agreed_shadowed",
        agreed_place(pact.agreement, line),
        en=f"the line {line} of agreement {code} never wins: {why}; end it, or take it out",
        zh=f"协议 {code} 的 {line.words.zh} 永远不会生效：{why_zh}；请结束或删除",
        rules=(agreed_rule(pact.agreement, line), agreed_rule(other.agreement, theirs)),
        products=(line.product,) if line.product else (),
    )
