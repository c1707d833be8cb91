"""What a parent process and the one that renders say to each other (渲染任务): lines of JSON.

No pickles: what comes back from the renderer is text and bytes, so that a renderer which a hostile
document has taken over can at worst lie about a PDF.
"""

from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field

from cpq.adapters.brand import PLAIN, Brand
from cpq.kernel import errors
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.model import Frozen
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.quote import Quote


class Layout(Frozen):
    """How a quote is laid out: language, brand, own templates, own units, JSON, internal annex.

    ``templates`` is a folder whose files replace shipped ones; ``attach`` embeds ``quote.json``,
    the quote as ``published``; ``annex`` adds the price trace, for internal use only.
    """

    locale: str = "zh_CN"
    brand: Brand = PLAIN
    templates: Path | None = None
    units: UnitTable = STANDARD_UNITS
    attach: bool = True
    annex: bool = False


class RenderJob(Frozen):
    """One PDF to render, and the seconds of processor time that it may take."""

    quote: Quote
    layout: Layout = Layout()
    cpu_seconds: int = Field(gt=0)


class RenderReply(Frozen):
    """What became of a job: ``size`` bytes of PDF follow, or a refusal is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = 0
    kind: str = ""
    code: str = ""
    message: str = ""
    findings: tuple[Finding, ...] = ()

    def refusal(self) -> DomainError | None:
        """The refusal as an exception of its own class; ``None`` where there is a PDF."""
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
