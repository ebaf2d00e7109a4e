"""What an administrator decides before start: one frozen record, read once.

Every field has a default, so that ``wheelyard serve`` works with no configuration, and says what it
means.  The page ``docs/settings.md`` lists exactly these fields; a test holds the two together.
"""

import ipaddress
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, get_type_hints

from wheelyard import addresses
from wheelyard.facts import Sentence
from wheelyard.pypi import names
from wheelyard.pypi.names import InvalidPrefix, NormalizedName

PREFIX = "WHEELYARD_"

FROM_OPTIONS = "_WHEELYARD_FROM_OPTIONS"
"""The variable by which the command line tells worker processes which settings were options."""

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")

MAX_FILE_BYTES_LIMIT = 1 << 50
"""The largest limit on a file that can be set, in bytes."""

MAX_COUNT = 1_000_000_000
"""The largest number of requests or failures that can be allowed in a period."""

OBJECT_STORES = ("s3://", "gs://", "az://")
"""How an address begins that is not of a folder."""

_FOLDER = re.compile(r"file://.+\Z")
_BUCKET = re.compile(
    r"(?:s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9._=-]+)*\Z"
)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


class Duplicates(StrEnum):
    """What happens to a file name that its release already has."""

    ALLOW = "allow"
    """Each upload is kept as a file of its own, and the newest is served."""

    REFUSE = "refuse"
    """The second upload is refused."""

    IDENTICAL = "identical"
    """The same bytes succeed without a new file; other bytes are refused."""


class FileDelivery(StrEnum):
    """Who sends the bytes of files."""

    DIRECT = "direct"
    """The registry itself."""

    X_ACCEL = "x-accel"
    """nginx before it, which is told where they are."""

    REDIRECT = "redirect"
    """The object store, which clients are sent to."""


