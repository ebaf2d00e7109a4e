"""What a start tells the person who made it: the address, and the three steps that come next.

The steps are there to be copied: each runs as it is printed, whatever the host, port and folder.
"""

import shlex
from collections.abc import Sequence

from wheelyard.settings import Settings


def welcome(settings: Settings, *, command: Sequence[str]) -> str:
    """Return what ``serve`` prints; ``command`` are the words that start this program again."""
    url = _reachable_url(settings)
    lines = [
        f"Wheelyard listens on {url} and keeps everything in {settings.data}.",
        f"Open {url} in a browser and sign in as root.",
        "",
    ]
    data = str(settings.data)
    mint = shlex.join([*command, "token", "create", "root", "--name", "laptop", "--data", data])
    registry = "/api/v4/projects/root%2Fmy-project/packages/pypi"
    login = "TWINE_USERNAME=__token__ TWINE_PASSWORD=$TOKEN"
    with_token = url.replace("://", "://__token__:$TOKEN@")
    lines += [
        "Or go on in another terminal:",
        "",
        "1. Make a token.",
        f"    TOKEN=$({mint})",
        "2. Make a project.",
        f'    curl --header "PRIVATE-TOKEN: $TOKEN" --data name=my-project {url}/api/v4/projects',
        "3. Publish to it what stands in dist, and install from it.",
        f"    {login} twine upload --repository-url {url}{registry} dist/*",
        f"    pip install --index-url {with_token}{registry}/simple my-package",
        "",
        "Ctrl-C stops it.",
    ]
    return "\n".join(lines)


def _reachable_url(settings: Settings) -> str:
    """Return an address that works on this machine; nobody can connect to "every address"."""
    if settings.base_url:
        return settings.base_url
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  it is replaced here
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
