"""The API's pages tell of every operation, stay small, and are searched without a script."""

import html
import re

import pytest

from tests.actors import Installation
from tests.pages.visitor import Visitor, text_of, visiting

PAGE = "/help/api"
LARGEST = 100_000
"""Bytes of a page."""

Called = list[tuple[str, str]]


def operations(text: str) -> Called:
    """The methods and paths that a page tells of."""
    plain = text.replace("<wbr>", "")
    found = re.findall(r'<code class="badge method">(\w+)</code><code>([^<]+)</code>', plain)
    return [(method, html.unescape(path)) for method, path in found]


def resources(text: str) -> list[str]:
    """The addresses of the resources that a page leads to, in its order."""
    return re.findall(rf'<h2 [^>]*><a href="({PAGE}/[^"#]+)"', text)


def test_the_first_page_lists_every_operation_in_a_line_that_leads_to_it(
    town: Installation,
) -> None:
    with visiting(town, None) as nobody:
        document = nobody.http.get("/api/v4/openapi.json").json()
        text = nobody.get(PAGE).text

    assert sorted(operations(text)) == sorted(
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    )
    for methods in document["paths"].values():
        for operation in methods.values():
            slug = operation["tags"][0].lower().replace(" ", "-")
            assert f'id="{operation["operationId"]}"' in text
            assert f'href="{PAGE}/{slug}#{operation["operationId"]}"' in text


def test_the_page_of_each_resource_tells_its_operations_under_their_names(
    town: Installation,
) -> None:
    with visiting(town, None) as nobody:
        document = nobody.http.get("/api/v4/openapi.json").json()
        pages = {at: nobody.get(at).text for at in resources(nobody.get(PAGE).text)}

    assert len(pages) == len(document["tags"])
    for methods in document["paths"].values():
        for operation in methods.values():
            text = pages[f"{PAGE}/{operation['tags'][0].lower().replace(' ', '-')}"]
            assert text.count(f'<h2 id="{operation["operationId"]}"') == 1


def test_each_page_is_small_and_its_anchors_lead_somewhere(visitor: Visitor) -> None:
    front = visitor.get(PAGE)
    everything = {PAGE: front} | {at: visitor.get(at) for at in resources(front.text)}

    sizes = {at: len(answer.content) for at, answer in everything.items()}

    assert {at: size for at, size in sizes.items() if size >= LARGEST} == {}
    for answer in everything.values():
        ids = re.findall(r' id="([^"]+)"', answer.text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', answer.text)) <= set(ids)


def test_a_resource_leads_to_its_neighbours(visitor: Visitor) -> None:
    all_of_them = resources(visitor.get(PAGE).text)

    walked = [all_of_them[0]]
    while following := re.search(r'rel="next" href="([^"]+)"', visitor.get(walked[-1]).text):
        walked.append(following[1])

    assert walked == all_of_them
    assert f'rel="prev" href="{all_of_them[-2]}"' in visitor.get(all_of_them[-1]).text
    assert 'rel="prev"' not in visitor.get(all_of_them[0]).text


def test_an_unknown_resource_is_not_found(visitor: Visitor) -> None:
    assert visitor.get(f"{PAGE}/sheds").status_code == 404


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
def test_it_is_filtered_by_all_of_the_words(visitor: Visitor, words: str, found: Called) -> None:
    assert operations(visitor.get(PAGE, q=words).text) == found


def test_an_operation_has_its_parameters_its_answers_and_an_example(
    town: Installation, visitor: Visitor
) -> None:
    page = visitor.get(f"{PAGE}/members").text
    text = re.split(r'(?=<h2 id=")', page.partition('<h2 id="add_member_of_project"')[2])[0]

    assert "curl --request POST" in text
    assert f"{town.url}/api/v4/projects/acme%2Ftools/members" in text
    sent = re.findall(r"--data &#34;(.*?)&#34;", text)
    assert sent == ["user_id=1", "access_level=10"]
    assert "the role Maintainer or a higher one" in text
    assert "10: Guest, 20: Reporter" in text
    assert "The user is a member already." in text
    assert "The same as for: List those who were given a role" in text_of(text)
    assert '<h3 id="fields-Member">' in page
    assert "membership_state" in page


def test_every_page_leads_there(visitor: Visitor) -> None:
    assert f'href="{PAGE}"' in visitor.get("/explore").text


def test_what_stays_english_says_so(visitor: Visitor) -> None:
    visitor.get(PAGE)
    visitor.post("/-/preferences", {"language": "de", "return_to": PAGE})

    text = visitor.get(f"{PAGE}/version").text

    assert "Antworten" in text
    assert re.search(r'<h2 [^>]*lang="en">Get the version of the instance\.', text)
