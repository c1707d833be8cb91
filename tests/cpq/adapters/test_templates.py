"""Templates are filled in a sandbox, and a stranger's template gets nothing but text."""

from pathlib import Path

import pytest

from cpq.adapters import templates
from cpq.adapters.annex import annex_view
from cpq.adapters.annex_view import AnnexView
from cpq.adapters.brand import PLAIN
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import environment, template_root
from cpq.adapters.templates import filled as fill
from cpq.adapters.view import QuoteView
from cpq.kernel.errors import DomainError, NotFound
from tests.cpq.adapters.document_quotes import for_customer, quoted


@pytest.fixture(scope="module")
def shown() -> QuoteView:
    return quote_view(quoted(), locale="en", root=template_root(), brand=PLAIN)


def filled(
    shown: QuoteView,
    *,
    annex: AnnexView | None = None,
    template: str = "quote.html",
    folder: Path | None = None,
) -> str:
    """A template filled as the plate of a quote has it filled."""
    given = {"quote": shown, "words": shown.words, "brand": shown.brand, "annex": annex}
    required = (('id="annex"', "template.no_annex"),) if annex else ()
    return fill(given, template=template, folder=folder, required=required)


def _filled(tmp_path: Path, source: str, shown: QuoteView) -> str:
    (tmp_path / "quote.html").write_text(source, encoding="utf-8")
    return filled(shown, folder=tmp_path)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "template.forbidden"),
        ("{{ cycler.__init__.__globals__ }}", "template.forbidden"),
        ("{{ lipsum }}", "template.missing_value"),
        ("{{ range(10) }}", "template.missing_value"),
        ("{{ self.__init__.__globals__ }}", "template.forbidden"),
        ("{{ '{0.__class__}'.format(quote) }}", "template.forbidden"),
        ("{{ quote.pricing }}", "template.missing_value"),
        ("{{ quote.lines[0]._cost }}", "template.missing_value"),
        ("{{ quote.lines[0].cost }}", "template.missing_value"),
        ("{% include '/etc/passwd' %}", "template.missing"),
        ("{% include '../pyproject.toml' %}", "template.missing"),
        ("{% include 'cpq/../../pyproject.toml' %}", "template.missing"),
        ("{{ 1 // 0 }}", "template.invalid"),
        ("{% for x in %}", "template.invalid"),
        ("{% do 1 %}", "template.invalid"),
        ("{{ 1 + 'a' }}", "template.invalid"),
    ],
)
def test_a_hostile_template_is_refused_by_name(
    tmp_path: Path, shown: QuoteView, source: str, code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        _filled(tmp_path, source, shown)
    assert refusal.value.code == code


def test_values_are_escaped_whatever_the_name(tmp_path: Path) -> None:
    quote = for_customer("<script>alert(1)</script> {{ 7*7 }} ${7*7} %s")
    shown = quote_view(quote, locale="en", root=template_root(), brand=PLAIN)
    (tmp_path / "quote.txt").write_text("{{ quote.customer.name.text }}")
    text = filled(shown, template="quote.txt", folder=tmp_path)
    assert text == "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} ${7*7} %s"
    assert "<script" not in filled(shown)


def test_a_folder_of_ones_own_changes_one_block(tmp_path: Path, shown: QuoteView) -> None:
    html = _filled(
        tmp_path,
        '{% extends "cpq/quote.html" %}{% block signatures %}<p>{{ say(words.total) }}!</p>'
        "{% endblock %}",
        shown,
    )
    assert '<p><span lang="en">Total</span>!</p>' in html
    assert "Laser cutter LASER-3000" in html
    assert "Name, title, date" not in html


@pytest.fixture(scope="module")
def annex() -> AnnexView:
    return annex_view(quoted(), locale="en", root=template_root())


def test_an_annex_is_printed_only_where_it_is_given(shown: QuoteView, annex: AnnexView) -> None:
    with_it, without = filled(shown, annex=annex), filled(shown)
    assert with_it.startswith(without.partition("</body>")[0].rstrip())
    for word in ("Internal", "内部资料", "trace", "margin", "annex"):
        assert word in with_it
        assert word not in without.partition("<style>")[0] + without.partition("</style>")[2]


def test_a_template_that_drops_the_annex_is_refused(tmp_path: Path, annex: AnnexView) -> None:
    shown = quote_view(quoted(), locale="en", root=template_root(), brand=PLAIN)
    (tmp_path / "quote.html").write_text("<p>{{ quote.number }}</p>")
    with pytest.raises(DomainError) as refusal:
        filled(shown, annex=annex, folder=tmp_path)
    assert refusal.value.code == "template.no_annex"
    (tmp_path / "quote.html").write_text("{{ quote.number }}{% include 'annex.html' %}")
    assert 'id="annex"' in filled(shown, annex=annex, folder=tmp_path)


def test_a_template_of_ones_own_may_change_a_block_and_keep_the_annex(
    tmp_path: Path, shown: QuoteView, annex: AnnexView
) -> None:
    source = '{% extends "cpq/quote.html" %}{% block signatures %}{% endblock %}'
    (tmp_path / "quote.html").write_text(source)
    assert "内部资料" in filled(shown, annex=annex, folder=tmp_path)


def test_no_shipped_template_turns_escaping_off() -> None:
    for path in template_root().glob("*.*ml"):
        source = path.read_text(encoding="utf-8")
        assert "safe" not in source
        assert "autoescape" not in source


def test_every_shipped_template_compiles() -> None:
    sandbox = environment()
    names = [name for name in sandbox.list_templates() if name.endswith(".html")]
    assert "quote.html" in names
    for name in names:
        sandbox.get_template(name)


def test_templates_in_the_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "cpq"
    monkeypatch.setattr(templates, "_PACKAGE", package)
    with pytest.raises(NotFound) as refusal:
        template_root()
    assert refusal.value.code == "template.root_missing"
    for folder in (tmp_path / "templates", package / "templates"):
        folder.mkdir(parents=True)
        (folder / "quote.html").write_text("")
        assert template_root() == folder
