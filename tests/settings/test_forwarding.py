"""The settings of forwarding are read from the environment, and what cannot be is told at once."""

import pytest

from wheelyard import addresses
from wheelyard.settings import InvalidSettings, Settings

SECRET = "open-sesame"
RULE = (
    "WHEELYARD_UPSTREAM_URL cannot be used; it must be http:// or https://, a host and perhaps a "
    "path, without user, password or query."
)


def read(**environment: str) -> Settings:
    """The settings of an environment."""
    return Settings.from_environment(
        {f"WHEELYARD_{name}": text for name, text in environment.items()}
    )


def problems(**environment: str) -> list[str]:
    """What is wrong with an environment."""
    with pytest.raises(InvalidSettings) as raised:
        read(**environment)
    return raised.value.problems


def test_forwarding_is_off_by_itself() -> None:
    settings = read()

    assert (settings.forwarding, settings.forwarding_locked) == (False, False)
    assert (settings.upstream_url, settings.reserved_prefixes) == ("", ())
    assert settings.anyone_can_pull is True


def test_everything_can_be_set() -> None:
    settings = read(
        FORWARDING="yes",
        FORWARDING_LOCKED="on",
        UPSTREAM_URL="https://mirror.example.com/simple/",
        RESERVED_PREFIXES="Acme.Labs, bolt,",
        ANYONE_CAN_PULL="false",
    )

    assert (settings.forwarding, settings.forwarding_locked) == (True, True)
    assert settings.upstream_url == "https://mirror.example.com/simple"
    assert settings.reserved_prefixes == ("acme-labs", "bolt")
    assert settings.anyone_can_pull is False


@pytest.mark.parametrize(
    "url",
    [
        f"https://ada:{SECRET}@mirror.example.com/simple",
        f"https://{SECRET}@mirror.example.com",
        f"https://mirror.example.com/simple?key={SECRET}",
        f"ftp://mirror.example.com/{SECRET}",
        f"mirror.example.com/{SECRET}",
        f"https://[mirror/{SECRET}",
        f"https://mirror.example.com/a b/{SECRET}",
    ],
)
def test_an_upstream_that_cannot_be_one_is_told_without_its_secret(url: str) -> None:
    assert problems(UPSTREAM_URL=url) == [RULE]


def test_the_registry_is_not_its_own_upstream() -> None:
    said = problems(
        BASE_URL="https://packages.example.com",
        UPSTREAM_URL="http://PACKAGES.example.com/api/v4/packages/pypi/simple",
    )

    assert said == [
        (
            "WHEELYARD_UPSTREAM_URL is the registry itself, as WHEELYARD_BASE_URL says; it must be "
            "another server."
        )
    ]


def test_a_prefix_with_an_asterisk_is_told() -> None:
    assert problems(RESERVED_PREFIXES="acme-*") == [
        (
            "WHEELYARD_RESERVED_PREFIXES is 'acme-*'; it must be beginnings of names, such as "
            "acme,acme-tools."
        )
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example.com", "https://a.example.com/simple", True),
        ("https://a.example.com", "https://A.example.com.:443/", True),
        ("http://a.example.com", "https://a.example.com", True),
        ("https://a.example.com:8443", "https://a.example.com", False),
        ("https://a.example.com", "https://b.example.com", False),
        ("https://a.example.com", "", False),
        ("", "", False),
    ],
)
def test_one_server_is_known_by_host_and_port(one: str, other: str, *, same: bool) -> None:
    assert addresses.is_same_server(one, other) is same
