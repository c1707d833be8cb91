"""Price agreements, what was committed to, and which price book is searched."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from cpq.agreement import (
    AgreedPrice,
    AgreementLookup,
    Commitment,
    Demand,
    Drawdown,
    PriceAgreement,
    after,
    given_back,
    shared,
)
from cpq.assignment import BookAssignment, book_order
from cpq.customer import Customer
from cpq.kernel.errors import Finding
from cpq.kernel.money import RoundingPolicy
from cpq.kernel.quantity import STANDARD_UNITS
from cpq.product import Product
from tests.errors.registry import reproduces
from tests.errors.shop import untouched

_NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
_BUYER = Customer(code="C-1", party={"name": "Hengtai"}, groups=("VIP",))
_ONE = {"currency": "CNY", "product": "BOLT", "unit": "pc", "quantity": Decimal(1), "at": _NOON}


def _agreement(code: str, price: str, *, pool: Commitment | None = None) -> PriceAgreement:
    line = AgreedPrice(product="BOLT", price=price, commitment=pool)
    return PriceAgreement(code=code, currency="CNY", customer="C-1", lines=(line,))


def _lookup(*agreements: PriceAgreement) -> AgreementLookup:
    bolt = Product(code="BOLT", name="Bolt")
    return AgreementLookup(agreements, {"BOLT": bolt}, {}, {}, STANDARD_UNITS)


@reproduces(
    "agreement.ambiguous",
    en="Two agreements fit a line equally well and say different prices.",
    zh="两份协议同样匹配但约定不同。",
    do="End one of them, or let one start later.",
    names=("'FW-1' (BOLT at 0.30)", "'FW-2' (BOLT at 0.28)"),
)
def two_agreed_prices_for_one_bolt() -> None:
    trade = _lookup(_agreement("FW-1", "0.30"), _agreement("FW-2", "0.28"))
    terms = trade.for_customer(_BUYER, currency="CNY")
    terms.candidates("BOLT", unit="pc", quantity=Decimal(1), at=_NOON)


@reproduces(
    "agreement.unknown",
    en="No agreement of the catalogue has this code.",
    zh="协议不存在。",
    do="Correct the code, or add the agreement.",
    names="'FW-9'",
)
def why_not_an_unknown_agreement() -> None:
    _lookup().why_not("FW-9", _BUYER, **_ONE)  # type: ignore[arg-type]


def _drawing(over: str) -> tuple[Finding, ...]:
    pool = Commitment.model_validate({"committed": 100, "consumed": 80, "over": over})
    trade = _lookup(_agreement("FW-1", "0.30", pool=pool))
    terms = trade.for_customer(_BUYER, currency="CNY")
    won = terms.candidates("BOLT", unit="pc", quantity=Decimal(50), at=_NOON).winner
    assert won is not None
    price = Fraction(3, 10)
    line = Demand("1", won, "BOLT", "pc", Decimal(50), Decimal(1), price, price)
    with untouched(won.agreement):
        return shared([line], currency="CNY", policy=RoundingPolicy()).findings


@reproduces(
    "commitment.exceeded",
    en="Lines draw more on an agreement than is left of what was committed to.",
    zh="所需数量超过协议剩余承诺量。",
    do="Ask for less, or extend the agreement; where it only warns, the agreed price still holds.",
    names=("'FW-1'", "20 left of 100", "lines 1", "draw 50"),
)
def more_bolts_than_committed() -> tuple[Finding, ...]:
    return _drawing("block")


@reproduces(
    "commitment.remainder_at_book",
    en="What is left of a commitment does not suffice; the rest is priced at book.",
    zh="协议剩余承诺量不足，超出部分按价目表计价。",
    do="Nothing, or extend the agreement; the portions say how much is at which price.",
    names=("'FW-1'", "20 left of 100", "draw 50"),
)
def the_rest_at_book() -> tuple[Finding, ...]:
    return _drawing("book")


def _fact(taken: str) -> Drawdown:
    return Drawdown(
        agreement="FW-1",
        commitment="1",
        document="SO-1",
        line="1",
        taken=taken,
        on=date(2026, 12, 1),
    )


def _after(facts: Iterable[Drawdown]) -> None:
    agreement = _agreement("FW-1", "0.30", pool=Commitment(committed=100))
    with untouched(agreement):
        after(agreement, facts)


@reproduces(
    "commitment.unknown",
    en="The agreement has no commitment with this code.",
    zh="协议没有该承诺。",
    do="Use one that the message lists.",
    names=("'FW-1'", "'2'", "it has 1"),
)
def a_drawdown_on_no_commitment() -> None:
    _after([_fact("40").with_(commitment="2")])


@reproduces(
    "drawdown.conflict",
    en="A line of a document is said to have drawn two different quantities.",
    zh="同一单据行的核减数量前后不一致。",
    do="Reverse the first, and record the second under a document number of its own.",
    names=("SO-1 line 1", "40", "41"),
)
def a_line_that_drew_twice() -> None:
    _after([_fact("40"), _fact("41")])


@reproduces(
    "drawdown.exceeds_consumed",
    en="More comes back to a commitment than was drawn on it.",
    zh="退回数量超过已核减数量。",
    do="Correct the facts that give back.",
    names=("'FW-1'", "40 more came back than was consumed"),
)
def more_back_than_was_drawn() -> None:
    _after([given_back(_fact("40"), on=date(2026, 12, 2))])


@reproduces(
    "drawdown.not_reversible",
    en="A reversal of a drawdown is to be reversed.",
    zh="核减的冲回不能再次冲回。",
    do="Record a new drawdown under a new document number.",
    names=("SO-1 line 1", "itself a reversal"),
)
def a_reversal_reversed() -> None:
    undone = given_back(_fact("40"), on=date(2026, 12, 2))
    with untouched(undone):
        given_back(undone, on=date(2026, 12, 3))


@reproduces(
    "price_book.tie",
    en="Two price books are chosen equally, by two assignments or two agreements.",
    zh="两份价目表同等适用，无法确定先后。",
    do="Raise the priority of one, end one, or let one agreement start later.",
    names=("'VIP-A'", "'VIP-B'", "group 'VIP'", "priority 0"),
)
def two_books_for_one_group() -> None:
    both = [BookAssignment(book=book, customer_group="VIP") for book in ("VIP-A", "VIP-B")]
    book_order(_BUYER, assignments=both, at=_NOON)
