"""What both command lines share: how they start, how they fail, how they print.

A refusal is one line on the error stream with its stable code, its findings below it, and an exit
code that a script can tell apart; a stack trace is for bugs only. What a terminal cannot show is
replaced, and no figure is ever cut short: a table that is too wide folds.

=====  ==================================================
0      done
1      refused: a rule of the trade says no
2      the command line itself is wrong
3      a file or a database cannot be read
4      something this machine lacks, or a store that is busy
130    interrupted (Ctrl-C)
=====  ==================================================
"""

import io
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NoReturn

from pydantic import ValidationError

from cpq.adapters.problems import problems
from cpq.kernel.errors import DomainError, Unavailable, Unreadable

if TYPE_CHECKING:
    from rich.table import Table

REFUSED, MISUSED, UNREADABLE, UNAVAILABLE, INTERRUPTED = 1, 2, 3, 4, 130
_MISUSES = ("input.invalid", "document.unknown_locale", "store.bad_url")
_WIDE = 1000


def cpq() -> NoReturn:
    """The command ``cpq``."""
    _command("cpq.adapters.cli")


def revenue() -> NoReturn:
    """The command ``revenue``."""
    _command("revenue.adapters.cli")


def _command(module: str) -> NoReturn:
    try:
        app = import_module(module).app
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "rich"}:
            raise
        sys.stderr.write("the command line needs more: pip install 'cpq-revenue[cli]'\n")
        sys.exit(UNAVAILABLE)
    run(app)


def run(command: Callable[[], object]) -> NoReturn:
    """Run a command line to its end; refusals become a line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        command()
        sys.stdout.flush()
    except DomainError as error:
        complain(error)
        sys.exit(exit_code(error))
    except ValidationError as error:
        for finding in problems(error, otherwise="input.invalid"):
            sys.stderr.write(f"{finding}\n")
        sys.exit(REFUSED)
    except BrokenPipeError:
        # whoever read us has seen enough; Python must not flush into the closed pipe at its end
        sys.stdout = io.StringIO()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
    sys.exit(0)


def exit_code(error: DomainError) -> int:
    """The exit code that tells this refusal apart from others."""
    if error.code in _MISUSES:
        return MISUSED
    if isinstance(error, Unreadable):
        return UNREADABLE
    return UNAVAILABLE if isinstance(error, Unavailable) else REFUSED


def complain(error: DomainError, *, about: object = "", tag: Literal["en", "zh"] = "en") -> None:
    """One line with the code, then a line for each finding, in the language of ``tag`` where it is
    said in that; ``about`` names the file at fault.
    """
    named = str(about)
    prefix = f"{named}: " if named and named not in error.message else ""
    sys.stderr.write(f"{prefix}{headline(error)}\n")
    for finding in error.findings:
        place = f"{finding.place}: " if finding.place else ""
        sys.stderr.write(f"  {place}{finding.message.in_(tag)} [{finding.code}]\n")


def headline(error: DomainError) -> str:
    """A refusal as one line with its code; of findings only how many there are."""
    if not error.findings:
        return str(error)
    return f"{error.message.partition(': ')[0]}: {len(error.findings)} found [{error.code}]"


def show(table: "Table") -> None:
    """Print a table: folded to the width of a terminal, in full anywhere else; never cut."""
    from rich.console import Console

    for column in table.columns:
        column.overflow = "fold"
    # what a customer is called is text, not markup
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(markup=False, highlight=False, emoji=False, width=_WIDE)
    console.print(table)
