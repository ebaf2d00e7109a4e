"""What a start prints: an address, and three steps that run as they are printed."""

from pathlib import Path

import pytest

from tests.builders import wheel
from tests.clients.laptop import Laptop
from tests.servers import running
from wheelyard.settings import Settings
from wheelyard.welcome import welcome

EXAMPLE = """\
Wheelyard listens on http://127.0.0.1:8080 and keeps everything in /srv/packages.
Open http://127.0.0.1:8080 in a browser and sign in as root.

Or go on in another terminal:

1. Make a token.
    TOKEN=$(wheelyard token create root --name laptop --data /srv/packages)
2. Make a project.
    curl --header "PRIVATE-TOKEN: $TOKEN" --data name=my-project http://127.0.0.1:8080/api/v4/projects
3. Publish to it what stands in dist, and install from it.
    TWINE_USERNAME=__token__ TWINE_PASSWORD=$TOKEN twine upload --repository-url http://127.0.0.1:8080/api/v4/projects/root%2Fmy-project/packages/pypi dist/*
    pip install --index-url http://__token__:$TOKEN@127.0.0.1:8080/api/v4/projects/root%2Fmy-project/packages/pypi/simple my-package

Ctrl-C stops it."""  # noqa: E501  printed as it is, so that it can be copied


def test_it_says_where_it_is_and_what_to_do_next() -> None:
    settings = Settings(data=Path("/srv/packages"))

    assert welcome(settings, command=["wheelyard"]) == EXAMPLE


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(host="0.0.0.0", port=80), "http://127.0.0.1:80"),  # noqa: S104  it is the case
        (Settings(host="::", port=80), "http://[::1]:80"),
        (Settings(host="::1"), "http://[::1]:8080"),
        (Settings(host="packages.example.com"), "http://packages.example.com:8080"),
        (Settings(base_url="https://packages.example.com"), "https://packages.example.com"),
    ],
)
def test_the_address_is_one_that_works(settings: Settings, url: str) -> None:
    said = welcome(settings, command=["wheelyard"])

    assert said.startswith(f"Wheelyard listens on {url} and")
    assert f" {url}/api/v4/projects\n" in said


@pytest.mark.client
def test_the_three_steps_run_as_they_are_printed(tmp_path: Path) -> None:
    laptop = Laptop(tmp_path)
    laptop.save(wheel("my-package", "1.0"))
    installed = laptop.work / "installed"

    with running(tmp_path / "a folder with spaces") as server:
        steps = server.log.read_text().partition("Or go on in another terminal:")[2]
        script = "\n".join(line[4:] for line in steps.splitlines() if line.startswith("    "))
        ran = laptop.run("bash", "-ceu", script, environment={"PIP_TARGET": str(installed)})

    assert len(script.splitlines()) == 4
    assert ran.code == 0, ran
    assert "Successfully installed my-package-1.0" in ran.output
    assert (installed / "my_package" / "__init__.py").exists()
