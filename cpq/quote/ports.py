"""Signatures (电子签名): how a provider is asked for one, and what is believed of its answer.

A provider is a port: a host's class around the signing service that it has a contract with. It is
handed the hash of the document and never the document; what it gives back is checked before an
acceptance rests on it. ``cpq.testing.SignatureContract`` has the tests with which a host proves its
own provider.
"""

from typing import Annotated, Protocol

from pydantic import AwareDatetime, StringConstraints

from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number, Text

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in 64 hex digits."""


class SignatureRequest(Frozen):
    """Who is to sign what: a version of a quote, as the document with this hash shows it.

    ``document_hash`` is the SHA-256 of the PDF that the signer reads; ``signer`` a name, ``email``
    where the provider finds him.

    >>> SignatureRequest(quote="Q-1", version=1, document_hash="0" * 64, signer="Li Wei").version
    1
    """

    quote: Number
    version: int
    document_hash: Sha256
    signer: Line
    email: Line = ""


class SignatureEvidence(Frozen):
    """What a provider says was signed: by whom, when, and the proof in the provider's own form.

    ``reference`` is the provider's name for it. ``proof`` is opaque here; the provider verifies it.

    >>> SignatureEvidence(provider="paper", reference="1", document_hash="0" * 64, signer="Li Wei",
    ...                   at="2026-11-25T09:00:00+08:00", proof="x").signer
    'Li Wei'
    """

    provider: Line
    reference: Line
    document_hash: Sha256
    signer: Line
    at: AwareDatetime
    proof: Text


class SignatureProvider(Protocol):
    """Asks people for signatures and vouches for them; a host's class needs only these methods.

    People sign when they like, so asking and looking are two steps. ``verify`` says of evidence
    that is years old whether this provider gave it and nothing of it was changed.
    """

    def ask(self, request: SignatureRequest) -> str:
        """Ask for a signature; the reference to look for it with."""
        ...

    def evidence(self, reference: str) -> SignatureEvidence | None:
        """What was signed, ``None`` while nobody has."""
        ...

    def verify(self, evidence: SignatureEvidence) -> bool:
        """Whether the evidence is this provider's and unchanged."""
        ...


def signed(
    provider: SignatureProvider, reference: str, *, request: SignatureRequest
) -> SignatureEvidence:
    """The signature that was asked for, checked: of that document, by that signer, verified.

    Raises ``Refused``: ``signature.pending`` while nobody has signed, ``signature.broken`` where
    what the provider gives is for something else or does not verify.
    """
    found = provider.evidence(reference)
    if found is None:
        raise Refused(
            "signature.pending",
            f"{request.signer} has not signed quote {request.quote} / {request.version} yet "
            f"(reference {reference}); look again later",
            reference=reference,
        )
    wrong = [
        f"{name} is {getattr(found, name)!r}, asked for was {wanted!r}"
        for name, wanted in (
            ("reference", reference),
            ("document_hash", request.document_hash),
            ("signer", request.signer),
        )
        if getattr(found, name) != wanted
    ]
    if not provider.verify(found):
        wrong.append("the provider does not verify its own proof")
    if wrong:
        raise Refused(
            "signature.broken",
            f"the signature {reference} on quote {request.quote} / {request.version} cannot be "
            f"used: {'; '.join(wrong)}; ask for it again, or let the customer accept another way",
            reference=reference,
        )
    return found
