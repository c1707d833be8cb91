"""Past quotes from files (历史报价): stored quotes, bare pricings, and requests to be priced.

What the library stored reads back as the very value; a request is priced against a catalogue
first. Which of them a file holds is told by its fields.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from cpq.adapters.asked_deal import FindsCoupons, Tell
from cpq.adapters.problems import problems
from cpq.adapters.request import quote_for, read_request
from cpq.adapters.rows import read_json
from cpq.catalogue import Catalogue
from cpq.kernel.errors import Invalid, Unreadable
from cpq.quote import Quote
from cpq.waterfall import Pricing


def read_past(
    path: str | Path,
    catalogue: Catalogue | None = None,
    *,
    coupons: FindsCoupons | None = None,
    on_unknown: Tell | None = None,
) -> Quote | Pricing:
    """The quote or pricing in a JSON file, or the quote that a request (JSON or TOML) asks for.

    ``coupons`` and ``on_unknown`` are for the coupons of requests; see ``quote_for``.
    Raises ``Unreadable``: ``quote.unreadable`` with a finding per field that is wrong, what
    ``read_request`` raises; ``Invalid`` (``input.invalid``) for a request without a catalogue;
    what ``quote_for`` raises.
    """
    file = Path(path)
    kept = read_stored(file)
    if kept is not None:
        return kept
    return read_asked(file, catalogue, coupons=coupons, on_unknown=on_unknown)


def read_asked(
    file: Path,
    catalogue: Catalogue | None,
    *,
    coupons: FindsCoupons | None = None,
    on_unknown: Tell | None = None,
) -> Quote:
    """The draft quote that the request in a file asks for; raises as ``read_past`` does."""
    if catalogue is None:
        raise Invalid(
            "input.invalid",
            f"{file} holds a request, which is priced first; name the catalogue with --catalogue",
        )
    return quote_for(read_request(file), catalogue, coupons=coupons, on_unknown=on_unknown)


def read_stored(file: Path) -> Quote | Pricing | None:
    """The quote or pricing in a JSON file; ``None`` where it holds something else, as a request.

    Raises ``Unreadable``: ``quote.unreadable``, what ``read_json`` raises.
    """
    fields = None if file.suffix == ".toml" else read_json(file)
    kind = _kind(fields)
    if kind is None:
        return None
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise _unreadable(file, error) from None


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that are named, each once; a folder stands for the JSON files in it, by name."""
    seen: set[Path] = set()
    for path in paths:
        for file in sorted(path.glob("*.json")) if path.is_dir() else (path,):
            if file not in seen:
                seen.add(file)
                yield file


def _kind(fields: object) -> type[Quote] | type[Pricing] | None:
    """What was stored; ``None`` where it is something else, such as a request."""
    if not isinstance(fields, Mapping):
        return None
    if "pricing" in fields:
        return Quote
    return Pricing if {"lines", "policy"} <= fields.keys() else None


def _unreadable(file: Path, error: ValidationError) -> Unreadable:
    findings = tuple(problems(error, otherwise="quote.field"))
    listed = "; ".join(str(finding) for finding in findings[:3])
    more = len(findings) - 3
    rest = f"; and {more} more" if more > 0 else ""
    return Unreadable("quote.unreadable", f"{file}: {listed}{rest}", findings=findings)
