"""What a package's simple page says, by what is known of the package and where its files are."""

from urllib.parse import quote

from wheelyard.packages import File, PackagePage
from wheelyard.pypi import simple
from wheelyard.pypi.names import NormalizedName


def detail_of(name: NormalizedName, page: PackagePage, root: str) -> simple.Detail:
    """Return the page of a package; ``root`` is the root-relative URL of its registry."""
    return simple.Detail(
        name=name,
        shown_name=page.name,
        serial=page.serial,
        versions=page.versions,
        files=[_file(root, file) for file in page.files],
        status=page.status,
        status_reason=page.status_reason,
    )


def _file(root: str, file: File) -> simple.SimpleFile:
    # A local version has a "+", which is sent encoded lest somebody read it as a space.
    return simple.SimpleFile(
        filename=file.filename,
        url=f"{root}/files/{file.sha256}/{quote(file.filename)}",
        sha256=file.sha256,
        requires_python=file.requires_python,
        size=file.size,
        uploaded_at=file.created_at,
        yanked=file.yanked,
        core_metadata=file.core_metadata,
    )
