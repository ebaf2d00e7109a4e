"""A person's computer: a home folder of its own, and the real clients with the verbs people use.

Nothing of this machine reaches it: no pip.conf, netrc, keyring, cache or proxy.  Nor does it reach
beyond this machine.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.builders import Dist
from tests.servers import clean_environment

PATIENCE_SECONDS = 120

ROOT = Path(__file__).parents[2]

SOURCE = ROOT / "examples" / "MyPyPiPackage"

CLIENTS = ROOT / ".venv-clients" / "bin"
"""Where ``make .venv-clients/ready`` puts the clients that have an environment of their own."""

NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody is (9 is for what is discarded): what goes beyond this machine fails."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Ran:
    """What a command said, on both streams in order, and how it ended."""

    def __init__(self, output: str, code: int) -> None:
        self.output = _ESCAPES.sub("", output)
        self.words = " ".join(self.output.split())
        """The output without the line breaks that a narrow terminal puts in."""

        self.code = code

    def __repr__(self) -> str:
        return f"<ended with {self.code}>\n{self.output}"


class Laptop:
    """Where one person works."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.work = folder / "work"
        self.home.mkdir(parents=True)
        self.work.mkdir()
        self.python = folder / "fresh" / "bin" / "python"
        self.environment = clean_environment(
            HOME=str(self.home),
            XDG_CONFIG_HOME=str(self.home / ".config"),
            XDG_CACHE_HOME=str(self.home / ".cache"),
            NETRC=str(self.home / ".netrc"),
            PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
            HTTP_PROXY=NOWHERE,
            HTTPS_PROXY=NOWHERE,
            ALL_PROXY=NOWHERE,
            NO_PROXY="127.0.0.1",
            COLUMNS="200",
            PDM_CHECK_UPDATE="0",
            PATH=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        )

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        typing: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a command without a terminal, typing into it what it asks for."""
        done = subprocess.run(
            command,
            cwd=cwd or self.work,
            env={**self.environment, **(environment or {})},
            input=typing,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            start_new_session=True,  # so that a password is asked for on standard input
        )
        return Ran(done.stdout, done.returncode)

    def run_python(self, *words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Run the Python that has the clients."""
        return self.run(sys.executable, *words, cwd=cwd, environment=environment)

    # Files that people write -------------------------------------------------------------------

    def copy_source(self, *, greeting: str = "Hello from MyPyPiPackage") -> Path:
        """Write the folder MyPyPiPackage anew."""
        folder = self.work / "MyPyPiPackage"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCE, folder)
        greet = folder / "mypypipackage" / "greet.py"
        greet.write_text(greet.read_text().replace("Hello from MyPyPiPackage", greeting))
        return folder

    def save(self, *dists: Dist) -> list[Path]:
        """Put files into ``dist``, as a build does."""
        return [dist.save(self.work / "dist") for dist in dists]

    def write_pypirc(self, repository: str, username: str, password: str) -> None:
        """Write ``~/.pypirc`` with one source, named gitlab."""
        (self.home / ".pypirc").write_text(
            "[distutils]\n"
            "index-servers =\n"
            "    gitlab\n"
            "\n"
            "[gitlab]\n"
            f"repository = {repository}\n"
            f"username = {username}\n"
            f"password = {password}\n"
        )

    def write_netrc(self, username: str, password: str) -> None:
        """Write ``~/.netrc`` for the server's host."""
        netrc = self.home / ".netrc"
        netrc.write_text(f"machine 127.0.0.1 login {username} password {password}\n")
        netrc.chmod(0o600)

    # The clients -------------------------------------------------------------------------------

    def twine_upload(self, *words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Run ``twine upload`` with these words."""
        return self.run_python("-m", "twine", "upload", *words, cwd=cwd, **environment)

    def pip_install(self, *words: str | Path, typing: str = "", **environment: str) -> Ran:
        """Run ``pip install`` in a fresh virtual environment, which has nothing in it."""
        self.make_fresh_environment()
        command = (sys.executable, "-m", "pip", "--python", self.python, "install", *words)
        return self.run(*command, typing=typing, environment=environment)

    def make_fresh_environment(self) -> None:
        """Make the virtual environment, empty."""
        folder = self.python.parents[1]
        self.run_python("-m", "venv", "--without-pip", "--clear", folder)

    def uv(self, *words: str | Path, **environment: str) -> Ran:
        """Run uv."""
        return self.run("uv", "--no-config", *words, environment=environment)

    def former_twine_upload(self, *words: str | Path, **environment: str) -> Ran:
        """Run ``twine upload`` of a release that took --skip-existing for any repository."""
        return self._run_client("twine", ("upload", *words), None, environment)

    def flit(self, *words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Run flit, which builds with its own flit-core."""
        return self._run_client("flit", words, cwd, environment)

    def poetry(self, *words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Run Poetry, which builds with its own poetry-core; it asks nothing."""
        return self._run_client("poetry", (*words, "--no-interaction"), cwd, environment)

    def pdm(self, *words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Run PDM."""
        return self._run_client("pdm", words, cwd, environment)

    def hatch(self, *words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
        """Run Hatch."""
        # Its environment of type "system" is noted in a folder that it does not make.
        (self.home / ".local/share/hatch/env/system").mkdir(parents=True, exist_ok=True)
        return self._run_client("hatch", words, cwd, environment)

    def _run_client(
        self,
        name: str,
        words: tuple[str | Path, ...],
        cwd: Path | None,
        environment: Mapping[str, str],
    ) -> Ran:
        path = os.pathsep.join((str(CLIENTS), self.environment["PATH"]))
        return self.run(CLIENTS / name, *words, cwd=cwd, environment={"PATH": path, **environment})

    def greet(self) -> str:
        """Run the installed package."""
        code = "from mypypipackage import SayHello; SayHello()"
        return self.run(self.python, "-c", code).output


def with_login(url: str, secret: str, username: str = "__token__") -> str:
    """Put a user name and a token into a URL."""
    return url.replace("://", f"://{username}:{secret}@")
