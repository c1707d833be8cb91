"""The prices of a configuring session (选配报价): running, by value, and the best."""

from datetime import date
from typing import Final

from rich.table import Table

from cpq.adapters.configure_table import PRICE_WORDS
from cpq.adapters.request import ConfiguredItem
from cpq.adapters.trace_table import plain_table
from cpq.adapters.words import Language
from cpq.catalogue import Catalogue
from cpq.configuration import NOTHING, Configurator
from cpq.guidance import Aim, Best, complete_by, price_effects, running_price
from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money, plain
from cpq.waterfall import Pricing

AIMS: Final[dict[str, Aim]] = {"price": "price", "cost": "cost", "margin": "margin"}


class Prices:
    """What is configured, priced by ``catalogue`` on the day ``on``: as many of it, and for as many
    periods, as the ``item`` asks for.

    ``customer`` may be changed; nobody, where it is empty.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        on: date,
        customer: str,
        item: ConfiguredItem,
        spoken: Language,
    ) -> None:
        self.catalogue, self.on, self.customer = catalogue, on, customer
        self._quantity, self._periods, self._spoken = item.quantity, item.periods, spoken
        self._words = PRICE_WORDS[spoken.first]
        self._before: Money | None = None

    def waterfall(self, machine: Configurator, customer: str) -> str:
        """The whole price, explained, for a customer; he stays the customer. Raises as ``price``
        does.
        """
        pricing = self._running(machine, customer)
        if customer != self.customer:
            self.customer, self._before = customer, pricing.net
        return pricing.explain(self._spoken.first)

    def running(self, machine: Configurator) -> str:
        """One line: what it costs now, and how much that has changed; or why it has no price."""
        try:
            net = self._running(machine, self.customer).net
        except DomainError as error:
            return self._words["unpriced"].format(why=error.message)
        before, self._before = self._before, net
        told = self._words["running"].format(net=_money(net))
        if before is None or before.currency != net.currency or before == net:
            return told
        return f"{told} ({_signed(net - before)})"

    def effects(self, machine: Configurator, path: str) -> Table:
        """What each possible value of a path would make of the price."""
        words = self._words
        table = plain_table(words["value"])
        for name in ("net", "change", "percent"):
            table.add_column(words[name], justify="right")
        found = price_effects(
            machine,
            path,
            catalogue=self.catalogue,
            on=self.on,
            customer=self.customer or None,
            quantity=self._quantity,
            periods=self._periods,
        )
        for each in found:
            percent = "" if each.percent is None else f"{each.percent:+f} %"
            code = words["none"] if each.code == NOTHING else each.code
            change = "" if each.change is None else _signed(each.change)
            table.add_row(code, _money(each.net), change, percent)
        return table

    def best(self, machine: Configurator, aim: Aim) -> Best:
        """The best completion by an aim."""
        return complete_by(
            machine,
            aim,
            catalogue=self.catalogue,
            on=self.on,
            customer=self.customer or None,
            quantity=self._quantity,
            periods=self._periods,
        )

    def best_told(self, found: Best, aim: Aim) -> str:
        """What is best, and how sure that is."""
        amount = self._words[aim].format(amount=_money(found.amount))
        if found.proven:
            return f"{amount}{self._words['proven']}"
        if found.bound is None:
            return f"{amount}{self._words['estimated']}"
        return f"{amount}{self._words['bounded'].format(bound=_money(found.bound))}"

    def _running(self, machine: Configurator, customer: str) -> Pricing:
        return running_price(
            machine,
            catalogue=self.catalogue,
            on=self.on,
            customer=customer or None,
            quantity=self._quantity,
            periods=self._periods,
        )


def _money(value: Money) -> str:
    return f"{plain(value.amount)} {value.currency}"


def _signed(change: Money) -> str:
    sign = "+" if change.amount > 0 else ""
    return f"{sign}{plain(change.amount)}"
