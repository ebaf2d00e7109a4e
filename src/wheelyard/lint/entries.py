"""What a package's page says of each of its files."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelyard.lint.findings import Findings, error, gather, note, warning
from wheelyard.lint.pages import DIGEST, Digests, Link, last_part, text_of
from wheelyard.lint.subjects import Subject
from wheelyard.pypi.names import (
    Filename,
    InvalidFilename,
    normalize_version,
    parse_filename,
)

FILENAME_INVALID = warning(
    "filename-invalid",
    "Binary distribution format, PEP 625",
    "List wheels and sdists whose names say package and version; clients pass over others.",
)
FILENAME_FOREIGN = error(
    "filename-foreign", "PEP 503", "List the files of this package alone: clients pass over others."
)
FILENAME_TWICE = error(
    "filename-twice",
    "PEP 503",
    "List each file name once, with the digest of what its address serves.",
)
LINK_BROKEN = error("link-broken", "RFC 3986", "Give each file an address.")
LINK_NAMED_OTHERWISE = error(
    "link-named-otherwise",
    "PEP 503",
    "End each address in the file name, which is also the text of the link.",
)
LINK_INSECURE = error(
    "link-insecure",
    "RFC 9110, 17.1",
    "Link from https:// to https:// alone; behind a proxy, tell the index its address.",
)
LINK_ELSEWHERE = note(
    "link-elsewhere",
    "RFC 9110, 11.5",
    "Make sure that files there need no credentials, or others: clients do not bring yours.",
)
PLUS_UNENCODED = warning(
    "plus-unencoded",
    "RFC 3986, 2.2",
    "Write %2B for the + of a local version: some servers and clients take it for a space.",
)
DIGESTS_MISSING = error("digests-missing", "PEP 691", "Give each file hashes, even if it is empty.")
DIGEST_MISSING = warning(
    "digest-missing",
    "PEP 503, PEP 691",
    "Give each file its sha256: without it Poetry reads whole files and uv checks nothing.",
)
DIGEST_MALFORMED = error("digest-malformed", "PEP 503", "Write #sha256= and 64 hexadecimal digits.")
SIZE_MISSING = warning("size-missing", "PEP 700", "Give each file its size, in bytes.")
UPLOAD_TIME_MISSING = warning(
    "upload-time-missing",
    "PEP 700",
    "Say when each file was uploaded: pip --uploaded-prior-to fails without, and uv with "
    "exclude-newer sees no file.",
)
UPLOAD_TIME_MALFORMED = error(
    "upload-time-malformed",
    "PEP 700",
    "Write yyyy-mm-ddThh:mm:ss.ffffffZ, in UTC, with at most six digits of a second's fraction.",
)
VERSIONS_MISSING = warning("versions-missing", "PEP 700", "List the package's versions.")
VERSIONS_INCOMPLETE = warning(
    "versions-incomplete", "PEP 700", "List the version of each file among versions."
)
REQUIRES_PYTHON_INVALID = error(
    "requires-python-invalid",
    "PEP 440, PEP 345",
    "Write a version specifier, such as >=3.11: with another, files are passed over or everything "
    "stops.",
)
REQUIRES_PYTHON_UNESCAPED = warning(
    "requires-python-unescaped", "PEP 503", "Escape < and > in data-requires-python."
)
YANKED_MALFORMED = error(
    "yanked-malformed", "PEP 592, PEP 691", "Let yanked be true, false or a reason that is text."
)
METADATA_UNANNOUNCED = warning(
    "metadata-unannounced",
    "PEP 658, PEP 714",
    "Serve each wheel's METADATA beside it and announce it: resolvers read whole wheels without.",
)
METADATA_MALFORMED = error(
    "metadata-malformed",
    "PEP 714",
    "Let core-metadata be true, false or an object of digests; in HTML, true or sha256=….",
)
METADATA_UNHASHED = warning(
    "metadata-unhashed", "PEP 658", "Announce metadata with its sha256, so that it can be checked."
)
METADATA_OLD_NAME = note(
    "metadata-old-name",
    "PEP 714",
    "In JSON say core-metadata alone, for pip 23.0 misreads dist-info-metadata; in HTML say both, "
    "for older clients know one of them.",
)
PROVENANCE_MALFORMED = warning(
    "provenance-malformed", "PEP 740", "Let provenance be an address with https://, or null."
)

_HEX64 = re.compile(r"[0-9a-fA-F]{64}\Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\Z", re.ASCII)


def _parse(link: Link) -> Filename | None:
    try:
        return parse_filename(link.text)
    except InvalidFilename:
        return None


def check_filenames(subject: Subject) -> Findings:
    """See whether the files are the package's, each once."""
    links = subject.links
    parsed = [(link, _parse(link)) for link in links]
    broken = (link.text or link.href for link, name in parsed if name is None)
    told = "it is no name of a wheel or an sdist."
    yield from gather(FILENAME_INVALID, subject.url, broken, told)
    foreign = (link.text for link, name in parsed if name and name.name != subject.name)
    yield from gather(FILENAME_FOREIGN, subject.url, foreign, "it is of another package.")
    counted = Counter(link.text for link in links)
    twice = (name for name, count in counted.items() if count > 1)
    yield from gather(FILENAME_TWICE, subject.url, twice, "it is listed more than once.")


