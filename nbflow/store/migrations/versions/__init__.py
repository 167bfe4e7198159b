"""The revisions, oldest first by their names. Alembic reads this folder."""
