"""The one place that looks at the clock: what day it is, for people at a terminal.

The library never asks; a command line may, because "today" is what its user means.
"""

from datetime import date, datetime


def today() -> date:
    """The day on this machine's calendar.

    >>> isinstance(today(), date)
    True
    """
    return datetime.now().astimezone().date()
