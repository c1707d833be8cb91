"""Feature models from DIMACS: what is read, what is counted, and what is refused with its line."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.adapters.feature_models import FeatureModel, read_dimacs, reading
from cpq.kernel.errors import NotFound, Unreadable
from cpq.solver.problem import Clause, Problem, problem

BIKE = "c a bicycle\nc 1 Bike\nc 2 Child's bell\nc 3 Lamp\np cnf 3 3\n1 0\n-2 1 0\n-3 2 1 0\n"


def read(folder: Path, text: str | bytes, *, name: str = "model.dimacs") -> FeatureModel:
    raw = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(raw)
    return read_dimacs(folder / name)


def refused(folder: Path, text: str | bytes, code: str) -> str:
    with pytest.raises(Unreadable) as caught:
        read(folder, text)
    assert caught.value.code == f"feature_model.{code}"
    assert "model.dimacs" in caught.value.message
    return caught.value.message


def test_clauses_names_and_counts_are_read(tmp_path: Path) -> None:
    model = read(tmp_path, BIKE)
    assert model.names == ("Bike", "Child's bell", "Lamp")
    assert model.problem == problem(
        [2, 2, 2],
        [
            Clause("line 6", ((0, 0b10),)),
            Clause("line 7", ((1, 0b01), (0, 0b10))),
            Clause("line 8", ((2, 0b01), (1, 0b10), (0, 0b10))),
        ],
    )
    assert (model.features, model.constraints, model.left_out) == (3, 3, ())


def test_a_feature_and_its_variable_lead_to_each_other(tmp_path: Path) -> None:
    model = read(tmp_path, BIKE)
    assert [model.variable(name) for name in model.names] == [0, 1, 2]
    assert model.selected((1, 0, 1)) == ("Bike", "Lamp")
    with pytest.raises(NotFound, match="'Motor'"):
        model.variable("Motor")


def test_a_packed_file_reads_like_the_plain_one(tmp_path: Path) -> None:
    plain = read(tmp_path, BIKE)
    assert read(tmp_path, gzip.compress(BIKE.encode()), name="model.dimacs.gz") == plain
    assert read(tmp_path, gzip.compress(BIKE.encode())) == plain
    assert read(tmp_path, b"\xef\xbb\xbf" + BIKE.replace("\n", "\r\n").encode()) == plain


def test_without_names_every_variable_is_a_feature(tmp_path: Path) -> None:
    model = read(tmp_path, "p cnf 2 0\n")
    assert (model.names, model.features) == (("1", "2"), 2)


def test_beside_named_variables_the_others_are_helpers(tmp_path: Path) -> None:
    model = read(tmp_path, "c 2 Bell\nc 2026 was a year\np cnf 3 0\n")
    assert (model.names, model.features) == (("", "Bell", ""), 1)
    assert model.selected((1, 1, 1)) == ("Bell",)


def test_a_clause_may_stand_on_several_lines_and_beside_others(tmp_path: Path) -> None:
    model = read(tmp_path, "p cnf 3 4\n1\n2\nc between\n 0 -1 0\n+3 02\n0 -3 -2 0\n")
    assert [
        (each.name, each.literals) for each in model.problem.constraints if isinstance(each, Clause)
    ] == [
        ("line 2", ((0, 2), (1, 2))),
        ("line 5", ((0, 1),)),
        ("line 6", ((2, 2), (1, 2))),
        ("line 7", ((2, 1), (1, 1))),
    ]


def test_a_clause_said_twice_is_counted_and_said_once(tmp_path: Path) -> None:
    model = read(tmp_path, "p cnf 2 4\n1 2 0\n2 1 0\n1 -1 2 0\n2 2 0\n")
    assert (model.constraints, model.duplicates, model.tautologies) == (4, 1, 1)
    literals = [each.literals for each in model.problem.constraints if isinstance(each, Clause)]
    assert literals == [((0, 2), (1, 2)), ((1, 2),)]


def test_an_empty_clause_can_never_hold(tmp_path: Path) -> None:
    model = read(tmp_path, "p cnf 1 1\n0\n")
    assert not model.problem.holds((0,))
    assert not model.problem.holds((1,))


@pytest.mark.parametrize("ending", ["%\n0\n\n", "%", "0\n", "% 0", "c the end\n"])
def test_endings_of_other_writers_are_no_clauses(tmp_path: Path, ending: str) -> None:
    assert len(read(tmp_path, "p cnf 2 1\n1 -2 0\n" + ending).problem.constraints) == 1


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "empty", ("is empty",)),
        ("\n \n", "empty", ("is empty",)),
        ("c 1 Bike\n1 0\n", "no_header", (":2",)),
        ("c 1 Bike\nBike 0\n", "wrong_line", (":2", "'Bike'")),
        ("c only words\n", "no_header", ("p cnf",)),
        ("0\np cnf 1 1\n", "no_header", (":1",)),
        ("p cnf 2\n", "wrong_line", (":1", "'p cnf 2'")),
        ("p cnf -2 1\n", "wrong_line", (":1",)),
        ("p dnf 2 1\n", "wrong_line", (":1",)),
        ("p cnf 1 1\np cnf 1 1\n1 0\n", "wrong_line", (":2", "line 1")),
        ("p cnf 2 1\n1 2.5 0\n", "wrong_line", (":2", "'2.5'")),
        ("p cnf 2 1\n1 ٢ 0\n", "wrong_line", (":2",)),
        ("p cnf 2 1\n1 " + "9" * 5000 + " 0\n", "wrong_line", (":2", "999")),
        ("p cnf 2 2\n1 0\n\n1 3 0\n", "literal_beyond", (":4", "3", "2 variables")),
        ("p cnf 2 2\n1 0\n1 -3 0\n", "literal_beyond", (":3", "-3")),
        ("p cnf 2 2\n1 0\n2 -1\n", "unfinished", (":3",)),
        ("p cnf 2 2\n1 0\n2\n% 0\n", "unfinished", (":3",)),
        ("p cnf 2 2\n1 0\n", "clause_count", (":1", "2 clauses", "1 follow")),
        ("p cnf 2 1\n1 0\n2 0\n", "clause_count", (":3", "more")),
        ("p cnf 2 1\n1 0\n%\n2 0\n", "wrong_line", (":4", "'2'")),
        ("c 1 Bell\nc 2 Bell\np cnf 2 0\n", "duplicate_name", (":2", "'Bell'", "line 1")),
        ("c 1 Bell\nc 1 Lamp\np cnf 2 0\n", "wrong_line", (":2", "'Lamp'", "'Bell'")),
        ("p cnf 999999999999 1\n1 0\n", "too_large", (":1", "999999999999")),
        (b"p cnf 1 1\n\xff\xfe 0\n", "not_text", ("line 2",)),
        (b"p cnf 1 1\n1\0 0\n", "not_text", ("line 2", "NUL")),
        (gzip.compress(BIKE.encode(), mtime=0)[:-9], "not_text", ("unpacked",)),
        (b"\x1f\x8b\x08 and then something else", "not_text", ("unpacked",)),
    ],
)
def test_what_does_not_add_up_is_refused(
    tmp_path: Path, text: str | bytes, code: str, words: tuple[str, ...]
) -> None:
    message = refused(tmp_path, text, code)
    assert [word for word in words if word not in message] == []


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.dimacs", tmp_path):
        with pytest.raises(Unreadable, match=r"cannot be opened") as caught:
            read_dimacs(path)
        assert caught.value.code == "feature_model.missing"


def test_a_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BYTES_MAX", 100)
    refused(tmp_path, gzip.compress(b"c " + b"x" * 99), "too_large")
    assert read(tmp_path, b"p cnf 1 0\nc " + b"x" * 88).features == 1


names = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12
).filter(lambda name: name == name.strip() and "\n" not in name)


@st.composite
def models(draw: st.DrawFn) -> FeatureModel:
    called = draw(st.lists(names, unique=True, min_size=1, max_size=6))
    variables = range(len(called))
    clauses = draw(
        st.lists(st.dictionaries(st.sampled_from(variables), st.sampled_from([1, 2])), max_size=8)
    )
    said = dict.fromkeys(frozenset(clause.items()) for clause in clauses)
    return FeatureModel(
        problem=Problem(
            (2,) * len(called),
            tuple(
                Clause(f"line {line}", tuple(sorted(literals)))
                for line, literals in enumerate(said, start=len(called) + 2)
            ),
        ),
        names=tuple(called),
        constraints=len(said),
    )


def written(model: FeatureModel) -> str:
    lines = [f"c {number} {name}" for number, name in enumerate(model.names, start=1)]
    lines.append(f"p cnf {len(model.names)} {len(model.problem.constraints)}")
    for clause in model.problem.constraints:
        assert isinstance(clause, Clause)
        words = [str(at + 1 if mask == 2 else -at - 1) for at, mask in clause.literals]
        lines.append(" ".join([*words, "0"]))
    return "\n".join(lines)


@given(model=models())
def test_what_is_written_reads_back_the_same(
    model: FeatureModel, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert read(tmp_path_factory.mktemp("written"), written(model)) == model


words = st.sampled_from(
    ["c", "p", "cnf", "%", "0", "1", "-2", "3", "-", "x", "\n", "\n", "p cnf 2 2"]
)


@given(text=st.lists(words, max_size=25).map(" ".join))
def test_any_text_is_read_or_refused(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with suppress(Unreadable):
        model = read(tmp_path_factory.mktemp("any"), text)
        assert problem(model.problem.sizes, model.problem.constraints) == model.problem
        assert len(model.names) == len(model.problem.sizes)
