"""Names that would be another place to a file system, in the form and in every part of a URL."""

import itertools

import httpx
import pytest

from tests.actors import Actor
from tests.builders import wheel
from tests.publish import wire
from tests.servers import Server
from wheelyard.projects import Project

DIST = wheel()
STEM = "demo-1.0-py3-none-any.whl"


# The file name -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filename",
    [
        f"../../{STEM}",
        f"../{STEM}",
        f"/etc/cron.d/{STEM}",
        f"/{STEM}",
        f"./{STEM}",
        f"a/{STEM}",
        f"..\\..\\{STEM}",
        f"a\\{STEM}",
        f"%2e%2e%2f{STEM}",
        f"..%2f{STEM}",
        f"%2Ftmp%2F{STEM}",
        f"~/{STEM}",
        f"file://{STEM}",
        f"{STEM}/",
        f"{STEM}/..",
        f"{STEM}%00.txt",
        f"{STEM} ",
        f" {STEM}",
        f"-{STEM}",
        f".{STEM}",
        "démo-1.0-py3-none-any.whl",
        f"demo\u2044..\u2044{STEM}",
        "..",
        ".",
        "",
        ".whl",
        "../.whl",
        "CON.whl",
    ],
)
def test_a_file_name_with_a_path_is_refused(
    server: Server, target: bytes, secret: str, developer: Actor, project: Project, filename: str
) -> None:
    before = sorted(server.data.rglob("*"))
    part = wire.Part(b"content", DIST.content, filename.encode())
    body = wire.form([*wire.fields(DIST.fields()), part])

    reply = wire.exchange(server.url, wire.post(target, secret, body))

    assert reply.status == 400
    assert reply.body.startswith(
        b'{"message": "400 Bad request - Validation failed: File name is invalid: '
    )
    assert developer.simple(project, "demo").status_code == 404
    assert sorted(server.data.rglob("*")) == before


@pytest.mark.parametrize("control", [b"\0", b"\n", b"\r", b"\x1b", b"\x7f", b"\xff"])
def test_a_file_name_with_control_characters_is_refused(
    server: Server, target: bytes, secret: str, developer: Actor, project: Project, control: bytes
) -> None:
    part = wire.Part(b"content", DIST.content, control.join([b"demo-1.0", b"-py3-none-any.whl"]))
    body = wire.form([*wire.fields(DIST.fields()), part])

    reply = wire.exchange(server.url, wire.post(target, secret, body))

    assert reply.status == 400
    assert developer.simple(project, "demo").status_code == 404


def test_a_windows_path_loses_its_folders(
    server: Server, target: bytes, secret: str, developer: Actor, project: Project
) -> None:
    part = wire.Part(b"content", DIST.content, f"C:\\Users\\ada\\{STEM}".encode())
    body = wire.form([*wire.fields(DIST.fields()), part])

    reply = wire.exchange(server.url, wire.post(target, secret, body))

    assert reply.status == 201
    assert f">{STEM}</a>" in developer.simple(project, "demo").text


def test_a_file_name_that_is_no_utf8_is_refused_in_words(
    server: Server, target: bytes, secret: str
) -> None:
    part = wire.Part(b"content", DIST.content, b"d\xe9mo-1.0-py3-none-any.whl")
    body = wire.form([*wire.fields(DIST.fields()), part])

    reply = wire.exchange(server.url, wire.post(target, secret, body))

    sentence = b"The multipart body is malformed: Segment header failed to decode"
    assert (reply.status, reply.body) == (400, b'{"message": "400 Bad request - %s"}' % sentence)


# The URL -----------------------------------------------------------------------------------------

