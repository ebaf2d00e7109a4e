"""The API's page tells of every operation, and is found through by words, without a script."""

import html
import re

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, visiting

PAGE = "/help/api"


def operations(text: str) -> list[tuple[str, str]]:
    """The methods and paths that a page tells of."""
    found = re.findall(r'<code class="badge method">(\w+)</code><code>([^<]+)</code>', text)
    return [(method, html.unescape(path)) for method, path in found]


def test_it_tells_of_every_operation_of_the_document(town: Installation) -> None:
    with visiting(town, None) as nobody:
        document = nobody.http.get("/api/v4/openapi.json").json()
        text = nobody.get(PAGE).text

    assert sorted(operations(text)) == sorted(
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    )
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (
            "deploy delete",
            [
                ("DELETE", "/projects/{project}/deploy_tokens/{token}"),
                ("DELETE", "/groups/{group}/deploy_tokens/{token}"),
            ],
        ),
        ("GET /Version", [("GET", "/version")]),
        ("zqnothing", []),
    ],
)
def test_it_is_filtered_by_all_of_the_words(
    visitor: Visitor, words: str, found: list[tuple[str, str]]
) -> None:
    assert operations(visitor.get(PAGE, q=words).text) == found


def test_an_operation_has_its_parameters_its_answers_and_an_example(
    town: Installation, visitor: Visitor
) -> None:
    text = visitor.get(PAGE, q="post /projects/{project}/members").text

    assert "curl --request POST" in text
    assert f"{town.url}/api/v4/projects/acme%2Ftools/members" in text
    sent = re.findall(r"--data &#34;(.*?)&#34;", text)
    assert sent == ["user_id=1", "access_level=10"]
    assert "the role Maintainer or a higher one" in text
    assert "10: Guest, 20: Reporter" in text
    assert "membership_state" in text
    assert "The user is a member already." in text


def test_every_page_leads_there(visitor: Visitor) -> None:
    assert f'href="{PAGE}"' in visitor.get("/explore").text


def test_what_stays_english_says_so(visitor: Visitor) -> None:
    visitor.get(PAGE)
    visitor.post("/-/preferences", {"language": "de", "return_to": PAGE})

    text = visitor.get(PAGE, q="get /version").text

    assert "Antworten" in text
    assert 'lang="en">Get the version of the instance.' in text
