"""Commands about coupons (优惠券命令行): make codes for a promotion, look at a code.

``cpq coupon make`` writes a new file of coupons, for the printer and for whoever keeps them; its
chance is that of the operating system. ``cpq coupon check`` says whether a code was typed right,
and with files of coupons whether it is good on a day. Exit codes are those of
``cpq.adapters.terminal``.
"""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cpq.adapters.clock import today
from cpq.adapters.coupon_rows import ANY, read_coupons, write_coupons
from cpq.adapters.options import Locale
from cpq.adapters.terminal import REFUSED
from cpq.adapters.words import language
from cpq.cap import Cap
from cpq.coupon import (
    ALPHABET,
    ONCE,
    CouponRegister,
    check_fits,
    coupons,
    outcome_of,
    refusal,
    seeded,
    unknown,
)
from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.period import Period
from cpq.kernel.text import LocalText, legible

commands = typer.Typer(help="Coupons and their codes · 优惠券", no_args_is_help=True)

_FITS = LocalText(en="the check character fits", zh="校验码相符")
_FITS_NOT = LocalText(
    en="the check character does not fit: check the code", zh="校验码不符，请核对券码"
)


@commands.command("make")
def make(
    count: Annotated[int, typer.Argument(help="How many.", show_default=False)],
    *,
    promotion: Annotated[
        str, typer.Option("--promotion", "-p", help="What they open.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The new CSV file.", show_default=False)],
    prefix: Annotated[str, typer.Option(help="What all codes begin with.")] = "",
    length: Annotated[int, typer.Option(help="Signs after the prefix, the check included.")] = 8,
    group: Annotated[int, typer.Option(help="Signs between hyphens; 0 for no hyphens.")] = 4,
    alphabet: Annotated[str, typer.Option(help="The signs to draw from.")] = ALPHABET,
    start: Annotated[str, typer.Option("--from", help="The first day.")] = "",
    end: Annotated[str, typer.Option("--until", help="The last day, inclusive.")] = "",
    zone: Annotated[
        str, typer.Option(help="Whose days: Asia/Shanghai; else the catalogue's.")
    ] = "",
    customer: Annotated[str, typer.Option(help="The only one who may use them.")] = "",
    batch: Annotated[str, typer.Option(help="A name for the batch.")] = "",
    orders: Annotated[str, typer.Option(help=f"Orders each is good for, or {ANY!r}.")] = "1",
    beside: Annotated[
        list[Path], typer.Option("--beside", help="Files whose codes are taken; again for more.")
    ] = [],  # noqa: B006  typer reads the default and never changes it
    seed: Annotated[
        str, typer.Option(help="Codes that follow from this word: for tests only.")
    ] = "",
) -> None:
    """Make COUNT codes for a promotion and write them into a new CSV file.

    All different, none in another file that is named, hard to guess; the last sign of each tells a
    mistyped code.
    """
    taken = [coupon.code for file in beside for coupon in read_coupons(file)]
    made = coupons(
        count,
        promotion=promotion,
        entropy=seeded(seed) if seed else os.urandom,
        length=length,
        prefix=prefix,
        alphabet=alphabet,
        group=group,
        taken=taken,
        period=Period.model_validate({"start": _day(start), "end": _day(end)}),
        zone=zone or None,
        customer=customer or None,
        batch=batch,
        caps=_caps(orders),
    )
    write_coupons(out, made)
    typer.echo(f"{len(made)} coupons for {promotion}, such as {made[0].code}")
    typer.echo(str(out))


@commands.command("check")
def check(
    code: Annotated[str, typer.Argument(help="The code, as it was typed.", show_default=False)],
    *,
    files: Annotated[
        list[Path], typer.Option("--in", "-i", help="A file of coupons; again for more.")
    ] = [],  # noqa: B006  typer reads the default and never changes it
    on: Annotated[str, typer.Option("--on", help="The day; today unless said.")] = "",
    customer: Annotated[str, typer.Option(help="Who wants to use it.")] = "",
    locale: Locale = "en",
) -> None:
    """Say whether a code was typed right, and with --in whether it is good on a day.

    Exit code 1 where it is not. Whether it is used up is known to whoever keeps the budget, and
    what it is worth to the catalogue.
    """
    spoken, day = language(locale), _day(on) or today()
    good, words = _judged(code, files, day, customer or None)
    typer.echo(words.in_(spoken.first))
    if not good:
        raise typer.Exit(REFUSED)


def _judged(
    code: str, files: list[Path], day: date, customer: str | None
) -> tuple[bool, LocalText]:
    """Whether a code is good, and what to say of it."""
    if not files:
        fits = check_fits(code)
        return fits, _FITS if fits else _FITS_NOT
    register = CouponRegister()
    for file in files:
        register = register.issued(read_coupons(file))
    try:
        coupon = register.find(code, at=day)
    except NotFound:
        return False, unknown(code).message
    refused = refusal(coupon, customer=customer, at=day)
    if refused is not None:
        return False, outcome_of(coupon, *refused).message
    return True, LocalText(
        en=f"coupon {coupon.code} opens promotion {coupon.promotion} on {day}",
        zh=f"优惠券 {coupon.code} 于 {day} 可用于促销 {coupon.promotion}",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("input.invalid", f"a day is written 2026-11-21; found {text!r}") from None


def _caps(orders: str) -> tuple[Cap, ...]:
    """The caps of a coupon that is good for so many orders, or for any number."""
    if orders == ANY:
        return ()
    if not (orders.isascii() and orders.isdigit() and int(orders)):
        raise Invalid(
            "input.invalid", f"--orders is 1 or more, or {ANY!r}; found {legible(orders)!r}"
        )
    return (ONCE[0].with_(orders=orders),)
