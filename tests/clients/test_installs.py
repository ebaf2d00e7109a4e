"""What pip may rely on: names however spelled, hashes, several versions, broken downloads."""

import os
from pathlib import Path

import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import sdist, wheel
from tests.clients.laptop import Laptop, with_login
from tests.clients.lines import CutLine
from wheelyard.access import Role
from wheelyard.projects import Project

pytestmark = pytest.mark.client


@pytest.fixture
def index(repository: str, secret: str) -> str:
    """The address for installs, with a token."""
    return with_login(f"{repository}/simple", secret)


@pytest.mark.parametrize("spelled", ["My.Package", "my-package", "my_package", "MY--PACKAGE"])
def test_every_spelling_of_a_name_finds_the_package(
    laptop: Laptop, developer: Actor, project: Project, index: str, spelled: str
) -> None:
    developer.publish(project, wheel("My.Package", "1.0"))

    installed = laptop.pip_install("--index-url", index, spelled)

    assert installed.code == 0, installed
    assert "1.0" in installed.output.splitlines()[-1]


@pytest.mark.parametrize("case", [str, str.upper], ids=["as it is", "upper case"])
def test_the_encoded_path_of_a_project_stands_for_its_id(
    laptop: Laptop, town: Installation, project: Project, secret: str, case: type[str]
) -> None:
    path = case(project.full_path).replace("/", "%2F")
    repository = f"{town.url}{pypi(path)}"
    login = with_login(repository, secret)

    uploaded = laptop.twine_upload("--repository-url", login, *laptop.save(wheel()))
    installed = laptop.pip_install("--index-url", f"{login}/simple", "demo")

    assert uploaded.code == 0, uploaded
    assert "Successfully installed demo-1.0" in installed.output, installed


def test_the_latest_version_is_chosen_unless_another_is_asked_for(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    for version in ("1.9", "1.10", "2.0rc1"):
        developer.publish(project, wheel(version=version))

    latest = laptop.pip_install("--index-url", index, "demo")
    pinned = laptop.pip_install("--index-url", index, "demo==1.9")

    assert "Successfully installed demo-1.10" in latest.output, latest
    assert "Successfully installed demo-1.9" in pinned.output, pinned


def test_a_file_for_another_python_is_passed_over(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    developer.publish(project, wheel(version="1.0", requires_python=">=3.6,<4"))
    developer.publish(project, wheel(version="2.0", requires_python=">=99"))

    installed = laptop.pip_install("--index-url", index, "demo")

    assert "Successfully installed demo-1.0" in installed.output, installed


def test_dependencies_are_found_in_the_same_project(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    about = b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Dist: demo>=1\n"
    developer.publish(project, wheel("app", "1.0", described=about))
    developer.publish(project, wheel("demo", "1.0"))

    installed = laptop.pip_install("--index-url", index, "app")

    assert "Successfully installed app-1.0 demo-1.0" in installed.output, installed


def test_a_local_version_is_installed(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    developer.publish(project, wheel(version="1.0+cpu.2"))

    installed = laptop.pip_install("--index-url", index, "demo==1.0+cpu.2")

    assert "Successfully installed demo-1.0+cpu.2" in installed.output, installed


def test_a_hash_that_was_written_down_is_kept_to(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    dist = wheel()
    developer.publish(project, dist)
    right, wrong = laptop.work / "right.txt", laptop.work / "wrong.txt"
    right.write_text(f"demo==1.0 --hash=sha256:{dist.sha256}\n")
    wrong.write_text(f"demo==1.0 --hash=sha256:{'0' * 64}\n")

    kept = laptop.pip_install("--index-url", index, "--require-hashes", "-r", right)
    broken = laptop.pip_install("--index-url", index, "--require-hashes", "-r", wrong)

    assert "Successfully installed demo-1.0" in kept.output, kept
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in broken.output, broken


def test_a_hash_written_down_before_a_newer_copy_still_finds_its_bytes(
    laptop: Laptop, developer: Actor, project: Project, repository: str, secret: str
) -> None:
    old, new = wheel(files={"a.py": b"old"}), wheel(files={"a.py": b"new"})
    developer.publish(project, old)
    developer.publish(project, new)
    laptop.write_netrc("__token__", secret)
    url = f"{repository}/files/{old.sha256}/{old.filename}#sha256={old.sha256}"

    installed = laptop.pip_install(f"demo @ {url}")

    assert "Successfully installed demo-1.0" in installed.output, installed


def test_a_broken_download_is_resumed(laptop: Laptop, town: Installation, project: Project) -> None:
    dist = wheel(files={"demo/data.bin": os.urandom(3_000_000)})
    token = town.token(town.join(town.user(), project, Role.DEVELOPER))
    with town.holding(token) as developer:
        developer.publish(project, dist)

    with CutLine(town.url, after_bytes=1_000_000) as line:
        index = with_login(f"{line.url}{pypi(project)}/simple", token.secret)
        installed = laptop.pip_install("--index-url", index, "--resume-retries", "2", "demo")

    assert line.was_cut
    assert "Resuming download demo-1.0-py3-none-any.whl" in installed.output, installed
    assert "Successfully installed demo-1.0" in installed.output


def test_pip_reads_the_metadata_of_a_wheel_by_ranges_where_none_is_announced(
    laptop: Laptop, developer: Actor, project: Project, index: str, tmp_path: Path
) -> None:
    dist = wheel(files={"demo/data.bin": os.urandom(1_000_000)})
    developer.publish(project, dist)
    url = index.removesuffix("simple") + f"files/{dist.sha256}/{dist.filename}"
    links = tmp_path / "links.html"
    links.write_text(f'<a href="{url}">{dist.filename}</a>')

    installed = laptop.pip_install(
        *("-v", "--use-feature=fast-deps", "--no-index", "--find-links", str(links), "demo")
    )

    assert "Obtaining dependency information from demo 1.0" in installed.output, installed
    assert "Successfully installed demo-1.0" in installed.output


def test_pip_downloads_wheel_and_sdist_to_a_folder(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    dists = [wheel(), sdist()]
    for dist in dists:
        developer.publish(project, dist)

    for choice in ("--only-binary=:all:", "--no-binary=:all:"):
        words = ("--no-build-isolation", "--no-deps", choice, "--index-url", index, "demo")
        laptop.run_python("-m", "pip", "download", *words)

    assert {path.name: path.read_bytes() for path in laptop.work.iterdir()} == {
        dist.filename: dist.content for dist in dists
    }


def test_pip_shows_which_versions_there_are(
    laptop: Laptop, developer: Actor, project: Project, index: str
) -> None:
    for version in ("1.0", "1.1"):
        developer.publish(project, wheel(version=version))

    shown = laptop.run_python("-m", "pip", "index", "versions", "--index-url", index, "demo")

    assert "Available versions: 1.1, 1.0" in shown.output, shown


def test_a_package_that_is_not_there_is_told_so(laptop: Laptop, index: str) -> None:
    installed = laptop.pip_install("--index-url", index, "demo")

    assert installed.code == 1
    assert "No matching distribution found for demo" in installed.output, installed
