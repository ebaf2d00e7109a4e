"""A process that tries an object store for one that has yet to fork, and says what it lacks.

python -m wheelyard.blobs.trial URL FOLDER
"""

import sys
from pathlib import Path

from wheelyard.blobs.objects import ObjectStore


def main(url: str, folder: str) -> int:
    """Print what is lacking; return how much that is."""
    lacking = list(ObjectStore(url, Path(folder)).shortcomings())
    for found in lacking:
        sys.stdout.write(f"{found.sentence}  {found.remedy}\n")
    return len(lacking)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
