"""Adding a row."""

from typing import Any

from sqlalchemy import Connection, Table, insert


def add_row(conn: Connection, table: Table, **values: Any) -> int:  # noqa: ANN401  as many types as columns
    """Insert a row and return its id."""
    key = conn.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101  one row was inserted into a table with one key
    return int(key[0])
