"""Each form of a credential, and each way in which it can be wrong, on four kinds of routes.

The rows are those of GitLab's rules: which forms a route takes, in which order they are looked at,
and what becomes of a secret that matches nothing or may not be used.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from tests.actors import Installation, pypi
from wheelyard import sessions
from wheelyard.access import Role, Visibility
from wheelyard.projects import Project
from wheelyard.registry import utc_now
from wheelyard.users import User

OK = "reached"
Answers = tuple[int | str, int | str, int | str, int | str]
"""Of the simple index, an upload, the list of packages, and deleting one that is not there."""

ALL: Answers = (OK, OK, OK, OK)
READS: Answers = (OK, 401, OK, 403)
"""What nobody is answered by a public project."""

PYPI_ALONE: Answers = (OK, OK, 404, 404)
"""The REST API takes no notice, and a private project is not found."""

REFUSED: Answers = (401, 401, 401, 401)
UNSCOPED: Answers = (403, 403, 403, 403)
NOT_FOUND: Answers = (401, 401, 404, 404)
"""What nobody is answered by a private project."""

CI = "gitlab-ci-token"
WRONG = "glpat-matches-nothing-at-all"


@dataclass(frozen=True)
class Sent:
    """What a request presents."""

    headers: dict[str, str]
    query: str = ""

    def __or__(self, other: "Sent") -> "Sent":
        return Sent(
            {**self.headers, **other.headers}, "&".join(filter(None, (self.query, other.query)))
        )


def basic(password: str, username: str = "__token__") -> Sent:
    """HTTP Basic."""
    encoded = b64encode(f"{username}:{password}".encode()).decode()
    return Sent({"Authorization": f"Basic {encoded}"})


def header(name: str) -> Callable[[str], Sent]:
    """A header that holds the secret alone."""
    return lambda secret: Sent({name: secret})


def bearer(secret: str) -> Sent:
    """A bearer's token, as of OAuth."""
    return Sent({"Authorization": f"Bearer {secret}"})


def query(name: str) -> Callable[[str], Sent]:
    """A parameter of the query."""
    return lambda secret: Sent({}, f"{name}={secret}")


def cookie(secret: str) -> Sent:
    """A browser's session, beside cookies that say nothing of who somebody is."""
    return Sent({"Cookie": f"wheelyard_theme=dark; wheelyard_session={secret}; other=x"})


@dataclass(frozen=True)
class Secrets:
    """What a maintainer of a project and its machines have in their hands, good and bad."""

    town: Installation
    project: Project
    user: User

    def personal(self, *scopes: str) -> str:
        return self.town.token(self.user, *scopes).secret

    def of_project(self) -> str:
        return self.town.access_token(self.project, Role.MAINTAINER).secret

    def of_group(self) -> str:
        group = self.town.group_of(self.project)
        return self.town.access_token(group, Role.MAINTAINER).secret

    def deploy(self, scope: str = "write_package_registry") -> str:
        return self.town.deploy_token(self.project, scope).secret

    def job(self) -> str:
        return self.town.job_token(self.user, self.project).secret

    def session(self) -> str:
        with self.town.database.write() as conn:
            begun = sessions.begin(conn, self.user, address="", user_agent="", at=utc_now())
        return begun.secret

    # Bad ones

    def expired(self) -> str:
        return self.town.token(self.user, expires_at=utc_now() - timedelta(days=1)).secret

    def revoked(self) -> str:
        minted = self.town.token(self.user)
        self.town.revoke(minted)
        return minted.secret

    def expired_deploy(self) -> str:
        past = utc_now() - timedelta(days=1)
        return self.town.deploy_token(
            self.project, "write_package_registry", expires_at=past
        ).secret

    def revoked_deploy(self) -> str:
        minted = self.town.deploy_token(self.project, "write_package_registry")
        self.town.revoke(minted)
        return minted.secret

    def ended_job(self) -> str:
        minted = self.town.job_token(self.user, self.project)
        self.town.revoke(minted)
        return minted.secret

    def expired_job(self) -> str:
        return self.town.job_token(self.user, self.project, seconds=-1).secret

    def blocked(self) -> str:
        other = self.town.join(self.town.user(), self.project, Role.MAINTAINER)
        minted = self.town.token(other)
        self.town.block(other)
        return minted.secret


Make = Callable[[Secrets], Sent]


def secrets_of(town: Installation, visibility: Visibility) -> Secrets:
    """A project, and somebody who maintains it."""
    group = town.group(visibility=visibility)
    project = town.project(within=group, visibility=visibility)
    return Secrets(town, project, town.join(town.user(), project, Role.MAINTAINER))


