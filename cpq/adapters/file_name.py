"""The name of the file that a document is written to, made from its number (文件名).

A number comes from people and other programs, and a file name is an address: ``../x`` leaves the
folder, ``aux`` is a device on Windows, ``-rf`` an option, a bidi override turns ``fdp.exe`` into
``exe.pdf``. So a name has letters and digits of any script, ``-``, ``_`` and ``.``, and nothing
else. A number that is written so keeps its name; any other is followed by ``~`` and a few digits of
its hash, so that two numbers never share a file: ``A/1`` is not ``A-1``.
"""

import hashlib
import re
import unicodedata
from pathlib import Path

from cpq.kernel.text import number_key

_INTERNAL = "-internal"
_BYTES_MAX = 120
"""Of a name without its ending: encrypted folders hold 143 bytes, and a draft needs some more."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin|conout|clock|(?:com|lpt)[0-9])(?:\..*)?")


def file_name(number: str, *, suffix: str, internal: bool = False) -> str:
    r"""The name for the document of that number, with its ``suffix``; the same on every machine.

    It is no path, no device and no option, at most 150 bytes long, the same for two numbers only
    where they differ in upper and lower case at most, and that is one number to us. ``internal``
    files are named so, so that none takes the place of what a customer gets.

    >>> file_name("Q-2026-0001", suffix=".pdf")
    'Q-2026-0001.pdf'
    >>> file_name("../etc/passwd", suffix=".pdf"), file_name("aux", suffix=".pdf")
    ('etc-passwd~7fef78f5.pdf', '_aux~321f6814.pdf')
    """
    plain = unicodedata.normalize("NFC", number)
    kept = "".join(letter if _is_kept(letter) else "-" for letter in plain).strip(".-")
    kept = _cut(kept, _BYTES_MAX) or "document"
    if _DEVICE.fullmatch(unicodedata.normalize("NFKC", kept).casefold()):
        kept = f"_{kept}"
    if kept != number or kept.endswith(_INTERNAL):
        digits = hashlib.sha256(number.encode("utf-8", "surrogatepass")).hexdigest()
        kept = f"{kept}~{digits[:8]}"
    return f"{kept}{_INTERNAL if internal else ''}{suffix}"


def same_file(path: Path, other: Path) -> bool:
    """Whether some file system takes the two for one file: many know no upper and lower case.

    >>> same_file(Path("out/Q-1.pdf"), Path("out/q-1.PDF"))
    True
    """
    return number_key(str(path)) == number_key(str(other))


def _is_kept(letter: str) -> bool:
    return letter.isalnum() or letter in "-_."


def _cut(text: str, most: int) -> str:
    """As much of the text as so many bytes of UTF-8 hold, no letter halved."""
    return text.encode("utf-8", "surrogatepass")[:most].decode("utf-8", "ignore").rstrip(".-")
