"""Price agreements as they are written (客户协议价): for whom, until when, at what price, how much.

An *agreement* is made with a customer, with a customer group, or with nobody in particular: then
it is a *campaign*, which everybody may have and which never makes anything dearer. Its *lines* say
what a product, the products of a category or everything costs, from a quantity on. A line may
stand on a *commitment*: how much was agreed to be bought at that price, and what happens beyond.
"""

from datetime import tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money, difference, plain, total
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, Line, LocalText

AgreedKind = Literal["price", "percent_off_list", "percent_off_book", "not_above"]
"""What is agreed: a fixed price per unit, a percentage off list or book, or a highest price."""

Measure = Literal["quantity", "amount"]
Over = Literal["block", "warn", "book"]

Scope = tuple[str | None, str | None]
"""What a line prices: a product, a category, or (both ``None``) everything."""

_PERCENTAGES: tuple[AgreedKind, ...] = ("percent_off_list", "percent_off_book")


class Commitment(Frozen):
    """How much is agreed to be bought (承诺量), and what of it is used.

    ``committed``, ``consumed`` by orders and ``reserved`` are quantities in the unit of the line,
    else in each product's own, or amounts in the currency of the agreement, before promotions.
    Beyond it ``block`` refuses the line, ``warn`` says so and keeps the price, ``book`` prices the
    rest at book. Lines of one agreement that name the same ``code`` draw on the same commitment.

    >>> Commitment(committed=1000, consumed=640, reserved=60).remaining
    Decimal('300')
    """

    code: Code = "1"
    measure: Measure = "quantity"
    committed: Exact = Field(gt=0)
    consumed: Exact = Field(default=Decimal(0), ge=0)
    reserved: Exact = Field(default=Decimal(0), ge=0)
    over: Over = "warn"

    @property
    def remaining(self) -> Decimal:
        """What is neither consumed nor reserved; below 0 where more was drawn than committed."""
        return difference(self.committed, total((self.consumed, self.reserved)))


class AgreedPrice(Frozen):
    """What is agreed for a product, for a category or (neither given) for everything.

    Exactly one of: ``price`` per unit; ``percent_off_list``, ``percent_off_book`` (8 is 8 % off,
    negative a surcharge); ``not_above``, the most that a unit may cost. It holds from ``lower``
    units on (inclusive). With ``unit``, prices and ``lower`` are per and in that unit and the line
    holds for that unit only; without, per and in the product's own unit.

    >>> str(AgreedPrice(product="M8", lower=100, price="0.30"))
    'M8 from 100 at 0.30'
    """

    product: Code | None = None
    category: Code | None = None
    unit: Code | None = None
    lower: Exact = Field(default=Decimal(0), ge=0)
    price: Exact | None = Field(default=None, ge=0)
    percent_off_list: Exact | None = Field(default=None, le=100)
    percent_off_book: Exact | None = Field(default=None, le=100)
    not_above: Exact | None = Field(default=None, ge=0)
    commitment: Commitment | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "AgreedPrice":
        if self.product and self.category:
            raise ValueError(f"a line is for product {self.product!r} or a category, not both")
        values = (self.price, self.percent_off_list, self.percent_off_book, self.not_above)
        if sum(value is not None for value in values) != 1:
            raise ValueError(
                f"the line for {self.scope} gives exactly one of price, percent_off_list, "
                "percent_off_book and not_above"
            )
        counted = self.commitment is not None and self.commitment.measure == "quantity"
        if counted and not self.product and not self.unit:
            raise ValueError(
                f"a quantity committed for {self.scope} needs a unit, or pieces and kilograms add "
                "up; name one, or commit to an amount"
            )
        return self

    @cached_property
    def said(self) -> tuple[AgreedKind, Decimal]:
        """What is agreed: the kind and its figure."""
        given: tuple[tuple[AgreedKind, Decimal | None], ...] = (
            ("price", self.price),
            ("percent_off_list", self.percent_off_list),
            ("percent_off_book", self.percent_off_book),
            ("not_above", self.not_above),
        )
        return next((kind, value) for kind, value in given if value is not None)

    @property
    def is_percentage(self) -> bool:
        """Whether it is a percentage off something: only these can be carried to components."""
        return self.said[0] in _PERCENTAGES

    @property
    def scope(self) -> LocalText:
        """What the line prices, and from which quantity on, in words."""
        en, zh = self.product or "everything", self.product or "全部产品"
        if self.category:
            en, zh = f"category {self.category}", f"类别 {self.category}"
        if self.unit:
            en, zh = f"{en} per {self.unit}", f"{zh}，每 {self.unit}"
        if self.lower not in (0, 1):
            en, zh = f"{en} from {plain(self.lower)}", f"{zh}，满 {plain(self.lower)} 起"
        return LocalText(en=en, zh=zh)

    @property
    def words(self) -> LocalText:
        """The line in words: scope and what is agreed."""
        kind, value = self.said
        figure = plain(value.copy_abs())
        off = ("off", "优惠") if value >= 0 else ("on top of", "加价")
        said = {
            "price": (f"at {figure}", f"协议价 {figure}"),
            "percent_off_list": (f"{figure}% {off[0]} list", f"目录价{off[1]} {figure}%"),
            "percent_off_book": (f"{figure}% {off[0]} book", f"价目表价{off[1]} {figure}%"),
            "not_above": (f"not above {figure}", f"不高于 {figure}"),
        }[kind]
        return LocalText(en=f"{self.scope.en} {said[0]}", zh=f"{self.scope.zh}，{said[1]}")

    def __str__(self) -> str:
        return self.words.en


