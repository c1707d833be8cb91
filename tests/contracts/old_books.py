"""Books as earlier releases left them: their schema, and the very rows that they wrote.

``old_books.json`` was written by those releases. Rows are put in with the journal's lines before
their entries, as then; a table that a step does not have is left out.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from revenue.adapters import schema
from revenue.testing.inspect import Content

_BOOKS: dict[str, dict[str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("old_books.json").read_text(encoding="utf-8")
)


def write_old_books(engine: Engine, step: str, *, books: str = "0001") -> None:
    """Make the schema of a step and put in what is on record for it."""
    with engine.begin() as connection:
        for each in schema.STEPS[: schema.STEPS.index(step) + 1]:
            schema._migrate(connection, "cpq_", each)
        for table, content in _BOOKS.get(books, {}).items():
            columns = content["columns"]
            statement = text(
                f"INSERT INTO cpq_{table} ({', '.join(columns)}) "
                f"VALUES ({', '.join(f':{name}' for name in columns)})"
            )
            rows = [dict(zip(columns, row, strict=True)) for row in content["rows"]]
            connection.execute(statement, rows)


def kept(before: Content, after: Content) -> Content:
    """The old columns of the old tables that are still there: later steps add theirs behind."""
    found = {}
    for table, rows in before.items():
        if table in after and not table.endswith("alembic_version"):
            width = len(rows[0]) if rows else 0
            found[table] = sorted((row[:width] for row in after[table]), key=repr)
    return found
