"""The offer and its versions (报价单、版本): drafted, approved, sent, accepted or lost (丢单).

A quote holds everything it was made from, so that it prints and recalculates the same for ever:
``model`` says what it is, ``state`` which states there are, ``lifecycle``, ``approvals`` and
``ending`` what happens to it, ``versions`` how its versions stand beside one another.

>>> from datetime import date
>>> from cpq import Catalogue, Customer, PriceBook, PriceBookVersion, Product, entry, item, price
>>> day, customer = date(2026, 11, 21), Customer(code="C-1", party={"name": "Hengtai"})
>>> trade = Catalogue(
...     products=(Product(code="M8", name="Bolt"),), customers=(customer,),
...     books=(PriceBook(code="LIST", currency="CNY", versions=(
...         PriceBookVersion(entries=(entry("M8", price="0.35"),)),)),))
>>> def priced(*items):
...     return price(items, catalogue=trade, book="LIST", customer="C-1", on=day)
>>> draft = draft_quote(
...     priced(item("M8", 200), item("M8", 100, optional=True)), number="Q-1", customer=customer,
...     seller={"name": "Bolts Ltd."}, issued_on=day, valid_until=date(2026, 12, 21),
...     alternatives=[Alternative(code="MORE", pricing=priced(item("M8", 1000)))])
>>> sent = send(submit(draft))
>>> state_at(sent, at=sent.expires_at), [str(each.net) for each in sent.pricings]
('expired', ['70.00 CNY', '350.00 CNY'])
>>> accept(sent, on=day, by="Li Wei", options=["2"]).net
Money('105.00', 'CNY')
>>> accept(sent, on=day, by="Li Wei", alternative="MORE").net
Money('350.00', 'CNY')
>>> second = send(revise(sent, sent.pricing, issued_on=day, valid_until=day))
>>> [each.state for each in keep_version(keep_version((), sent), second)]
['superseded', 'sent']
"""

from cpq.quote.acceptance import (
    Consent,
    ConsentWay,
    ExpiryOverride,
    QuoteAcceptance,
    QuoteLoss,
    QuoteWithdrawal,
)
from cpq.quote.alternative import Alternative, options_of, with_options
from cpq.quote.approvals import approval_needs, approval_status, approve, is_cleared, submit
from cpq.quote.ending import accept, lose, state_at, supersede, withdraw
from cpq.quote.lifecycle import draft_quote, numbered, revise, send
from cpq.quote.model import Clause, PaymentEvent, PaymentTerm, Quote, payment_terms
from cpq.quote.ports import SignatureEvidence, SignatureProvider, SignatureRequest, signed
from cpq.quote.publication import published
from cpq.quote.series import GivenNumber, NumberSeries, missing_numbers, next_number
from cpq.quote.state import QuoteState, QuoteStateAt
from cpq.quote.versions import keep_version, live_version

__all__ = [
    "Alternative",
    "Clause",
    "Consent",
    "ConsentWay",
    "ExpiryOverride",
    "GivenNumber",
    "NumberSeries",
    "PaymentEvent",
    "PaymentTerm",
    "Quote",
    "QuoteAcceptance",
    "QuoteLoss",
    "QuoteState",
    "QuoteStateAt",
    "QuoteWithdrawal",
    "SignatureEvidence",
    "SignatureProvider",
    "SignatureRequest",
    "accept",
    "approval_needs",
    "approval_status",
    "approve",
    "draft_quote",
    "is_cleared",
    "keep_version",
    "live_version",
    "lose",
    "missing_numbers",
    "next_number",
    "numbered",
    "options_of",
    "payment_terms",
    "published",
    "revise",
    "send",
    "signed",
    "state_at",
    "submit",
    "supersede",
    "with_options",
    "withdraw",
]
