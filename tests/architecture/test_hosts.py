"""No file of the repository names a public registry's host: examples are at example.com."""

import re

from tests.architecture.repository import ROOT, list_files

PUBLIC_HOSTS = re.compile(
    "|".join(
        (
            "py" + r"pi\.(?:python\.)?org",
            "python" + "hosted",
            r"(?<!docs\.)git" + r"lab\.com",
            "ana" + r"conda\.(?:org|com)",
            "npm" + r"js\.(?:org|com)",
            "crates" + r"\.io",
        )
    ),
    re.IGNORECASE,
)


def test_no_public_registry_is_named() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in list_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if PUBLIC_HOSTS.search(line)
    ]

    assert named == []


def test_the_expression_knows_what_it_looks_for() -> None:
    hosts = ["py" + "pi.org", "files.python" + "hosted.org", "git" + "lab.com", "PY" + "PI.ORG"]

    assert [host for host in hosts if not PUBLIC_HOSTS.search(f"https://{host}/simple")] == []
    assert not PUBLIC_HOSTS.search("https://gitlab.example.com/api/v4")
