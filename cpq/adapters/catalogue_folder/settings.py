"""What has structure, from TOML: settings of a catalogue, promotions, plans, approvals."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from cpq.adapters.rows import Reading
from cpq.approval import ApprovalMatrix
from cpq.bom import Resource
from cpq.customer import Party
from cpq.kernel.model import Frozen
from cpq.kernel.quantity import STANDARD_UNITS, Unit, UnitTable
from cpq.plan import PricingPlan
from cpq.promotion import PromotionGroup, PromotionPolicy
from cpq.rate import ExchangeRate, RateTable
from cpq.tax import CHINA_VAT, TaxRate, TaxRegime, TaxTable

Value = TypeVar("Value", bound=Frozen)
Coded = TypeVar("Coded", PromotionPolicy, PromotionGroup)
_FILE = "catalogue.toml"
_PROMOTIONS = "promotions.toml"
_PLAIN = ("zone", "default_book", "cost_book")
_SETTINGS = (*_PLAIN, "seller", "units", "taxes", "regimes", "rates", "resources")
_RATE = ("base", "quote", "rate", "on", "until", "kind", "source")


def read_settings(reading: Reading, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a catalogue that ``catalogue.toml`` says.

    Own units and own tax codes stand in for those of the same code that come with the library.
    """
    _refuse_unknown(reading, settings, _SETTINGS, file=_FILE)
    for name in _PLAIN:
        reading.came(name, f"{_FILE}:{name}")
    fields: dict[str, Any] = {name: settings[name] for name in _PLAIN if name in settings}
    if "seller" in settings:
        fields["seller"] = reading.value(Party, settings["seller"], place=f"{_FILE}:seller")
    units = {unit.code: unit for unit in _listed(reading, settings, "units", Unit)}
    fields["units"] = STANDARD_UNITS if not units else _with_own(units)
    fields["resources"] = tuple(_listed(reading, settings, "resources", Resource))
    fields["regimes"] = tuple(_listed(reading, settings, "regimes", TaxRegime))
    own = tuple(_listed(reading, settings, "taxes", TaxRate))
    if own:
        codes = {rate.code for rate in own}
        kept = tuple(rate for rate in CHINA_VAT.rates if rate.code not in codes)
        table = reading.value(TaxTable, {"rates": (*kept, *own)}, place=f"{_FILE}:taxes")
        fields["taxes"] = table
    return fields


def read_rates(reading: Reading, settings: Mapping[str, Any]) -> RateTable:
    """The rates of ``rates.csv``, with the ``pivot`` that ``catalogue.toml`` names."""
    stated: dict[tuple[object, ...], ExchangeRate] = {}
    for row in reading.rows("rates.csv", columns=_RATE, needs=("base", "quote", "rate", "on")):
        rate = reading.of_row(ExchangeRate, row.filled(*_RATE), row)
        if rate is None:
            continue
        other = stated.setdefault((rate.base, rate.quote, rate.kind, rate.on), rate)
        if (other.rate, other.until) != (rate.rate, rate.until):
            reading.find(
                "rate.ambiguous",
                row.place("rate"),
                f"{other} stands in a line above; keep one, or give one a kind of its own",
            )
    return RateTable(rates=tuple(stated.values()), pivot=_pivot(reading, settings))


def _pivot(reading: Reading, settings: Mapping[str, Any]) -> str | None:
    """The currency over which cross rates are reckoned, where one is named."""
    place, said = f"{_FILE}:rates", settings.get("rates", {})
    if not isinstance(said, dict):
        reading.find("file.columns", place, 'written [rates], with pivot = "CNY"')
        return None
    _refuse_unknown(reading, said, ("pivot",), file=place)
    table = reading.value(RateTable, {"pivot": said.get("pivot")}, place=place)
    return table.pivot if table else None


def read_promotions(reading: Reading) -> dict[str, Any]:
    """The promotion policies of ``promotions.toml`` and the groups that they act in.

    Weights by product are a table there: ``manual_weights = { M8 = 2, M10 = 1 }``.
    """
    tables = reading.toml(_PROMOTIONS)
    _refuse_unknown(reading, tables, ("group", "promotion"), file=_PROMOTIONS)
    for fields in tables.get("promotion", []):
        if isinstance(fields, dict) and isinstance(fields.get("manual_weights"), dict):
            fields["manual_weights"] = tuple(fields["manual_weights"].items())
    policies = _valued(reading, tables, "promotion", PromotionPolicy, file=_PROMOTIONS)
    groups = _valued(reading, tables, "group", PromotionGroup, file=_PROMOTIONS, within="group.")
    return {
        "promotions": tuple(_coded(reading, "promotions", policies)),
        "promotion_groups": tuple(_coded(reading, "promotion_groups", groups)),
    }


def _coded(reading: Reading, field: str, values: Iterable[tuple[str, Coded]]) -> Iterator[Coded]:
    """Each code once; ``field`` is where a catalogue holds them."""
    seen: dict[str, str] = {}
    for place, value in values:
        reading.came(f"{field}/{value.code}", place)
        if not reading.refuse_twice(seen, value.code, place=place):
            yield value


def read_plans(reading: Reading) -> Iterator[PricingPlan]:
    """The pricing plans of ``plans.toml``."""
    file = "plans.toml"
    tables = reading.toml(file)
    _refuse_unknown(reading, tables, ("plan",), file=file)
    for place, plan in _valued(reading, tables, "plan", PricingPlan, file=file):
        reading.came(f"plans/{plan}", place)
        yield plan


def read_approvals(reading: Reading) -> ApprovalMatrix:
    """The approval matrix of ``approvals.toml``."""
    fields = reading.toml("approvals.toml")
    return reading.value(ApprovalMatrix, fields, place="approvals.toml") or ApprovalMatrix()


def _with_own(units: Mapping[str, Unit]) -> UnitTable:
    return STANDARD_UNITS.with_units(units.values())


def _refuse_unknown(
    reading: Reading, fields: Mapping[str, Any], known: tuple[str, ...], *, file: str
) -> None:
    for name in sorted(fields.keys() - set(known)):
        listed = ", ".join(sorted(known))
        reading.find("file.columns", f"{file}:{name}", f"unknown; known: {listed}")


def _listed(
    reading: Reading, settings: Mapping[str, Any], name: str, kind: type[Value]
) -> Iterator[Value]:
    """The values of the ``[[name]]`` tables of ``catalogue.toml``."""
    for number, fields in enumerate(reading.tables(settings, name, file=_FILE), start=1):
        place = f"{_FILE}:{name}.{number}"
        value = reading.value(kind, fields, place=place)
        if value is not None:
            reading.came(f"{name}/{getattr(value, 'code', number)}", place)
            yield value


def _valued(
    reading: Reading,
    tables: Mapping[str, Any],
    name: str,
    kind: type[Value],
    *,
    file: str,
    within: str = "",
) -> Iterator[tuple[str, Value]]:
    """The values of the ``[[name]]`` tables of a file, each with its place."""
    for number, fields in enumerate(reading.tables(tables, name, file=file), start=1):
        place = f"{file}:{within}{number}"
        value = reading.value(kind, fields, place=place)
        if value is not None:
            yield place, value
