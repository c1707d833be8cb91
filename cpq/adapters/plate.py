"""A document ready for the press (印版): its template, what that is given, what goes with it.

Whoever knows a document makes its plate: a quote, an order confirmation, a reminder, or a document
of the host's own. The press knows none of them. What a template is given is plain: records of text,
numbers and other records, without a method, an amount or a price that is not meant for print; so it
can be handed to another process as JSON, and a stranger's template can only print it.
"""

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NoReturn

from cpq.adapters.brand import PLAIN, Brand

LOGO = "asset:logo"
"""The address at which a template finds the logo of the brand."""

Relationship = Literal["Data", "Source", "Alternative", "Supplement", "Unspecified"]
"""What an embedded file is to the document it is embedded in (``AFRelationship`` of PDF/A-3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that is embedded in the PDF.

    >>> Attachment(name="quote.json", content=b"{}", description="as data").relationship
    'Data'
    """

    name: str
    content: bytes
    description: str
    relationship: Relationship = "Data"


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridInvoice:
    """That an embedded XML is the invoice itself (Factur-X, ZUGFeRD): ``level`` as ``EN 16931``.

    >>> HybridInvoice(level="EN 16931").file
    'factur-x.xml'
    """

    level: str
    file: str = "factur-x.xml"
    kind: str = "INVOICE"
    version: str = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A document as the press takes it.

    ``reference`` is how messages name it, ``given`` the names that its template sees with their
    records, ``created`` the day that the PDF bears, ``rows`` about how many rows of tables there
    are to lay out: they set how long that may take. ``templates`` is a folder whose files replace
    shipped ones. ``required`` are texts that the filled template must hold, each with the code of
    the refusal where it does not.

    >>> from datetime import date
    >>> Plate(reference="note 1", template="note.html", given=(("text", "Hello"),),
    ...       created=date(2026, 11, 21)).rows
    0
    """

    reference: str
    template: str
    given: tuple[tuple[str, object], ...]
    created: date
    rows: int = 0
    brand: Brand = PLAIN
    templates: Path | None = None
    attachments: tuple[Attachment, ...] = ()
    required: tuple[tuple[str, str], ...] = ()
    hybrid: HybridInvoice | None = None


def plain(value: object) -> Any:
    """A record as tables, lists and text: what JSON can say and a template may see.

    Anything else, an amount or an object with methods, is a bug of whoever made the record.

    >>> plain((Attachment(name="a", content=b"", description="b").name, 3, None))
    ['a', 3, None]
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    assert is_dataclass(value), f"a template is not given a {type(value).__name__}"
    return {name: plain(getattr(value, name)) for name in _names(value.__class__)}


@lru_cache(maxsize=256)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


class Record:
    """What a template sees in the process that prints: names with values, and nothing else.

    >>> record = read_records('{"total": "12.00", "rows": [{"no": "1"}]}')
    >>> record.total, record.rows[0].no
    ('12.00', '1')
    """

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name} cannot be set: what a template is given does not change")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def read_records(text: str) -> Any:
    """The records that ``plain`` and JSON made text of."""
    return json.loads(text, object_hook=_record, parse_float=str)


def _record(table: dict[str, Any]) -> Record:
    made = Record()
    made.__dict__.update((name, _frozen(value)) for name, value in table.items())
    return made


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
