"""Files in a bucket: publish and install, sent by the registry or fetched from the bucket."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.actors import Installation, pypi
from tests.bucket import ObjectServer
from tests.clients.laptop import Laptop, with_login
from tests.servers import running
from wheelyard.access import Role

pytestmark = pytest.mark.client


@pytest.fixture(params=["direct", "redirect"])
def far_town(
    object_server: ObjectServer, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    """A server whose files are in a bucket."""
    with (
        object_server.bucket() as made,
        running(
            tmp_path / "registry",
            WHEELYARD_FILE_DELIVERY=request.param,
            **made.variables,
        ) as server,
        closing(Installation(server.data, server.url)) as town,
    ):
        yield town


def test_what_twine_and_uv_publish_pip_and_uv_install(
    laptop: Laptop, far_town: Installation, dist: tuple[Path, Path]
) -> None:
    project = far_town.project()
    secret = far_town.token(far_town.join(far_town.user(), project, Role.DEVELOPER)).secret
    repository = f"{far_town.url}{pypi(project)}"
    index = with_login(f"{repository}/simple", secret)
    wheel, sdist = dist
    laptop.write_pypirc(repository, "__token__", secret)

    by_twine = laptop.twine_upload("--repository", "gitlab", wheel)
    by_uv = laptop.uv("publish", "--publish-url", repository, "--token", secret, sdist)
    by_pip = laptop.pip_install("--index-url", index, "--no-deps", "mypypipackage")
    greeting = laptop.greet()
    laptop.make_fresh_environment()
    to = ("--python", laptop.python, "--index-url", index)
    again = laptop.uv("pip", "install", *to, "mypypipackage")

    assert by_twine.code == 0, by_twine
    assert by_uv.code == 0, by_uv
    assert by_pip.code == 0, by_pip
    assert greeting == "Hello from MyPyPiPackage\n"
    assert again.code == 0, again
