"""A configuring session (选配会话): commands, one a line, over the choices of one configured item.

A command that is refused changes nothing and is told in one line; the session goes on. Every
command that changes choices is one step for ``undo``.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from json import dumps
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import ValidationError

from cpq.adapters.configure_price import AIMS, Prices
from cpq.adapters.configure_table import (
    SIGNS,
    WORDS,
    help_table,
    request_of,
    standing_table,
    tree_table,
)
from cpq.adapters.problems import problems
from cpq.adapters.request import ConfiguredItem
from cpq.adapters.terminal import complain, show
from cpq.adapters.words import Language
from cpq.configuration.compiled import NOTHING, is_several
from cpq.configuration.model import Configuration
from cpq.configuration.selection import Completed, Domain, Selection
from cpq.configuration.state import Configurator
from cpq.kernel.errors import DomainError, Invalid, Refused, Unavailable
from cpq.kernel.text import legible
from cpq.solver.oracle import Undecided

Done = TypeVar("Done")
_NONE = ("none", "无")
_LISTED_MAX = 20


class Session:
    """The commands over a configurator; ``obey`` takes them one by one.

    ``machine_for`` makes the machine for a customer, or for nobody (empty); ``item`` names the
    product and how many, and its choices are those to begin with. ``prices`` says what it costs,
    after every step where the session ``tells_price``.
    """

    def __init__(
        self,
        machine_for: Callable[[str], Configurator],
        item: ConfiguredItem,
        *,
        prices: Prices,
        author: str,
        spoken: Language,
        tells_price: bool = False,
    ) -> None:
        self.machine, self._machine_for = machine_for(prices.customer), machine_for
        self.item, self.prices = item, prices
        self.catalogue, self.on = prices.catalogue, prices.on
        self.author, self.spoken, self.tells_price = author, spoken, tells_price
        self.words = WORDS[spoken.first]
        self._before: list[tuple[Selection, ...]] = []
        self._asked: tuple[str, str] | None = None
        self._fixes: tuple[tuple[Selection, ...], ...] = ()
        self._commands: dict[str, Callable[[str], None]] = {
            "show": self.show,
            "choose": self.choose,
            "no": self.rule_out,
            "unchoose": self.unchoose,
            "undo": self.undo,
            "why": self.why,
            "fix": self.fix,
            "complete": self.complete,
            "count": self.count,
            "price": self.price,
            "prices": self.prices_of,
            "explode": self.explode,
            "save": self.save,
            "help": lambda _: show(help_table(self.spoken)),
        }

    def begin(self) -> None:
        """Make the choices of the item; one that is refused is told, the others are made."""
        for path, codes in self.item.choose:
            for selection in self._to_begin(path, codes):
                self._guarded(partial(self.machine.decide, selection))
        self._tell_price()

    def obey(self, line: str) -> bool:
        """Do what one line says; whether the session goes on."""
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            return True
        name, _, rest = text.partition(" ")
        if name in ("quit", "exit"):
            return False
        command = self._commands.get(name)
        if command is not None:
            self._guarded(lambda: command(rest.strip()))
        elif "!=" in text:
            self._guarded(lambda: self.rule_out(text))
        elif "=" in text:
            self._guarded(lambda: self.choose(text))
        else:
            self._guarded(lambda: _unknown(name, self._commands))
        return True

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except DomainError as error:
            self._tell(error)
        except Undecided:
            self._tell(
                Refused("configuration.undecided", "that was not found out in time; choose more")
            )
        except ValidationError as error:
            for finding in problems(error, otherwise="input.invalid"):
                typer.echo(str(finding), err=True)

    def _tell(self, error: DomainError) -> None:
        """One line on the error stream, in Chinese where the refusal says it in Chinese."""
        zh = error.text.zh
        if self.spoken.first == "zh" and zh:
            typer.echo(f"{zh} [{error.code}]", err=True)
        else:
            complain(error)

    # choosing ---------------------------------------------------------------------------------

    def choose(self, rest: str) -> None:
        """Choose a value; say what follows from it."""
        path, code = self._pair(rest)
        self._asked, self._fixes = (path, code), ()
        self._step(lambda: self._choose(path, code))
        self._asked = None

    def rule_out(self, rest: str) -> None:
        """Decide that an option of a group with several picks is not wanted."""
        path, code = self._pair(rest.replace("!=", "=", 1))
        self._step(lambda: self.machine.decide(self._selection(path, code, picked=False)))

    def unchoose(self, rest: str) -> None:
        """Take the choice at a path back, of several picks that of a value."""
        path, code = self._pair(rest, whole=False)
        self._step(lambda: self.machine.unchoose(path, code or None))

    def undo(self, _: str) -> None:
        """Make the choices what they were before the last step."""
        if not self._before:
            raise Invalid("input.invalid", "there is no step to undo")
        self.machine.restore(self._before.pop())
        self._fixes, self._asked = (), None
        typer.echo(self.words["undone"])
        self._tell_price()

    def fix(self, rest: str) -> None:
        """Apply a correction that ``why`` listed: take its choices back, choose what was asked."""
        if not self._fixes or self._asked is None:
            raise Invalid("input.invalid", "there is nothing to fix; ask 'why PATH VALUE' first")
        numbers = {str(number): found for number, found in enumerate(self._fixes, start=1)}
        if rest not in numbers:
            raise Invalid(
                "input.invalid", f"fix is one of {', '.join(numbers)}; found {legible(rest)!r}"
            )
        path, code = self._asked
        self._step(lambda: self._correct(path, code, numbers[rest]))
        self._fixes, self._asked = (), None

    def complete(self, rest: str) -> None:
        """Fill in all that is open, what was only filled in before as well: nearest to the presets,
        or best by an aim.
        """
        if rest not in ("", "preference", *AIMS):
            raise Invalid(
                "input.invalid",
                f"complete by {', '.join(AIMS)} or preference; found {legible(rest)!r}",
            )
        typer.echo(self._step(lambda: self._filled(rest)))

    def _filled(self, rest: str) -> str:
        """Fill in what is best; say how good that is."""
        self.machine.restore(_meant(self.machine.choices))
        aim = AIMS.get(rest)
        if aim is not None:
            best = self.prices.best(self.machine, aim)
            self._fill(best.configuration)
            return self.prices.best_told(best, aim)
        costs = self.machine.model.preferences() if rest else None
        found = self.machine.complete(costs, quantity=self.item.quantity)
        self._fill(found.configuration)
        sure, unsure = ("preferred", "nearly") if rest else ("fewest", "few")
        words = self.words[sure if found.proven else unsure]
        return words.format(cost=found.cost, bound=found.bound)

    def _fill(self, made: Configuration) -> None:
        """Choose what a completion has wherever something else is possible too."""
        for slot in self.machine.model.layout.slots:
            wanted = made.chosen(slot.path) or (NOTHING,)
            for code in slot.codes if is_several(slot) else wanted:
                domain = self.machine.domain(slot.path)
                if domain.is_there is not False and domain.is_open(code):
                    picked = code in wanted
                    self.machine.decide(
                        Selection(path=slot.path, value=code, picked=picked, origin="preset")
                    )

    def _choose(self, path: str, code: str) -> None:
        """Choose a value; what was only filled in gives way to it."""
        try:
            self.machine.decide(self._selection(path, code))
        except Refused as refusal:
            if refusal.code != "configuration.conflict":
                raise
            for found in self.machine.corrections(path, code):
                if all(choice.origin == "preset" or choice.path == path for choice in found):
                    self._correct(path, code, found)
                    return
            raise

    def _correct(self, path: str, code: str, give_up: Iterable[Selection]) -> None:
        self.machine.correct(path, code, give_up, author=self.author)

    def _step(self, act: Callable[[], Done]) -> Done:
        """Do one step that ``undo`` takes back; say what was chosen and what follows."""
        before, stood = self.machine.choices, _settled(self.machine.domains())
        try:
            done = act()
        except (DomainError, Undecided):
            self.machine.restore(before)
            raise
        self._fixes, now = (), self.machine.choices
        if now != before:
            self._before.append(before)
        for choice in now:
            if choice not in before:
                key = "chosen" if choice.picked else "ruled_out"
                typer.echo(f"{SIGNS[key]} {choice} {self.words[key]}")
        gone = [choice for choice in before if choice not in now]
        if gone:
            typer.echo(self.words["taken_back"].format(choices=self._listed(gone)))
        new = [pair for pair in _settled(self.machine.domains()) if pair not in stood]
        for path, code in new[:_LISTED_MAX]:
            value = Selection(path=path, value=code)
            typer.echo(f"{SIGNS['implied']} {value} {self.words['implied']}")
        if len(new) > _LISTED_MAX:
            typer.echo(self.words["more"].format(count=len(new) - _LISTED_MAX))
        self._tell_price()
        return done

    def _tell_price(self) -> None:
        if self.tells_price:
            typer.echo(self.prices.running(self.machine))

    def _to_begin(self, path: str, codes: Sequence[str]) -> Iterable[Selection]:
        """The choices of a request at a path: its codes; of none, that nothing is picked."""
        slot = self.machine.model.layout.by_path.get(path)
        if codes or slot is None or not is_several(slot):
            return [self._selection(path, code) for code in codes or (NOTHING,)]
        return [self._selection(path, code, picked=False) for code in slot.codes]

    # looking ----------------------------------------------------------------------------------

    def show(self, rest: str) -> None:
        """Print how every value stands, of all paths or of those that begin as said."""
        domains = [each for each in self.machine.domains() if each.path.startswith(rest)]
        if rest and not domains:
            self.machine.domain(rest)  # refuses a path that is none
        laid = self.machine.model.layout
        show(
            standing_table(
                domains,
                laid.by_path,
                self.machine.choices,
                products=self.catalogue.products_by_code,
                spoken=self.spoken,
                whole=rest,
            )
        )

    def why(self, rest: str) -> None:
        """Say what excludes a value, and number the smallest corrections; or what implies it."""
        if not rest and self._asked is None:
            raise Invalid("input.invalid", "nothing was refused; ask 'why PATH VALUE'")
        path, code = self._pair(rest) if rest else self._asked or ("", "")
        value = Selection(path=path, value=code)
        standing = dict(self.machine.domain(path).offers).get(code)
        if standing in ("chosen", "implied"):
            typer.echo(self._why_settled(value, standing))
            return
        conflict = self.machine.explain(path, code)
        self._asked = (path, code)
        self._fixes = self.machine.corrections(path, code)
        typer.echo(conflict.message.in_(self.spoken.first))
        for number, found in enumerate(self._fixes, start=1):
            choices = self._listed(found)
            typer.echo(f"  {self.words['fix'].format(number=number, choices=choices)}")
        if not self._fixes:
            typer.echo(f"  {self.words['fix_none']}")

    def _why_settled(self, value: Selection, standing: str) -> str:
        if standing == "chosen":
            return self.words["is_chosen"].format(value=value)
        causes = self.machine.implied_by(value.path, value.value)
        key = "implied_by" if causes else "implied_alone"
        return self.words[key].format(value=value, choices=self._listed(causes))

    def count(self, _: str) -> None:
        """Say how many configurations agree with the choices."""
        found = self.machine.count()
        if found is None:
            typer.echo(self.words["too_many"])
        else:
            key = "configuration" if found == 1 else "configurations"
            typer.echo(self.words[key].format(count=found))

    def explode(self, _: str) -> None:
        """Print the parts of the completed configuration with their quantities."""
        made = self._completed().configuration
        show(tree_table(made, products=self.catalogue.products_by_code, spoken=self.spoken))

    def price(self, rest: str) -> None:
        """Print the price waterfall of the completed configuration, for a customer or nobody; what
        another customer is offered is asked anew.
        """
        if rest and rest != self.prices.customer:
            machine = self._machine_for(rest)
            machine.restore(self.machine.choices)
            typer.echo(self.prices.waterfall(machine, rest))
            self.machine = machine
            return
        typer.echo(self.prices.waterfall(self.machine, self.prices.customer))

    def prices_of(self, rest: str) -> None:
        """Print what each possible value of a path would make of the price; what was only filled
        in does not stand in its way.
        """
        if not rest:
            raise Invalid("input.invalid", "prices needs a path: prices PATH")
        before = self.machine.choices
        self.machine.restore(_meant(before))
        try:
            show(self.prices.effects(self.machine, rest))
        finally:
            self.machine.restore(before)

    def save(self, rest: str) -> None:
        """Write the completed configuration as a request; its number is the file's name.

        Raises ``Unavailable`` (``file.not_written``).
        """
        if not rest:
            raise Invalid("input.invalid", "save needs a file: save FILE")
        file = Path(rest)
        made = self._completed().configuration.with_(periods=self.item.periods)
        request = request_of(
            made,
            self.machine.model.layout.slots,
            number="-".join(file.stem.split()),
            customer=self.prices.customer,
            on=self.on,
        )
        try:
            text = dumps(request, ensure_ascii=False, indent=2)
            file.write_text(f"{text}\n", encoding="utf-8")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise Unavailable("file.not_written", f"{file} cannot be written: {why}") from None
        typer.echo(
            self.words["saved" if self.prices.customer else "saved_nobody"].format(file=file)
        )

    def _completed(self) -> Completed:
        return self.machine.complete(quantity=self.item.quantity)

    # words ------------------------------------------------------------------------------------

    def _pair(self, text: str, *, whole: bool = True) -> tuple[str, str]:
        """A path and a value, written ``PATH VALUE`` or ``PATH=VALUE``."""
        path, sign, code = text.partition("=") if "=" in text else text.partition(" ")
        path, code = path.strip(), code.strip()
        if not path or (whole and not sign):
            raise Invalid(
                "input.invalid",
                f"a path and a value are needed: PATH VALUE; found {legible(text) or 'nothing'!r}",
            )
        slot = self.machine.model.layout.by_path.get(path)
        nothing = whole and code in _NONE and (slot is None or code not in slot.codes)
        return path, NOTHING if nothing else code

    def _selection(self, path: str, code: str, *, picked: bool = True) -> Selection:
        return Selection(path=path, value=code, picked=picked, author=self.author)

    def _listed(self, choices: Iterable[Selection]) -> str:
        named = [str(choice) for choice in choices]
        more = " …" if len(named) > _LISTED_MAX else ""
        return " + ".join(named[:_LISTED_MAX]) + more


def _settled(domains: Iterable[Domain]) -> dict[tuple[str, str], None]:
    """The paths and values that are implied, in their order."""
    return {(domain.path, code): None for domain in domains for code in domain.implied}


def _meant(choices: Iterable[Selection]) -> list[Selection]:
    """The choices that somebody made, without what was only filled in."""
    return [choice for choice in choices if choice.origin != "preset"]


def _unknown(name: str, commands: Iterable[str]) -> None:
    raise Invalid(
        "input.invalid",
        f"there is no command {legible(name)!r}; commands are {', '.join(commands)}, quit",
    )
