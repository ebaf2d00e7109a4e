"""How a URL that was sent finds its endpoint, the first time and every time after it."""

import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from wheelyard.web.paths import PathReader


async def function(request: Request) -> PlainTextResponse:
    """An endpoint as the framework's readers write them."""
    return PlainTextResponse(f"{request.url.path} {request.path_params}")


class Bare:
    """An endpoint as the hot paths have them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"bare {scope['path_params']}")(scope, receive, send)


ROUTES = [
    Route("/function/{name}", function),
    Route("/bare/{name}", Bare()),
    Mount("/mounted", routes=[Route("/{name}", function)]),
]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/function/a", "/function/a {'name': 'a'}"),
        ("/bare/a", "bare {'name': 'a'}"),
        ("/mounted/a", "/mounted/a {'name': 'a'}"),
    ],
)
def test_a_path_that_was_matched_before_is_answered_alike(path: str, expected: str) -> None:
    async def ask() -> list[str]:
        transport = httpx.ASGITransport(PathReader(Router(ROUTES)))
        async with httpx.AsyncClient(transport=transport, base_url="http://example.com") as client:
            return [(await client.get(path)).text for _ in range(3)]

    assert asyncio.run(ask()) == [expected] * 3
