"""Documents: what cannot be printed, templates, brand, words."""

from atexit import register
from functools import cache
from pathlib import Path

import pytest

from cpq import send
from cpq.adapters import render_html, write_html, write_pdf
from cpq.adapters import templates as template_module
from cpq.adapters.brand import Brand, brand
from cpq.adapters.layout import Layout
from cpq.adapters.numerals import capital_amount
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.adapters.words import words
from cpq.allocation import Allocation
from cpq.kernel.text import LocalText
from tests.errors.registry import reproduces
from tests.errors.shop import cny, quote, untouched, usd

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\2" * 2


@cache
def renderer() -> Renderer:
    """One process for all: starting it is what takes the time."""
    shared = Renderer()
    register(shared.close)
    return shared


def own_template(folder: Path, source: str) -> Path:
    """A folder whose ``quote.html`` replaces the shipped one."""
    (folder / "quote.html").write_text(source, encoding="utf-8")
    return folder


def changed_block(folder: Path, block: str, source: str) -> Path:
    """A folder whose ``quote.html`` is the shipped one but for a block."""
    return own_template(
        folder, f'{{% extends "cpq/quote.html" %}}{{% block {block} %}}{source}{{% endblock %}}'
    )


@reproduces(
    "document.unknown_locale",
    en="Documents are not written in this language.",
    zh="单据不支持该语言。",
    do="Ask for `zh_CN`, `en` (or `en_GB` and the like) or `bilingual`.",
    names="'fr'",
)
def a_quote_in_french() -> None:
    render_html(quote(), locale="fr")


@reproduces(
    "document.missing_glyph",
    en="A text holds a character that no font of the documents has.",
    zh="字体缺少文本中的字符。",
    do="Replace the character; the finding names it and its code point.",
    names=("U+0639", "'ع'"),
)
def an_arabic_name(folder: Path) -> None:
    asked = send(quote()).with_(title=LocalText(en="For Ali علي"))
    with untouched(folder):
        write_pdf(asked, folder / "Q.pdf", locale="en")


@reproduces(
    "document.asset_blocked",
    en="A template asks for a file or an address that was not given to it.",
    zh="模板引用了未提供的文件或网址。",
    do="Embed what the template needs in the template itself.",
    names="file:///etc/hostname",
)
def a_curious_template(folder: Path) -> None:
    templates = changed_block(folder, "parties", '<img src="file:///etc/hostname">')
    renderer().pdf(quote_plate(quote(), Layout(templates=templates)))


@reproduces(
    "document.text_overflows",
    en="A figure or a word is wider than its place on the page.",
    zh="文字超出版面或单元格。",
    do="Shorten it, or give its column more room in your template.",
    names=("page 1", "1,234.5678"),
)
def figures_too_large(folder: Path) -> None:
    style = "{{ super() }}.lines td { font-size: 30pt }"
    renderer().pdf(quote_plate(quote(), Layout(templates=changed_block(folder, "style", style))))


@reproduces(
    "document.page_nearly_empty",
    en="A page would be filled to less than a quarter, however the document is spaced.",
    zh="调整间距后仍有页面内容不足四分之一。",
    do="Add or shorten a clause; in a template of your own, look at its page breaks.",
    names=("page 2", "quarter"),
)
def a_page_for_one_word(folder: Path) -> None:
    word = '<p style="break-before: page">end</p>'
    renderer().pdf(
        quote_plate(quote(), Layout(templates=changed_block(folder, "signatures", word)))
    )


@reproduces(
    "document.signature_alone",
    en="The place to sign would stand on a page without a word of what is signed.",
    zh="签署栏单独成页，页面上没有任何条款。",
    do="Keep a clause with it; in a template of your own, leave `break-before: avoid` on it.",
    names="stands alone on page 2",
)
def a_signature_on_its_own(folder: Path) -> None:
    style = (
        "{{ super() }}.signatures { break-before: page } .signatures .rule { margin-top: 99mm "
        "!important }"
    )
    renderer().pdf(quote_plate(quote(), Layout(templates=changed_block(folder, "style", style))))


@reproduces(
    "document.link_forbidden",
    en="A link of the document leads to a file or runs a script.",
    zh="单据中的链接指向文件或脚本。",
    do="Link to `https:`, `mailto:` or `tel:` only.",
    names="javascript:alert(1)",
)
def a_link_that_runs(folder: Path) -> None:
    link = '<a href="javascript:alert(1)">our terms</a>'
    renderer().pdf(quote_plate(quote(), Layout(templates=changed_block(folder, "options", link))))


@reproduces(
    "document.logo_broken",
    en="The logo begins like a PNG but is not a whole one.",
    zh="徽标文件损坏，不是完整的 PNG。",
    do="Export the logo again as a PNG.",
    names="PNG",
)
def half_a_logo() -> None:
    renderer().pdf(quote_plate(quote(), Layout(brand=Brand(logo=PNG))))


@reproduces(
    "document.too_long",
    en="A quote has more lines than one document holds.",
    zh="行数超过单份单据的上限。",
    do="Split the quote.",
    names=("2001", "2000"),
)
def two_thousand_and_one_lines() -> None:
    line = quote().pricing.lines[0]
    lines = tuple(line.model_copy(update={"number": str(place)}) for place in range(1, 2002))
    render_html(quote().with_(pricing=quote().pricing.with_(lines=lines)))


