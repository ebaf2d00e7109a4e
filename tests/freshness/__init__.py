"""What has changed is seen by the very next request of any worker, under load and many times.

Each kind of change is made through one worker of a server of two and looked for through the other
at once, then changed back and looked for again, while a crowd reads the same pages through both and
others upload.  ``make soak`` does so a thousand times for each kind.
"""

import os

ROUNDS = int(os.environ.get("WHEELYARD_ROUNDS", "3"))
"""Of each kind of change; in each it is changed and changed back."""
