"""``python -m wheelyard``: the command line without its script."""

from wheelyard.cli import main

main()
