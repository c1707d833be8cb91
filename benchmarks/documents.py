"""Documents: processor time and memory of one quote by its size, against bare WeasyPrint.

``python -m benchmarks documents [SIZES [ROUNDS]]``, such as ``10,100 2``. A bilingual quote is
printed as shipped: template filled, laid out, written, checked, with ``quote.json`` embedded, as
PDF/A-3a and PDF/UA-1. ``ratio_to_weasyprint`` is that to WeasyPrint's own call on the same HTML
with the same fonts and ``pdf_variant="pdf/a-3a"``, which checks and embeds nothing;
``ratio_to_plain_table`` that to the quickest document of the same rows, see ``_documents``. Each
contestant has a process of its own per size, warmed by a small document, and all take turns; ratios
are of one round, figures are medians.

More lines than one document holds are printed in chunks and put together, see ``_chunks``;
``seconds`` then has what putting together takes. ``flat`` is how much the dearest line of 100 lines
and more costs over the cheapest.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks._chunks import chunk_plates, put_together
from benchmarks._documents import plain_table, quote
from benchmarks._press import Process
from benchmarks._rounds import figures
from cpq.adapters.layout import Layout
from cpq.adapters.pdf import html_of
from cpq.adapters.plate import Plate
from cpq.adapters.quote_plate import quote_plate
from cpq.adapters.render_job import job_line

SIZES, ROUNDS = (10, 100, 1000, 5000), 3
ONE_DOCUMENT_MAX = 2000
LAYOUT = Layout(locale="bilingual")
_SECONDS_MAX = 600
_STEPS = ("template", "layout", "writing")

Taken = dict[str, dict[str, Any]]
"""What each contestant took in one round."""


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure each size; the figures."""
    sizes = tuple(map(int, arguments[0].split(","))) if arguments else SIZES
    rounds = max(2, int(arguments[1])) if len(arguments) > 1 else ROUNDS
    print(f"{rounds} rounds in turns; seconds of processor time, MB at most\n")
    heads = ("lines", "pages", "template", "layout", "writing", "all", "ms/line", "MB", "bare")
    print("".join(f"{head:>9}" for head in (*heads, "ratio", "plain")))
    found: dict[str, object] = {"rounds": rounds, "sizes": list(sizes)}
    per_line: dict[int, float] = {}
    ratios: dict[int, list[float]] = {}
    for size in sizes:
        taken = measured(size, rounds=rounds)
        ours = [each["ours"]["seconds"] for each in taken]
        per_line[size] = median(ours) / size
        ratios[size] = [each["ours"]["seconds"] / each["bare"]["seconds"] for each in taken]
        plain = [each["ours"]["seconds"] / each["plain"]["seconds"] for each in taken]
        found |= _told(size, taken, ratios[size], plain)
    largest = max((size for size in sizes if size <= ONE_DOCUMENT_MAX), default=max(sizes))
    found |= figures("ratio_to_weasyprint", ratios[largest])
    found["ratio_to_weasyprint_worst"] = round(max(median(each) for each in ratios.values()), 2)
    costs = [cost for size, cost in per_line.items() if size >= 100]
    found["flat"] = round(max(costs) / min(costs), 2) if costs else None
    print(f"\ndearest line over the cheapest, from 100 lines: {found['flat']}\n")
    return found


def measured(size: int, *, rounds: int) -> list[Taken]:
    """What ours, bare WeasyPrint and the plain table take for a quote of that size, by round."""
    asked = quote(size)
    with tempfile.TemporaryDirectory() as own:
        if size <= ONE_DOCUMENT_MAX:
            plates = [quote_plate(asked, LAYOUT)]
        else:
            plates = chunk_plates(asked, LAYOUT, size=ONE_DOCUMENT_MAX // 2, folder=Path(own))
        jobs = {
            "ours": [job_line(each, wanted="pdf", cpu_seconds=_SECONDS_MAX) for each in plates],
            "bare": [html_of(each).encode() for each in plates],
            "plain": [plain_table(asked).encode()],
        }
        small = _warming()
        with Process() as ours, Process() as bare, Process() as plain:
            processes = {"ours": ours, "bare": bare, "plain": plain}
            for how, process in processes.items():
                process.printed(how, small[how])
            return [
                {how: _printed(process, how, jobs[how]) for how, process in processes.items()}
                for _ in range(rounds)
            ]


def _warming() -> dict[str, bytes]:
    asked = quote(10)
    plate: Plate = quote_plate(asked, LAYOUT)
    return {
        "ours": job_line(plate, wanted="pdf", cpu_seconds=_SECONDS_MAX),
        "bare": html_of(plate).encode(),
        "plain": plain_table(asked).encode(),
    }


def _printed(process: Process, how: str, jobs: list[bytes]) -> dict[str, Any]:
    """One document, or chunks and what it takes to put them together."""
    parts = [process.printed(how, job) for job in jobs]
    if len(parts) == 1:
        return parts[0]
    summed = {
        name: sum(part[name] for part in parts)
        for name in parts[0]
        if name not in {"memory_mb", "memory", "content"}
    }
    summed["memory_mb"] = max(part["memory_mb"] for part in parts)
    if how == "ours":
        merging = put_together([Path(part["content"]).read_bytes() for part in parts])
        summed["merging"] = merging.seconds
        summed["seconds"] += merging.seconds
        summed["bytes"] = len(merging.content)
    return summed


def _told(
    size: int, taken: list[Taken], ratios: list[float], plain: list[float]
) -> dict[str, object]:
    """Print the row of a size; its figures."""
    ours = [each["ours"] for each in taken]
    steps = {step: median(each[step] for each in ours) / 1000 for step in _STEPS}
    seconds = median(each["seconds"] for each in ours)
    bare = median(each["bare"]["seconds"] for each in taken)
    memory = max(each["memory_mb"] for each in ours)
    cells = (
        *(f"{size:>9,}", f"{ours[0]['pages']:>9,}"),
        *(f"{step:>9.2f}" for step in steps.values()),
        *(f"{seconds:>9.2f}", f"{seconds / size * 1000:>9.2f}", f"{memory:>9,}", f"{bare:>9.2f}"),
        *(f"{median(ratios):>9.2f}", f"{median(plain):>9.2f}"),
    )
    print("".join(cells))
    name = f"lines_{size}"
    found: dict[str, object] = {
        **{f"{name}_{step}_s": round(value, 3) for step, value in steps.items()},
        **figures(f"{name}_s", [each["seconds"] for each in ours]),
        f"{name}_bare_s": round(bare, 3),
        f"{name}_memory_mb": memory,
        f"{name}_bare_memory_mb": max(each["bare"]["memory_mb"] for each in taken),
        f"{name}_pages": ours[0]["pages"],
        f"{name}_layouts": ours[0]["layouts"],
        f"{name}_kb": round(ours[0]["bytes"] / 1000),
        **figures(f"{name}_ratio", ratios),
        **figures(f"{name}_ratio_to_plain_table", plain),
    }
    if "merging" in ours[0]:
        merging = median(each["merging"] for each in ours)
        print(f"{'':9}in {ours[0]['layouts']} layouts, put together in {merging:.2f} s")
        found[f"{name}_merging_s"] = round(merging, 3)
    return found
