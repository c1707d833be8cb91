import pytest
from pydantic import ValidationError

from cpq.kernel.errors import NotFound, Refused
from cpq.quote import payment_terms, send
from revenue import Contract, payment_plan, sign
from tests.revenue.deals import (
    LINES,
    SIGNED,
    accepted,
    cny,
    code_of,
    contract_of,
    day,
    draft_of,
    priced_line,
    quote_of,
)


def test_signing_keeps_lines_and_splits_the_gross():
    contract = contract_of()
    assert [(line.line, line.net, line.tax) for line in contract.lines] == [
        ("1", cny("60000.00"), cny("7800.00")),
        ("2", cny("5000.00"), cny("300.00")),
    ]
    assert contract.gross == cny("73100.00")
    assert [(each.index, each.event, each.days, each.amount) for each in contract.instalments] == [
        (1, "signing", 7, cny("21930.00")),
        (2, "delivery", 30, cny("43860.00")),
        (3, "acceptance", 365, cny("7310.00")),
    ]


def test_instalments_of_odd_cents_add_up():
    contract = contract_of(("1", "0.05", "0", "1"))
    assert [each.amount for each in contract.instalments] == [cny("0.02"), cny("0.03"), cny("0.00")]


def test_a_plan_given_at_signing_replaces_the_quoted_one():
    contract = sign(
        quote_of(), number="HT-2", on=SIGNED, plan=payment_plan(("100%", "delivery", 0))
    )
    assert [each.amount for each in contract.instalments] == [contract.gross]


def test_the_contract_names_what_was_accepted():
    quote = send(draft_of([priced_line(*line) for line in LINES]))
    contract = contract_of()
    assert (contract.quote, contract.quote_version) == ("Q-1", 1)
    assert contract.quote_hash == quote.content_hash()


def test_parts_included_in_another_line_are_left_out():
    machine = priced_line("1", "100.00", "13", "1")
    part = priced_line("1.1", "0", "13", "4", included=True)
    contract = sign(accepted(draft_of([machine, part])), number="HT-1", on=SIGNED)
    assert [line.line for line in contract.lines] == ["1"]


def test_options_of_the_quote_bind_nobody():
    lines = [
        priced_line("1", "100.00", "13", "1"),
        priced_line("2", "40.00", "6", "1", optional=True),
        priced_line("3", "900.00", "13", "1", optional=True),
        priced_line("3.1", "0", "13", "4", included=True, optional=True),
        priced_line("4", "-5.00", "13", "-1", optional=True),
    ]
    quote = accepted(draft_of(lines))
    contract = sign(quote, number="HT-1", on=SIGNED)
    assert [line.line for line in contract.lines] == ["1"]
    assert (contract.net, contract.tax, contract.gross) == (quote.net, quote.tax, quote.gross)
    assert sum(each.amount.minor for each in contract.instalments) == quote.gross.minor


def test_a_quote_of_options_alone_is_not_signed():
    quote = accepted(draft_of([priced_line("1", "40.00", "6", "1", optional=True)]))
    with pytest.raises(Refused) as refusal:
        sign(quote, number="HT-1", on=SIGNED)
    assert code_of(refusal) == "contract.nothing_to_pay"


def test_a_contract_comes_back_from_its_text():
    contract = contract_of()
    assert Contract.model_validate_json(contract.canonical()) == contract


def test_amounts_are_written_with_the_currencys_decimals():
    first = contract_of(("1", "100", "13", "1"))
    second = contract_of(("1", "100.00", "13", "1"))
    assert first.lines[0].canonical() == second.lines[0].canonical()


def test_a_quote_nobody_accepted_is_not_signed():
    with pytest.raises(Refused) as refusal:
        sign(send(draft_of([priced_line(*LINES[0])])), number="HT-1", on=SIGNED)
    assert code_of(refusal) == "contract.quote_not_accepted"


def test_a_quote_altered_after_acceptance_is_not_signed():
    with pytest.raises(Refused) as refusal:
        sign(quote_of().with_(title="another title"), number="HT-1", on=SIGNED)
    assert code_of(refusal) == "contract.quote_altered"


def test_signing_before_the_acceptance_is_refused():
    with pytest.raises(Refused) as refusal:
        sign(quote_of(), number="HT-1", on=day(-6))
    assert code_of(refusal) == "contract.too_early"


def test_signing_without_a_payment_plan_is_refused():
    with pytest.raises(Refused) as refusal:
        contract_of(payment=())
    assert code_of(refusal) == "contract.no_plan"


def test_a_plan_of_less_than_everything_is_refused():
    with pytest.raises(Refused) as refusal:
        sign(quote_of(), number="HT-1", on=SIGNED, plan=payment_terms(("90%", "signing", 0)))
    assert code_of(refusal) == "contract.plan_incomplete"
    assert "90 %" in str(refusal.value)


def test_amounts_beyond_the_currencys_decimals_are_refused():
    line = priced_line("1", "10.005", "0", "1")
    with pytest.raises(Refused) as refusal:
        sign(accepted(draft_of([line])), number="HT-1", on=SIGNED)
    assert code_of(refusal) == "contract.off_grid"
    assert refusal.value.facts["line"] == "1"


def test_a_line_below_zero_is_refused():
    lines = [priced_line(*LINES[0]), priced_line("2", "-5.00", "0", "1")]
    with pytest.raises(Refused) as refusal:
        sign(accepted(draft_of(lines)), number="HT-1", on=SIGNED)
    assert code_of(refusal) == "contract.negative_line"


def test_a_contract_with_nothing_to_pay_is_refused():
    with pytest.raises(Refused) as refusal:
        contract_of(("1", "0.00", "13", "1"))
    assert code_of(refusal) == "contract.nothing_to_pay"


def test_an_unknown_line_is_named():
    with pytest.raises(NotFound) as refusal:
        contract_of().line("9")
    assert code_of(refusal) == "contract.unknown_line"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"currency": "USD"}, "in USD but holds"),
        ({"instalments": contract_of().instalments[1:]}, "numbered 1, 2, 3"),
        ({"instalments": contract_of().instalments[:1]}, "add up to 21930.00 CNY"),
        ({"lines": (*contract_of().lines, contract_of().lines[0])}, "same number"),
    ],
)
def test_a_contract_that_does_not_hold_together_is_invalid(changes, words):
    with pytest.raises(ValidationError, match=words):
        contract_of().with_(**changes)


def test_a_line_of_nothing_for_nothing_is_left_out():
    lines = [priced_line(*LINES[0]), priced_line("2", "0.00", "13", "0")]
    contract = sign(accepted(draft_of(lines)), number="HT-1", on=SIGNED)
    assert [line.line for line in contract.lines] == ["1"]


@pytest.mark.parametrize(("net", "quantity"), [("0.00", "-1"), ("5.00", "-1"), ("5.00", "0")])
def test_a_quantity_below_zero_or_priced_zero_is_refused(net, quantity):
    lines = [priced_line(*LINES[0]), priced_line("2", net, "13", quantity)]
    with pytest.raises(Refused, match="promises more than 0") as refusal:
        sign(accepted(draft_of(lines)), number="HT-1", on=SIGNED)
    assert code_of(refusal) == "contract.negative_line"
