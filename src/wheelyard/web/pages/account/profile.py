"""One's own account: the profile, and the password."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wheelyard import sessions, users
from wheelyard.facts import InvalidRecord, Sentence
from wheelyard.users import PasswordHash
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_MAX_PASSWORD = 1000
_GUARDED = ("username", "email")
"""What signs one in is not changed by whoever finds the browser open."""


# Profile -----------------------------------------------------------------------------------------


def show_profile(view: View) -> Answer:
    """``GET /-/user_settings/profile``."""
    return Page("user_profile.html", {"user": view.user})


def check_profile(view: View) -> bool:
    """Compare the password where one is needed, which takes long on purpose."""
    is_needed = any(view.params.peek_text(name) != getattr(view.user, name) for name in _GUARDED)
    return is_needed and _is_current_password(view)


def save_profile(view: View) -> Answer:
    """``POST /-/user_settings/profile``: name, username and e-mail address."""
    params = view.params
    sent = {name: params.line(name, required=True) or "" for name in ("name", *_GUARDED)}
    params.check()
    changes = {name: new for name, new in sent.items() if new != getattr(view.user, name)}
    if not view.prepared and not changes.keys().isdisjoint(_GUARDED):
        raise InvalidRecord(current_password=_wrong())
    if changes:
        _edit(view, changes)
    saved = view.language.gettext("The changes were saved.")
    return Redirect("/-/user_settings/profile", notice=saved)


def _edit(view: View, changes: Mapping[str, str]) -> None:
    try:
        users.edit(view.conn, view.user, changes, by=view.actor, at=view.at)
    except InvalidRecord as fact:
        # The username is the path of the namespace that is one's own.
        names = {"path": "username"}
        problems = {names.get(name, name): said for name, said in fact.problems.items()}
        raise InvalidRecord(**problems) from fact


def _is_current_password(view: View) -> bool:
    typed = view.params.peek_text("current_password", max_length=_MAX_PASSWORD)
    return users.has_password(view.conn, view.user, typed)


def _wrong() -> Sentence:
    return Sentence("is not right")


# Password ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Whether the current password was right, and the hash of the new one if it can be one."""

    is_current: bool
    new: PasswordHash | None = field(repr=False)


def show_password(view: View) -> Answer:
    """``GET /-/user_settings/password``."""
    return Page("user_password.html", {"user": view.user, "least": users.MIN_PASSWORD_LENGTH})


def hash_password(view: View) -> _Hashed:
    """Compare the current password and hash the new one, which both take long on purpose."""
    if not _is_current_password(view):
        return _Hashed(is_current=False, new=None)
    typed = _typed_password(view)
    hashed = users.hash_password(typed) if users.is_password(typed) else None
    return _Hashed(is_current=True, new=hashed)


def change_password(view: View) -> Answer:
    """``POST /-/user_settings/password``: every other browser is signed out."""
    hashed = view.prepared
    assert isinstance(hashed, _Hashed)  # noqa: S101  the route prepares it
    if not hashed.is_current:
        raise InvalidRecord(current_password=_wrong())
    typed = _typed_password(view)
    users.require_password(typed)
    if view.params.peek_text("password_confirmation", max_length=_MAX_PASSWORD) != typed:
        raise InvalidRecord(password_confirmation=Sentence("is not the same"))
    assert hashed.new is not None  # noqa: S101  it can be a password
    assert view.session is not None  # noqa: S101  see View.user
    sessions.set_password(
        view.conn, view.user, hashed.new, kept_id=view.session.id, by=view.actor, at=view.at
    )
    changed = view.language.gettext(
        "The password was changed, and every other browser was signed out."
    )
    return Redirect("/-/user_settings/password", notice=changed)


def _typed_password(view: View) -> str:
    return view.params.peek_text("password", max_length=_MAX_PASSWORD)
