"""Write ``docs/errors.md``: ``python -m tests.errors``, from the root of the checkout."""

import sys

from tests.errors.manual import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
sys.stdout.write(f"{PAGE}\n")
