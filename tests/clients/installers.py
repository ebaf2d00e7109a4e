"""Every way in which an installer takes an address and a login."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.clients.laptop import Laptop, Ran, with_login
from tests.clients.logins import Login

_PROJECT = """\
[project]
name = "app"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["{package}"]

[tool.poetry]
package-mode = false

[[tool.poetry.source]]
name = "acme"
url = "{index}"
priority = "primary"

[tool.pdm]
distribution = false

[[tool.uv.index]]
name = "acme"
url = "{index}"
default = true
"""

# PDM's own index of that name is no more.
_PDM_SOURCE = """
[[tool.pdm.source]]
name = "pypi"
url = "{index}"
"""


@dataclass(frozen=True, slots=True)
class Install:
    """Somebody who installs a package from an index into a fresh environment."""

    laptop: Laptop
    index: str
    login: Login | None
    package: str

    @property
    def address(self) -> str:
        """The index's address, with the login in it if there is one."""
        if self.login is None:
            return self.index
        return with_login(self.index, self.login.secret, self.login.username)

    @property
    def username(self) -> str:
        return self.login.username if self.login else ""

    @property
    def secret(self) -> str:
        return self.login.secret if self.login else ""

    def write_netrc(self) -> None:
        self.laptop.write_netrc(self.username, self.secret)

    def write_project(self, index: str, pdm_source: str = "") -> None:
        """Write a project that needs the package, and looks for it at an address."""
        text = _PROJECT.format(package=self.package, index=index)
        source = _PDM_SOURCE.format(index=pdm_source) if pdm_source else ""
        (self.laptop.work / "pyproject.toml").write_text(text + source)

    def find_version(self, package: str = "") -> str:
        """The version of the package, or of another, that is now there to be imported."""
        module = (package or self.package).replace("-", "_")
        code = f"import {module} as package; print(package.version)"
        return self.laptop.run(self.laptop.python, "-c", code).output.strip()


# pip ---------------------------------------------------------------------------------------------


def pip_address(install: Install) -> Ran:
    return install.laptop.pip_install(
        "--no-input", "--verbose", "--index-url", install.address, install.package
    )


def pip_environment(install: Install) -> Ran:
    return install.laptop.pip_install(install.package, PIP_INDEX_URL=install.address)


def pip_config(install: Install) -> Ran:
    conf = install.laptop.home / "pip.conf"
    conf.write_text(f"[global]\nindex-url = {install.address}\n")
    return install.laptop.pip_install(install.package, PIP_CONFIG_FILE=str(conf))


def pip_netrc(install: Install) -> Ran:
    install.write_netrc()
    return install.laptop.pip_install("--index-url", install.index, install.package)


# uv ----------------------------------------------------------------------------------------------


def uv_address(install: Install) -> Ran:
    install.laptop.make_fresh_environment()
    words = ("pip", "install", "--python", install.laptop.python)
    return install.laptop.uv(*words, "--default-index", install.address, install.package)


def uv_environment(install: Install) -> Ran:
    install.write_project(install.index)
    return _uv_sync(
        install, UV_INDEX_ACME_USERNAME=install.username, UV_INDEX_ACME_PASSWORD=install.secret
    )


def uv_netrc(install: Install) -> Ran:
    install.write_netrc()
    install.write_project(install.index)
    return _uv_sync(install)


def _uv_sync(install: Install, **environment: str) -> Ran:
    install.laptop.make_fresh_environment()
    folder = str(install.laptop.python.parents[1])
    # Without --no-config, which would pass over the project's index too.
    return install.laptop.run(
        *("uv", "sync", "--no-install-project", "--python", install.laptop.python),
        environment={"UV_PROJECT_ENVIRONMENT": folder, **environment},
    )


# Poetry ------------------------------------------------------------------------------------------


def poetry_address(install: Install) -> Ran:
    install.write_project(install.address)
    return _poetry_install(install)


def poetry_environment(install: Install) -> Ran:
    install.write_project(install.index)
    return _poetry_install(
        install,
        POETRY_HTTP_BASIC_ACME_USERNAME=install.username,
        POETRY_HTTP_BASIC_ACME_PASSWORD=install.secret,
    )


def poetry_config(install: Install) -> Ran:
    install.write_project(install.index)
    install.laptop.poetry("config", "http-basic.acme", install.username, install.secret)
    return _poetry_install(install)


def poetry_netrc(install: Install) -> Ran:
    install.write_netrc()
    install.write_project(install.index)
    return _poetry_install(install)


def _poetry_install(install: Install, **environment: str) -> Ran:
    install.laptop.make_fresh_environment()
    folder = str(install.laptop.python.parents[1])
    return install.laptop.poetry("install", cwd=None, VIRTUAL_ENV=folder, **environment)


# PDM ---------------------------------------------------------------------------------------------


def pdm_address(install: Install) -> Ran:
    install.write_project(install.index, install.address)
    return _pdm_install(install)


def pdm_environment(install: Install) -> Ran:
    named = with_login(install.index, "${ACME_PASSWORD}", "${ACME_USERNAME}")
    install.write_project(install.index, named)
    return _pdm_install(install, ACME_USERNAME=install.username, ACME_PASSWORD=install.secret)


def pdm_config(install: Install) -> Ran:
    install.write_project(install.index)
    path = install.laptop.home / ".config" / "pdm" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        f'[pypi]\nurl = "{install.index}"\n'
        f'username = "{install.username}"\npassword = "{install.secret}"\n'
    )
    return _pdm_install(install)


def pdm_netrc(install: Install) -> Ran:
    install.write_netrc()
    install.write_project(install.index, install.index)
    return _pdm_install(install)


def _pdm_install(install: Install, **environment: str) -> Ran:
    install.laptop.make_fresh_environment()
    folder = str(install.laptop.python.parents[1])
    return install.laptop.pdm("install", "--verbose", cwd=None, VIRTUAL_ENV=folder, **environment)


FORMS: dict[str, Callable[[Install], Ran]] = {
    "pip address": pip_address,
    "pip environment": pip_environment,
    "pip config": pip_config,
    "pip netrc": pip_netrc,
    "uv address": uv_address,
    "uv environment": uv_environment,
    "uv netrc": uv_netrc,
    "poetry address": poetry_address,
    "poetry environment": poetry_environment,
    "poetry config": poetry_config,
    "poetry netrc": poetry_netrc,
    "pdm address": pdm_address,
    "pdm environment": pdm_environment,
    "pdm config": pdm_config,
    "pdm netrc": pdm_netrc,
}
"""By the client, and where it finds address and login."""

CLIENTS = sorted({form.split(maxsplit=1)[0] for form in FORMS})
