"""A seller's customers and what they owe: the book that the receipts of a benchmark are matched to.

Few customers are large and most are small: their sizes are log-normal. Some belong to a group that
pays through one treasury. The seller numbers its invoices in six series, one to a customer, in the
order in which they are issued, so that the next number is as a rule somebody else's. Amounts are
whole cents of CNY. The same market gives the same book in any process.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

Shares = tuple[tuple[str, int], ...]
"""Names with their weights."""

FIRST_DAY = date(2026, 3, 2)
"""The day of the first receipts: late enough for numbers of two years to be open."""

CURRENCY = "CNY"
PRICE_POINTS = 6
DISCOUNT_PERCENT, DISCOUNT_DAYS = 2, 10
WITHHOLDING_PERCENT = 10
INSTALMENTS = (30, 60, 10)
SERIES_HOME = (("padded", 25), ("per year", 20), ("invoice 8", 25), ("invoice 20", 30))
SERIES_ABROAD = (("padded", 35), ("unpadded", 20), ("per year", 20), ("RF", 25))


class Market(NamedTuple):
    """Every parameter of a book and its receipts; the standard one is ``Market()``.

    ``open_items`` are open on the first morning; two more are issued for each receipt, so that the
    book keeps its size. ``size_max`` is how many times the median the largest customer may be.
    Weights are per thousand.
    """

    receipts: int = 10_000
    open_items: int = 50_000
    seed: int = 2681
    days: int = 20
    items_per_customer: float = 12.5
    size_sigma: float = 1.2
    size_max: float = 1_000.0
    issued_per_receipt: int = 2
    abroad: float = 0.4
    in_group: float = 0.12
    account_on_file: float = 0.45
    account_shown: float = 0.85
    terms: Shares = (
        ("net 30", 450), ("net 60", 250), ("2/10 net 30", 120), ("instalments", 100),
        ("retention", 80),
    )  # fmt: skip
    amounts: Shares = (("free", 600), ("round", 250), ("price points", 150))
    payer_names: Shares = (
        ("as on file", 680), ("spelt otherwise", 200), ("translated", 60), ("somebody else", 60),
    )  # fmt: skip
    habits: Shares = (("tells", 600), ("sometimes", 220), ("never", 180))
    paid: Shares = (
        ("one invoice", 400), ("several", 190), ("oldest first", 120), ("arbitrary", 80),
        ("a month", 40), ("all due", 40), ("round sum", 30), ("group company's", 40),
        ("prepayment", 25), ("paid twice", 10), ("same payment again", 5), ("a stranger's", 20),
    )  # fmt: skip
    told: Shares = (
        ("in full", 610), ("short form", 120), ("last digits", 60), ("range", 40), ("wrapped", 25),
        ("cut", 50), ("typo", 30), ("transposed", 15), ("another's", 15), ("contract", 35),
    )  # fmt: skip
    differs: Shares = (
        ("exact", 770), ("fee", 50), ("cents dropped", 50), ("part", 45), ("over", 30),
        ("unexplained", 20), ("withholding", 20), ("line disputed", 15),
    )  # fmt: skip


class Payer(NamedTuple):
    """Whose name and account the bank shows; ``on_file`` if the seller knows the account."""

    name: str
    account: str
    on_file: bool


class Customer(NamedTuple):
    """A customer as the seller has it on file, and how it pays."""

    code: str
    name: str
    home: bool
    group: int
    size: float
    terms: str
    amounts: str
    series: str
    habit: str
    retention_percent: int
    prices: tuple[int, ...]
    payer: Payer


class Debt(NamedTuple):
    """A receivable in cents: its invoice's number is ``source``, with ``lines`` of the invoice."""

    number: str
    source: str
    customer: str
    contract: str
    on: date
    due_on: date
    cents: int
    lines: tuple[int, ...]
    discount_until: date | None = None


