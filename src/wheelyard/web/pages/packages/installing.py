"""How to publish to a project, and to install from it, from a group or from all there is.

In the form of credential that was chosen.
"""

from dataclasses import dataclass

from wheelyard import access, forwarding
from wheelyard.access import Permission
from wheelyard.packages import Release
from wheelyard.web.pages import credentials
from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.packages import snippets
from wheelyard.web.pages.packages.snippets import Place
from wheelyard.web.pages.view import View
from wheelyard.web.paths import ALL_PYPI, GROUP_PYPI, PYPI


def publishing(view: View) -> dict[str, object]:
    """Return what the page needs to teach publishing and installing any package here."""
    place, form = _place_of_project(view), _form_for_project(view)
    return {
        **_installing(view, place, form),
        "publish_snippets": snippets.publish(place, form.chosen, view.language.gettext),
    }


def of_package(view: View, release: Release) -> dict[str, object]:
    """Return what the page needs to teach installing one release."""
    place, form = _place_of_project(view), _form_for_project(view)
    return _installing(view, place, form, package=release.name, version=release.version)


def of_group(view: View) -> dict[str, object]:
    """Return what the page needs to teach installing what is in the group that is looked at."""
    url = f"{view.base_url}{GROUP_PYPI.format(group=view.group.id)}/simple"
    forwards = forwarding.is_on(view.conn, view.group, view.settings)
    place = Place(index_url=url, publish_url=None, name=view.group.path, forwards=forwards)
    is_open = access.may_anybody(Permission.READ_GROUP_PACKAGES, view.subject)
    return _installing(view, place, _form_for_many(view, is_open=is_open))


def of_everything(view: View) -> dict[str, object]:
    """Return what the page needs to teach installing whatever is on this registry."""
    url = f"{view.base_url}{ALL_PYPI}/simple"
    forwards = forwarding.is_on(view.conn, None, view.settings)
    place = Place(index_url=url, publish_url=None, name="wheelyard", forwards=forwards)
    return _installing(view, place, _form_for_many(view, is_open=True))


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of credential that snippets are in, and the others that can be chosen."""

    chosen: Credential
    choices: list[tuple[str, str]]


def _form_for_project(view: View) -> _Form:
    """Return the form that was chosen; what anybody may install needs none by itself."""
    is_open = access.may_anybody(Permission.READ_PACKAGES, view.subject)
    choices = credentials.choices(view.language, is_open=is_open)
    return _Form(_chosen(view, Credential.NONE if is_open else Credential.PERSONAL), choices)


def _form_for_many(view: View, *, is_open: bool) -> _Form:
    """Return the form that was chosen; who is signed in may see more than anybody."""
    choices = dict(credentials.choices(view.language, is_open=is_open))
    if is_open:
        choices[Credential.NONE.value] = view.language.gettext("None: what is public")
    otherwise = Credential.NONE if is_open and not view.session else Credential.PERSONAL
    return _Form(_chosen(view, otherwise), list(choices.items()))


def _chosen(view: View, otherwise: Credential) -> Credential:
    chosen = view.params.peek_text("credential") or view.visit.preference("credential")
    return Credential(chosen) if chosen in {form.value for form in Credential} else otherwise


def _installing(
    view: View, place: Place, form: _Form, *, package: str = "", version: str | None = None
) -> dict[str, object]:
    _ = view.language.gettext
    package = package or _("<package>")
    return {
        "credential": form.chosen.value,
        "credential_forms": form.choices,
        "install_snippets": snippets.install(
            place, form.chosen, _, package=package, version=version
        ),
    }


def _place_of_project(view: View) -> Place:
    root = f"{view.base_url}{PYPI.format(project=view.project.id)}"
    return Place(
        index_url=f"{root}/simple",
        publish_url=root,
        name=view.project.path,
        forwards=forwarding.is_on(view.conn, view.project, view.settings),
    )
