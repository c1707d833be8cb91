"""The rubric of a good quote as checks of a printed one: each gives what is wrong, or nothing.

The numbers are those of the rubric in the design of documents; those that a machine can judge are
here. A check looks at what was printed, its HTML, the pages of the PDF and what is embedded in it,
and never at the code that printed it.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from html import unescape

from pypdf import PdfReader

from cpq.adapters.brand import contrast_on_white
from cpq.kernel.money import currency_places, difference, product, total
from cpq.quote import Quote
from cpq.waterfall import Pricing

SIZES_MAX, SIZE_LEAST = 5, Decimal("6.8")
UNSENT = ("draft", "in_approval", "approved", "superseded", "withdrawn")
_MONEY = re.compile(r"(?<![\d.,])[−-]?\d{1,3}(?:,\d{3})*\.\d{2,}(?![\d%])")


@dataclass(frozen=True)
class Printed:
    """A quote as it was printed."""

    quote: Quote
    html: str
    content: bytes
    folded: bool = False

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.content))

    @cached_property
    def pages(self) -> tuple[str, ...]:
        return tuple(page.extract_text() for page in self.reader.pages)

    @cached_property
    def embedded(self) -> Quote:
        return Quote.model_validate_json(self.reader.attachments["quote.json"][0])

    @cached_property
    def style(self) -> str:
        return self.html.partition("<style>")[2].partition("</style>")[0]

    @cached_property
    def body(self) -> str:
        return self.html.partition("</head>")[2]

    @property
    def has_cover(self) -> bool:
        return 'id="cover"' in self.body


def number(text: str) -> Decimal:
    return Decimal("".join(letter for letter in text.replace("−", "-") if letter in "-.0123456789"))


def plain(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", markup)).strip()


def addition(printed: Printed) -> Iterator[str]:
    """2: the totals read as an addition, and its end is the total at the top."""
    rows = re.findall(
        r'<tr class="(summand|subtotal|total|memo)"><td>.*?</td><td class="figure[^"]*">(.*?)</td>',
        printed.body.partition('<table class="sums">')[2].partition("</table>")[0],
    )
    running, ended = Decimal(0), False
    for kind, text in rows:
        if kind == "summand":
            running += number(text)
        elif kind != "memo" and number(text) != running and not (kind == "total" and not running):
            yield f"{kind} {text} stands below a sum of {running}"
        if kind == "memo" and not ended:
            yield f"{text} is above the total and no summand"
        ended = ended or kind == "total"
    grand = re.search(r'<p class="grand[^"]*">(.*?)</p>', printed.body)
    if grand is None or not rows or [text for kind, text in rows if kind == "total"] != [grand[1]]:
        yield "the total at the top is not the total of the sum"


def figures(printed: Printed) -> Iterator[str]:
    """3: every figure in print is one of the domain's, and every line's is in print."""
    quote, text = printed.embedded, "\n".join(printed.pages)
    found = set(_MONEY.findall(text))
    known = {_written(value, quote.currency) for value in _values(printed.quote, printed.folded)}
    for figure in sorted(found - known):
        yield f"{figure} is no figure of the quote"
    for line in () if printed.folded else quote.pricing.lines:
        for value in () if line.included else (line.amount, line.unit_price):
            if value and _written(value, quote.currency) not in found:
                yield f"line {line.number}: {value} is not in print"
    for money in (quote.net, quote.gross):
        if _written(money.amount, quote.currency) not in found:
            yield f"{money} is not in print"


def _values(quote: Quote, folded: bool) -> Iterator[Decimal]:
    """Every amount that may be printed: of lines and sums, of each alternative, of the plan."""
    for pricing in quote.pricings:
        yield from _sums(pricing)
        for line in pricing.lines:
            yield from (line.list_price, line.unit_price, line.amount, line.tax, line.gross)
            parts = [each for each in pricing.lines if each.number.startswith(f"{line.number}.")]
            for whole in ([line, *parts], parts, [line]):
                yield total(each.amount for each in whole)
                yield total(each.gross for each in whole)
                left = total(difference(each.amount, each.discount) for each in whole)
                units = product(line.quantity, Decimal(line.periods or 1))
                yield left
                if folded and units and product(left, Decimal(10_000)) % units == 0:
                    yield left / units
        yield from ((pricing.gross - quote.gross).amount, pricing.gross.amount)
    if quote.payment:
        parts = quote.gross.split([term.percent for term in quote.payment])
        yield from (part.amount for part in parts)


def _sums(pricing: Pricing) -> Iterator[Decimal]:
    lines = pricing.counted
    for money in (pricing.list_total, pricing.amount, pricing.net, pricing.tax, pricing.gross):
        yield money.amount
    yield difference(pricing.amount.amount, pricing.list_total.amount)
    for rate in {line.tax_percent for line in lines}:
        taxed = [line for line in lines if line.tax_percent == rate]
        yield total(line.net for line in taxed)
        yield total(line.tax for line in taxed)
    for promotion in {share.promotion for share in pricing.allocations}:
        shares = (each.amount for each in pricing.allocations if each.promotion == promotion)
        yield total(shares).copy_negate()
    for manner in {(line.billing, line.periods) for line in lines}:
        alike = [line for line in lines if (line.billing, line.periods) == manner]
        yield total(line.amount for line in alike)
        yield total(difference(line.amount, line.discount) for line in alike)


def _written(value: Decimal, currency: str) -> str:
    places = max(currency_places(currency), -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{places}f}".replace("-", "−")


def typography(printed: Printed) -> Iterator[str]:
    """5: figures on the right, of one width, of one form; the currency once, in the head."""
    if not re.search(r"\.figure \{[^}]*text-align: right[^}]*tabular-nums", printed.style):
        yield "figures are not right-aligned tabular figures"
    if re.search(r"(?<![\w-])-\d", plain(printed.body.partition('<div class="totals">')[2])):
        yield "a hyphen stands for a minus sign"
    places = currency_places(printed.quote.currency)
    for cell in re.findall(r'<td class="figure amount">([^<]+)', printed.body):
        if not re.fullmatch(rf"−?[\d,]+\.\d{{{places}}}", cell):
            yield f"amount {cell!r} has not {places} decimals, or a currency of its own"
    heads = re.findall(r"<thead>.*?</thead>", printed.body, flags=re.DOTALL)
    lines = [head for head in heads if 'class="figure"' in head][:1]
    if not all(printed.quote.currency in plain(head) for head in lines):
        yield "the head of the amounts does not name the currency"
    for row in re.findall(r'<tr class="(?:summand|subtotal|level-\d)[^"]*">.*?</tr>', printed.body):
        if "¥" in row:
            yield f"{plain(row)} has a symbol and is no total"


def sizes(printed: Printed) -> Iterator[str]:
    """4: at most five sizes of type and three weights, nothing too small to read."""
    own = re.sub(r"/\*.*?\*/", "", printed.style, flags=re.DOTALL).partition("@media screen")[0]
    own = re.sub(r"\.watermark \{[^}]*\}", "", own).partition("@page annex")[0]
    found = {Decimal(size) for size in re.findall(r"(?:font-size: |font: \d+ )([\d.]+)pt", own)}
    if len(found) > SIZES_MAX:
        yield f"{len(found)} sizes of type: {sorted(found)}"
    if min(found) < SIZE_LEAST:
        yield f"type of {min(found)} pt"
    weights = set(re.findall(r"font-weight: (\d+)", own)) | {"400"}
    if len(weights) > 3:
        yield f"{len(weights)} weights: {sorted(weights)}"


def colours(printed: Printed) -> Iterator[str]:
    """6: text can be read on white, and no line stands upright between cells."""
    for name in ("ink", "muted", "accent"):
        colour = re.search(rf"--{name}: (#[0-9a-f]{{6}})\b", printed.style)
        if colour is None or contrast_on_white(colour[1]) < 4.5:
            yield f"--{name} cannot be read on white"
    tables = r"\.(lines|plain|steps|taxes|sums)[^{]*\{[^}]*border-(?:left|right)"
    upright = re.findall(tables, printed.style)
    yield from (f"an upright line in .{name}" for name in upright)


def breaks(printed: Printed) -> Iterator[str]:
    """8: the head stands over the rows of each page; two rows at least; no bundle comes last."""
    listed = re.findall(
        r'<tr class="level-\d([^"]*)">\s*<td class="no">([\d.]+)</td>\s*'
        r'<td class="what">(.*?)</bdi>',
        printed.body,
    )
    head = plain(printed.body.partition("<thead>")[2].partition("</th>")[0]).split()[0]
    for place, text in enumerate(printed.pages, start=1):
        lines = text.splitlines()
        rows = [
            (number, "bundle" in kind)
            for kind, number, name in listed
            if any(line.startswith(f"{number} {plain(name)[:8]}") for line in lines)
        ]
        if not rows or len(listed) == 1:
            continue
        if not any(line.startswith(head) for line in lines):
            yield f"page {place}: rows without a head"
        if len(rows) < 2:
            yield f"page {place}: one row alone"
        if rows[-1][1]:
            yield f"page {place}: bundle {rows[-1][0]} comes last"


def clauses(printed: Printed) -> Iterator[str]:
    """9: no page but the cover is almost empty; two clauses stand above the place to sign."""
    heading = "签署确认" if "签署确认" in "".join(printed.pages) else "Acceptance"
    for place, text in enumerate(printed.pages, start=1):
        body = len("".join(text.split()))
        cover = printed.has_cover and place == 1
        if body < 150 and not cover and len(printed.pages) > 1:
            yield f"page {place} has {body} letters"
    asked = min(2, len(printed.quote.terms))
    above = [text.partition(heading)[0] for text in printed.pages if heading in text]
    starts = re.findall(r'<span class="ordinal">(\d+\.)</span>', printed.body)
    for text in above:
        found = {line.split(" ")[0] for line in text.splitlines()} & set(starts)
        if len(found) < asked:
            yield f"{len(found)} clauses above the place to sign"
    if not above:
        yield "there is no place to sign"


def inside(printed: Printed) -> Iterator[str]:
    """10: no text lies outside its page."""
    for place, page in enumerate(printed.reader.pages, start=1):
        found: list[tuple[float, float]] = []

        def note(text: str, cm: list[float], tm: list[float], *_: object) -> None:
            if text.strip():
                found.append(  # noqa: B023, it is called before the next page
                    (
                        tm[4] * cm[0] + tm[5] * cm[2] + cm[4],
                        tm[4] * cm[1] + tm[5] * cm[3] + cm[5],
                    )
                )

        page.extract_text(visitor_text=note)
        wide, high = page.mediabox.width, page.mediabox.height
        if any(not (0 <= x <= wide and 0 <= y <= high) for x, y in found):
            yield f"page {place}: text outside the page"


def named(printed: Printed) -> Iterator[str]:
    """11: every page says its number, how many there are, of which quote and for whom."""
    names = (printed.quote.customer.party.name.en, printed.quote.customer.party.name.zh)
    for place, text in enumerate(printed.pages, start=1):
        joined = " ".join(text.split())
        of = len(printed.pages)
        if not re.search(rf"Page {place} of {of}\b|第 {place} 页，共 {of} 页", joined):
            yield f"page {place} does not say its number"
        if printed.quote.reference not in joined:
            yield f"page {place} does not name the quote"
        if not any(name and name in joined for name in names):
            yield f"page {place} does not name the customer"


def vanished(printed: Printed) -> Iterator[str]:
    """12: a table has no column without a figure, and no section without a row."""
    for table in re.findall(r"<table class=\"lines.*?</table>", printed.body, flags=re.DOTALL):
        heads = len(re.findall(r"<th ", table))
        rows = re.findall(r'<tr class="level.*?</tr>', table, flags=re.DOTALL)
        if not rows:
            yield "a table without rows"
        if printed.body.count('<table class="lines') == 1:
            cells = [re.findall(r"<td.*?</td>", row, flags=re.DOTALL) for row in rows]
            empty = [n for n in range(heads) if not any(plain(row[n]) for row in cells)]
            yield from (f"column {n} is empty" for n in empty)


def waterfall(printed: Printed) -> Iterator[str]:
    """13: the way from the list price foots, in figures and in shares."""
    table = printed.body.partition('<table class="steps">')[2].partition("</table>")[0]
    cell = r'<td class="figure part">(.*?)</td><td class="figure[^"]*">(.*?)</td>'
    rows = re.findall(cell, table)
    for column in zip(*rows, strict=True):
        *above, last = [number(text) for text in column]
        if sum(above) != last:
            yield f"{column} does not foot"


def terms(printed: Printed) -> Iterator[str]:
    """14: money that is paid per period is in no sum that does not say over how long."""
    lines = printed.quote.agreed.counted
    manners = {(line.billing, line.periods) for line in lines if line.billing}
    if not manners:
        return
    text = plain(printed.body)
    for label in re.findall(r'<tr class="total"><td>(.*?)</td>', printed.body):
        if "term" not in label and "个月" not in label:
            yield "the total does not state its term"
    steps = printed.body.partition('<table class="steps">')[2].partition("</table>")[0]
    for row in re.findall(r'<tr class="(?:start|end)"><td>(.*?)</td>', steps):
        if "term" not in row and "个月" not in row:
            yield f"{plain(row)} adds up what is paid once and per period without a term"
    for billing, periods in manners:
        if not re.search(rf"{periods}[- ](?:{billing}|个月|个季度|年)", text):
            yield f"{periods} × {billing} is not stated"
    if len(re.findall(r'<tr class="subtotal"><td colspan', printed.body)) < len(manners) + 1:
        yield "what is paid once and per period has no subtotals of its own"


def watermark(printed: Printed) -> Iterator[str]:
    """16: what does not bind is marked behind the text; what was sent is not."""
    marks = re.findall(r'<div class="watermark">(.*?)</div>', printed.body)
    due = printed.quote.state in UNSENT
    if bool(marks) != due:
        yield f"a {printed.quote.state} quote has {len(marks)} watermarks"
    if due and not re.search(r"\.watermark \{[^}]*z-index: -1", printed.style):
        yield "the watermark lies before the text"
    if due and not re.search(r"--watermark: #[0-9a-f]{8}\b", printed.style):
        yield "the watermark is not translucent"
    word = plain(marks[0]).split()[0] if marks else "\0"
    for place, text in enumerate(printed.pages, start=1):
        if marks and word not in text:
            yield f"page {place} is not marked"


def fonts(printed: Printed) -> Iterator[str]:
    """17: every font is embedded, and of each only the letters that are used."""
    for page in printed.reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            found = font.get_object()
            name = found["/BaseFont"]
            descriptor = found.get("/DescendantFonts", [found])[0].get_object()["/FontDescriptor"]
            if "/FontFile2" not in descriptor.get_object():
                yield f"{name} is not embedded"
            if not re.match(r"/[A-Z]{6}\+", name):
                yield f"{name} is not a subset"


def archival(printed: Printed) -> Iterator[str]:
    """18: the file says that it is PDF/A-3a and PDF/UA-1, and has what both ask for."""
    root = printed.reader.trailer["/Root"]
    data = root["/Metadata"].get_data().decode() if "/Metadata" in root else ""
    for words in ("pdfaid", 'part="3"', 'conformance="A"', "pdfuaid"):
        if words not in data:
            yield f"the metadata lack {words}"
    for key in ("/MarkInfo", "/StructTreeRoot", "/Lang", "/OutputIntents"):
        if key not in root:
            yield f"the catalogue lacks {key}"
    if not (printed.reader.metadata and printed.reader.metadata.title):
        yield "the file has no title"


CHECKS = (
    addition, figures, sizes, typography, colours, breaks, clauses, inside, named, vanished,
    waterfall, terms, watermark, fonts, archival,
)  # fmt: skip
"""Every check, in the order of the rubric."""


def faults(printed: Printed) -> list[str]:
    """All that is wrong, each with the check that found it."""
    return [f"{check.__name__}: {fault}" for check in CHECKS for fault in check(printed)]