@pytest.fixture(scope="module")
def private(town: Installation) -> Secrets:
    """Of a private project."""
    return secrets_of(town, Visibility.PRIVATE)


@pytest.fixture(scope="module")
def public(town: Installation) -> Secrets:
    """Of a public one."""
    return secrets_of(town, Visibility.PUBLIC)


@pytest.fixture(scope="module")
def http(town: Installation) -> Iterator[httpx.Client]:
    """A client that keeps no cookies and adds no credentials."""
    with httpx.Client(base_url=town.url, timeout=60.0) as client:
        yield client


def ask(http: httpx.Client, project: Project, sent: Sent) -> Answers:
    """What each of the four routes answers."""
    packages = f"/api/v4/projects/{project.id}/packages"
    root = pypi(project)

    def call(method: str, path: str, **more: object) -> httpx.Response:
        url = f"{path}?{sent.query}" if sent.query else path
        return http.request(method, url, headers=sent.headers, **more)  # type: ignore[arg-type]  # files

    read, upload = call("GET", f"{root}/simple"), call("POST", root, files={"nothing": b""})
    listed, deleted = call("GET", packages), call("DELETE", f"{packages}/0")
    is_gone = deleted.text == '{"message": "404 Package Not Found"}'
    return (
        OK if read.status_code == 200 else read.status_code,
        OK if upload.status_code == 400 else upload.status_code,
        OK if listed.status_code == 200 else listed.status_code,
        OK if is_gone else deleted.status_code,
    )


# Which forms are taken ---------------------------------------------------------------------------

FORMS: list[tuple[str, Make, Answers]] = [
    ("nothing", lambda _: Sent({}), NOT_FOUND),
    *[
        row
        for name, secret in (
            ("a personal token", Secrets.personal),
            ("a project's token", Secrets.of_project),
            ("a group's token", Secrets.of_group),
        )
        for row in (
            (f"{name} in Basic", lambda s, of=secret: basic(of(s)), PYPI_ALONE),
            (f"{name}, no user name", lambda s, of=secret: basic(of(s), ""), PYPI_ALONE),
            (f"{name}, any user name", lambda s, of=secret: basic(of(s), "ada"), PYPI_ALONE),
            (f"{name}, a CI's name", lambda s, of=secret: basic(of(s), CI), PYPI_ALONE),
            (f"{name} as user name", lambda s, of=secret: basic("", of(s)), PYPI_ALONE),
            (f"{name} as PRIVATE-TOKEN", lambda s, of=secret: header("PRIVATE-TOKEN")(of(s)), ALL),
            (f"{name} as Bearer", lambda s, of=secret: bearer(of(s)), ALL),
            (f"{name} as private_token=", lambda s, of=secret: query("private_token")(of(s)), ALL),
            (f"{name} as access_token=", lambda s, of=secret: query("access_token")(of(s)), ALL),
            (f"{name} as JOB-TOKEN", lambda s, of=secret: header("JOB-TOKEN")(of(s)), REFUSED),
            (
                f"{name} as Deploy-Token",
                lambda s, of=secret: header("Deploy-Token")(of(s)),
                NOT_FOUND,
            ),
        )
    ],
    ("a deploy token in Basic", lambda s: basic(s.deploy()), PYPI_ALONE),
    ("a deploy token, no user name", lambda s: basic(s.deploy(), ""), PYPI_ALONE),
    ("a deploy token, a CI's name", lambda s: basic(s.deploy(), CI), PYPI_ALONE),
    ("a deploy token as Deploy-Token", lambda s: header("Deploy-Token")(s.deploy()), PYPI_ALONE),
    ("a deploy token as PRIVATE-TOKEN", lambda s: header("PRIVATE-TOKEN")(s.deploy()), REFUSED),
    ("a deploy token as Bearer", lambda s: bearer(s.deploy()), REFUSED),
    ("a job token in Basic", lambda s: basic(s.job(), CI), PYPI_ALONE),
    ("a job token, another user name", lambda s: basic(s.job()), NOT_FOUND),
    ("a job token, no user name", lambda s: basic(s.job(), ""), NOT_FOUND),
    ("a job token as JOB-TOKEN", lambda s: header("JOB-TOKEN")(s.job()), ALL),
    ("a job token as job_token=", lambda s: query("job_token")(s.job()), ALL),
    ("a job token as Bearer", lambda s: bearer(s.job()), ALL),
    ("a job token as PRIVATE-TOKEN", lambda s: header("PRIVATE-TOKEN")(s.job()), REFUSED),
    ("a session", lambda s: cookie(s.session()), (OK, 401, OK, 404)),
]


