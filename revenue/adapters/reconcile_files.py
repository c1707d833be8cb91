"""What the workbench is told in files and options (对账规则文件): rules, payers, rates."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from cpq.adapters.problems import problems
from cpq.kernel.errors import Unreadable
from cpq.kernel.money import Money
from revenue.adapters.asked import money_of
from revenue.bank import BankLine
from revenue.exchange import in_books
from revenue.matching import NOTHING_LEARNED, STRICT, Confirmation, Learned, MatchPolicy, learn


def read_rules(path: Path | None) -> MatchPolicy:
    """The rules of a file. Raises ``Unreadable`` (``file.unreadable``)."""
    if path is None:
        return STRICT
    try:
        return MatchPolicy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        found = problems(error, otherwise="input.invalid")
        raise Unreadable(
            "matching.bad_rules",
            f"{path}: {'; '.join(str(each) for each in found)}",
            findings=found,
        ) from None
    except (OSError, ValueError) as error:
        raise Unreadable("matching.bad_rules", f"{path}: {error}") from None


def read_payers(path: Path | None) -> Learned:
    """Who pays under which name and from which account, as a CSV file says.

    Raises ``Unreadable`` (``matching.bad_payers``).
    """
    if path is None:
        return NOTHING_LEARNED
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
        said = [
            Confirmation(
                customer=row["customer"],
                payer=row.get("name") or "",
                payer_account=row.get("account") or "",
            )
            for row in rows
        ]
    except KeyError as error:
        raise Unreadable(
            "matching.bad_payers",
            f"{path}: the column {error} is missing; the first row names customer, name, account",
        ) from None
    except ValidationError as error:
        found = problems(error, otherwise="input.invalid")
        raise Unreadable(
            "matching.bad_payers", f"{path}: {'; '.join(str(each) for each in found)}"
        ) from None
    except (OSError, ValueError, csv.Error) as error:
        raise Unreadable("matching.bad_payers", f"{path}: {error}") from None
    return learn(NOTHING_LEARNED, *said)


def valued_by(rates: list[str]) -> Callable[[BankLine], Money | None]:
    """What a line is worth in the books, by rates such as ``USD=7.10 CNY``.

    Raises ``Invalid`` (``input.invalid``, ``exchange.bad_rate``).
    """
    known = {}
    for text in rates:
        code, _, price = text.partition("=")
        known[code.strip()] = money_of(price)

    def value_of(line: BankLine) -> Money | None:
        price = known.get(line.amount.code)
        if price is None:
            return None
        return in_books(line.amount, rate=price.amount, currency=price.code)

    return value_of