class InvalidSettings(Exception):  # noqa: N818  reads as the sentence that it is
    """Every problem of the environment at once, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Settings:
    """The effective settings of one installation, each with its meaning.

    Names and examples in a meaning stand between backticks.
    """

    data: Annotated[
        Path,
        Sentence("The folder that holds everything: the database, the files, uploads in flight."),
    ] = Path("data")

    host: Annotated[str, Sentence("The address to listen on.")] = "127.0.0.1"

    port: Annotated[int, Sentence("The port to listen on.")] = 8080

    workers: Annotated[int, Sentence("How many processes answer requests.")] = 1

    base_url: Annotated[
        str,
        Sentence(
            "The address people use, such as `https://packages.example.com`; empty: as requested."
        ),
    ] = ""

    database_url: Annotated[
        str,
        Sentence("Where the database is; empty: `wheelyard.sqlite` in the data folder."),
    ] = ""

    blobs_url: Annotated[
        str,
        Sentence(
            "Where the files are, a folder or an object store such as `s3://bucket/prefix`; empty: "
            "`blobs` in the data folder."
        ),
    ] = ""

    max_file_bytes: Annotated[
        int,
        Sentence("The largest file that may be uploaded, in bytes; 0 is no limit."),
    ] = 52_428_800

    packages_enabled: Annotated[
        bool,
        Sentence("The instance's switch for packages; off, no package route answers."),
    ] = True

    duplicates: Annotated[
        Duplicates,
        Sentence("What happens to a file name that its release already has."),
    ] = Duplicates.ALLOW

    forwarding: Annotated[
        bool,
        Sentence("Whether clients are sent to the upstream index for packages that are not here."),
    ] = False

    forwarding_locked: Annotated[
        bool,
        Sentence("Whether groups and projects have to do as the instance does about forwarding."),
    ] = False

    upstream_url: Annotated[
        str,
        Sentence(
            "The index that is forwarded to, such as `https://mirror.example.com/simple`; empty: "
            "nothing is forwarded."
        ),
    ] = ""

    reserved_prefixes: Annotated[
        tuple[NormalizedName, ...],
        Sentence(
            "Names that are never forwarded, with all that begin with one and a hyphen: `acme` is "
            "also `acme-tools`."
        ),
    ] = ()

    anyone_can_pull: Annotated[
        bool,
        Sentence("Whether private projects may let anybody install their packages."),
    ] = True

    rate_limit_anonymous: Annotated[
        int,
        Sentence(
            "How many requests without a token one address may make in a period; 0 is no limit."
        ),
    ] = 0

    rate_limit_user: Annotated[
        int,
        Sentence("How many requests one user or deploy token may make in a period; 0 is no limit."),
    ] = 0

    rate_limit_seconds: Annotated[
        int, Sentence("How many seconds the period of these two limits has.")
    ] = 15

    auth_failures: Annotated[
        int,
        Sentence(
            "How many wrong tokens and passwords may come from one address in a minute; 0 is no "
            "limit."
        ),
    ] = 30

    file_delivery: Annotated[
        FileDelivery,
        Sentence(
            "Who sends the bytes of files: `direct`, the registry; `x-accel`, nginx before it; "
            "`redirect`, the object store."
        ),
    ] = FileDelivery.DIRECT

    trusted_proxies: Annotated[
        tuple[str, ...],
        Sentence(
            "Addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."
        ),
    ] = ()

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        if self.database_url:
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.data / "wheelyard.sqlite"

    @property
    def blobs_path(self) -> Path:
        """The folder of the blobs; beside an object store, of uploads in flight alone."""
        if self.blobs_url and not self.has_object_store:
            return Path(self.blobs_url.removeprefix("file://"))
        return self.data / "blobs"

    @property
    def has_object_store(self) -> bool:
        """Whether the files are in an object store, and not in a folder."""
        return self.blobs_url.startswith(OBJECT_STORES)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``WHEELYARD_*``.  Raises InvalidSettings with every problem found."""
        reader = _Reader(environment)
        settings = cls(
            data=Path(reader.text("DATA", "data")).absolute(),
            host=reader.text("HOST", cls.host),
            port=reader.number("PORT", cls.port, low=1, high=65_535),
            workers=reader.number("WORKERS", cls.workers, low=1, high=256),
            base_url=reader.base_url(),
            database_url=reader.url("DATABASE_URL", "sqlite:///", "sqlite:///path/to/file"),
            blobs_url=reader.blobs_url(),
            max_file_bytes=reader.number(
                "MAX_FILE_BYTES", cls.max_file_bytes, low=0, high=MAX_FILE_BYTES_LIMIT
            ),
            packages_enabled=reader.switch("PACKAGES_ENABLED", default=cls.packages_enabled),
            duplicates=reader.duplicates(),
            forwarding=reader.switch("FORWARDING", default=cls.forwarding),
            forwarding_locked=reader.switch("FORWARDING_LOCKED", default=cls.forwarding_locked),
            upstream_url=reader.upstream_url(),
            reserved_prefixes=reader.prefixes(),
            anyone_can_pull=reader.switch("ANYONE_CAN_PULL", default=cls.anyone_can_pull),
            rate_limit_anonymous=reader.number(
                "RATE_LIMIT_ANONYMOUS", cls.rate_limit_anonymous, low=0, high=MAX_COUNT
            ),
            rate_limit_user=reader.number(
                "RATE_LIMIT_USER", cls.rate_limit_user, low=0, high=MAX_COUNT
            ),
            rate_limit_seconds=reader.number(
                "RATE_LIMIT_SECONDS", cls.rate_limit_seconds, low=1, high=86_400
            ),
            auth_failures=reader.number("AUTH_FAILURES", cls.auth_failures, low=0, high=MAX_COUNT),
            file_delivery=reader.file_delivery(),
            trusted_proxies=reader.networks("TRUSTED_PROXIES"),
        )
        reader.require_deliverable(settings)
        if reader.problems:
            raise InvalidSettings(reader.problems)
        return settings


class Origin(StrEnum):
    """Where the value of a setting comes from."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    OPTION = "option"
    """Of the command line."""

    PAGE = "page"
    """An administrator has set it while the registry ran."""


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting as it is in force, fit to be shown: a password in it is masked."""

    name: str
    """The variable's."""

    value: str
    meaning: Sentence
    origin: Origin


def effective(
    settings: Settings, environment: Mapping[str, str], *, on_page: Collection[str] = ()
) -> list[Effective]:
    """Return every setting, in the order in which they are declared.

    ``on_page`` are the fields whose values an administrator has set at run time.
    """
    options = environment.get(FROM_OPTIONS, "").split(",")
    return [
        Effective(
            name=PREFIX + declared.name.upper(),
            value=_shown(getattr(settings, declared.name)),
            meaning=meaning(declared.name),
            origin=Origin.PAGE
            if declared.name in on_page
            else _origin(PREFIX + declared.name.upper(), environment, options),
        )
        for declared in fields(settings)
    ]


def meaning(name: str) -> Sentence:
    """Return what the field of a name means."""
    said: Sentence = get_type_hints(Settings, include_extras=True)[name].__metadata__[0]
    return said


def _origin(name: str, environment: Mapping[str, str], options: list[str]) -> Origin:
    if name in options:
        return Origin.OPTION
    return Origin.ENVIRONMENT if environment.get(name, "").strip() else Origin.DEFAULT


