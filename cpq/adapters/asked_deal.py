"""What a request says of the sale beside its lines (交易信息): coupons as typed, who sells.

A code is looked up among the coupons that somebody keeps: in CSV files, in a store, wherever. A
code that nobody issued lowers no price; whoever typed it is told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cpq.adapters.coupon_rows import read_coupons
from cpq.cap import CapUsage
from cpq.coupon import Coupon, CouponOutcome, CouponRegister, unknown
from cpq.deal import DealFacts
from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.period import Moment

if TYPE_CHECKING:
    from cpq.adapters.request import QuoteRequest

Tell = Callable[[CouponOutcome], object]


class FindsCoupons(Protocol):
    """Whoever knows coupons by their codes: a register, a store."""

    def find(self, code: str, *, at: Moment, zone: str = "UTC") -> Coupon:
        """The coupon of a code as typed. Raises ``NotFound`` (``coupon.unknown``)."""
        ...


def register_of(files: Iterable[str | Path]) -> CouponRegister:
    """The coupons in CSV files as one register.

    Raises ``Unreadable``: ``folder.missing``, ``coupon.unreadable``; ``Conflict``
    (``coupon.code_taken``) where two files give out one code.
    """
    register = CouponRegister()
    for file in files:
        register = register.issued(read_coupons(file))
    return register


def keeper_of(files: Sequence[Path]) -> CouponRegister | None:
    """The coupons in the files that a command line names; ``None`` where it names none."""
    return register_of(files) if files else None


def deal_of(
    request: "QuoteRequest",
    *,
    zone: str,
    coupons: FindsCoupons | None = None,
    on_unknown: Tell | None = None,
) -> DealFacts | None:
    """What promotions are told of the sale; ``None`` where the request says nothing of it.

    Codes are looked up in the request's own ``coupon_file``, then in ``coupons``. One that nobody
    issued goes to ``on_unknown`` and is left out. Raises ``NotFound`` (``coupon.unknown``) where
    nobody wants to be told; ``Refused`` (``request.no_coupons``) where nobody knows any coupons;
    what ``register_of`` raises.
    """
    found = tuple(_found(request, coupons, zone=zone, on_unknown=on_unknown))
    said = (found, request.used, request.sold_by, request.contract, request.orders_placed)
    if not any(said):
        return None
    return DealFacts(
        coupons=found,
        usage=CapUsage(rows=request.used),
        salesperson=request.sold_by,
        contract=request.contract,
        orders_placed=request.orders_placed,
    )


def _found(
    request: "QuoteRequest",
    coupons: FindsCoupons | None,
    *,
    zone: str,
    on_unknown: Tell | None,
) -> Iterator[Coupon]:
    if not request.coupons:
        return
    keepers: list[FindsCoupons] = []
    if request.coupon_file is not None:
        keepers.append(register_of([request.coupon_file]))
    if coupons is not None:
        keepers.append(coupons)
    if not keepers:
        raise Refused(
            "request.no_coupons",
            f"request {request.number} names coupons ({', '.join(request.coupons)}), and nobody "
            "keeps any; name a CSV file of them as coupon_file, or with --coupons",
            number=request.number,
        )
    for code in request.coupons:
        coupon = _of_code(code, keepers, at=request.issued_on, zone=zone)
        if coupon is not None:
            yield coupon
        elif on_unknown is not None:
            on_unknown(unknown(code))
        else:
            keepers[-1].find(code, at=request.issued_on, zone=zone)


def _of_code(code: str, keepers: Sequence[FindsCoupons], *, at: date, zone: str) -> Coupon | None:
    for keeper in keepers:
        try:
            return keeper.find(code, at=at, zone=zone)
        except NotFound:
            continue
    return None