@pytest.mark.parametrize(("make", "answers"), [row[1:] for row in FORMS], ids=[r[0] for r in FORMS])
def test_a_form_is_taken_where_gitlab_takes_it(
    http: httpx.Client, private: Secrets, make: Make, answers: Answers
) -> None:
    assert ask(http, private.project, make(private)) == answers


# What is wrong, where all is public --------------------------------------------------------------

FAILURES: list[tuple[str, Make, Answers]] = [
    ("nothing", lambda _: Sent({}), READS),
    ("an unknown password", lambda _: basic(WRONG), READS),
    ("an unknown password of a CI", lambda _: basic(WRONG, CI), (401, 401, OK, 403)),
    ("a CI without a password", lambda _: basic("", CI), (401, 401, OK, 403)),
    ("a job's password under another name", lambda s: basic(s.job()), READS),
    ("Basic that is nothing", lambda _: Sent({"Authorization": "Basic ???"}), READS),
    ("an empty Basic", lambda _: basic("", ""), READS),
    ("an unknown PRIVATE-TOKEN", lambda _: header("PRIVATE-TOKEN")(WRONG), REFUSED),
    ("an empty PRIVATE-TOKEN", lambda _: header("PRIVATE-TOKEN")(""), READS),
    ("an unknown private_token=", lambda _: query("private_token")(WRONG), REFUSED),
    ("an empty private_token=", lambda _: query("private_token")(""), READS),
    ("an unknown access_token=", lambda _: query("access_token")(WRONG), REFUSED),
    ("an unknown Bearer", lambda _: bearer(WRONG), REFUSED),
    ("an unknown JOB-TOKEN", lambda _: header("JOB-TOKEN")(WRONG), REFUSED),
    ("an unknown job_token=", lambda _: query("job_token")(WRONG), REFUSED),
    ("an unknown Deploy-Token", lambda _: header("Deploy-Token")(WRONG), READS),
    ("an expired token", lambda s: header("PRIVATE-TOKEN")(s.expired()), REFUSED),
    ("an expired token in Basic", lambda s: basic(s.expired()), (401, 401, OK, 403)),
    ("a revoked token", lambda s: header("PRIVATE-TOKEN")(s.revoked()), REFUSED),
    ("a revoked token in Basic", lambda s: basic(s.revoked()), (401, 401, OK, 403)),
    ("another scope", lambda s: header("PRIVATE-TOKEN")(s.personal("read_user")), UNSCOPED),
    ("another scope in Basic", lambda s: basic(s.personal("read_user")), (403, 403, OK, 403)),
    ("a blocked user's token", lambda s: header("PRIVATE-TOKEN")(s.blocked()), UNSCOPED),
    ("an expired deploy token", lambda s: header("Deploy-Token")(s.expired_deploy()), READS),
    ("an expired deploy token in Basic", lambda s: basic(s.expired_deploy()), READS),
    ("a revoked deploy token", lambda s: header("Deploy-Token")(s.revoked_deploy()), READS),
    ("a job that has ended", lambda s: header("JOB-TOKEN")(s.ended_job()), REFUSED),
    ("a job that has ended, in Basic", lambda s: basic(s.ended_job(), CI), (401, 401, OK, 403)),
    ("a job that took too long", lambda s: header("JOB-TOKEN")(s.expired_job()), REFUSED),
    ("a session that nobody has", lambda _: cookie("nobody"), READS),
]


