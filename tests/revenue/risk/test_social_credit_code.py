"""The unified social credit code: known codes pass, every typing error in one character fails."""

import pytest

from cpq.kernel.errors import Invalid
from revenue.social_credit_code import check_character, social_credit_code

KNOWN = (
    "914403001922038216",
    "91110108551385082Q",
    "9144030071526726XG",
    "91330100716105852F",
    "91110000600037341L",
    "91350100M000100Y43",
)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", KNOWN)
def test_codes_of_known_companies_pass(code: str) -> None:
    assert social_credit_code(code) == code


def test_the_example_of_the_standard_has_check_character_3() -> None:
    assert check_character("91350100M000100Y4") == "3"


@pytest.mark.parametrize("code", KNOWN)
def test_no_other_character_stands_in_any_place(code: str) -> None:
    for place, letter in enumerate(code):
        for other in ALPHABET:
            if other != letter:
                with pytest.raises(Invalid):
                    social_credit_code(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("code", KNOWN)
def test_no_two_neighbours_change_places(code: str) -> None:
    for place in range(len(code) - 1):
        turned = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if turned != code:
            with pytest.raises(Invalid):
                social_credit_code(turned)


def test_spaces_hyphens_and_lower_case_are_read() -> None:
    assert social_credit_code("9111 0108-5513 8508 2q") == "91110108551385082Q"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("91110108551385082", "17 characters"),
        ("91110108551385082QQ", "19 characters"),
        ("9111010855138508IQ", "I does not occur"),
        ("91A10108551385082Q", "region"),
        ("91110108551385082R", "check character 'R'"),
        ("小米科技有限责任公司小米科技有限责任", "does not occur"),
        ("", "0 characters"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        social_credit_code(text)
    assert refusal.value.code == "social_credit_code.invalid"
