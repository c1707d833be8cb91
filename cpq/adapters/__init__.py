"""Where the library meets files, templates, PDF engines and terminals.

The words below are what programs use most; each loads its heavy libraries when it is called, so
importing this package loads neither a database nor a PDF engine.
"""

from cpq.adapters.brand import Brand, read_brand
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import print_pdf, render_html, write_html, write_pdf
from cpq.adapters.plate import Attachment, Plate
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.request import quote_for, read_request
from cpq.adapters.verify_pdf import PdfVerdict, verify_pdf

__all__ = [
    "Attachment",
    "Brand",
    "Layout",
    "PdfVerdict",
    "Plate",
    "print_pdf",
    "quote_for",
    "quote_plate",
    "read_brand",
    "read_catalogue",
    "read_request",
    "render_html",
    "verify_pdf",
    "write_html",
    "write_pdf",
]
