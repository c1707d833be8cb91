"""A pytest plugin that keeps the ledgers which a run of tests builds, and exports them at its end.

With ``LEDGERS_OUT=folder`` in the environment, ``tests/conftest.py`` puts it in, and each process
of the run writes ``NAME.beancount``, ``NAME.journal`` and ``NAME.json``: how many ledgers there
are, by which posting rules, the balances that the trial balance has, and what could not be posted.
Kept is every ledger that a test recorded facts into and that no later one continues; of a test that
builds more than ``KEPT`` of them, such as a law with its examples, those with the most facts. Each
is a company of its own. ``python -m tests.revenue.adapters.export.judge folder`` has them judged.
"""

import json
import os
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path

import pytest

from cpq.kernel.errors import DomainError
from revenue.adapters.export import beancount_text, hledger_text
from revenue.journal import journal
from revenue.ledger import Fact, ReceivablesLedger
from tests.revenue.adapters.export.tools import our_balances

KEPT = 12
Verb = Callable[..., ReceivablesLedger]


class Recorder:
    """The ledgers of the test that runs, and those that are kept of the tests before it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.live: dict[int, ReceivablesLedger] = {}
        self.kept: dict[tuple[Fact, ...], str] = {}

    def patch(self) -> None:
        for name in ("record", "settle"):
            setattr(ReceivablesLedger, name, self.watched(getattr(ReceivablesLedger, name)))

    def watched(self, original: Verb) -> Verb:
        @wraps(original)
        def verb(ledger: ReceivablesLedger, *facts: Fact) -> ReceivablesLedger:
            after = original(ledger, *facts)
            self.live.pop(id(ledger), None)
            self.live[id(after)] = after
            return after

        return verb

    def keep(self, test: str) -> None:
        longest = sorted(self.live.values(), key=lambda ledger: -len(ledger.facts))
        for ledger in longest[:KEPT]:
            self.kept.setdefault(ledger.facts, test)
        self.live.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.live.clear()
        result = yield
        self.keep(item.nodeid)
        return result  # type: ignore[return-value]

    def pytest_sessionfinish(self) -> None:
        if not self.kept:
            return
        beans, ledgers, balances, failed, rules = [], [], [], [], set()
        for place, (facts, test) in enumerate(self.kept.items()):
            company = f"L{self.name}-{place}"
            try:
                entries = list(journal(facts))
            except DomainError as error:
                failed.append(f"{test}: {error}")
                continue
            rules |= {entry.rule for entry in entries}
            beans.append(beancount_text(entries, company=company))
            ledgers.append(hledger_text(entries, company=company))
            balances += [
                [account, currency, str(amount)]
                for (account, currency), amount in our_balances(entries, company=company).items()
            ]
        told = {
            "ledgers": len(self.kept),
            "rules": sorted(rules),
            "failed": failed,
            "balances": balances,
        }
        self.write(f"{self.name}.beancount", "\n".join(beans))
        self.write(f"{self.name}.journal", "\n".join(ledgers))
        self.write(f"{self.name}.json", json.dumps(told, ensure_ascii=False))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


def begin(config: pytest.Config, folder: Path) -> None:
    """Watch the ledgers of this process from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    recorder = Recorder(folder)
    recorder.patch()
    config.pluginmanager.register(recorder, "ledger-recorder")
