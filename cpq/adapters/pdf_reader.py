"""The process that reads PDFs of others: ``python -m cpq.adapters.pdf_reader`` (PDF 解析进程).

pypdf runs here and nowhere else: a malformed PDF can make any reader loop or fill the memory, and
only a process of its own can be ended. One line of JSON and the bytes of the PDFs come in, one
document of JSON goes out. What two PDFs draw is compared object by object, streams as they are
stored; the text of a page is only read where something on it differs.
"""

import difflib
import hashlib
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from cpq.adapters.pdf_reading import CPU_SECONDS

_MEMORY_MAX = 1024**3
_DATA_MAX = 16 * 1024 * 1024
_OBJECTS_MAX = 500_000
_CHANGES_MAX = 50
_WORDS_MAX = 5_000
_SHOWN = 80
_SIGNING = frozenset(("/AcroForm", "/DSS", "/Extensions", "/Perms", "/Metadata", "/Version"))
"""What a signature adds to the catalogue of a PDF."""
_FILES = ("/Names", "/AF")

Change = dict[str, object]


class _TooMuch(Exception):
    """A limit of ours."""


def main() -> None:
    """Answer one question from the standard input."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit()
    head = json.loads(sys.stdin.buffer.readline(), parse_float=str)
    contents = [sys.stdin.buffer.read(size) for size in head["sizes"]]
    json.dump(_answer(head["wanted"], contents), answers)
    answers.flush()


def _answer(wanted: str, contents: list[bytes]) -> dict[str, object]:
    try:
        from pypdf.errors import LimitReachedError
    except ImportError as error:
        return {"missing": error.name or "pypdf"}
    try:
        return {"found": _compared(*contents) if wanted == "compare" else _read(contents[0])}
    except (MemoryError, RecursionError, LimitReachedError, _TooMuch) as error:
        return {"limit": str(error)[:200] or "it is too large or nested too deeply"}
    except Exception as error:  # noqa: BLE001, whatever pypdf meets in a broken file becomes ours
        return {"unreadable": f"{type(error).__name__}: {str(error)[:200]}"}


def _limit() -> None:
    """So much memory and processor time, where the platform can say so."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))


def _opened(content: bytes) -> Any:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise ValueError("it is encrypted, which no quote of ours is")
    return reader


def _read(content: bytes) -> dict[str, object]:
    reader = _opened(content)
    root = reader.trailer["/Root"]
    facts = reader.metadata or {}
    return {
        "producer": str(facts.get("/Producer", ""))[:_SHOWN],
        "pages": len(reader.pages),
        "language": str(root.get("/Lang", ""))[:_SHOWN],
        "data": _data(reader),
        "signatures": sum(1 for _ in _signatures(root)),
    }


def _data(reader: Any) -> str | None:
    """The text of ``quote.json``; ``None`` where there is none."""
    for each in reader.attachment_list:
        if each.name == "quote.json":
            content: bytes = each.content
            if len(content) > _DATA_MAX:
                raise _TooMuch("its quote.json is too large")
            return content.decode("utf-8", errors="replace")
    return None


def _signatures(root: Any) -> Iterator[Any]:
    """The fields of the form that are signed."""
    form = _object(root.get("/AcroForm"))
    for each in _object(form.get("/Fields")) or () if form else ():
        field = _object(each)
        if field and field.get("/FT") == "/Sig" and field.get("/V") is not None:
            yield field


def _object(value: Any) -> Any:
    return None if value is None else value.get_object()


def _compared(before: bytes, after: bytes) -> dict[str, object]:
    old, new = _opened(before), _opened(after)
    changes: list[Change] = []
    for change in _changes(old, new):
        changes.append(change)
        if len(changes) == _CHANGES_MAX:
            break
    return {"changes": changes}


def _changes(old: Any, new: Any) -> Iterator[Change]:
    count, now = len(old.pages), len(new.pages)
    if count != now:
        yield {"kind": "pages", "before": str(count), "after": str(now)}
    yield from _of_catalogue(old.trailer["/Root"], new.trailer["/Root"])
    for place in range(min(count, now)):
        yield from _of_page(old.pages[place], new.pages[place], place + 1)


