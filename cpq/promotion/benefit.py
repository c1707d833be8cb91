"""What a promotion gives (优惠方式): money off, a price, units free, a ladder, freight.

Each benefit is data; ``reckon`` says what it comes to on the lines of an order. Amounts are on the
tax basis of the prices they lower unless they name one, quantities in the product's own unit, and
every benefit that repeats can say how often at most.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money, plain
from cpq.kernel.text import Code, LocalText
from cpq.promotion.selector import Selector

TaxSide = Literal["net", "gross"]
"""Before tax or with it."""


def _positive(amount: Money, what: str) -> Money:
    if amount.amount <= 0:
        raise Invalid("promotion.not_positive", f"{what} is above 0; found {amount}")
    return amount


def _not_negative(amount: Money) -> Money:
    if amount.amount < 0:
        raise Invalid("promotion.not_positive", f"a price or a bound is 0 or more; found {amount}")
    return amount


_Price = Annotated[Money, AfterValidator(_not_negative)]


class Worded(Frozen):
    """A benefit that can be said in both languages."""

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        raise NotImplementedError

    def moneys(self) -> tuple[Money, ...]:
        """Every amount it names; they share one currency."""
        return ()

    def __str__(self) -> str:
        return str(self.words)


class PercentOff(Worded):
    """``percent`` off what the targeted lines cost, after the promotions before it; above 0.

    >>> str(PercentOff(percent="2.5"))
    '2.5% off'
    """

    kind: Literal["percent_off"] = "percent_off"
    percent: Exact = Field(gt=0, le=100)

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        off = plain(self.percent)
        return LocalText(en=f"{off}% off", zh=f"减 {off}%")


class AmountOff(Worded):
    """An amount off the targeted lines together, each line, or each unit; never more than they
    cost.

    It is above 0 and holds for documents in its currency only. ``tax`` says whether the amount has
    its tax in it; by default it is as the prices are. Off a unit of what recurs it is off the price
    of each period; off a line and an order it is off the whole term.

    >>> str(AmountOff(amount=Money("50.00", "CNY")))
    '50.00 CNY off'
    """

    kind: Literal["amount_off"] = "amount_off"
    amount: Money
    per: Literal["order", "line", "unit"] = added("order")
    tax: TaxSide | None = added(None)

    @field_validator("amount")
    @classmethod
    def _above_zero(cls, amount: Money) -> Money:
        return _positive(amount, "an amount off")

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        each = {"order": ("", ""), "line": (" each line", "每行"), "unit": (" each", "每件")}
        en, zh = each[self.per]
        return LocalText(en=f"{self.amount} off{en}", zh=f"{zh}减 {self.amount}")

    def moneys(self) -> tuple[Money, ...]:
        """The amount."""
        return (self.amount,)


class FixedPrice(Worded):
    """Each unit of the targeted lines at a price (特价), per own unit; it never raises one.

    Of what recurs it is the price of a unit in one period.

    >>> str(FixedPrice(price=Money("9.90", "CNY")))
    '9.90 CNY each'
    """

    kind: Literal["fixed_price"] = "fixed_price"
    price: _Price

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        return LocalText(en=f"{self.price} each", zh=f"特价 {self.price}")

    def moneys(self) -> tuple[Money, ...]:
        """The price."""
        return (self.price,)


class BuyGet(Worded):
    """Who buys ``buy`` units gets ``get`` more of the order's at ``percent`` off (买 n 送 m).

    ``reward`` says which: of the ``same`` product, the ``cheapest`` of the targeted lines, or of
    ``other`` lines, those of ``of``. Only whole sets count: with two and two, three units get
    nothing. What is given never counts as bought, and a unit serves one such promotion only.

    >>> str(BuyGet(buy=2, get=1))
    'buy 2, get 1 of the same free'
    """

    kind: Literal["buy_get"] = "buy_get"
    buy: Exact = Field(gt=0)
    get: Exact = Field(default=1, gt=0, validate_default=True)
    percent: Exact = Field(default=100, gt=0, le=100, validate_default=True)
    reward: Literal["same", "cheapest", "other"] = "same"
    of: Selector | None = None
    times: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _names_what_it_gives(self) -> "BuyGet":
        if (self.reward == "other") != (self.of is not None):
            raise Invalid(
                "promotion.reward",
                "a reward of other lines, and only that, says of which: give of=Selector(…)",
            )
        return self

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        buy, get, percent = plain(self.buy), plain(self.get), plain(self.percent)
        of = {"same": "of the same", "cheapest": "the cheapest", "other": f"of {self.of}"}
        zh = {"same": "同款", "cheapest": "价低者", "other": f"{self.of}"}[self.reward]
        free = self.percent == 100
        en = f"buy {buy}, get {get} {of[self.reward]} {'free' if free else f'at {percent}% off'}"
        return LocalText(en=en, zh=f"买 {buy} 送 {get}（{zh}{'' if free else f'，减 {percent}%'}）")


class FreeGoods(Worded):
    """Goods that are added to the order (赠品): ``quantity`` of ``product``, or of the same.

    Once per order, per ``every`` units bought of the targeted lines (without ``product``: of each
    product), or per ``every_amount`` of what they cost before promotions. They are lines of their
    own whose value the promotion takes off, down to ``price`` a unit; they never count as bought
    and no other promotion lowers them. What recurs is given for the periods that the order has it
    for, and ``price`` is for each of them.

    >>> str(FreeGoods(product="CASE", every=3))
    '1 CASE free for every 3'
    """

    kind: Literal["free_goods"] = "free_goods"
    product: Code | None = None
    quantity: Exact = Field(default=1, gt=0, validate_default=True)
    every: Exact | None = Field(default=None, gt=0)
    every_amount: Money | None = None
    price: _Price | None = None
    times: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _knows_how_often(self) -> "FreeGoods":
        if self.every is not None and self.every_amount is not None:
            raise Invalid(
                "promotion.every",
                "goods are free for every so many units or so much money; keep one",
            )
        if self.product is None and self.every is None:
            raise Invalid(
                "promotion.gift", "goods of the same product need every=…; else name the product"
            )
        if self.every_amount is not None:
            _positive(self.every_amount, "every_amount")
        return self

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        what = f"{plain(self.quantity)} {self.product or 'of the same'}"
        zh = f"送 {self.product or '同款'} × {plain(self.quantity)}"
        free = "free" if self.price is None else f"at {self.price}"
        every = self.every_amount if self.every is None else plain(self.every)
        if every is None:
            return LocalText(en=f"{what} {free}", zh=zh)
        return LocalText(en=f"{what} {free} for every {every}", zh=f"每 {every} {zh}")

    def moneys(self) -> tuple[Money, ...]:
        """The amounts it names."""
        return tuple(money for money in (self.every_amount, self.price) if money is not None)


class BundleItem(Frozen):
    """``quantity`` units of the lines that ``of`` means, as one part of a bundle.

    >>> BundleItem(of=Selector(products=("M8",)), quantity=10).quantity
    Decimal('10')
    """

    of: Selector
    quantity: Exact = Field(default=1, gt=0, validate_default=True)


class BundlePrice(Worded):
    """Certain units together for a price (组合价); as many whole sets as the order holds.

    >>> pair = (BundleItem(of=Selector(products=("A",))), BundleItem(of=Selector(products=("B",))))
    >>> str(BundlePrice(items=pair, price=Money("99.00", "CNY")))
    '1 A + 1 B for 99.00 CNY'
    """

    kind: Literal["bundle_price"] = "bundle_price"
    items: tuple[BundleItem, ...] = Field(min_length=1)
    price: _Price
    times: int | None = Field(default=None, ge=1)

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        parts = " + ".join(f"{plain(item.quantity)} {item.of}" for item in self.items)
        return LocalText(en=f"{parts} for {self.price}", zh=f"组合 {parts} 共 {self.price}")

    def moneys(self) -> tuple[Money, ...]:
        """The price."""
        return (self.price,)


class LadderStep(Frozen):
    """From ``least`` on: ``percent`` or ``amount`` off.

    >>> LadderStep(least=1000, percent=5).percent
    Decimal('5')
    """

    least: Exact = Field(ge=0)
    percent: Exact | None = Field(default=None, gt=0, le=100)
    amount: Money | None = None

    @model_validator(mode="after")
    def _gives_one_thing(self) -> "LadderStep":
        if (self.percent is None) == (self.amount is None):
            raise Invalid("promotion.step", "a step gives a percent or an amount; write one")
        if self.amount is not None:
            _positive(self.amount, "the amount of a step")
        return self


class Ladder(Worded):
    """The highest step that is reached, and only that (满减阶梯).

    Steps are of what the targeted lines cost, in ``currency``, or of how many units they are.
    Amounts are on the basis that the policy's conditions see.

    >>> steps = (LadderStep(least=1000, percent=5), LadderStep(least=5000, percent=8))
    >>> str(Ladder(steps=steps, currency="CNY"))
    '5% off from 1000 CNY, 8% off from 5000 CNY'
    """

    kind: Literal["ladder"] = "ladder"
    steps: tuple[LadderStep, ...] = Field(min_length=1)
    of: Literal["amount", "quantity"] = "amount"
    currency: str | None = None

    @model_validator(mode="after")
    def _climbs(self) -> "Ladder":
        leasts = [step.least for step in self.steps]
        if sorted(set(leasts)) != leasts:
            raise Invalid(
                "promotion.steps",
                "the steps of a ladder go up; found " + ", ".join(map(str, leasts)),
            )
        if (self.of == "amount") != (self.currency is not None):
            raise Invalid(
                "promotion.ladder_currency",
                "a ladder of amounts, and only that, names its currency; give currency=…",
            )
        return self

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        unit = f" {self.currency}" if self.currency else ""
        en, zh = [], []
        for step in self.steps:
            off = f"{plain(step.percent)}%" if step.percent is not None else str(step.amount)
            en.append(f"{off} off from {plain(step.least)}{unit}")
            zh.append(f"满 {plain(step.least)}{unit} 减 {off}")
        return LocalText(en=", ".join(en), zh="，".join(zh))

    def moneys(self) -> tuple[Money, ...]:
        """The amounts of its steps, and one of its currency."""
        own = (Money(self.steps[0].least, self.currency),) if self.currency else ()
        return (*own, *(step.amount for step in self.steps if step.amount is not None))


class EveryOff(Worded):
    """``amount`` off for every ``every`` of what the targeted lines cost (每满减), or for every
    ``every_quantity`` units.

    >>> str(EveryOff(every=Money("300.00", "CNY"), amount=Money("40.00", "CNY")))
    '40.00 CNY off for every 300.00 CNY'
    """

    kind: Literal["every_off"] = "every_off"
    every: Money | None = None
    every_quantity: Exact | None = Field(default=None, gt=0)
    amount: Money
    times: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _counts_one_thing(self) -> "EveryOff":
        if (self.every is None) == (self.every_quantity is None):
            raise Invalid(
                "promotion.every",
                "an amount is off for every so much money or so many units; keep one",
            )
        _positive(self.amount, "the amount off")
        if self.every is not None:
            _positive(self.every, "every")
        return self

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        every = self.every or plain(self.every_quantity or self.amount.amount)
        return LocalText(
            en=f"{self.amount} off for every {every}", zh=f"每满 {every} 减 {self.amount}"
        )

    def moneys(self) -> tuple[Money, ...]:
        """The amounts it names."""
        return (self.amount,) if self.every is None else (self.every, self.amount)


class FreeShipping(Worded):
    """``percent`` off the freight (免运费), at most ``up_to``; its conditions look at the goods.

    >>> str(FreeShipping())
    'free shipping'
    """

    kind: Literal["free_shipping"] = "free_shipping"
    percent: Exact = Field(default=100, gt=0, le=100, validate_default=True)
    up_to: _Price | None = None

    @property
    def words(self) -> LocalText:
        """The benefit in words."""
        en = "free shipping" if self.percent == 100 else f"{plain(self.percent)}% off shipping"
        zh = "免运费" if self.percent == 100 else f"运费减 {plain(self.percent)}%"
        if self.up_to is None:
            return LocalText(en=en, zh=zh)
        return LocalText(en=f"{en} up to {self.up_to}", zh=f"{zh}，最多 {self.up_to}")

    def moneys(self) -> tuple[Money, ...]:
        """The bound, where there is one."""
        return () if self.up_to is None else (self.up_to,)


Benefit = Annotated[
    PercentOff
    | AmountOff
    | FixedPrice
    | BuyGet
    | FreeGoods
    | BundlePrice
    | Ladder
    | EveryOff
    | FreeShipping,
    Field(discriminator="kind"),
]
