# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0", "brotli==1.2.1"]
# ///
"""Make the font files of ``templates/fonts`` from two pinned open-font packages.

Why own files: a quote has to look the same on every machine and must never lose a Chinese
character. Static TrueType is what WeasyPrint reads fastest: WOFF2 is unpacked again for every
document, and a variable font is instanced again for every document.

Three decisions are not visible in the result:

* The Chinese fonts carry none of the letters and figures of the Latin ones. Text set in
  ``"CPQ Sans SC", "CPQ Sans"`` thus gets Chinese punctuation, yet the same figures as all others.
* The Chinese fonts take over the ascent and descent of the Latin one: both scripts then share one
  baseline and one line height, whichever of them comes first in a table cell.
* Two habits of the Latin font would falsify a document and are taken out. ``calt`` prints ``->`` as
  an arrow, and ``tnum`` stretches the hyphen in dates and part numbers.

Run ``python .ci/fonts.py`` to write the files, ``python .ci/fonts.py --check`` to prove that the
committed files are what the packages give, byte by byte. It needs ``npm`` and the two dependencies
named above in these versions, as another fontTools may order the same tables differently.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "fonts"


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package as its registry serves it, recognised by its content."""

    requirement: str
    sha256: str
    download: Callable[[str], list[str]]
    licence: str


@dataclass(frozen=True, kw_only=True)
class Face:
    """One style of a family, named as the font tables and the file name need it."""

    family: str
    style: str
    weight: int
    package: Package
    member: str

    @property
    def postscript(self) -> str:
        """The name without spaces: of the file, and of the font inside a PDF."""
        return f"{self.family.replace(' ', '')}-{self.style}"

    @property
    def is_basic(self) -> bool:
        """Regular and Bold: the only weights the oldest name fields can tell apart."""
        return self.style in ("Regular", "Bold")


def npm_pack(requirement: str) -> list[str]:
    return [_program("npm"), "pack", "--silent", requirement]


def pip_download(requirement: str) -> list[str]:
    return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", requirement]


LATIN: Final = Package(
    requirement="inter-ui@4.1.1",
    sha256="e392e4d71f18a7c1f23dfecd833d68fa05eeab41862686584e80fd2b5d87e9c0",
    download=npm_pack,
    licence="package/LICENSE.txt",
)
CHINESE: Final = Package(
    requirement="justmytype-intl-cjk==0.1.0",
    sha256="06d9665542bfcad373716bb80583aa2d9bb2086a054fe11f706b9bd41e03f256",
    download=pip_download,
    licence="justmytype_intl_cjk/fonts/ofl/notosanssc/OFL.txt",
)

LATIN_FACES: Final = tuple(
    Face(
        family="CPQ Sans",
        style=style,
        weight=weight,
        package=LATIN,
        member=f"package/web/Inter-{style}.woff2",
    )
    for style, weight in (("Regular", 400), ("SemiBold", 600), ("Bold", 700))
)
CHINESE_FACES: Final = tuple(
    Face(
        family="CPQ Sans SC",
        style=style,
        weight=weight,
        package=CHINESE,
        member="justmytype_intl_cjk/fonts/ofl/notosanssc/NotoSansSC[wght].ttf",
    )
    for style, weight in (("Regular", 400), ("Bold", 700))
)
LICENCES: Final = {
    "LICENSE-CPQ-Sans.txt": LATIN,
    "LICENSE-CPQ-Sans-SC.txt": CHINESE,
}

# Names of customers are Latin, Greek or Cyrillic; what the source adds beyond is polytonic Greek
# and a private area of alternates. Its circled numbers (U+2460 to U+24FF) end at 9 and are half as
# large again as the letters: the Chinese font has the better ones.
LATIN_RANGES: Final = (
    *((0x0020, 0x052F), (0x1E00, 0x1EFF)),
    *((0x2000, 0x245F), (0x2500, 0x2BFF), (0xFB00, 0xFB06)),
)
LATIN_FEATURES: Final = (
    *("kern", "mark", "mkmk", "ccmp", "locl"),
    *("tnum", "pnum", "zero", "case"),
    *("frac", "numr", "dnom", "sups", "subs", "ordn"),
)
STRETCHED_IN_TNUM: Final = ("hyphen", "hyphen.case")

# Signs that both families have, and that Chinese typesetting wants a full character wide; then the
# tone marks, without which fontconfig does not take a font for a Chinese one. The dash stays Latin:
# the Chinese source draws it so short that a double one shows a gap.
CHINESE_PUNCTUATION: Final = frozenset(map(ord, "·―‖\u2018\u2019“”‥…※ˇˉˊˋ˙"))
# Circled numbers and squared units (㎥, ㎖): on Chinese price lists, but partly outside of GBK.
CHINESE_SIGNS: Final = frozenset((*range(0x2460, 0x2500), *range(0x3380, 0x33E0)))
# Pango sets a space in the font of the sign before it and takes no other one if it is absent.
SPACES: Final = frozenset((0x0020, 0x00A0))
# From here on signs are drawn on the full square of a hanzi, so the hanzi font sets them.
FIRST_SQUARE_SIGN: Final = 0x2460

