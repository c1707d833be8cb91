"""An amount in one currency.

py-moneyed knows the currencies and the operators; the subclass closes what it leaves open: floats,
NaN, assignment, ``+ 0``, division, rounding by the ambient context.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn, Self

import moneyed
from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.money.currency import currency as currency_of
from cpq.kernel.money.currency import currency_places
from cpq.kernel.money.number import EXACT, Rounding, exact, plain, rounded, rounded_fraction
from cpq.kernel.money.split import Weightless, split


class Money(moneyed.Money):
    """An exact amount in one currency.

    Units are major units of the currency. Mixing currencies raises ``Invalid``
    (``money.currency_mismatch``); ``==`` across currencies is ``False``.

    >>> Money("100.00", "CNY").split(3)
    (Money('33.34', 'CNY'), Money('33.33', 'CNY'), Money('33.33', 'CNY'))
    >>> Money("19.99", "CNY") * 3 - Money("0.97", "CNY")
    Money('59.00', 'CNY')
    """

    amount: Decimal  # type: ignore[misc]
    currency: moneyed.Currency  # type: ignore[misc]

    def __init__(self, amount: object, currency: str | moneyed.Currency) -> None:
        number = exact(amount)
        code = currency.code if isinstance(currency, moneyed.Currency) else str(currency)
        kind = currency_of(code)
        self.__dict__.update(amount=number, currency=kind)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, on the currency's grid: ``Money.zero("CNY")`` is 0.00."""
        return cls.from_minor(0, currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """An amount from whole minor units (fen, cents).

        >>> Money.from_minor(1234, "CNY"), Money.from_minor(1234, "JPY")
        (Money('12.34', 'CNY'), Money('1234', 'JPY'))
        """
        return cls(Decimal(minor).scaleb(-currency_places(currency), context=EXACT), currency)

    @property
    def code(self) -> str:
        """The ISO 4217 code."""
        return self.currency.code

    @property
    def minor(self) -> int:
        """The amount in whole minor units.

        Raises ``Invalid`` (``money.off_grid``) where it has more decimals than the currency.
        """
        scaled = self.amount.scaleb(currency_places(self.code), context=EXACT)
        if scaled != scaled.to_integral_value(context=EXACT):
            raise Invalid(
                "money.off_grid",
                f"{self} has more decimals than {self.code} has; round it first, in one place",
            )
        return int(scaled)

    def rounded(self, places: int | None = None, mode: Rounding = Rounding.HALF_UP) -> Self:
        """On the currency's grid, or on that of ``places`` decimals; half up unless said.

        >>> Money("10.005", "CNY").rounded(), Money("10.5", "JPY").rounded(mode=Rounding.HALF_EVEN)
        (Money('10.01', 'CNY'), Money('10', 'JPY'))
        """
        grid = currency_places(self.code) if places is None else places
        return type(self)(rounded(self.amount, grid, mode), self.code)

    def share(self, part: Fraction, mode: Rounding = Rounding.HALF_UP) -> Self:
        """That part of the amount, rounded once to the currency's grid.

        >>> Money("100.00", "CNY").share(Fraction(1, 3))
        Money('33.33', 'CNY')
        """
        whole = Fraction(self.amount) * part
        return type(self)(rounded_fraction(whole, currency_places(self.code), mode), self.code)

    def split(
        self,
        weights: int | Sequence[int | Decimal | Fraction],
        *,
        weightless: Weightless = "refuse",
    ) -> tuple[Self, ...]:
        """Parts by weight that add up to the whole; an ``int`` asks for that many equal parts.

        Largest remainder on minor units, ties to the earlier part. See ``split``.

        >>> Money("300.00", "CNY").split([4000, 2000, 2000])
        (Money('150.00', 'CNY'), Money('75.00', 'CNY'), Money('75.00', 'CNY'))
        """
        shares = [1] * weights if isinstance(weights, int) else weights
        parts = split(self.minor, shares, weightless=weightless)
        return tuple(type(self).from_minor(part, self.code) for part in parts)

    def ratio_to(self, other: moneyed.Money) -> Fraction:
        """``self / other`` as an exact fraction; the other must not be zero."""
        self._same(other)
        return Fraction(self.amount) / Fraction(other.amount)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"money is a value: {name} cannot be set; make a new Money")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"money is a value: {name} cannot be deleted")

    def __repr__(self) -> str:
        return f"Money('{plain(self.amount)}', '{self.code}')"

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.code}"

    def __hash__(self) -> int:
        return hash((self.amount, self.code))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, moneyed.Money):
            return NotImplemented
        return self.amount == other.amount and self.currency == other.currency

    def __ne__(self, other: object) -> bool:
        return not self == other

    def _same(self, other: object) -> Decimal:
        if not isinstance(other, moneyed.Money):
            raise Invalid(
                "money.not_money",
                f"{self} can only meet Money; found {type(other).__name__}",
            )
        if other.currency != self.currency:
            raise Invalid(
                "money.currency_mismatch",
                f"{self} and {other} are in different currencies; convert one at a stated rate",
            )
        return other.amount

    def __add__(self, other: object) -> Self:
        return type(self)(EXACT.add(self.amount, self._same(other)), self.currency)

    __radd__ = __add__

    def __sub__(self, other: object) -> Self:
        return type(self)(EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __rsub__(self, other: object) -> Self:
        return type(self)(EXACT.subtract(self._same(other), self.amount), self.currency)

    def __neg__(self) -> Self:
        return type(self)(self.amount.copy_negate(), self.currency)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return type(self)(self.amount.copy_abs(), self.currency)

    def __mul__(self, other: object) -> Self:
        if isinstance(other, moneyed.Money):
            raise Invalid(
                "money.not_number", f"{self} cannot be multiplied by {other}; one must be a number"
            )
        return type(self)(EXACT.multiply(self.amount, exact(other)), self.currency)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> NoReturn:
        raise Invalid("money.divided", f"{self} is not divided; use split(), share() or ratio_to()")

    __rtruediv__ = __truediv__
    __rmod__ = __truediv__
    __floordiv__ = __truediv__

    def round(self, ndigits: int | None = 0) -> NoReturn:  # noqa: ARG002
        """Refused: it would round by the ambient context; use ``rounded()``."""
        raise Invalid("money.divided", f"{self}: use rounded(), which says how ties are decided")

    def get_amount_in_sub_unit(self) -> int:
        """``minor``; the inherited method would truncate."""
        return self.minor

    def __lt__(self, other: object) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: object) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: object) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: object) -> bool:
        return self.amount >= self._same(other)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        fields = core_schema.typed_dict_schema(
            {
                "amount": core_schema.typed_dict_field(core_schema.str_schema()),
                "currency": core_schema.typed_dict_field(core_schema.str_schema()),
            }
        )
        return core_schema.no_info_plain_validator_function(
            cls._validated,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda money: {"amount": plain(money.amount), "currency": money.code},
                when_used="json",
            ),
            json_schema_input_schema=fields,
        )

    @classmethod
    def _validated(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if isinstance(value, moneyed.Money):
            return cls(value.amount, value.currency.code)
        if isinstance(value, str) and value.count(" ") == 1:
            amount, code = value.split(" ")
            value = {"amount": amount, "currency": code}
        if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
            try:
                return cls(value["amount"], value["currency"])
            except NotFound as error:
                raise Invalid(error.code, error.message) from None
        raise ValueError('money is written {"amount": "12.50", "currency": "CNY"} or "12.50 CNY"')


def money_total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of ``amounts`` in ``currency``; zero for none, another currency is refused.

    >>> money_total([Money("1.10", "CNY"), Money("2.20", "CNY")], "CNY")
    Money('3.30', 'CNY')
    """
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
