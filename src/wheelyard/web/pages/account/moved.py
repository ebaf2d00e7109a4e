"""Addresses that GitLab had before, which stand in people's notes and in other programs' help."""

from wheelyard.web.pages.view import Answer, Handler, Redirect, View

_SETTINGS = "/-/user_settings"

ADDRESSES = {
    _SETTINGS: f"{_SETTINGS}/profile",
    "/-/profile": f"{_SETTINGS}/profile",
    "/profile": f"{_SETTINGS}/profile",
    "/-/profile/preferences": f"{_SETTINGS}/preferences",
    "/-/profile/active_sessions": f"{_SETTINGS}/active_sessions",
    "/-/profile/personal_access_tokens": f"{_SETTINGS}/personal_access_tokens",
    "/profile/personal_access_tokens": f"{_SETTINGS}/personal_access_tokens",
    "/-/profile/password/edit": f"{_SETTINGS}/password",
    f"{_SETTINGS}/password/edit": f"{_SETTINGS}/password",
}
"""Where each leads to now."""


def forward(to: str) -> Handler:
    """Return a handler that goes on to an address with the query that it was asked with."""

    def go(view: View) -> Answer:
        _, mark, query = view.here.partition("?")
        return Redirect(to + mark + query)

    return go
