"""Every page on one screen.

``{project}`` and ``{group}`` are full paths with their slashes; ``{place}`` is a user, a group or
a project.  ``/-/`` ends such a path, for no segment of one begins with a hyphen.
"""

import re
from collections.abc import Callable
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Route

from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.web.pages.account import (
    active_sessions,
    moved,
    personal_tokens,
    preferences,
    profile,
    sign_in,
)
from wheelyard.web.pages.administration.routes import administration_routes
from wheelyard.web.pages.admission import Gate
from wheelyard.web.pages.assets import Asset
from wheelyard.web.pages.endpoint import PageEndpoint
from wheelyard.web.pages.packages import listing, of_group, release
from wheelyard.web.pages.packages.download import BrowserDownload
from wheelyard.web.pages.packages.upload import BrowserUpload
from wheelyard.web.pages.places import (
    dashboard,
    deploy_tokens,
    group_home,
    group_settings,
    home,
    members,
    project_settings,
)
from wheelyard.web.pages.view import Handler, View
from wheelyard.web.turns import Turns

_SEGMENT = "[A-Za-z0-9_.][A-Za-z0-9_.-]*"


class _PathConvertor(Convertor[str]):
    """A full path: segments without a hyphen at the start, and no address of another kind."""

    regex = rf"(?!(?:api|assets|groups)(?:/|\Z)){_SEGMENT}(?:/{_SEGMENT})*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("full_path", _PathConvertor())


