"""The settings of alarms: which are raised, and from when on."""

from __future__ import annotations

from pydantic import Field

from config.base import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Settings


class AlarmSettings(Settings):
    """What supervisors are told without asking. False, or 0 for a time, switches an alarm off."""

    raise_after_ms: int = Field(10 * SECOND_MS, ge=0, le=HOUR_MS)
    """How long its cause has lasted when an alarm is raised, milliseconds."""
    clear_after_ms: int = Field(30 * SECOND_MS, ge=0, le=HOUR_MS)
    """How long its cause has been gone when an alarm is over, milliseconds."""
    service_level_low: bool = True
    """The service level of the last 30 minutes is below the queue's target."""
    service_level_min_arrived: int = Field(20, ge=1, le=10_000)
    """With fewer contacts than this the service level says nothing."""
    longest_wait_ms: int = Field(3 * MINUTE_MS, ge=0, le=DAY_MS)
    """Somebody has waited longer than this, milliseconds."""
    nobody_signed_in: bool = True
    """Contacts wait in an open queue, and nobody who could serve them is signed in."""
    guard_active: bool = True
    """A guard rail closes a queue's gate."""
    emergency: bool = True
    """A supervisor has declared an emergency."""
    bridge_silent: bool = True
    """A bridge has fallen silent, so that the load is not known."""
    agent_lost: bool = True
    """An agent's client has vanished."""
    rona: bool = True
    """An agent did not answer and is not ready since."""
    engine_paused: bool = True
    """No decisions leave the engine."""
    wrap_up_ms: int = Field(5 * MINUTE_MS, ge=0, le=DAY_MS)
    """A wrap-up lasts longer than this, milliseconds."""
