"""Hostile templates: they see text, change nothing, reach nothing, and are ended in time."""

import re
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound
from pydantic import ValidationError

from cpq.adapters.brand import Brand, brand
from cpq.adapters.render import Renderer
from cpq.adapters.templates import environment, filled, template_root
from cpq.kernel.errors import DomainError
from tests.hostile.inputs import Entry, entries, given
from tests.hostile.press import ENDED, SECRET, Bait, Words, posix, wanted

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("entry", wanted(entries("templates")))
def test_a_template_of_a_stranger_prints_text_or_is_refused(
    entry: Entry, bait: Bait, printers: tuple[Renderer, Renderer]
) -> None:
    printer = printers[entry["code"] in ("any", "document.limit_exceeded")]
    code = None
    try:
        html = printer.html(bait.plate(given(entry)))
    except DomainError as refusal:
        code = refusal.code
    else:
        assert "<b>" not in html
        assert SECRET not in html
    assert code == entry["code"] or (entry["code"] == "any" and code in (None, *ENDED))


NAMES = ["a'\n{{x}}.html", "", "x" * 101, "a b.html", "ä.html", "/etc/passwd", "../secret.txt"]
NAMES += ["..", ".", "note.html\0", "c:note.html", "..\\secret.txt", "%2e%2e/secret.txt"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_template_has_a_plain_name(
    name: str, bait: Bait, printers: tuple[Renderer, Renderer]
) -> None:
    with pytest.raises(DomainError) as refusal:
        printers[0].html(bait.plate("x", template=name))
    assert refusal.value.code == "template.missing"


@posix
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (tmp_path / "secret.txt").write_text(SECRET)
    (own / "link.html").symlink_to(tmp_path / "secret.txt")
    (own / "up").symlink_to(tmp_path)
    (own / "zero.html").symlink_to("/dev/zero")
    (own / "within.html").symlink_to(own / "plain.html")
    (own / "plain.html").write_text("plain")
    for name in ("link.html", "up/secret.txt", "zero.html"):
        with pytest.raises(DomainError) as refusal:
            filled({}, template=name, folder=own)
        assert refusal.value.code == "template.missing"
        with pytest.raises(TemplateNotFound):
            environment(own).get_template(name)
    assert filled({}, template="within.html", folder=own) == "plain"


@pytest.mark.parametrize("name", ["x.html", "x.html.j2", "x.j2", "x.txt", "x.svg", "x"])
def test_values_are_escaped_whatever_the_template_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{{ quote.number }}{% set a %}<i>{% endset %}{{ a }}")
    text = filled({"quote": Words()}, template=name, folder=tmp_path)
    assert text == "&lt;b&gt;Q-1&lt;/b&gt;<i>"


def test_no_shipped_template_can_turn_text_into_markup() -> None:
    files = [*template_root().rglob("*.html"), *template_root().rglob("*.css")]
    assert len(files) > 3
    for path in files:
        tags = re.findall(r"\{[{%].*?[%}]\}", path.read_text(encoding="utf-8"), re.DOTALL)
        for word in ("safe", "autoescape", "urlize", "xmlattr", "tojson", "Markup"):
            assert not [tag for tag in tags if word in tag], path


def test_every_shipped_template_passes_the_sandbox() -> None:
    names = [path.name for path in template_root().glob("*.html")]
    assert "quote.html" in names
    for name in names:
        assert environment().get_template(name).name == name


COLOURS = [
    "red} @import url(file:///etc/passwd); .y{",
    "red; background: url(http://127.0.0.1/)",
    "#0b5fa5; }",
    "#0b5fa5\n",
    "#0B5FA",
    "#０b5fa5",
    "rgb(0,0,0)",
    "",
]


@pytest.mark.parametrize("colour", COLOURS, ids=ascii)
def test_a_colour_cannot_carry_a_style(colour: str) -> None:
    with pytest.raises(ValidationError):
        Brand(accent=colour)


@posix
def test_a_logo_without_an_end_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        brand(logo=Path("/dev/zero"))
    assert refusal.value.code == "brand.logo_unreadable"
