"""Languages and the words of the documents."""

from pathlib import Path

import pytest

from cpq.adapters.templates import template_root
from cpq.adapters.words import language, words
from cpq.kernel.errors import NotFound, Unreadable
from cpq.kernel.text import LocalText


@pytest.mark.parametrize("table", ["quote", "payment_term"])
def test_every_word_exists_in_both_languages(table: str) -> None:
    assert all(
        text.en and text.zh for text in words(template_root() / "words.toml", table).values()
    )


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
