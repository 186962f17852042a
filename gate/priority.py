"""Waits of priority classes that share the agents: who is more urgent goes first, none is cut off.

Non-preemptive M/M/N without abandonment, service of one mean S for all classes, first come first
served within a class (Cobham 1954, "Priority assignment in waiting line problems", Oper. Res. 2;
Kella and Yechiali 1985, "Waiting times in the non-preemptive priority M/M/c queue", Stochastic
Models 1). With C the probability of waiting of all classes together (Erlang C) and s(k) the load of
classes 1 ... k:

    W(k) = C S / N / ((1 - s(k - 1)) (1 - s(k)))
"""

from __future__ import annotations

from collections.abc import Sequence

from gate.erlang import ErlangQueue, erlang_c


def priority_waits_ms(
    agents: int, arrivals_per_hour: Sequence[float], service_ms: float
) -> list[float]:
    """Return the mean wait of each class, the most urgent first.

    Raises UnstableModelError if all together bring a load of 1 or more, ValueError for numbers that
    cannot be.
    """
    if not arrivals_per_hour or min(arrivals_per_hour) <= 0:
        raise ValueError(
            f"arrivals_per_hour is {list(arrivals_per_hour)}; give each class a number above 0"
        )
    everybody = ErlangQueue(agents, sum(arrivals_per_hour), service_ms)
    busy_for_ms = erlang_c(agents, everybody.offered_load) * service_ms / agents
    waits, before, so_far = [], 0.0, 0.0
    for rate in arrivals_per_hour:
        so_far += rate
        until = everybody.load_ratio * so_far / everybody.arrivals_per_hour
        waits.append(busy_for_ms / ((1.0 - before) * (1.0 - until)))
        before = until
    return waits
