"""Every way in which an uploader takes an address and a login."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.clients.laptop import Laptop, Ran, with_login
from tests.clients.logins import Login


@dataclass(frozen=True, slots=True)
class Upload:
    """Somebody who has built a project in a folder, and publishes it."""

    laptop: Laptop
    folder: Path
    repository: str
    login: Login
    more: tuple[str, ...] = ()
    """Further words of the command, where it is told all of this by its options."""

    @property
    def files(self) -> list[Path]:
        """What was built."""
        return sorted((self.folder / "dist").glob("*[lz]"))

    @property
    def address(self) -> str:
        """The repository's address with the login in it."""
        return with_login(self.repository, self.login.secret, self.login.username)

    def write_pypirc(self) -> None:
        """Write the address and the login where twine, flit and Hatch look."""
        self.laptop.write_pypirc(self.repository, self.login.username, self.login.secret)

    def write_config(self, client: str, section: str, password: str) -> None:
        """Write them into a client's own configuration, as a section of TOML."""
        path = self.laptop.home / ".config" / client / "config.toml"
        path.parent.mkdir(parents=True)
        user = "user" if client == "hatch" else "username"
        path.write_text(
            f'[{section}]\nurl = "{self.repository}"\n'
            f'{user} = "{self.login.username}"\n{password} = "{self.login.secret}"\n'
        )


# twine -------------------------------------------------------------------------------------------


def twine_environment(upload: Upload) -> Ran:
    return upload.laptop.twine_upload(
        *upload.files,
        TWINE_REPOSITORY_URL=upload.repository,
        TWINE_USERNAME=upload.login.username,
        TWINE_PASSWORD=upload.login.secret,
    )


def twine_address(upload: Upload) -> Ran:
    return upload.laptop.twine_upload("--repository-url", upload.address, *upload.files)


def twine_pypirc(upload: Upload) -> Ran:
    upload.write_pypirc()
    return upload.laptop.twine_upload("--repository", "gitlab", *upload.files)


# flit, which always builds what it publishes -----------------------------------------------------


def flit_environment(upload: Upload) -> Ran:
    return upload.laptop.flit(
        "publish",
        cwd=upload.folder,
        FLIT_INDEX_URL=upload.repository,
        FLIT_USERNAME=upload.login.username,
        FLIT_PASSWORD=upload.login.secret,
    )


def flit_pypirc(upload: Upload) -> Ran:
    upload.write_pypirc()
    return upload.laptop.flit("publish", "--repository", "gitlab", cwd=upload.folder)


# Poetry ------------------------------------------------------------------------------------------


def poetry_environment(upload: Upload) -> Ran:
    return upload.laptop.poetry(
        *("publish", "--repository", "acme"),
        cwd=upload.folder,
        POETRY_REPOSITORIES_ACME_URL=upload.repository,
        POETRY_HTTP_BASIC_ACME_USERNAME=upload.login.username,
        POETRY_HTTP_BASIC_ACME_PASSWORD=upload.login.secret,
    )


def poetry_options(upload: Upload) -> Ran:
    return upload.laptop.poetry(
        *("publish", "--repository", "acme"),
        *("--username", upload.login.username, "--password", upload.login.secret, *upload.more),
        cwd=upload.folder,
        POETRY_REPOSITORIES_ACME_URL=upload.repository,
    )


def poetry_config(upload: Upload) -> Ran:
    login = (upload.login.username, upload.login.secret)
    upload.laptop.poetry("config", "repositories.acme", upload.repository)
    upload.laptop.poetry("config", "http-basic.acme", *login)
    return upload.laptop.poetry("publish", "--repository", "acme", cwd=upload.folder)


def poetry_address(upload: Upload) -> Ran:
    return upload.laptop.poetry(
        *("publish", "--repository", "acme"),
        cwd=upload.folder,
        POETRY_REPOSITORIES_ACME_URL=upload.address,
    )


def poetry_netrc(upload: Upload) -> Ran:
    upload.laptop.write_netrc(upload.login.username, upload.login.secret)
    return upload.laptop.poetry(
        *("publish", "--repository", "acme"),
        cwd=upload.folder,
        POETRY_REPOSITORIES_ACME_URL=upload.repository,
    )


# PDM ---------------------------------------------------------------------------------------------


