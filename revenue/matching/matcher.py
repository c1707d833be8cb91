"""Matching payments to open items (自动核销): who paid, what is named, which amounts fit.

Open items are indexed once, by name, by customer and by amount, so that a payment costs what its
own text and its own customer's items cost, however many others are open. What is applied is taken
out again: a day's receipts are matched one after another.
"""

from collections.abc import Iterable

from cpq.kernel.errors import NotFound, Refused
from revenue.ledger import OpenItem
from revenue.matching.book import Book, Item, names_of
from revenue.matching.by_amount import by_amount
from revenue.matching.candidate import Candidate, Match, Reason, Share
from revenue.matching.draft import SCORES, Case, Draft, in_full, listed
from revenue.matching.learned import HABITS, NOTHING_LEARNED, Learned
from revenue.matching.meant import Named
from revenue.matching.named import by_name
from revenue.matching.naming import NameIndex, Reading
from revenue.matching.payment import Payment
from revenue.matching.policy import STRICT, MatchPolicy
from revenue.matching.shortfall import Lines
from revenue.matching.token import folded
from revenue.matching.told import tokens_of, told
from revenue.matching.who import Payers, Who
from revenue.matching.words import because
from revenue.receivable import Receivable

_EQUAL_MAX = 20
_NO_LINES: Lines = {}


