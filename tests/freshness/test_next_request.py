"""The next request of the other worker sees each kind of change, and of this one; and back."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from tests.actors import Installation
from tests.conftest import ROOT_TOKEN
from tests.freshness import ROUNDS, of_credentials, of_packages, of_people, of_places, of_rules
from tests.freshness.crowd import Crowd
from tests.freshness.lines import Line
from tests.freshness.rounds import Change, Watcher
from tests.freshness.scene import Scene
from wheelyard import journal
from wheelyard.database import schema


@dataclass(frozen=True)
class Kind:
    """A kind of change, and what the journal says of it."""

    of: Callable[[Scene], Change]
    actions: frozenset[str]


def kind(of: Callable[[Scene], Change], *actions: str) -> Kind:
    return Kind(of, frozenset(actions))


KINDS = [
    kind(of_packages.upload_and_deletion_of_the_file, "file.published", "file.deleted"),
    kind(of_packages.upload_and_deletion_of_the_release, "file.published", "release.deleted"),
    kind(of_packages.upload_of_other_bytes_and_their_deletion, "file.published", "file.deleted"),
    kind(of_packages.release_yanked, "release.yanked", "release.unyanked"),
    kind(of_packages.file_yanked, "file.yanked", "file.unyanked"),
    kind(of_packages.package_deprecated, "package.status_changed"),
    kind(of_packages.package_archived, "package.status_changed"),
    kind(of_packages.package_quarantined, "package.status_changed"),
    kind(of_credentials.personal_token_revoked, "token.revoked", "token.created"),
    kind(of_credentials.personal_token_rotated, "token.revoked", "token.created"),
    kind(of_credentials.access_token_revoked, "token.revoked", "token.created"),
    kind(of_credentials.group_access_token_revoked, "token.revoked", "token.created"),
    kind(of_credentials.deploy_token_revoked, "token.revoked", "token.created"),
    kind(of_credentials.group_deploy_token_revoked, "token.revoked", "token.created"),
    kind(of_credentials.job_ended, "token.revoked", "token.created"),
    kind(of_credentials.token_of_another_form, "token.revoked", "token.created"),
    kind(of_credentials.session_ended, "session.created", "session.ended"),
    kind(of_people.member_removed, "member.removed", "member.added"),
    kind(of_people.group_member_removed, "member.removed", "member.added"),
    kind(of_people.role_lowered, "member.edited"),
    kind(of_people.user_blocked, "user.blocked", "user.unblocked"),
    kind(of_people.administrator_demoted, "user.edited"),
    kind(of_people.user_deleted, "user.deleted", "user.created"),
    kind(of_places.project_made_private, "project.edited"),
    kind(of_places.project_made_private_that_users_read, "project.edited"),
    kind(of_places.group_made_private, "group.edited"),
    kind(of_places.registry_switched_off, "project.edited"),
    kind(of_places.registry_kept_to_members, "project.edited"),
    kind(of_places.registry_opened_to_anybody, "project.edited"),
    kind(of_places.project_archived, "project.edited"),
    kind(of_places.project_moved, "project.transferred"),
    kind(of_places.project_renamed, "project.edited"),
    kind(of_places.group_renamed, "group.edited"),
    kind(of_places.project_deleted, "project.deleted", "project.created"),
    kind(of_places.group_deleted, "group.deleted", "group.created", "project.deleted"),
    kind(of_places.job_admitted, "admission.removed", "admission.added"),
    kind(of_places.jobs_admitted_by_a_list, "project.edited"),
    kind(of_rules.packages_switched_off, "instance.edited"),
    kind(of_rules.nobody_installs_from_private_projects, "instance.edited"),
    kind(of_rules.name_protected, "protection_rule.created", "protection_rule.deleted"),
    kind(of_rules.rule_edited, "protection_rule.edited"),
    kind(of_rules.limit_of_the_project, "project.edited"),
    kind(of_rules.limit_of_the_group, "group.edited"),
    kind(of_rules.limit_of_the_instance, "instance.edited"),
    kind(of_rules.duplicates_refused, "project.edited"),
    kind(of_rules.forwarding_switched_off, "project.edited"),
    kind(of_rules.forwarding_of_the_group_switched_off, "group.edited"),
    kind(of_rules.forwarding_of_the_instance_switched_off, "instance.edited"),
    kind(of_rules.prefix_reserved, "group.edited"),
    kind(of_rules.name_published_elsewhere, "name.forgotten", "file.published"),
]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.of.__name__ for kind in KINDS])
def test_the_next_request_sees(
    town: Installation,
    lines: tuple[Line, Line],
    crowd: Crowd,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    scene = Scene.laid(town, ROOT_TOKEN, lines[0])
    watcher = Watcher(kind.of(scene), crowd.read)
    began, before = last_serial(town), crowd.read([])

    watcher.prove(lines, ROUNDS)

    after = crowd.read([])
    assert watcher.changes == 2 * ROUNDS
    assert kind.actions <= actions(town, began)
    assert after.answers > before.answers
    record_property("fresh changes", watcher.changes)
    record_property("fresh answers", watcher.answers)
    record_property("answers to a crowd", after.answers - before.answers)
    record_property("uploads of a crowd", after.uploads - before.uploads)


def test_nothing_that_is_ever_recorded_is_left_out() -> None:
    seen = {action for kind in KINDS for action in kind.actions}

    # The doctor looks at every file, for which there is no time here: tests/cli/test_repair.py.
    assert seen | {"file.repaired"} == set(journal.ACTIONS)


def last_serial(town: Installation) -> int:
    with town.database.read() as conn:
        return journal.last_serial(conn)


def actions(town: Installation, after: int) -> set[str]:
    """What the journal tells after a serial."""
    table = schema.journal
    with town.database.read() as conn:
        return set(conn.scalars(select(table.c.action).where(table.c.serial > after)))
