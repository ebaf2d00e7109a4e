"""The long-lived objects, made once per process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from wheelyard.blobs import open_store
from wheelyard.blobs.small import SmallBlobs
from wheelyard.blobs.store import BlobStore
from wheelyard.database.engine import Database
from wheelyard.index import Index
from wheelyard.settings import Settings
from wheelyard.throttle import Throttle
from wheelyard.usage import Usage

Clock = Callable[[], datetime]
"""Tells the time, in UTC."""


def utc_now() -> datetime:
    """Tell the time of the machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Registry:
    """What the shell hands down, one or two at a time; no function of the core takes it whole."""

    settings: Settings
    database: Database
    blobs: BlobStore
    small: SmallBlobs
    index: Index
    usage: Usage
    throttle: Throttle
    clock: Clock

    @classmethod
    def open(cls, settings: Settings, clock: Clock = utc_now) -> Self:
        """Open what ``firststart.prepare`` has made ready."""
        database = Database(settings.database_path)
        blobs = open_store(settings)
        return cls(
            settings=settings,
            database=database,
            blobs=blobs,
            small=SmallBlobs(blobs.read),
            index=Index(database.watch()),
            usage=Usage(),
            throttle=Throttle.of(settings),
            clock=clock,
        )

    def close(self) -> None:
        """Write what has gathered and give everything back."""
        try:
            self.usage.flush(self.database)
        finally:
            self.index.close()
            self.database.close()
