"""The upload endpoint: the form that twine, uv and every other upload client sends."""

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope, Send

from wheelyard import publishing
from wheelyard.access import Permission
from wheelyard.index import Grant
from wheelyard.registry import Registry
from wheelyard.web import repository
from wheelyard.web.door import A_PROJECT, Door
from wheelyard.web.headers import answer
from wheelyard.web.turns import Turns
from wheelyard.web.uploads import Body, Receiver


class Publish:
    """``POST …/packages/pypi``: one file of one release.

    The permission is decided before the body is read.  Whatever refuses, the body is drained
    before the answer, for the sake of whoever sends it.
    """

    permission = Permission.PUBLISH
    operation = repository.PUBLISH

    def __init__(self, registry: Registry, door: Door, turns: Turns) -> None:
        self._registry = registry
        self._door = door
        self._turns = turns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 201 when the file is durable and on its page."""
        body = Body(scope, receive)
        try:
            grant = await self._door.admit(scope, A_PROJECT, self.permission)
            await self._receive(scope, body, grant)
        except Exception:
            await body.drain()
            raise
        headers = [(b"content-type", b"application/json")]
        await answer(send, 201, headers, b'{"message":"201 Created"}')

    async def _receive(self, scope: Scope, body: Body, grant: Grant) -> None:
        async with Receiver(self._registry.blobs, max_bytes=grant.max_file_bytes) as receiver:
            await receiver.receive(scope, body)
            await run_sync(self._publish, receiver, grant, limiter=self._turns.publishers)

    def _publish(self, receiver: Receiver, grant: Grant) -> None:
        publishing.publish(
            self._registry.database,
            self._registry.blobs,
            receiver.finish(),
            grant.project.id,
            settings=self._registry.settings,
            by=grant.principal,
            at=self._registry.clock(),
        )
