"""The form: what must be there, what is ignored, and what cannot be read."""

import pytest

from tests.actors import Actor
from tests.builders import Dist, wheel
from tests.publish import wire
from tests.publish.wire import Part
from tests.servers import Server
from wheelyard.projects import Project

CREATED = (201, b'{"message":"201 Created"}')


@pytest.fixture
def dist() -> Dist:
    """A sound wheel."""
    return wheel()


def content(dist: Dist) -> Part:
    """The file part, as twine sends it."""
    return Part(b"content", dist.content, dist.filename.encode())


def form_fields(dist: Dist, *without: str) -> list[Part]:
    """The form's plain fields, but for some."""
    return [part for part in wire.fields(dist.fields()) if part.name.decode() not in without]


@pytest.fixture
def sent(server: Server, target: bytes, secret: str) -> "Sender":
    """Uploads parts by hand; the status and body of the answer."""
    return Sender(server.url, target, secret)


class Sender:
    """Uploads by hand to one project."""

    def __init__(self, url: str, target: bytes, secret: str) -> None:
        self._url, self._target, self._secret = url, target, secret

    def __call__(self, *parts: Part) -> tuple[int, bytes]:
        """Send a form of these parts."""
        return self.body(wire.form(parts))

    def body(self, body: bytes, content_type: bytes = wire.TYPE) -> tuple[int, bytes]:
        """Send a body as it is."""
        headers = {"Content-Type": content_type, "Content-Length": str(len(body)).encode()}
        request = wire.head("POST", self._target, self._secret, headers) + body
        reply = wire.exchange(self._url, request)
        return reply.status, reply.body


# What must be there ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("absent", "error"),
    [
        (("name",), b'{"error": "name is missing"}'),
        (("version",), b'{"error": "version is missing"}'),
        (("name", "version"), b'{"error": "name is missing, version is missing"}'),
    ],
)
def test_a_missing_field_is_named(
    sent: Sender, dist: Dist, absent: tuple[str, ...], error: bytes
) -> None:
    assert sent(*form_fields(dist, *absent), content(dist)) == (400, error)


def test_a_missing_file_is_named(sent: Sender, dist: Dist) -> None:
    assert sent(*form_fields(dist)) == (400, b'{"error": "content is missing"}')


def test_everything_that_is_missing_is_named_at_once(sent: Sender) -> None:
    assert sent(Part(b":action", b"file_upload")) == (
        400,
        b'{"error": "content is missing, name is missing, version is missing"}',
    )


def test_a_form_of_nothing_misses_everything(sent: Sender) -> None:
    assert sent() == (
        400,
        b'{"error": "content is missing, name is missing, version is missing"}',
    )


@pytest.mark.parametrize("field", ["name", "version"])
@pytest.mark.parametrize("blank", [b"", b"  ", b"\r\n"])
def test_a_blank_field_is_a_missing_one(sent: Sender, dist: Dist, field: str, blank: bytes) -> None:
    status, body = sent(*form_fields(dist, field), Part(field.encode(), blank), content(dist))

    assert (status, body) == (400, b'{"error": "%s is missing"}' % field.encode())


def test_a_missing_file_is_named_beside_an_invalid_field(sent: Sender, dist: Dist) -> None:
    assert sent(*form_fields(dist, "name"), Part(b"name", b"de\0mo")) == (
        400,
        b'{"error": "content is missing, name is invalid"}',
    )


# The file part -----------------------------------------------------------------------------------


def test_a_file_sent_as_a_plain_field_is_invalid(sent: Sender, dist: Dist) -> None:
    assert sent(*form_fields(dist), Part(b"content", dist.content)) == (
        400,
        b'{"error": "content is invalid"}',
    )


def test_two_files_are_invalid(sent: Sender, dist: Dist) -> None:
    assert sent(*form_fields(dist), content(dist), content(dist)) == (
        400,
        b'{"error": "content is invalid"}',
    )


def test_an_empty_file_is_no_archive(sent: Sender, dist: Dist) -> None:
    fields = form_fields(dist, "sha256_digest", "md5_digest", "blake2_256_digest")

    assert sent(*fields, Part(b"content", b"", dist.filename.encode())) == (
        400,
        (
            b'{"message": "400 Bad request - Validation failed: The file is damaged or'
            b' not an archive of its type"}'
        ),
    )


def test_fields_may_follow_the_file(
    sent: Sender, dist: Dist, developer: Actor, project: Project
) -> None:
    assert sent(content(dist), *form_fields(dist)) == CREATED

    assert developer.download(project, dist).content == dist.content


def test_fields_may_surround_the_file(sent: Sender, dist: Dist) -> None:
    fields = form_fields(dist)

    assert sent(*fields[:4], content(dist), *fields[4:]) == CREATED


# What is ignored ---------------------------------------------------------------------------------


def test_unknown_fields_are_ignored(sent: Sender, dist: Dist) -> None:
    unknown = [
        Part(b"colour", b"green"),
        Part(b"", b"nameless"),
        Part("größe".encode(), b"7"),
        Part(b"import_names", b"demo"),
        Part(b"attestations", b"[]"),
        Part(b"description", b"\xff\xfe\0 not text at all"),
    ]

    assert sent(*unknown, *form_fields(dist), *unknown, content(dist)) == CREATED


