"""What is known of customers, read at the edge: after the contact is routed, never before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog

from contacts.customer import NOTHING_KNOWN, CustomerContext
from customers.sqlite_store import SqliteCustomerStore
from customers.store import CustomerStore, CustomerStoreError
from router.marketing_events import CustomerContextAttached
from service.desk import Desk

log = structlog.get_logger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class ContextDesk:
    """Looks customers up in the store and tells the core; without a store it does nothing."""

    def __init__(self, desk: Desk, path: Path | None, spawn: Spawn) -> None:
        self._desk = desk
        self._path = path
        self._spawn = spawn
        self._store: CustomerStore | None = None
        self._is_failing = False

    async def open(self) -> None:
        """Open the store. If it cannot be, nothing is known of anybody, and the log says why."""
        if self._path is None:
            return
        try:
            self._store = await SqliteCustomerStore.open(self._path)
        except CustomerStoreError as error:
            self._failed(error)

    async def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            await self._store.close()

    def arrived(self, contact_id: str, customer_id: str | None) -> None:
        """A contact came without a word on its customer: look for one."""
        if self._path is not None and customer_id is not None:
            self._spawn(self._attach(contact_id, customer_id), "customer-context")

    async def _attach(self, contact_id: str, customer_id: str) -> None:
        context = await self._look_up(customer_id)
        if contact_id in self._desk.engine.state.contacts:
            at_ms = self._desk.now_ms()
            self._desk.tell(
                CustomerContextAttached(
                    event_id="",
                    at_ms=at_ms,
                    source="engine/customers",
                    contact_id=contact_id,
                    context=context,
                )
            )

    async def _look_up(self, customer_id: str) -> CustomerContext:
        if self._store is None:
            return NOTHING_KNOWN
        try:
            found = await self._store.get(customer_id)
        except CustomerStoreError as error:
            self._failed(error)
            return NOTHING_KNOWN
        self._is_failing = False
        return found or NOTHING_KNOWN

    def _failed(self, error: CustomerStoreError) -> None:
        if not self._is_failing:
            log.error("customer_store_unavailable", reason=error.reason, remedy=error.remedy)
        self._is_failing = True
