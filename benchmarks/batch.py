"""A batch of quotes: documents per second with one process and with two, and memory over 500.

``python -m benchmarks batch [QUOTES [DOCUMENTS [ROUNDS]]]``, such as ``8 20 2``. Quotes of 24 lines
are read from files, printed and written as ``cpq quote render`` does, with one process and with
two, in turns; ``speedup_2_processes`` is the ratio of one round, wall time over wall time, so it
says as much about how many cores are free as about us.

``memory_growth_500`` is how the memory of a process that prints, and is never renewed, grows from
its first document to its 500th. As shipped it is renewed every 200: that is measured over a batch
of twice as many documents by two processes, and so is the parent.
"""

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter
from unittest.mock import patch

from benchmarks._documents import quote
from benchmarks._rounds import figures
from cpq.adapters.batch import Batch, BatchRow
from cpq.adapters.layout import Layout
from cpq.adapters.past import read_stored
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render import Renderer
from cpq.quote import Quote

QUOTES, DOCUMENTS, ROUNDS = 200, 500, 2
LINES = 24
_LAYOUT = Layout(locale="bilingual")
_MB = 1024
_PROCESSES = 2


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure speed and memory; the figures."""
    given = tuple(map(int, arguments))
    quotes, documents, rounds = given + (QUOTES, DOCUMENTS, ROUNDS)[len(given) :]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files = _stored(folder, quotes)
        found = _speed(folder, files, rounds=max(2, rounds))
        found |= _whole_memory(folder, files, documents=documents * _PROCESSES)
    found |= _memory(documents)
    return {"quotes": quotes, "lines": LINES, "rounds": rounds, **found}


def _stored(folder: Path, count: int) -> list[Path]:
    files = []
    for number in range(1, count + 1):
        files.append(folder / f"{number}.json")
        files[-1].write_text(quote(LINES, number=number).canonical(), encoding="utf-8")
    return files


def _read(path: Path) -> Quote:
    found = read_stored(path)
    assert isinstance(found, Quote)
    return found


def _speed(folder: Path, files: list[Path], *, rounds: int) -> dict[str, object]:
    """Documents per second with one and with two processes, round by round in turns."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    print(f"{len(files)} quotes of {LINES} lines, {rounds} rounds in turns\n")
    for number in range(rounds):
        for workers, own in rates.items():
            out = folder / f"{number}-{workers}"
            out.mkdir()
            begun = perf_counter()
            _printed(out, files, workers=workers)
            own.append(len(files) / (perf_counter() - begun))
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    for workers, own in rates.items():
        print(f"{workers} processes {median(own):>8.2f} quotes per second")
    print(f"speedup     {median(ratios):>8.2f}\n")
    return {
        **figures("quotes_per_second_1", rates[1]),
        **figures("quotes_per_second_2", rates[2]),
        **figures("speedup_2_processes", ratios),
    }


def _printed(out: Path, files: Sequence[Path], *, workers: int) -> list[BatchRow]:
    rows: list[BatchRow] = []
    Batch(out=out, layout=_LAYOUT, read=_read, workers=workers).render(files, on_done=rows.append)
    _refuse(rows)
    return rows


def _refuse(rows: Sequence[BatchRow]) -> None:
    """What was not printed was not measured."""
    wrong = [row.refusal for row in rows if row.outcome != "written"]
    if wrong:
        raise RuntimeError(f"{len(wrong)} of {len(rows)} were not printed: {wrong[0]}")


def _whole_memory(folder: Path, files: list[Path], *, documents: int) -> dict[str, object]:
    """What parent and processes hold after their first documents, a fifth of all, and all."""
    at: dict[int, tuple[int, int]] = {}
    marks = (_PROCESSES, max(_PROCESSES, documents // 5), documents)
    seen = 0

    def note(row: BatchRow) -> None:
        nonlocal seen
        seen += 1
        _refuse([row])
        if seen in marks:
            own = os.getpid()
            at[seen] = (_resident(own), max(map(_resident, _children(own)), default=0))

    def again(path: Path) -> Quote:
        number, _, name = path.name.partition("-")
        return _read(path.with_name(name)).with_(number=f"{number}-{name}")

    out = folder / "many"
    out.mkdir()
    turns = range(-(-documents // len(files)))
    asked = [file.with_name(f"{turn}-{file.name}") for turn in turns for file in files]
    batch = Batch(out=out, layout=_LAYOUT, read=again, workers=_PROCESSES)
    batch.render(asked[:documents], on_done=note)
    first, early, last = (at[mark] for mark in marks)
    for number, (parent, process) in at.items():
        print(f"{number:>6} documents: parent {parent} MB, largest process {process} MB")
    print()
    return {
        "documents": documents,
        "parent_mb": [parent for parent, _ in at.values()],
        "parent_growth": round(last[0] / max(1, early[0]), 2),
        "memory_mb_as_shipped": [process for _, process in at.values()],
        "memory_growth_as_shipped": round(last[1] / max(1, first[1]), 2),
    }


def _memory(documents: int) -> dict[str, object]:
    """What a process that is never renewed holds after 1, a fifth and all of the documents."""
    plates = [quote_plate(quote(LINES, number=number), _LAYOUT) for number in range(1, 21)]
    marks = {1, max(1, documents // 5), documents}
    at: dict[int, int] = {}
    with patch("cpq.adapters.render._JOBS_MAX", documents + 1), Renderer() as renderer:
        for number in range(1, documents + 1):
            renderer.impression(plates[number % len(plates)])
            if number in marks:
                at[number] = _resident(_process_of(renderer))
    growth = round(at[documents] / max(1, at[1]), 2)
    shown = ", ".join(f"{held} MB after {number}" for number, held in at.items())
    print(f"a process that is never renewed: {shown}; growth {growth}\n")
    found = {f"memory_mb_{number}": held for number, held in at.items()}
    return {"memory_growth_500": growth, **found}


def _process_of(renderer: Renderer) -> int:
    process = renderer._process  # noqa: SLF001, its memory is what is measured
    assert process is not None
    return process.pid


def _children(process: int) -> list[int]:
    """The processes that a process has started; none where the system does not say."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        # a thread may end while we look
        with suppress(OSError):
            found += map(int, task.read_text(encoding="utf-8").split())
    return found


def _resident(process: int) -> int:
    """MB of the machine's memory that a process holds now; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // _MB for line in lines if line.startswith("VmRSS:")), 0)
