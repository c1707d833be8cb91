"""Who may buy what (可售范围): asked before a product is priced, and refused with a reason.

A *scope* speaks of products and of customers, regions, channels and price books. A denial that
matches always refuses. A product that an allowing scope in force speaks of is sold only to those
whom at least one such scope matches; a product that no scope speaks of is sold to everybody.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from pydantic import model_validator

from cpq.customer import Customer
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, Line, LocalText, legible

_KEPT_MAX = 4096
_SHOWN_MAX = 3
_ANY = ("", "")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Buyer(NamedTuple):
    """Who buys, as scopes see it; ``book`` is the price book that is asked first."""

    customer: str = ""
    groups: tuple[str, ...] = ()
    region: str = ""
    channel: str = ""
    book: str = ""


class SalesScope(Frozen):
    """Who may (``allow``) or may not buy certain products.

    It speaks of a product that is named, whose family is, or one of whose categories (neither
    given: of all). It matches who is one of ``customers`` or in one of ``customer_groups`` (neither
    given: everybody) and whose region, channel and price book are among those given, if any are. It
    holds while ``period`` does: days inclusive, in ``zone``, else in the catalogue's. ``reason`` is
    what the refused are told.

    >>> scope = SalesScope(code="NO-EXPORT", allow=False, categories=("lasers",), regions=("US",))
    >>> scope.matches(Buyer(region="CN")), scope.matches(Buyer(region="US"))
    (False, True)
    """

    code: Code
    name: LocalText = LocalText()
    allow: bool = True
    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    customers: tuple[Code, ...] = ()
    customer_groups: tuple[Code, ...] = ()
    regions: tuple[Line, ...] = ()
    channels: tuple[Line, ...] = ()
    books: tuple[Code, ...] = ()
    period: Period = ALWAYS
    zone: str | None = None
    reason: LocalText = LocalText()

    @model_validator(mode="after")
    def _zone_exists(self) -> "SalesScope":
        zone(self.zone or "UTC")
        return self

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where neither it nor a catalogue names one."""
        return zone(self.zone or "UTC")

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """What it speaks of: ``("product", code)``, ``("category", code)``, or ``("", "")``: all.

        >>> SalesScope(code="S", products=("M8",)).names, SalesScope(code="S").names
        ((('product', 'M8'),), (('', ''),))
        """
        products = [("product", code) for code in self.products]
        return (*products, *(("category", code) for code in self.categories)) or (_ANY,)

    def matches(self, buyer: Buyer) -> bool:
        """Whether the scope is about who buys, and through which book."""
        if self.customers or self.customer_groups:
            known = buyer.customer in self.customers
            if not known and set(self.customer_groups).isdisjoint(buyer.groups):
                return False
        return (
            (not self.regions or buyer.region in self.regions)
            and (not self.channels or buyer.channel in self.channels)
            and (not self.books or buyer.book in self.books)
        )

    @property
    def whom(self) -> LocalText:
        """Whom the scope matches, in words."""
        named = (
            ("customer", "客户", self.customers),
            ("group", "客户组", self.customer_groups),
            ("region", "区域", self.regions),
            ("channel", "渠道", self.channels),
            ("price book", "价目表", self.books),
        )
        parts = [(en, zh, _some(codes)) for en, zh, codes in named if codes]
        return LocalText(
            en=", ".join(f"{en} {codes}" for en, _, codes in parts) or "everybody",
            zh="，".join(f"{zh} {codes}" for _, zh, codes in parts) or "所有客户",
        )


class Withheld(NamedTuple):
    """Why a product is not sold: which scope, whom it is for, who asked, and what is said.

    ``denied``: a scope that denies matches; otherwise no scope that allows does.
    """

    product: str
    denied: bool
    scope: str
    needed: LocalText
    actual: LocalText
    reason: LocalText

    def finding(self, place: str) -> Finding:
        """The refusal as a finding at a place such as ``lines/1``."""
        if self.denied:
            return Finding(code="availability.denied", place=place, message=self.message)
        return Finding(code="availability.not_offered", place=place, message=self.message)

    @property
    def message(self) -> LocalText:
        """What the refused are told, in both languages: own reason first, then the rule."""
        who = self.actual
        if self.denied:
            en = f"product {self.product!r} is not sold: scope {self.scope} denies {self.needed.en}"
            zh = f"产品 {self.product!r} 不可售：可售范围 {self.scope} 不允许 {self.needed.zh}"
        else:
            en = f"product {self.product!r} is sold only to {self.needed.en} (scope {self.scope})"
            zh = f"产品 {self.product!r} 只售予 {self.needed.zh}（可售范围 {self.scope}）"
        return LocalText(
            en=legible(f"{_opening(self.reason.in_('en'), ': ')}{en}; asked for by {who.en}"),
            zh=legible(f"{_opening(self.reason.in_('zh'), '：')}{zh}；询价方为 {who.zh}"),
        )


