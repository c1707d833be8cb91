"""The fonts that documents are set in: our own files, found by nobody else's rules (字体).

fontconfig reads its rules once, when Pango is loaded, from the file that ``FONTCONFIG_FILE`` names.
Ours names one folder, ``templates/fonts``, so a document looks the same on every machine and a
Chinese character is never lost. With no font at all Pango ends the whole process, so the files
are looked for before it is loaded.
"""

from pathlib import Path
from xml.sax.saxutils import escape

from cpq.adapters.templates import template_root
from cpq.kernel.errors import Unavailable

FAMILIES = ("CPQ Sans", "CPQ Sans SC")
"""The families of the Latin and of the Chinese letters."""

_RULES = "fonts.conf"
_TRUETYPE = b"\x00\x01\x00\x00"


def font_files() -> tuple[Path, ...]:
    """The font files that are shipped; each family has at least one. A damaged file is none.

    Raises ``Unavailable`` (``pdf.no_fonts``).

    >>> len(font_files())
    5
    """
    folder = template_root() / "fonts"
    files = tuple(file for file in sorted(folder.glob("*.ttf")) if _is_font(file))
    for family in FAMILIES:
        stem = family.replace(" ", "")
        if not any(file.name.startswith(f"{stem}-") for file in files):
            raise Unavailable(
                "pdf.no_fonts",
                f"no font of {family!r} in {folder}; install cpq-revenue again",
                folder=str(folder),
            )
    return files


def _is_font(file: Path) -> bool:
    """Whether a file begins as TrueType does: where all are empty, Pango finds no font at all."""
    with file.open("rb") as stream:
        return stream.read(len(_TRUETYPE)) == _TRUETYPE


def write_font_rules(folder: Path, *, more: Path | None = None) -> Path:
    """Write rules for fontconfig into ``folder`` and return the file to name to it.

    ``more`` is another folder whose fonts are found as well.

    Raises ``Unavailable`` (``pdf.no_fonts``).
    """
    source = font_files()[0].parent
    cache = folder / "font-cache"
    cache.mkdir(exist_ok=True)
    text = (source / _RULES).read_text(encoding="utf-8")
    rules = folder / _RULES
    rules.write_text(
        text.replace("<dir>{font_dir}</dir>", _folders(source, more)).replace(
            "{cache_dir}", escape(str(cache))
        ),
        encoding="utf-8",
    )
    return rules


def _folders(*folders: Path | None) -> str:
    return "".join(f"<dir>{escape(str(each.absolute()))}</dir>" for each in folders if each)
