"""Where a rule stands, and what it is called (规则位置): by content, never by position.

``books/LIST/2026-01-01/M8 from 10`` is the tier from 10 on of the entry for M8 in the version of
the book LIST that starts on that day; a version that is open at its start has no day.
"""

from cpq.agreement import AgreedPrice, PriceAgreement
from cpq.kernel.money import plain
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import LocalText
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier


def version_place(book: PriceBook, version: PriceBookVersion) -> str:
    """Where a version stands."""
    start = version.period.start
    return f"books/{book.code}" if start is None else f"books/{book.code}/{start.isoformat()}"


def entry_place(
    book: PriceBook, version: PriceBookVersion, entry: PriceBookEntry, tier: Tier | None = None
) -> str:
    """Where an entry stands, or one of its tiers."""
    return f"{version_place(book, version)}/{entry_words(entry, tier)}"


def rule_of(book: PriceBook, entry: PriceBookEntry, tier: Tier | None = None) -> str:
    """What an entry, or one of its tiers, is called: ``VIP: category machines from 2``."""
    return f"{book.code}: {entry_words(entry, tier)}"


def entry_words(entry: PriceBookEntry, tier: Tier | None = None) -> str:
    """An entry in words: scope, unit, where the tier starts, rank and period.

    >>> from cpq.pricebook import entry
    >>> entry_words(entry(category="bolts", unit="box", price=1, rank=2))
    'category bolts per box rank 2'
    """
    words = scope_words(entry.product, entry.category, entry.unit)
    words += start_words(tier or entry.tiers[0])
    words += f" rank {entry.rank}" if entry.rank else ""
    return words + period_words(entry.period)


def entry_name(entry: PriceBookEntry, tier: Tier | None = None) -> LocalText:
    """An entry in words, in both languages.

    >>> from cpq.pricebook import entry
    >>> entry_name(entry(category="bolts", unit="box", price=1, rank=2)).zh
    '类别 bolts，每 box，优先级 2'
    """
    first = tier or entry.tiers[0]
    zh = scope_name(entry.product, entry.category, entry.unit).zh
    if first.above:
        zh += f"，超过 {plain(first.lower)}"
    elif first.lower > 1:
        zh += f"，满 {plain(first.lower)} 起"
    zh += f"，优先级 {entry.rank}" if entry.rank else ""
    return LocalText(en=entry_words(entry, tier), zh=f"{zh}{period_words(entry.period)}")


def scope_name(product: str | None, category: str | None, unit: str | None = None) -> LocalText:
    """What a rule is for, in both languages."""
    zh = product or (f"类别 {category}" if category else "全部产品")
    zh = f"{zh}，每 {unit}" if unit else zh
    return LocalText(en=scope_words(product, category, unit), zh=zh)


def tier_name(tier: Tier) -> LocalText:
    """What a tier says, in both languages: ``cost +25%``, ``成本 +25%``."""
    zh = str(tier)
    if tier.markup is not None:
        zh = zh.replace("cost", "成本", 1)
    elif tier.margin is not None:
        zh = zh.replace("margin", "毛利率", 1)
    return LocalText(en=str(tier), zh=zh)


def scope_words(product: str | None, category: str | None, unit: str | None = None) -> str:
    """What a rule is for: ``M8``, ``category bolts per box``, ``everything``.

    >>> scope_words(None, None)
    'everything'
    """
    name = product or (f"category {category}" if category else "everything")
    return f"{name} per {unit}" if unit else name


def start_words(tier: Tier) -> str:
    """Where a tier starts, unless with the first unit: `` from 10``, `` above 10``."""
    if tier.above:
        return f" above {plain(tier.lower)}"
    return f" from {plain(tier.lower)}" if tier.lower > 1 else ""


def period_words(period: Period) -> str:
    """When a rule holds, unless always: `` (2026-01-01 to …)``."""
    return "" if period is ALWAYS or period == ALWAYS else f" ({period})"


def agreed_place(agreement: PriceAgreement, line: AgreedPrice) -> str:
    """Where a line of an agreement stands: ``agreements/FW-1/M8 from 100``."""
    return f"agreements/{agreement.code}/{line.scope.en}"


def agreed_rule(agreement: PriceAgreement, line: AgreedPrice) -> str:
    """What a line of an agreement is called: ``FW-1: M8 from 100 at 0.30``."""
    return f"{agreement.code}: {line}"
