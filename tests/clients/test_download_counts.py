"""The real installers are counted under their own names; parts and checks are not counted."""

import sys
from datetime import date
from pathlib import Path

import pytest

from tests.actors import Installation, pypi
from tests.builders import wheel
from tests.clients.laptop import Laptop, with_login
from tests.servers import running
from wheelyard import packages
from wheelyard.access import Role
from wheelyard.pypi.names import NormalizedName

pytestmark = pytest.mark.client

DIST = wheel("counted", "1.0", files={"data.bin": bytes(5000)})


def test_whole_downloads_are_counted_by_client(laptop: Laptop, tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        town = Installation(server.data, server.url)
        project = town.project()
        secret = town.token(town.join(town.user(), project, Role.DEVELOPER)).secret
        index = with_login(f"{server.url}{pypi(project)}/simple", secret)
        with town.holding(secret) as developer:
            developer.publish(project, DIST)
            for headers in ({"range": "bytes=0-9"}, {"if-none-match": f'"{DIST.sha256}"'}):
                assert developer.download(project, DIST, **headers).status_code in {206, 304}
            path = f"{pypi(project)}/files/{DIST.sha256}/{DIST.filename}"
            assert developer.http.head(path).status_code == 200
            assert developer.download(project, DIST).status_code == 200
        laptop.make_fresh_environment()
        by_pip = laptop.run_python(
            *("-m", "pip", "download", "--no-deps", "--no-cache-dir", "--index-url", index),
            *("--dest", str(tmp_path), "counted"),
        )
        by_uv = laptop.uv(
            *("pip", "install", "--python", laptop.python, "--default-index", index, "counted")
        )
        assert by_pip.code == by_uv.code == 0, (by_pip, by_uv)
        server.stop()

        with town.database.read() as conn:
            counts = packages.download_counts(
                conn, project.id, NormalizedName("counted"), date(2026, 1, 1)
            )
        town.close()

    here = f"3.{sys.version_info.minor}"
    assert dict(counts.by_installer) == {"httpx": 1, "pip": 1, "uv": 1}
    assert dict(counts.by_python) == {"": 1, here: 2}
