"""A PostgreSQL server of one's own for a while, as safe against a power cut as it comes."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of the newest server programs of this machine, if there are any."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3])
    )
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


@contextmanager
def postgres() -> Iterator[str | None]:
    """The URL of a server with its own settings, ``fsync`` and ``synchronous_commit`` among them.

    ``None`` where the machine has none. As root it runs as the user ``postgres``, as it must.
    """
    folder = programs()
    if folder is None:
        yield None
        return
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        if user:
            shutil.chown(name, "postgres")
        port, cluster = _free_port(), f"{name}/data"

        def run(program: str, *arguments: str) -> None:
            command = [*user, str(folder / program), "-D", cluster, *arguments]
            subprocess.run(command, check=True, capture_output=True, cwd=name)  # noqa: S603

        run("initdb", "-U", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
        options = f"-h 127.0.0.1 -p {port} -k {name}"
        run("pg_ctl", "-l", f"{name}/log", "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
