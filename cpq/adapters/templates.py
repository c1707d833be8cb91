"""Where the templates lie, and how one is filled: in a sandbox that sees plain text only (模板).

A template may come from a customer of ours, so it is treated as code of a stranger: no global
names, no attribute of Python within reach, every value escaped, an unknown name refused instead
of printed as nothing. What it is given holds formatted text and no method, see ``view``.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cpq.adapters.annex_view import AnnexView
from cpq.adapters.view import QuoteView
from cpq.kernel.errors import Invalid, NotFound, Refused

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_ANNEX = 'id="annex"'
_PACKAGE = Path(__file__).resolve().parents[1]


def template_root() -> Path:
    """The folder of the templates that are shipped: in the package, else beside the checkout.

    Raises ``NotFound`` (``template.root_missing``).

    >>> (template_root() / "quote.html").is_file()
    True
    """
    places = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
    for place in places:
        if (place / "quote.html").is_file():
            return place
    raise NotFound(
        "template.root_missing",
        f"no templates in {places[0]} nor in {places[1]}; install cpq-revenue again",
    )


@lru_cache(maxsize=8)
def environment(folder: Path | None = None) -> "ImmutableSandboxedEnvironment":
    """The sandbox: names are looked up in ``folder``, then in the shipped folder.

    A file in ``folder`` replaces the shipped one of that name; to change a single block, it
    starts with ``{% extends "cpq/quote.html" %}``, ``cpq/`` being the shipped folder.
    """
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    shipped = FileSystemLoader(template_root())
    own = [] if folder is None else [FileSystemLoader(folder)]
    sandbox = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*own, shipped, PrefixLoader({"cpq": shipped})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sandbox.globals.clear()
    return sandbox


def filled(
    view: QuoteView,
    *,
    annex: AnnexView | None = None,
    template: str = "quote.html",
    folder: Path | None = None,
) -> str:
    """The template's HTML with the view's text in it, and the ``annex`` where there is one.

    Raises ``NotFound`` (``template.missing``), ``Refused``: ``template.forbidden`` where it
    reaches for what the sandbox hides, ``template.no_annex`` where it does not print the annex that
    was asked for; ``Invalid`` (``template.invalid``) for any other fault.
    """
    from jinja2.exceptions import SecurityError, TemplateError, TemplateNotFound

    try:
        html = (
            environment(folder)
            .get_template(template)
            .render(quote=view, words=view.words, brand=view.brand, annex=annex)
        )
    except TemplateNotFound as error:
        raise NotFound(
            "template.missing",
            f"there is no template {error.name!r}; add it beside yours",
            template=template,
        ) from None
    except SecurityError as error:
        raise Refused(
            "template.forbidden", f"template {template!r}: {error.message}", template=template
        ) from None
    except TemplateError as error:
        place = f", line {error.lineno}" if hasattr(error, "lineno") else ""
        raise Invalid(
            "template.invalid",
            f"template {template!r}{place}: {(error.message or '').rstrip('.')}; correct it",
            template=template,
        ) from None
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise Invalid(
            "template.invalid",
            f"template {template!r} fails with {type(error).__name__}: {error}",
            template=template,
        ) from None
    if annex is not None and _ANNEX not in html:
        raise Refused(
            "template.no_annex",
            f"template {template!r} does not print the annex; keep the block annex of the shipped "
            "template in it",
            template=template,
        )
    return html
