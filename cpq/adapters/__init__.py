"""Where the library meets files, templates, PDF engines and terminals.

The words below are what programs use most; each loads its heavy libraries when it is called, so
importing this package loads neither a database nor a PDF engine.
"""

from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.pdf import render_html, write_html, write_pdf
from cpq.adapters.request import quote_for, read_request

__all__ = [
    "quote_for",
    "read_catalogue",
    "read_request",
    "render_html",
    "write_html",
    "write_pdf",
]
