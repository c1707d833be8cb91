"""What holds for every test: no float may meet a Decimal, and how many examples a law tries.

``HYPOTHESIS_PROFILE=nightly`` tries 25 times as many examples as the profile ``normal``, which
finds others each time it runs; ``ci`` tries fewer, and the same again for the same tests.
"""

import decimal
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

_COMMON = {
    "deadline": None,
    "database": None,
    "suppress_health_check": (HealthCheck.too_slow, HealthCheck.differing_executors),
}
settings.register_profile("normal", max_examples=40, **_COMMON)
settings.register_profile("ci", max_examples=15, derandomize=True, **_COMMON)
settings.register_profile("nightly", max_examples=1000, print_blob=True, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))


@pytest.fixture(autouse=True)
def _no_float_meets_a_decimal() -> Iterator[None]:
    """``Decimal(1.5)`` and ``Decimal < float`` raise instead of passing silently."""
    with decimal.localcontext() as context:
        context.traps[decimal.FloatOperation] = True
        yield


def pytest_configure(config: pytest.Config) -> None:
    """With ``LEDGERS_OUT`` the ledgers that tests build are kept, for other programs to judge."""
    folder = os.environ.get("LEDGERS_OUT")
    if folder:
        from tests.revenue.adapters.export.recorder import begin

        begin(config, Path(folder))
