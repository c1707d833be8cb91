"""The sums of a quote as its template prints them: tax by rate, and an addition that foots (合计).

Read from top to bottom, every row is a summand and every subtotal the sum of the rows above it.
Prices before tax lead to the net, the tax by rate and the total; prices that include tax to the
total, below which stands what of it is tax; where both meet, the tax in the second kind is taken
off first. What is paid per period is a row of its own, which names its term. Whatever does not add
up is not printed.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from cpq.adapters.folded import paid
from cpq.adapters.hand import Hand
from cpq.adapters.lines_view import price_basis
from cpq.adapters.sections_view import charge_label, charges, terms
from cpq.adapters.view import TaxView, TotalView
from cpq.adapters.words import Phrase
from cpq.kernel.errors import Refused
from cpq.kernel.money import difference, plain, total
from cpq.kernel.text import LocalText
from cpq.quote import Quote
from cpq.waterfall import PricedLine, Pricing

_NOTHING = Decimal(0)


class TaxRow(NamedTuple):
    """Net and tax at one percentage, without what is owed per unit."""

    percent: Decimal
    net: Decimal
    tax: Decimal


class Taxes(NamedTuple):
    """The tax of a quote: by percentage, and what is owed per unit, which has no base."""

    rows: tuple[TaxRow, ...]
    fixed: Decimal

    @property
    def sum(self) -> Decimal:
        """All of it."""
        return total((*(row.tax for row in self.rows), self.fixed))


def taxes_of(lines: Iterable[PricedLine]) -> Taxes:
    """The tax of the lines that have a price, by percentage in the order of first use.

    Tax codes of one percentage are one row, and one code with two percentages is two.
    """
    rows: dict[Decimal, tuple[Decimal, Decimal]] = {}
    fixed = _NOTHING
    for line in lines:
        if line.included or line.optional:
            continue
        net, due = rows.get(line.tax_percent, (_NOTHING, _NOTHING))
        fixed = total((fixed, line.tax_fixed))
        share = difference(line.tax, line.tax_fixed)
        rows[line.tax_percent] = total((net, line.net)), total((due, share))
    return Taxes(tuple(TaxRow(percent, *sums) for percent, sums in rows.items()), fixed)


def tax_views(pricing: Pricing, hand: Hand) -> tuple[TaxView, ...]:
    """The rows of the tax table; tax per unit stands below the percentages."""
    taxes, write = taxes_of(pricing.lines), hand.figures.amount
    views = [
        TaxView(
            kind=None,
            percent=hand.figures.percent(row.percent),
            net=write(row.net),
            tax=write(row.tax),
        )
        for row in taxes.rows
    ]
    if taxes.fixed:
        views.append(
            TaxView(kind=hand.say("tax_per_unit"), percent="", net="", tax=write(taxes.fixed))
        )
    return tuple(views)


class PromotionSum(NamedTuple):
    """What a promotion takes off the order."""

    name: LocalText
    code: str
    amount: Decimal


def total_views(
    quote: Quote, hand: Hand, *, explained: bool = True, folded: bool = False
) -> tuple[TotalView, ...]:
    """The addition. Raises ``Refused`` (``document.does_not_add_up``).

    Unless ``explained``, it begins with what is left after all discounts; so it does where they
    are ``folded`` into the prices.
    """
    addition = _Addition(quote, hand, explained=explained and not folded, folded=folded)
    basis = price_basis(quote.agreed.counted)
    if basis == "mixed":
        _from_both(addition)
    elif basis == "gross":
        _from_gross(addition)
    else:
        _from_net(addition)
    return tuple(addition.rows)


class _Addition:
    """The rows so far, and what they come to."""

    def __init__(self, quote: Quote, hand: Hand, *, explained: bool, folded: bool) -> None:
        self.explained = explained
        self.folded = folded
        self.charges = charges(quote.agreed.counted)
        self.recurs = any(manner.recurs for manner, _ in self.charges)
        self.quote = quote
        self.pricing = quote.agreed
        self.hand = hand
        self.taxes = taxes_of(quote.agreed.lines)
        self.rows: list[TotalView] = []
        self.running = _NOTHING

    def put(self, label: Phrase, figure: str, kind: str, about: str = "") -> None:
        self.rows.append(TotalView(label=label, about=about, figure=figure, kind=kind))

    def add(self, key: str, value: Decimal, about: str = "") -> None:
        self.running = total((self.running, value))
        self.put(self.hand.say(key), self.hand.figures.amount(value), "summand", about)

    def take(self, name: LocalText, code: str, value: Decimal) -> None:
        """Take off a promotion, by its name, else by its code."""
        off = value.copy_negate()
        self.running = total((self.running, off))
        label = self.hand.given(name)
        self.put(
            label or self.hand.say("promotion"),
            self.hand.figures.amount(off),
            "summand",
            "" if label else code,
        )

    def charge(self) -> None:
        """A row for what is paid once and for each term.

        After discounts where those are folded, before tax where prices of both kinds meet.
        """
        mixed = price_basis(self.pricing.counted) == "mixed"
        for manner, lines in self.charges:
            amounts = [
                line.net if mixed else paid(line) if self.folded else line.amount for line in lines
            ]
            value = total(amounts)
            self.running = total((self.running, value))
            label = charge_label(manner, self.hand, one_time="one_time", recurring="charges_term")
            self.put(label, self.hand.figures.amount(value), "summand")

    def check(self, stated: Decimal) -> None:
        """Refuse to print rows that come to something else than the pricing says."""
        must_add_up(self.quote, self.running, stated)

    def subtotal(self, key: str, value: Decimal) -> None:
        """The sum of the rows above; where there are none, the first row of the sum."""
        self.check(value)
        kind = "subtotal" if self.rows else "summand"
        self.put(self.hand.say(key), self.hand.figures.amount(value), kind)

    def total(self) -> None:
        gross = self.quote.gross
        self.check(gross.amount)
        label = total_label(self.quote, self.hand, plain="total", stated="total_terms")
        self.put(label, self.hand.figures.money(gross), "total", self.quote.currency)


def must_add_up(quote: Quote, found: Decimal, stated: Decimal) -> None:
    """Raise ``Refused`` (``document.does_not_add_up``) unless rows come to what is stated."""
    if found != stated:
        raise Refused(
            "document.does_not_add_up",
            f"quote {quote.reference}: the rows above add up to {plain(found)}, "
            f"the pricing says {plain(stated)}; price the quote again",
            number=quote.number,
        )


def total_label(quote: Quote, hand: Hand, *, plain: str, stated: str) -> Phrase:
    """What the total is called; it names the terms of what is paid per period."""
    named = terms(quote.agreed.counted, hand)
    if named is None:
        return hand.say(plain)
    own = hand.say(stated, terms=named.text)
    other = hand.say(stated, terms=named.other or named.text).other
    return Phrase(own.text, own.lang, other, own.other_lang)


def _from_net(addition: _Addition) -> None:
    """From prices before tax to the net, from the net to the total."""
    _prices(addition, "", addition.pricing.net.amount)
    addition.subtotal("net", addition.pricing.net.amount)
    for row in addition.taxes.rows:
        addition.add("tax", row.tax, addition.hand.figures.percent(row.percent))
    if addition.taxes.fixed:
        addition.add("tax_fixed", addition.taxes.fixed)
    addition.total()


def _from_gross(addition: _Addition) -> None:
    """From prices that include tax to the total; what of it is tax, and the rest."""
    _prices(addition, "_gross", addition.pricing.gross.amount)
    addition.total()
    hand, write = addition.hand, addition.hand.figures.amount
    for row in addition.taxes.rows:
        addition.put(hand.say("of_which_tax"), write(row.tax), "memo", _percent(hand, row))
    if addition.taxes.fixed:
        addition.put(hand.say("of_which_tax_fixed"), write(addition.taxes.fixed), "memo")
    addition.running = difference(addition.running, addition.taxes.sum)
    addition.check(addition.pricing.net.amount)
    addition.put(hand.say("of_which_net"), write(addition.pricing.net.amount), "memo")


def _from_both(addition: _Addition) -> None:
    """Prices of both kinds: what is before tax, what includes it, less the tax in that."""
    pricing, lines = addition.pricing, addition.pricing.counted
    worth = paid if addition.folded else _amount
    if addition.recurs:
        addition.charge()
    else:
        addition.add("lines_net", total(worth(line) for line in lines if line.basis == "net"))
        addition.add("lines_gross", total(worth(line) for line in lines if line.basis == "gross"))
        for name, code, amount in () if addition.folded else promotion_sums(pricing):
            addition.take(name, code, amount)
        held = total(line.tax for line in lines if line.basis == "gross")
        addition.add("tax_held", held.copy_negate())
    addition.subtotal("net", pricing.net.amount)
    for row in addition.taxes.rows:
        addition.add("tax", row.tax, _percent(addition.hand, row))
    if addition.taxes.fixed:
        addition.add("tax_fixed", addition.taxes.fixed)
    addition.total()


def _amount(line: PricedLine) -> Decimal:
    return line.amount


def _prices(addition: _Addition, basis: str, left: Decimal) -> None:
    """From list prices, where they explain the price, to what promotions leave.

    ``left`` is that, and all there is to say where discounts are told elsewhere or not at all.
    """
    pricing, promotions = addition.pricing, promotion_sums(addition.pricing)
    if addition.recurs:
        addition.charge()
        promotions = [] if addition.folded else promotions
    elif not addition.explained:
        addition.running, promotions = left, []
    elif shows_list(pricing):
        addition.add(f"at_list_prices{basis}", pricing.list_total.amount)
        addition.add(
            "price_discounts", difference(pricing.amount.amount, pricing.list_total.amount)
        )
        if promotions:
            addition.subtotal(f"before_promotions{basis}", pricing.amount.amount)
    elif promotions:
        addition.add(f"before_promotions{basis}", pricing.amount.amount)
    else:
        addition.running = pricing.amount.amount
    for name, code, amount in promotions:
        addition.take(name, code, amount)


def _percent(hand: Hand, row: TaxRow) -> str:
    return hand.figures.percent(row.percent)


def shows_list(pricing: Pricing) -> bool:
    """Whether list prices explain the price: some line is below its list price, none above."""
    pairs = [(line.list_price, line.unit_price) for line in pricing.counted]
    return any(listed > asked for listed, asked in pairs) and not any(
        listed < asked for listed, asked in pairs
    )


def promotion_sums(pricing: Pricing) -> list[PromotionSum]:
    """What each promotion takes off the order, in the order they acted."""
    shares: dict[str, PromotionSum] = {}
    for share in pricing.allocations:
        known = shares.get(share.promotion)
        amount = share.amount if known is None else total((known.amount, share.amount))
        shares[share.promotion] = PromotionSum(share.name, share.promotion, amount)
    return list(shares.values())
