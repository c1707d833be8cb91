"""Every document is PDF/A-3a and PDF/UA-1 at once, as a validator that is not ours says."""

from pathlib import Path

import page
import pytest

from cpq.adapters.brand import Brand
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import PdfJob, PdfResult, render_many
from tests.cpq.adapters.document_quotes import pricing, quoted, spare_parts
from tests.cpq.adapters.full_quotes import full_quote
from tests.cpq.adapters.test_brand import png

pytestmark = pytest.mark.slow

_KINDS = {
    "zh": Layout(),
    "en": Layout(locale="en"),
    "both": Layout(locale="bilingual", brand=Brand(logo=png())),
    "annex": Layout(locale="bilingual", annex=True),
    "long": Layout(locale="bilingual"),
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PdfResult[PdfJob]]:
    folder = tmp_path_factory.mktemp("profiles")
    quotes = {"long": quoted(pricing=pricing(spare_parts(120))), "both": quoted(state="draft")}
    jobs = [
        PdfJob(quote=quotes.get(name, full_quote()), path=folder / f"{name}.pdf", layout=layout)
        for name, layout in _KINDS.items()
    ]
    return dict(zip(_KINDS, render_many(jobs), strict=True))


@pytest.mark.parametrize("profile", ["3a", "ua1"])
@pytest.mark.parametrize("name", _KINDS)
def test_a_document_keeps_both_profiles(
    printed: dict[str, PdfResult[PdfJob]], name: str, profile: str
) -> None:
    assert printed[name].refusal is None
    report = page.validate_pdf(printed[name].path, profile=profile)
    assert [(each.rule_id, each.message) for each in report.failures] == []
    assert report.is_compliant
    assert report.rules.total > 100


def test_the_validator_finds_what_is_not_so(
    printed: dict[str, PdfResult[PdfJob]], tmp_path: Path
) -> None:
    """A test that cannot fail would prove nothing."""
    spoilt = tmp_path / "spoilt.pdf"
    content = printed["zh"].path.read_bytes()
    assert content.count(b"pdfuaid:part>1<") == 1
    spoilt.write_bytes(content.replace(b"pdfuaid:part>1<", b"pdfuaid:part>7<"))
    assert not page.is_pdf_compliant(spoilt, profile="ua1")
