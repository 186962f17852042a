"""`tidegate asyncapi`: print the MQTT contract for tools that read AsyncAPI."""

from __future__ import annotations

import json

import typer

from bus.asyncapi import document


def asyncapi() -> None:
    """Print the MQTT contract as an AsyncAPI 3.0 document (JSON)."""
    typer.echo(json.dumps(document(), indent=2))
