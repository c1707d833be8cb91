"""Walking a chain of price books (价目表链): from one to the next, and from currency to currency.

Figures come in and go out in the currency of the document; within a book they are in the book's.
What is converted stays exact, and leaves a row that names the rate and its day.
"""

from decimal import Decimal
from fractions import Fraction

from cpq.catalogue import Catalogue
from cpq.kernel.money import EXACT, plain, rounded_fraction
from cpq.kernel.text import LocalText
from cpq.plan import PricePoint
from cpq.pricebook import (
    Asked,
    AttributePrice,
    Charge,
    Grounds,
    PriceBook,
    Value,
    Worked,
    adjusted,
    shown,
    worked,
)
from cpq.pricing.scene import Scene
from cpq.rate import UsedRate
from cpq.trace import Effect, Step


class Walk:
    """The books of a catalogue as one scene walks them."""

    def __init__(self, catalogue: Catalogue, scene: Scene) -> None:
        self._catalogue = catalogue
        self._scene = scene
        self._prices = catalogue.prices

    def through(self, links: tuple[PriceBook, ...], asked: Asked, grounds: Grounds) -> Worked:
        """The books of a chain, the last first, from and to figures in the document's currency."""
        own = self._scene.currency
        value = first = grounds.below
        rows: list[Step] = []
        currency = own
        point: PricePoint = "list"
        for link in reversed(links):
            point = "book" if link.base else "list"
            value, converted = self.converted(value, currency, link.currency, point=point)
            rows += converted
            currency = link.currency
            listed, _ = self.converted(grounds.listed, own, currency)
            cost, _ = self.converted(grounds.cost, own, currency)
            stands = Grounds(value, listed, cost if isinstance(cost, Fraction) else None)
            made = worked(link, asked, stands, covering=self._prices.covering)
            rows += made.rows
            value, first = made.value, made.first
        value, converted = self.converted(value, currency, own, point=point)
        first, _ = self.converted(first, currency, own)
        return Worked(value, first, (*rows, *converted))

    def adjusted(
        self, chain: tuple[PriceBook, ...], asked: Asked, value: Value | None
    ) -> tuple[Value | None, list[Step]]:
        """The attribute prices of the chain, root first; a nearer rule of one code stands in."""
        rows: list[Step] = []
        nearer: set[str] = set()
        layers: list[tuple[PriceBook, tuple[AttributePrice, ...]]] = []
        for link in chain:
            rules = self._prices.attributes(link, asked.product, asked.at)
            layers.append((link, tuple(rule for rule in rules if rule.code not in nearer)))
            nearer.update(rule.code for rule in rules)
        for link, rules in reversed(layers):
            if rules:
                value, more = self._adjusted_in(link, rules, asked, value)
                rows += more
        return value, rows

    def _adjusted_in(
        self,
        link: PriceBook,
        rules: tuple[AttributePrice, ...],
        asked: Asked,
        value: Value | None,
    ) -> tuple[Value | None, list[Step]]:
        product = asked.product
        scale, _ = self.converted(Fraction(1), link.currency, self._scene.currency)
        made = adjusted(
            rules,
            value if isinstance(value, Fraction) else None,
            product=product.code,
            unit=asked.unit,
            attributes=asked.attributes,
            at=asked.at,
            home=link.home,
            family=product.variant_of,
            categories=self._catalogue.lineage(product),
            factor=asked.factor,
            scale=scale if isinstance(scale, Fraction) else Fraction(1),
            resolution=link.resolution,
        )
        rows = [
            Step(
                point="attribute",
                rule=f"{link.code}: {row.rule}"[:200],
                name=LocalText(
                    en=f"{row.name.in_('en') or row.rule} {row.stated}",
                    zh=f"{row.name.in_('zh') or row.rule} {row.stated}",
                ),
                applied=row.applied,
                reason=row.reason,
                needed=row.needed,
                # answers are kept per interval, in which one day is as good as another
                actual="" if row.reason == "outside_period" else row.actual,
                before=shown(row.before),
                after=shown(row.after),
                effect=None
                if row.effect is None or isinstance(value, Charge)
                else Effect(kind=row.effect.kind, value=row.effect.value),
            )
            for row in made.rows
        ]
        if isinstance(value, Charge):
            for effect in made.effects:
                value = _on_charge(value, effect.kind, effect.value)
            return value, rows
        return made.value, rows

    def converted(
        self, value: Value | None, currency: str, to: str, *, point: PricePoint = "list"
    ) -> tuple[Value | None, list[Step]]:
        """The value in another currency at the rate of the document's day, exactly."""
        if value is None or currency == to:
            return value, []
        used = self._catalogue.rates.used(currency, to, on=self._scene.day)
        made = value * used.rate if isinstance(value, Fraction) else value.scaled(used.rate)
        step = Step(
            point=point,
            rule=f"{currency}/{to}",
            name=LocalText(
                en=f"1 {currency} = {plain(_shown_rate(used))} {to} ({used.kind}, {used.on})",
                zh=f"1 {currency} = {plain(_shown_rate(used))} {to}（{used.kind}，{used.on}）",
            ),
            applied=True,
            reason="applied",
            before=shown(value),
            after=shown(made),
            effect=None if isinstance(made, Charge) else Effect(kind="times", value=used.rate),
        )
        return made, [step]

    def rates_needed(self) -> tuple[UsedRate, ...]:
        """The exchange rates that the books of the scene need, whichever lines there are."""
        books = [choice.book for choice in self._scene.books]
        if self._catalogue.cost_book is not None:
            books.append(self._catalogue.cost_book)
        pairs: set[tuple[str, str]] = set()
        for code in books:
            links = [link.currency for link in reversed(self._prices.chain(code))]
            pairs.update((one, self._scene.currency) for one in links)
            pairs.update((self._scene.currency, one) for one in links[1:])
        rates, day = self._catalogue.rates, self._scene.day
        return tuple(rates.used(*pair, on=day) for pair in sorted(pairs) if pair[0] != pair[1])


def _on_charge(charge: Value, kind: str, value: Fraction) -> Value:
    if kind == "set" or not isinstance(charge, Charge):
        return value
    return charge.shifted(value) if kind == "add" else charge.scaled((100 + value) / 100)


def _shown_rate(used: UsedRate) -> Decimal:
    """An exchange rate for people: at most ten decimals."""
    return rounded_fraction(used.rate, 10).normalize(EXACT)
