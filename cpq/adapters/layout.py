"""How a quote is laid out (版式): language, brand, templates, and what of it is shown."""

from datetime import datetime
from pathlib import Path

from cpq.adapters.brand import PLAIN, Brand
from cpq.adapters.columns import Paper
from cpq.adapters.offer_view import Discounts, Style
from cpq.kernel.model import Frozen
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable


class Layout(Frozen):
    """How a quote is laid out: language, brand, own templates, own units, JSON, internal annex.

    ``templates`` is a folder whose files replace shipped ones; ``attach`` embeds ``quote.json``,
    the quote as ``published``; ``annex`` adds the price trace, for internal use only. ``style``,
    ``discounts``, ``cover`` and ``page`` are those of ``quote_view``; a quote that has expired
    ``at`` an instant is marked so.

    >>> Layout(locale="en").attach
    True
    """

    locale: str = "zh_CN"
    brand: Brand = PLAIN
    templates: Path | None = None
    units: UnitTable = STANDARD_UNITS
    attach: bool = True
    annex: bool = False
    style: Style = "detailed"
    discounts: Discounts = "shown"
    cover: bool = False
    page: Paper | None = None
    at: datetime | None = None
