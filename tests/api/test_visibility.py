"""The lists show exactly what ``access.decide`` lets a caller see, asked one by one."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from wheelyard import access, groups, memberships, namespaces, projects, users
from wheelyard.access import (
    ANONYMOUS,
    GIVEN_ROLES,
    Decision,
    Permission,
    Principal,
    Subject,
    TokenKind,
    Visibility,
)
from wheelyard.database.paging import Window
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.memberships import Member, Place
from wheelyard.namespaces import Namespace
from wheelyard.projects import NewProject, Project
from wheelyard.registry import Registry, utc_now
from wheelyard.users import NewUser, User

NOW = utc_now()
EVERYTHING = Window(limit=1000)


class Undo(Exception):  # noqa: N818  it is no error
    """Leaves the library as it was."""


class World:
    """A tree of groups with a project of each visibility that fits, and somebody to look at it.

    ``chosen`` says for every place whether the caller is a member, and whether still.
    """

    def __init__(self, conn: Connection, data: st.DataObject) -> None:
        self.conn = conn
        self.data = data
        self.caller = self._user("caller")
        self.stranger = self._user("stranger")
        self.groups: list[Namespace] = []
        self.projects: list[Project] = []
        for visibility in Visibility:
            outer = self._group(None, visibility)
            inner = self._group(outer, data.draw(st.sampled_from(_within(visibility))))
            self._group(inner, data.draw(st.sampled_from(_within(inner.visibility))))
        for own in (self.caller, self.stranger):
            namespace = namespaces.find_own(conn, own.id)
            assert namespace is not None
            self._fill(namespace, Visibility.PUBLIC)

    def _user(self, name: str) -> User:
        new = NewUser(name, name, f"{name}@example.com", password=None)
        return users.create(self.conn, new, by=OPERATOR, at=NOW)

    def _group(self, parent: Namespace | None, visibility: Visibility) -> Namespace:
        path = f"group{len(self.groups)}"
        new = NewGroup(path, path, visibility=visibility)
        group = groups.create(self.conn, new, parent, by=OPERATOR, at=NOW)
        self.groups.append(group)
        self._maybe_join(Place(namespace_id=group.id))
        self._fill(group, visibility)
        return group

    def _fill(self, namespace: Namespace, visibility: Visibility) -> None:
        for chosen in _within(visibility):
            path = f"project{len(self.projects)}"
            new = NewProject(path, path, visibility=chosen)
            project = projects.create(self.conn, new, namespace, by=OPERATOR, at=NOW)
            self.projects.append(project)
            self._maybe_join(Place(project_id=project.id))

    def _maybe_join(self, place: Place) -> None:
        role = self.data.draw(st.sampled_from((None, None, None, *GIVEN_ROLES)))
        if role is not None:
            ends = self.data.draw(st.sampled_from((None, timedelta(days=1), timedelta(days=-1))))
            member = Member(self.caller, role, NOW + ends if ends else None, NOW)
            memberships.add(self.conn, place, member, by=OPERATOR)

    def allowed(self, principal: Principal, permission: Permission, subject: Subject) -> bool:
        standing = memberships.find_standing(self.conn, principal.user_id, subject, NOW)
        decision = access.decide(principal, permission, subject, standing.role)
        return decision is Decision.ALLOWED


def _within(visibility: Visibility) -> list[Visibility]:
    order = list(Visibility)
    return order[: order.index(visibility) + 1]


def _principals(world: World) -> list[Principal]:
    def signed_in(user: User, *, is_admin: bool = False) -> Principal:
        scopes = frozenset({"api"})
        return Principal(user.id, is_admin, 1, TokenKind.PERSONAL, scopes)

    return [
        ANONYMOUS,
        signed_in(world.caller),
        signed_in(world.stranger),
        signed_in(world.stranger, is_admin=True),
    ]


@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    # A world is too large to shrink in reasonable time; the paths in the failure say enough.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    # The library is the same in every example, which rolls back what it made.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_lists_and_the_decisions_agree(registry: Registry, data: st.DataObject) -> None:
    with pytest.raises(Undo), registry.database.write() as conn:
        _require_agreement(conn, World(conn, data))


def _require_agreement(conn: Connection, world: World) -> None:
    for principal in _principals(world):
        listed_projects = projects.list_projects(
            conn, principal, projects.Filter(), EVERYTHING, at=NOW
        )
        listed_groups = groups.list_groups(conn, principal, groups.Filter(), EVERYTHING, at=NOW)

        assert {project.full_path for project in listed_projects.items} == {
            project.full_path
            for project in world.projects
            if world.allowed(principal, Permission.READ_PROJECT, project.subject)
        }
        assert {group.full_path for group in listed_groups.items} == {
            group.full_path
            for group in world.groups
            if world.allowed(principal, Permission.READ_GROUP, group.subject)
        }
        assert listed_projects.total == len(listed_projects.items)
    raise Undo
