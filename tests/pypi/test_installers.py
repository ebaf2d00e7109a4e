"""Which client downloads, as far as it says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelyard.pypi import installers
from wheelyard.pypi.installers import Installer

PIP = (
    'pip/24.0 {"ci":null,"cpu":"x86_64","distro":{"id":"bookworm","libc":{"lib":"glibc",'
    '"version":"2.36"},"name":"Debian GNU/Linux","version":"12"},"implementation":'
    '{"name":"CPython","version":"3.11.7"},"installer":{"name":"pip","version":"24.0"},'
    '"openssl_version":"OpenSSL 3.0.11","python":"3.11.7","setuptools_version":"65.5.0"}'
)
UV = (
    'uv/0.5.1 {"installer":{"name":"uv","version":"0.5.1"},"python":"3.12.0","implementation":'
    '{"name":"CPython","version":"3.12.0"},"distro":null,"system":{"name":"Linux"},"cpu":"x86_64",'
    '"openssl_version":null,"setuptools_version":null,"rustc_version":null,"ci":null}'
)
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "name", "python"),
    [
        (PIP, "pip", "3.11"),
        (UV, "uv", "3.12"),
        ('uv/0.5.1 {"python":null}', "uv", ""),
        ("pip/1.5.6 CPython/2.7.9 Linux/3.16.0-4-amd64", "pip", "2.7"),
        ("poetry/1.8.3 CPython/3.12.1 Linux/6.8.0", "poetry", "3.12"),
        ("pdm/2.20.1 CPython/3.10.4", "pdm", "3.10"),
        ("unearth/0.17.2", "pdm", ""),
        ("Hatch/1.9.4 CPython/3.13.0", "hatch", "3.13"),
        ("twine/5.0.0 requests/2.31.0 CPython/3.11.4", "twine", "3.11"),
        ("pipenv/2024.0.1", "pipenv", ""),
        ("conda/24.1.2 requests/2.31.0 CPython/3.10.8 Linux/6.5", "conda", "3.10"),
        ("micromamba/1.5.6 libcurl/8.5.0", "conda", ""),
        ("setuptools/68.2.2 Python-urllib/3.9", "setuptools", "3.9"),
        ("python-requests/2.31.0", "requests", ""),
        ("python-httpx/0.27.0", "httpx", ""),
        ("Python-urllib/3.11", "urllib", "3.11"),
        ("curl/8.5.0", "curl", ""),
        ("Wget/1.21.4", "wget", ""),
        (CHROME, "browser", ""),
        ("bandersnatch/6.5.0 (CPython 3.11.4, Linux 6.1 x86_64)", "bandersnatch", ""),
        ("", "other", ""),
        ("\x00\xff{}", "other", ""),
        ("supervisor/1.0", "other", ""),
        ("pipette/3.0", "other", ""),
        ('pip/24.0 {"python":"3.999999"}', "pip", ""),
        ('pip/24.0 {"python":"31.2"}', "pip", ""),
        ("pip/24.0 CPython/3.١٢", "pip", ""),
        ('pip/24.0 {"python":"3.12', "pip", "3.12"),
    ],
)
def test_a_client_is_known_by_its_user_agent(user_agent: str, name: str, python: str) -> None:
    assert installers.read(user_agent) == Installer(name, python)


@given(st.text() | st.from_regex(r'(pip|uv|x)/1 (\{"python":"[0-9.]{1,9}"|CPython/[0-9.]{1,9})'))
def test_no_client_can_invent_a_value(user_agent: str) -> None:
    read = installers.read(user_agent)

    major, dot, minor = read.python.partition(".")
    assert read.name in installers.NAMES
    assert read.python == "" or (major in {"2", "3"} and dot and 0 <= int(minor) <= 99)


def test_names_and_pythons_fit_their_columns() -> None:
    assert max(map(len, installers.NAMES)) <= 32


def test_a_long_user_agent_is_read_quickly_and_not_kept() -> None:
    assert installers.read("pip/1 " * 100_000).name == "pip"
    assert installers.read("(" * 100_000).name == "other"
    assert installers.read("a-" * 100_000).name == "other"