class PriceAgreement(Frozen):
    """Prices agreed with a customer, with a group of customers, or (neither given) a campaign.

    It holds while ``period`` does (days inclusive, in ``zone``, else in the catalogue's), with
    ``covers_children`` also for every customer below ``customer``, never for those ``excluded``.
    ``contract`` refers to the host's contract and ``price_book`` is the book that it is based on.
    Prices are in ``currency``, which may be left out where all lines are percentages, on the tax
    basis of the book that prices. Promotions act on what it prices only where it is
    ``promotable``; with ``cascade`` its percentages hold for the components below a configured
    product that it prices.

    >>> agreement = PriceAgreement(code="FW-1", currency="CNY", customer="C-1", lines=(
    ...     AgreedPrice(product="M8", price="0.30"), AgreedPrice(category="nuts",
    ...     percent_off_book=5)))
    >>> agreement.is_campaign, len(agreement.lines)
    (False, 2)
    """

    code: Code
    name: LocalText = LocalText()
    currency: CurrencyCode | None = None
    customer: Code | None = None
    covers_children: bool = False
    customer_group: Code | None = None
    excluded: tuple[Code, ...] = ()
    contract: Line = ""
    price_book: Code | None = None
    period: Period = ALWAYS
    zone: str | None = None
    promotable: bool = False
    cascade: bool = False
    lines: tuple[AgreedPrice, ...] = ()

    @model_validator(mode="after")
    def _can_be_kept(self) -> "PriceAgreement":
        zone(self.zone or "UTC")
        if self.customer and self.customer_group:
            raise ValueError(f"agreement {self.code!r} is with a customer or a group, not both")
        if self.covers_children and not self.customer:
            raise ValueError(f"agreement {self.code!r} covers children of no customer; name one")
        if not self.lines and self.price_book is None:
            raise ValueError(f"agreement {self.code!r} agrees on nothing: give lines or a book")
        if self.cascade and not any(line.is_percentage for line in self.lines):
            raise ValueError(
                f"agreement {self.code!r} cascades and has no percentage; a price per unit of a "
                "machine is none for its parts"
            )
        self._amounts_have_a_currency()
        self._lines_do_not_contradict()
        return self

    def _amounts_have_a_currency(self) -> None:
        amounts = [row for row in self.commitments if row.measure == "amount"]
        if self.currency is None and (amounts or not all(row.is_percentage for row in self.lines)):
            raise ValueError(f"agreement {self.code!r} names amounts and so needs a currency")
        for row in amounts:
            assert self.currency is not None
            _ = Money(row.committed, self.currency).minor  # what cannot be paid is not committed

    def _lines_do_not_contradict(self) -> None:
        said: dict[object, AgreedPrice] = {}
        pools: dict[str, Commitment] = {}
        for line in self.lines:
            key = (line.product, line.category, line.unit, line.lower)
            if said.setdefault(key, line) is not line:
                raise ValueError(f"agreement {self.code!r} has two lines for {line.scope}")
            pool = line.commitment
            if pool is not None and pools.setdefault(pool.code, pool) != pool:
                raise ValueError(
                    f"agreement {self.code!r} has two commitments {pool.code!r}; lines that share "
                    "one repeat it, others need a code of their own"
                )

    @property
    def is_campaign(self) -> bool:
        """Whether everybody may have it; a campaign never raises a price."""
        return self.customer is None and self.customer_group is None

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where neither it nor a catalogue names one."""
        return zone(self.zone or "UTC")

    @cached_property
    def commitments(self) -> tuple[Commitment, ...]:
        """Its commitments, each once, in the order of the lines."""
        pools = (line.commitment for line in self.lines if line.commitment is not None)
        return tuple({pool.code: pool for pool in pools}.values())

    def commitment(self, code: str) -> Commitment:
        """The commitment of that code. Raises ``NotFound`` (``commitment.unknown``)."""
        for pool in self.commitments:
            if pool.code == code:
                return pool
        known = ", ".join(pool.code for pool in self.commitments) or "none"
        raise NotFound(
            "commitment.unknown",
            f"agreement {self.code!r} has no commitment {code!r}; it has {known}",
            agreement=self.code,
        )

    @cached_property
    def by_scope(self) -> dict[Scope, tuple[AgreedPrice, ...]]:
        """The lines by the product or category they price."""
        scopes: dict[Scope, list[AgreedPrice]] = {}
        for line in self.lines:
            scopes.setdefault((line.product, line.category), []).append(line)
        return {scope: tuple(lines) for scope, lines in scopes.items()}
