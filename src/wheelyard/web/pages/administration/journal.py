"""The journal: filtered, and paged by serial."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from wheelyard import journal, projects, users
from wheelyard.journal import Filter, Recorded
from wheelyard.namespaces import is_id
from wheelyard.web.pages.administration import sentences
from wheelyard.web.pages.view import Answer, Page, View

_PER_PAGE = 50
_FIRST_YEAR, _LAST_YEAR = 1970, 9998  # so that no zone or span leaves the calendar
_NOBODY = -1
"""An id that nothing has: of what was not found."""

_PARAMETERS = ("actor", "action", "project", "since", "until")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filter's fields say, as it was typed and as it was understood."""

    typed: dict[str, str]
    filter: Filter
    wrong: dict[str, str] = field(default_factory=dict)
    """By field, what is wrong with it."""


def show(view: View) -> Answer:
    """``GET /admin/journal``."""
    wanted = read(view)
    before, after = _read_serial(view, "before"), _read_serial(view, "after")
    entries = journal.list_entries(
        view.conn,
        wanted.filter,
        limit=_PER_PAGE + 1,
        before_serial=before,
        after_serial=after,
    )
    is_cut = len(entries) > _PER_PAGE
    if is_cut:  # by the one that was asked for to know whether there are more
        entries = entries[1:] if after is not None else entries[:-1]
    typed = {name: value for name, value in wanted.typed.items() if value}
    return Page(
        "administration/journal.html",
        {
            "told": sentences.tell_all(view, entries),
            "actions": _choices(),
            "typed": wanted.typed,
            "wrong": wanted.wrong,
            "is_filtered": bool(typed),
            "query": urlencode(typed),
            "newer": _newer(entries, is_cut=is_cut, before=before, after=after),
            "older": _older(entries, is_cut=is_cut, after=after),
        },
    )


def _newer(
    entries: Sequence[Recorded], *, is_cut: bool, before: int | None, after: int | None
) -> int | None:
    """Return the serial after which the next newer page begins."""
    if after is not None:
        return entries[0].serial if is_cut else None
    if before is None:
        return None
    return entries[0].serial if entries else before - 1


def _older(entries: Sequence[Recorded], *, is_cut: bool, after: int | None) -> int | None:
    """Return the serial before which the next older page begins."""
    if after is not None:
        return entries[-1].serial if entries else after + 1
    return entries[-1].serial if is_cut else None


# What is wanted ----------------------------------------------------------------------------------


def read(view: View) -> Wanted:
    """Read the filter's fields; what cannot be found finds nothing, and says so."""
    _ = view.language.gettext
    typed = {name: view.params.peek_text(name).strip() for name in _PARAMETERS}
    wrong: dict[str, str] = {}
    actor_id = _find(view, typed["actor"], _find_user)
    if actor_id == _NOBODY:
        wrong["actor"] = _("There is no user of this name.")
    project_id = _find(view, typed["project"], _find_project)
    if project_id == _NOBODY:
        wrong["project"] = _("There is no project with this path.")
    days = {name: _read_day(typed[name]) for name in ("since", "until")}
    for name, day in days.items():
        if typed[name] and day is None:
            wrong[name] = _("This is no day: write it as 2031-12-31.")
    understood = Filter(
        actor_id=actor_id,
        action=typed["action"],
        project_id=project_id,
        since=_begin(view, days["since"]),
        until=_begin(view, days["until"], later=timedelta(days=1)),
    )
    return Wanted(typed, understood, wrong)


def _find(view: View, text: str, find: Callable[[View, str], int | None]) -> int | None:
    if not text:
        return None
    found = find(view, text)
    return _NOBODY if found is None else found


def _find_user(view: View, name: str) -> int | None:
    user = users.find_by_username(view.conn, name.removeprefix("@"))
    return user.id if user else journal.find_deleted(view.conn, "user.deleted", name)


def _find_project(view: View, path: str) -> int | None:
    project = projects.find(view.conn, path.strip("/"))
    return project.id if project else journal.find_deleted(view.conn, "project.deleted", path)


def _choices() -> list[str]:
    """Return what can be chosen: everything about something, and each thing done to it."""
    nouns = {action.partition(".")[0] + "." for action in journal.ACTIONS}
    return sorted([*nouns, *journal.ACTIONS])


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _begin(view: View, day: date | None, later: timedelta = timedelta()) -> datetime | None:
    """Return the first moment of a day, or of one after it, where the reader is."""
    if day is None:
        return None
    return datetime.combine(day + later, time.min, tzinfo=view.language.zone)


def _read_serial(view: View, name: str) -> int | None:
    text = view.params.peek_text(name)
    return int(text) if is_id(text) else None
