"""Looked up on request: a contact's screen pop, the catalogue, supervisors' acts."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, Field

from bus.snapshots import CatalogueSnapshot
from contacts.ids import ID_PATTERN
from dashboard.access import Anybody, AnyHub, Supervisor
from dashboard.accounts import AccountRole
from dashboard.errors import ApiError
from dashboard.view import Key
from marketing.languages import text_in

router = APIRouter(tags=["look-ups"])

Language = Annotated[str | None, Query(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]


class Owner(BaseModel):
    """Who served a customer last."""

    agent_id: str
    name: str | None


class ScreenPop(BaseModel):
    """What an agent should know of a contact before answering it."""

    contact_id: str
    queue_id: str | None
    reason: str | None
    customer_id: str | None
    customer: dict[str, Any] | None = Field(description="The facts known; null: none.")
    owner: Owner | None
    history: list[dict[str, Any]] = Field(
        description="Up to 10 earlier contacts, newest first:"
        " at_ms, queue_id, agent_id, disposition, reason, reactions."
    )
    products: dict[str, Any] | None = Field(description="The round selected, as the decision.")


class CatalogueProduct(BaseModel):
    """A product in one language."""

    product_id: str
    name: str | None
    category: str
    value_milli: int
    talking_points: list[str]


class CatalogueBody(BaseModel):
    """The catalogue the engine has in force, in one language; without one all of it is empty."""

    version: str | None
    products: list[CatalogueProduct]
    reasons: dict[str, str] = Field(description="Contact reasons in words.")


class Act(BaseModel):
    """One act of a supervisor."""

    at_ms: int
    by: str
    type: str
    fields: dict[str, Any]


class Audit(BaseModel):
    """The latest acts, newest first."""

    acts: list[Act]


class _Named(msgspec.Struct):
    name: str | None = None


@router.get("/api/v1/contacts/{contact_id}")
async def contact(
    contact_id: Annotated[str, Path(pattern=ID_PATTERN)], user: Anybody, hub: AnyHub
) -> ScreenPop:
    """Return a contact's screen pop; an agent's only for a contact in the own hands."""
    if user.role is AccountRole.AGENT and not hub.memory.is_in_hands(
        contact_id, user.agent_id or ""
    ):
        raise ApiError(404, "contact_unknown", f"contact {contact_id} is not in your hands")
    known = hub.memory.find(contact_id)
    if known is None:
        raise ApiError(404, "contact_unknown", f"contact {contact_id} is not known here")
    pop = await hub.lookups.screen_pop(known)
    if pop["owner"] is not None:
        value = hub.view.value(Key("agent", pop["owner"]["agent_id"]))
        pop["owner"]["name"] = msgspec.json.decode(value, type=_Named).name if value else None
    return ScreenPop(**pop)


@router.get("/api/v1/catalogue")
async def catalogue(
    user: Anybody,
    hub: AnyHub,
    lang: Language = None,
    accept_language: Annotated[str | None, Header(max_length=200)] = None,
) -> CatalogueBody:
    """Return the products with names and talking points in `lang`, else in the browser's."""
    wanted = lang or (accept_language or "").split(",")[0].split(";")[0].strip() or None
    value = hub.view.value(Key("catalogue", ""))
    if value is None:
        return CatalogueBody(version=None, products=[], reasons={})
    found = msgspec.json.decode(value, type=CatalogueSnapshot)
    products = [
        CatalogueProduct(
            product_id=one.product_id,
            name=text_in(one.names, wanted),
            category=one.category,
            value_milli=one.value_milli,
            talking_points=text_in(one.talking_points, wanted) or [],
        )
        for one in found.products
    ]
    reasons = {code: text_in(names, wanted) or code for code, names in found.reasons.items()}
    return CatalogueBody(version=found.version, products=products, reasons=reasons)


@router.get("/api/v1/audit")
async def audit(
    user: Supervisor, hub: AnyHub, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> Audit:
    """Return the latest acts of supervisors, from the journal if it is on this machine."""
    return Audit(acts=[Act(**one) for one in await hub.lookups.acts(limit)])
