"""What takes long about a page is made after the transaction, in a turn of its own."""

import re

import anyio
import httpx
from starlette.routing import Router

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, text_of
from wheelyard import packages
from wheelyard.registry import Registry
from wheelyard.web.pages.routing import Rows
from wheelyard.web.pages.view import Answer, Page, View
from wheelyard.web.turns import Turns


def entries(answer: httpx.Response) -> list[str]:
    """The names in the table of what is in a file."""
    return re.findall(r'<td class="mono"><a href="[^"]*\?member=[^"]*">(.*?)</a>', answer.text)


def test_what_takes_long_holds_a_turn_and_no_connection(registry: Registry) -> None:
    turns, seen = Turns(), []

    def show(view: View) -> Answer:
        def later() -> dict[str, object]:
            seen.append((view.conn.closed, turns.lookers.borrowed_tokens))
            said = {"code": 200, "title": "Slow", "text": "", "can_sign_in": False}
            return {**said, "request_id": ""}

        return Page("refused.html", later=later)

    async def ask() -> httpx.Response:
        app = Router([Rows(registry, turns).look("/slow", show, None)])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://example.com") as client:
            return await client.get("/slow")

    answer = anyio.run(ask)

    assert (answer.status_code, "Slow" in answer.text) == (200, True)
    assert seen == [(True, 1)]
    assert turns.lookers.borrowed_tokens == 0


def test_the_entries_of_a_large_file_are_shown_page_by_page(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    dist = wheel("large", "1.0", files={f"large/{number}.py": b"" for number in range(400)})
    with town.holding(town.deploy_token(project, "write_package_registry")) as robot:
        assert robot.publish(project, dist).status_code == 201
    with town.database.read() as conn:
        release = packages.latest_packages(conn, project.id, limit=1)[0].release
        file = packages.all_files(conn, release)[0].file
    here = f"/{project.full_path}/-/packages/{release.id}/files/{file.id}"

    first, second = administrator.get(here), administrator.get(here, page="2")
    nonsense = administrator.get(here, page="-1", member="large/7.py")

    assert "1\u2013100 of 404" in text_of(first.text)
    assert "101\u2013200 of 404" in text_of(second.text)
    assert f'href="{here}?page=2"' in first.text
    assert "1\u2013100 of 404" in text_of(nonsense.text)
