"""A dunning policy as a TOML file (催款政策文件).

The file says what ``DunningPolicy`` has; steps are given one after the other, lowest first::

    code = "STANDARD"
    grace_days = 3
    minimums = ["50 CNY", "10 EUR"]    # less than this in all is not written about
    locale = "zh_CN"                   # of the letters; bilingual unless said
    groups = ["state-owned"]           # for whom; for all where neither groups nor customers are

    [interest]                         # optional
    rates = [{ percent = "3.10" }, { percent = "3.00", on = 2025-05-20 }]
    factor = "1.5"                     # of the rate; and margin, in points on top of it
    day_count = "act/365"              # or act/360, 30/360
    runs_from = "due_date"             # or first_reminder
    minimums = ["1 CNY"]

    [[steps]]
    days = 5
    tone = 1                           # 1 friendly, 2 firm, 3 final

    [[steps]]
    days = 10
    counted = "previous_date"          # or net_days (from the due date), end_of_month
    tone = 2
    fees = ["10 CNY"]
    interest = true
    pay_within = 7

Numbers and amounts are exact, also where they are written without quotes.
"""

from pathlib import Path

from pydantic import ValidationError

from cpq.adapters.problems import problems
from cpq.adapters.rows import read_toml
from cpq.kernel.errors import Unreadable
from revenue.dunning import DunningPolicy


def read_dunning_policy(path: str | Path) -> DunningPolicy:
    """The policy of a TOML file.

    Raises ``Unreadable``: ``file.missing``, ``file.unreadable``, and ``dunning_file.invalid`` with
    a finding for each field that is wrong.
    """
    place = Path(path)
    fields = read_toml(place)
    try:
        return DunningPolicy.model_validate(fields)
    except ValidationError as error:
        findings = tuple(problems(error, otherwise="dunning_file.field", fields=fields))
        listed = "; ".join(str(finding) for finding in findings[:3])
        raise Unreadable("dunning_file.invalid", f"{place}: {listed}", findings=findings) from None
