"""The two programs that judge our plain-text accounts, and what they say the balances are."""

import csv
import io
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from revenue.adapters.export.account_names import account_names
from revenue.entry import JournalEntry
from revenue.journal import trial_balance

Balances = dict[tuple[str, str], Decimal]
_BEAN_CHECK = shutil.which("bean-check", path=str(Path(sys.executable).parent)) or shutil.which(
    "bean-check"
)
_HLEDGER = shutil.which("hledger")


def _is_recent() -> bool:
    """Whether there is an hledger that reports a commodity a row: ``--layout`` came with 1.25."""
    if _HLEDGER is None:
        return False
    said = subprocess.run([_HLEDGER, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"hledger (\d+)\.(\d+)", said.stdout)
    return found is not None and tuple(map(int, found.groups())) >= (1, 25)


needs_beancount = pytest.mark.skipif(
    _BEAN_CHECK is None, reason="bean-check is not there: pip install 'beancount>=3'"
)
needs_hledger = pytest.mark.skipif(
    not _is_recent(), reason="hledger 1.25 or newer is not there: apt-get install hledger"
)


def bean_check(path: Path) -> str:
    """What bean-check complains of; nothing where it accepts the file."""
    assert _BEAN_CHECK is not None
    done = subprocess.run(
        [_BEAN_CHECK, "--no-cache", str(path)], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode == 0) == (not done.stderr.strip()), done
    return done.stderr


def hledger(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    assert _HLEDGER is not None
    return subprocess.run(
        [_HLEDGER, *words], input=text, capture_output=True, encoding="utf-8", check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )  # fmt: skip


def hledger_check(path: Path) -> str:
    """What ``hledger check --strict`` complains of; nothing where it accepts the file."""
    done = hledger("-f", str(path), "check", "--strict")
    assert (done.returncode == 0) == (not done.stderr.strip()), done
    return done.stderr


def beancount_balances(path: Path) -> Balances:
    """The balance of each account in each currency, as beancount reckons it."""
    from beancount import loader
    from beancount.core import realization

    found, errors, _ = loader.load_file(str(path))
    assert errors == []
    return {
        (account.account, position.units.currency): position.units.number
        for account in realization.iter_children(realization.realize(found), leaf_only=True)
        for position in account.balance
    }


def hledger_balances(path: Path, *, at_cost: bool = False) -> Balances:
    """The balances as hledger reckons them, in their own currencies or at what they cost."""
    words = ["-f", str(path), "balance", "--flat", "--no-total", "--layout", "bare", "-O", "csv"]
    done = hledger(*words, *(["--cost"] if at_cost else ()))
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == ["account", "commodity", "balance"]
    return {
        (account, commodity): Decimal(amount)
        for account, commodity, amount in rows[1:]
        if commodity and Decimal(amount)
    }


def our_balances(entries: list[JournalEntry], *, company: str = "") -> Balances:
    """The trial balance, zeros left out, by the names that the accounts have in the files."""
    names = account_names(sorted(entries, key=lambda entry: entry.on), company=company)
    return {
        (names[row.account.code], row.balance.code): row.balance.amount
        for row in trial_balance(entries)
        if row.balance.amount
    }


def our_values(entries: list[JournalEntry]) -> Balances:
    """What the accounts are worth in the books, zeros left out."""
    names = account_names(sorted(entries, key=lambda entry: entry.on))
    sums: Balances = {}
    for entry in entries:
        for line in entry.lines:
            key = names[line.account.code], line.value.code
            sums[key] = sums.get(key, Decimal(0)) + line.value.amount
    return {key: amount for key, amount in sums.items() if amount}
