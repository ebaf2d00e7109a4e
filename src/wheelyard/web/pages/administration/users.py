"""Users: finding, making, editing, blocking and deleting accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from wheelyard import census, firststart, moderation, sessions, tokens, users
from wheelyard.census import UserFilter
from wheelyard.database.paging import Window
from wheelyard.facts import InvalidRecord, NotFound, Sentence
from wheelyard.users import NewUser, PasswordHash, User
from wheelyard.web.pages import handover, paging
from wheelyard.web.pages.confirmation import require_typed
from wheelyard.web.pages.handover import Handed
from wheelyard.web.pages.view import Answer, Handler, Page, Redirect, View

LIST = "/admin/users"
_KIND = "password"
_MAX_TOKENS = 100
_MAX_MEMBERSHIPS = 200


def show_list(view: View) -> Answer:
    """``GET /admin/users``."""
    chosen = view.params.peek_text("show")
    kind = UserFilter(chosen) if chosen in set(UserFilter) else UserFilter.ALL
    search = view.params.peek_text("q").strip()
    window = paging.read_window(view)
    found = census.list_users(view.conn, kind, window, search=search)
    kept = {"q": search, "show": "" if kind is UserFilter.ALL else kind.value}
    return Page(
        "administration/users.html",
        {
            "found": found,
            "kind": kind.value,
            "filter_text": search,
            "pager": paging.make_pager(view, window, found.total, kept),
        },
    )


# Making one --------------------------------------------------------------------------------------


def show_new(view: View) -> Answer:
    """``GET /admin/users/new``."""
    del view
    return Page("administration/user_new.html")


def hash_new(view: View) -> Handler:
    """Hash the password that was typed, or draw one; what is too short is refused later."""
    typed = view.params.peek_text("password")
    drawn = "" if typed else firststart.draw_password()
    return partial(create, hashed=_hash(typed or drawn), drawn=drawn)


def _hash(text: str) -> PasswordHash | None:
    return users.hash_password(text) if users.is_password(text) else None


def create(view: View, hashed: PasswordHash | None, drawn: str) -> Answer:
    """``POST /admin/users/new``; the page that follows shows a drawn password, once."""
    params = view.params
    username = params.line("username", required=True)
    name = params.filled_line("name") or username
    email = params.line("email", required=True)
    params.text("password")
    is_admin = bool(params.flag("is_admin"))
    params.check()
    users.require_password(drawn or params.peek_text("password"))
    new = NewUser(username or "", name or "", email or "", hashed, is_admin)
    with _naming():
        made = users.create(view.conn, new, by=view.actor, at=view.at)
    if drawn:
        return handover.give(view, _KIND, Handed(made.id, drawn), to=f"{LIST}/{made.id}")
    return _back(made, Sentence("The user %(name)s was created.", name=made.username))


@contextmanager
def _naming() -> Iterator[None]:
    """Say of the username what is wrong with the path that it would be."""
    try:
        yield
    except InvalidRecord as fact:
        if "path" not in fact.problems:
            raise
        raise InvalidRecord(username=fact.problems["path"]) from fact


# One of them -------------------------------------------------------------------------------------


def show(view: View) -> Answer:
    """``GET /admin/users/{user}``."""
    listed = census.get_user(view.conn, view.number("user"))
    user = listed.user
    found = tokens.list_all_of(view.conn, user.id, Window(limit=_MAX_TOKENS), at=view.at)
    handed, taken = handover.take(view, _KIND)
    return Page(
        "administration/user.html",
        {
            "user": user,
            "last_signed_in_at": listed.last_signed_in_at,
            "sessions": sessions.all_sessions(view.conn, user, at=view.at),
            "tokens": found,
            "joined": census.list_joined(view.conn, user, Window(limit=_MAX_MEMBERSHIPS)),
            "is_self": user.id == view.user.id,
            "password": handed.secret if handed and handed.id == user.id else "",
        },
        headers=taken,
    )


def hash_typed(view: View) -> Handler:
    """Hash the password that was typed; without one the old one stays."""
    return partial(edit, hashed=_hash(view.params.peek_text("password")))


def edit(view: View, hashed: PasswordHash | None) -> Answer:
    """``POST /admin/users/{user}``: names, address, rights, and perhaps another password."""
    user, params = _named(view), view.params
    sent: dict[str, str | bool | None] = {
        "username": params.line("username", required=True),
        "name": params.line("name", required=True),
        "email": params.line("email", required=True),
        "is_admin": params.flag("is_admin"),
    }
    params.text("password")
    params.check()
    if typed := params.peek_text("password"):
        users.require_password(typed)
    changes = {
        column: value
        for column, value in sent.items()
        if value is not None and value != getattr(user, column)
    }
    if changes or hashed is not None:
        kept = view.session.id if view.session else None
        with _naming():
            moderation.edit(
                view.conn,
                user,
                changes,
                password=hashed,
                kept_session_id=kept,
                by=view.actor,
                at=view.at,
            )
    return _back(user, Sentence("The changes were saved."))


def block(view: View) -> Answer:
    """``POST …/block``: nothing of theirs opens anything any more."""
    user = _named(view)
    moderation.block(view.conn, user, by=view.actor, at=view.at)
    return _back(
        user, Sentence("%(name)s is blocked, and signed out everywhere.", name=user.username)
    )


def unblock(view: View) -> Answer:
    """``POST …/unblock``."""
    user = _named(view)
    moderation.unblock(view.conn, user, by=view.actor, at=view.at)
    return _back(user, Sentence("%(name)s may sign in again.", name=user.username))


def end_sessions(view: View) -> Answer:
    """``POST …/sessions/end``: sign them out everywhere; oneself everywhere but here."""
    user = _named(view)
    kept = view.session.id if view.session else None
    sessions.end_others(view.conn, user, kept, by=view.actor, at=view.at)
    return _back(user, Sentence("All sessions of %(name)s were ended.", name=user.username))


def revoke_token(view: View) -> Answer:
    """``POST …/tokens/{token}/revoke``."""
    user = _named(view)
    token = tokens.find_any(view.conn, view.number("token"))
    if token is None or token.holder.user_id != user.id:
        raise NotFound
    tokens.revoke(view.conn, token, by=view.actor, at=view.at)
    return _back(user, Sentence("The access token %(name)s was revoked.", name=token.name))


def delete(view: View) -> Answer:
    """``POST …/delete``: with the projects of their own namespace."""
    user = _named(view)
    require_typed(view, user.username)
    moderation.remove(view.conn, user, by=view.actor, at=view.at)
    return Redirect(LIST, notice=Sentence("The user %(name)s was deleted.", name=user.username))


def _named(view: View) -> User:
    return users.get(view.conn, view.number("user"))


def _back(user: User, said: Sentence) -> Answer:
    return Redirect(f"{LIST}/{user.id}", notice=said)
