"""Every page on one screen.

``{project}`` and ``{group}`` are full paths with their slashes; ``{place}`` is a user, a group or
a project.  ``/-/`` ends such a path, for no segment of one begins with a hyphen.
"""

from starlette.convertors import register_url_convertor
from starlette.routing import Route

from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.web.openapi.outline import Outline
from wheelyard.web.pages import api_reference
from wheelyard.web.pages.account import (
    active_sessions,
    moved,
    personal_tokens,
    preferences,
    profile,
    sign_in,
)
from wheelyard.web.pages.administration.routes import administration_routes
from wheelyard.web.pages.assets import Asset
from wheelyard.web.pages.packages import availability, listing, of_many, release
from wheelyard.web.pages.packages.download import BrowserDownload
from wheelyard.web.pages.packages.upload import BrowserUpload
from wheelyard.web.pages.places import (
    access_tokens,
    dashboard,
    deploy_tokens,
    group_home,
    group_registry,
    group_settings,
    home,
    job_tokens,
    members,
    project_settings,
    protection_rules,
)
from wheelyard.web.pages.routing import FullPath, Rows
from wheelyard.web.turns import Turns


def page_routes(registry: Registry, turns: Turns, api: Outline) -> list[Route]:
    """Return the routes of the pages; the home of a place comes last, for it takes any path.

    ``api`` is what one of them tells of.
    """
    register_url_convertor("full_path", FullPath())
    can, row = Permission, Rows(registry, turns)
    project, group = "/{project}/-", "/groups/{group}/-"
    a_release = project + "/packages/{release}"
    rules = project + "/settings/packages_and_registries"
    own = "/-/user_settings"
    own_tokens = own + "/personal_access_tokens"
    return [
        Route("/assets/{digest}/{name}", Asset(), methods=["GET"]),
        # Signing in; nobody is signed in yet
        row.look("/users/sign_in", sign_in.show_sign_in, None),
        row.form_with_password(
            "/users/sign_in", sign_in.check_password, None, on=sign_in.show_sign_in
        ),
        row.form("/users/sign_out", sign_in.sign_out, None),
        row.form("/-/preferences", preferences.keep, None),
        # What is not about one place
        row.look("/", dashboard.show_start, None),
        row.look("/explore", dashboard.explore_projects, can.LIST_PROJECTS),
        row.look("/explore/groups", dashboard.explore_groups, can.LIST_GROUPS),
        row.look("/explore/packages", of_many.show_everything, can.READ_ALL_PACKAGES),
        row.look("/search", dashboard.search, can.LIST_PROJECTS),
        row.look("/search/suggestions", dashboard.suggest, can.LIST_PROJECTS),
        row.look("/help/api", api_reference.show(api), None),
        row.look("/help/api/{resource}", api_reference.show_resource(api), None),
        # One's own settings
        *(row.look(old, moved.forward(to), None) for old, to in moved.ADDRESSES.items()),
        row.look(own + "/profile", profile.show_profile, can.READ_OWN_ACCOUNT),
        row.form_with_password(
            own + "/profile", profile.check_profile, can.EDIT_OWN_ACCOUNT, on=profile.show_profile
        ),
        row.look(own + "/preferences", preferences.show, can.READ_OWN_ACCOUNT),
        row.form(own + "/preferences", preferences.save, can.READ_OWN_ACCOUNT, on=preferences.show),
        row.look(own + "/password", profile.show_password, can.READ_OWN_ACCOUNT),
        row.form_with_password(
            own + "/password", profile.hash_password, can.EDIT_OWN_ACCOUNT, on=profile.show_password
        ),
        row.look(own + "/active_sessions", active_sessions.show, can.READ_OWN_ACCOUNT),
        row.form(own + "/active_sessions/end", active_sessions.end_one, can.EDIT_OWN_ACCOUNT),
        row.form(
            own + "/active_sessions/end_others", active_sessions.end_others, can.EDIT_OWN_ACCOUNT
        ),
        row.look(own_tokens, personal_tokens.show, can.READ_OWN_TOKENS),
        *(
            row.form(path, handler, can.MANAGE_OWN_TOKENS, on=personal_tokens.show)
            for path, handler in (
                (own_tokens, personal_tokens.create),
                (own_tokens + "/{token}/rotate", personal_tokens.rotate),
                (own_tokens + "/{token}/revoke", personal_tokens.revoke),
            )
        ),
        # A project, and its packages
        row.look("/projects/new", project_settings.show_new, can.CREATE_PROJECT),
        row.form(
            "/projects/new",
            project_settings.create,
            can.CREATE_PROJECT,
            on=project_settings.show_new,
        ),
        row.look(project + "/settings/general", project_settings.show_general, can.EDIT_PROJECT),
        *(
            row.form(
                f"{project}/settings/{name}", handler, permission, on=project_settings.show_general
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
        row.look(rules, protection_rules.show, can.READ_PROTECTION_RULES),
        *(
            row.form(rules + path, handler, can.MANAGE_PROTECTION_RULES, on=protection_rules.show)
            for path, handler in (
                ("", protection_rules.create),
                ("/{rule}/edit", protection_rules.edit),
                ("/{rule}/delete", protection_rules.delete),
            )
        ),
        row.look(project + "/packages", listing.show, can.READ_PACKAGES),
        Route(
            "/{project:full_path}/-/packages/upload",
            BrowserUpload(registry, turns),
            methods=["POST"],
        ),
        row.look(project + "/packages/delete", listing.ask_to_delete, can.DELETE_PACKAGES),
        row.form(project + "/packages/delete", listing.delete, can.DELETE_PACKAGES),
        row.look(a_release, release.show, can.READ_PACKAGES),
        row.look(a_release + "/files", release.show_files, can.READ_PACKAGES),
        row.look(a_release + "/versions", release.show_versions, can.READ_PACKAGES),
        row.look(a_release + "/downloads", release.show_downloads, can.READ_PACKAGES),
        row.look(a_release + "/simple", release.show_simple, can.READ_PACKAGES),
        row.form(a_release + "/delete", release.delete_release, can.DELETE_PACKAGES),
        row.look(a_release + "/availability", availability.show, can.CURATE_PACKAGES),
        *(
            row.form(a_release + path, handler, can.CURATE_PACKAGES, on=availability.show)
            for path, handler in (
                ("/yank", availability.yank),
                ("/unyank", availability.unyank),
                ("/files/yank", availability.yank_file),
                ("/files/{file}/unyank", availability.unyank_file),
                ("/status", availability.change_status),
            )
        ),
        row.look(a_release + "/files/{file}", release.inspect, can.READ_PACKAGES),
        row.form(a_release + "/files/{file}/delete", release.delete_file, can.DELETE_PACKAGES),
        Route(
            "/{project:full_path}/-/packages/{release}/files/{file}/download",
            BrowserDownload(registry),
            methods=["GET"],
        ),
        # A group
        row.look("/groups/new", group_settings.show_new, can.CREATE_GROUP),
        row.form(
            "/groups/new", group_settings.create, can.CREATE_GROUP, on=group_settings.show_new
        ),
        row.look("/groups/{group}", group_home.go_home, can.READ_GROUP),
        row.look(group + "/packages", of_many.show_group, can.READ_GROUP),
        row.look(group + "/settings/general", group_settings.show_general, can.EDIT_GROUP),
        *(
            row.form(
                f"{group}/settings/{name}", handler, can.EDIT_GROUP, on=group_settings.show_general
            )
            for name, handler in (
                ("general", group_settings.save_naming),
                ("path", group_settings.rename_path),
                ("delete", group_settings.delete),
            )
        ),
        row.look(group + "/settings/packages_and_registries", group_registry.show, can.EDIT_GROUP),
        *(
            row.form(f"{group}/settings/{name}", handler, can.EDIT_GROUP, on=group_registry.show)
            for name, handler in (
                ("packages", group_registry.save_packages),
                ("forwarding", group_registry.save_forwarding),
            )
        ),
        # Members of a project or a group
        *(
            route
            for place, manage in (
                (project + "/project_members", can.MANAGE_PROJECT_MEMBERS),
                (group + "/group_members", can.MANAGE_GROUP_MEMBERS),
            )
            for route in (
                row.look(place, members.show, can.READ_MEMBERS),
                row.form(place, members.add, manage, on=members.show),
                row.form(place + "/{user}/edit", members.edit, manage, on=members.show),
                row.form(place + "/{user}/remove", members.remove, can.LEAVE, on=members.show),
            )
        ),
        # Deploy tokens of a project or a group
        *(
            route
            for place, read, manage in (
                (project, can.READ_PROJECT_DEPLOY_TOKENS, can.MANAGE_PROJECT_DEPLOY_TOKENS),
                (group, can.READ_GROUP_DEPLOY_TOKENS, can.MANAGE_GROUP_DEPLOY_TOKENS),
            )
            for path in (place + "/settings/deploy_tokens",)
            for route in (
                row.look(path, deploy_tokens.show, read),
                row.form(path, deploy_tokens.create, manage, on=deploy_tokens.show),
                row.form(path + "/{token}/revoke", deploy_tokens.revoke, manage),
            )
        ),
        # Access tokens of a project or a group
        *(
            route
            for place, read, manage in (
                (project, can.READ_PROJECT_ACCESS_TOKENS, can.MANAGE_PROJECT_ACCESS_TOKENS),
                (group, can.READ_GROUP_ACCESS_TOKENS, can.MANAGE_GROUP_ACCESS_TOKENS),
            )
            for path in (place + "/settings/access_tokens",)
            for route in (
                row.look(path, access_tokens.show, read),
                row.form(path, access_tokens.create, manage, on=access_tokens.show),
                row.form(
                    path + "/{token}/rotate", access_tokens.rotate, manage, on=access_tokens.show
                ),
                row.form(path + "/{token}/revoke", access_tokens.revoke, manage),
            )
        ),
        # Whose job tokens a project admits
        row.look(project + "/settings/ci_cd", job_tokens.show, can.READ_JOB_TOKEN_SCOPE),
        *(
            row.form(
                f"{project}/settings/ci_cd{path}",
                handler,
                can.MANAGE_JOB_TOKEN_SCOPE,
                on=job_tokens.show,
            )
            for path, handler in (
                ("", job_tokens.switch),
                ("/admit", job_tokens.admit),
                ("/projects/{guest}/dismiss", job_tokens.dismiss_project),
                ("/groups/{guest}/dismiss", job_tokens.dismiss_group),
            )
        ),
        *administration_routes(row, registry),
        # The home of a user, a group or a project
        row.look("/{place}", home.show, can.READ_PROJECT),
    ]
