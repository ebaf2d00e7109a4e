"""Whose turn it is: how many calls of a kind may hold a worker thread at a time.

Every blocking call has a thread of one pool.  What may wait there for long, for the one writer of
the database above all, has a limit of its own, or a crowd of it would leave no thread to build a
page.
"""

from dataclasses import dataclass, field

from anyio import CapacityLimiter

MAX_PUBLISHERS = 8
"""Uploads that look at their file, which may take seconds, and write."""

MAX_WRITERS = 8
"""Other calls that change something."""

MAX_HASHERS = 2
"""Passwords that are hashed; each takes 64 MiB and some tens of milliseconds of several cores."""

MAX_LOOKERS = 4
"""Pages that read files or write a long description as HTML, which may take seconds.

Each keeps a core busy; so many that two administrators who walk over the store leave a way open.
"""


@dataclass(frozen=True, slots=True)
class Turns:
    """The limits of one process; its endpoints share them."""

    publishers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_PUBLISHERS))
    writers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_WRITERS))
    hashers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_HASHERS))
    lookers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_LOOKERS))
