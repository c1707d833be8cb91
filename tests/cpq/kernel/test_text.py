"""Text from people: what may be stored and printed."""

import pytest
from pydantic import BaseModel, ValidationError

from cpq.kernel.text import Code, Line, LocalText, Text, legible, number_key, printable


class Row(BaseModel):
    """One field of each kind."""

    code: Code = "X"
    line: Line = ""
    text: Text = ""


HOSTILE = ["a\x00b", "a\ud800", "a\u202eb", "a\u2066b", "a\u061cb", "\ufeffa", "a\uffff", "a\x85b"]


@pytest.mark.parametrize("field", ["code", "line", "text"])
@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_text_that_cannot_be_printed_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=r"cannot be stored or printed|unicode"):
        Row.model_validate({field: value})


@pytest.mark.parametrize(
    "value", ["INV\u200b-1", "INV\u200d1", "INV-1\ufe0f", "A\u00adB", "A\U000e0041"], ids=ascii
)
def test_a_code_holds_nothing_invisible(value: str) -> None:
    with pytest.raises(ValidationError, match="invisible"):
        Row(code=value)
    assert Row(text=value).text == value


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\u2028b", "a\u2029b"], ids=ascii)
def test_a_code_and_a_line_are_one_line(value: str) -> None:
    for field in ("code", "line"):
        with pytest.raises(ValidationError):
            Row.model_validate({field: value})
    assert Row(text=value).text == value


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien & Co <北京>",
        "100% Cotton",
        '"Smith"',
        "\U00020bb7野家",
        "Ñandú",
        "=Equals",
        "-Minus",
    ],
)
def test_odd_but_legal_names_are_kept(name: str) -> None:
    assert Row(code=name, line=name, text=name).code == name


def test_lengths_are_those_of_the_normal_form() -> None:
    assert Row(code="x" * 64).code == "x" * 64
    for value in ("x" * 65, "\u0958" * 64, "x" * 1_000_000, "", "   "):
        with pytest.raises(ValidationError):
            Row(code=value)


def test_text_is_kept_in_normal_form_c() -> None:
    assert Row(code="e\u0301").code == "\u00e9"
    assert printable("a\r\nb\rc") == "a\nb\nc"


def test_two_ways_to_type_a_number_have_one_key() -> None:
    assert number_key("ｑ-2026－0001") == number_key(" Q-2026-0001 ") == "q-2026-0001"
    assert number_key("Straße") == number_key("STRASSE")


def test_a_message_escapes_what_it_cannot_show() -> None:
    assert legible("a\x00\ud800\u202eb") == "a\\u0000\\ud800\\u202eb"
    assert len(legible("x" * 5000)) == 2000


def test_one_language_stands_in_for_the_other() -> None:
    assert LocalText(en="Bolt").in_("zh_CN") == "Bolt"
    assert LocalText(en="Bolt", zh="螺栓").in_("zh-Hans-CN") == "螺栓"
    assert str(LocalText()) == ""