def drawn(dice: random.Random, shares: Shares) -> str:
    """One of the names by its weight."""
    return dice.choices([name for name, _ in shares], [weight for _, weight in shares])[0]


_PLACES = {
    "苏州": "Suzhou", "宁波": "Ningbo", "佛山": "Foshan", "东莞": "Dongguan", "青岛": "Qingdao",
    "无锡": "Wuxi", "成都": "Chengdu", "武汉": "Wuhan", "沈阳": "Shenyang", "合肥": "Hefei",
    "上海": "Shanghai", "天津": "Tianjin", "温州": "Wenzhou", "济南": "Jinan", "长沙": "Changsha",
}  # fmt: skip
_SYLLABLES = {
    "恒": "heng", "达": "da", "华": "hua", "盛": "sheng", "瑞": "rui", "丰": "feng", "新": "xin",
    "宏": "hong", "远": "yuan", "博": "bo", "力": "li", "源": "yuan", "鑫": "xin", "泰": "tai",
    "通": "tong", "佳": "jia", "和": "he", "德": "de", "凯": "kai", "诚": "cheng", "信": "xin",
    "飞": "fei", "海": "hai", "利": "li", "明": "ming", "嘉": "jia", "永": "yong", "中": "zhong",
}  # fmt: skip
_TRADES = {
    "机电": "Electromechanical", "机械": "Machinery", "精密制造": "Precision", "贸易": "Trading",
    "电子科技": "Electronics", "钢构": "Steel", "包装": "Packaging", "自动化设备": "Automation",
    "汽车零部件": "Auto Parts", "新材料": "New Materials",
}  # fmt: skip
_ABROAD = (
    "Alder", "Baker", "Brandt", "Castle", "Delta", "Ember", "Falk", "Gran", "Harbour", "Ivory",
    "Jensen", "Keller", "Lindt", "Marlow", "North", "Orion", "Piper", "Quarry", "Rowan", "Summit",
    "Thorn", "Union", "Vester", "Weber", "York", "Zenith", "Moreau", "Rossi", "Novak", "Silva",
)  # fmt: skip
_BUSINESS = (
    "Metals", "Tools", "Systems", "Foods", "Logistics", "Engineering", "Supply", "Plastics",
    "Motors", "Industries",
)  # fmt: skip
_FORMS = ("Ltd", "GmbH", "Inc.", "B.V.", "S.A.", "Limited", "LLC", "Co., Ltd.")
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋"


def customers(market: Market, dice: random.Random) -> tuple[Customer, ...]:
    """The customers of a market, groups beside each other."""
    count = max(2, int(market.open_items / market.items_per_customer))
    names: set[str] = set()
    found: list[Customer] = []
    group, left, home = 0, 0, True
    while len(found) < count:
        if not left:
            home = dice.random() >= market.abroad
            left = dice.randint(2, 5) if dice.random() < market.in_group / 3 else 1
            group = group + 1 if left > 1 else group
            together = group if left > 1 else 0
            treasury = _treasury(dice, home=home) if together else None
        left -= 1
        name = _name(dice, home=home)
        if name in names:
            continue
        names.add(name)
        found.append(_customer(market, dice, len(found), name, home, together, treasury))
    return tuple(found)


def _customer(  # noqa: PLR0917 - what a customer is drawn with
    market: Market,
    dice: random.Random,
    place: int,
    name: str,
    home: bool,  # noqa: FBT001
    group: int,
    treasury: Payer | None,
) -> Customer:
    return Customer(
        code=f"C-{place:05d}",
        name=name,
        home=home,
        group=group,
        size=min(market.size_max, dice.lognormvariate(0, market.size_sigma)),
        terms=drawn(dice, market.terms),
        amounts=drawn(dice, market.amounts),
        series=drawn(dice, SERIES_HOME if home else SERIES_ABROAD),
        habit=drawn(dice, market.habits),
        retention_percent=dice.choice((3, 5)),
        prices=tuple(dice.randint(20, 600) * 50_00 for _ in range(PRICE_POINTS)),
        payer=treasury if treasury and dice.random() < 0.6 else _payer(market, dice, name, home),
    )


