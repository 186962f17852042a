"""Pages for machines: `/metrics` (Prometheus), `/healthz` and `/readyz`.

Served by a thread of the standard library's WSGI server: a handful of requests a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.registry import Collector

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


POLL_S = 0.1
"""How long `stop` waits at most for the thread to notice."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged."""


class StatusServer:
    """Serves the three pages until stopped. Raises `OSError`, in words, if it cannot."""

    def __init__(
        self,
        host: str,
        port: int,
        collector: Collector,
        is_alive: Callable[[], bool],
        not_ready_because: Callable[[], str | None],
    ) -> None:
        registry = CollectorRegistry()
        registry.register(collector)
        application = _pages(make_wsgi_app(registry), is_alive, not_ready_because)
        try:
            self._server = make_server(host, port, application, _Server, _QuietHandler)
        except OSError as error:
            raise OSError(
                f"the status pages cannot be served at {host}:{port} ({error.strerror}). Stop what"
                " uses that address, or choose another service.http_port (0: any free one)."
            ) from error
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_S,), daemon=True
        )

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and release the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _pages(
    metrics: Any, is_alive: Callable[[], bool], not_ready_because: Callable[[], str | None]
) -> Application:
    def application(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                return metrics(environ, start)  # type: ignore[no-any-return]
            case "/healthz":
                return _answer(start, None if is_alive() else "a task of the engine has died")
            case "/readyz":
                return _answer(start, not_ready_because())
            case _:
                start("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
                return [b"here are /metrics, /healthz and /readyz\n"]

    return application


def _answer(start: StartResponse, fault: str | None) -> Iterable[bytes]:
    status = "200 OK" if fault is None else "503 Service Unavailable"
    start(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{fault or 'ok'}\n".encode()]