class Matcher:
    """Open items, indexed once; each payment is matched in a time that they do not lengthen.

    ``lines`` are the lines of invoices with tax, by invoice: with them one disputed line is seen.
    ``settled`` are receivables that are settled: their numbers are known, and never taken for a
    slip of the keyboard.
    """

    def __init__(
        self,
        open_items: Iterable[OpenItem],
        *,
        policy: MatchPolicy = STRICT,
        learned: Learned = NOTHING_LEARNED,
        lines: Lines = _NO_LINES,
        settled: Iterable[Receivable] = (),
    ) -> None:
        self.policy, self.lines = policy, lines
        self._payers = Payers(learned)
        self._names = NameIndex(
            length_min=policy.reference_length_min, check_digits=policy.check_digits
        )
        self._items: dict[str, Item] = {}
        self._books: dict[tuple[str, str], Book] = {}
        self._equal: dict[tuple[str, int], dict[str, Item]] = {}
        for item in open_items:
            self.opened(item)
        for receivable in settled:
            self._names.know(names_of(receivable))

    @property
    def learned(self) -> Learned:
        """What people confirmed, as the matcher was given it."""
        return self._payers.learned

    def opened(self, item: OpenItem) -> None:
        """One open item more. Raises ``Refused`` (``matching.item_twice``) for one it has."""
        own, code = Item(item), item.open.code
        if own.number in self._items:
            raise Refused(
                "matching.item_twice",
                f"receivable {own.number!r} is among the open items twice; hand it in once, with "
                "what is open of it",
                number=own.number,
            )
        self._items[own.number] = own
        book = self._books.get((own.customer, code))
        if book is None:
            book = self._books[own.customer, code] = Book(own.customer, code)
        book.add(own)
        self._equal.setdefault((code, own.open), {})[own.number] = own
        self._names.add(own.number, own.customer, own.said)

    def settled(self, candidate: Candidate) -> None:
        """Take what a candidate settles from what is open: the next payment meets the rest."""
        self.without(candidate.shares)

    def without(self, shares: Iterable[Share]) -> None:
        """Take shares, with their differences, from what is open.

        Raises ``NotFound`` (``matching.item_unknown``) for an item that is not open, and
        ``Refused`` (``matching.exceeds_open``) for more than is open of it; nothing is taken then.
        """
        taken: dict[str, int] = {}
        every = tuple(shares)
        for share in every:
            taken[share.receivable] = taken.get(share.receivable, 0) + share.settled.minor
        for number, amount in taken.items():
            self._check(number, amount)
        for share in every:
            item, code = self._items[share.receivable], share.amount.code
            self._equal[code, item.open].pop(item.number)
            left = item.open - share.settled.minor
            self._books[item.customer, code].change(item, left)
            if left:
                self._equal.setdefault((code, left), {})[item.number] = item
            else:
                del self._items[item.number]
                self._names.remove(item.number, item.said)

    def _check(self, number: str, amount: int) -> None:
        item = self._items.get(number)
        if item is None:
            raise NotFound(
                "matching.item_unknown",
                f"receivable {number!r} is not among the open items; take only what is open",
                number=number,
            )
        if amount > item.open:
            raise Refused(
                "matching.exceeds_open",
                f"receivable {number!r}: {amount} minor units were to be taken and {item.open} "
                "are open; take at most what is open",
                number=number,
            )

    def match(self, payment: Payment) -> Match:
        """Every way in which the payment may settle open items, and which one is proven.

        >>> from datetime import date
        >>> from cpq.kernel.money import Money
        >>> from revenue.receivable import Receivable
        >>> owed = Receivable(number="AR-1", source="INV-0012", customer="C-1",
        ...                   on=date(2026, 11, 1), due_on=date(2026, 12, 1),
        ...                   amount=Money("300", "CNY"))
        >>> matcher = Matcher([OpenItem(receivable=owed, open=owed.amount)])
        >>> found = matcher.match(Payment(number="R-1", on=date(2026, 12, 1), text="inv 0012",
        ...                               amount=Money("300", "CNY")))
        >>> found.posts.proof, found.posts.receivables, str(found.stopped)[:19]
        ('reference', ('AR-1',), 'posted on reference')
        """
        who = self._payers.who(payment)
        reading = self._names.read(payment.text, payment.references)
        named: dict[str, list[Named]] = {}
        if "reference" in self.policy.steps:
            named = self._told(payment, reading, who)
        drafts: list[Draft] = []
        for customer, own in named.items():
            case = self._case(payment, reading, who, customer)
            drafts += [self._known(draft, case, who) for draft in by_name(case, own)]
        nodes = 0
        likely = who.customer or (next(iter(named)) if len(named) == 1 else "")
        if likely:
            case = self._case(payment, reading, who, likely)
            own = named.get(likely, [])
            more, nodes = by_amount(case, own)
            drafts += [self._known(draft, case, who) for draft in more]
        if not drafts and not likely and "suggestion" in self.policy.steps:
            drafts = self._of_equal_amount(payment)
        drafts = self._for_others(drafts, payment, who)
        return self._answer(payment, who, drafts, nodes)

    def _case(self, payment: Payment, reading: Reading, who: Who, customer: str) -> Case:
        code = payment.amount.code
        book = self._books.get((customer, code)) or Book(customer, code)
        habits = frozenset(h for h in HABITS if self.learned.has_habit(customer, h))
        return Case(
            payment=payment,
            amount=payment.amount.minor,
            code=code,
            policy=self.policy,
            book=book,
            reading=reading,
            trust=0 if who.customer != customer else 2 if who.certain else 1,
            habits=habits,
            lines=self.lines,
            word=self._word(payment.text),
        )

    def _word(self, text: str) -> Reason | None:
        plain = folded(text)
        for code, words in (
            ("advance", self.policy.advance_words),
            ("part_said", self.policy.part_words),
        ):
            for word in words:
                if word in plain:
                    return because(code, word=word)
        return None

    def _told(self, payment: Payment, reading: Reading, who: Who) -> dict[str, list[Named]]:
        """What the text names, by customer; the customer who paid first."""
        code = payment.amount.code
        least = 3 if who.certain else self.policy.reference_length_min
        tokens = tokens_of(reading, self._items, self.learned, code=code, length_min=least)
        equal = self._equal.get((code, payment.amount.minor), {})
        few = sorted(equal.values()) if len(equal) <= _EQUAL_MAX else []
        return told(payment, who, tokens=tokens, reading=reading, books=self._books, equal=few)

    def _known(self, draft: Draft, case: Case, who: Who) -> Draft:
        """The draft with what is known of the payer."""
        customer = case.book.customer
        own = not who.customer or customer == who.customer
        reason = who.reason if own else None
        reason = reason or because("customer_by_reference", customer=customer)
        score = draft.score - (0 if own else 60)
        # who says that it is a part, or an advance, leaves nothing for a difference to explain
        explained = any(pick.parts for pick in draft.picks)
        stop = draft.stop or (case.word if explained else None)
        return draft._replace(score=score, stop=stop, reasons=(*draft.reasons, reason))

    def _for_others(self, drafts: list[Draft], payment: Payment, who: Who) -> list[Draft]:
        """Drafts that settle items of another customer than the one who paid are doubted.

        What whole tokens name and agrees to the cent identifies the customer, unless the host said
        who paid or something of the payer's own fits as well.
        """
        if not who.customer or self.policy.third_party:
            return drafts
        own = [draft for draft in drafts if draft.picks[0].item.customer == who.customer]
        fits_own = any(draft.proof != "suggestion" for draft in own)
        found = []
        for draft in drafts:
            customer = draft.picks[0].item.customer
            identified = draft.firm and not payment.customer and not fits_own
            if customer != who.customer and not identified:
                doubt = because("other_customer", customer=customer)
                draft = draft._replace(stop=draft.stop or doubt)  # noqa: PLW2901
            found.append(draft)
        return found

    def _of_equal_amount(self, payment: Payment) -> list[Draft]:
        """Nobody knows who paid and nothing is named: the few items of just this amount."""
        equal = self._equal.get((payment.amount.code, payment.amount.minor), {})
        stop = because("who_unknown")
        if len(equal) > _EQUAL_MAX:
            return []
        return [
            Draft(
                "suggestion",
                in_full([item]),
                SCORES["suggestion"] - place,
                (
                    because("exact_single", name=listed([item]), amount=payment.amount),
                    because("amount_alone"),
                ),
                rivals=len(equal) - 1,
                stop=stop,
            )
            for place, item in enumerate(sorted(equal.values()))
        ]

    def _answer(self, payment: Payment, who: Who, drafts: list[Draft], nodes: int) -> Match:
        best: dict[object, Draft] = {}
        for draft in sorted(drafts, key=_rank):
            best.setdefault(draft.key, draft)
        ranked = sorted(best.values(), key=_rank)
        proven = [draft for draft in ranked if draft.stop is None]
        auto = len(proven) == 1 and proven[0].proof in self.policy.auto
        stopped = self._stopped(payment, who, ranked, proven)
        shown = ranked[: self.policy.suggestions_max]
        candidates = tuple(draft.candidate(payment.amount.code) for draft in shown)
        known = who.customer or (candidates[0].customer if candidates and auto else "")
        return Match(
            payment=payment,
            customer=known,
            candidates=candidates,
            rivals=ranked[0].rivals if ranked else 0,
            stopped=stopped,
            auto=auto,
            nodes=nodes,
        )

    def _stopped(
        self, payment: Payment, who: Who, ranked: list[Draft], proven: list[Draft]
    ) -> Reason:
        if len(proven) > 1:
            return because("rivals", count=len(proven) - 1)
        if proven:
            proof = proven[0].proof
            return because(f"proven_{proof}" if proof in self.policy.auto else "not_allowed")
        if ranked:
            return ranked[0].stop or because("only_suggested")
        if not who.customer:
            return because("who_unknown")
        book = self._books.get((who.customer, payment.amount.code))
        return because("nothing_fits" if book and book.items else "nothing_open")


def _rank(draft: Draft) -> tuple[bool, int, object]:
    return draft.stop is not None, -draft.score, draft.key


def match(
    payment: Payment,
    open_items: Iterable[OpenItem],
    *,
    policy: MatchPolicy = STRICT,
    learned: Learned = NOTHING_LEARNED,
    lines: Lines = _NO_LINES,
) -> Match:
    """``Matcher(open_items).match(payment)``, for one payment.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> payment = Payment(number="R-1", on=date(2026, 12, 1), amount=Money("300", "CNY"))
    >>> str(match(payment, []).stopped)
    'nobody knows who paid [who_unknown]'
    """
    return Matcher(open_items, policy=policy, learned=learned, lines=lines).match(payment)
