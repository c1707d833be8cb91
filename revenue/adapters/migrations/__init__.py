"""The steps of our schema, run by Alembic."""