def page_routes(registry: Registry, turns: Turns) -> list[Route]:
    """Return the routes of the pages; the home of a place comes last, for it takes any path."""
    can = Permission

    def page(
        method: str,
        path: str,
        handler: Handler,
        permission: Permission | None,
        *,
        form: Handler | None = None,
        prepare: Callable[[View], Any] | None = None,
    ) -> Route:
        endpoint = PageEndpoint(
            Gate(registry, permission), turns, handler, form=form, prepare=prepare
        )
        full = re.sub(r"\{(project|group|place)\}", r"{\1:full_path}", path)
        return Route(full, endpoint, methods=[method])

    project, group = "/{project}/-", "/groups/{group}/-"
    a_release = project + "/packages/{release}"
    own = "/-/user_settings"
    own_tokens = own + "/personal_access_tokens"
    return [
        Route("/assets/{digest}/{name}", Asset(), methods=["GET"]),
        # Signing in; nobody is signed in yet
        page("GET", "/users/sign_in", sign_in.show_sign_in, None),
        page(
            "POST",
            "/users/sign_in",
            sign_in.sign_in,
            None,
            form=sign_in.show_sign_in,
            prepare=sign_in.check_password,
        ),
        page("POST", "/users/sign_out", sign_in.sign_out, None),
        page("POST", "/-/preferences", preferences.keep, None),
        # What is not about one place
        page("GET", "/", dashboard.show_start, None),
        page("GET", "/explore", dashboard.explore_projects, can.LIST_PROJECTS),
        page("GET", "/explore/groups", dashboard.explore_groups, can.LIST_GROUPS),
        page("GET", "/search", dashboard.search, can.LIST_PROJECTS),
        page("GET", "/search/suggestions", dashboard.suggest, can.LIST_PROJECTS),
        # One's own settings
        *(page("GET", old, moved.forward(to), None) for old, to in moved.ADDRESSES.items()),
        page("GET", own + "/profile", profile.show_profile, can.READ_OWN_ACCOUNT),
        page(
            "POST",
            own + "/profile",
            profile.save_profile,
            can.EDIT_OWN_ACCOUNT,
            form=profile.show_profile,
            prepare=profile.check_profile,
        ),
        page("GET", own + "/preferences", preferences.show, can.READ_OWN_ACCOUNT),
        page(
            "POST",
            own + "/preferences",
            preferences.save,
            can.READ_OWN_ACCOUNT,
            form=preferences.show,
        ),
        page("GET", own + "/password", profile.show_password, can.READ_OWN_ACCOUNT),
        page(
            "POST",
            own + "/password",
            profile.change_password,
            can.EDIT_OWN_ACCOUNT,
            form=profile.show_password,
            prepare=profile.hash_password,
        ),
        page("GET", own + "/active_sessions", active_sessions.show, can.READ_OWN_ACCOUNT),
        page("POST", own + "/active_sessions/end", active_sessions.end_one, can.EDIT_OWN_ACCOUNT),
        page(
            "POST",
            own + "/active_sessions/end_others",
            active_sessions.end_others,
            can.EDIT_OWN_ACCOUNT,
        ),
        page("GET", own_tokens, personal_tokens.show, can.READ_OWN_TOKENS),
        *(
            page("POST", path, handler, can.MANAGE_OWN_TOKENS, form=personal_tokens.show)
            for path, handler in (
                (own_tokens, personal_tokens.create),
                (own_tokens + "/{token}/rotate", personal_tokens.rotate),
                (own_tokens + "/{token}/revoke", personal_tokens.revoke),
            )
        ),
        # A project, and its packages
        page("GET", "/projects/new", project_settings.show_new, can.CREATE_PROJECT),
        page(
            "POST",
            "/projects/new",
            project_settings.create,
            can.CREATE_PROJECT,
            form=project_settings.show_new,
        ),
        page("GET", project + "/settings/general", project_settings.show_general, can.EDIT_PROJECT),
        *(
            page(
                "POST",
                f"{project}/settings/{name}",
                handler,
                permission,
                form=project_settings.show_general,
            )
            for name, handler, permission in (
                ("general", project_settings.save_naming, can.EDIT_PROJECT),
                ("permissions", project_settings.save_permissions, can.EDIT_PROJECT),
                ("packages", project_settings.save_packages, can.EDIT_PROJECT),
                ("path", project_settings.rename_path, can.DELETE_PROJECT),
                ("transfer", project_settings.transfer, can.DELETE_PROJECT),
                ("archive", project_settings.archive, can.DELETE_PROJECT),
                ("delete", project_settings.delete, can.DELETE_PROJECT),
            )
        ),
        page("GET", project + "/packages", listing.show, can.READ_PACKAGES),
        Route(
            "/{project:full_path}/-/packages/upload",
            BrowserUpload(registry, turns),
            methods=["POST"],
        ),
        page("GET", project + "/packages/delete", listing.ask_to_delete, can.DELETE_PACKAGES),
        page("POST", project + "/packages/delete", listing.delete, can.DELETE_PACKAGES),
        page("GET", a_release, release.show, can.READ_PACKAGES),
        page("GET", a_release + "/files", release.show_files, can.READ_PACKAGES),
        page("GET", a_release + "/versions", release.show_versions, can.READ_PACKAGES),
        page("GET", a_release + "/downloads", release.show_downloads, can.READ_PACKAGES),
        page("POST", a_release + "/delete", release.delete_release, can.DELETE_PACKAGES),
        page("GET", a_release + "/files/{file}", release.inspect, can.READ_PACKAGES),
        page("POST", a_release + "/files/{file}/delete", release.delete_file, can.DELETE_PACKAGES),
        Route(
            "/{project:full_path}/-/packages/{release}/files/{file}/download",
            BrowserDownload(registry),
            methods=["GET"],
        ),
        # A group
        page("GET", "/groups/new", group_settings.show_new, can.CREATE_GROUP),
        page(
            "POST",
            "/groups/new",
            group_settings.create,
            can.CREATE_GROUP,
            form=group_settings.show_new,
        ),
        page("GET", "/groups/{group}", group_home.go_home, can.READ_GROUP),
        page("GET", group + "/packages", of_group.show, can.READ_GROUP),
        page("GET", group + "/settings/general", group_settings.show_general, can.EDIT_GROUP),
        *(
            page(
                "POST",
                f"{group}/settings/{name}",
                handler,
                can.EDIT_GROUP,
                form=group_settings.show_general,
            )
            for name, handler in (
                ("general", group_settings.save_naming),
                ("path", group_settings.rename_path),
                ("delete", group_settings.delete),
            )
        ),
        # Members of a project or a group
        *(
            page(method, place + path, handler, permission, form=members.show)
            for place, manage in (
                (project + "/project_members", can.MANAGE_PROJECT_MEMBERS),
                (group + "/group_members", can.MANAGE_GROUP_MEMBERS),
            )
            for method, path, handler, permission in (
                ("GET", "", members.show, can.READ_MEMBERS),
                ("POST", "", members.add, manage),
                ("POST", "/{user}/edit", members.edit, manage),
                ("POST", "/{user}/remove", members.remove, can.LEAVE),
            )
        ),
        # Deploy tokens of a project or a group
        *(
            page(method, f"{place}/settings/deploy_tokens{path}", handler, permission, form=form)
            for place, read, manage in (
                (project, can.READ_PROJECT_DEPLOY_TOKENS, can.MANAGE_PROJECT_DEPLOY_TOKENS),
                (group, can.READ_GROUP_DEPLOY_TOKENS, can.MANAGE_GROUP_DEPLOY_TOKENS),
            )
            for method, path, handler, permission, form in (
                ("GET", "", deploy_tokens.show, read, None),
                ("POST", "", deploy_tokens.create, manage, deploy_tokens.show),
                ("POST", "/{token}/revoke", deploy_tokens.revoke, manage, None),
            )
        ),
        *administration_routes(page, registry),
        # The home of a user, a group or a project
        page("GET", "/{place}", home.show, can.READ_PROJECT),
    ]
