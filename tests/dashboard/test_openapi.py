"""The committed OpenAPI document is the one that the program serves and prints."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from dashboard.app import openapi
from service.cli import app

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_has_not_drifted() -> None:
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert committed == openapi(), "run: tidegate openapi > docs/openapi.json"


def test_the_command_prints_the_document() -> None:
    result = CliRunner().invoke(app, ["openapi"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == openapi()


def test_every_route_and_every_supervisors_message_is_described() -> None:
    document = openapi()
    assert all(
        operation.get("description")
        for path in document["paths"].values()
        for operation in path.values()
    )
    body = document["paths"]["/api/v1/commands"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    named = {one["$ref"].rsplit("/", 1)[1] for one in schema["oneOf"]}
    assert {"GateOverriddenMessage", "QueueClosedMessage", "EmergencyDeclaredMessage"} <= named
    assert named <= set(document["components"]["schemas"])
    assert "ClockTickedMessage" not in named
