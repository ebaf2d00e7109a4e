"""The walk through the product, end to end, with the real clients: ``make demo``.

Starts a registry of its own on a free port and in a temporary folder, makes a user, a project and a
token through the REST API, builds MyPyPiPackage, uploads it with twine, installs it with pip into a
fresh environment and runs it.  Whatever happens, no process and no file is left.
"""

import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

SOURCE = Path(__file__).parent / "MyPyPiPackage"
GREETING = "Hello from MyPyPiPackage"
START_SECONDS = 30.0
COMMAND_SECONDS = 120.0


class DemoFailed(Exception):  # noqa: N818  reads as the sentence that it is
    """A step did not end as it should."""


class Screen:
    """Prints what is typed and said; a secret is shown as four stars."""

    def __init__(self, home: Path) -> None:
        self._hidden = {f"{home}/": "", sys.executable: "python"}
        self._steps = 0

    def hide(self, secret: str) -> str:
        """Mask a secret from now on, and return it."""
        self._hidden[secret] = "****"
        return secret

    def step(self, title: str) -> None:
        """Begin a step."""
        self._steps += 1
        print(f"\n{self._steps}. {title}\n", flush=True)

    def show(self, text: str) -> None:
        """Show some lines."""
        for hidden, shown in self._hidden.items():
            text = text.replace(hidden, shown)
        for line in text.splitlines():
            print(f"    {line}".rstrip(), flush=True)


class Person:
    """Somebody at a computer with an empty home folder."""

    def __init__(self, screen: Screen, home: Path) -> None:
        self._screen = screen
        self._home = home
        self._environment = clean_environment(home)

    def type(self, *command: str | Path) -> str:
        """Run a command and return what it said; raises DemoFailed."""
        words = [str(word) for word in command]
        self._screen.show(f"$ {shlex.join(words)}")
        done = subprocess.run(
            words,
            cwd=self._home,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode:
            self._screen.show(done.stdout)
            raise DemoFailed(f"The command ended with {done.returncode}")
        return done.stdout

    def post(self, url: str, token: str, values: dict[str, str]) -> dict[str, Any]:
        """Make something through the REST API; raises DemoFailed."""
        named = " ".join(f"--data {shlex.quote(f'{k}={v}')}" for k, v in values.items())
        self._screen.show(f'$ curl --header "PRIVATE-TOKEN: {token}" {named} {url}')
        answer = httpx.post(url, headers={"PRIVATE-TOKEN": token}, data=values, trust_env=False)
        if answer.status_code != httpx.codes.CREATED:
            raise DemoFailed(f"The answer was {answer.status_code}: {answer.text}")
        made: dict[str, Any] = answer.json()
        return made


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment without what this machine's clients and registry are told."""
    ours = ("PIP_", "PYTHON", "TWINE_", "UV_", "WHEELYARD_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "HOME": str(home),
        "NETRC": str(home / ".netrc"),
        "NO_PROXY": "*",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def main() -> int:
    """Run the demo; 0 when the package greeted."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="wheelyard-demo-") as folder:
        home = Path(folder)
        screen = Screen(home)
        try:
            walk(screen, home)
        except (DemoFailed, OSError, httpx.HTTPError, subprocess.TimeoutExpired) as error:
            screen.show(f"\nThe demo failed: {error}")
            return 1
    return 0


def walk(screen: Screen, home: Path) -> None:
    """Do what the README tells."""
    root_token = screen.hide(f"glpat-{secrets.token_urlsafe(15)}")
    person = Person(screen, home)
    screen.step("Start a registry on an empty folder")
    with registry(screen, home, root_token) as url:
        screen.step("As the administrator, make a user and a token for them")
        token = make_user(person, screen, url, root_token)
        screen.step("As that user, make a project")
        project = person.post(f"{url}/api/v4/projects", token, {"name": "my-project"})
        screen.show(f"The project ID is {project['id']}, its path {project['path_with_namespace']}")
        repository = f"{url}/api/v4/projects/{project['id']}/packages/pypi"
        screen.step("Build the package")
        files = build(person, home)
        screen.show("\n".join(file.name for file in files))
        screen.step("Upload it with twine, the token in ~/.pypirc")
        upload(person, screen, home, repository, token, files)
        screen.step("Install it with pip into a fresh environment")
        python = install(person, screen, home, f"{repository}/simple", token)
        screen.step("Run it")
        greeting = person.type(python, "-c", "from mypypipackage import SayHello; SayHello()")
        screen.show(greeting)
        if greeting != f"{GREETING}\n":
            raise DemoFailed("The package said something else")


@contextmanager
def registry(screen: Screen, home: Path, root_token: str) -> Iterator[str]:
    """Run ``wheelyard serve`` and give its address; it has ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--data", str(home / "data"), "--port", str(port)]
    screen.show(f"$ {shlex.join(['wheelyard', *words])}")
    log = home / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wheelyard", *words],
            env={**clean_environment(home), "WHEELYARD_ROOT_TOKEN": root_token},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(process, url, log)
        yield url
    finally:
        end(process)


def wait_until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Return when the registry answers; raises DemoFailed."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/-/readiness", trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise DemoFailed(f"The registry did not start:\n{log.read_text()}")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end; kill its whole group when it does not."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def make_user(person: Person, screen: Screen, url: str, root_token: str) -> str:
    """Make the user ada, and return the secret of her new token."""
    password = screen.hide(secrets.token_urlsafe(15))
    user = person.post(
        f"{url}/api/v4/users",
        root_token,
        {"username": "ada", "name": "Ada", "email": "ada@example.com", "password": password},
    )
    token = person.post(
        f"{url}/api/v4/users/{user['id']}/personal_access_tokens",
        root_token,
        {"name": "laptop", "scopes[]": "api"},
    )
    return screen.hide(str(token["token"]))


def build(person: Person, home: Path) -> list[Path]:
    """Make the wheel and the sdist."""
    source = shutil.copytree(SOURCE, home / "MyPyPiPackage")
    # Without isolation, because an isolated build would download its tools.
    person.type(sys.executable, "-m", "build", "--no-isolation", source)
    return sorted((source / "dist").iterdir())


def upload(
    person: Person, screen: Screen, home: Path, repository: str, token: str, files: list[Path]
) -> None:
    """Write ``~/.pypirc`` and run twine."""
    pypirc = (
        "[distutils]\n"
        "index-servers = gitlab\n"
        "\n"
        "[gitlab]\n"
        f"repository = {repository}\n"
        "username = __token__\n"
        f"password = {token}\n"
    )
    (home / ".pypirc").write_text(pypirc)
    screen.show(f"$ cat ~/.pypirc\n{pypirc}")
    twine = (sys.executable, "-m", "twine", "upload", "--disable-progress-bar")
    screen.show(person.type(*twine, "--repository", "gitlab", *files))


def install(person: Person, screen: Screen, home: Path, index: str, token: str) -> Path:
    """Make an environment, install, and return its Python."""
    python = home / "fresh" / "bin" / "python"
    person.type(sys.executable, "-m", "venv", home / "fresh")
    url = index.replace("://", f"://__token__:{token}@")
    said = person.type(
        python, "-m", "pip", "install", "--index-url", url, "--no-deps", "mypypipackage"
    )
    screen.show(said)
    if "Successfully installed mypypipackage-0.0.1" not in said:
        raise DemoFailed("pip did not say that it installed the package")
    return python


if __name__ == "__main__":
    sys.exit(main())
