"""What ``store.verify()`` and reading find where somebody changed rows behind our back."""

from pathlib import Path

from revenue import Reversal
from revenue.adapters import Deals
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, store_at, tampered


def verified(folder: Path) -> object:
    with store_at(folder) as store:
        return store.verify()


@reproduces(
    "store.corrupt_document",
    en="A stored document or fact is not what was stored: its hash does not fit its content.",
    zh="存储的单据内容与其哈希值不符。",
    do="Restore the row from a backup, and run `verify()`.",
    names=("contract HT-2026-017", "hash"),
)
def an_edited_contract(folder: Path) -> None:
    tampered(folder, "UPDATE cpq_contract SET body = replace(body, '\"30\"', '\"35\"')")
    with store_at(folder) as store, store.view() as deals:
        deals.contract("HT-2026-017")


@reproduces(
    "store.altered_row",
    en="A column does not hold what the document in its row says.",
    zh="某列与单据内容不符。",
    do="Restore the row from a backup; find out who writes to our tables.",
    names=("balance receivable inv-4", "left_minor"),
)
def an_edited_balance(folder: Path) -> object:
    tampered(folder, "UPDATE cpq_balance SET left_minor = 5 WHERE number_key = 'inv-4'")
    return verified(folder)


@reproduces(
    "store.missing_row",
    en="A row is missing.",
    zh="缺少一行。",
    do="Restore it from a backup.",
    names="movement receipt r-1 13",
)
def a_deleted_movement(folder: Path) -> object:
    tampered(folder, "DELETE FROM cpq_movement WHERE kind = 'receipt' AND seq = 13")
    return verified(folder)


@reproduces(
    "store.orphan_row",
    en="A row belongs to nothing that is stored.",
    zh="该行没有对应的单据。",
    do="Find out who put it in; remove it.",
    names="balance receipt r-9",
)
def a_receipt_out_of_nowhere(folder: Path) -> object:
    tampered(
        folder,
        "INSERT INTO cpq_balance SELECT tenant, kind, 'r-9', 999, number, customer, customer_key, "
        "currency, on_day, due_on, source_key, amount_minor, left_minor, book_currency, "
        "book_minor, book_left_minor, revalued_minor, last_day FROM cpq_balance "
        "WHERE kind = 'receipt' AND number_key = 'r-1'",
    )
    return verified(folder)


@reproduces(
    "store.chain_broken",
    en="The chain of hashes breaks: a fact was changed, removed or put in.",
    zh="哈希链断开：有事实被修改、删除或插入。",
    do="Restore the facts from that place on from a backup.",
    names="fact 3",
)
def a_fact_with_another_hash(folder: Path) -> object:
    tampered(folder, "UPDATE cpq_fact SET chain = 'x' WHERE seq = 3")
    return verified(folder)


@reproduces(
    "store.broken_rule",
    en="The stored facts break a rule that `record` holds.",
    zh="存储的事实违反台账规则。",
    do="Run `verify()`: it names the fact. Restore it from a backup.",
    names="reversal.already_reversed",
)
def a_forged_reversal(folder: Path) -> None:
    forged = Reversal(number="X-9", reverses="A-1/2", on=DAY, reason="forged")
    tampered(
        folder,
        "INSERT INTO cpq_fact SELECT tenant, seq + 1, series, 'x-9', 'reversal', 'X-9', on_day, "
        "contract_key, order_key, format, :body, :hash, chain, about_key FROM cpq_fact "
        "WHERE seq = (SELECT MAX(seq) FROM cpq_fact)",
        body=forged.canonical(),
        hash=forged.content_hash(),
    )
    with store_at(folder) as store, store.view() as deals:
        Deals(deals.connection, tenant=store.tenant).ledger()
