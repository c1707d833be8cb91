"""Who paid: whom the host says, whom people confirmed, or whom the name is like (认领).

What a person confirmed for an account or a name is certain as long as it was confirmed for one
customer only. A name that is merely like one, cut off by a bank or with another legal form, is a
hint; it never decides alone.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

from revenue.matching.candidate import Reason
from revenue.matching.learned import Learned, name_key
from revenue.matching.payment import Payment
from revenue.matching.words import because

_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团|股份|公司"
    r"|company|limited|coltd|gmbhcokg|gmbh|corporation|corp|llc|ltd|inc|plc|ag|kg|bv|sarl|sa|spa"
    r"|co)$"
)
_LIKE_MIN = 4
_CUT_MIN = 8


class Who(NamedTuple):
    """The customer, empty where nobody knows; ``certain`` unless the name is merely like one."""

    customer: str = ""
    certain: bool = False
    reason: Reason | None = None


def core(name: str) -> str:
    """A name without its legal form: what is left when a bank writes it in its own way.

    >>> core("Orion Tools Co., Ltd.") == core("ORION TOOLS LIMITED")
    True
    >>> core("苏州恒达机电有限公司")
    '苏州恒达机电'
    """
    key = name_key(name)
    while (short := _FORMS.sub("", key)) != key and len(short) >= 2:
        key = short
    return key


class Payers:
    """Everybody who was ever confirmed as a payer, by account, by name and by what is like it."""

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        cores: dict[str, set[str]] = {}
        for lesson in learned.lessons:
            if lesson.kind == "name":
                cores.setdefault(core(lesson.key), set()).add(lesson.stands_for)
        self._cores = cores
        self._sorted = sorted(cores)

    def who(self, payment: Payment) -> Who:
        """Who paid, as far as the payment and what was learned say."""
        if payment.customer:
            return Who(payment.customer, True, because("customer_given", customer=payment.customer))
        banked = self.learned.banked(payment.payer_account) if payment.payer_account else ""
        named = self.learned.named(payment.payer) if payment.payer else ""
        if banked:
            certain = named in ("", banked)
            return Who(banked, certain, because("customer_by_account", customer=banked))
        if named:
            return Who(named, True, because("customer_by_name", customer=named))
        like = self._like(payment.payer)
        if like:
            return Who(like, False, because("customer_likely", customer=like))
        return Who()

    def _like(self, payer: str) -> str:
        """The one customer whose name has the same core, or one begins as the other does."""
        key = core(payer)
        if len(key) < _LIKE_MIN:
            return ""
        found = set(self._cores.get(key, ()))
        if not found:
            for size in range(_LIKE_MIN, len(key)):
                found |= self._cores.get(key[:size], set())
        if not found and len(key.encode()) >= _CUT_MIN:
            place = bisect_left(self._sorted, key)
            while place < len(self._sorted) and self._sorted[place].startswith(key):
                found |= self._cores[self._sorted[place]]
                place += 1
                if len(found) > 1:
                    break
        return found.pop() if len(found) == 1 else ""
