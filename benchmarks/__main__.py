"""List the benchmarks, or run one; its last line is one line of JSON."""

import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Sequence

import benchmarks


def names() -> list[str]:
    """The benchmarks: every module of this folder whose name starts with a letter."""
    found = pkgutil.iter_modules(benchmarks.__path__)
    return sorted(module.name for module in found if not module.name.startswith("_"))


def main(arguments: Sequence[str]) -> int:
    """Run the command: 0 when the benchmark ran, 2 for a name that is none."""
    if not arguments:
        for name in names():
            about = importlib.import_module(f"benchmarks.{name}").__doc__ or ""
            print(f"{name:10} {about.splitlines()[0]}")
        return 0
    name, *rest = arguments
    if name not in names():
        listed = ", ".join(names())
        print(f"error: there is no benchmark {name!r}; there are {listed}", file=sys.stderr)
        return 2
    before = _load()
    figures = importlib.import_module(f"benchmarks.{name}").run(rest)
    machine = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": before,
        "load_after": _load(),
    }
    print(f"machine: {', '.join(f'{key} {value}' for key, value in machine.items())}")
    print(json.dumps({"benchmark": name, **figures, **machine}))
    return 0


def _load() -> float | None:
    """The machine's load over the last minute; ``None`` where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
