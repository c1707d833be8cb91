"""The payment plan of a document: which share falls due when, and what it comes to (付款计划).

The total with tax is split by largest remainder, exactly as the contract will split it, so the
instalments on paper add up to the total and are those that are billed.
"""

from cpq.adapters.hand import Hand
from cpq.adapters.view import InstalmentView
from cpq.adapters.words import Phrase
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from cpq.quote import PaymentTerm


def term_phrase(term: PaymentTerm, hand: Hand) -> Phrase:
    """A payment term as a short sentence: ``30% within 7 days of signing``."""
    key = f"{'after' if term.days else 'on'}_{term.event}"
    return hand.say(key, percent=hand.figures.percent(term.percent), days=str(term.days))


def instalment_views(
    gross: Money, terms: tuple[PaymentTerm, ...], hand: Hand
) -> tuple[InstalmentView, ...]:
    """The rows of the plan; none where all is paid at once, or nothing can be split.

    The parts are ``Money.split`` of the total, as ``revenue.sign`` bills them; a total that holds
    parts of a cent has none.
    """
    if len(terms) < 2 or gross.amount <= 0:
        return ()
    try:
        amounts = gross.split([term.percent for term in terms])
    except Invalid:
        return ()
    return tuple(
        InstalmentView(
            number=number,
            percent=hand.figures.percent(term.percent),
            event=hand.say(f"at_{term.event}"),
            days=hand.say("in_days", days=str(term.days)) if term.days else hand.say("at_once"),
            amount=hand.figures.amount(amount.amount),
        )
        for number, (term, amount) in enumerate(zip(terms, amounts, strict=True), start=1)
    )
