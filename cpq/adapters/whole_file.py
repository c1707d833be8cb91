"""Files that appear whole or not at all (整体写入).

A document is written beside its place and moved there: what stood there before stays until the new
content is complete and on the disk, a full disk leaves nothing behind, and of many who write the
same document at once the last one wins, whole. Only a plain file is ever replaced: a link at the
place may point anywhere, and a device is no document.
"""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from cpq.kernel.errors import Refused, Unavailable
from cpq.kernel.text import legible

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_NEW |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def write_whole(path: Path, content: bytes) -> Path:
    """Write the file and return its path; what was there before is replaced as a whole.

    Raises ``Refused`` (``file.not_plain``) where a link, a folder or a device stands at the path,
    ``Unavailable`` (``file.not_written``) where the disk is full or the folder missing; then
    nothing is left behind and what was there is as it was.
    """
    try:
        _refuse_if_not_plain(path)
        draft = path.parent / f".{secrets.token_hex(8)}.draft"
        try:
            with os.fdopen(os.open(draft, _NEW, 0o666), "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Unavailable(
            "file.not_written",
            f"{legible(str(path))} cannot be written: {_why(error)}; choose another place",
            path=str(path),
        ) from None
    return path


def _refuse_if_not_plain(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        kind = "link" if stat.S_ISLNK(mode) else "folder" if stat.S_ISDIR(mode) else "device"
        raise Refused(
            "file.not_plain",
            f"{legible(str(path))} is a {kind}, and only a plain file is replaced; remove it, or "
            "choose another place",
            path=str(path),
        )


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
