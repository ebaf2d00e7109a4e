"""Where a secret may have been left."""

from pathlib import Path

from tests.servers import Server


def find_leaks(server: Server, secret: str) -> list[Path]:
    """The files of an installation, log and journal included, in which a secret stands."""
    files = [*server.data.glob("wheelyard.sqlite*"), server.log]
    assert len(files) > 1, "there is no database to look into"
    return [path for path in files if secret.encode() in path.read_bytes()]
