"""Deal prices, look-ups of them, what history warns of, the lowest price before a reduction."""

from pathlib import Path

from cpq.history import (
    LinePrice,
    MemoryDealPrices,
    PriceChange,
    QuantityBand,
    Viewer,
    deal_prices,
    history_findings,
    lowest_in,
    refuse_unseen,
    statistics,
    visible,
)
from cpq.kernel.errors import Finding
from cpq.quote import send
from revenue.testing.history import asked, example_deal
from tests.errors.registry import reproduces
from tests.errors.shop import accepted, quote, store_at, untouched


@reproduces(
    "deal_price.draft",
    en="A draft leaves no deal prices: nobody was offered them.",
    zh="草稿报价单不产生成交价。",
    do="Send the quote first; record its prices when it is accepted or lost.",
    names=("Q-2026-0001", "draft"),
)
def the_prices_of_a_draft() -> None:
    deal_prices(quote())


@reproduces(
    "deal_price.unknown_line",
    en="A line is called one-off that the quote does not have.",
    zh="指定的一次性价格行在报价单中不存在。",
    do="Correct the line's number.",
    names=("'7'", "Q-2026-0001"),
)
def a_one_off_line_that_is_none() -> None:
    deal_prices(send(quote()), one_off=["7"])


@reproduces(
    "deal_price.taken",
    en="The line's price is kept already, with other content.",
    zh="该报价行的成交价已存在且内容不同。",
    do="Record what happened once; another outcome is another version or status.",
    names=("Q-1", "line 1", "won"),
)
def a_price_put_in_place_of_another() -> None:
    history = MemoryDealPrices()
    history.record([example_deal()])
    history.record([example_deal(net="1.00")])


@reproduces(
    "deal_price.anonymous",
    en="A price whose quote or customer was hidden from a viewer cannot be kept.",
    zh="已隐去报价单或客户的成交价不能入库。",
    do="Record the deal prices themselves, not what `visible()` shows of them.",
    names="'LASER'",
)
def a_hidden_price_recorded() -> None:
    MemoryDealPrices().record(visible([example_deal()], to=Viewer()))


@reproduces(
    "deal_price.other_quote",
    en="The prices given with a quote are not its own, or not of what became of it.",
    zh="所附成交价不属于该报价单或与其结果不符。",
    do="Make them from the quote that is saved: `deal_prices(quote, catalogue=...)`.",
    names=("Q-9", "Q-2026-0001", "accepted"),
)
def the_prices_of_another_quote(folder: Path) -> None:
    won = accepted(quote())
    others = deal_prices(won.with_(number="Q-9"))
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(won, prices=others)


@reproduces(
    "deal_price.bad_band",
    en="A band around a quantity needs a quantity above 0 and a factor of 1 or more.",
    zh="数量区间需要大于 0 的数量和不小于 1 的倍数。",
    do="Give a factor such as 2, for half to double.",
    names=("0.5", "10"),
)
def a_band_that_is_turned_round() -> None:
    QuantityBand.around(10, factor="0.5")


@reproduces(
    "history.not_permitted",
    en="The look-up names a customer whose prices the viewer may not see.",
    zh="无权查看该客户的成交价。",
    do="Look up all customers, or your segment; names of others are hidden there.",
    names="C-1",
)
def anothers_customer_looked_up() -> None:
    refuse_unseen(asked(customers=("C-1",)), to=Viewer(owner="R-7"))


@reproduces(
    "history.below_p10",
    en="The price is below nine of ten comparable deals.",
    zh="价格低于九成可比成交价。",
    do="Raise it, or have it approved where the host asks for that.",
    names=("80.00 CNY per pc", "90.00"),
)
def a_price_below_the_others() -> tuple[Finding, ...]:
    known = statistics([example_deal(f"Q-{place}") for place in range(9)], asked())
    return history_findings([_line("800.00")], statistics={"1": known})


@reproduces(
    "history.below_last",
    en="The price is below what this customer paid last.",
    zh="价格低于该客户上次成交价。",
    do="Keep the last price, or know why not: the next one will start from here.",
    names=("80.00 CNY per pc", "90.00", "2026-06-30"),
)
def a_price_that_slips() -> tuple[Finding, ...]:
    return history_findings([_line("800.00")], statistics={}, last={"1": example_deal()})


@reproduces(
    "history.above_last",
    en="The renewal costs the customer more than before, beyond the agreed uplift.",
    zh="续约价高于上次成交价，且超过约定涨幅。",
    do="Explain the rise, or stay within the uplift.",
    names=("95.00 CNY per pc", "90.00"),
)
def a_renewal_that_costs_more() -> tuple[Finding, ...]:
    return history_findings(
        [_line("950.00")], statistics={}, last={"1": example_deal()}, renewals=["1"], uplift=3
    )


@reproduces(
    "history.not_compared",
    en="The customer's last price is in another currency without a rate of its day, or in another "
    "unit.",
    zh="上次成交价币种或单位不同，且无当日汇率，未作比较。",
    do="Give `rate=`, such as `rates_of(catalogue.rates)`; compare units by hand.",
    names=("90.00 USD per pc", "CNY per pc"),
)
def a_last_price_in_dollars() -> tuple[Finding, ...]:
    last = {"1": example_deal(currency="USD")}
    return history_findings([_line("950.00")], statistics={}, last=last)


@reproduces(
    "history.currency_mismatch",
    en="A line is held against statistics in another currency or unit.",
    zh="统计的币种或单位与报价行不一致。",
    do="Look the statistics up with `Comparables.like(line, on=...)`.",
    names=("USD per pc", "CNY per pc"),
)
def statistics_of_another_currency() -> None:
    known = statistics([example_deal()], asked())
    history_findings([_line("950.00", currency="USD")], statistics={"1": known})


@reproduces(
    "price_log.unordered",
    en="The changes of a price log do not follow one another.",
    zh="价格记录未按时间排序。",
    do="Sort the log by when each price came into force.",
    names=("2026-01-01", "2026-01-02"),
)
def a_log_out_of_order() -> None:
    lowest_in([PriceChange(at="2026-01-02", price=1), PriceChange(at="2026-01-01", price=2)])


@reproduces(
    "price_log.bad_window",
    en="The window of the lowest price has no days, or too many.",
    zh="最低价统计天数无效。",
    do="Give 1 to 36600 days; the law asks for 30.",
    names="0",
)
def a_window_of_no_days() -> None:
    lowest_in([PriceChange(at="2026-01-02", price=1)], days=0)


def _line(net: str, *, currency: str = "CNY") -> LinePrice:
    fields = {name: getattr(example_deal(), name) for name in LinePrice.model_fields}
    return LinePrice.model_validate({**fields, "net": net, "currency": currency})
