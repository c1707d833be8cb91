"""The text of a file that may be packed with gzip, refused where it is no text.

Other people's files: they may be cut off, something else than they claim, or unpack to more than
fits in memory, so every one of these is a refusal with a code.
"""

import gzip
import zlib
from pathlib import Path

from cpq.kernel.errors import Unreadable

BYTES_MAX = 256 * 1024 * 1024
"""The longest text that is read, unpacked."""

_PACKED = b"\x1f\x8b"


def read_text(path: str | Path) -> str:
    r"""The text of a file in UTF-8, unpacked where it is gzip.

    Raises ``Unreadable``: ``feature_model.missing``, ``feature_model.not_text``,
    ``feature_model.empty``, ``feature_model.too_large``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "tiny.dimacs.gz"
    ...     _ = file.write_bytes(gzip.compress(b"p cnf 1 0\n"))
    ...     read_text(file)
    'p cnf 1 0\n'
    """
    path = Path(path)
    raw = _raw(path)
    if len(raw) > BYTES_MAX:
        raise Unreadable(
            "feature_model.too_large",
            f"{path} holds more than {BYTES_MAX} bytes of text; split the model",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _no_text(path, f"byte {error.start}, on line {line}, is not UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _no_text(path, f"line {line} holds a NUL character")
    if not text.strip():
        raise Unreadable("feature_model.empty", f"{path} is empty; write the model again")
    return text


def _raw(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if file.read(len(_PACKED)) == _PACKED:
                file.seek(0)
                with gzip.GzipFile(fileobj=file) as unpacked:
                    return unpacked.read(BYTES_MAX + 1)
            file.seek(0)
            return file.read(BYTES_MAX + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _no_text(path, f"it cannot be unpacked: {error}") from None
    except OSError as error:
        raise Unreadable(
            "feature_model.missing",
            f"{path} cannot be opened as a file ({error.strerror}); give the path of a model",
        ) from None


def _no_text(path: Path, what: str) -> Unreadable:
    return Unreadable(
        "feature_model.not_text",
        f"{path} is no text: {what}; give a DIMACS or UVL file in UTF-8, or one packed with gzip",
    )
