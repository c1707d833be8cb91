"""What can go wrong, and how it is said.

Three kinds of failure, three forms. A *finding* is a value: several can hold at once, a person
reads them all and some may be approved. A *refusal* is an exception: the rules of the trade say
no, and nothing was changed. A bug is an assertion. Input of the wrong shape is pydantic's own
``ValidationError``.

The tree of refusals::

    DomainError          every refusal of this library; catch this one
    ├── Invalid          a value that cannot mean anything here (also a ValueError)
    ├── NotFound         a name that nothing bears
    ├── Refused          a rule of the trade says no
    ├── Conflict         somebody else was first: a stale version, a key used twice
    ├── Unreadable       a file, a row or a database that cannot be read as what it claims to be
    └── Unavailable      something this machine lacks, or a store that does not answer

Each carries a stable ``code`` (``noun.reason``), the facts of the case and a message that names
the field, the rule, what was found and what to do.
"""

from collections.abc import Iterable
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText, legible

Severity = Literal["error", "approval", "note"]


class Finding(Frozen):
    """One thing that a person should know about a value; ``approval`` may be approved.

    >>> finding = Finding(code="configuration.excluded", place="cooling", message="too hot")
    >>> finding.severity, str(finding)
    ('error', 'cooling: too hot [configuration.excluded]')
    """

    code: str
    message: LocalText
    place: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.message} [{self.code}]"


class DomainError(Exception):
    """A refusal: nothing was changed. ``code`` is stable, ``facts`` hold the case.

    >>> try:
    ...     raise Refused("quote.expired", "quote Q-1 expired on 2026-11-01", number="Q-1")
    ... except DomainError as error:
    ...     print(error.code, error.facts["number"])
    quote.expired Q-1
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        findings: Iterable[Finding] = (),
        **facts: object,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.findings = tuple(findings)
        self.facts = facts

    @property
    def text(self) -> LocalText:
        """The message in both languages, in Chinese where the refusal says it (``message_zh``).

        >>> Refused("bom.cycle", "A contains itself", message_zh="A 包含自身").text.zh
        'A 包含自身'
        """
        zh = self.facts.get("message_zh")
        return LocalText(en=legible(self.message), zh=legible(zh) if isinstance(zh, str) else "")

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (
            type(self),
            self.code,
            self.message,
            self.findings,
            self.facts,
        )


def _rebuild(
    kind: type[DomainError],
    code: str,
    message: str,
    findings: tuple[Finding, ...],
    facts: dict[str, object],
) -> DomainError:
    return kind(code, message, findings=findings, **facts)


class Invalid(DomainError, ValueError):
    """A value that cannot mean anything here: a float as money, weights that are all zero."""


class NotFound(DomainError, LookupError):
    """A name that nothing bears: an unknown product, currency, unit or document."""


class Refused(DomainError):
    """A rule of the trade says no: a choice that is excluded, more applied than is open."""


class Conflict(DomainError):
    """Somebody else was first: a number taken, a version overtaken, a key used twice."""


class Unreadable(DomainError):
    """A file, a row or a database that cannot be read as what it claims to be."""


class Unavailable(DomainError):
    """Something this machine lacks, or a store that does not answer in time."""


def refuse_if(findings: Iterable[Finding], *, code: str, subject: str) -> None:
    """Raise ``Refused`` with all findings at once where one of them is an error.

    >>> refuse_if((), code="configuration.invalid", subject="LASER-3000")
    """
    every = tuple(findings)
    errors = [finding for finding in every if finding.severity == "error"]
    if errors:
        listed = "; ".join(str(finding) for finding in errors)
        raise Refused(code, f"{subject}: {listed}", findings=every)
