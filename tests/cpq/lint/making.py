"""What catalogues of the linter's tests are made with: amounts, tiers, books, customers."""

from cpq.customer import Customer, Party
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier

YEAR_2025 = Period(start="2025-01-01", end="2025-12-31")
YEAR_2026 = Period(start="2026-01-01", end="2026-12-31")
UNITS = STANDARD_UNITS.with_units([Unit(code="box", numerator=5)])


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def tier(lower: object, **said: object) -> Tier:
    return Tier.model_validate({"lower": lower, **said})


def book(code: str, *entries: PriceBookEntry, **said: object) -> PriceBook:
    """A book in yuan with one version that always holds, unless said otherwise."""
    versions = said.pop("versions", None) or (PriceBookVersion(entries=entries),)
    return PriceBook.model_validate({"code": code, "currency": "CNY", **said, "versions": versions})


def buyer(code: str, *groups: str, **said: object) -> Customer:
    return Customer.model_validate(
        {"code": code, "party": Party(name=code), "groups": groups, **said}
    )
