"""What both command lines share: how they start, how they fail, how they print.

A refusal is one line on the error stream with its stable code, its findings below it, and an exit
code that a script can tell apart; a stack trace is for bugs only.

=====  ==================================================
0      done
1      refused: a rule of the trade says no
2      the command line itself is wrong
3      a file or a database cannot be read
4      something this machine lacks, or a store that is busy
=====  ==================================================
"""

import sys
from collections.abc import Callable
from typing import NoReturn

from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Unavailable, Unreadable

REFUSED, UNREADABLE, UNAVAILABLE = 1, 3, 4


def run(command: Callable[[], object]) -> NoReturn:
    """Run a command line to its end; refusals become a line and an exit code."""
    try:
        command()
    except DomainError as error:
        complain(error)
        sys.exit(exit_code(error))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=False):
            place = ".".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            sys.stderr.write(f"{place}: {message} [input.invalid]\n")
        sys.exit(REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)


def exit_code(error: DomainError) -> int:
    """The exit code that tells this refusal apart from others."""
    if isinstance(error, Unreadable):
        return UNREADABLE
    return UNAVAILABLE if isinstance(error, Unavailable) else REFUSED


def complain(error: DomainError) -> None:
    """One line with the code, then a line for each finding."""
    if error.findings:
        subject = error.message.partition(":")[0]
        sys.stderr.write(f"{subject}: {len(error.findings)} found [{error.code}]\n")
        for finding in error.findings:
            sys.stderr.write(f"  {finding}\n")
    else:
        sys.stderr.write(f"{error}\n")
