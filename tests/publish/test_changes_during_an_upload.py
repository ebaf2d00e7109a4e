"""What changes while a body comes counts when it has come: the decision is made anew."""

import os
import time
from collections.abc import Callable

import pytest

from tests.actors import Actor, Installation
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard import memberships, projects, roster
from wheelyard.database.paging import Window
from wheelyard.journal import OPERATOR
from wheelyard.memberships import Place
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.tokens import Minted
from wheelyard.users import User

DIST = wheel(files={"payload": os.urandom(900_000)})
BODY = wire.form(
    [*wire.fields(DIST.fields()), wire.Part(b"content", DIST.content, DIST.filename.encode())]
)
BOUND_SECONDS = 20.0

FORBIDDEN = (403, b'{"message": "403 Forbidden"}')
ARCHIVED = (
    403,
    b'{"message": "403 Forbidden - The project is archived: nothing can be published or deleted"}',
)
NOT_FOUND = (404, b'{"message": "404 Not Found"}')
TAKEN = (
    400,
    b'{"message": "400 Bad request - Validation failed: File name has already been taken"}',
)


def archive(town: Installation, project: Project) -> None:
    town.edit(project, archived=True)


def switch_off(town: Installation, project: Project) -> None:
    town.edit(project, registry_access_level="disabled")


def refuse_duplicates(town: Installation, project: Project) -> None:
    town.edit(project, duplicates="refuse")


def demote_everybody(town: Installation, project: Project) -> None:
    place, now = Place(project_id=project.id), utc_now()
    with town.database.write() as conn:
        for listed in roster.list_everybody(conn, project.subject, Window(), at=now).items:
            member = listed.member
            memberships.remove(conn, place, member, by=OPERATOR, at=now)


def delete(town: Installation, project: Project) -> None:
    with town.database.write() as conn:
        projects.remove(conn, project, by=OPERATOR, at=utc_now())


def upload_around(
    server: Server, request: bytes, change: Callable[[], object]
) -> tuple[int, bytes]:
    """Send two thirds of an upload, change something, send the rest; status and body."""
    staging = server.data / "blobs" / "staging"
    before = set(staging.iterdir())
    deadline = time.monotonic() + BOUND_SECONDS
    with wire.connect(server.url) as connection:
        connection.sendall(request[:600_000])
        while set(staging.iterdir()) <= before:
            assert time.monotonic() < deadline, "the upload was not admitted"
            time.sleep(0.02)
        change()
        connection.sendall(request[600_000:])
        reply = wire.read_reply(connection)
    return reply.status, reply.body


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (archive, ARCHIVED),
        (switch_off, FORBIDDEN),
        (refuse_duplicates, TAKEN),
        (demote_everybody, NOT_FOUND),
        (delete, NOT_FOUND),
    ],
)
def test_what_was_allowed_at_the_start_is_refused_at_the_end(
    server: Server,
    town: Installation,
    project: Project,
    target: bytes,
    secret: str,
    change: Callable[[Installation, Project], None],
    answer: tuple[int, bytes],
) -> None:
    with town.holding(secret) as developer:
        assert developer.publish(project, DIST).status_code == 201

    ending = upload_around(server, wire.post(target, secret, BODY), lambda: change(town, project))

    assert ending == answer


SENTENCE = b"Token was revoked. You have to re-authorize from the user."
REVOKED = (401, b'{"error": "invalid_token", "error_description": "%s"}' % SENTENCE)
UNAUTHORIZED = (401, b'{"message": "401 Unauthorized"}')
BLOCKED = (403, b'{"message": "403 Forbidden - Your account has been blocked."}')


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda town, _, token: town.revoke(token), REVOKED),
        (lambda town, user, _: town.block(user), BLOCKED),
        (lambda town, user, _: town.remove(user), UNAUTHORIZED),
        (lambda town, user, _: town.demote(user), NOT_FOUND),
    ],
    ids=["revoked", "blocked", "gone", "demoted"],
)
def test_an_administrator_who_may_no_more_does_not_publish(
    server: Server,
    town: Installation,
    target: bytes,
    change: Callable[[Installation, User, Minted], None],
    answer: tuple[int, bytes],
) -> None:
    user = town.user(is_admin=True)
    token = town.token(user)

    ending = upload_around(
        server, wire.post(target, token.secret, BODY), lambda: change(town, user, token)
    )

    assert ending == answer


def test_a_revoked_deploy_token_does_not_publish(
    server: Server, town: Installation, project: Project, target: bytes
) -> None:
    token = town.deploy_token(project, "write_package_registry")

    ending = upload_around(
        server, wire.post(target, token.secret, BODY), lambda: town.revoke(token)
    )

    assert ending == UNAUTHORIZED


def test_an_upload_during_which_nothing_changes_is_taken(
    server: Server, developer: Actor, project: Project, target: bytes, secret: str
) -> None:
    ending = upload_around(server, wire.post(target, secret, BODY), lambda: None)

    assert ending == (201, b'{"message":"201 Created"}')
    assert DIST.sha256 in developer.simple(project, "demo").text
