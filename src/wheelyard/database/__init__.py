"""The database: its tables, its migrations, and how to read and write."""
