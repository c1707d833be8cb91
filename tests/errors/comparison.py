"""Comparing two versions."""

from cpq import entry, item, price
from cpq.comparison import compare
from tests.cpq.trade import book, catalogue
from tests.errors.registry import reproduces
from tests.errors.shop import DAY


@reproduces(
    "comparison.no_rate",
    en="Two versions in different currencies are compared without a rate between the two.",
    zh="比较不同币种的两个版本时未给出两者之间的汇率。",
    do="Give `rate=`, such as `catalogue.rates.used('USD', 'CNY', on=…)`; `--rate` on the command "
    "line.",
    names=("USD", "CNY", "none was given", "rate=rates.used('USD', 'CNY', on=…)"),
)
def versions_in_two_currencies() -> None:
    yuan = price([item("BOLT", 1)], catalogue=catalogue(), on=DAY)
    abroad = catalogue(book(entry("BOLT", price="1.40"), currency="USD"))
    dollars = price([item("BOLT", 1)], catalogue=abroad, on=DAY)
    compare(dollars, yuan)
