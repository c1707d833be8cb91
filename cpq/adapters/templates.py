"""Where the templates lie, and how one is filled: in a sandbox that sees plain text only (模板).

What a template is given holds formatted text and no method, see ``view`` and ``plate``; what it may
do with that, ``sandbox`` says.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cpq.kernel.errors import Invalid, NotFound, Refused

if TYPE_CHECKING:
    from cpq.adapters.sandbox import Sandbox

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
def environment(folder: Path | None = None) -> "Sandbox":
    """The sandbox: names are looked up in ``folder``, then in the shipped folder.

    A file in ``folder`` replaces the shipped one of that name; to change a single block, it
    starts with ``{% extends "cpq/quote.html" %}``, ``cpq/`` being the shipped folder.
    """
    from cpq.adapters.sandbox import sandbox

    return sandbox(template_root(), folder)


def filled(
    given: Mapping[str, object],
    *,
    template: str,
    folder: Path | None = None,
    required: Iterable[tuple[str, str]] = (),
) -> str:
    """The template's HTML with the text of the records in it that it is ``given`` by name.

    ``required`` are texts that must be in it, each with the code of the refusal where it is not.

    Raises ``NotFound`` (``template.missing``), ``Refused``: ``template.forbidden`` where it
    reaches for what the sandbox hides, and the codes of ``required``; ``Invalid``:
    ``template.missing_value`` for a name that it is not given, ``template.invalid`` for any other
    fault.
    """
    from jinja2.exceptions import SecurityError, TemplateError, TemplateNotFound, UndefinedError

    try:
        html = environment(folder).get_template(template).render(given)
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
    except UndefinedError as error:
        raise Invalid(
            "template.missing_value",
            f"template {template!r} prints what it is not given: {error.message}; correct the name",
            template=template,
        ) from None
    except TemplateError as error:
        place = f", line {error.lineno}" if hasattr(error, "lineno") else ""
        raise Invalid(
            "template.invalid",
            f"template {template!r}{place}: {(error.message or '').rstrip('.')}; correct it",
            template=template,
        ) from None
    except (ArithmeticError, LookupError, SyntaxError, TypeError, ValueError) as error:
        raise Invalid(
            "template.invalid",
            f"template {template!r} fails with {type(error).__name__}: {error}",
            template=template,
        ) from None
    for text, code in required:
        if text not in html:
            raise Refused(
                code,
                f"template {template!r} does not print {text}, which was asked for; keep that "
                "block of the shipped template in it",
                template=template,
            )
    return html
