"""The gate's settings: when agents of a queue may go on to market. All values are thousandths."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, OpeningHours, Settings

Ratio = Annotated[float, Field(ge=0, le=1)]
PolicyName = Literal["never", "always", "threshold", "hysteresis", "schedule", "optimal"]


class GuardSettings(Settings):
    """Guard rails: limits that close marketing for the queue, whatever the policy says.

    Measured over the sliding window of the queue's figures (30 minutes); left out: no limit.
    """

    service_level_min_ratio: Ratio | None = None
    """Close below this service level."""
    abandoned_max_ratio: Ratio | None = None
    """Close above this share of abandoned contacts."""
    longest_wait_max_ms: int | None = Field(None, ge=0, le=DAY_MS)
    """Close while somebody has waited longer than this, milliseconds."""
    occupancy_max_ratio: Ratio | None = None
    """Close above this share of busy agents among those ready or busy."""
    min_arrived: int = Field(20, ge=1, le=10_000)
    """With fewer contacts than this in the window the two ratios of contacts say nothing."""


class GateSettings(Settings):
    """How one queue's gate decides."""

    policy: PolicyName = "optimal"
    """never, always; threshold: market while contacts waiting less idle agents are at most
    `threshold`; hysteresis: opens at `open_at_idle` idle agents, closes at `close_at_waiting`
    waiting; schedule: by local time; optimal: when the customer is worth the agents' time now."""
    decided_at: Literal["service_complete", "acceptance"] = "service_complete"
    """service_complete: when the agent says so, which is best. acceptance: for desktops that
    cannot say so; the answer given when the contact is accepted is a forecast, and the agent's
    retained state keeps it up to date until it is used."""
    threshold: int = Field(-1, ge=-100_000, le=100_000)
    """For threshold, and for optimal until its prices are known; -1: at least one idle agent."""
    open_at_idle: int = Field(1, ge=0, le=100_000)
    """For hysteresis: the gate opens with at least so many idle agents."""
    close_at_waiting: int = Field(1, ge=0, le=100_000)
    """For hysteresis: the gate closes with at least so many contacts waiting."""
    schedule: list[OpeningHours] = Field(default_factory=list)
    """For schedule: when marketing is permitted, in the queue's time zone."""
    value_milli: int = Field(1_000, ge=0, le=1_000_000_000)
    """What one marketing attempt is worth, for contacts that bring no value, thousandths."""
    value_from: Literal["queue", "products"] = "queue"
    """What a contact that brings no value is worth at service complete. queue: `value_milli`.
    products: the sum of chance x value of the products that would be presented to this customer
    (with `marketing.enabled`); `value_milli` then stands in where that is not known yet."""
    wait_cost_milli_per_s: int = Field(50, ge=0, le=1_000_000_000)
    """What a second of one customer's waiting costs, in the same unit, thousandths."""
    display_gap: int = Field(1, ge=0, le=1_000)
    """How many more idle agents it takes to show marketing again than to stop showing it."""
    closes_panels: bool = False
    """Whether a supervisor's or an emergency's closing takes panels away in mid-sentence."""
    expected_service_ms: int = Field(3 * MINUTE_MS, ge=SECOND_MS, le=DAY_MS)
    """For optimal: the mean service time, wrap-up included, to assume before enough was seen; it
    counts as 20 observations. Milliseconds."""
    expected_marketing_ms: int = Field(MINUTE_MS, ge=SECOND_MS, le=DAY_MS)
    """Likewise the mean time of a marketing attempt, milliseconds."""
    expected_patience_ms: int = Field(3 * MINUTE_MS, ge=SECOND_MS, le=DAY_MS)
    """Likewise how long customers wait before they give up; it counts as 5 observations."""
    recompute_ms: int = Field(3 * MINUTE_MS, ge=10 * SECOND_MS, le=HOUR_MS)
    """How often the prices of `optimal` are worked out anew, milliseconds."""
    guards: GuardSettings = GuardSettings()

    @model_validator(mode="after")
    def _has_what_the_policy_needs(self) -> Self:
        if self.policy == "schedule" and not self.schedule:
            raise ValueError('policy = "schedule" needs at least one interval in `schedule`')
        return self
