"""Which version is running."""

import re

from gitlab import Gitlab

from tests.actors import Actor, Installation

OURS = "0.1.0"


def test_the_version_is_one_that_clients_of_gitlab_understand(admin: Gitlab) -> None:
    version, revision = admin.version()

    assert (version, revision) == (f"18.7.0-wheelyard.{OURS}", OURS)
    assert re.match(r"(\d+)\.(\d+)\.(\d+)(-.+)?\Z", version)


def test_our_own_version_has_a_key_of_its_own(root: Actor) -> None:
    answer = root.api("GET", "/version")

    assert answer.json() == {
        "version": f"18.7.0-wheelyard.{OURS}",
        "revision": OURS,
        "wheelyard_version": OURS,
    }


def test_the_metadata_tells_the_same_and_that_there_is_no_agent_server(root: Actor) -> None:
    answer = root.api("GET", "/metadata")

    assert answer.json() == {
        "version": f"18.7.0-wheelyard.{OURS}",
        "revision": OURS,
        "wheelyard_version": OURS,
        "kas": {
            "enabled": False,
            "externalUrl": None,
            "externalK8sProxyUrl": None,
            "version": None,
        },
        "enterprise": False,
    }


def test_nobody_learns_the_version_without_signing_in(town: Installation) -> None:
    with town.anonymous() as anonymous:
        answer = anonymous.api("GET", "/version")

    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


def test_the_least_of_the_reading_scopes_is_enough(town: Installation) -> None:
    with town.calling(town.token(town.user(), "read_user")) as caller:
        answer = caller.api("GET", "/version")

    assert answer.status_code == 200