COPYRIGHT, FAMILY, STYLE, UNIQUE, FULL_NAME, VERSION, POSTSCRIPT, TRADEMARK = range(8)
DESCRIPTION, LICENCE, LICENCE_URL, TYPO_FAMILY, TYPO_STYLE = 10, 13, 14, 16, 17
NAMES_OF_SOURCE: Final = (COPYRIGHT, VERSION, TRADEMARK, LICENCE, LICENCE_URL)
WINDOWS_UNICODE_ENGLISH: Final = (3, 1, 0x409)

STYLE_REGULAR, STYLE_BOLD, STYLE_USE_TYPO_METRICS = 1 << 6, 1 << 5, 1 << 7
MAC_BOLD: Final = 1 << 0


def build() -> dict[str, bytes]:
    """Make every generated file of the folder, by name."""
    members = {package: fetch(package) for package in (LATIN, CHINESE)}
    files = {name: members[package][package.licence] for name, package in LICENCES.items()}
    for face in LATIN_FACES:
        font = latin_font(members[face.package][face.member], face)
        files[f"{face.postscript}.ttf"] = _saved(font)
    model = TTFont(io.BytesIO(files["CPQSans-Regular.ttf"]))
    for face in CHINESE_FACES:
        font = chinese_font(members[face.package][face.member], face, model=model)
        files[f"{face.postscript}.ttf"] = _saved(font)
    return files


# --- packages ----------------------------------------------------------------------------------


def fetch(package: Package) -> dict[str, bytes]:
    """Download a package, refuse it unless it is the known one, and return its members."""
    with tempfile.TemporaryDirectory() as folder:
        command = package.download(package.requirement)
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = (path for path in Path(folder).iterdir() if path.suffix in (".tgz", ".whl"))
        content = archive.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{package.requirement}: sha256 {found}, expected {package.sha256}")
    return _zip_members(content) if archive.suffix == ".whl" else _tar_members(content)


