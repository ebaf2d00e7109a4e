"""A bad line: a TCP forwarder that cuts the first download short."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK_BYTES = 64 * 1024


class CutLine:
    """Stands before a server, and hangs up once, in the middle of a large answer."""

    def __init__(self, url: str, *, after_bytes: int) -> None:
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self._after_bytes = after_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.was_cut = False

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        # Closing alone would leave accept() waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(timeout=10)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                for work in (self._pass_requests, self._pass_answers):
                    threading.Thread(target=work, args=(client, server), daemon=True).start()

    def _pass_requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := client.recv(_CHUNK_BYTES):
                server.sendall(chunk)
            server.shutdown(socket.SHUT_WR)

    def _pass_answers(self, client: socket.socket, server: socket.socket) -> None:
        passed = 0
        with client, server, contextlib.suppress(OSError):
            while chunk := server.recv(_CHUNK_BYTES):
                client.sendall(chunk)
                passed += len(chunk)
                if passed > self._after_bytes and not self.was_cut:
                    self.was_cut = True
                    client.shutdown(socket.SHUT_RDWR)
                    return
