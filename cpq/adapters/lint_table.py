"""What the linter found, as a table for a terminal (价目表检查表): by code, errors first."""

from collections.abc import Sequence

from rich.table import Table

from cpq.adapters.pricing_words import WORDS
from cpq.adapters.trace_table import plain_table
from cpq.adapters.words import Language
from cpq.kernel.errors import Finding, Severity

_ORDER: tuple[Severity, ...] = ("error", "approval", "note")


def finding_table(findings: Sequence[Finding], *, spoken: Language) -> Table:
    """The findings under a head for each code, with how many there are; errors, then the rest."""
    words = WORDS[spoken.first]
    table = plain_table(words["place"], words["findings"])
    for (severity, code), own in _by_code(findings).items():
        if table.row_count:
            table.add_row()
        table.add_row(code, f"{words[severity]} × {len(own)}", style="bold")
        for found in own:
            table.add_row(found.place, found.message.in_(spoken.first))
    return table


def summary(findings: Sequence[Finding], *, spoken: Language) -> str:
    """How many errors and notes there are, in words; those there are none of are left out."""
    words = WORDS[spoken.first]
    counts = {each: sum(found.severity == each for found in findings) for each in _ORDER}
    said = [f"{words[each]} × {count}" for each, count in counts.items() if count]
    return ", ".join(said) or words["fine"]


def _by_code(findings: Sequence[Finding]) -> dict[tuple[Severity, str], list[Finding]]:
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.severity, found.code), []).append(found)
    return dict(sorted(groups.items(), key=lambda row: (_ORDER.index(row[0][0]), row[0][1])))
