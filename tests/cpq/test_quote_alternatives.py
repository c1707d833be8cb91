"""Alternatives and options: offered side by side, ordered in part, as offered."""

import pytest
from pydantic import ValidationError

from cpq.configuration import configure
from cpq.history import deal_prices
from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money, money_total
from cpq.pricing import item, price
from cpq.quote import (
    Alternative,
    Quote,
    accept,
    lose,
    options_of,
    published,
    revise,
    send,
    submit,
    with_options,
    withdraw,
)
from revenue.contract import sign
from tests.cpq.quotes import (
    BASIC,
    DAY,
    LARGE,
    LAST,
    MATRIX,
    ORDERS,
    PLAIN,
    UNITS,
    line,
    offer,
    pricing_of,
    sold_at,
    take,
)
from tests.errors.shop import laser

SENT = send(offer(alternatives=(BASIC, LARGE)))


def accepted(**fields: object) -> Quote:
    return accept(SENT, on=DAY, by="Li Wei", **fields)  # type: ignore[arg-type]


def code_of(**fields: object) -> str:
    with pytest.raises(DomainError) as refusal:
        accepted(**fields)
    return refusal.value.code


@pytest.mark.parametrize(
    ("code", "net"), [(None, "95.00"), ("BASIC", "60.00"), ("LARGE", "180.00")]
)
def test_one_alternative_is_agreed_and_no_other(code: str | None, net: str) -> None:
    quote = accepted(alternative=code)
    assert quote.net == quote.agreed.net == Money(net, "CNY")
    assert sign(quote, number="HT-1", on=DAY).net == Money(net, "CNY")
    assert quote.as_sent == SENT


def test_until_it_is_accepted_the_recommended_one_counts() -> None:
    assert SENT.agreed == SENT.pricing
    assert str(SENT.net) == "95.00 CNY"


def test_an_option_comes_with_all_its_parts_and_nothing_else() -> None:
    quote = accepted(options=("2",))
    assert [each.number for each in quote.agreed.counted] == ["1", "2", "2.1", "2.1.1"]
    assert str(quote.net) == "136.11 CNY"
    contract = sign(quote, number="HT-1", on=DAY)
    assert [each.line for each in contract.lines] == ["1", "2", "2.1", "2.1.1"]
    assert (
        contract.gross
        == quote.gross
        == money_total((Money(each.gross, "CNY") for each in quote.agreed.counted), "CNY")
    )


def test_options_are_kept_once_in_the_order_of_the_lines() -> None:
    quote = accepted(options=("22", "3", "22"))
    assert quote.acceptance is not None
    assert quote.acceptance.options == ("3", "22")
    assert str(quote.net) == "120.00 CNY"


def test_every_amount_stays_as_it_was_offered() -> None:
    taken = with_options(PLAIN, ["2", "3", "22"])
    assert [each.with_(optional=False) for each in PLAIN.lines] == list(taken.lines)
    assert not options_of(taken)
    assert with_options(PLAIN, []) is PLAIN


@pytest.mark.parametrize("number", ["1", "2.1", "4", ""])
def test_what_is_no_option_cannot_be_taken(number: str) -> None:
    assert code_of(options=(number,)) == "quote.unknown_option"


def test_options_are_those_of_the_chosen_alternative() -> None:
    assert code_of(alternative="LARGE", options=("3",)) == "quote.unknown_option"
    assert str(accepted(alternative="LARGE", options=("2",)).net) == "192.34 CNY"
    assert code_of(alternative="HUGE") == "quote.unknown_alternative"


def test_an_acceptance_of_what_was_not_offered_is_malformed() -> None:
    quote = accepted(options=("2",))
    assert quote.acceptance is not None
    for change in ({"alternative": "HUGE"}, {"options": ("9",)}, {"options": ("2", "2")}):
        with pytest.raises(ValidationError):
            quote.with_(acceptance=quote.acceptance.with_(**change))


@pytest.mark.parametrize(
    "alternatives",
    [
        (BASIC, BASIC.with_(title="again")),
        (BASIC.with_(pricing=BASIC.pricing.with_(customer="C-1")),),
        (Alternative(code="B", pricing=pricing_of(line("1", "5.00", currency="USD"),
                                                  currency="USD")),),
    ],
    ids=["one code twice", "another customer", "another currency"],
)  # fmt: skip
def test_alternatives_are_for_the_same_sale(alternatives: tuple[Alternative, ...]) -> None:
    with pytest.raises(ValidationError):
        offer(alternatives=alternatives)


