"""`tidegate openapi`: print the dashboard's HTTP interface for tools that read OpenAPI."""

from __future__ import annotations

import json

import typer

from dashboard.app import openapi as document


def openapi() -> None:
    """Print the dashboard's HTTP interface as an OpenAPI 3.1 document (JSON)."""
    typer.echo(json.dumps(document(), indent=2))
