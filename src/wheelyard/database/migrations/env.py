"""Alembic's entry point: every revision in one transaction that no other process can enter."""

from alembic import context
from sqlalchemy import URL, create_engine

from wheelyard.database.engine import BUSY_TIMEOUT_MS
from wheelyard.database.schema import metadata

engine = create_engine(
    URL.create("sqlite", database=str(context.config.attributes["path"])),
    connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000},
)
with engine.connect() as conn:
    conn.exec_driver_sql("PRAGMA journal_mode = WAL")
    # A table that is replaced must not take along what refers to it.
    conn.exec_driver_sql("PRAGMA foreign_keys = OFF")
    conn.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=conn, target_metadata=metadata, transactional_ddl=False)
    context.run_migrations()
    conn.exec_driver_sql("COMMIT")
engine.dispose()
