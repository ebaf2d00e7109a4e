"""An index that nginx serves from files: all that a generator of static pages would make.

Pages in HTML and in JSON, which nginx chooses by what the client accepts, packed beforehand, with
the metadata of each wheel beside it.  It checks nothing, and has nothing to look up.
"""

import contextlib
import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from tests.builders import Dist
from tests.servers import free_port

from benchmarks.endpoints import Broken, Endpoint, ask
from benchmarks.peers import configured_nginx
from wheelyard.pypi.simple import JSON_V1_TYPE

_INDEX = """\
    access_log off;
    map $http_accept $kind {{ default html; "~{pattern}" json; }}
    types {{ {json} json; text/html html; }}
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        location /simple/ {{
            # By its name: $1 would be of the pattern that finds the kind.
            rewrite "^(?<page>.*)/$" $page/index.$kind break;
            gzip_static on;
            add_header Vary Accept;
        }}
    }}
"""

_PROXY = """\
    log_format counted '$request_method $status $body_bytes_sent $uri';
    # Clients say who they are, and what looks whether this has started does not.
    access_log {folder}/access.log counted if=$http_user_agent;
    upstream counted {{ server 127.0.0.1:{to}; keepalive 64; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://counted;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
            proxy_set_header Accept-Encoding $http_accept_encoding;
        }}
    }}
"""


@contextlib.contextmanager
def static_index(
    folder: Path, dists: Mapping[str, Sequence[Dist]], packages: Path
) -> Iterator[Endpoint]:
    """Serve these files, by package, which lie in ``packages`` already; gives the index."""
    _write(folder / "files", dists, packages)
    endpoint = Endpoint("nginx", free_port(), "/simple/")
    pattern = re.escape(JSON_V1_TYPE)
    rest = _INDEX.format(port=endpoint.port, folder=folder, json=JSON_V1_TYPE, pattern=pattern)
    with configured_nginx(folder, rest, endpoint):
        for kind in (JSON_V1_TYPE, "text/html"):
            if ask(endpoint, headers={"Accept": kind}).headers["content-type"] != kind:
                raise Broken(f"The static index has no {kind} for whoever accepts it")
        yield endpoint


@contextlib.contextmanager
def counting(folder: Path, to: Endpoint) -> Iterator[tuple[Endpoint, Path]]:
    """Stand before a server; gives where, and the log with a line for each request."""
    folder.mkdir()
    endpoint = Endpoint(to.server, free_port(), to.path, to.headers)
    rest = _PROXY.format(port=endpoint.port, folder=folder, to=to.port)
    with configured_nginx(folder, rest, endpoint):
        yield endpoint, folder / "access.log"


def _write(folder: Path, dists: Mapping[str, Sequence[Dist]], packages: Path) -> None:
    names = sorted(dists)
    anchors = [f'<a href="/simple/{name}/">{name}</a>' for name in names]
    listed = {"meta": {"api-version": "1.4"}, "projects": [{"name": name} for name in names]}
    _write_page(folder / "simple", "index", anchors, listed)
    for name, files in dists.items():
        target = folder / "files" / name
        target.mkdir(parents=True)
        for dist in files:
            os.link(packages / name / dist.filename, target / dist.filename)
            (target / f"{dist.filename}.metadata").write_bytes(dist.metadata)
        described = {
            "meta": {"api-version": "1.4"},
            "name": name,
            "versions": list(dict.fromkeys(dist.version for dist in files)),
            "files": [_described(name, dist) for dist in files],
        }
        _write_page(folder / "simple" / name, name, [_anchor(name, d) for d in files], described)


def _write_page(folder: Path, title: str, anchors: Sequence[str], described: object) -> None:
    folder.mkdir(parents=True)
    lines = "<br>\n".join(anchors)
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{lines}</body></html>"
    for kind, text in (("html", html), ("json", json.dumps(described, separators=(",", ":")))):
        (folder / f"index.{kind}").write_text(text)
        (folder / f"index.{kind}.gz").write_bytes(gzip.compress(text.encode()))


def _described(name: str, dist: Dist) -> dict[str, object]:
    told: dict[str, object] = {
        "filename": dist.filename,
        "url": f"/files/{name}/{dist.filename}",
        "hashes": {"sha256": dist.sha256},
        "requires-python": _requires_python(dist),
        "size": len(dist.content),
        "upload-time": "2026-01-01T00:00:00Z",
        "yanked": False,
    }
    if dist.filetype == "bdist_wheel":
        told["core-metadata"] = {"sha256": hashlib.sha256(dist.metadata).hexdigest()}
    return told


def _anchor(name: str, dist: Dist) -> str:
    digest = hashlib.sha256(dist.metadata).hexdigest()
    core = f' data-core-metadata="sha256={digest}"' if dist.filetype == "bdist_wheel" else ""
    python = escape(_requires_python(dist))
    return (
        f'<a href="/files/{name}/{dist.filename}#sha256={dist.sha256}"'
        f' data-requires-python="{python}"{core}>{dist.filename}</a>'
    )


def _requires_python(dist: Dist) -> str:
    return dist.metadata.partition(b"Requires-Python: ")[2].partition(b"\n")[0].decode()
