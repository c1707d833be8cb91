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


def font_files() -> tuple[Path, ...]:
    """The font files that are shipped; each family has at least one.

    Raises ``Unavailable`` (``pdf.no_fonts``).

    >>> len(font_files())
    5
    """
    folder = template_root() / "fonts"
    files = tuple(sorted(folder.glob("*.ttf")))
    for family in FAMILIES:
        stem = family.replace(" ", "")
        if not any(file.name.startswith(f"{stem}-") for file in files):
            raise Unavailable(
                "pdf.no_fonts",
                f"no font of {family!r} in {folder}; install cpq-revenue again",
                folder=str(folder),
            )
    return files


def write_font_rules(folder: Path) -> Path:
    """Write rules for fontconfig into ``folder`` and return the file to name to it.

    Raises ``Unavailable`` (``pdf.no_fonts``).
    """
    source = font_files()[0].parent
    cache = folder / "font-cache"
    cache.mkdir(exist_ok=True)
    text = (source / _RULES).read_text(encoding="utf-8")
    rules = folder / _RULES
    rules.write_text(
        text.replace("{font_dir}", escape(str(source))).replace("{cache_dir}", escape(str(cache))),
        encoding="utf-8",
    )
    return rules