@reproduces(
    "document.does_not_add_up",
    en="The rows of a pricing contradict its totals, so no document is made of it.",
    zh="计价明细与合计不符，不生成单据。",
    do="Price the quote again; a pricing that was edited by hand is not printed.",
    names=("3833.67", "3853.67"),
)
def a_discount_on_no_line() -> None:
    stray = Allocation(
        line="1", promotion="AUTUMN", tax_code="VAT13", amount="20.00", currency="CNY"
    )
    render_html(quote().with_(pricing=quote().pricing.with_(allocations=(stray,))))


@reproduces(
    "document.limit_exceeded",
    en="Rendering took too much time or memory and was ended.",
    zh="生成单据超出时间或内存限制，已终止。",
    do="Shorten the document, or mend the template that loops.",
    names="processor time",
)
def no_time_to_render(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(Renderer, "_wall", lambda _self, _seconds: 0.05)
    with untouched(folder):
        write_pdf(quote(), folder / "Q.pdf")


@reproduces(
    "document.render_failed",
    en="The libraries that make the PDF failed.",
    zh="PDF 生成库出错。",
    do="Run `cpq doctor`; if it finds nothing, report the message.",
    names=("RuntimeError", "out of ink"),
)
def a_broken_library(patch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "weasyprint.py").write_text("raise RuntimeError('out of ink')")
    patch.syspath_prepend(folder)
    with untouched(folder), Renderer() as fresh:
        fresh.pdf(quote_plate(quote()))


@reproduces(
    "template.missing",
    en="A template includes or extends one that is not there.",
    zh="模板不存在。",
    do="Add the file to your folder of templates, or correct its name.",
    names="'footer.html'",
)
def an_include_of_nothing(folder: Path) -> None:
    render_html(quote(), templates=own_template(folder, '{% include "footer.html" %}'))


@reproduces(
    "template.forbidden",
    en="A template reaches for what the sandbox hides from it.",
    zh="模板访问了沙箱禁止的内容。",
    do="Print the values that the template is given, and nothing else.",
    names=("'quote.html'", "__class__"),
)
def a_template_that_breaks_out(folder: Path) -> None:
    render_html(quote(), templates=own_template(folder, "{{ quote.__class__.__mro__ }}"))


@reproduces(
    "template.invalid",
    en="A template is malformed, or asks for a value that does not exist.",
    zh="模板有误，或引用了不存在的值。",
    do="Correct the template at the line that the message names.",
    names=("'quote.html'", "line 1"),
)
def a_template_cut_off(folder: Path) -> None:
    render_html(quote(), templates=own_template(folder, "{% if quote.title %}"))


@reproduces(
    "template.missing_value",
    en="A template prints a name that it is not given.",
    zh="模板引用了未提供的名称。",
    do="Correct the name; `docs/documents.md` tells what a template is given.",
    names=("'quote.html'", "totl"),
)
def a_misspelt_total(folder: Path) -> None:
    render_html(quote(), templates=own_template(folder, "{{ quote.totl }}"))


@reproduces(
    "template.no_annex",
    en="The internal annex was asked for, and the template does not print it.",
    zh="要求打印内部附件，但模板没有打印。",
    do="Keep the block `annex` of the shipped template in yours.",
    names=("'quote.html'", "annex"),
)
def an_annex_that_a_template_drops(folder: Path) -> None:
    own = changed_block(folder, "annex", "")
    render_html(quote(), templates=own, annex=True)


@reproduces(
    "template.root_missing",
    en="The templates that ship with the library are not there.",
    zh="缺少随库发布的模板。",
    do="Install cpq-revenue again.",
    names="cpq-revenue",
)
def an_installation_without_templates(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(template_module, "_PACKAGE", folder / "cpq")
    template_module.template_root()


@reproduces(
    "words.unreadable",
    en="The file with the words of the documents cannot be read.",
    zh="单据用语文件无法读取。",
    do="Correct `words.toml`: a table per document, each key with `en` and `zh`.",
    names=("words.toml", "quote"),
)
def words_without_a_table(folder: Path) -> None:
    (folder / "words.toml").write_text("[invoice]\n")
    words(folder / "words.toml")


@reproduces(
    "brand.logo_unreadable",
    en="The file of the logo is missing, no PNG, or too large.",
    zh="徽标文件无法读取、不是 PNG 或过大。",
    do="Give a PNG of at most 2 MB and 4 megapixels.",
    names=("logo.jpg", "PNG"),
)
def a_logo_that_is_no_png(folder: Path) -> None:
    (folder / "logo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 40)
    brand(logo=folder / "logo.jpg")


@reproduces(
    "numeral.currency",
    en="An amount that is not CNY is to be written in capital numerals (大写金额).",
    zh="只有人民币金额可以写成大写。",
    do="Write capitals for amounts in CNY only.",
    names="1.00 USD",
)
def dollars_in_capitals() -> None:
    capital_amount(usd("1.00"))


@reproduces(
    "numeral.out_of_range",
    en="An amount is below 0 or too large for capital numerals.",
    zh="金额为负或过大，无法写成大写。",
    do="Write capitals for amounts from 0 up to 10^16 yuan.",
    names="-1.00 CNY",
)
def less_than_nothing_in_capitals() -> None:
    capital_amount(cny("-1.00"))


@reproduces(
    "file.not_written",
    en="A file cannot be written where it should go.",
    zh="文件无法写入。",
    do="Choose another place, or make the folder.",
    names=("nowhere/Q.html", "No such file"),
)
def a_place_that_is_not_there(folder: Path) -> None:
    with untouched(folder):
        write_html(quote(), folder / "nowhere" / "Q.html")
