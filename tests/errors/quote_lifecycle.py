"""The life of a quote: days that contradict, choices that are not there, what was not signed."""

from datetime import UTC, date, datetime
from pathlib import Path

from cpq.quote import (
    ExpiryOverride,
    NumberSeries,
    SignatureEvidence,
    SignatureRequest,
    accept,
    send,
    signed,
    submit,
)
from cpq.testing import KeyedSignatures
from tests.cpq.quotes import BASIC, offer
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, store_at, untouched

EVENING = datetime(2026, 12, 1, 20, tzinfo=UTC)
REQUEST = SignatureRequest(quote="Q-1", version=2, document_hash="ab" * 32, signer="Li Wei")


@reproduces(
    "quote.day_unclear",
    en="An acceptance has no day, or a day and an instant that are not the same.",
    zh="接受报价的日期缺失，或日期与时刻不一致。",
    do="Give `on=` a day or `at=` an instant; the instant's day is the one in the quote's zone.",
    names=("2026-12-01", "2026-12-02 in Asia/Shanghai"),
)
def accepting_on_two_days() -> None:
    sent = send(offer())
    with untouched(sent):
        accept(sent, on=date(2026, 12, 1), at=EVENING, by="Li Wei")


@reproduces(
    "quote.override_late",
    en="Somebody's leave to accept an expired offer came after its acceptance.",
    zh="过期放行的批准晚于接受时间。",
    do="Accept the offer when the leave has been given, or later.",
    names=("wang", "2026-12-23", "2026-12-22"),
)
def leave_that_came_late() -> None:
    sent = send(offer())
    leave = ExpiryOverride(by="wang", reason="it stands", at="2026-12-23T09:00:00+08:00")
    with untouched(sent):
        accept(sent, on=date(2026, 12, 22), by="Li Wei", override=leave)


@reproduces(
    "quote.unknown_alternative",
    en="The alternative that is accepted is none of the quote's.",
    zh="所选备选方案不在报价单中。",
    do="Give the code of one of them, or none for what the quote recommends.",
    names=("HUGE", "BASIC"),
)
def an_alternative_of_nothing() -> None:
    sent = send(offer(alternatives=(BASIC,)))
    with untouched(sent):
        accept(sent, on=DAY, by="Li Wei", alternative="HUGE")


@reproduces(
    "quote.unknown_option",
    en="The line that is taken is no option, or a part that comes with its option.",
    zh="所选行不是可选项，或只是可选项的下级部件。",
    do="Give the numbers of optional lines; `options_of(pricing)` lists them.",
    names=("'2.1'", "2, 3, 22"),
)
def a_part_of_an_option() -> None:
    sent = send(offer())
    with untouched(sent):
        accept(sent, on=DAY, by="Li Wei", options=("2.1",))


@reproduces(
    "quote.changed",
    en="The quote is no longer the one that was approved.",
    zh="报价单在审批通过后被修改。",
    do="`submit()` it again: it asks only for what got worse.",
    names=("Q-2026-0001", "approved"),
)
def sending_another_quote_than_was_approved() -> None:
    changed = submit(offer()).with_(title="Two of them")
    with untouched(changed):
        send(changed)


@reproduces(
    "signature.pending",
    en="Nobody has signed yet.",
    zh="签名尚未完成。",
    do="Look again later.",
    names=("Li Wei", "Q-1 / 2"),
)
def nobody_signed() -> None:
    provider = KeyedSignatures(b"key")
    signed(provider, provider.ask(REQUEST), request=REQUEST)


@reproduces(
    "signature.broken",
    en="The provider's signature is for something else, or does not verify.",
    zh="签名对象不符或验签失败。",
    do="Ask for the signature again, or let the customer accept another way.",
    names=("document_hash", "verify"),
)
def a_signature_on_something_else() -> None:
    class Forger(KeyedSignatures):
        def evidence(self, reference: str) -> SignatureEvidence | None:
            found = super().evidence(reference)
            return found and found.with_(document_hash="cd" * 32)

    provider = Forger(b"key")
    reference = provider.ask(REQUEST)
    provider.sign(reference, at=EVENING)
    signed(provider, reference, request=REQUEST)


@reproduces(
    "series.number_taken",
    en="Two series of a tenant come to the same number.",
    zh="两个编号规则生成了相同的单据编号。",
    do="Write their patterns so that they have no number in common.",
    names=("Q-2026-0001", "offers"),
)
def two_series_with_one_number(folder: Path) -> None:
    pattern = "Q-{year}-{n:04}"
    with store_at(folder) as store:
        with store.unit() as deals:
            deals.number(NumberSeries(code="quotes", pattern=pattern), on=DAY)
        with untouched(store), store.unit() as deals:
            deals.number(NumberSeries(code="offers", pattern=pattern), on=DAY)
