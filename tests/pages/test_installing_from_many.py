"""The pages of a group and of the whole registry give what it takes to install from all of it."""

import html
import re
from collections.abc import Iterator

import pytest

from tests.actors import Installation, Source, pypi
from tests.builders import wheel
from tests.pages.visitor import Visitor, rows, visiting
from wheelyard import instance
from wheelyard.access import Role, Visibility
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.registry import utc_now
from wheelyard.users import User

PUBLIC = Visibility.PUBLIC


@pytest.fixture
def group(town: Installation) -> Namespace:
    """A new public group."""
    return town.group(visibility=PUBLIC)


@pytest.fixture
def nobody(town: Installation) -> Iterator[Visitor]:
    """A browser in which nobody has signed in."""
    with visiting(town) as nobody:
        yield nobody


def snippets(visitor: Visitor, path: str, **params: str) -> list[str]:
    """What is there to copy."""
    text = visitor.get(path, **params).text
    return [
        html.unescape(code)
        for code in re.findall(r'<code id="install-\d+">(.*?)</code>', text, re.DOTALL)
    ]


def forms(visitor: Visitor, path: str) -> list[str]:
    """The forms of credential that can be chosen."""
    return re.findall(
        r'<option value="(personal|deploy|netrc|environment|none)"', visitor.get(path).text
    )


def addresses(group: Namespace) -> list[tuple[str, Source]]:
    """The pages, and the index that each is about."""
    return [
        (f"/{group.full_path}", group),
        (f"/groups/{group.full_path}/-/packages", group),
        ("/explore/packages", None),
    ]


def test_every_client_is_told_the_address_of_the_whole(
    town: Installation, visitor: Visitor, group: Namespace
) -> None:
    for page, place in addresses(group):
        shown = snippets(visitor, page)

        assert len(shown) == 8
        index = f"{pypi(place)}/simple"
        assert all(index in text for text in shown), page
        token = "__token__:<your personal access token>@"
        assert shown[0].startswith(f'pip install --index-url "{town.url[:7]}{token}'), page


def test_nothing_is_said_of_publishing_there(visitor: Visitor, group: Namespace) -> None:
    for page, _ in addresses(group):
        text = visitor.get(page).text

        assert "twine" not in text
        assert "publish-1" not in text


@pytest.mark.parametrize("form", ["personal", "deploy", "netrc", "environment", "none"])
def test_each_form_of_credential_can_be_chosen_for_what_is_public(
    visitor: Visitor, group: Namespace, form: str
) -> None:
    for page, _ in addresses(group):
        assert forms(visitor, page) == ["personal", "deploy", "netrc", "environment", "none"]
        assert len(snippets(visitor, page, credential=form)) == (9 if form == "netrc" else 8)


def test_none_is_no_choice_for_a_group_that_is_not_public(
    town: Installation, user: User, visitor: Visitor
) -> None:
    group = town.group()
    town.join(user, group, Role.GUEST)

    assert "none" not in forms(visitor, f"/groups/{group.full_path}/-/packages")


def test_who_is_not_signed_in_is_shown_what_needs_no_token(
    nobody: Visitor, group: Namespace
) -> None:
    for page, _ in addresses(group):
        assert not any("token" in text for text in snippets(nobody, page))


def test_the_packages_of_the_whole_registry_are_those_that_may_be_read(
    town: Installation, user: User, visitor: Visitor, nobody: Visitor
) -> None:
    public, private = town.project(visibility=PUBLIC), town.project()
    town.join(user, private, Role.GUEST)
    for project in (public, private):
        with town.member(project, Role.DEVELOPER) as developer:
            assert developer.publish(project, wheel("whole-registry")).status_code == 201

    mine = [row[2] for row in rows(visitor.get("/explore/packages", q="whole-registry"))]
    theirs = [row[2] for row in rows(nobody.get("/explore/packages", q="whole-registry"))]

    assert mine == [private.full_path, public.full_path]
    assert theirs == [public.full_path]


def test_the_tab_and_the_page_go_with_the_instances_switch(
    town: Installation, visitor: Visitor, group: Namespace
) -> None:
    tab = 'href="/explore/packages"'
    assert tab in visitor.get("/explore").text
    decide(town, packages_enabled=False)
    try:
        assert tab not in visitor.get("/explore").text
        assert tab not in visitor.get("/").text
        assert visitor.get("/explore/packages").status_code == 404
        assert snippets(visitor, f"/{group.full_path}") == []
    finally:
        decide(town, packages_enabled=None)


def decide(town: Installation, **changes: object) -> None:
    with town.database.write() as conn:
        instance.edit(conn, changes, by=OPERATOR, at=utc_now())


def test_where_forwarding_is_on_the_hint_says_so(
    town: Installation, visitor: Visitor, group: Namespace
) -> None:
    hint, other = "it sends you on to another", "has to be here as well"
    assert other in visitor.get("/explore/packages").text
    decide(town, forwarding=True, upstream_url="https://mirror.example.com/simple")
    try:
        for page, _ in addresses(group):
            assert hint in visitor.get(page).text
            # Who is nobody is sent nowhere.
            assert hint not in visitor.get(page, credential="none").text
    finally:
        decide(town, forwarding=None, upstream_url=None)
