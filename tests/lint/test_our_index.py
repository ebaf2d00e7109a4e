"""Of our own indexes there is nothing to report, whoever looks at whichever."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.actors import Actor, Installation, Source, pypi
from tests.builders import sdist, wheel
from tests.lint.conftest import Look
from tests.servers import Server, running
from wheelyard.access import Role, Visibility
from wheelyard.lint import Report
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.pypi.status import PackageStatus

REASON = 'worse than <"&> and ü'
YANKED = wheel("Acme.Tool", "0.9")
DEPRECATED, POISONED = wheel("old", "1.0"), wheel("poisoned", "1.0")
HIDDEN = wheel("hidden", "1.0")
DISTS = (
    YANKED,
    DEPRECATED,
    POISONED,
    wheel("Acme.Tool", "1.0", requires_python=">=3.8,<4"),
    sdist("Acme.Tool", "1.0"),
    wheel("Acme.Tool", "1.1+local.1"),
    wheel("other", "2!1.0", files={"large.bin": bytes(range(256)) * 4000}),
)


@dataclass(frozen=True)
class Town:
    """A server with a public group of three projects, one of which everybody may read.

    A package is in the private two alone, and strangers are not to learn of it.
    """

    url: str
    token: str
    group: Namespace
    private: Project
    public: Project
    hidden: Project

    def address(self, place: str) -> str:
        places: dict[str, Source] = {
            "private": self.private,
            "public": self.public,
            "group": self.group,
            "instance": None,
        }
        return f"{self.url}{pypi(places[place])}/simple"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("linted") / "data") as server:
        yield furnish(server)


def furnish(server: Server) -> Town:
    """Publish the same files to two projects, and say the same of them; and one to private ones."""
    installation = Installation(server.data, server.url)
    group = installation.group(visibility=Visibility.PUBLIC)
    private = installation.project(within=group)
    public = installation.project(within=group, visibility=Visibility.PUBLIC)
    hidden = installation.project(within=group)
    user = installation.join(installation.user(), group, Role.DEVELOPER)
    token = installation.token(user).secret
    with Actor(server.url, auth=("__token__", token)) as developer:
        for project in (private, public):
            for dist in DISTS:
                assert developer.publish(project, dist).status_code == 201
            installation.yank(project, YANKED, REASON)
            installation.declare(project, DEPRECATED.name, PackageStatus.DEPRECATED, REASON)
            installation.declare(project, POISONED.name, PackageStatus.QUARANTINED, REASON)
        for project in (private, hidden):
            assert developer.publish(project, HIDDEN).status_code == 201
    installation.close()
    return Town(server.url, token, group, private, public, hidden)


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(found.rule.name, found.url, found.sentence) for found in report.findings]


@pytest.mark.parametrize("place", ["private", "public", "group", "instance"])
def test_nothing_to_report_to_a_member(look: Look, town: Town, place: str) -> None:
    report = look(town.address(place), town.token)

    assert told(report) == []
    is_public = place == "public"
    hidden = () if is_public else ("hidden",)
    assert report.packages == tuple(sorted(("acme-tool", "old", "other", "poisoned", *hidden)))
    assert report.files == len(DISTS) - is_public  # the quarantined one is not listed


@pytest.mark.parametrize("place", ["group", "instance"])
def test_a_package_that_strangers_cannot_see_is_looked_at_alone(
    look: Look, town: Town, place: str
) -> None:
    report = look(f"{town.address(place)}/hidden", town.token)

    assert told(report) == []
    assert report.files == 1


@pytest.mark.parametrize("place", ["public", "group", "instance"])
def test_nothing_to_report_to_a_stranger(look: Look, town: Town, place: str) -> None:
    report = look(town.address(place))

    assert told(report) == []
    assert report.files == len(DISTS) - 1  # the quarantined one is not listed
