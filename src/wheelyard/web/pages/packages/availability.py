"""What is yanked of a release, and what its package is as a whole: the page and its forms."""

from wheelyard import packages
from wheelyard.facts import NotFound, Sentence
from wheelyard.packages import File, Release
from wheelyard.packages.statuses import MAX_REASON
from wheelyard.pypi.status import PackageStatus
from wheelyard.web.pages.packages import release as release_
from wheelyard.web.pages.view import Answer, Page, Redirect, View


def show(view: View) -> Answer:
    """``GET /{project}/-/packages/{release}/availability``."""
    listed = release_.get_listed(view)
    files = packages.all_files(view.conn, listed.release)
    return Page(
        "package_availability.html",
        {
            **release_.common(view, listed, "availability"),
            "yankable": [file for file in files if file.file.yanked is None],
            "yanked": [file for file in files if file.is_yanked_alone],
            "max_reason": MAX_REASON,
        },
    )


def yank(view: View) -> Answer:
    """``POST …/{release}/yank``."""
    release = _release(view)
    reason = _read_reason(view, "reason")
    packages.yank_release(view.conn, release, reason, by=view.actor, at=view.at)
    said = Sentence("%(name)s %(version)s is yanked.", name=release.name, version=release.version)
    return Redirect(_here(view, release), notice=said)


def unyank(view: View) -> Answer:
    """``POST …/{release}/unyank``."""
    release = _release(view)
    packages.unyank_release(view.conn, release, by=view.actor, at=view.at)
    said = Sentence(
        "%(name)s %(version)s is not yanked any more.", name=release.name, version=release.version
    )
    return Redirect(_here(view, release), notice=said)


def yank_file(view: View) -> Answer:
    """``POST …/{release}/files/yank``: one that was chosen."""
    release = _release(view)
    number = view.params.number("file", required=True)
    reason = _read_reason(view, "file_reason")
    file = _get_file(view, release, number or 0)
    packages.yank_file(view.conn, release, file, reason, by=view.actor, at=view.at)
    said = Sentence("%(name)s is yanked.", name=file.filename)
    return Redirect(_here(view, release), notice=said)


def unyank_file(view: View) -> Answer:
    """``POST …/{release}/files/{file}/unyank``."""
    release = _release(view)
    file = _get_file(view, release, view.number("file"))
    packages.unyank_file(view.conn, release, file, by=view.actor, at=view.at)
    said = Sentence("%(name)s is not yanked by itself any more.", name=file.filename)
    return Redirect(_here(view, release), notice=said)


def change_status(view: View) -> Answer:
    """``POST …/{release}/status``: of the whole package."""
    release = _release(view)
    status = view.params.choice("status", PackageStatus, required=True)
    reason = _read_reason(view, "status_reason")
    standing = packages.get_standing(view.conn, release.project_id, release.normalized_name)
    packages.change_status(
        view.conn, standing, status or standing.status, reason, by=view.actor, at=view.at
    )
    said = Sentence("The status of %(name)s was saved.", name=release.name)
    return Redirect(_here(view, release), notice=said)


def _read_reason(view: View, name: str) -> str:
    reason = view.params.filled_line(name) or ""
    view.params.check()
    return reason


def _release(view: View) -> Release:
    return release_.get_listed(view).release


def _get_file(view: View, release: Release, number: int) -> File:
    file = packages.find_file_of(view.conn, release, number)
    if file is None:
        raise NotFound
    return file


def _here(view: View, release: Release) -> str:
    return f"/{view.project.full_path}/-/packages/{release.id}/availability"
