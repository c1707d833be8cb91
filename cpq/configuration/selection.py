"""What configuring step by step speaks of (选配步骤): choices as facts, offers, explanations."""

from typing import Literal, NamedTuple

from cpq.configuration.model import Configuration, Origin
from cpq.configuration.reason import Reason
from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Line, LocalText, legible

Standing = Literal["chosen", "implied", "possible", "impossible", "unproved"]
"""How a value stands: chosen; the only one left; one of several; none has it; not yet known."""


class Selection(Frozen):
    """A choice as a fact: ``value`` at ``path`` was picked, or (not ``picked``) ruled out.

    An empty ``value`` is nothing: an optional group of which nothing is wanted.

    >>> str(Selection(path="head", value="H-12", origin="user", author="Li Wei"))
    'head=H-12'
    """

    path: Line
    value: Line
    picked: bool = added(True)
    origin: Origin = "user"
    author: Line = added("")

    def __str__(self) -> str:
        return f"{self.path}{'=' if self.picked else '!='}{self.value or 'none'}"


class Offer(NamedTuple):
    """A value of a path, and how it stands; an empty code is nothing."""

    code: str
    standing: Standing


class Domain(NamedTuple):
    """What may be chosen at a path: ``is_there`` says whether its owner is, ``None``: maybe."""

    path: str
    offers: tuple[Offer, ...]
    is_there: bool | None

    @property
    def possible(self) -> tuple[str, ...]:
        """The codes that are chosen or may be."""
        return tuple(offer.code for offer in self.offers if offer.standing != "impossible")

    @property
    def implied(self) -> tuple[str, ...]:
        """The codes that the choices leave no alternative to; none where nothing is there."""
        if self.is_there is False:
            return ()
        return tuple(offer.code for offer in self.offers if offer.standing == "implied")

    def is_open(self, code: str) -> bool:
        """Whether a code may be chosen, or be left."""
        return dict(self.offers).get(code) in ("possible", "unproved")


class Explanation(NamedTuple):
    """Why a value is impossible: these choices and these rules exclude it together.

    ``minimal``: with any one of them gone it would be possible. Not ``picked``: what is impossible
    is to go without the value.
    """

    path: str
    value: str
    choices: tuple[Selection, ...]
    reasons: tuple[Reason, ...]
    minimal: bool
    picked: bool = True

    @property
    def message(self) -> LocalText:
        """The explanation in words, both languages."""
        named = f"{self.path}{'=' if self.picked else '!='}{self.value or 'none'}"
        choices = " + ".join(str(choice) for choice in self.choices)
        said = [reason.message for reason in self.reasons]
        en = "; ".join(message.in_("en") for message in said)
        zh = "；".join(message.in_("zh") for message in said)
        with_en = f" with {choices}" if choices else ""
        with_zh = f"与 {choices} " if choices else ""
        return LocalText(
            en=legible(f"{named} is impossible{with_en}" + (f": {en}" if en else "")),
            zh=legible(f"{named} {with_zh}不能成立" + (f"：{zh}" if zh else "")),
        )


class Completed(NamedTuple):
    """A whole configuration that agrees with the choices, by cost.

    None costs less than ``bound``; ``proven``: none costs less than this one.
    """

    configuration: Configuration
    cost: int
    bound: int
    proven: bool