def test_an_unknown_file_is_ignored(
    sent: Sender, dist: Dist, developer: Actor, project: Project
) -> None:
    signature = Part(b"gpg_signature", b"-----BEGIN", b"demo-1.0-py3-none-any.whl.asc")

    assert sent(signature, *form_fields(dist), content(dist), signature) == CREATED

    assert developer.simple(project, "demo").text.count("<a ") == 1


@pytest.mark.parametrize("version", [b"2.9", b"3.0", b"17", b"next"])
def test_a_newer_metadata_version_is_accepted(sent: Sender, dist: Dist, version: bytes) -> None:
    fields = form_fields(dist, "metadata_version")

    assert sent(*fields, Part(b"metadata_version", version), content(dist)) == CREATED


@pytest.mark.parametrize("field", ["name", "version", "requires_python", "sha256_digest"])
def test_a_field_that_matters_is_given_once(sent: Sender, dist: Dist, field: str) -> None:
    known = {**dist.fields(), "requires_python": ">=3.8", "sha256_digest": dist.sha256}
    twice = [Part(field.encode(), known[field].encode())] * 2
    others = [part for part in form_fields(dist) if part.name != field.encode()]

    status, body = sent(*twice, *others, content(dist))

    assert (status, body) == (400, f'{{"error": "{field} is given twice"}}'.encode())


def test_many_fields_of_one_name_are_ignored(sent: Sender, dist: Dist) -> None:
    classifiers = [Part(b"classifiers", b"Topic :: %d" % number) for number in range(2000)]

    assert sent(*classifiers, *form_fields(dist), content(dist)) == CREATED


def test_a_long_description_is_taken(sent: Sender, dist: Dist) -> None:
    story = Part(b"description", b"A long story.\r\n" * 300_000)

    assert sent(story, *form_fields(dist), content(dist)) == CREATED


# What cannot be read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["name", "version", "requires_python", "sha256_digest", "md5_digest"]
)
@pytest.mark.parametrize(
    "value", [b"\xff\xfe", b"de\xe9mo", b"a\0b", b"a\nb", b"a\x1b[31mb", "a\u202eb".encode()]
)
def test_what_is_no_line_of_text_is_invalid(
    sent: Sender, dist: Dist, field: str, value: bytes
) -> None:
    status, body = sent(*form_fields(dist, field), Part(field.encode(), value), content(dist))

    assert status == 400
    assert b'"error": "%s is invalid' % field.encode() in body


@pytest.mark.parametrize("field", ["name", "version", "requires_python", "sha256_digest"])
def test_an_over_long_field_is_too_long(sent: Sender, dist: Dist, field: str) -> None:
    endless = Part(field.encode(), b"1" * 17_000)

    assert sent(*form_fields(dist, field), endless, content(dist)) == (
        400,
        b'{"error": "%s is too long"}' % field.encode(),
    )


def test_ten_thousand_fields_are_too_many(sent: Sender, dist: Dist) -> None:
    fields = [Part(b"field%d" % number, b"value") for number in range(10_000)]

    assert sent(*fields, *form_fields(dist), content(dist)) == (
        400,
        (
            b'{"message": "400 Bad request - The multipart body is malformed:'
            b' Maximum segment count exceeded"}'
        ),
    )


def test_fields_without_end_are_too_much(sent: Sender, dist: Dist) -> None:
    assert sent(Part(b"description", b"x" * 34_000_000), content(dist)) == (
        400,
        b'{"message": "400 Bad request - The form has more than 33554432 bytes beside its file"}',
    )


def test_an_over_long_header_of_a_part_is_refused(sent: Sender, dist: Dist) -> None:
    status, body = sent(*form_fields(dist), Part(b"content", dist.content, b"x" * 20_000))

    assert status == 400
    assert b"malformed" in body


# What is no form ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"application/x-www-form-urlencoded",
        b"application/octet-stream",
        b"multipart/mixed; boundary=a-boundary",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b'multipart/form-data; boundary=""',
        b"",
        b"\xff\xff",
    ],
)
def test_another_type_of_body_is_refused(sent: Sender, dist: Dist, content_type: bytes) -> None:
    body = wire.form([*form_fields(dist), content(dist)])

    assert sent.body(body, content_type) == (
        400,
        (
            b'{"message": "400 Bad request - An upload is sent as multipart/form-data'
            b' with a boundary"}'
        ),
    )


def test_a_json_body_is_refused(developer: Actor, project: Project) -> None:
    answer = developer.api("POST", f"/projects/{project.id}/packages/pypi", name="demo")

    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "400 Bad request - An upload is sent as multipart/form-data with a boundary"},
    )


def test_no_body_is_refused(sent: Sender) -> None:
    assert sent.body(b"") == (
        400,
        (
            b'{"message": "400 Bad request - The multipart body is malformed:'
            b' Unexpected end of multipart stream (parser closed)"}'
        ),
    )


def test_a_preamble_and_an_epilogue_are_ignored(sent: Sender, dist: Dist) -> None:
    body = wire.form([*form_fields(dist), content(dist)])

    assert sent.body(b"To whom it may concern\r\n" + body + b"Yours truly") == CREATED
