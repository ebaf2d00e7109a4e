"""The servers that Wheelyard stands beside, each in a process group of its own.

They run as their makers ship them, but for what makes a comparison fair, always in their favour:

- nginx has one worker as we do, writes no access log, and never closes a connection that is in use.
- pypiserver asks for no password.  It has no durable mode: nothing in it calls ``fsync``.
- simple-repository-server serves a folder, and asks for no password.
- devpi-server gets the token of a login, as from its own client, rather than a password that it
  would have to hash for each upload; and has no mirror of another index.  Its database commits to
  the disk, its files do not wait for it.
"""

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.servers import START_SECONDS, clean_environment, free_port

from benchmarks.endpoints import Answer, Broken, Endpoint, ask

STOP_SECONDS = 10.0

_NGINX = """\
{user}
daemon off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 1024; }}
http {{
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    default_type application/octet-stream;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    {rest}
}}
"""

_FILES = """\
    access_log off;
    types {{ text/html html; application/json json; }}
    gzip_static on;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
"""


def find_program(name: str) -> str:
    """Return where a program is; Debian keeps nginx where only root looks."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise Broken(f"{name} is not installed; benchmarks/install-peers does it")
    return found


@contextlib.contextmanager
def nginx(folder: Path, files: Mapping[str, bytes]) -> Iterator[int]:
    """Serve these files at the root; gives the port."""
    (folder / "files").mkdir(parents=True)
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    probe = Endpoint("nginx", free_port(), "/" + next(iter(files)))
    with configured_nginx(folder, _FILES.format(port=probe.port, folder=folder), probe):
        yield probe.port


@contextlib.contextmanager
def configured_nginx(folder: Path, rest: str, probe: Endpoint) -> Iterator[None]:
    """Run an nginx whose servers, and what is special about it, are in ``rest``."""
    # Started by root it would ask as somebody who cannot read a temporary folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(user=user, rest=rest))
    command = [find_program("nginx"), "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    with started(command, probe, folder / "nginx.log"):
        yield


@contextlib.contextmanager
def pypiserver(programs: Path, folder: Path, *, backend: str = "simple-dir") -> Iterator[Endpoint]:
    """Start pypiserver on an empty folder; gives where to upload.

    It lists the folder for each request, unless its backend is ``cached-dir``.
    """
    packages = folder / "packages"
    packages.mkdir(parents=True)
    endpoint = Endpoint("pypiserver", free_port(), "/")
    command = [str(programs / "pypi-server"), "run", "--interface", "127.0.0.1"]
    command += ["--port", str(endpoint.port), "--backend", backend]
    command += ["-P", ".", "-a", ".", str(packages)]
    with started(command, endpoint, folder / "pypiserver.log"):
        yield endpoint


@contextlib.contextmanager
def simple_repository_server(programs: Path, folder: Path, packages: Path) -> Iterator[Endpoint]:
    """Serve a folder that has one of its own for each package; gives the index."""
    folder.mkdir()
    endpoint = Endpoint("simple-repository", free_port(), "/simple/")
    command = [str(programs / "simple-repository-server"), "--host", "127.0.0.1"]
    command += ["--port", str(endpoint.port), str(packages)]
    with started(command, endpoint, folder / "simple-repository.log"):
        yield endpoint


@contextlib.contextmanager
def devpi(programs: Path, folder: Path) -> Iterator[Endpoint]:
    """Start devpi-server with one empty index; gives where to upload."""
    folder.mkdir(parents=True)
    place = ["--serverdir", str(folder / "server")]
    init = [str(programs / "devpi-init"), *place, "--no-root-pypi"]
    subprocess.run(init, check=True, capture_output=True, timeout=60, env=clean_environment())
    port = free_port()
    command = [str(programs / "devpi-server"), *place, "--host", "127.0.0.1", "--port", str(port)]
    with started(command, Endpoint("devpi-server", port, "/+api"), folder / "devpi.log"):
        yield _devpi_index(port)


def _devpi_index(port: int) -> Endpoint:
    login = _send_json(port, "POST", "/+login", {"user": "root", "password": ""}, {})
    token = json.loads(login.body)["result"]["password"]
    secret = base64.b64encode(f"root:{token}".encode()).decode()
    headers = {"X-Devpi-Auth": secret}
    _send_json(port, "PUT", "/root/bench", {"type": "stage", "bases": []}, headers)
    return Endpoint("devpi-server", port, "/root/bench/", headers)


def _send_json(
    port: int, method: str, path: str, content: object, headers: Mapping[str, str]
) -> Answer:
    sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    answer = ask(Endpoint("devpi-server", port, path), method, json.dumps(content).encode(), sent)
    if answer.status != 200:
        raise Broken(f"devpi-server answered {answer.status} to {method} {path}: {answer.body!r}")
    return answer


@contextlib.contextmanager
def started(command: Sequence[str], probe: Endpoint, log: Path) -> Iterator[None]:
    """Run a server until the end of the block, whatever happens in it."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env=clean_environment(),
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, probe, log)
        yield
    finally:
        _end(process)


def _wait_until_ready(process: subprocess.Popen[bytes], probe: Endpoint, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if ask(probe).status == 200:
                return
        time.sleep(0.05)
    raise Broken(f"{probe.server} did not start:\n{log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=STOP_SECONDS)
