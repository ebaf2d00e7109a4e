"""Signing in and out."""

from functools import partial

import structlog

from wheelyard import sessions, users
from wheelyard.facts import Forbidden, Sentence
from wheelyard.users import User
from wheelyard.web.pages import visits
from wheelyard.web.pages.account import passwords
from wheelyard.web.pages.view import Answer, Handler, Page, Redirect, View

log = structlog.get_logger()


def show_sign_in(view: View) -> Answer:
    """``GET /users/sign_in``."""
    destination = visits.safe_destination(view.params.peek_text("return_to", max_length=2000))
    if view.session is not None and view.problems is None:
        return Redirect(destination)
    return Page(
        "sign_in.html",
        {
            "return_to": destination,
            "is_first_start": not users.has_administrator_signed_in(view.conn),
        },
    )


def check_password(view: View) -> Handler:
    """Compare the password, which takes long on purpose.  Raises Throttled."""
    login = view.params.peek_text("login").strip()
    user = users.find_by_login(view.conn, login)
    typed = view.params.peek_text("password", max_length=passwords.MAX_LENGTH)
    is_right = passwords.is_right(view, login, user, typed)
    return partial(sign_in, claimed=user if is_right else None)


def sign_in(view: View, claimed: User | None) -> Answer:
    """``POST /users/sign_in``: a new session, whatever the browser has brought.

    ``claimed`` is the user whose password was right.
    """
    if claimed is None:
        log.warning("sign-in refused", address=view.address)
        raise Forbidden(Sentence("The name or the password is not right"))
    user = users.get(view.conn, claimed.id)
    if view.session is not None:
        sessions.end(view.conn, view.session, by=view.actor, at=view.at)
    begun = sessions.begin(
        view.conn, user, address=view.address, user_agent=view.user_agent, at=view.at
    )
    destination = visits.safe_destination(view.params.peek_text("return_to", max_length=2000))
    return Redirect(
        destination, headers=visits.keep_secret(view.visit, begun.secret, session=begun.session)
    )


def sign_out(view: View) -> Answer:
    """``POST /users/sign_out``."""
    if view.session is not None:
        sessions.end(view.conn, view.session, by=view.actor, at=view.at)
    return Redirect(
        "/users/sign_in",
        notice=Sentence("You have signed out."),
        headers=visits.keep_secret(view.visit, sessions.draw_secret()),
    )
