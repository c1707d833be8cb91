"""The plate of a quote (报价单印版): what its template is given, and ``quote.json`` beside it."""

from cpq.adapters.annex import annex_rows, annex_view
from cpq.adapters.layout import Layout
from cpq.adapters.plate import LOGO, Attachment, Plate
from cpq.adapters.quote_view import quote_view
from cpq.adapters.templates import template_root
from cpq.quote import Quote, published

_PLAIN_LAYOUT = Layout()


def quote_plate(quote: Quote, layout: Layout = _PLAIN_LAYOUT) -> Plate:
    """A quote in a layout.

    Raises what ``quote_view`` raises: ``document.unknown_locale``, ``document.too_long``,
    ``document.does_not_add_up``.
    """
    root = template_root()
    view = quote_view(
        quote,
        locale=layout.locale,
        root=root,
        brand=layout.brand,
        logo=LOGO,
        units=layout.units,
        style=layout.style,
        discounts=layout.discounts,
        cover=layout.cover,
        page=layout.page,
        at=layout.at,
    )
    annex, rows = None, len(quote.pricing.lines)
    if layout.annex:
        annex = annex_view(quote, locale=layout.locale, root=root, units=layout.units)
        rows += annex_rows(quote.pricing)
    return Plate(
        reference=f"quote {quote.reference}",
        template="quote.html",
        given=(("quote", view), ("words", view.words), ("brand", view.brand), ("annex", annex)),
        created=quote.issued_on,
        rows=rows,
        brand=layout.brand,
        templates=layout.templates,
        attachments=(_as_data(quote),) if layout.attach else (),
        required=(('id="annex"', "template.no_annex"),) if layout.annex else (),
    )


def _as_data(quote: Quote) -> Attachment:
    return Attachment(
        name="quote.json",
        content=published(quote).canonical().encode(),
        description=f"{quote.reference} as data",
    )
