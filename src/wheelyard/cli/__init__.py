"""The command line: one module for each kind of command, which stand here in the help's order.

What can go wrong at a person's keyboard ends in one sentence on standard error and the exit status
1; a traceback is a bug.
"""

from wheelyard.cli import server, packages, doctor, lint, accounts  # isort: skip  see above
from wheelyard.cli.program import main

__all__ = ["accounts", "doctor", "lint", "main", "packages", "server"]