@pytest.mark.parametrize(
    ("make", "answers"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_what_is_wrong_is_refused_or_nobodys(
    http: httpx.Client, public: Secrets, make: Make, answers: Answers
) -> None:
    assert ask(http, public.project, make(public)) == answers


# Scopes ------------------------------------------------------------------------------------------

SCOPES: list[tuple[str, Make, Answers]] = [
    ("api", lambda s: header("PRIVATE-TOKEN")(s.personal("api")), ALL),
    ("read_api", lambda s: header("PRIVATE-TOKEN")(s.personal("read_api")), (OK, 403, OK, 403)),
    ("self_rotate", lambda s: header("PRIVATE-TOKEN")(s.personal("self_rotate")), UNSCOPED),
    ("read deploy", lambda s: basic(s.deploy("read_package_registry")), (OK, 403, 404, 404)),
    ("write deploy", lambda s: basic(s.deploy("write_package_registry")), PYPI_ALONE),
    ("other deploy", lambda s: basic(s.deploy("read_repository")), (403, 403, 404, 404)),
]


@pytest.mark.parametrize(
    ("make", "answers"), [row[1:] for row in SCOPES], ids=[row[0] for row in SCOPES]
)
def test_a_scope_opens_what_it_says(
    http: httpx.Client, private: Secrets, make: Make, answers: Answers
) -> None:
    assert ask(http, private.project, make(private)) == answers


# Several at once ---------------------------------------------------------------------------------

WRONG_HEADER = Sent({"PRIVATE-TOKEN": WRONG})
ORDER: list[tuple[str, Make, Answers]] = [
    (
        "a deploy token's header before an unknown PRIVATE-TOKEN",
        lambda s: header("Deploy-Token")(s.deploy()) | WRONG_HEADER,
        (OK, OK, 401, 401),
    ),
    (
        "a deploy token in Basic before an unknown PRIVATE-TOKEN",
        lambda s: basic(s.deploy()) | WRONG_HEADER,
        (OK, OK, 401, 401),
    ),
    (
        "an unknown PRIVATE-TOKEN before a personal token in Basic",
        lambda s: basic(s.personal()) | WRONG_HEADER,
        REFUSED,
    ),
    (
        "a PRIVATE-TOKEN before an unknown password",
        lambda s: basic(WRONG) | header("PRIVATE-TOKEN")(s.personal()),
        ALL,
    ),
    (
        "past a deploy token that has ended to a personal token in Basic",
        lambda s: header("Deploy-Token")(s.expired_deploy()) | basic(s.personal()),
        PYPI_ALONE,
    ),
    (
        "an unknown PRIVATE-TOKEN before a job token",
        lambda s: header("JOB-TOKEN")(s.job()) | WRONG_HEADER,
        REFUSED,
    ),
    (
        "past an unknown password to a job token",
        lambda s: basic(WRONG) | header("JOB-TOKEN")(s.job()),
        ALL,
    ),
    (
        "past an unknown password to a session, for reading",
        lambda s: basic(WRONG) | cookie(s.session()),
        (OK, 401, OK, 404),
    ),
    (
        "a token before the session",
        lambda s: cookie(s.session()) | WRONG_HEADER,
        REFUSED,
    ),
]


@pytest.mark.parametrize(
    ("make", "answers"), [row[1:] for row in ORDER], ids=[row[0] for row in ORDER]
)
def test_of_several_the_first_in_order_counts(
    http: httpx.Client, private: Secrets, make: Make, answers: Answers
) -> None:
    assert ask(http, private.project, make(private)) == answers


# In the body of a call ---------------------------------------------------------------------------


@pytest.mark.parametrize("encode", ["json", "data"])
@pytest.mark.parametrize("name", ["private_token", "access_token"])
def test_a_call_of_the_rest_api_may_hold_the_token_in_its_body(
    http: httpx.Client, private: Secrets, encode: str, name: str
) -> None:
    path = "/api/v4/user/personal_access_tokens"
    sent = {"name": "x", "scopes": ["self_rotate"]}
    if encode == "data":
        sent = {"name": "x", "scopes[]": ["self_rotate"]}

    def call(secret: str) -> int:
        kind = {encode: {**sent, name: secret}}
        return http.post(path, **kind).status_code  # type: ignore[arg-type]  # one of two

    assert (call(private.personal()), call(WRONG), call("")) == (201, 401, 401)


def test_a_job_may_hold_its_token_in_a_body(http: httpx.Client, private: Secrets) -> None:
    path = f"/api/v4/projects/{private.project.id}/packages/0"
    answer = http.request("DELETE", path, json={"job_token": private.job()})

    assert answer.json() == {"message": "404 Package Not Found"}


# A browser ---------------------------------------------------------------------------------------


def test_a_browser_that_has_signed_out_reads_nothing(http: httpx.Client, private: Secrets) -> None:
    secret = private.session()
    assert ask(http, private.project, cookie(secret))[0] == OK
    with private.town.database.write() as conn:
        session = sessions.find(conn, secret, at=utc_now())
        assert session is not None
        sessions.end(conn, session, by=session.principal.actor, at=utc_now())

    assert ask(http, private.project, cookie(secret)) == NOT_FOUND


def test_two_browsers_with_one_preference_are_two(http: httpx.Client, private: Secrets) -> None:
    stranger = Secrets(private.town, private.project, private.town.user())
    own, other = private.session(), stranger.session()

    answers = [ask(http, private.project, cookie(secret))[0] for secret in (own, other, own)]

    assert answers == [OK, 404, OK]