def _name(dice: random.Random, *, home: bool) -> str:
    if home:
        mark = "".join(dice.choices(tuple(_SYLLABLES), k=2))
        kind = dice.choice(("有限公司", "有限公司", "有限公司", "股份有限公司"))
        return dice.choice(tuple(_PLACES)) + mark + dice.choice(tuple(_TRADES)) + kind
    first, second = dice.sample(_ABROAD, 2)
    joined = dice.choice((f"{first} {second}", f"{first} & {second}", f"{first}{second.lower()}"))
    return f"{joined} {dice.choice(_BUSINESS)} {dice.choice(_FORMS)}"


def _treasury(dice: random.Random, *, home: bool) -> Payer:
    """The payer of a group; the seller does not have its account on file for any one customer."""
    mark = "".join(dice.choices(tuple(_SYLLABLES), k=2))
    name = f"{mark}集团财务有限公司" if home else f"{dice.choice(_ABROAD)} Group Treasury Ltd"
    return Payer(name, _account(dice, home=home), on_file=False)


def _payer(market: Market, dice: random.Random, name: str, home: bool) -> Payer:  # noqa: FBT001
    how = drawn(dice, market.payer_names)
    shown = name
    if how == "spelt otherwise":
        shown = _otherwise(dice, name, home=home)
    elif how == "translated":
        shown = translated(name) if home else name.upper().replace("&", "AND")
    elif how == "somebody else":
        shown = _somebody(dice, home=home)
    return Payer(shown, _account(dice, home=home), dice.random() < market.account_on_file)


def _otherwise(dice: random.Random, name: str, *, home: bool) -> str:
    """A company's name as banks and clerks write it: cut, in capitals, of a branch."""
    if home:
        branch = dice.choice(tuple(_PLACES))
        return dice.choice((f"{name}{branch}分公司", name.removesuffix("有限公司"), f"{name} "))
    plain = name.replace(",", "").replace(".", "")
    long = plain.replace("Co Ltd", "Company Limited").replace(" Ltd", " Limited")
    return dice.choice((name.upper(), name.upper()[:18].rstrip(), plain, long, f"{plain} A/P"))


def translated(name: str) -> str:
    """A Chinese company's name as it stands on its foreign transfers.

    >>> translated("苏州恒达机电有限公司")
    'SUZHOU HENGDA ELECTROMECHANICAL CO LTD'
    """
    place, mark, trade = name[:2], name[2:4], name[4:]
    trade = trade.removesuffix("有限公司").removesuffix("股份")
    said = "".join(_SYLLABLES[each] for each in mark)
    return f"{_PLACES[place]} {said} {_TRADES[trade]} Co Ltd".upper()


def _somebody(dice: random.Random, *, home: bool) -> str:
    if home:
        return dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=dice.randint(1, 2)))
    return f"{dice.choice(_ABROAD)} Factoring {dice.choice(_FORMS)}"


def _account(dice: random.Random, *, home: bool) -> str:
    if home:
        return "6222" + "".join(dice.choices("0123456789", k=15))
    return f"DE{dice.randint(10, 98)}" + "".join(dice.choices("0123456789", k=18))


class _Billed(NamedTuple):
    """An invoice before it has its number."""

    on: date
    order: float
    customer: Customer


def debts(
    market: Market, dice: random.Random, owing: Sequence[Customer], days: Sequence[date]
) -> list[Debt]:
    """What is open on the first morning, then what is issued on the days, in order of issue."""
    before = list(_billings(dice, owing, market.open_items, None))
    later = market.receipts * market.issued_per_receipt
    invoices = sorted(before + list(_billings(dice, owing, later, days)), key=lambda each: each[:2])
    numbers = _Numbers(dice)
    found: list[Debt] = []
    for invoice in invoices:
        source = numbers.next(invoice.customer.series, invoice.on)
        found += _debts_of(dice, invoice, source, len(found))
    return found