def _of_catalogue(old: Any, new: Any) -> Iterator[Change]:
    for name in new:
        if name not in old and name not in _SIGNING:
            yield {"kind": "catalogue", "after": str(name)[:_SHOWN]}
    for name in _FILES:
        if _digest(old.get(name)) != _digest(new.get(name)):
            yield {"kind": "files", "after": name}
    form = _object(new.get("/AcroForm"))
    for each in (_object(form.get("/Fields")) or ()) if form else ():
        field = _object(each)
        if field and field.get("/FT") != "/Sig":
            yield {"kind": "catalogue", "after": "/AcroForm"}
            return


def _of_page(old: Any, new: Any, number: int) -> Iterator[Change]:
    if _drawn(old) != _drawn(new):
        apart = list(_apart(_words(old), _words(new)))
        for was, now in apart:
            yield {"kind": "text", "page": number, "before": was, "after": now}
        if not apart:
            yield {"kind": "drawn", "page": number}
    had = Counter(_digest(each) for each in _annotations(old))
    for each in _annotations(new):
        digest = _digest(each)
        if had[digest]:
            had[digest] -= 1
            continue
        note = _object(each)
        signed = note.get("/Subtype") == "/Widget" and _kind_of_field(note) == "/Sig"
        kind = "signature" if signed else "annotation"
        yield {"kind": kind, "page": number, "after": str(note.get("/Subtype", ""))[:_SHOWN]}
    if +had:
        yield {"kind": "annotation", "page": number, "before": f"{(+had).total()}"}


def _annotations(page: Any) -> Any:
    return _object(page.get("/Annots")) or ()


def _kind_of_field(note: Any) -> Any:
    above = _object(note.get("/Parent"))
    return note.get("/FT") or (above.get("/FT") if above else None)


def _words(page: Any) -> list[str]:
    text: str = page.extract_text()
    return text.split()[:_WORDS_MAX]


def _apart(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """The runs of words that are others."""
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield " ".join(old[start:end])[:_SHOWN], " ".join(new[first:last])[:_SHOWN]


def _drawn(page: Any) -> str:
    """A digest of all that a page draws, what lies on it apart."""
    names = [name for name in page if name not in {"/Parent", "/Annots", "/Type"}]
    inherited = [name for name in ("/MediaBox", "/Resources", "/Rotate") if name not in page]
    parts = {name: page.get(name) for name in names}
    parts.update({name: _inherited(page, name) for name in inherited})
    return _digest_of(parts)


def _inherited(page: Any, name: str) -> Any:
    seen = 0
    above = _object(page.get("/Parent"))
    while above is not None and seen < 100:
        if name in above:
            return above[name]
        above, seen = _object(above.get("/Parent")), seen + 1
    return None


def _digest(value: Any) -> str:
    return _digest_of({"": value})


def _digest_of(parts: dict[str, Any]) -> str:
    """A digest of objects and all that they lead to, wherever in the file those are stored."""
    told, known = hashlib.sha256(), dict[tuple[int, int], int]()
    left = [_OBJECTS_MAX]
    for name in sorted(parts):
        told.update(name.encode())
        _tell(parts[name], told, known, left)
    return told.hexdigest()


def _tell(value: Any, told: Any, known: dict[tuple[int, int], int], left: list[int]) -> None:
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

    left[0] -= 1
    if left[0] < 0:
        raise _TooMuch("it has too many objects")
    if isinstance(value, IndirectObject):
        key = value.idnum, value.generation
        if key in known:
            told.update(b"@%d;" % known[key])
            return
        known[key] = len(known)
        value = value.get_object()
    if isinstance(value, ArrayObject):
        told.update(b"[%d;" % len(value))
        for each in value:
            _tell(each, told, known, left)
    elif isinstance(value, DictionaryObject):
        if value.get("/Type") == "/Page":
            told.update(b"page;")
            return
        told.update(b"<")
        for name in sorted(value):
            if name not in {"/Parent", "/P", "/Popup", "/Length", "/StructParent"}:
                told.update(name.encode("utf-8", "surrogateescape"))
                _tell(value.raw_get(name), told, known, left)
        if isinstance(value, StreamObject):
            told.update(hashlib.sha256(value._data).digest())  # noqa: SLF001, as it is stored
        told.update(b">")
    else:
        told.update(f"{type(value).__name__}:{value!r};".encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main()
