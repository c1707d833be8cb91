"""How a customer said yes: what each way has to show, and signatures that are checked."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from cpq.quote import (
    Consent,
    SignatureEvidence,
    SignatureProvider,
    SignatureRequest,
    accept,
    send,
    signed,
)
from cpq.testing import KeyedSignatures, SignatureContract
from tests.cpq.quotes import DAY, offer

PDF, OTHER = "ab" * 32, "cd" * 32
AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
REQUEST = SignatureRequest(quote="Q-1", version=1, document_hash=PDF, signer="Li Wei")


def evidence() -> SignatureEvidence:
    provider = KeyedSignatures(b"key")
    reference = provider.ask(REQUEST)
    provider.sign(reference, at=AT)
    return signed(provider, reference, request=REQUEST)


class TestKeyedSignatures(SignatureContract):
    @pytest.fixture
    def provider(self) -> KeyedSignatures:
        return KeyedSignatures(b"of the host's")

    def sign(self, provider: SignatureProvider, reference: str) -> None:
        assert isinstance(provider, KeyedSignatures)
        provider.sign(reference, at=AT)


class Forger(KeyedSignatures):
    """A provider that gives back what it was not asked for, or cannot vouch for it."""

    def __init__(self, **lies: object) -> None:
        super().__init__(b"key")
        self.lies = lies

    def evidence(self, reference: str) -> SignatureEvidence | None:
        found = super().evidence(reference)
        return None if found is None else found.with_(**self.lies)


@pytest.mark.parametrize(
    "lies",
    [
        {"document_hash": OTHER},
        {"signer": "Wang Fang"},
        {"reference": "9"},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"proof": "0" * 64},
    ],
    ids=lambda lies: next(iter(lies)),
)
def test_a_signature_on_something_else_is_not_used(lies: dict[str, object]) -> None:
    provider = Forger(**lies)
    reference = provider.ask(REQUEST)
    provider.sign(reference, at=AT)
    with pytest.raises(Refused) as refusal:
        signed(provider, reference, request=REQUEST)
    assert refusal.value.code == "signature.broken"


@pytest.mark.parametrize("test", [name for name in dir(SignatureContract) if "test_" in name])
def test_the_contract_finds_providers_that_lie(test: str) -> None:
    """Each test of the contract fails for one of these, so none of them is idle."""

    class Blind(KeyedSignatures):
        def verify(self, evidence: SignatureEvidence) -> bool:
            return True

    class Hasty(KeyedSignatures):
        def ask(self, request: SignatureRequest) -> str:
            reference = super().ask(request)
            self.sign(reference, at=AT)
            return reference

    class Forgetful(KeyedSignatures):
        calls = 0

        def evidence(self, reference: str) -> SignatureEvidence | None:
            self.calls += 1
            found = super().evidence(reference)
            return found if found is None or self.calls == 1 else found.with_(proof="x")

    class Mixed(KeyedSignatures):
        def ask(self, request: SignatureRequest) -> str:
            super().ask(request)
            return "1"

    class Suite(TestKeyedSignatures):
        pass

    liars = (
        Blind(b"k"), Hasty(b"k"), Forgetful(b"k"), Mixed(b"k"), Forger(signer="x"),
        Forger(document_hash=OTHER), _Anything(document_hash=OTHER),
    )  # fmt: skip
    failed = 0
    for liar in liars:
        try:
            getattr(Suite(), test)(liar)
        except (AssertionError, Refused):
            failed += 1
    assert failed, f"{test} believed every liar"


class _Anything(Forger):
    """Says that all was for one document, and believes it."""

    def verify(self, evidence: SignatureEvidence) -> bool:
        return True


@pytest.mark.parametrize(
    "fields",
    [
        {"how": "signature"},
        {"how": "click", "evidence": evidence()},
        {"how": "signature", "evidence": evidence()},
        {"how": "signature", "evidence": evidence(), "document_hash": OTHER},
        {"how": "upload"},
        {"how": "click", "upload_hash": OTHER},
        {"how": "purchase_order"},
        {"how": "purchase_order", "reference": "  "},
        {"how": "click", "document_hash": "AB" * 32},
        {"how": "click", "document_hash": "ab" * 31},
        {"how": "nod"},
    ],
)
def test_a_consent_that_shows_nothing_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Consent.model_validate(fields)


@pytest.mark.parametrize(
    "consent",
    [
        Consent(how="click"),
        Consent(how="click", document_hash=PDF),
        Consent(how="signature", document_hash=PDF, evidence=evidence()),
        Consent(how="upload", document_hash=PDF, upload_hash=OTHER, reference="signed.pdf"),
        Consent(how="purchase_order", reference="PO 4711"),
    ],
)
def test_the_acceptance_keeps_how_it_was_given(consent: Consent) -> None:
    accepted = accept(send(offer()), on=DAY, by="Li Wei", consent=consent)
    assert accepted.acceptance is not None
    assert accepted.acceptance.consent == consent
    assert type(accepted).model_validate_json(accepted.canonical()) == accepted
