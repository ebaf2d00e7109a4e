"""uv, which speaks to the same addresses with habits of its own."""

from pathlib import Path

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import wheel
from tests.clients.laptop import Laptop, with_login
from wheelyard.access import Role
from wheelyard.projects import Project

pytestmark = pytest.mark.client


def install(laptop: Laptop, index: str, *words: str | Path) -> str:
    """Install into the fresh environment, and return what uv said."""
    laptop.make_fresh_environment()
    command = ("pip", "install", "--python", laptop.python, "--default-index", index, *words)
    return laptop.uv(*command).output


def test_uv_publishes_and_installs(
    laptop: Laptop, dist: tuple[Path, Path], repository: str, secret: str
) -> None:
    published = laptop.uv("publish", "--publish-url", repository, "--token", secret, *dist)
    said = install(laptop, with_login(f"{repository}/simple", secret), "mypypipackage")

    assert published.code == 0, published
    assert "mypypipackage==0.0.1" in said
    assert laptop.greet() == "Hello from MyPyPiPackage\n"


def test_a_second_publish_with_a_check_url_skips_equal_files_and_refuses_others(
    laptop: Laptop, town: Installation, repository: str, project: Project
) -> None:
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    files = laptop.save(wheel())
    command: list[str | Path] = [
        "publish",
        "--publish-url",
        repository,
        "--check-url",
        with_login(f"{repository}/simple", token.secret),
        "--token",
        token.secret,
        *files,
    ]

    first = laptop.uv(*command)
    second = laptop.uv(*command)
    laptop.save(wheel(files={"other.py": b""}))
    other = laptop.uv(*command)

    assert first.code == 0, first
    assert "already exists" not in first.output
    assert second.code == 0, second
    assert "File demo-1.0-py3-none-any.whl already exists, skipping" in second.output
    assert other.code == 2, other
    assert "Local file and index file do not match for `demo-1.0-py3-none-any.whl`" in other.words


def test_uv_reads_a_login_from_netrc(
    laptop: Laptop, developer: Actor, project: Project, repository: str, secret: str
) -> None:
    developer.publish(project, wheel())
    laptop.write_netrc("__token__", secret)

    said = install(laptop, f"{repository}/simple", "demo")

    assert "demo==1.0" in said


def test_uv_keeps_to_the_hashes_of_a_compiled_list(
    laptop: Laptop, developer: Actor, project: Project, repository: str, secret: str
) -> None:
    dist = wheel()
    developer.publish(project, dist)
    index = with_login(f"{repository}/simple", secret)
    wanted, compiled = laptop.work / "wanted.in", laptop.work / "compiled.txt"
    wanted.write_text("demo\n")

    laptop.uv(
        *("pip", "compile", "--generate-hashes", "--no-header", "--no-annotate"),
        *("--default-index", index, "--output-file", compiled, wanted),
    )
    said = install(laptop, index, "--require-hashes", "--requirements", compiled)

    assert compiled.read_text() == f"demo==1.0 \\\n    --hash=sha256:{dist.sha256}\n"
    assert "demo==1.0" in said


def test_uv_shows_the_sentence_of_a_refusal(laptop: Laptop, town: Installation) -> None:
    project = town.project(max_file_bytes=100)
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    url = f"{town.url}{pypi(project)}"

    refused = laptop.uv(
        "publish", "--publish-url", url, "--token", token.secret, *laptop.save(wheel())
    )

    assert refused.code == 2
    assert "400 Bad request - File is too large" in refused.words, refused
