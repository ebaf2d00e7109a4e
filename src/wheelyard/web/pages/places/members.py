"""The members of a project or of a group: who they are, where from, and what managers change."""

from dataclasses import dataclass, replace

from wheelyard import memberships, namespaces, roster, users
from wheelyard.access import GIVEN_ROLES, Role
from wheelyard.facts import Conflict, InvalidRecord, Sentence
from wheelyard.memberships import Member, Place
from wheelyard.namespaces import Kind
from wheelyard.roster import Listed
from wheelyard.users import User
from wheelyard.web.pages import paging
from wheelyard.web.pages.places import rolenames
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class _Row:
    """A member, and what who looks may do about them."""

    listed: Listed
    may_change: bool
    is_oneself: bool


def show(view: View) -> Answer:
    """``GET /{project}/-/project_members``, and of a group."""
    search = view.params.peek_text("q").strip()
    window = paging.read_window(view, per_page=_PER_PAGE)
    found = roster.list_everybody(view.conn, view.subject, window, search=search, at=view.at)
    may_manage = view.may(memberships.managing(view.subject))
    return Page(
        "members.html",
        {
            "here": _here(view),
            "place": view.project_or_none or view.group,
            "rows": [_row(view, listed, may_manage=may_manage) for listed in found.items],
            "total": found.total,
            "roles": rolenames.all_of(view),
            "choices": list(rolenames.choices(view)),
            "may_manage": may_manage,
            "is_personal": _is_personal(view),
            "filter_text": search,
            "pager": paging.make_pager(view, window, found.total, {"q": search}, path=_here(view)),
        },
    )


def _row(view: View, listed: Listed, *, may_manage: bool) -> _Row:
    direct = listed.direct
    return _Row(
        listed,
        may_change=may_manage
        and direct is not None
        and not direct.user.is_bot
        and rolenames.may_give(view, direct.role),
        is_oneself=listed.member.user.id == view.principal.user_id,
    )


def add(view: View) -> Answer:
    """``POST …/members``."""
    params = view.params
    login = params.line("login", required=True) or ""
    level = params.number_of("access_level", GIVEN_ROLES, required=True)
    expires_at = params.future_day("expires_at", after=view.at)
    params.check()
    role = Role(level or 0)
    memberships.require_not_above(view.principal, view.role, role)
    member = Member(_find(view, login.removeprefix("@")), role, expires_at, view.at)
    try:
        memberships.add(view.conn, Place.of(view.subject), member, by=view.actor)
    except Conflict as fact:
        raise InvalidRecord(login=Sentence("is a member already")) from fact
    added = view.language.gettext("%(name)s is a member now.")
    return Redirect(_here(view), notice=added % {"name": member.user.name})


def _find(view: View, login: str) -> User:
    """Return who is meant.  Only those who may read e-mail addresses find anybody by one."""
    if "@" in login and not view.principal.is_admin:
        raise InvalidRecord(
            login=Sentence("must be a username: only administrators find people by email address")
        )
    user = users.find_by_login(view.conn, login)
    if user is None or user.is_bot:
        raise InvalidRecord(login=Sentence("belongs to nobody here"))
    return user


def edit(view: View) -> Answer:
    """``POST …/members/{user}/edit``: another role, another end, or none."""
    params = view.params
    level = params.number_of("role", GIVEN_ROLES, required=True)
    ends = params.future_day("ends", after=view.at)
    params.check()
    member = _named(view)
    role = Role(level or 0)
    memberships.require_not_above(view.principal, view.role, member.role, role)
    changed = replace(member, role=role, expires_at=ends)
    memberships.edit(view.conn, Place.of(view.subject), changed, by=view.actor, at=view.at)
    saved = view.language.gettext("The membership of %(name)s was changed.")
    return Redirect(_here(view), notice=saved % {"name": member.user.name})


def remove(view: View) -> Answer:
    """``POST …/members/{user}/remove``; oneself anybody may remove."""
    _ = view.language.gettext
    user_id = view.number("user")
    member = memberships.dismiss(view.conn, view.principal, view.subject, user_id, at=view.at)
    if user_id == view.user.id:  # who may no longer see it
        return Redirect("/", notice=_("You have left."))
    gone = _("%(name)s is no longer a member.") % {"name": member.user.name}
    return Redirect(_here(view), notice=gone)


def _named(view: View) -> Member:
    """Return the direct member whose id the URL holds.  Raises NotFound."""
    place = Place.of(view.subject)
    return memberships.get_member(view.conn, place, view.number("user"), at=view.at)


def _here(view: View) -> str:
    if view.project_or_none is not None:
        return f"/{view.project.full_path}/-/project_members"
    return f"/groups/{view.group.full_path}/-/group_members"


def _is_personal(view: View) -> bool:
    """Whether what is above is no group: a project in the namespace that is a user's own."""
    root = namespaces.find(view.conn, view.subject.lineage[0])
    return root is not None and root.kind is Kind.USER
