"""What the benchmarks measure is what they say: same totals, same catalogue, honest spreads."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

import benchmarks.__main__ as command
from benchmarks import (
    _chunks,
    _deals,
    _documents,
    _machines,
    _products,
    _rounds,
    batch,
    catalogue,
    documents,
    pricing,
)
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import html_of
from cpq.adapters.render import Renderer
from cpq.adapters.view import QuoteView
from cpq.configuration import Item
from cpq.configuration.compile import compiled
from cpq.solver.solver import Solver

WARES = _deals.wares(200)


def asked(lines: int) -> tuple[_deals.Asked, ...]:
    (quote,) = _deals.quotes(WARES, lines=lines, size=lines, seed=3)
    return quote


def items(lines: int) -> list[Item]:
    return [line.item for line in asked(lines)]


def test_the_book_of_deals_has_161_rules() -> None:
    entries = _deals.deals(WARES)
    tiered = [entry for entry in entries if len(entry.tiers) == 3]
    assert len(tiered) == 50
    assert sum(len(entry.tiers) for entry in entries) == _deals.RULES
    assert sum(entry.category is not None for entry in entries) == 10


def test_every_kind_of_rule_prices_some_product() -> None:
    priced = pricing.priced(items(400), _deals.catalogue(WARES), trace=True)
    won = {step.rule for line in priced.lines for step in line.steps if step.applied}
    assert any("category" in rule for rule in won)
    assert any("everything" in rule for rule in won)


@pytest.mark.parametrize("trace", [False, True])
def test_the_bare_loop_comes_to_what_price_says(trace: bool) -> None:
    priced = pricing.priced(items(400), _deals.catalogue(WARES), trace=trace)
    lines = [pricing.bare_line(line) for line in asked(400)]
    assert pricing.read(priced, trace=trace) == pricing.bare_quote(lines)
    assert pricing.bare_quote(lines, unit_prices=False) == pricing.bare_quote(lines)
    found = [(line.list_price, line.unit_price) for line in priced.lines]
    assert found == [(line.list_price, line.unit_price) for line in lines]


def test_quotes_of_another_seed_are_others() -> None:
    first, second = (_deals.quotes(WARES, lines=20, size=10, seed=seed) for seed in (1, 2))
    assert first == _deals.quotes(WARES, lines=20, size=10, seed=1)
    assert first != second
    assert [len(quote) for quote in first] == [10, 10]


def test_the_folder_is_the_catalogue_in_memory(tmp_path: Path) -> None:
    catalogue.write_folder(tmp_path, WARES)
    read = pricing.priced(items(50), read_catalogue(tmp_path), trace=True)
    made = pricing.priced(items(50), _deals.catalogue(WARES), trace=True)
    assert read.gross == made.gross
    assert [line.steps for line in read.lines] == [line.steps for line in made.lines]


def test_contestants_take_turns() -> None:
    met: list[str] = []

    def contestant(name: str, seconds: float) -> float:
        met.append(name)
        return seconds

    timings = _rounds.in_rounds(
        lambda number: {
            "a": lambda: contestant(f"a{number}", 1.0 + number),
            "b": lambda: contestant(f"b{number}", 2.0),
        },
        rounds=3,
    )
    assert met == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert timings["a"].ratio_to(timings["b"]) == (0.5, 1.0, 1.5)
    assert _rounds.added_up(list(timings.values())).seconds == (3.0, 4.0, 5.0)


def test_a_figure_stands_with_its_quartiles() -> None:
    assert _rounds.figures("ratio", [4.0, 1.0, 2.0, 3.0, 5.0]) == {
        "ratio": 3.0,
        "ratio_quartiles": [2.0, 4.0],
    }


@pytest.mark.parametrize("components", [10, 60])
def test_a_product_model_allows_what_its_machine_does(components: int) -> None:
    made = _machines.machine(components)
    model = compiled(_products.product_model(made))
    written, own = Solver(model.problem), Solver(made.problem)
    for variable, value in ((0, made.planted[0]), (5, made.planted[5])):
        path = _products.path_of(made, variable)
        found = model.literal(path, _products.code_of(made, variable, value))
        assert found is not None
        written.choose(found[0], found[1].bit_length() - 1)
        own.choose(variable, value)
    for variable, size in enumerate(made.problem.sizes):
        for value in range(size):
            path = _products.path_of(made, variable)
            at, mask = model.literal(path, _products.code_of(made, variable, value)) or (0, 0)
            assert bool(written.domain(at) & mask) is bool(own.domain(variable) >> value & 1)


def test_a_generated_machine_has_the_solution_it_was_drawn_around() -> None:
    made = _machines.machine(50)
    assert made.problem.holds(made.planted)
    assert [made.above(0), made.above(7)] == [(), (0, 1)]


@pytest.mark.slow
def test_a_document_is_measured_in_its_steps() -> None:
    (taken,) = documents.measured(3, rounds=1)
    ours = taken["ours"]
    steps = sum(ours[step] for step in ("template", "layout", "writing")) / 1000
    assert 0 < steps <= ours["seconds"]
    assert ours["pages"] >= 1
    assert ours["layouts"] >= 1
    assert all(each["seconds"] > 0 for each in taken.values())


@pytest.mark.slow
def test_chunks_hold_every_line_once_and_their_pages_go_on(tmp_path: Path) -> None:
    asked = _documents.quote(25)
    plates = _chunks.chunk_plates(asked, Layout(locale="en"), size=10, folder=tmp_path)
    texts = [html_of(plate) for plate in plates]
    assert [plate.rows for plate in plates] == [10, 10, 5]
    numbers = []
    for plate in plates:
        view = dict(plate.given)["quote"]
        assert isinstance(view, QuoteView)
        numbers += [line.number for line in view.sections[0].lines]
    assert numbers == [line.number for line in asked.pricing.lines]
    assert ["signatures" in text.partition("<body>")[2] for text in texts] == [False, False, True]
    with Renderer() as renderer:
        parts = [renderer.pdf(plate) for plate in plates]
    whole = PdfReader(io.BytesIO(_chunks.put_together(parts).content))
    pages = [page.extract_text() for page in whole.pages]
    count = len(pages)
    assert all(f"{number} / {count}" in text for number, text in enumerate(pages, start=1))


@pytest.mark.slow
def test_the_plain_table_has_the_rows_of_the_quote() -> None:
    asked = _documents.quote(4)
    assert _documents.quote(4) == asked
    table = _documents.plain_table(asked)
    assert table.count("<tr>") == 4
    assert all(line.name.en in table for line in asked.pricing.lines)


@pytest.mark.slow
def test_a_batch_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    figures = batch.run(["1", "1", "2"])
    speed = [figures[f"quotes_per_second_{workers}"] for workers in (1, 2)]
    assert all(isinstance(rate, float) and rate > 0 for rate in speed)
    assert figures["documents"] == 2
    assert "quotes per second" in capsys.readouterr().out


def test_benchmarks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    listed = capsys.readouterr().out
    assert {"catalogue", "imports", "pricing"} <= {line.split()[0] for line in listed.splitlines()}


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["speed"]) == 2
    assert "there is no benchmark 'speed'" in capsys.readouterr().err
