"""Languages and the words of the documents."""

import re
from pathlib import Path

import pytest

from cpq.adapters.templates import template_root
from cpq.adapters.words import language, words
from cpq.kernel.errors import NotFound, Unreadable
from cpq.kernel.text import LocalText

TABLES = ("quote", "line", "payment_term", "annex")


@pytest.mark.parametrize("table", TABLES)
def test_every_word_exists_in_both_languages(table: str) -> None:
    assert all(
        text.en and text.zh for text in words(template_root() / "words.toml", table).values()
    )


def test_no_word_stands_in_two_tables() -> None:
    keys = [key for table in TABLES for key in words(template_root() / "words.toml", table)]
    assert [key for key in keys if keys.count(key) > 1] == []


def test_both_languages_are_filled_in_with_the_same_facts() -> None:
    facts = re.compile(r"{(\w+)}")
    for table in TABLES:
        for key, text in words(template_root() / "words.toml", table).items():
            assert set(facts.findall(text.en)) == set(facts.findall(text.zh)), key


@pytest.mark.parametrize(
    ("locale", "tag"),
    [("zh_CN", "zh-CN"), ("zh", "zh-CN"), ("en", "en"), ("en-GB", "en-GB"), ("bilingual", "en")],
)
def test_locales_are_understood_in_either_spelling(locale: str, tag: str) -> None:
    assert language(locale).tag == tag


@pytest.mark.parametrize("locale", ["fr", "zh_TW", "", "english", "../en", "zh_Hant"])
def test_a_language_without_words_is_refused(locale: str) -> None:
    with pytest.raises(NotFound) as refusal:
        language(locale)
    assert refusal.value.code == "document.unknown_locale"


def test_words_in_one_language_only_are_used() -> None:
    english, chinese = LocalText(en="Bolt"), LocalText(zh="螺栓")
    assert language("zh_CN").phrase(english).text == "Bolt"
    assert language("zh_CN").phrase(english).lang == "en"
    assert language("bilingual").phrase(chinese).text == "螺栓"
    assert language("bilingual").phrase(chinese).other == ""


def test_the_same_words_are_not_said_twice() -> None:
    assert language("bilingual").phrase(LocalText(en="AX-40", zh="AX-40")).other == ""


def test_braces_in_a_fact_stay_as_they_are() -> None:
    phrase = language("en").phrase(LocalText(en="by {by}"), by="{0.__class__}")
    assert phrase.text == "by {0.__class__}"


@pytest.mark.parametrize("content", ["quote = 1", "[quote]\na = 3", "[other]", "[quote"])
def test_a_broken_words_file_is_unreadable(tmp_path: Path, content: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(content)
    with pytest.raises(Unreadable) as refusal:
        words(path)
    assert refusal.value.code == "words.unreadable"
