"""What becomes a link on a document, and what stays text."""

import pytest

from cpq.adapters.party_view import link


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("li@northwind.example", "mailto:li@northwind.example"),
        ("li.wen+q@mail.northwind.example", "mailto:li.wen+q@mail.northwind.example"),
        ("+86 21 5555 0199", "tel:+862155550199"),
        ("(021) 5555-0199", "tel:02155550199"),
        ("https://northwind.example/terms?v=2", "https://northwind.example/terms?v=2"),
    ],
)
def test_mail_telephone_and_https_can_be_opened(text: str, href: str) -> None:
    shown = link(text)
    assert (shown.text, shown.href) == (text, href)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//a@b.example",
        "file:///etc/passwd",
        "http://northwind.example",
        "data:text/html,x",
        'https://northwind.example/"onclick=alert(1)',
        "https://northwind.example/<script>",
        "https://user@evil.example/",
        "https://",
        "li@northwind",
        "li@northwind.example?bcc=x@y.example",
        "@northwind.example",
        "li\n@northwind.example",
        "12",
        "ext. 4711",
        "赵明宇",
        "",
    ],
)
def test_anything_else_stays_text(text: str) -> None:
    shown = link(text)
    assert (shown.text, shown.href) == (text, "")
