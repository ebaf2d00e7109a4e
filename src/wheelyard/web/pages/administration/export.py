"""The journal as a file: what the filter shows, made while it goes out, whatever its length."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from anyio import CancelScope, create_task_group
from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import journal, mentions
from wheelyard.access import Permission
from wheelyard.facts import Invalid
from wheelyard.journal import Filter, Recorded
from wheelyard.mentions import Mentions, Named
from wheelyard.registry import Registry
from wheelyard.web import params
from wheelyard.web.headers import Headers, start
from wheelyard.web.pages import rendering, visits
from wheelyard.web.pages.administration import journal as page
from wheelyard.web.pages.admission import Gate

_PER_PIECE = 1000


@dataclass(frozen=True, slots=True)
class Format:
    """How entries are written."""

    content_type: str
    filename: str
    write: Callable[[Sequence[Recorded], Mentions], bytes]
    head: bytes = b""


class JournalExport:
    """``GET /admin/journal.csv`` and ``.jsonl``: all that fits the filter, newest first."""

    permission = Permission.ADMINISTER

    def __init__(self, registry: Registry, written: Format) -> None:
        self._registry = registry
        self._gate = Gate(registry, self.permission)
        self._format = written

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer piece by piece, each made in a worker thread, as long as somebody listens."""
        wanted = await run_sync(self._admit, scope)
        await send(start(HTTPStatus.OK, self._head()))
        pieces = iter(()) if scope["method"] == "HEAD" else self._pieces(wanted)
        async with create_task_group() as tasks:
            tasks.start_soon(_cancel_when_gone, receive, tasks.cancel_scope)
            while piece := await run_sync(next, pieces, b""):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            tasks.cancel_scope.cancel()

    def _admit(self, scope: Scope) -> Filter:
        read = params.read(scope["query_string"], "", b"")
        with self._registry.database.read() as conn:
            wanted = page.read(self._gate.admit(conn, scope, visits.read(scope), read))
        if wanted.wrong:
            raise Invalid(" ".join(wanted.wrong.values()))
        return wanted.filter

    def _head(self) -> Headers:
        named = f'attachment; filename="{self._format.filename}"'
        return [
            *rendering.HEADERS,
            (b"content-type", self._format.content_type.encode()),
            (b"content-disposition", named.encode()),
        ]

    def _pieces(self, wanted: Filter) -> Iterator[bytes]:
        """Yield the entries piece by piece, each read in a moment of its own."""
        if self._format.head:
            yield self._format.head
        before: int | None = None
        while True:
            with self._registry.database.read() as conn:
                entries = journal.list_entries(conn, wanted, limit=_PER_PIECE, before_serial=before)
                names = mentions.resolve(conn, entries)
            if not entries:
                return
            yield self._format.write(entries, names)
            before = entries[-1].serial


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


_COLUMNS = (
    "serial",
    "at",
    "action",
    "actor",
    "actor_id",
    "actor_token_id",
    "project",
    "project_id",
    "group",
    "group_id",
    "user",
    "user_id",
    "token_id",
    "package",
    "details",
)
_CSV_HEAD = (",".join(_COLUMNS) + "\r\n").encode()
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _write_csv(entries: Sequence[Recorded], names: Mentions) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    for recorded in entries:
        row = _row(recorded, names)
        row["details"] = json.dumps(row["details"], ensure_ascii=False)
        writer.writerow([_defuse(row[name]) for name in _COLUMNS])
    return text.getvalue().encode()


def _defuse(value: object) -> object:
    """Let no spreadsheet take a text for a formula (OWASP, "CSV Injection")."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_lines(entries: Sequence[Recorded], names: Mentions) -> bytes:
    rows = (json.dumps(_row(recorded, names), ensure_ascii=False) for recorded in entries)
    return "".join(f"{row}\n" for row in rows).encode()


def _row(recorded: Recorded, names: Mentions) -> dict[str, object]:
    entry, actor = recorded.entry, recorded.actor
    return {
        "serial": recorded.serial,
        "at": recorded.at.isoformat().replace("+00:00", "Z"),
        "action": entry.action,
        "actor": _known(names.users.get(actor.user_id or 0)),
        "actor_id": actor.user_id,
        "actor_token_id": actor.token_id,
        "project": _known(names.projects.get(entry.project_id or 0)),
        "project_id": entry.project_id,
        "group": _known(names.groups.get(entry.namespace_id or 0)),
        "group_id": entry.namespace_id,
        "user": _known(names.users.get(entry.user_id or 0)),
        "user_id": entry.user_id,
        "token_id": entry.token_id,
        "package": entry.package,
        "details": dict(recorded.details),
    }


def _known(named: Named | None) -> str | None:
    return named.name if named else None


CSV = Format("text/csv; charset=utf-8", "journal.csv", _write_csv, _CSV_HEAD)
JSON_LINES = Format("application/x-ndjson", "journal.jsonl", _write_lines)
