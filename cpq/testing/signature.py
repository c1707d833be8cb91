"""What a signature provider must do, as tests to run on one's own (电子签名契约), and a simple one.

The simple one is for tests and examples, and honest about what it proves: that whoever holds its
key recorded the signature and nothing of it was changed since. Who sat at the keyboard it does not
know.
"""

import hashlib
import hmac
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import ClassVar

from cpq.kernel.errors import DomainError, Refused
from cpq.kernel.model import canonical_json
from cpq.quote.ports import SignatureEvidence, SignatureProvider, SignatureRequest, signed


class KeyedSignatures:
    """Signatures that this process records itself, sealed with a key of the host's.

    ``sign`` is what the host's own page calls when somebody has typed a name.

    >>> provider = KeyedSignatures(b"of the host's, and secret")
    >>> request = SignatureRequest(quote="Q-1", version=1, document_hash="0" * 64, signer="Li Wei")
    >>> reference = provider.ask(request)
    >>> provider.evidence(reference)
    >>> provider.sign(reference, at=datetime(2026, 11, 25, 9, tzinfo=UTC))
    >>> provider.verify(signed(provider, reference, request=request))
    True
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._asked: dict[str, SignatureRequest] = {}
        self._signed: dict[str, SignatureEvidence] = {}

    def ask(self, request: SignatureRequest) -> str:
        """Note that a signature is wanted; the reference is its place in the list."""
        reference = str(len(self._asked) + 1)
        self._asked[reference] = request
        return reference

    def sign(self, reference: str, *, at: datetime) -> None:
        """The signer agreed at an instant. Raises ``KeyError`` for a reference nobody asked for."""
        request = self._asked[reference]
        unsealed = SignatureEvidence(
            provider="keyed",
            reference=reference,
            document_hash=request.document_hash,
            signer=request.signer,
            at=at,
            proof="",
        )
        self._signed[reference] = unsealed.with_(proof=self._seal(unsealed))

    def evidence(self, reference: str) -> SignatureEvidence | None:
        """What was signed, ``None`` while nobody has."""
        return self._signed.get(reference)

    def verify(self, evidence: SignatureEvidence) -> bool:
        """Whether this key sealed exactly that."""
        return hmac.compare_digest(self._seal(evidence), evidence.proof)

    def _seal(self, evidence: SignatureEvidence) -> str:
        said = canonical_json(evidence.model_dump(mode="json", exclude={"proof"}))
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


class SignatureContract(ABC):
    """Tests of a signature provider; give a fixture ``provider`` and say how somebody ``signs``.

    A provider whose signers are people runs them on its test system, with a signer that signs by
    itself.
    """

    request_of: ClassVar[SignatureRequest] = SignatureRequest(
        quote="Q-2026-0001", version=2, document_hash="ab" * 32, signer="Li Wei"
    )

    @abstractmethod
    def sign(self, provider: SignatureProvider, reference: str) -> None:
        """Let the signer sign what has that reference."""

    def test_nothing_is_signed_before_somebody_signs(self, provider: SignatureProvider) -> None:
        """Asking is not yet a signature."""
        reference = provider.ask(self.request_of)
        assert provider.evidence(reference) is None
        assert _refusal(provider, reference, self.request_of) == "signature.pending"

    def test_a_signature_is_of_what_was_asked(self, provider: SignatureProvider) -> None:
        """Of the same document, by the same person, under its own reference, and it verifies."""
        reference = provider.ask(self.request_of)
        self.sign(provider, reference)
        found = signed(provider, reference, request=self.request_of)
        assert (found.document_hash, found.signer, found.reference) == (
            self.request_of.document_hash,
            self.request_of.signer,
            reference,
        )
        assert found.provider

    def test_the_same_signature_comes_back_for_ever(self, provider: SignatureProvider) -> None:
        """Evidence is a fact; who looks again sees no other instant or proof."""
        reference = provider.ask(self.request_of)
        self.sign(provider, reference)
        first = provider.evidence(reference)
        assert first is not None
        assert provider.evidence(reference) == first

    def test_two_requests_are_signed_apart(self, provider: SignatureProvider) -> None:
        """Signing one of two leaves the other open; they have different references."""
        first = provider.ask(self.request_of)
        other = self.request_of.with_(document_hash="cd" * 32)
        second = provider.ask(other)
        assert first != second
        self.sign(provider, second)
        assert provider.evidence(first) is None
        assert signed(provider, second, request=other).document_hash == other.document_hash

    def test_changed_evidence_does_not_verify(self, provider: SignatureProvider) -> None:
        """Not with another document, signer, instant or reference, nor with another proof."""
        reference = provider.ask(self.request_of)
        self.sign(provider, reference)
        found = signed(provider, reference, request=self.request_of)
        for changed in (
            found.with_(document_hash="cd" * 32),
            found.with_(signer="Wang Fang"),
            found.with_(at=datetime(2001, 1, 1, tzinfo=UTC)),
            found.with_(reference=f"{reference}-2"),
            found.with_(proof=f"{found.proof}0"),
        ):
            assert not provider.verify(changed), "changed evidence was believed"

    def test_a_signature_is_good_for_its_own_document_only(
        self, provider: SignatureProvider
    ) -> None:
        """Who holds it against another document is refused."""
        reference = provider.ask(self.request_of)
        self.sign(provider, reference)
        other = self.request_of.with_(document_hash="cd" * 32)
        assert _refusal(provider, reference, other) == "signature.broken"


def _refusal(provider: SignatureProvider, reference: str, request: SignatureRequest) -> str:
    refusal: DomainError | None = None
    try:
        signed(provider, reference, request=request)
    except Refused as error:
        refusal = error
    assert refusal is not None, "a signature was believed that nobody gave"
    return refusal.code
