"""The command ``cpq configure`` (选配命令行): configure a product in a dialogue, or from a pipe.

Commands come from the standard input, one a line, and are answered one by one; a prompt is shown
only where somebody types. What is refused is told and the session goes on, so the end of input is
a good end. Exit codes are those of ``cpq.adapters.terminal``.
"""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.clingo_oracle import ClingoOracle
from cpq.adapters.clock import today
from cpq.adapters.configure_price import Prices
from cpq.adapters.configure_session import Session
from cpq.adapters.configure_table import WORDS
from cpq.adapters.options import Locale
from cpq.adapters.problems import problems
from cpq.adapters.request import ConfiguredItem
from cpq.adapters.rows import read_json
from cpq.adapters.words import language
from cpq.configuration import Configurator
from cpq.guidance import configurator
from cpq.kernel.errors import Invalid, Unreadable


class Engine(StrEnum):
    """Complete engines that may be installed beside the own search."""

    CLINGO = "clingo"


def configuring(
    product: Annotated[str, typer.Argument(help="What to configure.", show_default=False)],
    *,
    catalogue: Annotated[
        Path, typer.Option("--catalogue", "-c", help="The catalogue folder.", show_default=False)
    ],
    choices: Annotated[
        Path | None,
        typer.Option(
            "--choices",
            help="Choices to begin with: codes by path, or a request.",
            show_default=False,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Write a request here at the end.", show_default=False),
    ] = None,
    customer: Annotated[str, typer.Option(help="For whom it is priced.")] = "",
    quantity: Annotated[str, typer.Option("--quantity", "-n", help="How many; else 1.")] = "",
    periods: Annotated[str, typer.Option(help="Months or years for what recurs.")] = "",
    on: Annotated[str, typer.Option("--on", "--date", help="The day; today unless said.")] = "",
    author: Annotated[str, typer.Option(help="Who chooses.")] = "",
    tells_price: Annotated[
        bool, typer.Option("--price", help="Tell the price after every step.")
    ] = False,
    solver: Annotated[
        Engine | None,
        typer.Option(help="Whom to ask what is not found out in time.", show_default=False),
    ] = None,
    locale: Locale = "en",
) -> None:
    """Configure a product step by step · 交互选配: 'help' lists the commands.

    Commands are read from the standard input, one a line. A refusal is one line with its code and
    changes nothing; the end of input ends the session with 0.
    """
    spoken, day = language(locale), _day(on)
    books = read_catalogue(catalogue)
    item = _item(product, choices, quantity=quantity, periods=periods)

    def machine_for(whom: str) -> Configurator:
        return configurator(
            product,
            catalogue=books,
            on=day,
            customer=whom or None,
            oracle=None if solver is None else ClingoOracle,
        )

    prices = Prices(books, on=day, customer=customer, item=item, spoken=spoken)
    session = Session(
        machine_for, item, prices=prices, author=author, spoken=spoken, tells_price=tells_price
    )
    session.begin()
    if sys.stdin.isatty():
        typer.echo(WORDS[spoken.first]["begin"].format(product=product))
    for line in _lines(f"{product}> "):
        if not session.obey(line):
            break
    if save is not None:
        session.save(str(save))


def _lines(prompt: str) -> Iterator[str]:
    """What is said on the standard input; where somebody types, after a prompt."""
    if not sys.stdin.isatty():
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        yield from sys.stdin
        return
    with suppress(ImportError):
        import_module("readline")  # lines can be edited and called back
    while True:
        try:
            yield input(prompt)
        except EOFError:
            typer.echo()
            return


def _item(product: str, file: Path | None, *, quantity: str, periods: str) -> ConfiguredItem:
    """The item to begin with: from a file of choices or a request, else without any choice.

    Raises ``Unreadable`` (``request.unreadable``).
    """
    fields: dict[str, Any] = {} if file is None else _choices(product, file)
    if quantity:
        fields["quantity"] = quantity
    if periods:
        fields["periods"] = periods
    try:
        return ConfiguredItem.model_validate({**fields, "configure": product})
    except ValidationError as error:
        findings = tuple(problems(error, otherwise="request.field"))
        listed = "; ".join(str(finding) for finding in findings[:3])
        about = file or "the command line"
        raise Unreadable("request.unreadable", f"{about}: {listed}", findings=findings) from None


def _choices(product: str, file: Path) -> dict[str, Any]:
    """The fields of an item in a file: the item of a request that configures the product, or a
    table of choices by path.
    """
    found = read_json(file)
    if not isinstance(found, Mapping):
        raise Unreadable("request.unreadable", f"{file}: not a table of codes by path")
    items = found.get("items")
    if not isinstance(items, list):
        return {"choose": found}
    for item in items:
        if isinstance(item, Mapping) and item.get("configure") == product:
            return dict(item)
    raise Unreadable("request.unreadable", f"{file}: no item configures {product}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError:
        raise Invalid("input.invalid", f"a day is written 2026-11-21; found {text!r}") from None