def test_the_next_version_has_the_alternatives_that_are_priced_for_it() -> None:
    assert revise(SENT, PLAIN, issued_on=DAY, valid_until=LAST).alternatives == ()
    again = revise(SENT, PLAIN, issued_on=DAY, valid_until=LAST, alternatives=[LARGE])
    assert again.alternatives == (LARGE,)


def test_a_new_total_is_compared_with_what_is_taken() -> None:
    assert accepted(alternative="BASIC", anew=sold_at("60.00")).state == "accepted"
    assert code_of(alternative="BASIC", anew=sold_at("60.01")) == "quote.total_changed"
    assert accepted(options=("3",), anew=PLAIN).state == "accepted"
    lines = (*PLAIN.lines[:4], line("3", "20.01", optional=True), PLAIN.lines[5])
    dearer = PLAIN.with_(lines=lines)
    assert accepted(anew=dearer).state == "accepted"
    assert code_of(options=("3",), anew=dearer) == "quote.total_changed"


def test_of_each_counter_the_largest_is_taken_until_one_is_chosen() -> None:
    plain = PLAIN.with_(taken=(take(ORDERS, 1), take(UNITS, 4, limit=9)))
    large = LARGE.with_(pricing=LARGE.pricing.with_(taken=(take(UNITS, 7, limit=8),)))
    quote = offer(plain, alternatives=(BASIC, large))
    assert [(each.counter, each.amount, each.limit) for each in quote.taken] == [
        (ORDERS, 1, 10),
        (UNITS, 7, 8),
    ]
    sent = send(quote)
    for code, amounts in ((None, [1, 4]), ("BASIC", []), ("LARGE", [7])):
        chosen = accept(sent, on=DAY, by="x", alternative=code)
        assert [each.amount for each in chosen.taken] == amounts
    assert offer(plain).taken == plain.taken


def test_history_learns_what_was_ordered() -> None:
    won = deal_prices(accepted(options=("3",)))
    assert [(deal.line, str(deal.net)) for deal in won] == [("1", "95.00"), ("3", "20.00")]
    won = deal_prices(accepted(alternative="LARGE"))
    assert [(deal.status, str(deal.net)) for deal in won] == [("won", "180.00")]
    withdrawn = deal_prices(withdraw(SENT, on=DAY, reason="out of stock"))
    assert [(deal.status, str(deal.net)) for deal in withdrawn] == [("quoted", "95.00")]
    lost = deal_prices(lose(SENT, on=DAY, reason="price"))
    assert [(deal.status, str(deal.net)) for deal in lost] == [("lost", "95.00")]


def test_what_nobody_was_sent_leaves_no_price() -> None:
    draft = offer(sold_at("70.00"))
    for unsent in (draft, submit(draft, matrix=MATRIX), submit(offer())):
        with pytest.raises(DomainError) as refusal:
            deal_prices(unsent)
        assert refusal.value.code == "deal_price.draft"


def test_nothing_of_ours_is_published_of_an_alternative() -> None:
    secret = LARGE.pricing.with_(
        lines=(line("1", "180.00", cost="99.99"),), taken=(take(ORDERS, 1),)
    )
    seen = published(send(offer(alternatives=(LARGE.with_(pricing=secret),))))
    assert "99.99" not in seen.canonical()
    assert "AUTUMN" not in seen.canonical()
    assert seen.alternatives[0].pricing.net == secret.net


def test_an_option_that_was_priced_counts_to_the_cent() -> None:
    machine = configure(laser().bom("LASER-3000"), choose={"head": "HEAD-6KW"})
    spare = item("HEAD-12KW", 2, optional=True)
    asked = [machine, spare, machine.with_(optional=True)]
    pricing = price(asked, catalogue=laser(), on=DAY)
    assert len([each for each in pricing.lines if each.level]) > 2
    options = [each.number for each in options_of(pricing)]
    assert options == ["2", "3"]
    taken = with_options(pricing, options)
    assert taken.net == money_total((Money(each.net, "CNY") for each in pricing.lines), "CNY")
    assert sum(each.net.amount for each in taken.taxes) == taken.net.amount
