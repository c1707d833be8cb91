"""Hostile names of files, links, full disks, and many who write one document at once."""

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from cpq.adapters.file_name import file_name, same_file
from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import Refused, Unavailable
from cpq.kernel.text import number_key
from tests.hostile.inputs import Entry, entries, given

DEVICE = re.compile(r"(con|prn|aux|nul|conin|conout|clock|(com|lpt)[0-9])(\..*)?")
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def _is_safe(name: str) -> bool:
    stem = name.removesuffix(".pdf")
    return (
        name.endswith(".pdf")
        and all(letter.isalnum() or letter in "-_.~" for letter in name)
        and name[0] not in "-.~"
        and not stem.endswith(".")
        and len(name.encode()) <= 150
        and not DEVICE.fullmatch(unicodedata.normalize("NFKC", stem).casefold())
    )


@pytest.mark.parametrize("entry", entries("files"))
def test_a_number_becomes_a_safe_name(entry: Entry, tmp_path: Path) -> None:
    name = file_name(given(entry), suffix=".pdf")
    assert _is_safe(name)
    assert name == entry.get("name", name)
    assert ("~" in name) == ("name" not in entry)
    (tmp_path / "out").mkdir()
    written = write_whole(tmp_path / "out" / name, b"%PDF")
    assert list(tmp_path.rglob("*")) == [tmp_path / "out", written]


@over(st.text(max_size=80))
def test_every_text_becomes_a_safe_name(text: str) -> None:
    assert _is_safe(file_name(text, suffix=".pdf"))


@over(
    st.text(alphabet="aA/.-~ 1\u0301", max_size=8),
    st.text(alphabet="aA/.-~ 1\u0301", max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_two_numbers_never_share_a_file(
    one: str,
    other: str,
    inner: bool,
    outer: bool,
) -> None:
    names = [
        Path(file_name(number, suffix=".pdf", internal=internal))
        for number, internal in ((one, inner), (other, outer))
    ]
    if same_file(*names):
        assert number_key(one) == number_key(other)
        assert inner == outer


def test_an_internal_file_never_takes_a_customers_place() -> None:
    assert file_name("Q-1", suffix=".pdf", internal=True) == "Q-1-internal.pdf"
    assert file_name("Q-1-internal", suffix=".pdf") != "Q-1-internal.pdf"


@posix
def test_a_link_at_the_place_is_refused_and_not_followed(tmp_path: Path) -> None:
    aim = tmp_path / "bashrc"
    aim.write_bytes(b"old")
    place = tmp_path / "Q-1.pdf"
    for target in (aim, tmp_path / "nothing"):
        place.symlink_to(target)
        with pytest.raises(Refused) as refusal:
            write_whole(place, b"new")
        assert refusal.value.code == "file.not_plain"
        assert place.is_symlink()
        place.unlink()
    assert aim.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [aim]


@posix
def test_a_pipe_a_device_and_a_folder_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "pipe", tmp_path / "folder", Path(os.devnull)):
        before = place.lstat().st_mode
        with pytest.raises(Refused) as refusal:
            write_whole(place, b"new")
        assert refusal.value.code == "file.not_plain"
        assert place.lstat().st_mode == before


def test_a_name_that_no_system_takes_is_told(tmp_path: Path) -> None:
    for name in ("a\0b", "x" * 5000, "none/x"):
        with pytest.raises(Unavailable) as refusal:
            write_whole(tmp_path / name, b"new")
        assert refusal.value.code == "file.not_written"
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, sys
from pathlib import Path
from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import Unavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_whole(Path(sys.argv[1]), b"n" * 1_000_000)
except Unavailable as error:
    print(error.code)
"""


@posix
def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "Q-1.pdf"
    place.write_bytes(b"old")
    command = [sys.executable, "-c", FULL, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "file.not_written"
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]


MANY = """
import os, sys
from pathlib import Path
from cpq.adapters.whole_file import write_whole
children = []
for letter in "abcdefghijklmnop":
    child = os.fork()
    if not child:
        for _ in range(10):
            write_whole(Path(sys.argv[1]), letter.encode() * 300_000)
        os._exit(0)
    children.append(child)
seen = set()
while children:
    child, status = os.waitpid(-1, os.WNOHANG)
    if child:
        assert status == 0
        children.remove(child)
    try:
        content = Path(sys.argv[1]).read_bytes()
    except FileNotFoundError:
        continue
    assert len(content) == 300_000 and len(set(content)) == 1
    seen.add(content[:1])
print(len(seen) > 0)
"""


@posix
def test_of_sixteen_who_write_at_once_the_last_one_wins_whole(tmp_path: Path) -> None:
    place = tmp_path / "Q-1.pdf"
    command = [sys.executable, "-c", MANY, str(place)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
    assert len(set(place.read_bytes())) == 1
    assert list(tmp_path.iterdir()) == [place]


@posix
def test_a_document_gets_the_mode_of_a_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        place = write_whole(tmp_path / "Q-1.pdf", b"new")
    finally:
        os.umask(before)
    assert place.stat().st_mode & 0o777 == 0o640