def _shown(value: object) -> str:
    """Write a value as one would write it into the environment."""
    if isinstance(value, tuple):
        return ",".join(value)
    text = str(value)
    return text.lower() if isinstance(value, bool) else _PASSWORD.sub(r"\1:***@", text)


class _Reader:
    """Reads typed values and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environment.get(PREFIX + name, "").strip() or default

    def _problem(self, name: str, wanted: str) -> None:
        self.problems.append(f"{PREFIX}{name} is {self.text(name)!r}; it must be {wanted}.")

    def _url_problem(self, name: str, wanted: str) -> None:
        # The rest may hold a password, and this sentence ends in logs.
        scheme = _SCHEME.match(self.text(name))
        found = f"has the scheme {scheme[1]!r}" if scheme else "has no scheme"
        self.problems.append(f"{PREFIX}{name} {found}; it must be {wanted}.")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        text = self.text(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            self._problem(name, f"a whole number from {low} to {high}")
            return default
        return int(text)

    def switch(self, name: str, *, default: bool) -> bool:
        text = self.text(name).lower()
        if text in {"true", "yes", "on", "1"}:
            return True
        if text in {"false", "no", "off", "0"}:
            return False
        if text:
            self._problem(name, "true or false")
        return default

    def duplicates(self) -> Duplicates:
        text = self.text("DUPLICATES", Duplicates.ALLOW)
        if text not in {choice.value for choice in Duplicates}:
            self._problem("DUPLICATES", "allow, refuse or identical")
            return Duplicates.ALLOW
        return Duplicates(text)

    def require_deliverable(self, settings: Settings) -> None:
        delivery = settings.file_delivery
        if delivery is FileDelivery.REDIRECT and not settings.has_object_store:
            self.problems.append(
                f"{PREFIX}FILE_DELIVERY is redirect, which needs an object store; "
                f"{PREFIX}BLOBS_URL names none."
            )
        if delivery is FileDelivery.X_ACCEL and settings.has_object_store:
            self.problems.append(
                f"{PREFIX}FILE_DELIVERY is x-accel, which needs a folder; {PREFIX}BLOBS_URL names "
                "an object store.  Use direct or redirect."
            )

    def file_delivery(self) -> FileDelivery:
        text = self.text("FILE_DELIVERY", FileDelivery.DIRECT)
        if text in {choice.value for choice in FileDelivery}:
            return FileDelivery(text)
        self._problem("FILE_DELIVERY", "direct, x-accel or redirect")
        return FileDelivery.DIRECT

    def url(self, name: str, scheme: str, example: str) -> str:
        text = self.text(name)
        if text and (not text.startswith(scheme) or len(text) == len(scheme)):
            self._url_problem(name, f"of the form {example}: this release keeps its data on disk")
        return text

    def blobs_url(self) -> str:
        text = self.text("BLOBS_URL").rstrip("/")
        if text and not _FOLDER.match(text) and not _BUCKET.match(text):
            self._url_problem(
                "BLOBS_URL",
                "file:///path/to/folder, or s3://, gs:// or az:// with a bucket and perhaps a "
                "prefix behind it; credentials have variables of their own",
            )
        return text

    def base_url(self) -> str:
        text = self.text("BASE_URL").rstrip("/")
        if text and not addresses.is_base(text):
            # Not repeated: it may hold a password.
            self.problems.append(
                f"{PREFIX}BASE_URL cannot be used; it must be http:// or https://, a host and "
                "perhaps a port, without user, path or query."
            )
        return text

    def upstream_url(self) -> str:
        text = self.text("UPSTREAM_URL").rstrip("/")
        if text and not addresses.is_index(text):
            # Not repeated: it may hold a password.
            self.problems.append(
                f"{PREFIX}UPSTREAM_URL cannot be used; it must be http:// or https://, a host and "
                "perhaps a path, without user, password or query."
            )
        if addresses.is_same_server(text, self.text("BASE_URL")):
            self.problems.append(
                f"{PREFIX}UPSTREAM_URL is the registry itself, as {PREFIX}BASE_URL says; it must "
                "be another server."
            )
        return text

    def prefixes(self) -> tuple[NormalizedName, ...]:
        try:
            return names.normalize_prefixes(self.text("RESERVED_PREFIXES").split(","))
        except InvalidPrefix:
            self._problem("RESERVED_PREFIXES", "beginnings of names, such as acme,acme-tools")
            return ()

    def networks(self, name: str) -> tuple[str, ...]:
        words = [word.strip() for word in self.text(name).split(",") if word.strip()]
        try:
            # In the plain form: the server takes "10.0.0.1/8" for a name, and would trust nobody.
            return tuple(str(ipaddress.ip_network(word, strict=False)) for word in words)
        except ValueError:
            self._problem(name, "addresses or networks separated by commas")
            return ()
