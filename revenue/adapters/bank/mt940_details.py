"""What ``:86:`` says about a line: plain text, or the structures that banks agreed on (附言).

Two structures are told apart by how they begin. The German one, also written in Austria and
Poland: three digits of business code, then subfields such as ``?20`` after a mark, each of up to 27
characters; inside them references such as ``EREF+``. The Dutch one: words between slashes such as
``/EREF/…/REMI/…``. Everything else is text. Subfields that are full run on in the next, others end
a line: so a reference cut in two is whole again, and two words are not glued.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from revenue.adapters.bank.source import Detail, detail

_STRUCTURED = re.compile(r"\s*([0-9]{3})([?<>~|^])(?=[0-9]{2})", re.ASCII)
_FULL = 27
_REMITTANCE = frozenset([*(str(code) for code in range(20, 30)), "60", "61", "62", "63"])
_SEPA = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|RREF|PURP)\+", re.ASCII
)
_REFERENCES = ("KREF", "MREF", "CRED")
_SLASHED = re.compile(
    r"/(EREF|KREF|PREF|IREF|MARF|CSID|IBAN|BIC|NAME|REMI|TRTP|RTRN|CNTP|ORDP|BENM|ADDR|ISDT|PURP"
    r"|ULTC|ULTD|TRCD|USTD|STRD)/",
    re.ASCII,
)
_RETURNS = frozenset({"108", "109", "159"})
"""Business codes of a direct debit or a transfer that came back (Rücklastschrift, Retoure)."""

_NONE = frozenset({"", "NOTPROVIDED", "NONREF"})


class Remittance(NamedTuple):
    """What one ``:86:`` says, in the terms of a bank line."""

    text: str = ""
    counterparty: str = ""
    account: str = ""
    bank: str = ""
    end_to_end: str = ""
    references: tuple[str, ...] = ()
    is_return: bool = False
    reason: str = ""
    details: tuple[Detail, ...] = ()


def remittance(values: Sequence[Sequence[str]]) -> Remittance:
    """What the ``:86:`` tags of a line say together; each is given as its lines.

    >>> said = remittance([["166?00GUTSCHRIFT?20EREF+E2E-17?21SVWZ+INV-1?32KARL KAUFMANN"]])
    >>> said.end_to_end, said.text, said.counterparty
    ('E2E-17', 'INV-1', 'KARL KAUFMANN')
    """
    lines = [line for value in values for line in value]
    whole = "".join(lines)
    structured = _STRUCTURED.match(whole)
    if structured:
        return _subfields(structured[1], structured[2], whole[structured.end(2) - 1 :])
    text = "\n".join(line.rstrip() for line in lines if line.strip()).strip()
    if _SLASHED.match(whole.lstrip()):
        return _slashed(text, whole)
    return Remittance(text=text)


def _subfields(code: str, mark: str, rest: str) -> Remittance:
    parts = [
        (part[:2], part[2:]) for part in re.split(re.escape(mark) + r"(?=[0-9]{2})", rest) if part
    ]
    tagged, text = _tagged([part for name, part in parts if name in _REMITTANCE])
    by_name = dict(reversed(parts))
    kept = [(f"?{name}", part) for name, part in parts if name not in _REMITTANCE]
    kept += [(f"{name}+", part) for name, part in tagged if part]
    details = [detail("GVC", code)]
    details += [detail(name, part) for name, part in kept]
    said = dict(reversed(tagged))
    end_to_end = said.get("EREF", "").strip()
    return Remittance(
        text=text,
        counterparty=_glued([by_name.get("32", ""), by_name.get("33", "")]),
        account=(by_name.get("38") or by_name.get("31", "")).strip() or said.get("IBAN", ""),
        bank=by_name.get("30", "").strip() or said.get("BIC", ""),
        end_to_end="" if end_to_end in _NONE else end_to_end,
        references=tuple(
            said[name].strip() for name in _REFERENCES if said.get(name, "").strip() not in _NONE
        ),
        is_return=code in _RETURNS,
        reason=by_name.get("34", "").strip(),
        details=tuple(details),
    )


def _tagged(subfields: Sequence[str]) -> tuple[list[tuple[str, str]], str]:
    """The references in the remittance subfields by their tags, and the text that is left.

    A reference goes on where its subfield is full and ends with it otherwise; the text goes on.
    """
    tagged: list[tuple[str, str]] = []
    text: list[str] = []
    name, full = "", False
    for subfield in subfields:
        found = _SEPA.match(subfield)
        if found:
            name, part, joined = found[1], subfield[found.end() :], False
        elif full:
            part, joined = subfield, True
        else:
            name, part, joined = "", subfield, False
        if name in ("", "SVWZ"):
            text.append(text.pop() + part if joined and text else part)
        elif joined:
            tagged.append((name, tagged.pop()[1] + part))
        else:
            tagged.append((name, part))
        full = len(subfield) >= _FULL
    return tagged, "\n".join(part.strip() for part in text if part.strip())


def _glued(parts: Sequence[str]) -> str:
    """A name over two subfields: the second goes on where the first is full."""
    first, second = parts
    between = "" if len(first) >= _FULL else " "
    return " ".join(f"{first}{between}{second}".split())


def _slashed(text: str, whole: str) -> Remittance:
    """The Dutch structure; the text stays whole, because every word in it may be a reference."""
    said = dict(reversed(list(_words(whole))))
    end_to_end = said.get("EREF", "")
    return Remittance(
        text=text,
        counterparty=" ".join(said.get("NAME", "").split()),
        account=said.get("IBAN", ""),
        bank=said.get("BIC", ""),
        end_to_end="" if end_to_end in _NONE else end_to_end,
        references=tuple(
            said[name] for name in ("KREF", "PREF", "IREF", "MARF", "CSID") if said.get(name)
        ),
        is_return="RTRN" in said,
        reason=said.get("RTRN", ""),
        details=tuple(detail(f"/{name}/", part) for name, part in said.items() if part),
    )


def _words(whole: str) -> Iterator[tuple[str, str]]:
    found = list(_SLASHED.finditer(whole))
    for place, each in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(whole)
        yield each[1], whole[each.end() : end].strip("/ ")