def pdm_environment(upload: Upload) -> Ran:
    return upload.laptop.pdm(
        *("publish", "--no-build"),
        cwd=upload.folder,
        PDM_PUBLISH_REPO=upload.repository,
        PDM_PUBLISH_USERNAME=upload.login.username,
        PDM_PUBLISH_PASSWORD=upload.login.secret,
    )


def pdm_options(upload: Upload) -> Ran:
    words = ("publish", "--no-build", "--repository", upload.repository)
    login = ("--username", upload.login.username, "--password", upload.login.secret)
    return upload.laptop.pdm(*words, *login, *upload.more, cwd=upload.folder)


def pdm_address(upload: Upload) -> Ran:
    words = ("publish", "--no-build", "--repository", upload.address)
    return upload.laptop.pdm(*words, cwd=upload.folder)


def pdm_config(upload: Upload) -> Ran:
    upload.write_config("pdm", "repository.acme", "password")
    return upload.laptop.pdm("publish", "--no-build", "--repository", "acme", cwd=upload.folder)


# Hatch -------------------------------------------------------------------------------------------


def hatch_environment(upload: Upload) -> Ran:
    return upload.laptop.hatch(
        *("publish", "--no-prompt"),
        cwd=upload.folder,
        HATCH_INDEX_REPO=upload.repository,
        HATCH_INDEX_USER=upload.login.username,
        HATCH_INDEX_AUTH=upload.login.secret,
    )


def hatch_options(upload: Upload) -> Ran:
    words = ("publish", "--no-prompt", "--repo", upload.repository)
    login = ("--user", upload.login.username, "--auth", upload.login.secret)
    return upload.laptop.hatch(*words, *login, cwd=upload.folder)


def hatch_config(upload: Upload) -> Ran:
    upload.write_config("hatch", "publish.index.repos.acme", "auth")
    return upload.laptop.hatch("publish", "--no-prompt", "--repo", "acme", cwd=upload.folder)


def hatch_pypirc(upload: Upload) -> Ran:
    upload.write_pypirc()
    words = ("publish", "--no-prompt", "--repo", upload.repository)
    return upload.laptop.hatch(*words, cwd=upload.folder)


# uv ----------------------------------------------------------------------------------------------


def uv_environment(upload: Upload) -> Ran:
    return upload.laptop.uv(
        "publish",
        *upload.files,
        UV_PUBLISH_URL=upload.repository,
        UV_PUBLISH_USERNAME=upload.login.username,
        UV_PUBLISH_PASSWORD=upload.login.secret,
    )


def uv_options(upload: Upload) -> Ran:
    words = ("publish", "--publish-url", upload.repository)
    login = ("--username", upload.login.username, "--password", upload.login.secret)
    return upload.laptop.uv(*words, *login, *upload.files)


def uv_address(upload: Upload) -> Ran:
    return upload.laptop.uv("publish", "--publish-url", upload.address, *upload.files)


def uv_netrc(upload: Upload) -> Ran:
    upload.laptop.write_netrc(upload.login.username, upload.login.secret)
    # Without a login uv asks for one by OpenID Connect first, on HTTPS alone, and gives up slowly.
    words = ("publish", "--trusted-publishing", "never", "--publish-url", upload.repository)
    return upload.laptop.uv(*words, *upload.files)


FORMS: dict[str, Callable[[Upload], Ran]] = {
    "twine environment": twine_environment,
    "twine address": twine_address,
    "twine pypirc": twine_pypirc,
    "flit environment": flit_environment,
    "flit pypirc": flit_pypirc,
    "poetry environment": poetry_environment,
    "poetry options": poetry_options,
    "poetry config": poetry_config,
    "poetry address": poetry_address,
    "poetry netrc": poetry_netrc,
    "pdm environment": pdm_environment,
    "pdm options": pdm_options,
    "pdm address": pdm_address,
    "pdm config": pdm_config,
    "hatch environment": hatch_environment,
    "hatch options": hatch_options,
    "hatch config": hatch_config,
    "hatch pypirc": hatch_pypirc,
    "uv environment": uv_environment,
    "uv options": uv_options,
    "uv address": uv_address,
    "uv netrc": uv_netrc,
}
"""By the client, and where it finds address and login."""

CLIENTS = sorted({form.split()[0] for form in FORMS})
