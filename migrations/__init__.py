"""The database as it was and is: Alembic revisions that go up, down and up again on SQLite and PostgreSQL."""
