"""The linter, put to sound and broken indexes."""