def check_links(subject: Subject) -> Findings:
    """Look at the addresses of the files, in either form."""
    for form in subject.forms:
        links, here = form.page.links, urlsplit(form.answer.url)
        broken = (link.text for link in links if not link.href or not link.url)
        yield from gather(LINK_BROKEN, subject.url, broken, "it has no address.")
        sound = [(link, urlsplit(link.url)) for link in links if link.href and link.url]
        renamed = (link.text for link, _ in sound if last_part(link.url) != link.text)
        told = "its address ends in another name."
        yield from gather(LINK_NAMED_OTHERWISE, subject.url, renamed, told)
        if here.scheme == "https":
            insecure = (link.text for link, url in sound if url.scheme != "https")
            yield from gather(LINK_INSECURE, subject.url, insecure, "it is reached without https.")
        elsewhere = (link.text for link, url in sound if url.netloc != here.netloc)
        yield from gather(LINK_ELSEWHERE, subject.url, elsewhere, "it is on another host.")
        plus = (link.text for link, url in sound if "+" in url.path.rpartition("/")[2])
        yield from gather(PLUS_UNENCODED, subject.url, plus, "its address has a bare +.")


def check_requirements(subject: Subject) -> Findings:
    """Look at what each file requires of Python."""
    broken = (link.text for link in subject.links if not _is_specifier(link.requires_python))
    told = "its requires-python is no specifier."
    yield from gather(REQUIRES_PYTHON_INVALID, subject.url, broken, told)
    if subject.html:
        raw = re.compile(r"""data-requires-python\s*=\s*(?:"[^"]*[<>]|'[^']*[<>])""")
        bare = (link.text for link in subject.html.page.links if raw.search(link.source))
        told = "its data-requires-python has a bare < or >."
        yield from gather(REQUIRES_PYTHON_UNESCAPED, subject.url, bare, told)


def _is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def check_digests(subject: Subject) -> Findings:
    """Look at the digests of the files, in either form."""
    for form in subject.forms:
        links, is_json = form.page.links, form is subject.json
        if is_json:
            absent = (
                link.text for link in links if not isinstance(link.fields.get("hashes"), dict)
            )
            yield from gather(DIGESTS_MISSING, subject.url, absent, "it has no hashes.")
        malformed = {link.text for link in links if _is_malformed(link, is_json=is_json)}
        told = "its digest cannot be read."
        yield from gather(DIGEST_MALFORMED, subject.url, sorted(malformed), told)
        bare = (
            link.text
            for link in links
            if not link.digests.get("sha256") and link.text not in malformed
        )
        told = f"it has no sha256 in {'JSON' if is_json else 'HTML'}."
        yield from gather(DIGEST_MISSING, subject.url, bare, told)


def _is_malformed(link: Link, *, is_json: bool) -> bool:
    if not is_json and link.href.partition("#")[2].startswith("sha256") and not link.digests:
        return True
    return not _is_sound(link.digests)


