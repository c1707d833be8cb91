"""What is noted of a file that was made of a version (单据存证).

A PDF is made again from its version, byte by byte, as long as the same libraries and fonts are at
hand. In ten years they are not; what proves a copy then is the hash that was noted when it was
made. The host keeps these records, or the store does; they are added and never changed.
"""

from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number
from cpq.quote import Quote
from cpq.quote.ports import Sha256

DocumentKind = Literal["pdf", "html"]
"""What kind of file it is."""


class PrintedDocument(Frozen):
    """A file that was made of a quote version: what of, how, by what, and its bytes' hash.

    ``quote_hash`` is the content hash of the version as it was printed, ``trace_hash`` that of its
    pricing with every step, ``catalogue`` that of the snapshot it was priced against; ``layout``
    the hash of all that the layout says, templates of one's own included; ``sha256`` and ``size``
    are of the bytes. ``made_by`` names the versions of what made it, the hashes of fonts and
    shipped templates among them: where they are the same, the same version gives the same bytes.

    >>> record = PrintedDocument(
    ...     number="Q-1", version=1, quote_hash="a" * 64, trace_hash="b" * 64, catalogue="c" * 64,
    ...     kind="pdf", locale="en", layout="d" * 64, sha256="e" * 64, size=52_000,
    ...     made_by=(("WeasyPrint", "70.0"), ("Pango", "1.50.12")))
    >>> record.reference, record.made_with("Pango")
    ('Q-1', '1.50.12')
    """

    number: Number
    version: int = Field(ge=1)
    quote_hash: Sha256
    trace_hash: Sha256
    catalogue: Line
    kind: DocumentKind
    locale: Line
    layout: Sha256
    sha256: Sha256
    size: int = Field(ge=1)
    made_by: tuple[tuple[Line, Line], ...]

    @property
    def reference(self) -> str:
        """Number and version as people write them."""
        return self.number if self.version == 1 else f"{self.number} / {self.version}"

    def made_with(self, what: str) -> str:
        """The version of one of those that made it; empty where it is not among them."""
        return dict(self.made_by).get(what, "")

    def is_of(self, quote: Quote) -> bool:
        """Whether it was made of this version, whatever became of the version since."""
        same = (self.number, self.version) == (quote.number, quote.version)
        return same and self.trace_hash == quote.pricing.content_hash()
