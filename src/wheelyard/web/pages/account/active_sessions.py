"""The browsers in which one is signed in."""

from wheelyard import sessions
from wheelyard.facts import Sentence
from wheelyard.namespaces import is_id
from wheelyard.web.pages.account import browsers
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_HERE = "/-/user_settings/active_sessions"


def show(view: View) -> Answer:
    """``GET /-/user_settings/active_sessions``."""
    found = sessions.all_sessions(view.conn, view.user, at=view.at)
    return Page(
        "user_sessions.html",
        {
            "sessions": [
                (session, browsers.describe(session.user_agent, view.language.gettext))
                for session in found
            ]
        },
    )


def end_one(view: View) -> Answer:
    """``POST …/active_sessions/end``: one that has ended meanwhile is none the less gone."""
    wanted = view.params.peek_text("session_id")
    for session in sessions.all_sessions(view.conn, view.user, at=view.at):
        if is_id(wanted) and session.id == int(wanted):
            sessions.end(view.conn, session, by=view.actor, at=view.at)
    return Redirect(_HERE, notice=Sentence("That browser was signed out."))


def end_others(view: View) -> Answer:
    """``POST …/active_sessions/end_others``."""
    assert view.session is not None  # noqa: S101  see View.user
    sessions.end_others(view.conn, view.user, view.session.id, by=view.actor, at=view.at)
    return Redirect(_HERE, notice=Sentence("All other browsers were signed out."))
