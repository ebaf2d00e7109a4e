"""Wherever an address to go on to comes from the client, it stays on our origin."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.actors import PASSWORD, Installation
from tests.pages.visitor import Visitor, visiting
from wheelyard.users import User

FOREIGN = [
    "//evil.example.com",
    "///evil.example.com",
    "////evil.example.com",
    "/\\evil.example.com",
    "\\/evil.example.com",
    "\\\\evil.example.com",
    "/\\/evil.example.com",
    "https://evil.example.com/",
    "https:evil.example.com",
    "https:/evil.example.com",
    "HTTPS://evil.example.com",
    "http:\\\\evil.example.com",
    "javascript:alert(1)",
    "javascript://%0aalert(1)",
    "data:text/html,x",
    " //evil.example.com",
    "\t//evil.example.com",
    "/\t/evil.example.com",
    "/\n/evil.example.com",
    "/\r\n/evil.example.com",
    "/\r\nSet-Cookie: planted=1",
    "/\x00/evil.example.com",
    "\x00//evil.example.com",
    "/\x7f/evil.example.com",
    "\u2028//evil.example.com",
    "\ufeff//evil.example.com",
    "\uff0f\uff0fevil.example.com",
    "/\uff0fevil.example.com",
    "/\u3000/evil.example.com",
    "/%2fevil.example.com",
    "/%2f%2fevil.example.com",
    "/%5cevil.example.com",
    "%2f%2fevil.example.com",
    "/%09/evil.example.com",
    "/%0d%0aSet-Cookie:planted=1",
    "user@evil.example.com",
    "@evil.example.com",
    "/@evil.example.com",
    "//user:secret@evil.example.com",
    "/.//evil.example.com",
    "/..//evil.example.com",
    "/./\\evil.example.com",
    "//[",
    "/[",
    "//evil.example.com\\@127.0.0.1",
    "?return_to=//evil.example.com",
    "#//evil.example.com",
    "evil.example.com",
    "/é",
    "/" + "x" * 1999,
    "/" + "x" * 20_000,
    "//evil.example.com/" + "x" * 5000,
]


@pytest.fixture
def user(town: Installation) -> User:
    """A new user with a password."""
    return town.user(password=PASSWORD)


@pytest.fixture
def known(town: Installation, user: User) -> Iterator[Visitor]:
    """The user's browser, signed in."""
    with visiting(town, user) as known:
        yield known


@pytest.fixture
def newcomer(town: Installation) -> Iterator[Visitor]:
    """A browser that was never here."""
    with Visitor(town.url) as newcomer:
        yield newcomer


def leaves(town: Installation, address: str) -> bool:
    """Whether a browser would leave our origin (URL Standard, "basic URL parser")."""
    address = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(0x21)))))
    address = address.replace("\\", "/")
    address = re.sub(r"\A/{2,}", "//", address)
    try:
        target = urlsplit(urljoin(f"{town.url}/users/sign_in", address))
    except ValueError:
        return True
    return f"{target.scheme}://{target.netloc}" != town.url


def check(town: Installation, answer: httpx.Response) -> None:
    """An answer leads on, within our origin, and has no header that was smuggled in."""
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert location.startswith("/"), location
    assert not leaves(town, location), location
    assert location.isascii(), location
    assert "planted" not in answer.headers.get("set-cookie", "")


def test_the_foreign_addresses_are_what_they_are_taken_for(town: Installation) -> None:
    assert sum(leaves(town, address) for address in FOREIGN) > len(FOREIGN) / 3


@pytest.mark.parametrize("address", FOREIGN)
def test_who_is_signed_in_already_is_led_on_within_our_origin(
    town: Installation, known: Visitor, address: str
) -> None:
    check(town, known.get("/users/sign_in", return_to=address))


@pytest.mark.parametrize("address", FOREIGN)
def test_preferences_lead_back_within_our_origin(
    town: Installation, known: Visitor, address: str
) -> None:
    check(town, known.post("/-/preferences", {"return_to": address, "theme": "dark"}))


@pytest.mark.parametrize("address", FOREIGN)
def test_the_form_to_sign_in_holds_no_foreign_address(
    town: Installation, newcomer: Visitor, address: str
) -> None:
    shown = newcomer.get("/users/sign_in", return_to=address)

    forms = re.findall(r'name="return_to" value="([^"]*)"', shown.text)
    assert shown.status_code == 200
    assert forms
    assert not any(leaves(town, form.replace("&#34;", '"')) for form in forms)


@pytest.mark.parametrize("address", ["//evil.example.com", "/\\evil.example.com", "/\t/x", "/é"])
def test_signing_in_leads_on_within_our_origin(
    town: Installation, user: User, newcomer: Visitor, address: str
) -> None:
    newcomer.get("/users/sign_in")
    sent = {"login": user.username, "password": PASSWORD, "return_to": address}

    check(town, newcomer.post("/users/sign_in", sent))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example.com",
        "//evil.example.com/",
        "//evil.example.com/-/user_settings",
        "/%5cevil.example.com/",
        "/%2f%2fevil.example.com/",
        "/.%2f/evil.example.com",
        "/-/user_settings?x=//evil.example.com",
        "/profile/?//evil.example.com",
        "/projects/new?a=//evil.example.com",
        "/projects/new/%2f%2f",
        "/%0d%0aSet-Cookie:planted=1",
        "/projects/new?%0d%0aSet-Cookie:planted=1",
        "/-/profile?%e9",
    ],
)
def test_a_strange_path_leads_nowhere_else(
    town: Installation, newcomer: Visitor, path: str
) -> None:
    target = newcomer.http.base_url.copy_with(raw_path=path.encode())
    answer = newcomer.http.get(target)

    if answer.is_redirect:
        check(town, answer)
    else:
        assert answer.status_code in {400, 404}
    assert "planted" not in answer.headers.get("set-cookie", "")
    for form in re.findall(r'name="return_to" value="([^"]*)"', answer.text):
        back = newcomer.post("/-/preferences", {"return_to": form})
        assert back.status_code != 303 or not leaves(town, back.headers["location"])


def test_asking_to_sign_in_leads_back_to_the_page_that_was_asked_for(
    town: Installation, user: User, newcomer: Visitor
) -> None:
    wanted = "/-/user_settings/personal_access_tokens?name=a%26b%20c&scopes=api"
    asked = newcomer.get(wanted)
    newcomer.follow(asked)
    form = re.findall(
        r'name="return_to" value="([^"]*)"', newcomer.get(asked.headers["location"]).text
    )[0]
    sent = {"login": user.username, "password": PASSWORD, "return_to": form.replace("&amp;", "&")}

    answer = newcomer.post("/users/sign_in", sent)

    check(town, answer)
    assert answer.headers["location"] == wanted


@pytest.mark.parametrize(
    ("referer", "back"),
    [("/projects/new?x=1", "/projects/new%3Fx%3D1"), ("", "/"), ("//evil.example.com/", "/")],
)
def test_who_is_signed_out_comes_back_to_the_page_of_the_form(
    town: Installation, referer: str, back: str
) -> None:
    with Visitor(town.url) as visitor:
        visitor.get("/users/sign_in")
        sent = {"Referer": f"{town.url}{referer}"} if referer.startswith("/p") else {}
        if referer.startswith("//"):
            sent = {"Referer": f"http:{referer}"}
        answer = visitor.http.post(
            "/projects/new", data={"form_token": visitor.form_token}, headers=sent
        )

    assert answer.headers["location"] == f"/users/sign_in?return_to={back}"
