"""The composition root: Settings -> Registry -> ASGI application."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import structlog
from anyio.to_thread import run_sync
from granian import _signals
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from starlette.exceptions import HTTPException
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from wheelyard import connections
from wheelyard.facts import Unavailable
from wheelyard.registry import Registry
from wheelyard.settings import Settings
from wheelyard.usage import FLUSH_SECONDS
from wheelyard.web import requestids
from wheelyard.web.errors import ErrorBoundary
from wheelyard.web.pages.refusals import Refusals
from wheelyard.web.paths import PathReader
from wheelyard.web.requestids import RequestIds
from wheelyard.web.routes import routes
from wheelyard.web.turnstile import Turnstile
from wheelyard.web.warm import WarmAnswers

_ORPHAN_CHECK_SECONDS = 1.0

log = structlog.get_logger()


def create() -> ASGIApp:
    """Make the application of one worker process, from its environment."""
    configure_logging()
    _signals.set_loop_signals = _hear_once
    app = application(Registry.open(Settings.from_environment()))
    # What a start makes stays to the end.  To look through all of it for garbage, once uploads have
    # made enough new things, would have every request wait for that.
    gc.collect()
    gc.freeze()
    return app


_set_loop_signals = _signals.set_loop_signals


def _hear_once(loop: asyncio.AbstractEventLoop) -> Any:  # noqa: ANN401  granian's own signal
    """Let the server hear the first request to end, and no other.

    The supervisor repeats it (see ``serving``), as do people at a terminal, and granian 2.8.7 stops
    its event loop for good at the third, with the requests in flight.
    """
    told = _set_loop_signals(loop)  # type: ignore[no-untyped-call]  # granian has no annotation
    first = iter([told.set])

    def hear() -> None:
        for tell in first:
            tell()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear)
    return told


def application(registry: Registry) -> ASGIApp:
    """Make the application over a registry, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_flush_regularly, registry)
                tasks.start_soon(_end_with_parent)
                tasks.start_soon(connections.end_stalled_answers, registry.settings.port)
                yield
                tasks.cancel_scope.cancel()
        finally:
            _close(registry)

    router = Router(routes(registry), redirect_slashes=False, default=_not_found, lifespan=lifespan)
    turnstile = Turnstile(registry)
    app: ASGIApp = ErrorBoundary(PathReader(router), Refusals(registry), turnstile.judge)
    if not turnstile.counts:
        app = WarmAnswers(app, registry.index, registry.usage, registry.clock)
    if registry.settings.trusted_proxies:
        trusted = list(registry.settings.trusted_proxies)
        app = wrap_asgi_with_proxy_headers(app, trusted_hosts=trusted)
    # Outermost, for the line before replaces the proxy's own address by its client's.
    return RequestIds(app, registry.settings.trusted_proxies)


def _close(registry: Registry) -> None:
    try:
        registry.close()
    except Unavailable as fact:
        log.warning("last uses were not written", reason=str(fact))


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive, send
    raise HTTPException(status_code=404)


async def _flush_regularly(registry: Registry) -> None:
    while True:
        await anyio.sleep(FLUSH_SECONDS)
        try:
            await run_sync(registry.usage.flush, registry.database)
        except Unavailable as fact:
            log.warning("last uses were not written", reason=str(fact))


async def _end_with_parent() -> None:
    """End when the supervising process was killed; an orphan would go on holding the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    while os.getppid() == parent.pid:  # noqa: ASYNC110  the kernel sends no event for this
        await anyio.sleep(_ORPHAN_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def configure_logging() -> None:
    """Log one line an event to standard error, with the time in UTC."""
    structlog.configure(
        processors=[
            requestids.note,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
