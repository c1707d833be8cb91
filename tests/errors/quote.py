"""The states of a quote, and the request that it comes from."""

import json
from datetime import date
from pathlib import Path

from cpq import accept, send
from cpq.adapters import quote_for, read_request
from tests.errors.registry import ROOT, reproduces
from tests.errors.shop import laser, quote, untouched


@reproduces(
    "quote.wrong_state",
    en="The step does not fit the state: only a draft is sent, only a sent quote accepted.",
    zh="报价单状态不允许此操作。",
    do="Send it first; to change a sent or accepted quote, `revise()` it or amend the contract.",
    names=("Q-2026-0001", "draft", "sent"),
)
def accepting_a_draft() -> None:
    draft = quote()
    with untouched(draft):
        accept(draft, on=date(2026, 11, 25), by="Li Wei")


@reproduces(
    "quote.too_early",
    en="The offer is accepted before it was issued.",
    zh="接受日期早于报价日期。",
    do="Give the day on which the customer really accepted.",
    names=("2026-11-21", "2026-11-20"),
)
def accepting_too_early() -> None:
    sent = send(quote())
    with untouched(sent):
        accept(sent, on=date(2026, 11, 20), by="Li Wei")


@reproduces(
    "quote.expired",
    en="The offer is accepted after its last day.",
    zh="报价单已过有效期。",
    do="`revise()` it: the next version has new days and today's prices.",
    names=("2026-12-21", "2026-12-22"),
)
def accepting_too_late() -> None:
    sent = send(quote())
    with untouched(sent):
        accept(sent, on=date(2026, 12, 22), by="Li Wei")


@reproduces(
    "request.unreadable",
    en="A quote request lacks fields or has fields that mean nothing; one finding for each.",
    zh="报价请求文件的字段缺失或有误。",
    do="Correct the fields that the findings name.",
    names=("request.json", "customer", "items"),
)
def a_request_of_nothing(folder: Path) -> None:
    (folder / "request.json").write_text('{"number": "Q-1", "issued_on": "2026-11-21"}')
    with untouched(folder):
        read_request(folder / "request.json")


@reproduces(
    "request.field",
    en="One field of a quote request is missing or wrong.",
    zh="报价请求的某个字段缺失或有误。",
    do="Correct the field; the place is its path in the file.",
    names=("valid_until", "soon"),
)
def a_day_that_is_none(folder: Path) -> None:
    fields = json.loads((ROOT / "examples/laser/request.json").read_text(encoding="utf-8"))
    file = folder / "request.json"
    file.write_text(json.dumps({**fields, "valid_until": "soon"}), encoding="utf-8")
    read_request(file)


@reproduces(
    "request.no_seller",
    en="A quote is asked for, but the catalogue does not say who sells.",
    zh="目录中没有卖方信息。",
    do="Add `[seller]` to `catalogue.toml`, or give the `Catalogue` a `seller`.",
    names="[seller]",
)
def a_quote_by_nobody() -> None:
    request = read_request(ROOT / "examples" / "laser" / "request.json")
    quote_for(request, laser().with_(seller=None))
