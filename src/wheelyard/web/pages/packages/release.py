"""One release of a package: its description, files, other versions and downloads."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from wheelyard import forwarding, packages
from wheelyard.access import Permission
from wheelyard.blobs.store import Missing, Sha256
from wheelyard.facts import NotFound, Sentence, Unavailable
from wheelyard.packages import File, FileDetails, ListedRelease
from wheelyard.pypi import contents, description, names, simple
from wheelyard.pypi.contents import Unreadable
from wheelyard.pypi.description import Description
from wheelyard.pypi.names import NormalizedName
from wheelyard.web.details import detail_of
from wheelyard.web.door import A_PROJECT
from wheelyard.web.pages import paging
from wheelyard.web.pages.packages import installing, plots, protected, readme, tags
from wheelyard.web.pages.view import Answer, Page, Redirect, View

_PLOTTED_DAYS = 90
_FILES_SHOWN = 20
_VERSIONS_SHOWN = 50
_MEMBERS_SHOWN = 100
_CHARACTERS_SHOWN = 20_000


def show(view: View) -> Answer:
    """``GET /{project}/-/packages/{release}``: the description, and how to install it."""
    listed = get_listed(view)
    files = packages.all_files(view.conn, listed.release)
    described = _describe(view, files)
    return Page(
        "package.html",
        {
            **common(view, listed, "overview"),
            "described": described,
            "here_by_name": _here_by_name(view, described),
            **installing.of_package(view, listed.release),
        },
        later=partial(_write_readme, described),
    )


def _write_readme(described: Description | None) -> dict[str, object]:
    text = readme.render(described.text, described.content_type) if described else None
    return {"readme": text}


def show_files(view: View) -> Answer:
    """``GET …/{release}/files``: the newest first, behind them the copies that are not served."""
    listed = get_listed(view)
    files = packages.all_files(view.conn, listed.release)
    files.sort(key=lambda file: (file.is_listed, file.file.id), reverse=True)
    window = paging.read_window(view, per_page=_FILES_SHOWN)
    shown = files[window.offset : window.offset + window.limit]
    _ = view.language.gettext
    explained = {
        file.file.id: tags.explain(file.file.filename, _)
        for file in shown
        if file.filetype == names.FileType.WHEEL
    }
    return Page(
        "package_files.html",
        {
            **common(view, listed, "files"),
            "files": shown,
            "replaced": {file.file.filename for file in files if not file.is_listed},
            "pager": paging.make_pager(view, window, len(files), {}),
            "explained": explained,
        },
    )


def show_versions(view: View) -> Answer:
    """``GET …/{release}/versions``: every release of the package, newest version first."""
    listed = get_listed(view)
    window = paging.read_window(view, per_page=_VERSIONS_SHOWN)
    versions = packages.list_versions(view.conn, listed.release.package_id, window)
    return Page(
        "package_versions.html",
        {
            **common(view, listed, "versions"),
            "versions": versions.items,
            "pager": paging.make_pager(view, window, versions.total, {}),
        },
    )


def show_simple(view: View) -> Answer:
    """``GET …/{release}/simple``: what installers are sent of the package, in both forms."""
    listed = get_listed(view)
    name = listed.release.normalized_name
    root = A_PROJECT.root_of(view.project)
    page = packages.find_page(view.conn, view.project.id, name, {})
    assert page is not None  # noqa: S101  its release was found in the same transaction
    return Page(
        "package_simple.html",
        {
            **common(view, listed, "simple"),
            "address": f"{root}/simple/{name}/",
            "base_url": view.base_url,
        },
        later=partial(_show_forms, detail_of(name, page, root)),
    )


def _show_forms(detail: simple.Detail) -> dict[str, object]:
    forms = (
        ("json", "JSON", simple.JSON_V1_TYPE, simple.show_json(detail)),
        ("html", "HTML", "text/html", simple.render_html(detail).decode()),
    )
    return {"forms": [(*form, *_cut(text)) for *form, text in forms]}


def _cut(text: str) -> tuple[str, int]:
    """Return the first lines of a text, and how many are left out."""
    shown = text[:_CHARACTERS_SHOWN].rpartition("\n")[0] if len(text) > _CHARACTERS_SHOWN else text
    return shown, len(text.splitlines()) - len(shown.splitlines())


def show_downloads(view: View) -> Answer:
    """``GET …/{release}/downloads``: by day, version, Python and installer."""
    listed = get_listed(view)
    since = view.at.date() - timedelta(days=_PLOTTED_DAYS - 1)
    counts = packages.download_counts(
        view.conn, view.project.id, listed.release.normalized_name, since=since
    )
    days = [since + timedelta(days=number) for number in range(_PLOTTED_DAYS)]
    by_day = [(view.language.day(day), counts.by_day.get(day, 0)) for day in days]
    _ = view.language.gettext
    return Page(
        "package_downloads.html",
        {
            **common(view, listed, "downloads"),
            "counts": counts,
            "days": plots.by_day(by_day),
            "categories": [
                (_("By version"), plots.by_category(_largest(counts.by_version))),
                (
                    _("By Python version"),
                    plots.by_category(_largest(counts.by_python, _("unknown"))),
                ),
                (_("By installer"), plots.by_category(_largest(counts.by_installer))),
            ],
            "period": _PLOTTED_DAYS,
        },
    )


def _largest(
    counts: Mapping[str, int], unknown: str = "", *, limit: int = 12
) -> list[tuple[str, int]]:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return [(label or unknown, count) for label, count in ordered[:limit]]


def inspect(view: View) -> Answer:
    """``GET …/{release}/files/{file}``: what is inside of one file."""
    listed = get_listed(view)
    file = _file(view, packages.all_files(view.conn, listed.release))
    return Page(
        "package_inspect.html",
        {**common(view, listed, "files"), "file": file},
        later=partial(_look_inside, view, file.file),
    )


def _look_inside(view: View, file: File) -> dict[str, object]:
    filename = names.parse_filename(file.filename)
    member = view.params.peek_text("member", max_length=1000)
    try:
        with view.registry.blobs.local_copy(file.sha256) as path:
            inside = contents.look_inside(path, filename)
            text = contents.read_text(path, filename, member) if member else None
    except (Unreadable, Missing, OSError):
        return {"inside": None}
    window = paging.read_window(view, per_page=_MEMBERS_SHOWN)
    return {
        "inside": inside,
        "member": member,
        "text": text,
        "shown": inside.members[window.offset : window.offset + window.limit],
        "pager": paging.make_pager(view, window, len(inside.members), {}),
    }


def delete_release(view: View) -> Answer:
    """``POST …/{release}/delete``."""
    release = get_listed(view).release
    protected.require_delete(view, release)
    packages.delete_release(view.conn, release, by=view.actor, at=view.at)
    said = Sentence("%(name)s %(version)s was deleted.", name=release.name, version=release.version)
    return Redirect(f"/{view.project.full_path}/-/packages", notice=said)


def delete_file(view: View) -> Answer:
    """``POST …/{release}/files/{file}/delete``; the release goes with its last file."""
    release = get_listed(view).release
    files = packages.all_files(view.conn, release)
    file = _file(view, files)
    protected.require_delete(view, release)
    packages.delete_file(view.conn, release, file.file, by=view.actor, at=view.at)
    home = f"/{view.project.full_path}/-/packages"
    said = Sentence("%(name)s was deleted.", name=file.file.filename)
    return Redirect(home if len(files) == 1 else f"{home}/{release.id}/files", notice=said)


def get_listed(view: View) -> ListedRelease:
    """Return the release that the address names.  Raises NotFound."""
    listed = packages.find_listed(view.conn, view.project.id, view.number("release"))
    if listed is None:
        raise NotFound
    return listed


def _file(view: View, files: list[FileDetails]) -> FileDetails:
    for file in files:
        if file.file.id == view.number("file"):
            return file
    raise NotFound


def common(view: View, listed: ListedRelease, tab: str) -> dict[str, object]:
    """Return what every page about a release shows; ``tab`` is which of them it is."""
    release = listed.release
    return {
        "project": view.project,
        "listed": listed,
        "release": release,
        "tab": tab,
        "version_count": packages.count_versions(view.conn, release.package_id),
        "base": f"/{view.project.full_path}/-/packages/{release.id}",
        "may_delete": view.may(Permission.DELETE_PACKAGES),
        "may_curate": view.may(Permission.CURATE_PACKAGES),
        "marks": protected.mark(view, [release]),
        "forwards": forwarding.is_on(view.conn, view.project, view.settings),
    }


def _describe(view: View, files: list[FileDetails]) -> Description | None:
    """Return what the newest file that is listed says, wheels before sdists."""
    listed = [file for file in files if file.is_listed]
    wheels = [file for file in listed if file.filetype == names.FileType.WHEEL]
    for file in reversed(wheels or listed):
        try:
            content = view.registry.blobs.read(Sha256(file.metadata_sha256))
        except Missing:
            continue
        except Unavailable:
            return None  # as it will be for the others, after just as long
        return description.describe(content)
    return None


def _here_by_name(view: View, described: Description | None) -> dict[NormalizedName, int]:
    """Return which of the requirements are packages of this project: the id of each newest."""
    if described is None:
        return {}
    wanted = {NormalizedName(found.normalized_name) for found in described.requirements}
    return packages.newest_ids(view.conn, view.project.id, wanted)
