"""A clean stop, a hard stop, and a start that cannot be."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.actors import Actor, Installation, pypi
from tests.builders import sdist, wheel
from tests.publish import wire
from tests.servers import Server, children, clean_environment, free_port, running
from wheelyard import firststart
from wheelyard.access import Role
from wheelyard.registry import utc_now
from wheelyard.settings import Settings

BOUND_SECONDS = 20.0


# Root may write anywhere, unless it gives up these capabilities.
AS_ANYBODY = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
)


def start(data: Path, *wrapper: str, **environment: str) -> tuple[int, str, str]:
    """Try to start a server that cannot start; its exit status, output and errors."""
    done = subprocess.run(
        [*wrapper, sys.executable, "-m", "wheelyard", "serve", "--data", str(data)],
        env=clean_environment(**{"WHEELYARD_PORT": str(free_port()), **environment}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that has to come within a bound."""
    deadline = time.monotonic() + BOUND_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def is_running(process: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


def refuses_connections(server: Server) -> bool:
    """Whether nobody listens on the server's port."""
    try:
        wire.connect(server.url, timeout=5).close()
    except ConnectionError:
        return True
    return False


# Stopping ----------------------------------------------------------------------------------------


def ask_once(server: Server) -> None:
    """As a service manager does."""
    server.process.terminate()


def ask_impatiently(server: Server) -> None:
    """As somebody does who presses Ctrl-C again and again: every process hears each."""
    for _ in range(5):
        os.killpg(server.process.pid, signal.SIGINT)
        time.sleep(0.2)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("ask", [ask_once, ask_impatiently])
def test_a_request_to_end_lets_the_upload_in_flight_finish(
    tmp_path: Path, ask: Callable[[Server], None], workers: int
) -> None:
    dist = wheel(files={"payload": os.urandom(900_000)})
    body = wire.form(
        [*wire.fields(dist.fields()), wire.Part(b"content", dist.content, dist.filename.encode())]
    )
    with running(tmp_path / "data", WHEELYARD_WORKERS=str(workers)) as server:
        project, secret = _developer(server)
        request = wire.post(pypi(project).encode(), secret, body)
        with wire.connect(server.url, timeout=60) as upload:
            upload.sendall(request[:600_000])
            wait_until(lambda: any((server.data / "blobs/staging").iterdir()))

            ask(server)
            wait_until(lambda: refuses_connections(server))
            for start in range(600_000, len(request), 50_000):  # longer than several reminders
                upload.sendall(request[start : start + 50_000])
                time.sleep(0.5)
            reply = wire.read_reply(upload)

        assert (reply.status, reply.body) == (201, b'{"message":"201 Created"}')
        assert server.process.wait(timeout=30) == 0
        server.start()
        with Actor(server.url, auth=("__token__", secret)) as reader:
            assert reader.download(project, dist).content == dist.content


def test_an_idle_server_ends_at_once_with_the_status_0(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, httpx.Client(base_url=server.url) as idle:
        idle.get("/-/liveness")  # its connection stays open
        asked = time.monotonic()

        assert server.stop() == 0

        assert time.monotonic() - asked < 5.0


def test_a_clean_restart_keeps_everything(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        project, secret = _developer(server)
        dists = [wheel("demo", "1.0"), sdist("demo", "1.0"), wheel("other", "2.0")]
        with Actor(server.url, auth=("__token__", secret)) as developer:
            for dist in dists:
                assert developer.publish(project, dist).status_code == 201
            before = developer.simple(project, "demo").text
        assert server.stop() == 0

        server.start()

        with Actor(server.url, auth=("__token__", secret)) as developer:
            assert developer.simple(project, "demo").text == before
            for dist in dists:
                assert developer.download(project, dist).content == dist.content


@pytest.mark.crash
def test_the_worker_of_a_killed_supervisor_ends_by_itself(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        workers = server.workers()
        assert workers

        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(timeout=10)

        wait_until(lambda: not any(map(is_running, workers)))
        server.start()
        assert httpx.get(f"{server.url}/-/readiness").status_code == 200


@pytest.mark.crash
def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        (worker,) = server.workers()

        os.kill(worker, signal.SIGKILL)

        wait_until(lambda: server.workers() not in ([], [worker]))
        wait_until(lambda: _answers(server))


def _answers(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/-/readiness").status_code == 200
    except httpx.TransportError:
        return False


def _developer(server: Server) -> tuple[int, str]:
    """A project and the token of a developer of it."""
    town = Installation(server.data, server.url)
    project = town.project()
    minted = town.token(town.join(town.user(), project, Role.DEVELOPER))
    town.close()
    return project.id, minted.secret


# A start that cannot be --------------------------------------------------------------------------


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        status, output, errors = start(tmp_path / "other", WHEELYARD_PORT=str(server.port))

    assert (status, output) == (1, "")
    assert errors == (
        f"wheelyard: Cannot listen on 127.0.0.1 port {server.port}: Address already in use; "
        "choose another with --port\n"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)

    status, output, errors = start(locked / "data", *AS_ANYBODY)

    assert (status, output) == (1, "")
    assert errors == f"wheelyard: Permission denied ({locked / 'data'})\n"


@pytest.mark.parametrize("place", ["blobs/staging", "blobs/7f"])
def test_a_store_that_cannot_be_written_is_one_sentence(tmp_path: Path, place: str) -> None:
    data = tmp_path / "data"
    _prepare(data)
    (data / place).chmod(0o555)

    status, output, errors = start(data, *AS_ANYBODY)
    doctor = subprocess.run(
        [*AS_ANYBODY, sys.executable, "-m", "wheelyard", "doctor", "--data", str(data)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (status, output) == (1, "")
    assert errors == f"wheelyard: Permission denied ({data / place})\n"
    assert f"PROBLEM No file can be made in the folder {data / place}.\n" in doctor.stdout
    assert doctor.returncode == 1


def test_a_first_start_without_room_is_one_sentence(tmp_path: Path) -> None:
    status, output, errors = start(tmp_path / "data", "prlimit", "--fsize=2000")

    assert (status, output) == (1, "")
    assert errors.startswith(f"wheelyard: The database {tmp_path / 'data/wheelyard.sqlite'} cannot")
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE users (id INTEGER)", "CREATE TABLE alembic_version (version_num)"]
)
def test_another_programs_database_is_one_sentence(tmp_path: Path, statement: str) -> None:
    database = tmp_path / "data/wheelyard.sqlite"
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)

    status, output, errors = start(database.parent)

    assert (status, output) == (1, "")
    assert errors == (
        f"wheelyard: The database {database} has tables and no revision: "
        "it is another program's or damaged\n"
    )


def test_every_bad_setting_has_its_sentence(tmp_path: Path) -> None:
    status, output, errors = start(
        tmp_path / "data",
        WHEELYARD_PORT="eighty",
        WHEELYARD_DUPLICATES="sometimes",
        WHEELYARD_MAX_FILE_BYTES="-1",
    )

    assert (status, output) == (1, "")
    assert errors == (
        "wheelyard: WHEELYARD_PORT is 'eighty'; it must be a whole number from 1 to 65535.\n"
        "wheelyard: WHEELYARD_MAX_FILE_BYTES is '-1'; "
        "it must be a whole number from 0 to 1125899906842624.\n"
        "wheelyard: WHEELYARD_DUPLICATES is 'sometimes'; it must be allow, refuse or identical.\n"
    )
    assert not (tmp_path / "data").exists()


def test_a_database_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _prepare(data)
    with closing(sqlite3.connect(data / "wheelyard.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    status, output, errors = start(data)

    assert (status, output) == (1, "")
    assert errors == (
        "wheelyard: The database was made by a newer release of Wheelyard; start that one, or "
        "restore a backup from before the upgrade.\n"
    )
    with closing(sqlite3.connect(data / "wheelyard.sqlite")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "wheelyard.sqlite").write_bytes(b"a letter to my aunt " * 500)

    status, output, errors = start(data)

    assert (status, output) == (1, "")
    assert errors == (
        f"wheelyard: The database {data / 'wheelyard.sqlite'} cannot be opened: "
        "file is not a database\n"
    )


def test_a_start_on_a_read_only_database_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _prepare(data)
    for path in [data, *data.glob("wheelyard.sqlite*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    status, output, errors = start(data, *AS_ANYBODY)

    assert (status, output) == (1, "")
    assert errors == (
        f"wheelyard: The database {data / 'wheelyard.sqlite'} cannot be opened: "
        "attempt to write a readonly database\n"
    )


def _prepare(data: Path) -> None:
    firststart.prepare(Settings(data=data), {"WHEELYARD_ROOT_PASSWORD": "x" * 12}, at=utc_now())


def test_a_host_that_has_to_be_looked_up_is_listened_on(tmp_path: Path) -> None:
    # Short for 127.0.0.1, which only the resolver knows, on every machine alike.
    with running(tmp_path / "data", WHEELYARD_HOST="127.1") as server:
        assert httpx.get(f"{server.url}/-/liveness").status_code == 200


@contextmanager
def starting(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server of two workers that has only been told to start; no process of it is left."""
    with subprocess.Popen(
        [sys.executable, "-m", "wheelyard", "serve", "--data", str(data)],
        env=clean_environment(WHEELYARD_PORT=str(free_port()), WHEELYARD_WORKERS="2"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("wait_seconds", [0.4, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2])
def test_a_start_that_is_ended_ends_soon(tmp_path: Path, wait_seconds: float) -> None:
    with starting(tmp_path / "data") as process:
        time.sleep(wait_seconds)  # the moment is the point: it falls into every part of a start
        process.terminate()

        assert process.wait(timeout=BOUND_SECONDS) in {0, -signal.SIGTERM}


def test_workers_that_cannot_hear_yet_end_all_the_same(tmp_path: Path) -> None:
    with starting(tmp_path / "data") as process:
        wait_until(lambda: len(children(process.pid)) == 2)  # they have only just been forked
        process.terminate()

        assert process.wait(timeout=BOUND_SECONDS) == 0
