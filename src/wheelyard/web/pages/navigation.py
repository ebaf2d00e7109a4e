"""The left sidebar: where one can go from here, and nothing that one may not do."""

from collections.abc import Iterator
from dataclasses import dataclass

from wheelyard.access import Permission, RegistryAccess
from wheelyard.namespaces import Kind
from wheelyard.web.pages.view import View


@dataclass(frozen=True, slots=True)
class Item:
    """A link, and those below it that are shown where it is open."""

    label: str
    to: str
    icon: str
    is_here: bool
    below: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Sidebar:
    """What it is about, and the links."""

    title: str
    to: str
    kind: str
    items: tuple[Item, ...]


def sidebar(view: View) -> Sidebar | None:
    """Return the sidebar of a page; pages about nothing in particular have none."""
    if view.project_or_none is not None:
        project = view.project
        items = tuple(_of_project(view, f"/{project.full_path}"))
        return Sidebar(project.name, f"/{project.full_path}", "project", items)
    namespace = view.namespace_or_none
    if namespace is not None and namespace.kind is Kind.GROUP:
        items = tuple(_of_group(view, f"/{namespace.full_path}"))
        return Sidebar(namespace.name, f"/{namespace.full_path}", "group", items)
    if view.session and view.here.startswith("/-/user_settings"):
        _ = view.language.gettext
        return Sidebar(
            _("Your settings"), "/-/user_settings/profile", "user", tuple(_of_user(view))
        )
    if _is_below(view, "/admin") and view.may(Permission.ADMINISTER):
        _ = view.language.gettext
        return Sidebar(_("Administration"), "/admin", "admin", tuple(_of_admin(view)))
    return None


def _is_below(view: View, home: str) -> bool:
    path = view.here.partition("?")[0]
    return path == home or path.startswith(f"{home}/")


def are_on(view: View) -> bool:
    """Whether packages are switched on, here and for the whole registry."""
    level = view.project.registry_access_level
    return view.packages_enabled and level is not RegistryAccess.DISABLED


def may_read_packages(view: View) -> bool:
    """Whether the project's packages are switched on and may be read by who looks."""
    return view.packages_enabled and view.may(Permission.READ_PACKAGES)


def _of_project(view: View, home: str) -> Iterator[Item]:
    _ = view.language.gettext
    yield _item(view, _("Project overview"), home, "home", exact=True)
    if may_read_packages(view):
        yield _item(view, _("Packages & Registries"), f"{home}/-/packages", "package")
    if view.may(Permission.READ_MEMBERS):
        yield _item(view, _("Members"), f"{home}/-/project_members", "members")
    if view.may(Permission.EDIT_PROJECT):
        yield _item(
            view,
            _("Settings"),
            f"{home}/-/settings/general",
            "settings",
            (
                (_("General"), f"{home}/-/settings/general"),
                (_("Packages and registries"), f"{home}/-/settings/packages_and_registries"),
                (_("Access tokens"), f"{home}/-/settings/access_tokens"),
                (_("Deploy tokens"), f"{home}/-/settings/deploy_tokens"),
                (_("Job tokens"), f"{home}/-/settings/ci_cd"),
            ),
        )


def _of_group(view: View, home: str) -> Iterator[Item]:
    _ = view.language.gettext
    under = f"/groups{home}/-"
    yield _item(view, _("Group overview"), home, "home", exact=True)
    if view.packages_enabled:
        yield _item(view, _("Packages & Registries"), f"{under}/packages", "package")
    if view.may(Permission.READ_MEMBERS):
        yield _item(view, _("Members"), f"{under}/group_members", "members")
    below = []
    if view.may(Permission.EDIT_GROUP):
        below.append((_("General"), f"{under}/settings/general"))
        below.append((_("Packages and registries"), f"{under}/settings/packages_and_registries"))
    if view.may(Permission.READ_GROUP_ACCESS_TOKENS):
        below.append((_("Access tokens"), f"{under}/settings/access_tokens"))
    if view.may(Permission.READ_GROUP_DEPLOY_TOKENS):
        below.append((_("Deploy tokens"), f"{under}/settings/deploy_tokens"))
    if below:
        yield _item(view, _("Settings"), below[0][1], "settings", tuple(below))


def _of_user(view: View) -> Iterator[Item]:
    _ = view.language.gettext
    settings = "/-/user_settings"
    yield _item(view, _("Profile"), f"{settings}/profile", "user")
    yield _item(view, _("Preferences"), f"{settings}/preferences", "settings")
    yield _item(view, _("Password"), f"{settings}/password", "lock")
    yield _item(view, _("Access tokens"), f"{settings}/personal_access_tokens", "key")
    yield _item(view, _("Active sessions"), f"{settings}/active_sessions", "screen")


def _of_admin(view: View) -> Iterator[Item]:
    _ = view.language.gettext
    yield _item(view, _("Overview"), "/admin", "home", exact=True)
    yield _item(view, _("Projects"), "/admin/projects", "package")
    yield _item(view, _("Users"), "/admin/users", "user")
    yield _item(view, _("Groups"), "/admin/groups", "members")
    yield _item(view, _("Packages"), "/admin/packages", "switch")
    yield _item(view, _("Storage"), "/admin/storage", "storage")
    yield _item(view, _("Effective settings"), "/admin/settings", "settings")
    yield _item(view, _("Journal"), "/admin/journal", "journal")
    yield _item(view, _("Health"), "/admin/health", "health")


def _item(
    view: View,
    label: str,
    to: str,
    icon: str,
    below: tuple[tuple[str, str], ...] = (),
    *,
    exact: bool = False,
) -> Item:
    here = view.here.split("?")[0]
    nested = tuple(_item(view, text, target, "") for text, target in below)
    is_here = here == to or (not exact and here.startswith(f"{to}/"))
    return Item(label, to, icon, is_here or any(item.is_here for item in nested), nested)


def above(full_path: str, *further: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the steps that lead to a place: each part of its path, and what is below it.

    Each step is its text and its address; the last has none, for one is there.
    """
    parts = full_path.split("/")
    steps = [(part, "/" + "/".join(parts[: end + 1])) for end, part in enumerate(parts)]
    steps += further
    return [*steps[:-1], (steps[-1][0], "")]
