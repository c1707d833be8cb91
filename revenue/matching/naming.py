"""The numbers under which open items are known, and what a text names of them (单号识别).

An item is known by its own number, by its invoice and by its contract. A name is looked up by its
atoms, so that a text costs what it is long and not what is open. What the index cannot resolve is
handed on as loose tokens: last digits or a slip of the keyboard mean something only among the items
of one customer.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from revenue.matching.token import (
    atoms_of,
    ends_in_check_digit,
    folded,
    is_creditor_reference,
    joined,
    joins,
    stripped,
    texts_of,
    without_amounts,
)

NameKind = Literal["number", "source", "contract"]
Strength = Literal["checked", "whole", "listed", "joined", "bare", "zeros", "part"]
"""How a text names something: with check digits, as a whole token, in a list or range, split or run
together, by its digits alone, without leading zeros, as part of something longer."""

_LIST = re.compile(r"\s*(?:[,;/+&，；、和及与]|\s)\s*")
_RANGE = re.compile(r"\s*[-–—~～至到]+\s*")
_AND, _TO = {"and", "und", "et", "y"}, {"to", "bis", "until", "through"}
OWN_WORDS = frozenset(
    [
        "inv",
        "invoice",
        "invoices",
        "no",
        "nr",
        "num",
        "number",
        "rg",
        "re",
        "rechnung",
        "rechnungen",
        "bill",
        "ref",
        "rf",
        "fp",
        "ar",
        "our",
        "your",
        "pmt",
        "payment",
    ]
)
_OTHERS = frozenset(
    [
        "po",
        "order",
        "orders",
        "so",
        "ord",
        "bestellung",
        "auftrag",
        "customer",
        "kdnr",
        "tel",
        "vat",
        "account",
    ]
)
_OTHERS_ZH = ("订单", "采购单", "订单号", "单据", "账号", "税号", "电话")
_SPAN_MAX = 200
_BODY_MIN = 7
"""Digits of a creditor reference from which its body alone may be told."""


class Name:
    """A number that stands for open items; ``items`` are the numbers of their receivables."""

    __slots__ = ("atoms", "digits", "items", "kind", "text", "whole")

    def __init__(self, text: str, kind: NameKind) -> None:
        self.text, self.kind = text, kind
        self.atoms = texts_of(text)
        self.whole = "".join(self.atoms)
        self.digits = "".join([atom for atom in self.atoms if atom.isdecimal()])
        self.items: dict[str, str] = {}

    def keys(self) -> tuple[str, ...]:
        """The keys under which it is looked up."""
        short = stripped(self.atoms) if "0" in self.digits else self.whole
        found = [self.whole] if short in ("", self.whole) else [self.whole, short]
        if 2 < len(self.digits) < len(self.whole):
            found.append(f"#{self.digits}")
            if self.atoms[0] == "rf" and len(self.digits) > _BODY_MIN:
                found.append(f"#{self.digits[2:]}")
        return tuple(found)


class Hit(NamedTuple):
    """A name that a text holds, and how."""

    name: Name
    strength: Strength
    token: str


class Loose(NamedTuple):
    """A token that is no name by itself; ``last`` stands at the end of the text, which banks cut.

    ``digits`` is the number in it, ``text`` has what is joined to it before. ``of_others`` says
    that the word before it announces another kind of number.
    """

    text: str
    digits: str
    of_others: bool
    last: bool


class Reading(NamedTuple):
    """What a text names: hits, loose tokens, and creditor references with wrong check digits."""

    hits: tuple[Hit, ...] = ()
    loose: tuple[Loose, ...] = ()
    misspelt: tuple[str, ...] = ()


class NameIndex:
    """Every name of every open item, by its keys."""

    def __init__(self, *, length_min: int, check_digits: Sequence[str]) -> None:
        self._length_min, self._check_digits = length_min, check_digits
        self._by_key: dict[str, list[Name]] = {}
        self._names: dict[tuple[NameKind, str], Name] = {}
        self._atoms_max = 1

    def add(self, number: str, customer: str, said: Iterable[tuple[NameKind, str]]) -> None:
        """Make an item known under its names."""
        for name in self.know(said):
            name.items[number] = customer

    def know(self, said: Iterable[tuple[NameKind, str]]) -> list[Name]:
        """Names that are known, whether or not anything is open under them."""
        found = []
        for kind, text in said:
            name = self._names.get((kind, text))
            if name is None:
                name = self._names[kind, text] = Name(text, kind)
                self._atoms_max = max(self._atoms_max, len(name.atoms))
                for key in name.keys():  # noqa: SIM118 - no mapping
                    self._by_key.setdefault(key, []).append(name)
            found.append(name)
        return found

    def remove(self, number: str, said: Iterable[tuple[NameKind, str]]) -> None:
        """An item is settled: its names stay known, and stand for nothing open."""
        for kind, text in said:
            self._names[kind, text].items.pop(number, None)

    def read(self, text: str, references: Sequence[str] = ()) -> Reading:
        """What a text and the references beside it name."""
        hits: list[Hit] = []
        loose: list[Loose] = []
        misspelt: list[str] = []
        for part in (*references, text):
            if part:
                _Reader(self, part).read_into(hits, loose, misspelt)
        return Reading(tuple(hits), tuple(loose), tuple(misspelt))

    def at(self, texts: Sequence[str]) -> Iterator[tuple[Name, Strength]]:
        """The names that these atoms spell, each with how it is spelt."""
        whole, tuple_ = joined(texts), tuple(texts)
        for name in self._by_key.get(whole, ()):
            yield name, "whole" if name.atoms == tuple_ else "joined"
        if whole.isdecimal() and len(whole) >= self._length_min:
            for name in self._by_key.get(f"#{whole}", ()):
                yield name, "bare"
        bare = stripped(texts)
        for name in self._by_key.get(bare, ()):
            if name.whole != whole and stripped(name.atoms) == bare:
                yield name, "zeros"

    @property
    def atoms_max(self) -> int:
        """How many atoms a token can have: two more than a name, where a bank broke its lines."""
        return self._atoms_max + 2

    def checked(self, token: str) -> bool:
        """Whether a token bears right check digits of a scheme that the policy names."""
        if "rf" in self._check_digits and is_creditor_reference(token):
            return True
        return any(
            ends_in_check_digit(token, scheme) for scheme in self._check_digits if scheme != "rf"
        )


class _Reader:
    """One text, read from left to right: the longest name at each place, then its list or range."""

    def __init__(self, index: NameIndex, text: str) -> None:
        self.index = index
        self.atoms = atoms_of(without_amounts(folded(text)))

    def read_into(self, hits: list[Hit], loose: list[Loose], misspelt: list[str]) -> None:
        """Append what is found."""
        place, count = 0, len(self.atoms)
        while place < count:
            if self.atoms[place].text == "rf" and (end := self._creditor(place, hits, misspelt)):
                place = end
                continue
            found, end = self._longest(place)
            if not found:
                loose += self._loose(place)
                place += 1
                continue
            more, past = self._continued(found[0].name, end)
            tight = end < count and self.atoms[end].gap in ("-", "_") and self.atoms[end].is_digits
            if tight and not more:
                found = [hit._replace(strength="part") for hit in found]
            hits += [*found, *more]
            place = past

    def _creditor(self, place: int, hits: list[Hit], misspelt: list[str]) -> int:
        """Read a creditor reference; past its end, or 0 where there is none."""
        texts = ["rf"]
        end = place + 1
        tokens: list[tuple[str, int]] = []
        while end < len(self.atoms) and len(self.atoms[end].gap) < 2:
            texts.append(self.atoms[end].text)
            end += 1
            tokens.append((joined(texts), end))
        for token, past in reversed(tokens):
            if not is_creditor_reference(token):
                continue
            names = [name for name, _ in self.index.at([token[:2], token[2:]])]
            names = names or [name for name, how in self.index.at([token[4:]]) if how != "zeros"]
            if names:
                hits += [Hit(name, "checked", token) for name in names]
                return past
        if tokens and tokens[0][0][2:4].isdecimal() and len(tokens[-1][0]) > 6:
            misspelt.append(tokens[-1][0])
        return 0

    def _longest(self, place: int) -> tuple[list[Hit], int]:
        """The best hits that begin at an atom, and the place past them."""
        atom = self.atoms[place]
        if place and not atom.gap and self.atoms[place - 1].text not in OWN_WORDS:
            return [], place
        reach = place + 1
        while reach < len(self.atoms) and reach - place < self.index.atoms_max:
            if not joins(self.atoms[reach].gap):
                break
            reach += 1
        best: list[Hit] = []
        past = place
        for end in range(reach, place, -1):
            if end < len(self.atoms) and not self.atoms[end].gap:
                continue
            texts = [each.text for each in self.atoms[place:end]]
            hits = [Hit(name, how, joined(texts)) for name, how in self.index.at(texts)]
            hits = [hit for hit in hits if self._may_be(hit, place)]
            if any(hit.strength == "whole" for hit in hits):
                return [hit for hit in hits if hit.strength == "whole"], end
            if hits and not best:
                best, past = hits, end
        return best, past

    def _may_be(self, hit: Hit, place: int) -> bool:
        """A mere number names something unless it is short or another kind is announced."""
        if not hit.token.isdecimal():
            return True
        return len(hit.token) > 2 and not self._of_others(place)

    def _of_others(self, place: int) -> bool:
        gap = self.atoms[place].gap
        if gap.rstrip(" :：.#").endswith(_OTHERS_ZH):
            return True
        before = self.atoms[place - 1].text if place else ""
        if len(gap) > 2 or before.isdecimal():
            return False
        joined_tightly = gap in ("", "-", "_") and before not in OWN_WORDS
        return before in _OTHERS or (joined_tightly and bool(before))

    def _continued(self, name: Name, end: int) -> tuple[list[Hit], int]:
        """What follows a name as a list or a range: ``INV-0012, 13`` or ``INV-0012-0015``."""
        found: list[Hit] = []
        while name.atoms and name.atoms[-1].isdecimal() and end < len(self.atoms):
            gap, at = self.atoms[end].gap, end
            word = self.atoms[end].text
            if word in _AND | _TO and end + 1 < len(self.atoms):
                gap, at = ("," if word in _AND else "-"), end + 1
            atom = self.atoms[at]
            glued_after = at + 1 < len(self.atoms) and not self.atoms[at + 1].gap
            if not atom.is_digits or glued_after:
                break
            ranged = _RANGE.fullmatch(gap) is not None
            if not ranged and not _LIST.fullmatch(gap):
                break
            hits = self._family(name, atom.text, ranged=ranged)
            if not hits:
                break
            found += hits
            name, end = hits[-1].name, at + 1
        return found, end

    def _family(self, name: Name, said: str, *, ranged: bool) -> list[Hit]:
        """The names beside ``name`` that end in what was said, or all up to it."""
        last = name.atoms[-1]
        ending = last[: -len(said)] + said if len(said) < len(last) else said
        if len(said) > len(last) or (ranged and int(ending) <= int(last)):
            return []
        width = len(last)
        wanted = range(int(last) + 1, int(ending) + 1) if ranged else [int(ending)]
        if len(wanted) > _SPAN_MAX:
            return []
        found = []
        for count in wanted:
            texts = (*name.atoms[:-1], f"{count:0{width}d}")
            for other, how in self.index.at(texts):
                if how == "whole" and other.kind == name.kind:
                    found.append(Hit(other, "listed", joined(texts)))
        return found

    def _loose(self, place: int) -> list[Loose]:
        """A number that is no name: alone, and with the letters before it where they are glued."""
        atom = self.atoms[place]
        if not atom.is_digits or len(atom.text) < 2:
            return []
        last = place == len(self.atoms) - 1
        glued = not last and not self.atoms[place + 1].gap
        if glued:
            return []
        return [Loose(self._spelt(place), atom.text, self._of_others(place), last)]

    def _spelt(self, place: int) -> str:
        """The token around a number: with what is joined to it tightly before it."""
        texts = [self.atoms[place].text]
        while place and self.atoms[place].gap in ("", "-", "_", "/"):
            place -= 1
            texts.insert(0, self.atoms[place].text)
        return joined(texts)
