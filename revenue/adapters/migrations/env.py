"""What Alembic runs for each step of our schema: on the connection it is handed, and nothing else.

The caller owns connection and transaction (``schema.upgrade``); the version lies in a table of
ours, so a host's own Alembic history in the same database is not touched.
"""

from typing import Any

from alembic import context


def run(connection: Any, prefix: str) -> None:
    """Run the steps that the caller asked for."""
    context.configure(
        connection=connection,
        version_table=f"{prefix}alembic_version",
        transactional_ddl=True,
    )
    context.run_migrations(prefix=prefix)


# A tool that collects modules imports this one too; only Alembic has something to run.
if hasattr(context, "config"):
    run(context.config.attributes["connection"], context.config.attributes["prefix"])
