"""What a case asks for, made through the REST API: places, packages, people, tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.builders import Dist, sdist, wheel
from tests.contract.target import Target
from tests.contract.vocabulary import Caller, Given, Rule, Second, Upload

LEVELS = {"guest": 10, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
WRONG = "glpat-matches-nothing-at-all"
SCOPES = {
    "personal": ("api",),
    "access": ("api",),
    "deploy": ("read_package_registry", "write_package_registry"),
}


def build(upload: Upload) -> Dist:
    """The file of an upload."""
    # One byte after another, and no two runs of them alike: nothing for a compressor to find.
    noise = bytes((index * index * 31 + index * 7) >> 5 & 255 for index in range(upload.padding))
    files = {"padding.bin": noise + str(upload.padding).encode()} if upload.padding else {}
    if upload.kind == "sdist":
        return sdist(
            upload.name, upload.version, requires_python=upload.requires_python, files=files
        )
    return wheel(
        upload.name,
        upload.version,
        requires_python=upload.requires_python,
        tag=upload.tag,
        files=files,
    )


def form(upload: Upload) -> dict[str, Any]:
    """The body of an upload, as httpx takes it."""
    dist = build(upload)
    sent: dict[str, Any] = {"data": dist.fields(**upload.fields)}
    content = dist.content if upload.content is None else upload.content.encode()
    if upload.kind == "nothing":
        # A file that is no field of the form, so that the body is multipart all the same.
        sent["files"] = {"nothing": ("nothing.txt", b"nothing")}
    else:
        sent["files"] = {"content": (upload.filename or dist.filename, content)}
    return sent


class World:
    """One state, its callers, and the names of everything in it for the placeholders of cases."""

    def __init__(self, target: Target, given: Given) -> None:
        self._target = target
        self._tokens: dict[Caller, tuple[str, dict[str, Any]]] = {}
        self.names: dict[str, Any] = {
            "url": target.url,
            "unknown": 99_999_999,
            "fresh": target.unique("fresh"),
            "upper_sha256": build(Upload()).sha256.upper(),
        }
        group = self._group(given.group)
        self._name("group", group["id"], group["full_path"])
        project = self._project("project", given.visibility, group["id"])
        self._stock(project["id"], given.packages)
        self._settle(project["id"], given)
        if given.second:
            self._add_second(group["id"], given.second)
        if given.forwarding is not None:
            target.admin(
                "PUT", f"/groups/{group['id']}", pypi_package_requests_forwarding=given.forwarding
            )

    def _name(self, noun: str, number: int, path: str) -> None:
        encoded = quote(path, safe="")
        self.names |= {
            noun: number,
            f"{noun}_name": path.rpartition("/")[2],
            f"{noun}_full_path": path,
            f"{noun}_path": encoded,
            f"{noun}_path_upper": encoded.upper(),
        }

    # Places ------------------------------------------------------------------------------------

    def _group(self, visibility: str, parent_id: int | None = None) -> Any:
        path = self._target.unique("group")
        above = {} if parent_id is None else {"parent_id": parent_id}
        return self._target.admin(
            "POST", "/groups", name=path, path=path, visibility=visibility, **above
        )

    def _project(self, noun: str, visibility: str, namespace_id: int) -> Any:
        path = self._target.unique(noun)
        project = self._target.admin(
            "POST",
            "/projects",
            name=path,
            path=path,
            namespace_id=namespace_id,
            visibility=visibility,
        )
        self._name(noun, project["id"], project["path_with_namespace"])
        return project

    def _add_second(self, group_id: int, second: Second) -> None:
        # As open as its project, and no more open than the group.
        subgroup = self._group(second.visibility, group_id)
        self._name("subgroup", subgroup["id"], subgroup["full_path"])
        project = self._project("second", second.visibility, subgroup["id"])
        self._stock(project["id"], second.packages, prefix="second_")
        if second.registry != "enabled":
            self._edit(project["id"], package_registry_access_level=second.registry)

    def _settle(self, project_id: int, given: Given) -> None:
        """Set what would have stood in the way of the packages."""
        wanted = {
            "package_registry_access_level": (
                None if given.registry == "enabled" else given.registry
            ),
            "pypi_duplicates": given.duplicates,
            "pypi_max_file_size": given.max_file_size,
            "pypi_package_requests_forwarding": given.forwarding,
        }
        changes = {name: value for name, value in wanted.items() if value is not None}
        if changes:
            self._edit(project_id, **changes)
        for rule in given.protected:
            self._protect(project_id, rule)
        if given.archived:
            self._target.admin("POST", f"/projects/{project_id}/archive")

    def _edit(self, project_id: int, **changes: Any) -> None:
        self._target.admin("PUT", f"/projects/{project_id}", **changes)

    def _protect(self, project_id: int, rule: Rule) -> None:
        self._target.admin(
            "POST",
            f"/projects/{project_id}/packages/protection/rules",
            package_name_pattern=rule.pattern,
            package_type="pypi",
            minimum_access_level_for_push=rule.push,
            minimum_access_level_for_delete=rule.delete,
        )

    # Packages ----------------------------------------------------------------------------------

    def _stock(self, project_id: int, uploads: tuple[Upload, ...], prefix: str = "") -> None:
        for upload in uploads:
            self.publish(project_id, upload)
        if not uploads:
            return
        packages = self._target.admin("GET", f"/projects/{project_id}/packages")
        for number, package in enumerate(packages):
            path = f"/projects/{project_id}/packages/{package['id']}/package_files"
            file = self._target.admin("GET", path)[0]
            mark = "" if number == 0 else str(number + 1)
            self.names |= {
                f"{prefix}package{mark}": package["id"],
                f"{prefix}file{mark}": file["id"],
                f"{prefix}filename{mark}": file["file_name"],
                f"{prefix}sha256{mark}": file["file_sha256"],
                f"{prefix}upper_digest{mark}": file["file_sha256"].upper(),
                f"{prefix}md5{mark}": file["file_md5"],
                f"{prefix}size{mark}": file["size"],
            }

    def publish(self, project_id: int, upload: Upload) -> None:
        """Publish a file as the administrator."""
        answer = self._target.http.post(
            f"{self._target.url}/api/v4/projects/{project_id}/packages/pypi",
            auth=("__token__", self._target.token),
            **form(upload),
        )
        assert answer.status_code == 201, f"{upload}: {answer.status_code} {answer.text}"

    # People ------------------------------------------------------------------------------------

    def secret(self, caller: Caller) -> str | None:
        """The token that a caller presents, made the first time, and its names."""
        if caller.credential in ("none", "wrong", "admin"):
            return {"none": None, "wrong": WRONG, "admin": self._target.token}[caller.credential]
        if caller not in self._tokens:
            minted = self._mint(caller)
            self._tokens[caller] = (
                minted.get("token", ""),
                {
                    "token": minted.get("id"),
                    "user": minted.get("user_id"),
                    "username": minted.get("username"),
                },
            )
        secret, names = self._tokens[caller]
        self.names |= names
        return secret

    def _mint(self, caller: Caller) -> dict[str, Any]:
        if caller.state == "expired":
            return {"token": self._target.expired_token}
        if caller.credential in ("deploy", "access"):
            return self._mint_of_place(caller)
        user = self._user()
        if caller.role not in ("", "stranger"):
            self._join(user["id"], caller.member_of, caller.role)
        if caller.credential == "job":
            return {**self._mint_job(caller, user["id"]), "user_id": user["id"]}
        return {**self._mint_personal(caller, user["id"]), "username": user["username"]}

    def _user(self) -> Any:
        name = self._target.unique("user")
        return self._target.admin(
            "POST",
            "/users",
            username=name,
            name=name,
            email=f"{name}@example.com",
            force_random_password=True,
            skip_confirmation=True,
        )

    def _join(self, user_id: int, place: str, role: str) -> None:
        self._target.admin(
            "POST",
            f"{self._place(place)}/members",
            user_id=user_id,
            access_level=LEVELS[role],
        )

    def _place(self, noun: str) -> str:
        if noun == "elsewhere":
            group = self._group("public")
            path = self._target.unique("elsewhere")
            made = self._target.admin(
                "POST", "/projects", name=path, path=path, namespace_id=group["id"]
            )
            return f"/projects/{made['id']}"
        kind = "groups" if noun in ("group", "subgroup") else "projects"
        return f"/{kind}/{self.names[noun]}"

    def _mint_personal(self, caller: Caller, user_id: int) -> Any:
        minted = self._target.admin(
            "POST",
            f"/users/{user_id}/personal_access_tokens",
            name="a token",
            scopes=list(caller.scopes or SCOPES["personal"]),
        )
        if caller.state == "revoked":
            self._target.admin("DELETE", f"/personal_access_tokens/{minted['id']}")
        if caller.state == "blocked":
            self._target.admin("POST", f"/users/{user_id}/block")
        return minted

    def _mint_of_place(self, caller: Caller) -> dict[str, Any]:
        """A deploy or an access token."""
        tokens = f"{self._place(caller.of)}/{caller.credential}_tokens"
        more: dict[str, Any] = {}
        if caller.credential == "access":
            # Newer releases of GitLab's want an expiry, at most a year ahead.
            ends = datetime.now(UTC).date() + timedelta(days=30)
            more = {"access_level": LEVELS[caller.role], "expires_at": ends.isoformat()}
        scopes = caller.scopes or SCOPES[caller.credential]
        minted: dict[str, Any] = self._target.admin(
            "POST", tokens, name="a token", scopes=list(scopes), **more
        )
        if caller.state == "revoked":
            self._target.admin("DELETE", f"{tokens}/{minted['id']}")
        return minted

    def _mint_job(self, caller: Caller, user_id: int) -> Any:
        place = self._place(caller.of)
        if caller.of != "project":
            self._target.admin(
                "POST", f"{place}/members", user_id=user_id, access_level=LEVELS["developer"]
            )
        if caller.admitted:
            self._target.admin(
                "POST",
                f"/projects/{self.names['project']}/job_token_scope/allowlist",
                target_project_id=int(place.rpartition("/")[2]),
            )
        minted = self._target.admin("POST", f"{place}/job_tokens", user_id=user_id)
        if caller.state == "revoked":
            self._target.admin("DELETE", f"{place}/job_tokens/{minted['id']}")
        return minted
