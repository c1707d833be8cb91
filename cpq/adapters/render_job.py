"""What a parent process and the one that prints say to each other (渲染任务): lines of JSON.

No pickles: what comes back from the printing process is text and bytes, so that one which a hostile
document has taken over can at worst lie about a PDF.
"""

import base64
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from cpq.adapters.plate import Attachment, HybridInvoice, Plate, plain, read_records
from cpq.kernel import errors
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.model import Frozen

Product = Literal["pdf", "html"]
"""What is wanted of a plate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """A plate as the printing process has it, and the seconds of processor time that it may take.

    ``given`` are the records of the plate, read from JSON.
    """

    wanted: Product
    template: str
    given: dict[str, Any]
    created: date
    logo: bytes | None
    templates: Path | None
    attachments: tuple[Attachment, ...]
    required: tuple[tuple[str, str], ...]
    hybrid: HybridInvoice | None
    cpu_seconds: int


def job_line(plate: Plate, *, wanted: Product, cpu_seconds: int) -> bytes:
    """The job as one line of JSON."""
    fields = {
        "wanted": wanted,
        "template": plate.template,
        "given": json.dumps({name: plain(record) for name, record in plate.given}),
        "created": plate.created.isoformat(),
        "logo": None if plate.brand.logo is None else _text(plate.brand.logo),
        "templates": None if plate.templates is None else str(plate.templates.absolute()),
        "attachments": [
            [each.name, _text(each.content), each.description, each.relationship]
            for each in plate.attachments
        ],
        "required": plate.required,
        "hybrid": None if plate.hybrid is None else plain(plate.hybrid),
        "cpu_seconds": cpu_seconds,
    }
    return json.dumps(fields).encode() + b"\n"


def read_job(line: bytes) -> RenderJob:
    """The job of a line."""
    fields = json.loads(line, parse_float=str)
    return RenderJob(
        wanted=fields["wanted"],
        template=fields["template"],
        given=vars(read_records(fields["given"])),
        created=date.fromisoformat(fields["created"]),
        logo=None if fields["logo"] is None else base64.b64decode(fields["logo"]),
        templates=None if fields["templates"] is None else Path(fields["templates"]),
        attachments=tuple(
            Attachment(
                name=name,
                content=base64.b64decode(content),
                description=description,
                relationship=relationship,
            )
            for name, content, description, relationship in fields["attachments"]
        ),
        required=tuple((text, code) for text, code in fields["required"]),
        hybrid=None if fields["hybrid"] is None else HybridInvoice(**fields["hybrid"]),
        cpu_seconds=fields["cpu_seconds"],
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Effort(Frozen):
    """What a document took, in milliseconds of processor time; the process's peak memory in MB.

    ``layouts`` is how often it was laid out until its last page was well filled.
    """

    template: int = 0
    layout: int = 0
    writing: int = 0
    layouts: int = 0
    memory: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Impression:
    """What came off the press: the bytes, the pages, what made them, what that took."""

    content: bytes
    pages: int
    engine: str
    effort: Effort


class RenderReply(Frozen):
    """What became of a job: ``size`` bytes follow, made by ``engine``, or a refusal is told."""

    size: int = 0
    pages: int = 0
    engine: str = ""
    effort: Effort = Effort()
    kind: str = ""
    code: str = ""
    message: str = ""
    findings: tuple[Finding, ...] = ()

    def refusal(self) -> DomainError | None:
        """The refusal as an exception of its own class; ``None`` where there is a document."""
        if not self.code:
            return None
        kind: Any = getattr(errors, self.kind, errors.Refused)
        made: DomainError = kind(self.code, self.message, findings=self.findings)
        return made


def reply_of(error: DomainError) -> RenderReply:
    """The reply that tells a refusal; the facts stay in the message."""
    return RenderReply(
        kind=type(error).__name__,
        code=error.code,
        message=error.message,
        findings=error.findings,
    )
