"""What people confirmed, as data: who pays under which name, from which account, in which habit.

A confirmation adds to a count and a wrong one is unlearned by taking it back (学习); nothing is
hidden in weights. A name or an account that was confirmed for two customers knows neither. How a
reference was mapped is learned as well: the number of a customer's own order, say.
"""

import re
import unicodedata
from functools import cached_property
from typing import Literal

from pydantic import Field

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, number_key

LearnedKind = Literal["name", "account", "alias", "habit"]
"""What can be learned: a payer's name, a payer's account, an alias of a customer or a receivable,
a habit of a customer."""

HABITS = ("oldest_first", "deducts_discount")
"""Habits of payers: pays the oldest items first, deducts the settlement discount."""

_NOT_LETTER = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """The form in which two names of a payer are the same: width, case and marks do not count.

    >>> name_key("ORION  Tools, Ltd.") == name_key("Orion Tools Ltd")
    True
    """
    return _NOT_LETTER.sub("", unicodedata.normalize("NFKC", name).casefold())


class Lesson(Frozen):
    """``key`` stands for ``stands_for``, confirmed ``count`` times.

    >>> Lesson(kind="account", key="DE12", stands_for="C-1").count
    1
    """

    kind: LearnedKind
    key: Line = Field(min_length=1)
    stands_for: Code
    count: int = Field(default=1, gt=0)


class Confirmation(Frozen):
    """What a person confirmed about a payment: the customer, and what its words stand for.

    ``aliases`` are pairs of a word of the text and the customer or receivable that it names.

    >>> Confirmation(customer="C-1", payer="Orion Tools Ltd").habit
    ''
    """

    customer: Code
    payer: Line = ""
    payer_account: Line = ""
    aliases: tuple[tuple[Line, Code], ...] = ()
    habit: Literal["", "oldest_first", "deducts_discount"] = ""

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """The lessons in it, each counted once."""
        said: list[tuple[LearnedKind, str, str]] = [
            ("name", name_key(self.payer), self.customer),
            ("account", name_key(self.payer_account), self.customer),
            *(("alias", name_key(word), meant) for word, meant in self.aliases),
            ("habit", self.customer if self.habit else "", self.habit),
        ]
        return tuple(
            Lesson(kind=kind, key=key, stands_for=meant) for kind, key, meant in said if key
        )


class Learned(Frozen):
    """Every lesson, sorted: the same confirmations in any order give the same value.

    >>> learned = learn(Learned(), Confirmation(customer="C-1", payer="Orion Tools Ltd"))
    >>> learned.named("ORION TOOLS LTD"), learned.named("Somebody")
    ('C-1', '')
    """

    lessons: tuple[Lesson, ...] = ()

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], tuple[Lesson, ...]]:
        found: dict[tuple[str, str], tuple[Lesson, ...]] = {}
        for lesson in self.lessons:
            place = (lesson.kind, lesson.key)
            found[place] = (*found.get(place, ()), lesson)
        return found

    def about(self, kind: LearnedKind, key: str) -> tuple[Lesson, ...]:
        """Every lesson about a key."""
        return self._by_key.get((kind, key), ())

    def named(self, payer: str) -> str:
        """The customer who pays under this name; empty where none or several do."""
        return self._only("name", name_key(payer))

    def banked(self, payer_account: str) -> str:
        """The customer who pays from this account; empty where none or several do."""
        return self._only("account", name_key(payer_account))

    def aliased(self, word: str) -> str:
        """The customer or receivable that a word of the text stands for, where it is only one."""
        return self._only("alias", name_key(word))

    def has_habit(self, customer: str, habit: str) -> bool:
        """Whether a customer was seen paying in this way."""
        return any(lesson.stands_for == habit for lesson in self.about("habit", customer))

    def _only(self, kind: LearnedKind, key: str) -> str:
        found = {number_key(lesson.stands_for): lesson for lesson in self.about(kind, key)}
        return found.popitem()[1].stands_for if len(found) == 1 else ""


NOTHING_LEARNED = Learned()
"""What is known on the first day."""


def learn(learned: Learned, *confirmations: Confirmation) -> Learned:
    """``learned`` with what a person confirmed, each lesson counted.

    >>> twice = learn(Learned(), *[Confirmation(customer="C-1", payer_account="DE12")] * 2)
    >>> [(lesson.key, lesson.count) for lesson in twice.lessons]
    [('de12', 2)]
    """
    return _counted(learned, [(lesson, 1) for each in confirmations for lesson in each.lessons])


def unlearn(learned: Learned, *confirmations: Confirmation) -> Learned:
    """``learned`` without what was confirmed by mistake: the mirror of ``learn``.

    Raises ``Invalid`` (``learned.never_confirmed``) for what nobody confirmed.

    >>> wrong = Confirmation(customer="C-2", payer="Orion Tools Ltd")
    >>> unlearn(learn(Learned(), wrong), wrong) == Learned()
    True
    """
    return _counted(learned, [(lesson, -1) for each in confirmations for lesson in each.lessons])


def _counted(learned: Learned, changes: list[tuple[Lesson, int]]) -> Learned:
    counts = {(x.kind, x.key, x.stands_for): x.count for x in learned.lessons}
    for lesson, change in changes:
        place = (lesson.kind, lesson.key, lesson.stands_for)
        counts[place] = counts.get(place, 0) + change
        if counts[place] < 0:
            raise Invalid(
                "learned.never_confirmed",
                f"{lesson.kind} {lesson.key!r} was never confirmed for {lesson.stands_for!r}; "
                "only what was learned can be unlearned",
            )
    return Learned(
        lessons=tuple(
            Lesson(kind=kind, key=key, stands_for=meant, count=count)
            for (kind, key, meant), count in sorted(counts.items())
            if count
        )
    )
