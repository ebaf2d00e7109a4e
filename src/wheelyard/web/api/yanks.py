"""Yanking packages and their files (PEP 592); GitLab has none of this.

What GitLab calls a package here is a release of ours.
"""

from typing import Annotated

from msgspec import Meta, Struct

from wheelyard import packages
from wheelyard.web.api.endpoint import NO_CONTENT, Call, NoContent, Reply
from wheelyard.web.api.named_packages import get_file, get_release
from wheelyard.web.api.shown_packages import (
    Package,
    PackageFile,
    shelf,
    show_file,
    show_release,
)
from wheelyard.web.asked import AnyLine
from wheelyard.web.operations import also


class Yank(Struct, kw_only=True, frozen=True):
    """Why something is yanked."""

    reason: Annotated[
        AnyLine, Meta(description="One line, which installers show; it may be left out.")
    ] = ""


def yank_package(call: Call, asked: Yank) -> Reply[Package]:
    """Yank a package with all of its files, those too that come later.

    Installers pass over what is yanked, unless they are asked for exactly its version.  A package
    that is yanked already gets another reason.
    """
    release = get_release(call)
    packages.yank_release(call.conn, release, asked.reason, by=call.actor, at=call.at)
    return Reply(show_release(call, get_release(call), shelf(call, call.project)))


def unyank_package(call: Call) -> NoContent:
    """Take back that a package was yanked.

    Files that were yanked by themselves stay so.
    """
    packages.unyank_release(call.conn, get_release(call), by=call.actor, at=call.at)
    return NO_CONTENT


def yank_package_file(call: Call, asked: Yank) -> Reply[PackageFile]:
    """Yank one file of a package."""
    release = get_release(call)
    file = get_file(call, release)
    packages.yank_file(call.conn, release, file, asked.reason, by=call.actor, at=call.at)
    return Reply(show_file(get_file(call, release)))


@also(409, "The file is yanked with its package, of which that has to be taken back.")
def unyank_package_file(call: Call) -> NoContent:
    """Take back that a file was yanked."""
    release = get_release(call)
    file = get_file(call, release)
    packages.unyank_file(call.conn, release, file, by=call.actor, at=call.at)
    return NO_CONTENT
