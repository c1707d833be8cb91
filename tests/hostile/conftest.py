"""What every test of hostile markup and templates is given: the bait, and two that print."""

from collections.abc import Iterator

import pytest

from cpq.adapters.render import Renderer
from tests.hostile.press import Bait, laid_out


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    with laid_out(tmp_path_factory.mktemp("bait")) as laid:
        yield laid


@pytest.fixture(scope="module")
def printers() -> Iterator[tuple[Renderer, Renderer]]:
    """A patient one, and one in a hurry, for what must be ended."""
    with Renderer() as patient, Renderer(cpu_seconds=1) as hurried:
        yield patient, hurried
