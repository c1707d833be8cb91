"""Keeping documents and recording facts in a store."""

from datetime import date
from pathlib import Path

import pytest

from revenue.adapters import open_store, recording
from tests.errors.registry import reproduces
from tests.errors.shop import (
    contract,
    deal_file,
    order,
    owed,
    paid,
    quote,
    store_at,
    untouched,
)


@reproduces(
    "quote.unknown",
    en="No quote of this number (and version) is stored.",
    zh="报价单不存在。",
    do="Correct the number; each tenant sees its own.",
    names="'Q-9'",
)
def an_unknown_quote() -> None:
    with open_store("sqlite://") as store, store.view() as deals:
        deals.quote("Q-9")


@reproduces(
    "contract.unknown",
    en="No contract of this number (and version) is stored.",
    zh="合同不存在。",
    do="Correct the number, or save the contract first.",
    names="'HT-2026-017'",
)
def an_order_of_no_contract(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(order())


@reproduces(
    "order.unknown",
    en="No order of this number is stored.",
    zh="订单不存在。",
    do="Correct the number.",
    names="'SO-9'",
)
def an_unknown_order() -> None:
    with open_store("sqlite://") as store, store.view() as deals:
        deals.order("SO-9")


@reproduces(
    "quote.number_taken",
    en="Another quote is stored under a number that counts as the same.",
    zh="报价单编号已被占用（大小写与全半角视为相同）。",
    do="Give the quote another number.",
    names=("'q-2026-0001'", "'Q-2026-0001'"),
)
def the_same_number_in_small_letters(folder: Path) -> None:
    deal_file(folder)
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(quote().with_(number="q-2026-0001", version=7))


@reproduces(
    "quote.overtaken",
    en="The quote is not what follows on the stored one: somebody else saved it meanwhile, a newer "
    "version is stored, or one was accepted.",
    zh="报价单已被他人更新、已有新版本或已被接受。",
    do="Read the stored quote, make the change again on it, and name it as `replaces=`.",
    names=("Q-2026-0001", "replaces="),
)
def a_draft_changed_by_two(folder: Path) -> None:
    with store_at(folder) as store:
        with store.unit() as deals:
            deals.save(quote())
        with untouched(store), store.unit() as deals:
            deals.save(quote().with_(title="Two lasers"))


@reproduces(
    "contract.quote_taken",
    en="The quote version is signed already, as another contract.",
    zh="该报价版本已签约。",
    do="Look at the contract that the message names; amend it.",
    names=("Q-2026-0001", "HT-2026-017"),
)
def a_quote_signed_twice(folder: Path) -> None:
    deal_file(folder)
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(contract().with_(number="HT-2"))


@reproduces(
    "contract.number_taken",
    en="A contract of this number is stored with other content.",
    zh="合同编号已被占用。",
    do="Give the contract another number, or amend the stored one as its next version.",
    names="'HT-2026-017'",
)
def a_contract_number_used_twice(folder: Path) -> None:
    deal_file(folder)
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(contract().with_(signed_on=date(2026, 11, 30)))


@reproduces(
    "order.number_taken",
    en="An order of this number is stored with other content.",
    zh="订单编号已被占用。",
    do="Give the order another number.",
    names="'SO-1'",
)
def an_order_number_used_twice(folder: Path) -> None:
    deal_file(folder)
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(order().with_(on=date(2026, 11, 30)))


@reproduces(
    "document.unknown_kind",
    en="Something that is no quote, contract or order is to be saved.",
    zh="保存的对象不是报价单、合同或订单。",
    do="Save documents; `record()` facts.",
    names="Receivable",
)
def a_fact_as_a_document(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.save(owed())  # type: ignore[arg-type]


@reproduces(
    "record.nothing",
    en="There is nothing to record.",
    zh="没有要登记的事实。",
    do="Give at least one fact.",
    names="at least one fact",
)
def recording_nothing(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.record()


@reproduces(
    "command.key_reused",
    en="The key of a command was used for other facts.",
    zh="命令键已用于其他事实。",
    do="Use a new key for a new command; the same key and facts may come as often as you like.",
    names="'bank-line-1'",
)
def one_key_for_two_receipts(folder: Path) -> None:
    with store_at(folder) as store:
        with store.unit() as deals:
            deals.record(paid("R-1"), key="bank-line-1")
        with untouched(store), store.unit() as deals:
            deals.record(paid("R-2"), key="bank-line-1")


@reproduces(
    "command.bad_key",
    en="The key of a command is empty or too long.",
    zh="命令键为空或过长。",
    do="Give 1 to 200 characters, or no key.",
    names="200",
)
def a_key_of_nothing(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.record(paid(), key="")


@reproduces(
    "money.too_large",
    en="An amount is too large to be stored exactly.",
    zh="金额过大，无法存储。",
    do="Check the figure; the message names the largest amount.",
    names="1000000000000000.01 CNY",
)
def more_money_than_fits(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.record(owed(amount="1000000000000000.01"))


@reproduces(
    "number.unreadable",
    en="A number, a customer or a key holds a character that no database takes.",
    zh="编号、客户或命令键含有无法存储的字符。",
    do="Remove the control character or lone surrogate that the message names.",
    names=("'H-1\\x00'", "U+0000"),
)
def a_number_with_a_control_character(folder: Path) -> None:
    with store_at(folder) as store, store.view() as deals:
        deals.contract("H-1\x00")


@reproduces(
    "document.bad_version",
    en="The version of a document is no whole number that can be stored.",
    zh="单据版本号超出可存储范围。",
    do="Give a version from 1 to what the message names.",
    names=("1 to 2147483647", "found 0"),
)
def version_zero(folder: Path) -> None:
    with store_at(folder) as store, store.view() as deals:
        deals.quote("Q-2026-0001", version=0)


@reproduces(
    "number.too_long",
    en="A document number is too long to be stored once its characters are written out.",
    zh="编号展开后过长，无法存储。",
    do="Use letters and digits; one ligature may stand for eighteen characters.",
    names=("360", "256"),
)
def a_number_of_ligatures(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.record(owed("\ufdfa" * 20))


@reproduces(
    "store.overtaken",
    en="Somebody else recorded facts between reading and writing.",
    zh="期间有他人登记了事实。",
    do="Try again: `store.run(work)` does.",
    names="somebody else",
)
def overtaken_at_the_last_moment(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "_HEAD_MOVE", f"{recording._HEAD_MOVE} AND last_seq < 0")
    with store_at(folder) as store, untouched(store), store.unit() as deals:
        deals.record(owed())


@reproduces(
    "store.only_reads",
    en="Something is to be written in a view.",
    zh="只读视图中不能写入。",
    do="Write in `store.unit()` or `store.run(…)`.",
    names="unit",
)
def writing_in_a_view(folder: Path) -> None:
    with store_at(folder) as store, untouched(store), store.view() as deals:
        deals.record(owed())


@reproduces(
    "store.bad_tenant",
    en="The tenant is empty, too long, or no line of text.",
    zh="租户代码为空、过长或无效。",
    do="Give a code of 1 to 64 characters.",
    names="''",
)
def a_tenant_without_name() -> None:
    open_store("sqlite://", tenant="")


@reproduces(
    "store.bad_prefix",
    en="The prefix cannot begin the name of a table.",
    zh="表前缀无效。",
    do="Give a lower-case letter and up to 19 letters, digits or underscores.",
    names="'CPQ-'",
)
def a_prefix_with_a_dash() -> None:
    open_store("sqlite://", prefix="CPQ-")
