"""Any bytes are read whole or refused by one of our errors: nothing else comes out."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from cpq.kernel.errors import DomainError
from revenue.adapters.bank import ColumnMap, read_statements

STATEMENTS = Path(__file__).parent / "statements"
FILES = {path.name: path.read_bytes() for path in sorted(STATEMENTS.iterdir())}
HERE = ColumnMap(account_number="1", currency_code="CNY")
PIECES = (
    *(b"", b"\x00", b"\xff", b",", b",,", b":", b"\n", b"\r", b'"', b"<", b"-", b"/", b"9"),
    *(b"1E+999", b"NaN", b"\xef\xbc\x91", b"\xe2\x80\xae", b"&#1;", b"<!DOCTYPE d>", b":62F:"),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile") / "file"


@given(
    name=st.sampled_from(sorted(FILES)),
    at=st.integers(0, 10_000),
    cut=st.integers(0, 40),
    piece=st.sampled_from(PIECES),
    keep=st.sampled_from(["refuse", "keep"]),
)
def test_a_damaged_statement_is_read_whole_or_refused(file, name, at, cut, piece, keep):
    data = FILES[name]
    at %= len(data)
    file.write_bytes(data[:at] + piece + data[at + cut :])
    found, refused = (), None
    try:
        found = read_statements(file, unbalanced=keep)
    except DomainError as error:
        refused = error
    if refused is not None:
        assert (refused.code.count("."), len(refused.message) < 2100) == (1, True)
    for statement in found:
        assert [line.position for line in statement.lines] == list(
            range(1, len(statement.lines) + 1)
        )
        assert keep == "keep" or statement.check() == ()


@given(
    data=st.binary(max_size=300),
    format_=st.sampled_from([None, "mt940", "camt.053", "bai2", "csv"]),
)
def test_any_bytes_are_refused_by_an_error_of_ours(file, data, format_):
    file.write_bytes(data)
    with pytest.raises(DomainError):
        read_statements(file, format=format_, columns=HERE)


@given(text=st.text(max_size=80), at=st.integers(0, 5))
def test_any_text_in_a_field_is_kept_or_refused(file, text, at):
    whole = (
        ":20:X\n:25:123\n:28C:1/1\n:60F:C261119EUR0,\n"
        f":61:2611201120C5,NTRFNONREF//{text if at == 0 else ''}\n:86:{text if at else 'a'}\n"
        ":62F:C261120EUR5,\n-\n"
    )
    file.write_bytes(whole.encode("utf-8", "surrogatepass"))
    try:
        (statement,) = read_statements(file)
    except DomainError:
        return
    assert len(statement.lines) == 1
