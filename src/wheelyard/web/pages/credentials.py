"""In which form a reader wants to give a credential to their tools."""

from enum import StrEnum

from wheelyard.web.pages.languages import Language


class Credential(StrEnum):
    """How a reader wants to say who they are."""

    PERSONAL = "personal"
    DEPLOY = "deploy"
    NETRC = "netrc"
    ENVIRONMENT = "environment"
    NONE = "none"


def choices(language: Language, *, is_open: bool) -> list[tuple[str, str]]:
    """Return what can be chosen, and what it is called; NONE only where anybody may install."""
    _ = language.gettext
    labels = {
        Credential.PERSONAL: _("Personal access token"),
        Credential.DEPLOY: _("Deploy token"),
        Credential.NETRC: _("~/.netrc"),
        Credential.ENVIRONMENT: _("Environment variables"),
    }
    if is_open:
        labels[Credential.NONE] = _("None: anybody may install")
    return [(form.value, label) for form, label in labels.items()]
