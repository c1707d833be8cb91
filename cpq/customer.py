"""Whom we sell to, as pricing and documents see it (客户), and the parties on a document."""

from cpq.kernel.model import Frozen
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

    ``price_book`` is the book agreed with this customer; ``groups`` are what promotions look at.

    >>> Customer(code="C-1", party={"name": "Hengtai"}, groups=("key-account",)).groups
    ('key-account',)
    """

    code: Code
    party: Party
    groups: tuple[Code, ...] = ()
    price_book: Code | None = None
    currency: CurrencyCode | None = None
