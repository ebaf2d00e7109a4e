"""The real schemathesis reads the API's own description and finds nothing that is not so."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.conftest import ROOT_TOKEN
from tests.servers import Server, clean_environment, running
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project

pytestmark = [
    pytest.mark.client,
    pytest.mark.timeout(900),  # most of a minute, and many on a machine that has much else to do
    pytest.mark.xdist_group("schemathesis"),
]

HOOKS = Path(__file__).parent / "schemathesis_hooks.py"

OF_ONESELF = (
    "block_user",
    "delete_user",
    "edit_user",
    "revoke_own_token",
    "revoke_personal_token",
    "rotate_own_token",
    "rotate_personal_token",
)
"""What may end the credential with which everything is asked."""

OF_THE_INSTANCE = ("edit_plan_limits", "edit_settings")
"""What may switch packages off for everybody; so it is asked last."""


@dataclass(frozen=True)
class Place:
    """A server, a project with a package in it, and who asks."""

    server: Server
    town: Installation
    project: Project
    values: dict[str, Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server of its own, for nothing on it is safe."""
    data = tmp_path_factory.mktemp("schemathesis") / "data"
    quietly = {"WHEELYARD_ROOT_TOKEN": ROOT_TOKEN, "WHEELYARD_AUTH_FAILURES": "0"}
    with running(data, **quietly) as server:
        town = Installation(server.data, server.url)
        for _ in range(20):  # the first numbers are those that are thought of first, for deleting
            town.project()
        group = town.group(visibility=Visibility.PUBLIC)
        project = town.project(within=group, visibility=Visibility.PUBLIC)
        yield Place(server, town, project, _names(town, project, group.id))
        town.close()


def _names(town: Installation, project: Project, group_id: int) -> dict[str, Any]:
    dist = wheel("found", "1.0")
    with town.member(project, Role.DEVELOPER) as developer:
        assert developer.publish(project, dist).status_code == 201
    with Actor(town.url, headers={"PRIVATE-TOKEN": ROOT_TOKEN}) as root:
        (package,) = root.api("GET", f"/projects/{project.id}/packages").json()
        files = root.api("GET", f"/projects/{project.id}/packages/{package['id']}/package_files")
    return {
        "project text": str(project.id),
        "group text": str(group_id),
        "package id": package["id"],
        "package text": dist.name,
        "file id": files.json()[0]["id"],
        "sha256 text": dist.sha256,
        "filename text": dist.filename,
        "user id": town.user().id,
        "user text": "root",
        "token id": town.deploy_token(project, "read_package_registry").token.id,
    }


def ask(place: Place, secret: str | None, tmp_path: Path, *options: str) -> set[str]:
    """Let it ask, and return which operations were answered with success."""
    done = run(place, secret, tmp_path, f"{place.server.url}/api/v4/openapi.json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split(" ", 1) for line in (tmp_path / "answers").read_text().splitlines()]
    return {label for status, label in lines if status.startswith("2")}


def run(
    place: Place, secret: str | None, tmp_path: Path, document: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """Let it ask what a document tells of."""
    answers = tmp_path / "answers"
    answers.touch()
    signed_in = [] if secret is None else ["--header", f"PRIVATE-TOKEN: {secret}"]
    return subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            document,
            *("--seed", "1", "--continue-on-failure", "--no-color", "--warnings", "off"),
            *signed_in,
            *options,
        ],
        env=clean_environment(
            SCHEMATHESIS_HOOKS=str(HOOKS),
            SCHEMATHESIS_WORLD=json.dumps(place.values),
            SCHEMATHESIS_ANSWERS=str(answers),
            PYTHONPATH=os.pathsep.join(sys.path),
        ),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )


def without(*operations: str) -> list[str]:
    """Leave some operations out."""
    return [f"--exclude-operation-id={name}" for name in operations]


PACKAGE = "/projects/{project}/packages/{package}"


def test_it_finds_nothing_as_an_administrator(place: Place, tmp_path: Path) -> None:
    reached = ask(
        place, ROOT_TOKEN, tmp_path, "--max-examples=3", *without(*OF_ONESELF, *OF_THE_INSTANCE)
    )

    assert {
        "POST /groups",
        "POST /projects",
        "POST /projects/{project}/deploy_tokens",
        "GET /projects/{project}/packages",
        f"GET {PACKAGE}",
        f"GET {PACKAGE}/package_files",
        "GET /groups/{group}/packages",
    } <= reached
    assert len(reached) > 40


def test_it_finds_nothing_in_what_ends_a_credential(place: Place, tmp_path: Path) -> None:
    secret = place.town.token(place.town.user(is_admin=True)).secret
    only = [f"--include-operation-id={name}" for name in OF_ONESELF]

    reached = ask(place, secret, tmp_path, "--max-examples=3", "--phases=coverage,fuzzing", *only)

    assert reached


def test_it_finds_nothing_as_a_developer(place: Place, tmp_path: Path) -> None:
    user = place.town.join(place.town.user(), place.project, Role.DEVELOPER)
    secret = place.town.token(user).secret
    quick = ("--max-examples=3", "--phases=fuzzing")

    reached = ask(place, secret, tmp_path, *quick, *without(*OF_ONESELF, *OF_THE_INSTANCE))

    assert {"GET /user", "GET /projects", "GET /groups/{group}/members"} <= reached


def test_it_finds_nothing_as_nobody(place: Place, tmp_path: Path) -> None:
    reached = ask(place, None, tmp_path, "--max-examples=3", "--phases=fuzzing")

    assert {"GET /projects", "GET /groups"} <= reached
    assert not {label for label in reached if not label.startswith("GET ")}


def test_it_finds_nothing_in_the_settings_of_the_instance(place: Place, tmp_path: Path) -> None:
    only = [f"--include-operation-id={name}" for name in OF_THE_INSTANCE]

    reached = ask(place, ROOT_TOKEN, tmp_path, "--max-examples=20", *only)

    assert reached == {"PUT /application/plan_limits", "PUT /application/settings"}


def test_it_would_find_what_is_not_so(place: Place, tmp_path: Path) -> None:
    with place.town.anonymous() as caller:
        document = caller.http.get("/api/v4/openapi.json").json()
    document["components"]["schemas"]["Version"]["properties"]["revision"]["type"] = "integer"
    told = tmp_path / "openapi.json"
    told.write_text(json.dumps(document))
    only = ("--include-operation-id=get_version", "--phases=coverage")

    done = run(place, ROOT_TOKEN, tmp_path, str(told), f"--url={place.server.url}/api/v4", *only)

    assert done.returncode == 1
    assert 'is not of type "integer"' in done.stdout
