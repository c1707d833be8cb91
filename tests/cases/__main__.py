"""Write ``docs/cases.md``: ``python -m tests.cases``, from the root of the checkout."""

import sys

from tests.cases.listed import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
sys.stdout.write(f"{PAGE}\n")
