"""The proof: what would be a disgrace on paper is found before anybody is sent it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cpq.adapters.plate import Plate
from cpq.adapters.render import Renderer
from cpq.adapters.render_job import Impression
from cpq.kernel.errors import Refused

PAGE = "<style>@page { size: A4; margin: 20mm }</style>"
LINE = "<p>A line of text.</p>"
SIGN = '<div id="signatures"><p>Name, date, seal</p></div>'
BREAK = '<div style="break-before: page"></div>'


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    """One process for all: starting it is what takes the time."""
    with Renderer() as shared:
        yield shared


def printed(renderer: Renderer, folder: Path, body: str) -> Impression:
    """The impression of an HTML body."""
    (folder / "own.html").write_text(
        f'<html lang="en"><head><title>own</title>{PAGE}</head><body>{body}</body></html>',
        encoding="utf-8",
    )
    plate = Plate(
        reference="own",
        template="own.html",
        given=(),
        created=date(2026, 11, 21),
        templates=folder,
    )
    return renderer.impression(plate)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (LINE * 60 + BREAK + LINE, "document.page_nearly_empty"),
        (LINE * 20 + BREAK + SIGN + LINE * 20, "document.signature_alone"),
        ("<p style='position: absolute; left: 300mm'>away</p>", "document.text_overflows"),
        ("<p style='position: absolute; top: 400mm'>below</p>", "document.text_overflows"),
        ("<p style='position: absolute; top: -40mm'>above</p>", "document.text_overflows"),
        ("<a href='file:///etc/passwd'>x</a>", "document.link_forbidden"),
        ("<a href='JavaScript:alert(1)'>x</a>", "document.link_forbidden"),
        ("<a href='terms.pdf'>x</a>", "document.link_forbidden"),
        ("<img src='logo.png' alt='logo'>", "document.asset_blocked"),
        ("<p>\N{ARABIC LETTER AIN}</p>", "document.missing_glyph"),
    ],
)
def test_a_page_that_cannot_be_sent_is_refused(
    renderer: Renderer, tmp_path: Path, body: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        printed(renderer, tmp_path, body)
    assert refusal.value.code == code
    assert refusal.value.findings
    assert all(found.message.en and found.message.zh for found in refusal.value.findings)


@pytest.mark.parametrize(
    "body",
    [
        LINE,
        LINE * 60 + BREAK + LINE * 20,
        LINE * 20 + BREAK + LINE * 15 + SIGN,
        f'<div id="cover">{LINE}</div>' + BREAK + LINE * 20,
        LINE * 20 + f'<section id="annex" style="break-before: page">{LINE}</section>',
        "<a href='https://a.example'>x</a> <a href='mailto:a@b.example'>y</a> <a href='#z'>z</a>",
    ],
)
def test_a_sound_page_passes(renderer: Renderer, tmp_path: Path, body: str) -> None:
    assert printed(renderer, tmp_path, body).content.startswith(b"%PDF-1.7")


def test_a_document_is_spaced_until_its_last_page_is_well_filled(
    renderer: Renderer, tmp_path: Path
) -> None:
    """Line by line there is a length at which a page would hold but a few words."""
    style = "<style>p { margin: 0 }</style>"
    efforts = [
        printed(renderer, tmp_path, style + LINE * count).effort for count in range(44, 64, 2)
    ]
    assert max(effort.layouts for effort in efforts) > 1
