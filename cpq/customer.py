"""Whom we sell to, as pricing and documents see it (客户), and the parties on a document."""

from collections.abc import Mapping

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode
from cpq.kernel.text import Code, Line, LocalText


class Party(Frozen):
    """A company as it stands on a document: names and address in both languages, tax id, contact.

    ``tax_id`` is the 统一社会信用代码 in China, a VAT number elsewhere; ``bank`` is one line that
    names bank and account.

    >>> Party(name={"en": "Hengtai Ltd.", "zh": "恒泰有限公司"}).name.in_("zh_CN")
    '恒泰有限公司'
    """

    name: LocalText
    address: LocalText = LocalText()
    tax_id: Line = ""
    contact: LocalText = LocalText()
    email: Line = ""
    phone: Line = ""
    bank: LocalText = LocalText()


class Customer(Frozen):
    """A customer of the host's CRM, by the host's own code.

    ``price_book`` is the book agreed with this customer; ``groups`` are what promotions look at,
    the nearest first where they assign price books. ``parent`` is the customer that this one
    belongs to, ``region`` and ``channel`` say where and through whom it buys, and ``tax_regime``
    which taxes its invoices bear.

    >>> Customer(code="C-1", party={"name": "Hengtai"}, groups=("key-account",)).groups
    ('key-account',)
    """

    code: Code
    party: Party
    groups: tuple[Code, ...] = ()
    price_book: Code | None = None
    currency: CurrencyCode | None = None
    parent: Code | None = added(None)
    region: Line = added("")
    channel: Line = added("")
    tax_regime: Code | None = added(None)


def ancestors(customer: Customer, customers: Mapping[str, Customer]) -> tuple[str, ...]:
    """The codes of a customer's parent and of all above it, nearest first.

    A chain that comes back to itself ends there; a parent that ``customers`` lacks ends it too.

    >>> group = Customer(code="GROUP", party={"name": "Group"})
    >>> works = Customer(code="WORKS", party={"name": "Works"}, parent="GROUP")
    >>> shop = Customer(code="SHOP", party={"name": "Shop"}, parent="WORKS")
    >>> ancestors(shop, {"GROUP": group, "WORKS": works})
    ('WORKS', 'GROUP')
    """
    codes: list[str] = []
    code = customer.parent
    while code is not None and code != customer.code and code not in codes:
        codes.append(code)
        above = customers.get(code)
        code = above.parent if above else None
    return tuple(codes)