def _billings(
    dice: random.Random, owing: Sequence[Customer], count: int, days: Sequence[date] | None
) -> Iterator[_Billed]:
    weights = list(accumulate(customer.size for customer in owing))
    made = 0
    while made < count:
        (customer,) = dice.choices(owing, cum_weights=weights)
        on = dice.choice(days) if days else FIRST_DAY - timedelta(days=1 + _age(dice))
        batch = dice.choices((1, 2, 3, 5), (70, 15, 10, 5))[0]
        order = dice.random()
        each = len(INSTALMENTS) if customer.terms == "instalments" else 1
        for _ in range(batch):
            if made < count:
                made += each
                yield _Billed(on, order, customer)


def _age(dice: random.Random) -> int:
    return min(int(dice.expovariate(1 / 40)), 200)


def _debts_of(dice: random.Random, invoice: _Billed, source: str, place: int) -> Iterator[Debt]:
    customer, on = invoice.customer, invoice.on
    cents = _amount(dice, customer)
    contract = f"HT-{on.year}-{int(customer.code[2:]) * 4 + on.month % 4:05d}"
    head = (source, customer.code, contract if customer.home else "", on)
    if customer.terms != "instalments":
        days = 60 if customer.terms == "net 60" else 30
        until = on + timedelta(days=DISCOUNT_DAYS) if customer.terms == "2/10 net 30" else None
        number = f"AR-{place:06d}"
        due_on = on + timedelta(days=days)
        yield Debt(number, *head, due_on, cents, _lines(dice, cents), until)
        return
    left = cents
    for part, percent in enumerate(INSTALMENTS, start=1):
        share = left if part == len(INSTALMENTS) else cents * percent // 100
        left -= share
        due_on = on + timedelta(days=30 * part)
        yield Debt(f"AR-{place:06d}/{part}", *head, due_on, share, (share,))


def _amount(dice: random.Random, customer: Customer) -> int:
    if customer.amounts == "price points":
        return dice.choice(customer.prices)
    free = max(10_000, int(dice.lognormvariate(13.6, 1.1)))
    return max(1, free // 50_000) * 50_000 if customer.amounts == "round" else free


def _lines(dice: random.Random, cents: int) -> tuple[int, ...]:
    """The lines of an invoice: one to four, none of them zero."""
    count = dice.randint(1, 4)
    cuts = sorted({dice.randint(1, cents - 1) for _ in range(count - 1)})
    return tuple(end - start for start, end in zip([0, *cuts], [*cuts, cents], strict=True))


class _Numbers:
    """The six series of invoice numbers; each counts on, one starts again with the year."""

    def __init__(self, dice: random.Random) -> None:
        self._last: dict[tuple[str, int], int] = {}
        self._first = {
            "padded": 400, "unpadded": 870, "per year": 100, "RF": 26_004_100,
            "invoice 8": dice.randint(1_000_000, 9_000_000),
            "invoice 20": dice.randint(1_000_000, 90_000_000),
        }  # fmt: skip

    def next(self, series: str, on: date) -> str:
        year = on.year if series in {"per year", "padded"} else 0
        count = self._last.get((series, year), self._first[series]) + 1
        self._last[series, year] = count
        if series == "padded":
            return f"INV-{on.year}-{count:06d}"
        if series == "per year":
            return f"RE-{on.year}-{count}"
        if series == "RF":
            return creditor_reference(str(count))
        return {"invoice 8": f"{count:08d}", "invoice 20": f"2632{count:016d}"}.get(
            series, str(count)
        )


def creditor_reference(body: str) -> str:
    """A reference of ISO 11649 with its check digits.

    >>> creditor_reference("539007547034")
    'RF18539007547034'
    """
    return f"RF{98 - int(f'{body}271500') % 97:02d}{body}"