def _zip_members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _tar_members(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        streams = {member.name: archive.extractfile(member) for member in archive}
        return {name: stream.read() for name, stream in streams.items() if stream}


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise SystemExit(f"{name} is needed to download the fonts and is not installed")
    return path


# --- character sets ----------------------------------------------------------------------------


def latin_characters() -> set[int]:
    return {code for first, last in LATIN_RANGES for code in range(first, last + 1)}


def gb2312_hanzi() -> set[int]:
    return {code for code in _double_byte("gb2312") if 0x4E00 <= code <= 0x9FFF}


def gbk_characters() -> set[int]:
    """GBK as its successor maps it, because the ``gbk`` codec lacks the 80 hanzi of the last row.

    The codecs of GB2312 and GBK disagree about two signs, the middle dot among them: take both.
    """
    codes = _double_byte("gb18030") | _double_byte("gb2312")
    return {code for code in codes if not 0xE000 <= code <= 0xF8FF}


def rare_hanzi(source: Iterable[int]) -> set[int]:
    """Hanzi younger than GBK that the source draws: names of people, places and elements."""
    return {code for code in source if 0x9FA6 <= code <= 0x9FFF or code >= 0x20000}


def chinese_characters(face: Face, *, source: set[int], latin: set[int]) -> set[int]:
    """Choose what one Chinese face holds: signs always, all but common hanzi in Regular only."""
    wanted = gbk_characters() | CHINESE_SIGNS
    signs = {code for code in wanted if not is_hanzi(code)}
    ours = {code for code in signs if code not in latin or code >= FIRST_SQUARE_SIGN}
    hanzi = gb2312_hanzi() if face.style == "Bold" else (wanted - signs) | rare_hanzi(source)
    return ours | CHINESE_PUNCTUATION | SPACES | hanzi


def is_hanzi(code: int) -> bool:
    """Unified and compatibility ideographs, and the radicals GBK counts among its hanzi."""
    blocks = ((0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
    return code >= 0x20000 or any(first <= code <= last for first, last in blocks)


def _double_byte(encoding: str) -> set[int]:
    codes: set[int] = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            text = bytes((lead, trail)).decode(encoding, errors="ignore")
            if len(text) == 1 and ord(text) > 0x7F:
                codes.add(ord(text))
    return codes


# --- fonts -------------------------------------------------------------------------------------


def latin_font(content: bytes, face: Face) -> TTFont:
    """One weight of the Latin family, from a file that is static already."""
    font = _opened(content)
    keep_narrow_in_tnum(font, STRETCHED_IN_TNUM)
    subset(font, latin_characters(), features=LATIN_FEATURES)
    rename(font, face, origin="Inter")
    return font


def chinese_font(content: bytes, face: Face, *, model: TTFont) -> TTFont:
    """One weight of the Chinese family, with the line metrics of ``model``."""
    font = _opened(content)
    source, latin = set(font.getBestCmap()), set(model.getBestCmap())
    codes = chinese_characters(face, source=source, latin=latin)
    # Subset before instancing: the reverse order computes 10,000 outlines only to drop them.
    subset(font, codes, features=())
    instantiateVariableFont(font, {"wght": face.weight}, inplace=True)
    del font["STAT"]
    copy_line_metrics(font, model)
    rename(font, face, origin="Noto Sans SC")
    return font


def subset(font: TTFont, codes: set[int], *, features: Iterable[str]) -> None:
    """Reduce a font to some characters and features, in horizontal text without hinting."""
    options = Options(
        layout_features=list(features),
        name_IDs=["*"],
        notdef_outline=True,
        hinting=False,
    )
    options.drop_tables += ["BASE", "gasp", "vhea", "vmtx"]
    if not options.layout_features:
        options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)


def keep_narrow_in_tnum(font: TTFont, glyphs: Iterable[str]) -> None:
    """Take glyphs out of ``tnum``, so that it can be set on text that holds dates and codes."""
    table = font["GSUB"].table
    records = table.FeatureList.FeatureRecord
    indexes = {i for r in records if r.FeatureTag == "tnum" for i in r.Feature.LookupListIndex}
    for index in indexes:
        for subtable in table.LookupList.Lookup[index].SubTable:
            for glyph in glyphs:
                getattr(subtable, "ExtSubTable", subtable).mapping.pop(glyph, None)


def copy_line_metrics(font: TTFont, model: TTFont) -> None:
    scale = font["head"].unitsPerEm / model["head"].unitsPerEm
    ascent, descent = (round(getattr(model["hhea"], f) * scale) for f in ("ascent", "descent"))
    lines, style = font["hhea"], font["OS/2"]
    lines.ascent, lines.descent, lines.lineGap = ascent, descent, 0
    style.sTypoAscender, style.sTypoDescender, style.sTypoLineGap = ascent, descent, 0
    style.usWinAscent, style.usWinDescent = ascent, -descent


def rename(font: TTFont, face: Face, *, origin: str) -> None:
    """Name a face in every table a font chooser may read: instancing alone leaves "Thin"."""
    style, head = font["OS/2"], font["head"]
    bold = face.style == "Bold"
    style.usWeightClass = face.weight
    style.fsSelection = STYLE_USE_TYPO_METRICS | (STYLE_BOLD if bold else STYLE_REGULAR)
    head.macStyle = MAC_BOLD if bold else 0
    kept = {key: font["name"].getDebugName(key) for key in NAMES_OF_SOURCE}
    font["name"].names = []
    for key, text in {**kept, **names(face, origin=origin)}.items():
        if text:
            font["name"].setName(text, key, *WINDOWS_UNICODE_ENGLISH)


def names(face: Face, *, origin: str) -> Mapping[int, str]:
    full = f"{face.family} {face.style}"
    basic = {FAMILY: face.family, STYLE: face.style}
    if not face.is_basic:
        basic = {FAMILY: full, STYLE: "Regular", TYPO_FAMILY: face.family, TYPO_STYLE: face.style}
    return basic | {
        UNIQUE: f"{face.postscript};cpq-revenue",
        FULL_NAME: full,
        POSTSCRIPT: face.postscript,
        DESCRIPTION: f"{origin}, subset and renamed",
    }


def _opened(content: bytes) -> TTFont:
    # The timestamp of the source stays: the time of the build would differ in every run.
    font = TTFont(io.BytesIO(content), recalcTimestamp=False)
    font.flavor = None
    # The optional HarfBuzz packer writes other bytes than fontTools' own one.
    font.cfg["fontTools.ttLib.tables.otBase:USE_HARFBUZZ_REPACKER"] = False
    return font


def _saved(font: TTFont) -> bytes:
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()


# --- command -----------------------------------------------------------------------------------


def write(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        # fontconfig notices a changed folder, not a changed file: remove the old one first.
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_bytes(content)
        print(f"{len(content):>9,}  {name}")


def differences(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Names of the files that are absent, changed, or in the folder but made by nobody."""
    changed = [
        name
        for name, content in files.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]
    strangers = [path.name for path in folder.glob("*.ttf") if path.name not in files]
    return sorted(changed + strangers)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the font files of templates/fonts.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="default: %(default)s")
    arguments = parser.parse_args()
    files = build()
    if not arguments.check:
        write(files, arguments.folder)
    elif changed := differences(files, arguments.folder):
        raise SystemExit(f"not what the packages give: {', '.join(changed)}")


if __name__ == "__main__":
    main()
