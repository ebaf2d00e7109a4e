"""The whole URL space, hot paths first.

Every endpoint names the permission that it needs (None: it says nothing about anything), and
answers with and without a trailing slash.  ``{project}`` and ``{group}`` are a decimal id or an
encoded full path.
"""

from starlette.routing import BaseRoute, Route

from wheelyard.access import Permission
from wheelyard.registry import Registry
from wheelyard.web.api import (
    access_tokens,
    application,
    deploy_tokens,
    groups,
    job_token_scope,
    job_tokens,
    members,
    package_statuses,
    packages,
    personal_tokens,
    projects,
    protection_rules,
    users,
    version,
    yanks,
)
from wheelyard.web.api.endpoint import Api, Handler
from wheelyard.web.door import A_GROUP, A_PROJECT, THE_INSTANCE, Door
from wheelyard.web.files import FileDownload
from wheelyard.web.health import Liveness, Readiness
from wheelyard.web.openapi.document import describe
from wheelyard.web.openapi.endpoint import OpenApi
from wheelyard.web.openapi.outline import outline
from wheelyard.web.pages.routes import page_routes
from wheelyard.web.paths import PYPI, V4
from wheelyard.web.publish import Publish
from wheelyard.web.simple import SimpleIndex, SimplePage
from wheelyard.web.turns import Turns


