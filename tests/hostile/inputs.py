"""The hostile inputs, as data: ``text.json``, ``files.json``, ``templates.json``, ``markup.json``.

Each entry has an ``id`` (the one of the list that it answers, or ``X…`` for our own), says in
``what`` it is, and holds the input as it is or the name of a function here that makes it, because
some are a megabyte long. What must become of it is said in the entry as well: a code, or that it is
kept.
"""

import base64
import json
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
Entry = dict[str, Any]


@cache
def _listed(file: str) -> tuple[Entry, ...]:
    entries = json.loads((HERE / f"{file}.json").read_text(encoding="utf-8"))["entries"]
    named = [entry["id"] for entry in entries]
    assert len(set(named)) == len(named), "two entries have one id"
    return tuple(entries)


def entries(file: str, **having: object) -> list[Any]:
    """The entries of a file, as parameters of a test; only those with these values."""
    return [
        pytest.param(entry, id=f"{entry['id']} {entry['what']}")
        for entry in _listed(file)
        if all(entry.get(name) == value for name, value in having.items())
    ]


def given(entry: Entry) -> str:
    """The input of an entry."""
    return MADE[entry["made"]]() if "made" in entry else entry["input"]


def picture(width: int, height: int) -> str:
    """A PNG of one colour as an address: small to send, large to draw."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    row = b"\0" * ((width + 7) // 8 + 1)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows)
    return address("image/png", content + chunk(b"IEND", b""))


def address(kind: str, content: bytes | str) -> str:
    """The content as a ``data:`` address."""
    raw = content.encode() if isinstance(content, str) else content
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def drawing(body: str, head: str = "") -> str:
    """An SVG of ten by ten."""
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">{body}</svg>'


def doubled(levels: int, times: int) -> str:
    """Groups of an SVG, each of which uses the one before so many times."""
    groups = "".join(
        f'<g id="g{level}">{f"""<use href="#g{level - 1}"/>""" * times}</g>'
        for level in range(1, levels + 1)
    )
    return (
        f'<defs><g id="g0"><rect width="1" height="1"/></g>{groups}</defs><use href="#g{levels}"/>'
    )


def image(svg: str) -> str:
    """An SVG in an ``<img>``."""
    return f'<img alt="x" src="{address("image/svg+xml", svg)}">'


def nested(opening: str, levels: int, closing: str = "") -> str:
    """An element within itself, so many levels deep."""
    return opening * levels + "x" + closing * levels


def table(rows: int) -> str:
    """A table of so many rows."""
    return f"<table>{'<tr><td>x</td></tr>' * rows}</table>"


def selectors() -> str:
    """A style sheet whose selectors look at everything for everything."""
    rules = "".join(f"div:has(> div:has(p:nth-child({n}))) {{ color: red }}" for n in range(400))
    return f"<style>{rules}</style>{'<div><div><p>x</p></div></div>' * 4000}"


def entities() -> str:
    """An SVG whose entities are each ten of the one before."""
    declared = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    head = f'<!DOCTYPE svg [<!ENTITY e0 "lol">{declared}]>'
    return image(drawing("<text>&e9;</text>", head))


def calculation() -> str:
    """A length that is worked out in two thousand brackets."""
    return f'<p style="width: {"calc(1px + " * 2000}1px{")" * 2000}">x</p>'


def gradient() -> str:
    """A background that changes its colour a hundred thousand times."""
    return f'<p style="background: linear-gradient({",".join(["red", "blue"] * 50_000)})">x</p>'


MADE: dict[str, Callable[[], str]] = {
    "a megabyte of x": lambda: "x" * 1_000_000,
    "a megabyte of 长": lambda: "长" * 350_000,
    "65 letters": lambda: "x" * 65,
    "a letter with 60 marks": lambda: "Z" + "\u0310" * 60,
    "a letter with 9 marks": lambda: "Z" + "\u0310" * 9,
    "a Thai letter with 40 marks": lambda: "ก" + "็" * 40,
    "a letter in 40 rings": lambda: "A" + "\u20dd" * 40,
    "64 letters of three bytes": lambda: "长" * 64,
    "300 letters": lambda: "x" * 300,
    "a packed drawing with a picture from the network": lambda: image(
        drawing('<image href="{net}/packed" width="5" height="5"/>')
    ),
    "a packed style sheet from the network": lambda: (
        f'<link rel="stylesheet" href="{address("text/css", "p { background: url(//x/y) }")}"><p>x'
    ),
    "a picture of 88 megapixels": lambda: f'<img alt="x" src="{picture(9400, 9400)}">',
    "a picture of 400 megapixels": lambda: f'<img alt="x" src="{picture(20_000, 20_000)}">',
    "a drawing that doubles itself": lambda: image(drawing(doubled(8, 10))),
    "a drawing in the page that doubles itself": lambda: drawing(
        f"<title>x</title>{doubled(8, 10)}"
    ),
    "a drawing of entities": entities,
    "a drawing that uses itself": lambda: image(
        drawing('<g id="a"><use href="#a"/></g><use href="#a"/>')
    ),
    "a drawing of tiny tiles": lambda: image(
        drawing(
            '<pattern id="p" width="0.0001" height="0.0001"><rect width="1" height="1"/></pattern>'
            '<rect width="10" height="10" fill="url(#p)"/>'
        )
    ),
    "a drawing larger than the sky": lambda: image(
        '<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9"><rect width="9"/></svg>'
    ),
    "a drawing nested 5000 deep": lambda: image(drawing(nested("<g>", 5000, "</g>"))),
    "500 nested blocks": lambda: nested("<div>", 500),
    "3000 nested spans": lambda: nested("<span>", 3000),
    "60 nested tables": lambda: nested("<table><tr><td>", 60),
    "18 nested flexes": lambda: nested('<div style="display: flex">', 18),
    "40 nested flexes": lambda: nested('<div style="display: flex">', 40),
    "12 nested grids": lambda: nested('<div style="display: grid">', 12),
    "30 nested grids": lambda: nested('<div style="display: grid">', 30),
    "18 nested inline blocks": lambda: nested('<div style="display: inline-block">', 18),
    "18 nested floats": lambda: nested('<div style="float: left">', 18),
    "2000 brackets of calc": calculation,
    "selectors that look at everything": selectors,
    "a gradient of 100,000 colours": gradient,
    "20,000 rows": lambda: table(20_000),
    "100,000 line breaks": lambda: f"<p>x{'<br>' * 100_000}y</p>",
    "200,000 spaces that do not break": lambda: f"<p>{chr(0xA0) * 200_000}</p>",
    "a word of a million letters": lambda: f"<p>{'x' * 1_000_000}</p>",
    "a word of two million letters": lambda: f"<p>{'x' * 2_000_000}</p>",
    "a word of 100,000 letters that breaks anywhere": lambda: (
        f'<p style="word-break: break-all">{"x" * 100_000}</p>'
    ),
    "a word of 900,000 letters": lambda: f"<p>{'x' * 900_000}</p>",
    "a small drawing that doubles itself": lambda: drawing(f"<title>x</title>{doubled(3, 5)}"),
    "brackets nested in a template": lambda: f"{{{{ {'(' * 5000}1{')' * 5000} }}}}",
    "conditions nested in a template": lambda: nested("{% if 1 %}", 5000, "{% endif %}"),
    "loops nested in a template": lambda: nested("{% for a in 'x' %}", 40, "{% endfor %}"),
    "a template of two megabytes": lambda: "x" * 2_000_000,
    "3000 footnotes": lambda: f'<p>{"""<span style="float: footnote">x</span>""" * 3000}</p>',
}
"""Inputs that are too long to be written down, by what they are."""
