"""What a PDF says of itself in XMP (文档元数据): archived, readable by all, perhaps an invoice.

A file may claim PDF/A-3a and PDF/UA-1 at once, and that an attachment of it is the invoice itself.
Validators read the first ``rdf:RDF`` of a file only, so all claims go into the one that WeasyPrint
writes, with the extension schemas that PDF/A wants for words that are not its own; and it stays
uncompressed. Sources: ISO 19005-3 (6.6), ISO 14289-1 (5), Factur-X 1.0 (XMP extension schema).
"""

from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

from cpq.adapters.plate import HybridInvoice

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"


class _Schema(NamedTuple):
    """Words of a claim: their namespace, and name, type, category and meaning of each."""

    title: str
    uri: str
    prefix: str
    properties: tuple[tuple[str, str, str, str], ...]


_FOR_ALL = _Schema(
    "PDF/UA Universal Accessibility Schema",
    "http://www.aiim.org/pdfua/ns/id/",
    "pdfuaid",
    (("part", "Integer", "internal", "Indicates which part of ISO 14289 the file adheres to"),),
)
_INVOICE = _Schema(
    "Factur-X PDFA Extension Schema",
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "fx",
    (
        ("DocumentFileName", "Text", "external", "The name of the embedded XML document"),
        ("DocumentType", "Text", "external", "The type of the hybrid document"),
        ("Version", "Text", "external", "The version of the standard of the embedded XML"),
        ("ConformanceLevel", "Text", "external", "The conformance level of the embedded XML"),
    ),
)


def described(metadata: Any, *, hybrid: HybridInvoice | None = None) -> None:
    """Make WeasyPrint's ``DocumentMetadata`` write all claims of the file, uncompressed."""
    for prefix, uri in (
        (_FOR_ALL.prefix, _FOR_ALL.uri),
        (_INVOICE.prefix, _INVOICE.uri),
        ("pdfaExtension", _EXTENSION),
        ("pdfaSchema", _SCHEMA),
        ("pdfaProperty", _PROPERTY),
    ):
        register_namespace(prefix, uri)
    written, included = metadata.generate_rdf_metadata, metadata.include_in_pdf

    def all_claims(variant: str, version: int, conformance: str) -> bytes:
        rdf = fromstring(written(variant, version, conformance))  # noqa: S314, made a moment ago
        claims: list[tuple[_Schema, tuple[str, ...]]] = [(_FOR_ALL, ("1",))]
        if hybrid is not None:
            claims.append((_INVOICE, (hybrid.file, hybrid.kind, hybrid.version, hybrid.level)))
        for schema, values in claims:
            _claim(rdf, schema, values)
        schemas = SubElement(_description(rdf), f"{{{_EXTENSION}}}schemas")
        bag = SubElement(schemas, f"{{{_RDF}}}Bag")
        for schema, _ in claims:
            _define(bag, schema)
        text: bytes = tostring(rdf, encoding="utf-8")
        return text

    def uncompressed(pdf: Any, variant: str, version: int, conformance: str, *_: Any) -> None:
        included(pdf, variant, version, conformance, compress=False)

    metadata.generate_rdf_metadata = all_claims
    metadata.include_in_pdf = uncompressed


def _description(rdf: Element) -> Element:
    made = SubElement(rdf, f"{{{_RDF}}}Description")
    made.set(f"{{{_RDF}}}about", "")
    return made


def _claim(rdf: Element, schema: _Schema, values: tuple[str, ...]) -> None:
    said = _description(rdf)
    for (name, *_), value in zip(schema.properties, values, strict=True):
        SubElement(said, f"{{{schema.uri}}}{name}").text = value


def _define(bag: Element, schema: _Schema) -> None:
    made = _resource(bag)
    SubElement(made, f"{{{_SCHEMA}}}schema").text = schema.title
    SubElement(made, f"{{{_SCHEMA}}}namespaceURI").text = schema.uri
    SubElement(made, f"{{{_SCHEMA}}}prefix").text = schema.prefix
    listed = SubElement(SubElement(made, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    for name, kind, category, meaning in schema.properties:
        row = _resource(listed)
        SubElement(row, f"{{{_PROPERTY}}}name").text = name
        SubElement(row, f"{{{_PROPERTY}}}valueType").text = kind
        SubElement(row, f"{{{_PROPERTY}}}category").text = category
        SubElement(row, f"{{{_PROPERTY}}}description").text = meaning


def _resource(above: Element) -> Element:
    made = SubElement(above, f"{{{_RDF}}}li")
    made.set(f"{{{_RDF}}}parseType", "Resource")
    return made
