"""What a group says of the packages in it, in a browser, and what its projects then show."""

import re
from dataclasses import dataclass

import pytest

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, notes, text_of, wrong
from wheelyard import groups, namespaces, projects
from wheelyard.access import Role
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.settings import Duplicates
from wheelyard.users import User

LEFT = {"duplicates": "", "max_file_mb": ""}


@dataclass(frozen=True)
class Estate:
    """A group, a group in it, and a project in that; the visitor owns all."""

    town: Installation
    user: User
    top: Namespace
    below: Namespace
    project: Project

    def page(self, group: Namespace, form: str = "packages_and_registries") -> str:
        """The address of a group's settings, or of a form."""
        return f"/groups/{group.full_path}/-/settings/{form}"

    @property
    def general(self) -> str:
        """The address of the project's settings."""
        return f"/{self.project.full_path}/-/settings/general"

    def now(self, group: Namespace) -> Namespace:
        """A group as it is now."""
        with self.town.database.read() as conn:
            return namespaces.get(conn, group.id)

    def say(self, group: Namespace, **changes: object) -> None:
        """Let a group say something."""
        with self.town.database.write() as conn:
            groups.edit(conn, group, changes, by=OPERATOR, at=utc_now())


@pytest.fixture
def estate(town: Installation, user: User) -> Estate:
    """What the visitor owns."""
    top = town.group()
    town.join(user, top, Role.OWNER)
    below = town.group(parent=top)
    return Estate(town, user, top, below, town.project(within=below))


def offered(markup: str, field: str) -> list[str]:
    """What can be chosen in a field."""
    select = markup.partition(f'<select id="{field}"')[2].partition("</select>")[0]
    return [text_of(option) for option in re.findall(r"<option[^>]*>(.*?)</option>", select)]


def test_limits_are_said_and_left_to_what_is_above_again(estate: Estate, visitor: Visitor) -> None:
    sent = {"duplicates": "refuse", "max_file_mb": "1.5"}

    page = visitor.follow(visitor.post(estate.page(estate.top, "packages"), sent))
    said = estate.now(estate.top)
    visitor.follow(visitor.post(estate.page(estate.top, "packages"), LEFT))
    left = estate.now(estate.top)

    assert notes(page) == ["The changes were saved."]
    assert 'value="1.5"' in page.text
    assert (said.duplicates, said.max_file_bytes) == (Duplicates.REFUSE, 3 * 2**19)
    assert (left.duplicates, left.max_file_bytes) == (None, None)


def test_each_place_tells_who_says_what(estate: Estate, visitor: Visitor) -> None:
    estate.say(estate.top, duplicates="refuse", max_file_bytes=2**20, forwarding=False)

    top, below, project = (
        visitor.get(address).text
        for address in (estate.page(estate.top), estate.page(estate.below), estate.general)
    )

    instance = "as the instance says: kept, and the newest is installed"
    group = f"as the group {estate.top.full_path} says: refused"
    assert [offered(page, "duplicates")[0] for page in (top, below, project)] == [
        instance,
        group,
        group,
    ]
    assert "Empty: as the instance says: 50.0 MB." in text_of(top)
    assert f"Empty: as the group {estate.top.full_path} says: 1.0 MB." in text_of(below)
    assert offered(project, "forwarding") == [
        f"as the group {estate.top.full_path} says: not forwarded",
        "forwarded",
        "not forwarded",
    ]


def test_nobody_else_than_an_administrator_goes_past_what_comes_from_above(
    estate: Estate, visitor: Visitor, administrator: Visitor
) -> None:
    estate.say(estate.top, max_file_bytes=2**20)
    of_group, of_project = estate.page(estate.below, "packages"), "packages"
    sent = {**LEFT, "max_file_mb": "2"}
    of_project = estate.general.replace("general", "packages")

    refused = [visitor.post(address, sent) for address in (of_group, of_project)]
    allowed = [administrator.post(address, sent) for address in (of_group, of_project)]

    said = "Only administrators may allow files of more than 1,048,576 bytes"
    assert [(answer.status_code, notes(answer)) for answer in refused] == [(403, [said])] * 2
    assert [answer.status_code for answer in allowed] == [303, 303]


def test_a_project_that_moves_does_not_carry_a_limit_past_its_new_group(
    estate: Estate, visitor: Visitor
) -> None:
    other, path = estate.town.group(), estate.project.full_path
    estate.town.edit(estate.project, max_file_bytes=1001)
    for group, limit in ((estate.top, 1001), (other, 1000)):
        estate.say(group, max_file_bytes=limit)
    estate.town.join(estate.user, other, Role.OWNER)
    to_other = {"namespace_id": str(other.id), "confirmation": path}

    refused = visitor.post(f"/{path}/-/settings/transfer", to_other)
    estate.say(other, max_file_bytes=1001)
    moved = visitor.post(f"/{path}/-/settings/transfer", to_other)

    assert refused.status_code == 403
    assert "Only administrators may allow files of more than 1,000 bytes" in text_of(refused.text)
    assert moved.headers["location"].endswith(
        f"/{other.full_path}/{estate.project.path}/-/settings/general"
    )


