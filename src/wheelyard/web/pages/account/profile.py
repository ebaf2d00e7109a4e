"""One's own account: the profile, and the password."""

from collections.abc import Mapping
from functools import partial

from wheelyard import sessions, users
from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.users import PasswordHash
from wheelyard.web.pages.account import passwords
from wheelyard.web.pages.view import Answer, Handler, Page, Redirect, View

_GUARDED = ("username", "email")
"""What signs one in is not changed by whoever finds the browser open."""


# Profile -----------------------------------------------------------------------------------------


def show_profile(view: View) -> Answer:
    """``GET /-/user_settings/profile``."""
    return Page("user_profile.html", {"user": view.user})


def check_profile(view: View) -> Handler:
    """Compare the password where one is needed, which takes long on purpose."""
    is_needed = any(view.params.peek_text(name) != getattr(view.user, name) for name in _GUARDED)
    return partial(save_profile, is_confirmed=is_needed and _is_current_password(view))


def save_profile(view: View, *, is_confirmed: bool) -> Answer:
    """``POST /-/user_settings/profile``: name, username and e-mail address."""
    params = view.params
    sent = {name: params.line(name, required=True) or "" for name in ("name", *_GUARDED)}
    params.check()
    changes = {name: new for name, new in sent.items() if new != getattr(view.user, name)}
    if not is_confirmed and not changes.keys().isdisjoint(_GUARDED):
        raise InvalidRecord(current_password=_wrong())
    if changes:
        _edit(view, changes)
    return Redirect("/-/user_settings/profile", notice=Sentence("The changes were saved."))


def _edit(view: View, changes: Mapping[str, str]) -> None:
    try:
        users.edit(view.conn, view.user, changes, by=view.actor, at=view.at)
    except InvalidRecord as fact:
        # The username is the path of the namespace that is one's own.
        names = {"path": "username"}
        problems = {names.get(name, name): said for name, said in fact.problems.items()}
        raise InvalidRecord(**problems) from fact


def _is_current_password(view: View) -> bool:
    typed = view.params.peek_text("current_password", max_length=passwords.MAX_LENGTH)
    return passwords.is_right(view, view.user.username, view.user, typed)


def _wrong() -> Sentence:
    return Sentence("is not right")


# Password ----------------------------------------------------------------------------------------


def show_password(view: View) -> Answer:
    """``GET /-/user_settings/password``."""
    return Page("user_password.html", {"user": view.user, "least": users.MIN_PASSWORD_LENGTH})


def hash_password(view: View) -> Handler:
    """Compare the current password and hash the new one, which both take long on purpose."""
    if not _is_current_password(view):
        return _refuse_password
    typed = _typed_password(view)
    hashed = users.hash_password(typed) if users.is_password(typed) else None
    return partial(change_password, hashed=hashed)


def _refuse_password(view: View) -> Answer:
    del view
    raise InvalidRecord(current_password=_wrong())


def change_password(view: View, hashed: PasswordHash | None) -> Answer:
    """``POST /-/user_settings/password``: every other browser is signed out.

    ``hashed`` is the new password, if it can be one.
    """
    typed = _typed_password(view)
    users.require_password(typed)
    if view.params.peek_text("password_confirmation", max_length=passwords.MAX_LENGTH) != typed:
        raise InvalidRecord(password_confirmation=Sentence("is not the same"))
    assert hashed is not None  # noqa: S101  it can be a password
    assert view.session is not None  # noqa: S101  see View.user
    sessions.set_password(
        view.conn, view.user, hashed, kept_id=view.session.id, by=view.actor, at=view.at
    )
    changed = Sentence("The password was changed, and every other browser was signed out.")
    return Redirect("/-/user_settings/password", notice=changed)


def _typed_password(view: View) -> str:
    return view.params.peek_text("password", max_length=passwords.MAX_LENGTH)