class ScopeLookup:
    """The scopes of a catalogue, ready to be asked; their order does not matter."""

    def __init__(self, scopes: Iterable[SalesScope]) -> None:
        self._scopes = tuple(sorted(scopes, key=lambda scope: scope.code))
        bounds = (scope.period.bounds(scope.home) for scope in self._scopes)
        self._times = sorted({_BEGINNING, *(bound for pair in bounds for bound in pair)})
        self._naming: dict[tuple[str, str], list[SalesScope]] = {}
        for scope in self._scopes:
            for name in scope.names:
                self._naming.setdefault(name, []).append(scope)
        self._kept: dict[tuple[Buyer, int], dict[str, Withheld | None]] = {}

    def __bool__(self) -> bool:
        return bool(self._scopes)

    def why_not(
        self,
        product: str,
        *,
        categories: tuple[str, ...],
        family: str | None = None,
        customer: Customer | None = None,
        book: str = "",
        at: datetime,
    ) -> Withheld | None:
        """Why a product is not sold to a customer at an instant; ``None`` where it is.

        ``categories`` are all that the product lies in, ``family`` what it is a variant of,
        ``book`` the price book that is asked.

        >>> from datetime import UTC, datetime
        >>> scopes = ScopeLookup([SalesScope(code="CN", products=("L-1",), regions=("CN",))])
        >>> found = scopes.why_not("L-1", categories=(), at=datetime(2026, 11, 21, tzinfo=UTC))
        >>> found.needed.en, found.actual.en
        ('region CN', 'nobody in particular')
        """
        if not self._scopes:
            return None
        buyer = _buyer(customer, book)
        key = (buyer, bisect_right(self._times, at))
        answers = self._kept.get(key)
        if answers is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            answers = self._kept[key] = {}
        if product not in answers:
            speaking = [
                scope
                for scope in self._speaking(product, categories, family)
                if scope.period.contains(at, scope.home)
            ]
            answers[product] = _withheld(product, speaking, buyer)
        return answers[product]

    def _speaking(
        self, product: str, categories: tuple[str, ...], family: str | None
    ) -> list[SalesScope]:
        names = [_ANY, ("product", product), *(("category", code) for code in categories)]
        names += [("product", family)] if family else []
        found = {each.code: each for name in names for each in self._naming.get(name, ())}
        return [found[code] for code in sorted(found)]


def _buyer(customer: Customer | None, book: str) -> Buyer:
    if customer is None:
        return Buyer(book=book)
    return Buyer(customer.code, customer.groups, customer.region, customer.channel, book)


def _withheld(product: str, speaking: Sequence[SalesScope], buyer: Buyer) -> Withheld | None:
    for scope in speaking:
        if not scope.allow and scope.matches(buyer):
            return _refusal(product, [scope], buyer, denied=True)
    allowing = [scope for scope in speaking if scope.allow]
    if allowing and not any(scope.matches(buyer) for scope in allowing):
        return _refusal(product, allowing, buyer, denied=False)
    return None


def _refusal(product: str, scopes: Sequence[SalesScope], buyer: Buyer, *, denied: bool) -> Withheld:
    shown, more = scopes[:_SHOWN_MAX], ["…"] if scopes[_SHOWN_MAX:] else []
    reasons = [scope.reason for scope in scopes if str(scope.reason)]
    return Withheld(
        product=product,
        denied=denied,
        scope=", ".join([*(scope.code for scope in shown), *more]),
        needed=LocalText(
            en=legible(" or ".join([*(scope.whom.en for scope in shown), *more])),
            zh=legible("，或 ".join([*(scope.whom.zh for scope in shown), *more])),
        ),
        actual=_told(buyer),
        reason=reasons[0] if reasons else LocalText(),
    )


def _told(buyer: Buyer) -> LocalText:
    parts = list(_parts(buyer))
    return LocalText(
        en=", ".join(f"{en} {value}" for en, _, value in parts) or "nobody in particular",
        zh="，".join(f"{zh} {value}" for _, zh, value in parts) or "未指定客户",
    )


def _parts(buyer: Buyer) -> Iterator[tuple[str, str, str]]:
    if buyer.customer:
        yield "customer", "客户", buyer.customer
    if buyer.groups:
        yield "group", "客户组", _some(buyer.groups)
    if buyer.region:
        yield "region", "区域", buyer.region
    if buyer.channel:
        yield "channel", "渠道", buyer.channel
    if buyer.book:
        yield "price book", "价目表", buyer.book


def _some(codes: Sequence[str]) -> str:
    """The first few of many codes."""
    return "/".join((*codes[:_SHOWN_MAX], *(["…"] if codes[_SHOWN_MAX:] else [])))


def _opening(words: str, mark: str) -> str:
    return f"{words}{mark}" if words else ""