def test_forwarding_is_chosen_with_a_lock_and_prefixes(estate: Estate, visitor: Visitor) -> None:
    sent = {
        "forwarding": "true",
        "forwarding_locked": ["false", "true"],
        "reserved_prefixes": "Acme.Labs\r\nbolt, acme_labs\r\n",
    }

    page = visitor.follow(visitor.post(estate.page(estate.top, "forwarding"), sent))

    said = estate.now(estate.top)
    assert (said.forwarding, said.forwarding_locked) == (True, True)
    assert said.reserved_prefixes == ("acme-labs", "bolt")
    assert ">acme-labs\nbolt</textarea>" in page.text
    assert "From above" not in page.text
    assert "From above: acme-labs, bolt." in visitor.get(estate.page(estate.below)).text


def test_what_is_locked_above_can_be_read_and_not_changed(estate: Estate, visitor: Visitor) -> None:
    visitor.post(estate.page(estate.below, "forwarding"), {"forwarding": "true"})
    estate.say(estate.top, forwarding=False, forwarding_locked=True)

    pages = [visitor.get(address).text for address in (estate.page(estate.below), estate.general)]
    sent = {"forwarding": "", "reserved_prefixes": "x"}
    visitor.follow(visitor.post(estate.page(estate.below, "forwarding"), sent))
    forced = visitor.post(estate.page(estate.below, "forwarding"), {"forwarding": "true"})

    locked = f"The group {estate.top.full_path} has locked this for everything in it."
    for page in pages:
        assert locked in page
        assert "are not forwarded" in text_of(page)
        assert 'name="forwarding"' not in page
    assert forced.status_code == 422
    assert estate.now(estate.below).reserved_prefixes == ("x",)


def test_a_choice_under_a_lock_is_kept_for_when_it_opens(estate: Estate, visitor: Visitor) -> None:
    visitor.post(estate.page(estate.below, "forwarding"), {"forwarding": "true"})
    estate.say(estate.top, forwarding_locked=True)

    visitor.follow(
        visitor.post(estate.page(estate.below, "forwarding"), {"reserved_prefixes": "x"})
    )

    assert estate.now(estate.below).forwarding is True


@pytest.mark.parametrize("prefixes", ["acme-*", "ok\n-acme"])
def test_prefixes_that_are_none_are_refused_beside_the_field(
    estate: Estate, visitor: Visitor, prefixes: str
) -> None:
    sent = {"forwarding": "", "reserved_prefixes": prefixes}

    answer = visitor.post(estate.page(estate.top, "forwarding"), sent)

    assert answer.status_code == 422
    rule = "must be beginnings of names, without an asterisk"
    wanted = prefixes.rsplit(maxsplit=1)[-1]
    assert wrong(answer) == [f"Reserved prefixes {rule}: {wanted} is none"]
    assert estate.now(estate.top).reserved_prefixes == ()


def test_too_many_prefixes_are_refused(estate: Estate, visitor: Visitor) -> None:
    sent = {"reserved_prefixes": " ".join(f"p{number}" for number in range(201))}

    answer = visitor.post(estate.page(estate.top, "forwarding"), sent)

    assert wrong(answer) == ["Reserved prefixes can be 200 at most"]


def test_a_project_chooses_for_itself(estate: Estate, visitor: Visitor) -> None:
    address = estate.general.replace("general", "packages")

    page = visitor.follow(visitor.post(address, {**LEFT, "forwarding": "true"}))

    assert '<option value="true" selected>forwarded</option>' in page.text
    with estate.town.database.read() as conn:
        assert projects.get(conn, estate.project.id).forwarding is True


def test_without_an_upstream_the_page_says_that_nothing_is_forwarded(
    estate: Estate, visitor: Visitor
) -> None:
    for address in (estate.page(estate.top), estate.general):
        assert "No upstream index is set up yet" in visitor.get(address).text


def test_an_upload_by_browser_is_told_the_limit_of_the_group(
    estate: Estate, visitor: Visitor
) -> None:
    estate.say(estate.top, max_file_bytes=3 * 2**20)

    page = visitor.get(f"/{estate.project.full_path}/-/packages")
    sent = {"content": ("demo-1.0-py3-none-any.whl", b"x" * (3 * 2**20 + 1))}
    refused = visitor.http.post(
        f"/{estate.project.full_path}/-/packages/upload",
        data={"form_token": visitor.form_token},
        files=sent,
        headers={"accept": "application/json"},
    )

    assert "At most 3.0 MB each." in page.text
    assert (refused.status_code, refused.json()["message"]) == (
        400,
        "File is too large: at most 3,145,728 bytes are allowed",
    )


def test_a_group_decides_on_duplicates_of_uploads(estate: Estate) -> None:
    dist = wheel("twice", "1.0")
    with estate.town.member(estate.project, Role.DEVELOPER) as developer:
        first = developer.publish(estate.project, dist)
        estate.say(estate.top, duplicates="refuse")
        refused = developer.publish(estate.project, dist)
        estate.say(estate.below, duplicates="allow")
        again = developer.publish(estate.project, dist)

    assert [answer.status_code for answer in (first, refused, again)] == [201, 400, 201]


def test_a_group_decides_on_the_size_of_uploads(estate: Estate) -> None:
    dist = wheel("large", "1.0")
    with estate.town.member(estate.project, Role.DEVELOPER) as developer:
        first = developer.publish(estate.project, dist)
        estate.say(estate.top, max_file_bytes=len(dist.content) - 1)
        refused = developer.publish(estate.project, dist)
        estate.say(estate.below, max_file_bytes=0)
        again = developer.publish(estate.project, dist)

    assert [answer.status_code for answer in (first, refused, again)] == [201, 400, 201]
