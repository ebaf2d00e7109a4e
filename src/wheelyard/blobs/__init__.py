"""Where the bytes are: content-addressed, never changed."""

from wheelyard.blobs.disk import DiskStore
from wheelyard.blobs.store import BlobStore
from wheelyard.settings import FileDelivery, Settings


def open_store(settings: Settings) -> BlobStore:
    """Return the store that the settings name; only this and what is beside it knows which."""
    if not settings.has_object_store:
        is_shared = settings.file_delivery is FileDelivery.X_ACCEL  # nginx reads it too
        return DiskStore(settings.blobs_path, is_shared=is_shared)
    # Only where it is used: its library is large.
    from wheelyard.blobs.objects import ObjectStore  # noqa: PLC0415

    return ObjectStore(settings.blobs_url, settings.blobs_path)
