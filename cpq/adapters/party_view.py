"""A company or a person on a document: name, address, tax id, and how to reach them (往来单位).

What was typed as a telephone number or a mail address can be clicked; nothing else becomes a link
but ``https:``, so ``javascript:`` and ``file:`` stay text.
"""

import re

from cpq.adapters.hand import Hand
from cpq.adapters.view import LinkView, PartyView
from cpq.customer import Party
from cpq.kernel.text import LocalText

_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{4,30}")
_SITE = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~%/?#=&+@:,;-]*)?")


def link(text: str) -> LinkView:
    """The text with the address it opens, if it is one of the three kinds that are safe.

    >>> link("li@northwind.example").href, link("+86 (21) 5555-0199").href
    ('mailto:li@northwind.example', 'tel:+862155550199')
    >>> link("https://northwind.example/terms").href, link("javascript:alert(1)").href
    ('https://northwind.example/terms', '')
    """
    if _MAIL.fullmatch(text):
        return LinkView(text=text, href=f"mailto:{text}")
    if _PHONE.fullmatch(text):
        return LinkView(text=text, href=f"tel:{re.sub('[^+0-9]', '', text)}")
    return LinkView(text=text, href=text if _SITE.fullmatch(text) else "")


def party_view(party: Party, hand: Hand) -> PartyView:
    """A party as a document names it; what is not known is empty."""
    return PartyView(
        name=hand.spoken.phrase(party.name),
        address=hand.given(party.address),
        tax_id=party.tax_id,
        contact=hand.given(party.contact),
        reach=tuple(link(text) for text in (party.phone, party.email) if text),
        bank=hand.given(party.bank),
    )


def seller_view(seller: Party, salesperson: Party | None, hand: Hand) -> PartyView:
    """The seller; a salesperson stands in for the seller's usual contact."""
    if salesperson is None:
        return party_view(seller, hand)
    said = (salesperson.phone, salesperson.email)
    return party_view(
        seller.with_(
            contact=LocalText(),
            phone="" if seller.phone in said else seller.phone,
            email="" if seller.email in said else seller.email,
        ),
        hand,
    )