ROUTES = [
    ("GET", "/api/v4/projects/{}/packages/pypi/simple"),
    ("GET", "/api/v4/projects/{}/packages/pypi/simple/demo"),
    ("GET", "/api/v4/projects/project/packages/pypi/simple/{}"),
    ("GET", "/api/v4/projects/project/packages/pypi/simple/{}/"),
    ("GET", "/api/v4/projects/project/packages/pypi/simple/demo/{}"),
    ("GET", "/api/v4/projects/{}/packages/pypi/files/sha256/file"),
    ("GET", "/api/v4/projects/project/packages/pypi/files/{}/file"),
    ("GET", "/api/v4/projects/project/packages/pypi/files/sha256/{}"),
    ("GET", "/api/v4/projects/project/packages/pypi/files/sha256/{}/file"),
    ("HEAD", "/api/v4/projects/project/packages/pypi/files/sha256/{}"),
    ("POST", "/api/v4/projects/{}/packages/pypi"),
]
HOSTILE = [
    "..",
    "%2e%2e",
    ".%2e",
    "%252e%252e",
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "..%252f..%252f..%252fetc%252fpasswd",
    "%2e%2e%2f%2e%2e%2fwheelyard.sqlite",
    "..%5c..%5cwheelyard.sqlite",
    "..\\..\\wheelyard.sqlite",
    "..%c0%af..%c0%afwheelyard.sqlite",
    "..;/wheelyard.sqlite",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "%00",
    "..%00",
    "demo%00",
    "demo%0d%0aSet-Cookie:%20a=b",
    "%ff",
    "%c3%28",
    "%ed%a0%80",
    "%",
    "%zz",
    "\xff",
    "%7f",
    "%u002e%u002e",
    "x" * 5000,
    "%e2%80%ae",
]


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_hostile_url_finds_nothing_and_breaks_nothing(
    server: Server, developer: Actor, project: Project, secret: str, method: str, route: str
) -> None:
    developer.publish(project, DIST)
    names = {"projects/project": f"projects/{project.id}", "sha256": DIST.sha256, "file": STEM}

    for hostile in HOSTILE:
        path = route
        for word, name in names.items():
            path = path.replace(f"/{word}", f"/{name}")
        target = path.replace("{}", hostile).encode("latin-1")
        reply = wire.exchange(server.url, wire.head(method, target, secret))

        assert reply.status in {400, 404, 405, 414}, (target, reply)
        assert b"SQLite" not in reply.body
        assert b"set-cookie" not in reply.head.lower()


@pytest.mark.parametrize("page", ["simple/{}", f"files/{DIST.sha256}/{{}}"])
@pytest.mark.parametrize("hostile", ["..%2fdemo", "../demo", "demo%2f..%2fdemo", "..%5cdemo"])
def test_a_traversal_is_called_one(
    server: Server, target: bytes, secret: str, page: str, hostile: str
) -> None:
    path = target + b"/" + page.format(hostile).encode()

    reply = wire.exchange(server.url, wire.head("GET", path, secret))

    assert (reply.status, reply.body) == (
        400,
        b'{"message": "400 Bad request - path traversal is not allowed"}',
    )


@pytest.mark.parametrize("digest", ["0" * 64, "g" * 64, "0" * 63, "../" + "0" * 61, "A" * 64])
def test_a_digest_that_is_none_finds_nothing(
    developer: Actor, project: Project, digest: str
) -> None:
    developer.publish(project, DIST)

    answer = developer.http.get(
        f"/api/v4/projects/{project.id}/packages/pypi/files/{digest}/{STEM}"
    )

    assert answer.status_code in {400, 404}


def test_a_right_digest_with_another_file_name_finds_nothing(
    developer: Actor, project: Project
) -> None:
    developer.publish(project, DIST)

    for name in ("demo-2.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl.asc", "wheelyard.sqlite"):
        path = f"/api/v4/projects/{project.id}/packages/pypi/files/{DIST.sha256}/{name}"
        assert developer.http.get(path).status_code == 404


def test_a_file_of_another_project_is_not_found(
    developer: Actor, project: Project, server: Server, root: Actor
) -> None:
    other = root.api("POST", "/projects", name=f"beside{project.id}", visibility="public").json()
    dist = wheel("elsewhere", "1.0", files={"a.py": str(project.id).encode()})
    with Actor(server.url, headers=dict(root.http.headers)) as owner:
        assert owner.publish(other["id"], dist).status_code == 201
        assert owner.download(other["id"], dist).status_code == 200

    assert developer.download(project, dist).status_code == 404


def test_every_pair_of_hostile_segments_is_refused(server: Server, project: Project) -> None:
    with httpx.Client(base_url=server.url) as client:
        for one, two in itertools.product(["%2e%2e", "..%2f", "%2f", "%00", "."], repeat=2):
            path = f"/api/v4/projects/{project.id}/packages/pypi/files/{one}/{two}"
            assert client.get(path).status_code in {400, 401, 404}, path
