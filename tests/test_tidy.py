"""The house rules that a linter does not know, read from the syntax tree of the library.

Each test lists every place that breaks its rule, so that one run shows all of them.
"""

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = tuple(sorted(path for top in ("cpq", "revenue") for path in (ROOT / top).rglob("*.py")))
LINES_MAX, LINES_WISHED, FUNCTION_MAX, COLUMNS_MAX = 500, 400, 60, 100
OUTSIDE = frozenset(
    [
        "glob",
        "io",
        "locale",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ]
)
"""Modules that reach the machine: files, clock, chance, environment, network."""

NAMES = re.compile(r"(Manager|Service|Helper|Info|Data|Utils?|Default)$|^Default|^Voucher$")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _is_domain(path: Path) -> bool:
    """Adapters reach the machine, and the shipped suites in ``testing`` start processes."""
    return not {"adapters", "testing", "testing.py"} & set(path.relative_to(ROOT).parts)


def _is_rounding(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix().startswith("cpq/kernel/money")


DOMAIN = tuple(path for path in FILES if _is_domain(path))
ELSEWHERE = tuple(path for path in FILES if not _is_rounding(path))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _found(files: tuple[Path, ...], check: Callable[[ast.AST], str | None]) -> list[str]:
    """``file:line what`` for each node that the check names."""
    return [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {what}"
        for path in files
        for node in ast.walk(_tree(path))
        if (what := check(node))
    ]


def _called(node: ast.AST) -> str:
    """The dotted name of what a call calls: ``round``, ``datetime.now``, ``.quantize``."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        return f"{owner.id if isinstance(owner, ast.Name) else ''}.{node.func.attr}"
    return ""


def _functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, Function))


def _code_lines(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring: examples are not held against it."""
    last = function.end_lineno or function.lineno
    first = function.body[0]
    said = first.end_lineno - first.lineno + 1 if ast.get_docstring(function, clean=False) else 0  # type: ignore[operator]
    return last - function.lineno + 1 - said


def _text(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def test_there_is_a_library_to_read() -> None:
    assert {"cpq/quote/model.py", "cpq/kernel/model.py"} <= {
        path.relative_to(ROOT).as_posix() for path in DOMAIN
    }


def test_no_file_is_longer_than_500_lines() -> None:
    assert [
        f"{path.relative_to(ROOT)} {n}" for path in FILES if (n := len(_text(path)) - 1) > LINES_MAX
    ] == []


@pytest.mark.filterwarnings("default")
def test_files_longer_than_400_lines_are_named() -> None:
    long = [str(path.relative_to(ROOT)) for path in FILES if len(_text(path)) - 1 > LINES_WISHED]
    if long:
        warnings.warn(f"longer than {LINES_WISHED} lines: {', '.join(long)}", stacklevel=1)
    assert len(long) < len(FILES)


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name} {lines}"
        for path in FILES
        for function in _functions(path)
        if (lines := _code_lines(function)) > FUNCTION_MAX
    ]
    assert long == []


def test_no_line_is_wider_than_100_columns() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(_text(path), start=1)
        if len(line) > COLUMNS_MAX
    ]
    assert wide == []


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in FILES if not ast.get_docstring(_tree(path))]
    assert silent == []


def test_nothing_is_left_to_do() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(_text(path), start=1)
        if pattern.search(line)
    ]
    assert left == []


def test_only_kernel_money_rounds() -> None:
    def rounds(node: ast.AST) -> str | None:
        name = _called(node)
        return name if name == "round" or name.endswith(".quantize") else None

    assert _found(ELSEWHERE, rounds) == []


def test_no_float_is_made() -> None:
    def floats(node: ast.AST) -> str | None:
        return "float()" if _called(node) == "float" else None

    assert _found(ELSEWHERE, floats) == []


def test_the_domain_writes_no_float() -> None:
    def floats(node: ast.AST) -> str | None:
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        return f"{node.value}" if literal else None  # type: ignore[attr-defined]

    assert _found(DOMAIN, floats) == []


def test_json_is_read_without_floats() -> None:
    def loose(node: ast.AST) -> str | None:
        if _called(node) not in ("json.loads", "json.load") or not isinstance(node, ast.Call):
            return None
        return None if any(word.arg == "parse_float" for word in node.keywords) else _called(node)

    assert _found(FILES, loose) == []


def test_the_domain_reads_no_clock() -> None:
    clocks = (".now", ".utcnow", ".today", ".fromtimestamp", ".time_ns", ".monotonic")

    def reads(node: ast.AST) -> str | None:
        name = _called(node)
        return name if name.endswith(clocks) else None

    assert _found(DOMAIN, reads) == []


def test_the_domain_leaves_the_decimal_context_of_the_thread_alone() -> None:
    words = ("getcontext", "setcontext", "localcontext")

    def touches(node: ast.AST) -> str | None:
        name = _called(node).rpartition(".")[2]
        return name if name in words else None

    assert _found(DOMAIN, touches) == []


def test_the_library_never_prints() -> None:
    assert _found(FILES, lambda node: "print()" if _called(node) == "print" else None) == []


def test_no_value_is_copied_without_validation() -> None:
    def copies(node: ast.AST) -> str | None:
        return "model_copy()" if _called(node).endswith(".model_copy") else None

    assert _found(FILES, copies) == []


def test_the_domain_imports_nothing_of_the_machine() -> None:
    def reaches(node: ast.AST) -> str | None:
        if isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module or ""]
        else:
            return None
        reached = [name for name in modules if name.partition(".")[0] in OUTSIDE]
        return ", ".join(reached) or None

    assert _found(DOMAIN, reaches) == []


def test_frozen_values_hold_no_lists_and_no_dicts() -> None:
    loose = []
    for path in FILES:
        for node in ast.walk(_tree(path)):
            bases = node.bases if isinstance(node, ast.ClassDef) else []
            if not any(isinstance(base, ast.Name) and base.id == "Frozen" for base in bases):
                continue
            for field in (each for each in node.body if isinstance(each, ast.AnnAssign)):  # type: ignore[attr-defined]
                words = {
                    word.id for word in ast.walk(field.annotation) if isinstance(word, ast.Name)
                }
                if words & {"dict", "list", "set", "Mapping", "Sequence", "Iterable"}:
                    loose.append(f"{path.relative_to(ROOT)}:{field.lineno}")
    assert loose == []


def test_names_come_from_the_trade() -> None:
    def vague(node: ast.AST) -> str | None:
        named = isinstance(node, ast.ClassDef) and NAMES.search(node.name)
        return node.name if named else None  # type: ignore[attr-defined]

    assert _found(FILES, vague) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("round(x)", "round"),
        ("x.y().quantize(z)", ".quantize"),
        ("datetime.now(UTC)", "datetime.now"),
        ("x.round", ""),
        ("float", ""),
    ],
)
def test_a_call_is_told_from_a_mention(source: str, name: str) -> None:
    expression = ast.parse(source, mode="eval").body
    assert _called(expression) == name


def test_the_docstring_does_not_count_as_code() -> None:
    source = 'def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a\n'
    (function,) = (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))
    assert _code_lines(function) == 3
