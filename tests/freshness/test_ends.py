"""What ends by itself is refused from that moment on, by both workers, though they remember it."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest

from tests.actors import Installation, basic
from tests.conftest import ROOT_TOKEN
from tests.freshness import ROUNDS
from tests.freshness.crowd import Crowd
from tests.freshness.lines import Line
from tests.freshness.looks import Look
from tests.freshness.scene import Scene
from wheelyard import tokens
from wheelyard.access import Role, TokenKind
from wheelyard.journal import OPERATOR
from wheelyard.registry import utc_now
from wheelyard.tokens import Holder, NewToken

AT_ONCE = 60
"""As many end one after another, for whose ends is waited only once."""

FIRST_END = timedelta(seconds=4)
APART = timedelta(milliseconds=30)
"""Longer than looking takes on a machine that has time."""


def personal_token(scene: Scene, ends_at: datetime) -> Mapping[str, str]:
    return basic(scene.town.token(scene.user, "read_api", expires_at=ends_at))


def deploy_token(scene: Scene, ends_at: datetime) -> Mapping[str, str]:
    scopes = ("read_package_registry",)
    return basic(scene.town.deploy_token(scene.group, *scopes, expires_at=ends_at))


def access_token(scene: Scene, ends_at: datetime) -> Mapping[str, str]:
    made = scene.town.access_token(scene.group, Role.REPORTER, "read_api", expires_at=ends_at)
    return basic(made)


def job(scene: Scene, ends_at: datetime) -> Mapping[str, str]:
    holder = Holder(user_id=scene.user.id, project_id=scene.project.id)
    new = NewToken(TokenKind.JOB, holder, "a job", (), expires_at=ends_at)
    with scene.town.database.write() as conn:
        return basic(tokens.mint(conn, new, by=OPERATOR, at=utc_now()), "gitlab-ci-token")


def membership(scene: Scene, ends_at: datetime) -> Mapping[str, str]:
    user = scene.town.join(scene.town.user(), scene.project, Role.GUEST, expires_at=ends_at)
    return basic(scene.town.token(user, "read_api"))


def group_membership(scene: Scene, ends_at: datetime) -> Mapping[str, str]:
    user = scene.town.join(scene.town.user(), scene.group, Role.REPORTER, expires_at=ends_at)
    return basic(scene.town.token(user, "read_api"))


KINDS = [
    (personal_token, 401, 401),
    (deploy_token, 401, 404),
    (access_token, 401, 401),
    (job, 401, 401),
    (membership, 404, 404),
    (group_membership, 404, 404),
]
"""Each with what is answered after the end: in the project, and through the group and all."""


def test_what_has_ended_is_refused_from_that_moment_on(
    scene: Scene,
    lines: tuple[Line, Line],
    crowd: Crowd,
    record_property: Callable[[str, object], None],
) -> None:
    began = crowd.read([])
    each = [row for _ in range(ROUNDS) for row in KINDS]
    for begin in range(0, len(each), AT_ONCE):
        first = utc_now() + FIRST_END
        ending = [
            (first + number * APART, row)
            for number, row in enumerate(each[begin : begin + AT_ONCE])
        ]
        looks = [
            (end, reads(scene, make(scene, end), *answers)) for end, (make, *answers) in ending
        ]
        crowd.read([look for _, of_one in looks for look in of_one])
        for line in (*lines, *lines):
            for end, of_one in looks:
                watch(line, of_one, end)

        for end, of_one in looks:
            time.sleep(max((end - utc_now()).total_seconds(), 0))
            for line in lines:
                watch(line, of_one, end)
    done = crowd.read([])
    assert done.answers > began.answers
    record_property("fresh changes", len(each))
    record_property("fresh answers", len(each) * LOOKS * 6)
    record_property("answers to a crowd", done.answers - began.answers)
    record_property("uploads of a crowd", done.uploads - began.uploads)


@pytest.fixture
def scene(town: Installation, lines: tuple[Line, Line]) -> Scene:
    """A place where somebody reads until a moment."""
    return Scene.laid(town, ROOT_TOKEN, lines[0])


LOOKS = 3
"""At each, of which each worker is asked twice before the end and once after it."""


def reads(scene: Scene, headers: Mapping[str, str], here: int, elsewhere: int) -> list[Look]:
    return [
        scene.page(scene.project, headers, "1.0", here),
        scene.file(scene.group, headers, 200, elsewhere),
        scene.page(None, headers, "1.0", elsewhere),
    ]


def watch(line: Line, looks: list[Look], end: datetime) -> None:
    """Look: what is asked after the end is refused, what is answered before it is not."""
    for look in looks:
        asked_at = utc_now()
        seen = look.see(line.ask(look.method, look.path, look.headers))
        if asked_at >= end:
            assert seen == look.after, (look.path, end, asked_at)
        elif utc_now() < end:
            assert seen == look.before, (look.path, end, asked_at)
