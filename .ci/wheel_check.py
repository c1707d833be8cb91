"""Is the wheel whole? Run by .ci/run with a Python that has the wheel and nothing of the checkout.

Usage: python -I .ci/wheel_check.py FOLDER    (writes what it renders into FOLDER)

The checkout holds everything, so only a run outside it shows what a wheel forgot to bring.
"""

import sys
import sysconfig
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

SITE_PACKAGES = Path(sysconfig.get_path("purelib")).resolve()
CHECKOUT = Path(__file__).resolve().parents[1]


def import_installed(name: str) -> ModuleType:
    """Import `name` and insist that it comes from site-packages."""
    module = import_module(name)
    if module.__file__ is None:
        raise SystemExit(f"{name} has no __init__.py in the wheel")
    place = Path(module.__file__).resolve()
    if not place.is_relative_to(SITE_PACKAGES) or place.is_relative_to(CHECKOUT / name):
        raise SystemExit(f"{name} was imported from {place}, not from the wheel")
    return module


def check_packages() -> None:
    """Both packages are there, typed."""
    for name in ("cpq", "revenue"):
        import_installed(name)
        if not (SITE_PACKAGES / name / "py.typed").is_file():
            raise SystemExit(f"{name}/py.typed is not in the wheel")


def check_templates() -> Path:
    """The templates lie inside the installed package; their folder is the answer."""
    root = Path(import_installed("cpq.adapters.templates").template_root()).resolve()
    if not root.is_relative_to(SITE_PACKAGES):
        raise SystemExit(f"templates were found at {root}, not in the wheel")
    if not (root / "quote.html").is_file():
        raise SystemExit(f"{root} holds no quote.html")
    return root


def render(folder: Path) -> Path:
    """A PDF made by the public API with the wheel's own templates and fonts."""
    from datetime import date

    from cpq import Catalogue, PriceBook, PriceBookVersion, Product, draft_quote, entry, item, price
    from cpq.adapters import write_pdf
    from cpq.customer import Customer, Party

    day = date(2026, 11, 21)
    customer = Customer(code="C-1", party=Party(name={"en": "Hengtai Ltd.", "zh": "恒泰有限公司"}))
    catalogue = Catalogue(
        products=(Product(code="M8", name={"en": "Bolt M8", "zh": "M8 螺栓"}, tax_code="VAT13"),),
        books=(
            PriceBook(
                code="LIST",
                currency="CNY",
                versions=(PriceBookVersion(entries=(entry("M8", price="0.35"),)),),
            ),
        ),
        customers=(customer,),
        default_book="LIST",
    )
    pricing = price([item("M8", 1000)], catalogue=catalogue, customer="C-1", on=day)
    quote = draft_quote(
        pricing,
        number="Q-1",
        customer=customer,
        seller=Party(name={"en": "Beichen Ltd.", "zh": "北辰有限公司"}),
        issued_on=day,
        valid_until=day,
    )
    return write_pdf(quote, folder / "quote.pdf", locale="bilingual")


def keep(folder: Path) -> None:
    """A store made by the migrations that the wheel brought."""
    from revenue.adapters import open_store

    with open_store(f"sqlite:///{folder / 'deals.db'}") as store:
        if store.verify():
            raise SystemExit("a new store is not sound")


def check_pdf(path: Path) -> None:
    """A whole PDF file with fonts in it."""
    content = path.read_bytes()
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
        raise SystemExit(f"{path} is not a whole PDF")


def main() -> None:
    """Run every check; the first failure ends the run with a sentence and exit code 1."""
    folder = Path(sys.argv[1]).resolve()
    check_packages()
    root = check_templates()
    pdf = render(folder)
    check_pdf(pdf)
    print(f"rendered {pdf} ({pdf.stat().st_size} bytes)")
    keep(folder)
    print(f"cpq-revenue {version('cpq-revenue')}: wheel is whole, templates in {root}")


if __name__ == "__main__":
    main()