def _is_sound(digests: Digests) -> bool:
    return "sha256" not in digests or _HEX64.match(digests["sha256"]) is not None


def check_times_and_sizes(subject: Subject) -> Findings:
    """Look at what only JSON says of files."""
    if not subject.json:
        return
    links, url = subject.json.page.links, subject.url
    sizeless = (link.text for link in links if not _is_size(link.fields.get("size")))
    yield from gather(SIZE_MISSING, url, sizeless, "it has no size.")
    times = [(link.text, link.fields.get("upload-time")) for link in links]
    timeless = (name for name, time in times if time is None)
    yield from gather(UPLOAD_TIME_MISSING, url, timeless, "it has no upload-time.")
    malformed = (name for name, time in times if time is not None and not _is_time(time))
    yield from gather(UPLOAD_TIME_MALFORMED, url, malformed, "its upload-time is malformed.")


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.match(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def check_versions(subject: Subject) -> Findings:
    """See whether all versions of the files are listed, which only JSON does."""
    if not subject.json:
        return
    versions = subject.json.page.meta.get("versions")
    if not isinstance(versions, list):
        yield VERSIONS_MISSING(subject.url, "The JSON has no list of versions.")
        return
    listed = set(_normalize(versions))
    unlisted = (
        link.text
        for link in subject.json.page.links
        if (name := _parse(link)) and name.version not in listed
    )
    told = "its version is not among versions."
    yield from gather(VERSIONS_INCOMPLETE, subject.url, unlisted, told)


def _normalize(versions: Iterable[object]) -> Iterable[str]:
    for version in versions:
        try:
            yield normalize_version(str(version))
        except ValueError:
            yield str(version)


def check_marks(subject: Subject) -> Findings:
    """Look at yanks and provenance as JSON writes them."""
    if not subject.json:
        return
    links, url = subject.json.page.links, subject.url
    broken = (
        link.text for link in links if not isinstance(link.fields.get("yanked", False), bool | str)
    )
    yield from gather(YANKED_MALFORMED, url, broken, "its yanked is neither a reason nor a truth.")
    misled = (link.text for link in links if not _is_provenance(link.fields.get("provenance")))
    yield from gather(PROVENANCE_MALFORMED, url, misled, "its provenance is no https address.")


def _is_provenance(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.startswith("https://"))


def check_announcements(subject: Subject) -> Findings:
    """See whether the metadata of each wheel is announced, and how."""
    for form in subject.forms:
        links, is_json, url = form.page.links, form is subject.json, subject.url
        wheels = (link for link in links if link.text.endswith(".whl") and link.metadata is None)
        told = f"its metadata is not announced in {'JSON' if is_json else 'HTML'}."
        yield from gather(METADATA_UNANNOUNCED, url, (link.text for link in wheels), told)
        malformed = {link.text for link in links if not _is_announcement(link, is_json=is_json)}
        told = "what it announces of its metadata cannot be read."
        yield from gather(METADATA_MALFORMED, url, sorted(malformed), told)
        bare = (
            link.text
            for link in links
            if link.metadata is not None and not link.metadata and link.text not in malformed
        )
        yield from gather(METADATA_UNHASHED, url, bare, "its metadata is announced without digest.")
        old = (link.text for link in links if _is_old_name(link, is_json=is_json))
        yield from gather(
            METADATA_OLD_NAME, url, old, "its metadata has an older name, or one of two."
        )


def _is_announcement(link: Link, *, is_json: bool) -> bool:
    if is_json:
        value = link.fields.get("core-metadata", link.fields.get("dist-info-metadata"))
        if not isinstance(value, bool | dict | None):
            return False
        return _is_sound(link.metadata or {})
    values = (link.fields.get(f"data-{name}") for name in ("core-metadata", "dist-info-metadata"))
    return _is_sound(link.metadata or {}) and all(
        value in (None, "true", "false") or DIGEST.match(text_of(value)) for value in values
    )


def _is_old_name(link: Link, *, is_json: bool) -> bool:
    if is_json:
        return "dist-info-metadata" in link.fields
    both = ("data-core-metadata", "data-dist-info-metadata")
    return len([name for name in both if name in link.fields]) == 1
