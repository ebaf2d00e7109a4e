"""A real nginx before a server, as docs/nginx.md says."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.servers import Server, free_port

ROOT = Path(__file__).parents[2]

_MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def documented(port: int, server: Server) -> str:
    """The configuration of docs/nginx.md, for this server and without HTTPS."""
    config: str
    (config,) = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/nginx.md").read_text(), re.DOTALL)
    for written, meant in (
        ("server 127.0.0.1:8080;", f"server 127.0.0.1:{server.port};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("    ssl_certificate /etc/ssl/packages.example.com.pem;\n", ""),
        ("    ssl_certificate_key /etc/ssl/packages.example.com.key;\n", ""),
        ("alias /var/lib/wheelyard/blobs/;", f"alias {server.data}/blobs/;"),
    ):
        assert config.count(written) == 1, written
        config = config.replace(written, meant)
    return config


@contextmanager
def nginx(folder: Path, server: Server) -> Iterator[str]:
    """An nginx before a server, by its address; it is ended afterwards."""
    subprocess.run([ROOT / "benchmarks/install-peers"], check=True)
    port = free_port()
    folder.mkdir()
    (folder / "site.conf").write_text(documented(port, server))
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))
    path = f"{os.environ['PATH']}:/usr/sbin"
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, env={"PATH": path}, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "nginx has ended"
        try:
            assert httpx.get(f"{url}/-/liveness").status_code == 200
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not answer")
