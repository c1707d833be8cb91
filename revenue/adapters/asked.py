"""What the commands of finance share: their options, and how figures are printed (命令选项)."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cpq.adapters.clock import today
from cpq.adapters.figures import Figures
from cpq.adapters.words import language
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue.adapters.heads import WORDS
from revenue.adapters.store import Store, open_store

_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")

StoreUrl = Annotated[
    str,
    typer.Option("--store", "-s", envvar="CPQ_STORE", help="The store's URL.", show_default=False),
]
Tenant = Annotated[str, typer.Option("--tenant", envvar="CPQ_TENANT", help="Whose books.")]
Locale = Annotated[str, typer.Option("--locale", "-l", help="zh_CN, en, en_GB …")]
Day = Annotated[str, typer.Option("--on", help="The business day, 2026-11-21; today unless said.")]
AsOf = Annotated[str, typer.Option("--as-of", help="At the end of this day; today unless said.")]
Customer = Annotated[str, typer.Option("--customer", "-c", help="One customer only.")]
Since = Annotated[str, typer.Option("--since", help="From this day on; the first unless said.")]


def existing(store: str, tenant: str) -> Store:
    """The store, which must be there: books are made by recording something."""
    return open_store(store, tenant=tenant, create=False)


def day_of(text: str) -> date:
    """The day as typed, today where nothing was. Raises ``Invalid`` (``input.invalid``)."""
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError:
        raise Invalid("input.invalid", f"{text!r} is not a day; write 2026-11-21") from None


def first_day(text: str) -> date | None:
    """The day as typed, ``None`` where nothing was. Raises ``Invalid`` (``input.invalid``)."""
    return day_of(text) if text else None


def words_of(locale: str) -> dict[str, str]:
    """The words of a locale's language. Raises ``NotFound`` (``document.unknown_locale``)."""
    return WORDS[language(locale).first]


def money_of(text: str) -> Money:
    """The amount as typed, ``1250.00 CNY`` or ``1,250.00 CNY``.

    Raises ``Invalid``: ``input.invalid``, and what ``Money`` raises.

    >>> money_of("1,250.00 CNY")
    Money('1250.00', 'CNY')
    """
    amount, _, currency = text.strip().partition(" ")
    if not currency:
        raise Invalid("input.invalid", f"{text!r} is not an amount; write it as 1250.00 CNY")
    plain = amount.replace(",", "") if _GROUPED.fullmatch(amount) else amount
    return Money(plain, currency.strip())


def amount_in(money: Money, locale: str) -> str:
    """An amount without its currency, as a locale writes it."""
    return Figures(language=language(locale), currency=money.code).amount(money.amount)


def count_in(count: Decimal, locale: str) -> str:
    """A count, as a locale writes it."""
    return Figures(language=language(locale), currency="").number(count)


def pair_of(text: str, shape: str) -> tuple[str, str]:
    """``NAME=VALUE`` as two words. Raises ``Invalid`` (``input.invalid``)."""
    name, _, value = text.partition("=")
    if not name or not value:
        raise Invalid("input.invalid", f"{text!r} is not a pair; write {shape}")
    return name, value


class FirstUnlessSaid(TyperGroup):
    """A group that does its first command where the words name none of its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words with the command in front."""
        first = args[0] if args else ""
        if first not in self.commands and first not in ctx.help_option_names:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
