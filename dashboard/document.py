"""The OpenAPI document: the routes, and the bus messages that a command's body may be."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from bus.incoming import ALLOWED_TYPES, MESSAGE_MODELS
from bus.topics import Role
from dashboard.api_commands import NOT_FROM_PAGES

SCHEMAS = "#/components/schemas/"
COMMANDS = "/api/v1/commands"


def document_of(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    types = sorted(ALLOWED_TYPES[Role.SUPERVISOR] - NOT_FROM_PAGES)
    models = [MESSAGE_MODELS[one] for one in types]
    _, found = models_json_schema(
        [(model, "validation") for model in models], ref_template=SCHEMAS + "{model}"
    )
    document["components"]["schemas"] |= found["$defs"]
    references = {one: f"{SCHEMAS}{MESSAGE_MODELS[one].__name__}" for one in types}
    document["paths"][COMMANDS]["post"]["requestBody"] = {
        "required": True,
        "description": "One message of a supervisor; without an event_id one is made.",
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [{"$ref": reference} for reference in references.values()],
                    "discriminator": {"propertyName": "type", "mapping": references},
                }
            }
        },
    }
    return document
