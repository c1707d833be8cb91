"""Feature models of other people that cannot be read: each message names file and line."""

import gzip
from pathlib import Path

import pytest

from cpq.adapters.feature_models import read_dimacs, read_uvl, reading
from tests.errors.registry import reproduces

_BIKE = "features\n  Bike\n    optional\n      Bell\n"


def _dimacs(folder: Path, text: str) -> None:
    path = folder / "bike.dimacs"
    path.write_text(text, encoding="utf-8")
    read_dimacs(path)


def _uvl(folder: Path, text: str) -> None:
    path = folder / "bike.uvl"
    path.write_text(text, encoding="utf-8")
    read_uvl(path)


@reproduces(
    "feature_model.missing",
    en="The file of a feature model is not there, or cannot be opened.",
    zh="特征模型文件不存在或无法打开。",
    do="Give the path of a DIMACS or UVL file that may be read.",
    names="nowhere.dimacs",
)
def no_file(folder: Path) -> None:
    read_dimacs(folder / "nowhere.dimacs")


@reproduces(
    "feature_model.not_text",
    en="The file is no text in UTF-8, or what gzip packed is damaged.",
    zh="文件不是 UTF-8 文本，或 gzip 压缩内容已损坏。",
    do="Give the DIMACS or UVL file itself, whole, or packed with gzip.",
    names=("bike.dimacs.gz", "unpacked"),
)
def a_packed_file_that_was_cut_off(folder: Path) -> None:
    path = folder / "bike.dimacs.gz"
    path.write_bytes(gzip.compress(b"p cnf 1 1\n1 0\n")[:-6])
    read_dimacs(path)


@reproduces(
    "feature_model.empty",
    en="The file says nothing: it is empty, or has no section `features`.",
    zh="文件为空，或没有 features 部分。",
    do="Write the model again.",
    names=("bike.uvl", "'features'"),
)
def constraints_without_features(folder: Path) -> None:
    _uvl(folder, "constraints\n  Bell\n")


@reproduces(
    "feature_model.too_large",
    en="The file holds more than is read: of text when unpacked, or of variables.",
    zh="文件超出可读取的上限（解压后的文本或变量数）。",
    do="Split the model, or correct the header.",
    names=("bike.dimacs", "100"),
)
def more_text_than_is_read(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reading, "BYTES_MAX", 100)
    _dimacs(folder, "c " + "x" * 100)


@reproduces(
    "feature_model.no_header",
    en="A DIMACS file has no line `p cnf <variables> <clauses>` before its first clause.",
    zh="DIMACS 文件在第一个子句之前没有 p cnf 头行。",
    do="Write the header.",
    names=("bike.dimacs:2", "p cnf"),
)
def clauses_without_a_header(folder: Path) -> None:
    _dimacs(folder, "c 1 Bike\n1 0\n")


@reproduces(
    "feature_model.wrong_line",
    en="A line of a DIMACS file is none: neither a header, nor numbers, nor a name that is new.",
    zh="DIMACS 文件中某行无效。",
    do="Correct the line.",
    names=("bike.dimacs:3", "'Bell'"),
)
def a_name_among_the_numbers(folder: Path) -> None:
    _dimacs(folder, "c 1 Bike\np cnf 2 1\n1 Bell 0\n")


@reproduces(
    "feature_model.literal_beyond",
    en="A clause speaks of a variable beyond those that the header says.",
    zh="子句中的变量编号超出头行声明的变量数。",
    do="Correct the number, or the header.",
    names=("bike.dimacs:2", "-3", "2 variables", "line 1"),
)
def a_third_variable_of_two(folder: Path) -> None:
    _dimacs(folder, "p cnf 2 1\n1 -3 0\n")


@reproduces(
    "feature_model.unfinished",
    en="The last clause has no 0 at its end.",
    zh="最后一个子句没有以 0 结束。",
    do="Get the whole file: this one may be cut off.",
    names=("bike.dimacs:3", "0"),
)
def a_clause_without_its_end(folder: Path) -> None:
    _dimacs(folder, "p cnf 2 2\n1 0\n-2 1\n")


@reproduces(
    "feature_model.clause_count",
    en="There are more or fewer clauses than the header says.",
    zh="子句数量与头行声明不符。",
    do="Get the whole file, or correct the header.",
    names=("bike.dimacs:1", "2 clauses", "1 follow"),
)
def a_clause_too_few(folder: Path) -> None:
    _dimacs(folder, "p cnf 2 2\n1 0\n")


@reproduces(
    "feature_model.duplicate_name",
    en="Two features have one name.",
    zh="两个特征同名。",
    do="Name each feature once.",
    names=("bike.uvl:5", "'Bell'", "line 4"),
)
def two_bells(folder: Path) -> None:
    _uvl(folder, f"{_BIKE}      Bell\n")


@reproduces(
    "feature_model.syntax",
    en="A line of a UVL file is none.",
    zh="UVL 文件中某行不符合语法。",
    do="Correct the line; the message says what should stand there.",
    names=("bike.uvl:6", "a name", "the line ends"),
)
def a_constraint_that_stops(folder: Path) -> None:
    _uvl(folder, f"{_BIKE}constraints\n  Bell =>\n")


@reproduces(
    "feature_model.unknown_name",
    en="A constraint of a UVL file speaks of something that the tree does not hold.",
    zh="UVL 约束引用了特征树中不存在的名称。",
    do="Write the name as in the tree.",
    names=("bike.uvl:6", "'Lamp'", "'Bell => Lamp'"),
)
def a_lamp_that_is_not_there(folder: Path) -> None:
    _uvl(folder, f"{_BIKE}constraints\n  Bell => Lamp\n")


@reproduces(
    "feature_model.unknown_feature",
    en="A feature is asked for that the model does not have.",
    zh="所查询的特征不在模型中。",
    do="Write the name as the file does, without quotation marks.",
    names=("'Lamp'", "2"),
)
def a_feature_that_is_not_there(folder: Path) -> None:
    path = folder / "bike.uvl"
    path.write_text(_BIKE, encoding="utf-8")
    read_uvl(path).variable("Lamp")
