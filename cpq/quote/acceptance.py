"""How an offer ended (接受、丢单、撤回): the records of who said what, when, and to which document.

Each names the content hash of exactly the offer that was sent, so that years later nobody has to
believe that it is the same one.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Code, Line
from cpq.quote.ports import Sha256, SignatureEvidence

ConsentWay = Literal["click", "signature", "upload", "purchase_order"]
"""A click on the host's page, a signature by a provider, a signed file that the customer sent back,
or a purchase order of his own that names the quote."""


class Consent(Frozen):
    """How the customer said yes, and the document that he had before him (确认方式).

    ``document_hash`` is the SHA-256 of the PDF that he saw. A ``signature`` has the provider's
    ``evidence`` for that document; an ``upload`` the ``upload_hash`` of the file that came back; a
    ``purchase_order`` its number as ``reference``.

    >>> Consent(how="purchase_order", reference="PO 4711", document_hash="ab" * 32).how
    'purchase_order'
    """

    how: ConsentWay
    document_hash: Sha256 | None = None
    reference: Line = ""
    upload_hash: Sha256 | None = None
    evidence: SignatureEvidence | None = None

    @model_validator(mode="after")
    def _says_what_proves_it(self) -> "Consent":
        if (self.how == "signature") != (self.evidence is not None):
            raise ValueError("a signature, and only that, has the evidence of its provider")
        if (self.how == "upload") != (self.upload_hash is not None):
            raise ValueError("an upload, and only that, has the upload_hash of its file")
        if self.how == "purchase_order" and not self.reference:
            raise ValueError("a purchase order has its number as reference")
        if self.evidence is not None and self.evidence.document_hash != self.document_hash:
            raise ValueError(
                f"the evidence is for the document {self.evidence.document_hash}, the consent for "
                f"{self.document_hash}; give the hash of the document that was signed"
            )
        return self


class ExpiryOverride(Frozen):
    """Who let an expired offer be accepted all the same, why and when (过期放行).

    Who may do so is for the host to know.

    >>> ExpiryOverride(by="wang", reason="they were told the price stands",
    ...                at="2026-12-22T09:00:00+08:00").by
    'wang'
    """

    by: Code
    reason: Line = Field(min_length=1)
    at: AwareDatetime


class QuoteAcceptance(Frozen):
    """Who accepted, on which day, and the hash of exactly what was accepted.

    ``alternative`` is the code of the one that was chosen, ``None`` for what the quote recommends;
    ``options`` are the numbers of the optional lines that were taken. ``override`` is there where
    the offer had expired.
    """

    on: date
    by: Line
    quote_hash: str
    at: AwareDatetime | None = added(None)
    consent: Consent | None = added(None)
    alternative: Code | None = added(None)
    options: tuple[Line, ...] = added(())
    override: ExpiryOverride | None = added(None)


class QuoteLoss(Frozen):
    """On which day the customer turned the offer down and why; the hash of exactly that offer."""

    on: date
    reason: Line = Field(min_length=1)
    quote_hash: str


class QuoteWithdrawal(Frozen):
    """On which day the seller took the offer back and why, in words that the customer may read;
    the hash of exactly that offer.
    """

    on: date
    reason: Line = Field(min_length=1)
    quote_hash: str