def routes(registry: Registry) -> list[BaseRoute]:
    """Return the route table."""
    can, door, turns = Permission, Door(registry), Turns()

    def api(
        method: str,
        path: str,
        handler: Handler,
        permission: Permission,
        *,
        hashes_password: bool = False,
    ) -> Route:
        endpoint = Api(registry, turns, handler, permission, hashes_password=hashes_password)
        return Route(V4 + path, endpoint, methods=[method])

    openapi = OpenApi()
    package = "/projects/{project}/packages/{package}"
    project, group = "/projects/{project}", "/groups/{group}"
    pat = "/personal_access_tokens"
    described = [
        # The router tries them in order, and these are nearly all of the traffic.
        *(
            Route(site.root + path, endpoint(registry, door, site), methods=["GET"])
            for site in (A_PROJECT, A_GROUP, THE_INSTANCE)
            for path, endpoint in (
                ("/simple/{package:path}", SimplePage),
                ("/files/{sha256}/{filename:path}", FileDownload),
                ("/simple", SimpleIndex),
            )
        ),
        Route(PYPI, Publish(registry, door, turns), methods=["POST"]),
        Route(
            PYPI + "/+simple/{package:path}",
            SimplePage(registry, door, A_PROJECT, for_publishing=True),
            methods=["GET"],
        ),
        api("GET", "/projects/{project}/packages", packages.list_packages, can.READ_PACKAGES),
        *(
            api(method, "/projects/{project}/packages/protection/rules" + path, handler, permission)
            for method, path, handler, permission in (
                ("GET", "", protection_rules.list_rules, can.READ_PROTECTION_RULES),
                ("POST", "", protection_rules.create_rule, can.MANAGE_PROTECTION_RULES),
                ("PATCH", "/{rule}", protection_rules.edit_rule, can.MANAGE_PROTECTION_RULES),
                ("DELETE", "/{rule}", protection_rules.delete_rule, can.MANAGE_PROTECTION_RULES),
            )
        ),
        api("GET", package, packages.get_package, can.READ_PACKAGES),
        api("DELETE", package, packages.delete_package, can.DELETE_PACKAGES),
        api("GET", package + "/pipelines", packages.list_pipelines, can.READ_PACKAGES),
        api("GET", package + "/package_files", packages.list_package_files, can.READ_PACKAGES),
        api(
            "DELETE",
            package + "/package_files/{file}",
            packages.delete_package_file,
            can.DELETE_PACKAGES,
        ),
        api(
            "GET",
            package + "/package_files/{file}/download",
            packages.download_package_file,
            can.READ_PACKAGES,
        ),
        *(
            api(method, package + path, handler, can.CURATE_PACKAGES)
            for method, path, handler in (
                ("PUT", "/yank", yanks.yank_package),
                ("DELETE", "/yank", yanks.unyank_package),
                ("PUT", "/package_files/{file}/yank", yanks.yank_package_file),
                ("DELETE", "/package_files/{file}/yank", yanks.unyank_package_file),
            )
        ),
        *(
            api(method, "/projects/{project}/packages/pypi/status/{package:path}", handler, needed)
            for method, handler, needed in (
                ("GET", package_statuses.get_package_status, can.READ_PACKAGES),
                ("PUT", package_statuses.change_package_status, can.CURATE_PACKAGES),
            )
        ),
        api("GET", group + "/packages", packages.list_group_packages, can.READ_GROUP_PACKAGES),
        Route(V4 + "/openapi.json", openapi, methods=["GET"]),
        api("GET", "/version", version.get_version, can.READ_INSTANCE),
        api("GET", "/metadata", version.get_metadata, can.READ_INSTANCE),
        api("GET", "/application/settings", application.get_settings, can.READ_AS_ADMINISTRATOR),
        api("PUT", "/application/settings", application.edit_settings, can.ADMINISTER),
        api(
            "GET",
            "/application/plan_limits",
            application.get_plan_limits,
            can.READ_AS_ADMINISTRATOR,
        ),
        api("PUT", "/application/plan_limits", application.edit_plan_limits, can.ADMINISTER),
        # Users
        api("GET", "/user", users.get_current_user, can.READ_OWN_ACCOUNT),
        api("GET", "/users", users.list_users, can.READ_USERS),
        api("POST", "/users", users.create_user, can.ADMINISTER, hashes_password=True),
        api("GET", "/users/{user}", users.get_user, can.READ_USERS),
        api("PUT", "/users/{user}", users.edit_user, can.ADMINISTER, hashes_password=True),
        api("DELETE", "/users/{user}", users.delete_user, can.ADMINISTER),
        api("POST", "/users/{user}/block", users.block_user, can.ADMINISTER),
        api("POST", "/users/{user}/unblock", users.unblock_user, can.ADMINISTER),
        api("GET", "/users/{user}/projects", projects.list_user_projects, can.LIST_PROJECTS),
        api("POST", "/users/{user}" + pat, personal_tokens.create_personal_token, can.ADMINISTER),
        # Projects; archiving and moving, like deleting, are for owners
        api("GET", "/projects", projects.list_projects, can.LIST_PROJECTS),
        api("POST", "/projects", projects.create_project, can.CREATE_PROJECT),
        api("GET", project, projects.get_project, can.READ_PROJECT),
        api("PUT", project, projects.edit_project, can.EDIT_PROJECT),
        api("DELETE", project, projects.delete_project, can.DELETE_PROJECT),
        api("POST", project + "/archive", projects.archive_project, can.DELETE_PROJECT),
        api("POST", project + "/unarchive", projects.unarchive_project, can.DELETE_PROJECT),
        api("PUT", project + "/transfer", projects.transfer_project, can.DELETE_PROJECT),
        # Groups
        api("GET", "/groups", groups.list_groups, can.LIST_GROUPS),
        api("POST", "/groups", groups.create_group, can.CREATE_GROUP),
        api("GET", group, groups.get_group, can.READ_GROUP),
        api("PUT", group, groups.edit_group, can.EDIT_GROUP),
        api("DELETE", group, groups.delete_group, can.EDIT_GROUP),
        api("GET", group + "/projects", projects.list_group_projects, can.READ_GROUP),
        api("GET", group + "/subgroups", groups.list_subgroups, can.READ_GROUP),
        api("GET", group + "/descendant_groups", groups.list_descendant_groups, can.READ_GROUP),
        # Members
        *(
            api(method, place + path, handler, permission)
            for place, manage in (
                (project, can.MANAGE_PROJECT_MEMBERS),
                (group, can.MANAGE_GROUP_MEMBERS),
            )
            for method, path, handler, permission in (
                ("GET", "/members", members.list_members, can.READ_MEMBERS),
                ("POST", "/members", members.add_member, manage),
                ("GET", "/members/all", members.list_all_members, can.READ_MEMBERS),
                ("GET", "/members/all/{user}", members.get_any_member, can.READ_MEMBERS),
                ("GET", "/members/{user}", members.get_member, can.READ_MEMBERS),
                ("PUT", "/members/{user}", members.edit_member, manage),
                ("DELETE", "/members/{user}", members.remove_member, can.LEAVE),
            )
        ),
        # Personal access tokens
        api("GET", pat, personal_tokens.list_personal_tokens, can.READ_OWN_TOKENS),
        api("GET", pat + "/self", personal_tokens.get_own_token, can.USE_OWN_TOKEN),
        api("DELETE", pat + "/self", personal_tokens.revoke_own_token, can.USE_OWN_TOKEN),
        api("POST", pat + "/self/rotate", personal_tokens.rotate_own_token, can.ROTATE_OWN_TOKEN),
        api("GET", pat + "/{token}", personal_tokens.get_personal_token, can.READ_OWN_TOKENS),
        api(
            "DELETE", pat + "/{token}", personal_tokens.revoke_personal_token, can.MANAGE_OWN_TOKENS
        ),
        api(
            "POST",
            pat + "/{token}/rotate",
            personal_tokens.rotate_personal_token,
            can.MANAGE_OWN_TOKENS,
        ),
        api("POST", "/user" + pat, personal_tokens.create_own_token, can.CREATE_OWN_TOKEN),
        # Access tokens of projects and groups
        *(
            api(method, place + path, handler, permission)
            for place, read, manage in (
                (project, can.READ_PROJECT_ACCESS_TOKENS, can.MANAGE_PROJECT_ACCESS_TOKENS),
                (group, can.READ_GROUP_ACCESS_TOKENS, can.MANAGE_GROUP_ACCESS_TOKENS),
            )
            for method, path, handler, permission in (
                ("GET", "/access_tokens", access_tokens.list_access_tokens, read),
                ("POST", "/access_tokens", access_tokens.create_access_token, manage),
                (
                    "POST",
                    "/access_tokens/self/rotate",
                    access_tokens.rotate_own_access_token,
                    can.ROTATE_OWN_TOKEN,
                ),
                ("GET", "/access_tokens/{token}", access_tokens.get_access_token, read),
                ("DELETE", "/access_tokens/{token}", access_tokens.revoke_access_token, manage),
                (
                    "POST",
                    "/access_tokens/{token}/rotate",
                    access_tokens.rotate_access_token,
                    manage,
                ),
            )
        ),
        # Job tokens, and whose a project admits
        api("POST", project + "/job_tokens", job_tokens.create_job_token, can.ADMINISTER),
        api("DELETE", project + "/job_tokens/{token}", job_tokens.revoke_job_token, can.ADMINISTER),
        *(
            api(
                method,
                f"{project}/job_token_scope{path}",
                handler,
                can.READ_JOB_TOKEN_SCOPE if method == "GET" else can.MANAGE_JOB_TOKEN_SCOPE,
            )
            for method, path, handler in (
                ("GET", "", job_token_scope.get_scope),
                ("PATCH", "", job_token_scope.edit_scope),
                ("GET", "/allowlist", job_token_scope.list_admitted_projects),
                ("POST", "/allowlist", job_token_scope.admit_project),
                ("DELETE", "/allowlist/{target}", job_token_scope.dismiss_project),
                ("GET", "/groups_allowlist", job_token_scope.list_admitted_groups),
                ("POST", "/groups_allowlist", job_token_scope.admit_group),
                ("DELETE", "/groups_allowlist/{target}", job_token_scope.dismiss_group),
            )
        ),
        # Deploy tokens
        api(
            "GET",
            "/deploy_tokens",
            deploy_tokens.list_all_deploy_tokens,
            can.READ_AS_ADMINISTRATOR,
        ),
        *(
            api(method, place + path, handler, read if method == "GET" else manage)
            for place, read, manage in (
                (project, can.READ_PROJECT_DEPLOY_TOKENS, can.MANAGE_PROJECT_DEPLOY_TOKENS),
                (group, can.READ_GROUP_DEPLOY_TOKENS, can.MANAGE_GROUP_DEPLOY_TOKENS),
            )
            for method, path, handler in (
                ("GET", "/deploy_tokens", deploy_tokens.list_deploy_tokens),
                ("POST", "/deploy_tokens", deploy_tokens.create_deploy_token),
                ("GET", "/deploy_tokens/{token}", deploy_tokens.get_deploy_token),
                ("DELETE", "/deploy_tokens/{token}", deploy_tokens.revoke_deploy_token),
            )
        ),
    ]
    document = describe(described)
    openapi.publish(document)
    return [
        *described,
        Route("/-/liveness", Liveness(), methods=["GET"]),
        Route("/-/readiness", Readiness(registry), methods=["GET"]),
        *page_routes(registry, turns, outline(document)),
    ]
