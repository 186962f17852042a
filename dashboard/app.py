"""The application: routes, guards and errors put together."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from config.dashboard import DashboardSettings
from dashboard import api_commands, api_feed, api_lookups, api_sessions, pages
from dashboard.access import CSRF_HEADER
from dashboard.document import document_of
from dashboard.errors import ApiError, answer
from dashboard.guards import Guards
from dashboard.hub import Hub

GZIP_FROM_BYTES = 1_000
DESCRIPTION = (
    "The state of a call centre as snapshots and changes, and commands to its engine."
    " The objects and the desktop's WebSocket are described in docs/dashboard.md."
)


def make_app(hub: Hub) -> FastAPI:
    """Return the ASGI application of a hub."""
    app = bare_app()
    app.state.hub = hub
    settings = hub.settings.dashboard
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES)
    _permit_origins(app, settings)
    app.add_middleware(Guards, settings=settings)  # the last one added is asked first
    app.mount("/assets", pages.static_files())
    return app


def bare_app() -> FastAPI:
    """Return the routes without a hub: for the OpenAPI document."""
    app = FastAPI(
        title="Tidegate dashboard",
        version="1.0.0",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    for module in (api_sessions, api_feed, api_commands, api_lookups, pages):
        app.include_router(module.router)
    app.add_exception_handler(ApiError, answer)
    app.openapi = partial(document_of, app)  # type: ignore[method-assign]
    return app


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return document_of(bare_app())


def _permit_origins(app: FastAPI, settings: DashboardSettings) -> None:
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", CSRF_HEADER],
            allow_credentials=False,
        )
