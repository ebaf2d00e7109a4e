"""How to publish to a project and install from it, in the form of credential that was chosen."""

from wheelyard.access import ANONYMOUS, Decision, Permission, Role, decide
from wheelyard.packages import Release
from wheelyard.web.pages import credentials
from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.packages import snippets
from wheelyard.web.pages.packages.snippets import Place
from wheelyard.web.pages.view import View


def publishing(view: View) -> dict[str, object]:
    """Return what the page needs to teach publishing and installing any package here."""
    place = place_of(view)
    credential = _credential(view)
    return {
        **_forms(view, credential),
        "publish_snippets": snippets.publish(place, credential, view.language.gettext),
        "install_snippets": snippets.install(
            place, credential, view.language.gettext, package=view.language.gettext("<package>")
        ),
    }


def of_package(view: View, release: Release) -> dict[str, object]:
    """Return what the page needs to teach installing one release."""
    credential = _credential(view)
    return {
        **_forms(view, credential),
        "install_snippets": snippets.install(
            place_of(view),
            credential,
            view.language.gettext,
            package=release.name,
            version=release.version,
        ),
    }


def place_of(view: View) -> Place:
    """Return the addresses of the project that is looked at."""
    root = f"{view.base_url}/api/v4/projects/{view.project.id}/packages/pypi"
    return Place(index_url=f"{root}/simple", publish_url=root, name=view.project.path)


def _credential(view: View) -> Credential:
    """Return the form that was chosen; what anybody may install needs none by itself."""
    chosen = view.params.peek_text("credential") or view.visit.preference("credential")
    if chosen in {form.value for form in Credential}:
        return Credential(chosen)
    return Credential.NONE if _is_open(view) else Credential.PERSONAL


def _is_open(view: View) -> bool:
    anybody = decide(ANONYMOUS, Permission.READ_PACKAGES, view.subject, Role.NONE)
    return anybody is Decision.ALLOWED


def _forms(view: View, chosen: Credential) -> dict[str, object]:
    forms = credentials.choices(view.language, is_open=_is_open(view))
    return {"credential": chosen.value, "credential_forms": forms}
