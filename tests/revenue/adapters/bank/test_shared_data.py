"""The statements that banks sent, collected by other readers' tests: every one read without loss.

They lie beside the checkout, or where ``CPQ_BANK_DATA`` says. What is read is compared with a
reading of the raw text that shares no code with the reader.
"""

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from cpq.kernel.errors import Refused
from cpq.kernel.money import total
from revenue.adapters.bank import read_statements

ROOT = Path(__file__).resolve().parents[4]
FOLDER = (
    Path(os.environ["CPQ_BANK_DATA"])
    if "CPQ_BANK_DATA" in os.environ
    else ROOT.parent / "shared" / "data" / "bank"
)
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []
UNBALANCED = {
    "betterplace-sepa_snippet.sta": 55,
    "jejik-abnamro.sta": 27,
    "jejik-ing.sta": 26,
    "jejik-postfinance.sta": 27,
}
"""Files whose figures were changed by who published them, and the line of the closing balance."""

pytestmark = pytest.mark.skipif(not FILES, reason=f"the published statements are not in {FOLDER}")
LINE = re.compile(r"^:61:\d{6}(?:\d{4}| {4})?(R?[DC])[A-Z]?(\d+,\d*)", re.MULTILINE)
BALANCE = re.compile(r"^:(6[02])[FM]:([DC])\d{6}[A-Z]{3}(\d+,\d*)", re.MULTILINE)
TEXT = re.compile(r"^:86:((?:.*\n?(?!:\d\d[A-Z]?:|-))*)", re.MULTILINE)
NO_WORDS = re.compile(r"\s+")


def named(path):
    return path.name


def statements(path):
    return read_statements(path, unbalanced="keep")


def figure(mark, digits):
    size = Decimal(digits.replace(",", ".") + "0")
    return -size if mark in ("D", "RC") else size


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_amount_is_read_in_its_order_with_its_sign(path):
    raw = path.read_text(encoding="utf-8")
    wanted = [figure(*found) for found in LINE.findall(raw)]
    assert wanted
    found = [line.amount.amount for each in statements(path) for line in each.lines]
    assert found == wanted
    assert raw.count("\n:61:") == len(found)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_opening_and_closing_balance_is_read(path):
    raw = path.read_text(encoding="utf-8")
    wanted = [figure(mark, digits) for _, mark, digits in BALANCE.findall(raw)]
    found = [
        balance.amount for each in statements(path) for balance in (each.opening, each.closing)
    ]
    assert found == wanted


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_text_is_kept_to_the_letter(path):
    """White space aside: a text is in the fields and details of its line or statement."""
    raw = path.read_text(encoding="utf-8")
    wanted = [NO_WORDS.sub("", text) for text in TEXT.findall(raw)]
    assert wanted
    kept = []
    for statement in statements(path):
        for line in statement.lines:
            kept += [NO_WORDS.sub("", part) for part in line.raw.split("\n:86:")[1:]]
        kept += [NO_WORDS.sub("", each.text) for each in statement.details if each.name == ":86:"]
    assert kept == wanted


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_subfield_is_in_a_field_or_a_detail(path):
    """What stands between ``?20`` and the next mark is found again outside the raw text."""
    for statement in statements(path):
        for line in statement.lines:
            said = NO_WORDS.sub(
                "",
                "".join(
                    [
                        *(line.text, line.end_to_end, *line.references, line.counterparty),
                        *(each.name + each.text for each in line.details),
                    ]
                ),
            )
            texts = line.raw.split("\n:86:")[1:]
            for part in re.split(r"\?\d\d", "".join(texts).replace("\n", ""))[1:]:
                bare = NO_WORDS.sub("", re.sub(r"^(EREF|KREF|SVWZ)\+", "", part))
                assert bare in said, part


@pytest.mark.parametrize("path", FILES, ids=named)
def test_what_adds_up_is_read_and_what_does_not_is_refused_by_line(path):
    if path.name not in UNBALANCED:
        assert read_statements(path) == statements(path)
        return
    with pytest.raises(Refused) as caught:
        read_statements(path)
    assert caught.value.code == "statement.unbalanced"
    assert caught.value.facts["line"] == UNBALANCED[path.name]
    (bad, *_) = (each for each in statements(path) if each.check())
    moved = total(line.amount.amount for line in bad.lines)
    assert str(bad.closing.amount - bad.opening.amount - moved) in caught.value.message


def test_the_references_of_a_sepa_file_are_those_that_the_payers_gave():
    path = next((each for each in FILES if each.name.startswith("betterplace")), None)
    if path is None:
        pytest.skip("the SEPA file is not among them")
    first, *_ = (line for each in statements(path) for line in each.lines)
    assert first.end_to_end == "EndToEndId TFNR 22 004 00001"
    assert first.text == "Verw CTSc-01 BC-PPP TFNr 22 004"
    assert first.counterparty == "KARL KAUFMANN"
    assert first.counterparty_account == "DE14508800500194785000"
